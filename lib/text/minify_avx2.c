/* minify_avx2.c - leaving out blanks, 64 bytes at a time, squeezed in groups of eight. */
#include "text/minify.h"
#include "base/string_mask.h"

#include <immintrin.h>
#include <string.h>

/* Entry m: the numbers of the bits set in m, a byte each, in order. */
#define PLACE(m, i) ((m) >> (i)&1 ? (uint64_t)(i) << 8 * __builtin_popcount((m) & ((1 << (i)) - 1)) : 0)
#define ENTRY(m)                                                                                       \
    (PLACE(m, 0) | PLACE(m, 1) | PLACE(m, 2) | PLACE(m, 3) | PLACE(m, 4) | PLACE(m, 5) | PLACE(m, 6) | \
     PLACE(m, 7))
#define ENTRIES_4(m)  ENTRY(m), ENTRY((m) + 1), ENTRY((m) + 2), ENTRY((m) + 3)
#define ENTRIES_16(m) ENTRIES_4(m), ENTRIES_4((m) + 4), ENTRIES_4((m) + 8), ENTRIES_4((m) + 12)
#define ENTRIES_64(m) ENTRIES_16(m), ENTRIES_16((m) + 16), ENTRIES_16((m) + 32), ENTRIES_16((m) + 48)

static const uint64_t squeeze[256] = { ENTRIES_64(0), ENTRIES_64(64), ENTRIES_64(128), ENTRIES_64(192) };

static inline uint64_t mask_of(__m256i low, __m256i high)
{
    return (unsigned)_mm256_movemask_epi8(low) | (uint64_t)(unsigned)_mm256_movemask_epi8(high) << 32;
}

static inline uint64_t equal(__m256i low, __m256i high, char c)
{
    __m256i wanted = _mm256_set1_epi8(c);
    return mask_of(_mm256_cmpeq_epi8(low, wanted), _mm256_cmpeq_epi8(high, wanted));
}

/* Two groups of eight bytes. Each store writes eight, of which what was not kept is written over. */
static inline char *squeeze_16(char *to, __m128i bytes, unsigned kept)
{
    unsigned first = kept & 0xff, second = kept >> 8;
    __m128i  places =
        _mm_set_epi64x((long long)(squeeze[second] | 0x0808080808080808u), (long long)squeeze[first]);
    __m128i squeezed = _mm_shuffle_epi8(bytes, places);
    _mm_storel_epi64((__m128i *)(void *)to, squeezed);
    to += __builtin_popcount(first);
    _mm_storel_epi64((__m128i *)(void *)to, _mm_unpackhi_epi64(squeezed, squeezed));
    return to + __builtin_popcount(second);
}

static inline char *squeeze_64(char *to, __m256i low, __m256i high, uint64_t kept)
{
    to = squeeze_16(to, _mm256_castsi256_si128(low), kept & 0xffff);
    to = squeeze_16(to, _mm256_extracti128_si256(low, 1), kept >> 16 & 0xffff);
    to = squeeze_16(to, _mm256_castsi256_si128(high), kept >> 32 & 0xffff);
    return squeeze_16(to, _mm256_extracti128_si256(high, 1), (unsigned)(kept >> 48));
}

/* 64 bytes at `text` to `to`; only those in `live` count. */
static inline char *minify_step(hf__minifier *state, const char *text, char *to, uint64_t live)
{
    __m256i  low = _mm256_loadu_si256((const __m256i *)(const void *)text);
    __m256i  high = _mm256_loadu_si256((const __m256i *)(const void *)(text + 32));
    uint64_t slashes = equal(low, high, '\\'), quotes = equal(low, high, '"');
    if ((slashes | state->escaped) != 0)
        quotes &= ~hf__mask_escaped(slashes, &state->escaped);
    uint64_t inside = hf__mask_parity(quotes) ^ state->in_string;
    state->in_string = 0 - (inside >> 63);
    /* In valid text, blanks are what is up to 0x20 outside of strings. */
    __m256i  highest = _mm256_set1_epi8(0x20);
    uint64_t blanks = mask_of(_mm256_cmpeq_epi8(_mm256_max_epu8(low, highest), highest),
                              _mm256_cmpeq_epi8(_mm256_max_epu8(high, highest), highest));
    uint64_t kept = (inside | ~blanks) & live;
    if (kept != ~(uint64_t)0)
        return squeeze_64(to, low, high, kept);
    _mm256_storeu_si256((__m256i *)(void *)to, low);
    _mm256_storeu_si256((__m256i *)(void *)(to + 32), high);
    return to + 64;
}

size_t hf__minify_avx2(hf__minifier *state, const char *text, size_t length, char *out)
{
    hf__minifier local = *state; /* in registers */
    char        *to = out;
    size_t       at = 0;
    for (; length - at >= HF__MINIFY_STEP; at += HF__MINIFY_STEP)
        to = minify_step(&local, text + at, to, ~(uint64_t)0);
    if (at < length) {
        char rest[HF__MINIFY_STEP] = { 0 }, short_rest[HF__MINIFY_STEP];
        memcpy(rest, text + at, length - at);
        size_t size =
            (size_t)(minify_step(&local, rest, short_rest, ((uint64_t)1 << (length - at)) - 1) - short_rest);
        memcpy(to, short_rest, size);
        to += size;
    }
    *state = local;
    return (size_t)(to - out);
}
