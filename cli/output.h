/* output.h - where results go: standard output, or a file that appears whole or not at all. */
#ifndef HOLDFAST_OUTPUT_H
#define HOLDFAST_OUTPUT_H

#include <holdfast/write.h>

#include "verb.h"

/* Writes `value` to `path` (NULL or "-": standard output). A file is written beside its place and
 * renamed over it at the end, so that it is never half-written. On failure prints the error and
 * returns the exit code; a reader of standard output that went away ends it quietly. */
int output_write(hf_value value, const hf_write_options *options, const char *path);

/* Is standard output a terminal that wants colour (NO_COLOR unset)? */
bool output_has_colour(void);

#endif
