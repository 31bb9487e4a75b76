/* input.h - documents from files and standard input, with errors already told. */
#ifndef HOLDFAST_INPUT_H
#define HOLDFAST_INPUT_H

#include <holdfast/read.h>

#include "verb.h"

/* Reads `path`; NULL or "-" is standard input. On failure prints the error, for verbs that have --stream, and
 * returns the exit code to end with; EXIT_DONE otherwise. ret_document: owned. */
int input_read(const char *path, const hf_read_options *options, hf_document **ret_document);

/* Prints an error as the command does; of files that cannot be opened or read the system's reason alone. */
void tell_error(const hf_error *error);

/* "holdfast: NAME: reason" for a file that the system refused; a name that is empty is shown as ''. */
void tell_system_error(const char *name, int system_error);

/* What an error of the library means for the command. */
int exit_code_of(hf_status status);

#endif
