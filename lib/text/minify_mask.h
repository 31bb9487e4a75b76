/* minify_mask.h - which of 64 bytes are inside strings, by arithmetic on masks.
 *
 * G. Langdale and D. Lemire, "Parsing Gigabytes of JSON per Second" (2019): an escape's backslash is
 * found by the carries of an addition, the inside of strings by the running XOR of the quotes. */
#ifndef HOLDFAST_MINIFY_MASK_H
#define HOLDFAST_MINIFY_MASK_H

#include "text/minify.h"

#include <stdbool.h>

/* The bytes behind an escaping backslash. `escaped` is 1 when the first byte is one, and is left so
 * for the byte after these. */
static inline uint64_t hf__minify_escaped(uint64_t slashes, uint64_t *escaped)
{
    const uint64_t even = 0x5555555555555555u;
    if (slashes == 0) {
        uint64_t first = *escaped;
        *escaped = 0;
        return first;
    }
    slashes &= ~*escaped;
    uint64_t follows = slashes << 1 | *escaped;
    /* Runs that begin at an odd place: adding turns them over, so that their ends show. */
    uint64_t odd_starts = slashes & ~even & ~follows, ends;
    *escaped = __builtin_add_overflow(odd_starts, slashes, &ends);
    return (even ^ ends << 1) & follows;
}

/* Bit i is the XOR of bits 0 to i. */
static inline uint64_t hf__minify_running_xor(uint64_t bits)
{
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    return bits ^ bits << 32;
}

#endif
