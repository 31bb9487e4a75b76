/* gen_preprocess.h - the header as the user's compiler sees it: `cc -E -D__HOLDFAST__`. */
#ifndef HOLDFAST_GEN_PREPROCESS_H
#define HOLDFAST_GEN_PREPROCESS_H

#include "gen_unit.h"

/* Runs `compiler` (NULL: $CC, else "cc") with `flags` (ended by NULL; may be NULL) over `path`.
 * Its messages go to standard error. The text is bound to the unit, which is told what the flags say about the
 * language. Fails the unit when the compiler
 * cannot be started or says no. */
void gen_preprocess(gen_unit *unit, const char *compiler, const char *path, const char *const *flags,
                    const char **ret_text, size_t *ret_length);

#endif
