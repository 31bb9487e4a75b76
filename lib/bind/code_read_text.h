/* code_read_text.h - texts into members: found and copied in one, where an arena has room. */
#ifndef HOLDFAST_CODE_READ_TEXT_H
#define HOLDFAST_CODE_READ_TEXT_H

#include "bind/code_text.h"
#include "bind/struct_access.h"

/* The same however it is spelled, and null. */
const char *hf__in_any_string(hf__in *in, const char *at, void *place, const hf__key *key);
/* What the tables check. */
bool hf__in_keeps_text(const hf__key *key, hf_text text);

/* A text without escapes straight to where the arena gives next, found and copied in one; its closing
 * quote. NULL: nothing was done. */
static inline const char *hf__in_copy_plain(const hf__in *in, const char *begin, char **ret_copy)
{
    hf_arena *arena = in->store.arena;
    const char *at = begin;
    unsigned run;
    if (arena == NULL)
        return NULL;
    char *to = arena->at;
    for (;; at += HF__TEXT_WIDE_STEP, to += HF__TEXT_WIDE_STEP) {
        if (HF_UNLIKELY(at >= in->fast_end || (size_t)(arena->window - to) <= HF__TEXT_WIDE_STEP))
            return NULL;
        run = hf__text_copy_run(to, at);
        if (HF_LIKELY(run < HF__TEXT_WIDE_STEP))
            break;
    }
    at += run;
    if (*at != '"')
        return NULL;
    to[run] = 0;
    *ret_copy = arena->at;
    arena->at = to + run + 1;
    return at;
}

/* A text of its own, or null; without a key nothing is said about it. */
static inline __attribute__((always_inline)) const char *hf__in_string(hf__in *in, const char *at, void *place, const hf__key *key)
{
    char *copy;
    const char *end = *at == '"' ? hf__in_copy_plain(in, at + 1, &copy) : NULL;
    if (HF_UNLIKELY(end == NULL))
        return hf__in_any_string(in, at, place, key);
    hf__pointer_set(place, copy);
    size_t length = (size_t)(end - at) - 1;
    if (key == NULL || (key->flags & (HF__IN_LIMITS | HF__IN_RULE)) == 0)
        return end + 1;
    if ((key->flags & HF__IN_LIMITS) != 0 && (length < key->limits.u64[0] || length > key->limits.u64[1]))
        return NULL;
    return (key->flags & HF__IN_RULE) == 0 || hf__in_keeps_text(key, hf_text_of(at + 1, length)) ? end + 1 : NULL;
}

#endif
