/* utf8_avx2.c - UTF-8 validation, 32 bytes at a time. */
#include "base/utf8.h"
#include "base/utf8_tables.h"

#include <immintrin.h>
#include <string.h>

/* The bytes `n` places before each byte of `block`. */
#define EARLIER(n, previous, block) \
    _mm256_alignr_epi8(block, _mm256_permute2x128_si256(previous, block, 0x21), 16 - (n))

static inline __m256i table(__m128i entries, __m256i index)
{
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(entries), index);
}

/* Bytes other than zero where something is wrong. */
static inline __m256i errors_of(__m256i block, __m256i previous)
{
    const __m256i low_half = _mm256_set1_epi8(0x0f);
    __m256i       first = EARLIER(1, previous, block);
    __m256i       first_high = _mm256_and_si256(_mm256_srli_epi16(first, 4), low_half);
    __m256i       second_high = _mm256_and_si256(_mm256_srli_epi16(block, 4), low_half);
    __m256i       pairs = _mm256_and_si256(
              _mm256_and_si256(table(_mm_setr_epi8(HF__UTF8_FIRST_HIGH), first_high),
                               table(_mm_setr_epi8(HF__UTF8_FIRST_LOW), _mm256_and_si256(first, low_half))),
              table(_mm_setr_epi8(HF__UTF8_SECOND_HIGH), second_high));
    /* The upper bit where a third or fourth byte must stand. */
    __m256i third = _mm256_subs_epu8(EARLIER(2, previous, block), _mm256_set1_epi8(0xe0 - 0x80));
    __m256i fourth = _mm256_subs_epu8(EARLIER(3, previous, block), _mm256_set1_epi8(0xf0 - 0x80));
    __m256i must = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
    return _mm256_xor_si256(must, pairs);
}

static inline __m256i load(const char *at)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)at);
}

/* Text that ends inside a sequence is found by the zeros that follow it. */
size_t hf__utf8_fault_avx2(const char *text, size_t length)
{
    __m256i previous = _mm256_setzero_si256();
    size_t  at = 0;
    for (;;) {
        __m256i block;
        while (length - at >= 128) { /* all ASCII, with nothing open before */
            __m256i any = _mm256_or_si256(_mm256_or_si256(load(text + at), load(text + at + 32)),
                                          _mm256_or_si256(load(text + at + 64), load(text + at + 96)));
            if (_mm256_movemask_epi8(_mm256_or_si256(any, previous)) != 0)
                break;
            previous = any;
            at += 128;
        }
        if (length - at >= 32) {
            block = load(text + at);
        } else {
            char rest[32] = { 0 };
            memcpy(rest, text + at, length - at);
            block = load(rest);
        }
        __m256i errors = errors_of(block, previous);
        if (!_mm256_testz_si256(errors, errors))
            return hf__utf8_fault_base(text, length, hf__utf8_step_back(text, at));
        if (length - at < 32)
            return length;
        previous = block;
        at += 32;
    }
}
