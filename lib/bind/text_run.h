/* text_run.h - how far a JSON text goes on without anything to look at, for both forms of generated reading. */
#ifndef HOLDFAST_TEXT_RUN_H
#define HOLDFAST_TEXT_RUN_H

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { HF__TEXT_RUN_STEP = 16, HF__TEXT_WIDE_STEP = 32 };

/* How many of the HF__TEXT_RUN_STEP bytes at `at` come before a quote, a backslash or a control character.
 * Bytes above 127 go on: UTF-8 was checked. */
static inline unsigned hf__text_run(const char *at)
{
#if defined(__SSE2__)
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i quote = _mm_cmpeq_epi8(x, _mm_set1_epi8('"')), slash = _mm_cmpeq_epi8(x, _mm_set1_epi8('\\'));
    __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1f)), x);
    return (unsigned)__builtin_ctz((unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, slash), control)) | 0x10000);
#else
    unsigned count = 0;
    while (count < HF__TEXT_RUN_STEP && at[count] != '"' && at[count] != '\\' && (unsigned char)at[count] >= 0x20)
        count++;
    return count;
#endif
}

/* The same of HF__TEXT_WIDE_STEP bytes, all of which are copied. */
static inline unsigned hf__text_copy_run(char *to, const char *at)
{
#if defined(__SSE2__)
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)at), y = _mm_loadu_si128((const __m128i *)(const void *)(at + 16));
    __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1f);
    _mm_storeu_si128((__m128i *)(void *)to, x);
    _mm_storeu_si128((__m128i *)(void *)(to + 16), y);
    __m128i stop_x = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, quote), _mm_cmpeq_epi8(x, slash)), _mm_cmpeq_epi8(_mm_min_epu8(x, control), x));
    __m128i stop_y = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(y, quote), _mm_cmpeq_epi8(y, slash)), _mm_cmpeq_epi8(_mm_min_epu8(y, control), y));
    uint64_t stops = (unsigned)_mm_movemask_epi8(stop_x) | (uint64_t)(unsigned)_mm_movemask_epi8(stop_y) << 16;
    return (unsigned)__builtin_ctzll(stops | (uint64_t)1 << HF__TEXT_WIDE_STEP);
#else
    unsigned first;
    memcpy(to, at, HF__TEXT_WIDE_STEP);
    first = hf__text_run(at);
    return first < HF__TEXT_RUN_STEP ? first : first + hf__text_run(at + HF__TEXT_RUN_STEP);
#endif
}

#endif
