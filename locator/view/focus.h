/* focus.h - is the function that blame is to be laid at one of the program's own? */
#ifndef HOLDFAST_FOCUS_H
#define HOLDFAST_FOCUS_H

#include <stdio.h>

#include "model.h"

/* The known word nearest to a mistyped one, or NULL when none is near; `known` ends with NULL. */
typedef const char *(*hf__nearest_call)(const char *word, size_t length, const char *const *known);

/* Does the program's own code, as far as it was seen, have a function of that name? */
bool hf__focus_occurs(const hf__model *model, const char *focus);

/* Says that it has none, and which names come near: the same without the names around it (open for Sessions::open), or
 * with a letter more or less, by `nearest`, which may be NULL. False when there is no memory for that. */
bool hf__tell_unknown_focus(FILE *out, const hf__model *model, const char *focus, hf__nearest_call nearest);

#endif
