/* gen_infer.h - `--from`: samples of JSON in, a plain annotated header out. */
#ifndef HOLDFAST_GEN_INFER_H
#define HOLDFAST_GEN_INFER_H

#include <holdfast/base.h>

/* Reads `samples` (one JSON object per line, or one array of objects, or one object) and writes a header for
 * them to `output` (NULL or "-": standard output; a file appears whole or not at all). Errors are
 * printed on standard error. */
hf_status gen_infer(const char *samples, const char *output);

#endif
