/* utf8.c - UTF-8 validation: the choice of version, and the one without vectors beyond SSE2. */
#include "base/utf8.h"

#include "base/cpu.h"

#include <stdbool.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* How many bytes from `text` on are ASCII, in whole blocks. */
static size_t skip_ascii(const char *text, size_t length)
{
    size_t at = 0;
#ifdef __SSE2__
    for (; length - at >= 32; at += 32) {
        __m128i low = _mm_loadu_si128((const __m128i *)(const void *)(text + at));
        __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(text + at + 16));
        if (_mm_movemask_epi8(_mm_or_si128(low, high)) != 0)
            break;
    }
#endif
    for (; length - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, text + at, sizeof word);
        if ((word & 0x8080808080808080u) != 0)
            break;
    }
    return at;
}

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* The length of the valid sequence at `s`, 0 when there is none. The bounds of the second byte are
 * those of table 3-7 of the Unicode standard. */
static size_t sequence_length(const unsigned char *s, size_t left)
{
    unsigned char first = s[0];
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || left < 2)
        return 0;
    if (first < 0xe0)
        return is_continuation(s[1]) ? 2 : 0;
    if (first < 0xf0) {
        unsigned char low = first == 0xe0 ? 0xa0 : 0x80, high = first == 0xed ? 0x9f : 0xbf;
        return left >= 3 && s[1] >= low && s[1] <= high && is_continuation(s[2]) ? 3 : 0;
    }
    unsigned char low = first == 0xf0 ? 0x90 : 0x80, high = first == 0xf4 ? 0x8f : 0xbf;
    return first <= 0xf4 && left >= 4 && s[1] >= low && s[1] <= high && is_continuation(s[2]) &&
                   is_continuation(s[3])
               ? 4
               : 0;
}

/* Behind the characters of three bytes that begin at `at`, which often come in runs: each looked at as one
 * word. The bits of the first two bytes that say too small a number, or a surrogate, are looked at apart. */
static size_t skip_threes(const char *text, size_t length, size_t at)
{
    while (length - at >= 4) {
        uint32_t word;
        memcpy(&word, text + at, sizeof word);
        uint32_t second = word & 0x200f;
        if ((word & 0xc0c0f0) != 0x8080e0 || second == 0 || second == 0x200d)
            break;
        at += 3;
    }
    return at;
}

size_t hf__utf8_fault_base(const char *text, size_t length, size_t at)
{
    while (at < length) {
        at += skip_ascii(text + at, length - at);
        /* A block that is not all ASCII, or the rest. */
        size_t stop = length - at < 8 ? length : at + 8;
        while (at < stop) {
            size_t step = sequence_length((const unsigned char *)text + at, length - at);
            if (step == 0)
                return at;
            at += step;
            if (step == 3)
                at = skip_threes(text, length, at);
        }
    }
    return length;
}

size_t hf__utf8_fault(const char *text, size_t length)
{
#ifdef __x86_64__
    if (length >= 32) {
        enum hf__cpu_level level = hf__cpu_level();
        if (level == HF__CPU_AVX512)
            return hf__utf8_fault_avx512(text, length);
        if (level == HF__CPU_AVX2)
            return hf__utf8_fault_avx2(text, length);
    }
#elif defined(__aarch64__)
    if (length >= 16 && hf__cpu_level() == HF__CPU_NEON)
        return hf__utf8_fault_neon(text, length);
#endif
    return hf__utf8_fault_base(text, length, 0);
}
