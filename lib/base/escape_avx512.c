/* escape_avx512.c - JSON escapes, 64 bytes at a time, several escapes at once.
 *
 * Short escapes of one block are translated by a table in registers and the backslashes squeezed
 * out. Escapes by number come in runs in text that is not Latin: eight are decoded per step, as long
 * as each makes three bytes of UTF-8; others go one by one. */
#include "base/escape.h"
#include "base/escape_single.h"

#include <immintrin.h>

static inline uint64_t first_bits(size_t count)
{
    return count >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << count) - 1;
}

static inline __mmask64 special_of(__m512i bytes)
{
    return _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(0x20)) |
           _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('"')) |
           _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\\'));
}

size_t hf__escape_find_avx512(const char *text, size_t length)
{
    for (size_t at = 0; at < length; at += 64) {
        __mmask64 live = first_bits(length - at);
        __mmask64 special = special_of(_mm512_maskz_loadu_epi8(live, text + at)) & live;
        if (special != 0)
            return at + (size_t)__builtin_ctzll(special);
    }
    return length;
}

/* 32 bytes or fewer, all their escapes at once: a backslash before every byte, and those that are not
 * wanted squeezed out. Only for escapes with a letter. */
static inline size_t put_letters(char *to, __m256i bytes, size_t count, uint32_t special, __m512i letters)
{
    const uint64_t odd = 0xaaaaaaaaaaaaaaaau;
    __m512i        spread = _mm512_cvtepu8_epi16(bytes);
    __m512i        named = _mm512_permutexvar_epi8(spread, letters); /* of bytes below 0x20 */
    __mmask32      control = _mm512_cmplt_epu16_mask(spread, _mm512_set1_epi16(0x20));
    spread = _mm512_mask_mov_epi8(spread, _pdep_u64(control, ~odd), named);
    __m512i  both = _mm512_or_si512(_mm512_slli_epi16(spread, 8), _mm512_set1_epi16('\\'));
    uint64_t kept = (odd | _pdep_u64(special, ~odd)) & first_bits(2 * count);
    size_t   length = (size_t)__builtin_popcountll(kept);
    _mm512_mask_storeu_epi8(to, first_bits(length), _mm512_maskz_compress_epi8(kept, both));
    return length;
}

size_t hf__escape_avx512(const char *text, size_t length, char *out)
{
    const __m512i letters =
        _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)(const void *)hf__escape_letter));
    const char *at = text;
    char       *to = out;
    size_t      left = length;
    while (left > 0) {
        size_t    step = left < 64 ? left : 64;
        __mmask64 live = first_bits(left);
        __m512i   bytes = _mm512_maskz_loadu_epi8(live, at);
        __mmask64 special = special_of(bytes) & live;
        if (special == 0) {
            _mm512_mask_storeu_epi8(to, live, bytes);
            to += step;
            at += step;
            left -= step;
            continue;
        }
        step = left < 32 ? left : 32;
        __mmask64 control = _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(0x20));
        __m512i   named = _mm512_permutexvar_epi8(bytes, letters);
        uint32_t  by_number = (uint32_t)(control & _mm512_testn_epi8_mask(named, named) & first_bits(step));
        if (by_number != 0)
            step = (size_t)__builtin_ctz(by_number);
        to += put_letters(to, _mm512_castsi512_si256(bytes), step, (uint32_t)special, letters);
        if (by_number != 0)
            to = hf__escape_put(to, at[step++]);
        at += step;
        left -= step;
    }
    return (size_t)(to - out);
}

/* ---- reading ----------------------------------------------------------------------------- */

/* The backslashes that begin an escape: within a run every other one, from the run's start. Runs
 * are told apart by where they start, even or odd, and a carry marks their ends. */
static inline uint64_t escape_starts(uint64_t slashes)
{
    const uint64_t even = 0x5555555555555555u;
    uint64_t       starts = slashes & ~(slashes << 1);
    uint64_t       even_runs = slashes & ~(slashes + (starts & even));
    uint64_t       odd_runs = slashes & ~(slashes + (starts & ~even));
    return (even_runs & even) | (odd_runs & ~even);
}

