/* gen_infer.h - `--from`: samples of JSON in, a plain annotated header out. */
#ifndef HOLDFAST_GEN_INFER_H
#define HOLDFAST_GEN_INFER_H

#include "gen_samples.h"

/* Reads `samples` ("-": standard input; objects one after the other, as on lines, or one array of objects) and writes a
 * header for them to `output` (NULL or "-": standard output; a file appears whole or not at all). Memory is bounded by
 * the largest sample and by what differs between them. Errors are printed on standard error. */
hf_status gen_infer(const char *samples, const char *output, gen_watch watch);

#endif
