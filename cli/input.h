/* input.h - documents from files and standard input, with errors already told. */
#ifndef HOLDFAST_INPUT_H
#define HOLDFAST_INPUT_H

#include <holdfast/read.h>

#include "verb.h"

/* Reads `path`; NULL or "-" is standard input. On failure prints the error and returns the exit code
 * to end with; EXIT_DONE otherwise. ret_document: owned. */
int input_read(const char *path, const hf_read_options *options, hf_document **ret_document);

/* What an error of the library means for the command. */
int exit_code_of(hf_status status);

#endif
