/* value_near_avx512.c - which member of a small object has this key: two members a step, no branch by key. */
#include <immintrin.h>

#include "bind/value_near.h"

/* Every other pair of words is a value's. */
enum { KEYS = 0x33 };

/* Made of registers: words that were just stored apart are slow to load as one. */
static inline __m512i pairs(uint64_t low, uint64_t high)
{
    return _mm512_mask_set1_epi64(_mm512_set1_epi64((long long)low), 0xaa, (long long)high);
}

uint32_t hf__near_avx512(const hf__slot *object, uint32_t slots, hf__slot words)
{
    const __m512i wanted = pairs(words.lo, words.hi), kept = pairs(~(uint64_t)HF__FLAGS, UINT64_MAX);
    const hf__slot *at = object + 1, *end = object + slots - 1;
    uint64_t found = 0; /* four bits a member: the words of its key and of its value */
    unsigned shift = 0;
    for (; end - at >= 4; at += 4, shift += 8)
        found |= (uint64_t)_mm512_mask_cmpeq_epi64_mask(KEYS, _mm512_and_si512(_mm512_loadu_si512(at), kept), wanted) << shift;
    if (at < end)
        found |= (uint64_t)_mm512_mask_cmpeq_epi64_mask(KEYS & 0xf, _mm512_and_si512(_mm512_maskz_loadu_epi64(0xf, at), kept), wanted) << shift;
    found &= found >> 1 & 0x1111111111111111u;
    return found != 0 ? 1 + 2 * ((63 - (uint32_t)__builtin_clzll(found)) / 4) : 0;
}
