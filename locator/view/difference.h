/* difference.h - what grew between two recordings, or two sets of profiles. */
#ifndef HOLDFAST_DIFFERENCE_H
#define HOLDFAST_DIFFERENCE_H

#include "model.h"

/* Lists functions by how much more they hold at the end of `after` than `before` did at `before_s`, the
 * largest first. Both may be the same. */
hf_status hf__view_difference(FILE *out, const hf__model *before, double before_s, const hf__model *after, size_t top,
                              hf_error *reterr);

#endif
