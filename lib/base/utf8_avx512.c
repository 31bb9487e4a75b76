/* utf8_avx512.c - UTF-8 validation, 64 bytes at a time. */
#include "base/utf8.h"
#include "base/utf8_tables.h"

#include <immintrin.h>

static inline __m512i table(__m128i entries, __m512i index)
{
    return _mm512_shuffle_epi8(_mm512_broadcast_i32x4(entries), index);
}

/* The bytes `n` places before each byte of `block`. */
static inline __m512i earlier(int n, __m512i previous, __m512i block)
{
    const __m512i places =
        _mm512_set_epi8(63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43,
                        42, 41, 40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22,
                        21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    /* Negative places wrap to 125, 126, 127, the end of the second operand. */
    return _mm512_permutex2var_epi8(block, _mm512_sub_epi8(places, _mm512_set1_epi8((char)n)), previous);
}

/* Where something is wrong. */
static inline __mmask64 errors_of(__m512i block, __m512i previous)
{
    const __m512i low_half = _mm512_set1_epi8(0x0f);
    __m512i       first = earlier(1, previous, block);
    __m512i       first_high = _mm512_and_si512(_mm512_srli_epi16(first, 4), low_half);
    __m512i       second_high = _mm512_and_si512(_mm512_srli_epi16(block, 4), low_half);
    __m512i       pairs =
        _mm512_ternarylogic_epi64(table(_mm_setr_epi8(HF__UTF8_FIRST_HIGH), first_high),
                                  table(_mm_setr_epi8(HF__UTF8_FIRST_LOW), _mm512_and_si512(first, low_half)),
                                  table(_mm_setr_epi8(HF__UTF8_SECOND_HIGH), second_high), 0x80);
    /* The upper bit where a third or fourth byte must stand. */
    __m512i third = _mm512_subs_epu8(earlier(2, previous, block), _mm512_set1_epi8(0xe0 - 0x80));
    __m512i fourth = _mm512_subs_epu8(earlier(3, previous, block), _mm512_set1_epi8(0xf0 - 0x80));
    __m512i must = _mm512_and_si512(_mm512_or_si512(third, fourth), _mm512_set1_epi8((char)0x80));
    __m512i errors = _mm512_xor_si512(must, pairs);
    return _mm512_test_epi8_mask(errors, errors);
}

/* Text that ends inside a sequence is found by the zeros that follow it. */
size_t hf__utf8_fault_avx512(const char *text, size_t length)
{
    __m512i previous = _mm512_setzero_si512();
    size_t  at = 0;
    for (;;) {
        while (length - at >= 256) { /* all ASCII, with nothing open before */
            __m512i any = _mm512_or_si512(
                _mm512_or_si512(_mm512_loadu_si512(text + at), _mm512_loadu_si512(text + at + 64)),
                _mm512_or_si512(_mm512_loadu_si512(text + at + 128), _mm512_loadu_si512(text + at + 192)));
            if (_mm512_movepi8_mask(_mm512_or_si512(any, previous)) != 0)
                break;
            previous = any;
            at += 256;
        }
        size_t    left = length - at;
        __mmask64 live = left >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << left) - 1;
        __m512i   block = _mm512_maskz_loadu_epi8(live, text + at);
        if (errors_of(block, previous) != 0)
            return hf__utf8_fault_base(text, length, hf__utf8_step_back(text, at));
        if (left < 64)
            return length;
        previous = block;
        at += 64;
    }
}
