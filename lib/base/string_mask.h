/* string_mask.h - which of 64 bytes of JSON are escaped, and which stand inside of strings, by arithmetic on masks.
 *
 * Bit i of a mask stands for byte i. What reaches beyond the 64 bytes is carried by the caller.
 *
 * G. Langdale and D. Lemire, "Parsing Gigabytes of JSON per Second" (2019): an escape's backslash is
 * found by the carries of an addition, the inside of strings by the running XOR of the quotes. */
#ifndef HOLDFAST_STRING_MASK_H
#define HOLDFAST_STRING_MASK_H

#include <stdint.h>

#if defined(__PCLMUL__)
#include <wmmintrin.h>
#endif

/* The bytes that a backslash before them escapes: those behind a run of backslashes of odd length. *escaped is 1
 * when the first byte is one, and is left so for the byte after these. Callers look first whether there is a
 * backslash or *escaped at all: there seldom is. */
static inline uint64_t hf__mask_escaped(uint64_t slashes, uint64_t *escaped)
{
    const uint64_t even = 0x5555555555555555u;
    slashes &= ~*escaped;
    uint64_t follows = slashes << 1 | *escaped;
    /* Runs that begin at an odd place: adding turns them over, so that their ends show. */
    uint64_t odd_starts = slashes & ~even & ~follows, ends;
    *escaped = __builtin_add_overflow(odd_starts, slashes, &ends);
    return (even ^ ends << 1) & follows;
}

/* Bit i is the parity of bits 0 to i. Of quotes: opening ones and the insides of strings, not closing ones. */
static inline uint64_t hf__mask_parity(uint64_t bits)
{
#if defined(__PCLMUL__)
    __m128i product = _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)bits), _mm_set1_epi8(-1), 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
#else
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    return bits ^ bits << 32;
#endif
}

#endif