/* Up to eight \uXXXX at s->at that make three bytes each. Returns how many were taken. */
static inline size_t unescape_run(hf__unescaping *s)
{
    size_t  left = (size_t)(s->end - s->at);
    __m512i bytes = _mm512_maskz_loadu_epi8(first_bits(left), s->at);
    /* A lane of eight bytes for each: backslash, u, four digits, two that do not count. */
    const __m512i spread =
        _mm512_set_epi8(63, 62, 47, 46, 45, 44, 43, 42, 63, 62, 41, 40, 39, 38, 37, 36, 63, 62, 35, 34, 33,
                        32, 31, 30, 63, 62, 29, 28, 27, 26, 25, 24, 63, 62, 23, 22, 21, 20, 19, 18, 63, 62,
                        17, 16, 15, 14, 13, 12, 63, 62, 11, 10, 9, 8, 7, 6, 63, 62, 5, 4, 3, 2, 1, 0);
    const __mmask64 digits = 0x3c3c3c3c3c3c3c3cu;
    __m512i         lanes = _mm512_permutexvar_epi8(spread, bytes);
    __mmask8        begun = _mm512_cmpeq_epi64_mask(_mm512_and_si512(lanes, _mm512_set1_epi64(0xffff)),
                                                    _mm512_set1_epi64('\\' | 'u' << 8));
    __m512i         number = _mm512_sub_epi8(lanes, _mm512_set1_epi8('0'));
    __m512i   letter = _mm512_sub_epi8(_mm512_or_si512(lanes, _mm512_set1_epi8(0x20)), _mm512_set1_epi8('a'));
    __mmask64 is_number = _mm512_mask_cmple_epu8_mask(digits, number, _mm512_set1_epi8(9));
    __mmask64 is_letter = _mm512_mask_cmple_epu8_mask(digits, letter, _mm512_set1_epi8(5));
    __m512i   value = _mm512_mask_add_epi8(_mm512_maskz_mov_epi8(is_number, number), is_letter, letter,
                                           _mm512_set1_epi8(10));
    __m512i   wrong = _mm512_movm_epi8(digits & ~(is_number | is_letter));
    /* Sixteen times the first of a pair plus the second; the pairs lie in words 1 and 2. */
    __m512i pairs = _mm512_maddubs_epi16(value, _mm512_set1_epi16(0x0110));
    __m512i byte = _mm512_set1_epi64(0xff);
    __m512i code = _mm512_or_si512(_mm512_slli_epi64(_mm512_and_si512(_mm512_srli_epi64(pairs, 16), byte), 8),
                                   _mm512_and_si512(_mm512_srli_epi64(pairs, 32), byte));
    __mmask8 surrogate =
        _mm512_cmpeq_epi64_mask(_mm512_and_si512(code, _mm512_set1_epi64(0xf800)), _mm512_set1_epi64(0xd800));
    unsigned good = begun & _mm512_testn_epi64_mask(wrong, wrong) & ~(unsigned)surrogate &
                    _mm512_cmpge_epu64_mask(code, _mm512_set1_epi64(0x800));
    size_t  taken = (size_t)__builtin_ctz(~good | 0x100);
    __m512i six = _mm512_set1_epi64(0x3f);
    __m512i first = _mm512_srli_epi64(code, 12);
    __m512i second = _mm512_slli_epi64(_mm512_and_si512(_mm512_srli_epi64(code, 6), six), 8);
    __m512i third = _mm512_slli_epi64(_mm512_and_si512(code, six), 16);
    __m512i utf8 =
        _mm512_or_si512(_mm512_ternarylogic_epi64(first, second, third, 0xfe), _mm512_set1_epi64(0x8080e0));
    _mm512_mask_storeu_epi8(s->to, first_bits(3 * taken),
                            _mm512_maskz_compress_epi8(0x0707070707070707u, utf8));
    s->at += 6 * taken;
    s->to += 3 * taken;
    return taken;
}

static inline hf_status unescape_numbers(hf__unescaping *s)
{
    hf_status status = HF_OK;
    while (status == HF_OK && s->end - s->at >= 2 && s->at[0] == '\\' && s->at[1] == 'u') {
        bool run = s->end - s->at >= 12 && s->at[6] == '\\' && s->at[7] == 'u';
        if (!run || unescape_run(s) == 0)
            status = hf__unescape_unicode(s);
    }
    return status;
}

hf__unescaped hf__unescape_avx512(const char *text, size_t length, char *out, bool replace)
{
    /* The table of short escapes in two registers. */
    const __m512i low = _mm512_loadu_si512(hf__escape_meaning),
                  high = _mm512_loadu_si512(hf__escape_meaning + 64);
    hf__unescaping s = { text, text + length, out, replace, false };
    hf_status      status = HF_OK;
    while (s.at < s.end && status == HF_OK) {
        size_t    left = (size_t)(s.end - s.at), step = left < 64 ? left : 64;
        __mmask64 live = first_bits(left);
        __m512i   bytes = _mm512_maskz_loadu_epi8(live, s.at);
        __mmask64 slashes = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\\'));
        if (slashes == 0) {
            _mm512_mask_storeu_epi8(s.to, live, bytes);
            s.at += step;
            s.to += step;
            continue;
        }
        uint64_t starts = escape_starts(slashes), letters = starts << 1;
        uint64_t numbers = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('u')) & letters;
        __m512i  meaning = _mm512_permutex2var_epi8(low, bytes, high);
        /* Beyond the end are zeros, which no escape may have as its letter. */
        uint64_t bad = letters & (_mm512_testn_epi8_mask(meaning, meaning) | _mm512_movepi8_mask(bytes));
        uint64_t stops = numbers | bad;
        if (stops != 0)
            step = (size_t)__builtin_ctzll(stops) - 1;
        else
            step -= starts >> 63; /* its letter is in the next block */
        uint64_t kept = first_bits(step) & ~starts;
        size_t   count = (size_t)__builtin_popcountll(kept);
        _mm512_mask_storeu_epi8(
            s.to, first_bits(count),
            _mm512_maskz_compress_epi8(kept, _mm512_mask_mov_epi8(bytes, letters, meaning)));
        s.to += count;
        s.at += step;
        if (stops != 0)
            status = (stops & -stops & numbers) != 0 ? unescape_numbers(&s) : hf__unescape_one(&s);
    }
    return hf__unescape_result(&s, status, text, out);
}
