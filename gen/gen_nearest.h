/* gen_nearest.h - what was meant by a mistyped word. */
#ifndef HOLDFAST_GEN_NEAREST_H
#define HOLDFAST_GEN_NEAREST_H

#include <stddef.h>

/* The known word nearest to `word`, NULL when none is near: one edit in a word of up to three letters, two
 * in a longer one. `known` ends with NULL. */
const char *gen_nearest(const char *word, size_t length, const char *const *known);

#endif
