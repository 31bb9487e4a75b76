/* utf8_avx512.c - UTF-8 validation, 64 bytes at a time. */
#include "base/utf8.h"
#include "base/utf8_tables.h"

#include <immintrin.h>
#include <stdbool.h>

static inline __m512i table(__m128i entries, __m512i index)
{
    return _mm512_shuffle_epi8(_mm512_broadcast_i32x4(entries), index);
}

/* The last sixteen bytes of `previous`, then the first of `block`: with it, each byte's predecessors are a
 * shift within lanes away. */
static inline __m512i one_lane_earlier(__m512i previous, __m512i block)
{
    return _mm512_permutex2var_epi64(previous, _mm512_setr_epi64(6, 7, 8, 9, 10, 11, 12, 13), block);
}

/* Not zero where something is wrong. */
static inline __m512i errors_of(__m512i block, __m512i previous)
{
    const __m512i low_half = _mm512_set1_epi8(0x0f);
    __m512i       lane = one_lane_earlier(previous, block);
    __m512i       first = _mm512_alignr_epi8(block, lane, 15);
    __m512i       first_high = _mm512_and_si512(_mm512_srli_epi16(first, 4), low_half);
    __m512i       second_high = _mm512_and_si512(_mm512_srli_epi16(block, 4), low_half);
    __m512i       pairs =
        _mm512_ternarylogic_epi64(table(_mm_setr_epi8(HF__UTF8_FIRST_HIGH), first_high),
                                  table(_mm_setr_epi8(HF__UTF8_FIRST_LOW), _mm512_and_si512(first, low_half)),
                                  table(_mm_setr_epi8(HF__UTF8_SECOND_HIGH), second_high), 0x80);
    /* The upper bit where a third or fourth byte must stand. */
    __m512i third = _mm512_subs_epu8(_mm512_alignr_epi8(block, lane, 14), _mm512_set1_epi8(0xe0 - 0x80));
    __m512i fourth = _mm512_subs_epu8(_mm512_alignr_epi8(block, lane, 13), _mm512_set1_epi8(0xf0 - 0x80));
    __m512i must = _mm512_and_si512(_mm512_or_si512(third, fourth), _mm512_set1_epi8((char)0x80));
    return _mm512_xor_si512(must, pairs);
}

static inline bool is_zero(__m512i bytes)
{
    return _mm512_test_epi8_mask(bytes, bytes) == 0;
}

/* Text that ends inside a sequence is found by the zeros that follow it. */
size_t hf__utf8_fault_avx512(const char *text, size_t length)
{
    __m512i previous = _mm512_setzero_si512();
    size_t  at = 0;
    for (; length - at >= 256; at += 256) {
        __m512i a = _mm512_loadu_si512(text + at), b = _mm512_loadu_si512(text + at + 64);
        __m512i c = _mm512_loadu_si512(text + at + 128), d = _mm512_loadu_si512(text + at + 192);
        __m512i any = _mm512_or_si512(_mm512_ternarylogic_epi64(a, b, c, 0xfe), _mm512_or_si512(d, previous));
        if (_mm512_movepi8_mask(any) != 0) { /* else all ASCII, with nothing open before */
            __m512i first = _mm512_or_si512(errors_of(a, previous), errors_of(b, a));
            if (!is_zero(_mm512_ternarylogic_epi64(first, errors_of(c, b), errors_of(d, c), 0xfe)))
                break;
        }
        previous = d;
    }
    for (;;) {
        size_t    left = length - at;
        __mmask64 live = left >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << left) - 1;
        __m512i   block = _mm512_maskz_loadu_epi8(live, text + at);
        if (!is_zero(errors_of(block, previous)))
            return hf__utf8_fault_base(text, length, hf__utf8_step_back(text, at));
        if (left < 64)
            return length;
        previous = block;
        at += 64;
    }
}
