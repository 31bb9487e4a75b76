/* read_look.h - what stands in the next few bytes of a text, as masks: the vector steps of the fast reader.
 *
 * HF__LOOK bytes at a time, by the widest vectors that the file which includes this is compiled for. Bit
 * i * HF__LOOK_STRIDE + HF__LOOK_STRIDE - 1 of a mask stands for byte i; other bits are zero or like it. */
#ifndef HOLDFAST_READ_LOOK_H
#define HOLDFAST_READ_LOOK_H

#include <stdint.h>

#include "text/read_scan.h"

#if defined(__AVX2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

typedef struct hf__look {
    uint64_t stops; /* quotes, backslashes, control characters; exact up to the first one */
    uint64_t high;  /* bytes above 127 */
} hf__look;

#if defined(__AVX2__)

enum { HF__LOOK = 32, HF__LOOK_STRIDE = 1 };

#define HF__LOOK_8(c)  (c), (c), (c), (c), (c), (c), (c), (c)
#define HF__LOOK_32(c) { HF__LOOK_8(c), HF__LOOK_8(c), HF__LOOK_8(c), HF__LOOK_8(c) }

typedef struct hf__look_vectors {
    _Alignas(32) char quote[32], slash[32], control[32], space[32];
} hf__look_vectors;

/* What is looked for. Taken from memory, in the comparison: when gcc 12 sees what is there, it makes each of them
 * again from a number, by three instructions at each look. */
static inline const hf__look_vectors *hf__look_for(void)
{
    static const hf__look_vectors all = { HF__LOOK_32('"'), HF__LOOK_32('\\'), HF__LOOK_32(0x1f), HF__LOOK_32(' ') };
    const hf__look_vectors *vectors = &all;
    __asm__("" : "+r"(vectors));
    return vectors;
}

static inline __m256i hf__look_vector(const char *bytes)
{
    return _mm256_load_si256((const __m256i *)(const void *)bytes);
}

static inline hf__look hf__look_at(const char *at)
{
    const hf__look_vectors *all = hf__look_for();
    __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)at);
    __m256i quote = _mm256_cmpeq_epi8(x, hf__look_vector(all->quote)), slash = _mm256_cmpeq_epi8(x, hf__look_vector(all->slash));
    __m256i control = _mm256_cmpeq_epi8(_mm256_min_epu8(x, hf__look_vector(all->control)), x);
    hf__look look = { (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(quote, slash), control)),
                      (uint32_t)_mm256_movemask_epi8(x) };
    return look;
}

/* Bytes that are no spaces. */
static inline uint64_t hf__look_behind_spaces(const char *at)
{
    __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)at);
    return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, hf__look_vector(hf__look_for()->space)));
}

#elif defined(__SSE2__)

enum { HF__LOOK = 16, HF__LOOK_STRIDE = 1 };

static inline hf__look hf__look_at(const char *at)
{
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i quote = _mm_cmpeq_epi8(x, _mm_set1_epi8('"')), slash = _mm_cmpeq_epi8(x, _mm_set1_epi8('\\'));
    __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1f)), x);
    hf__look look = { (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, slash), control)),
                      (unsigned)_mm_movemask_epi8(x) };
    return look;
}

static inline uint64_t hf__look_behind_spaces(const char *at)
{
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)at);
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8(' '))) ^ 0xffffu;
}

#elif defined(__ARM_NEON) && defined(__aarch64__)

enum { HF__LOOK = 16, HF__LOOK_STRIDE = 4 };

/* Four bits for each byte that is all ones or all zeros. */
static inline uint64_t hf__look_mask(uint8x16_t bytes)
{
    return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(bytes), 4)), 0);
}

static inline hf__look hf__look_at(const char *at)
{
    uint8x16_t x = vld1q_u8((const uint8_t *)(const void *)at);
    uint8x16_t marks = vorrq_u8(vceqq_u8(x, vdupq_n_u8('"')), vceqq_u8(x, vdupq_n_u8('\\')));
    hf__look look = { hf__look_mask(vorrq_u8(marks, vcltq_u8(x, vdupq_n_u8(0x20)))),
                      hf__look_mask(vcgeq_u8(x, vdupq_n_u8(0x80))) };
    return look;
}

static inline uint64_t hf__look_behind_spaces(const char *at)
{
    return ~hf__look_mask(vceqq_u8(vld1q_u8((const uint8_t *)(const void *)at), vdupq_n_u8(' ')));
}

#else

enum { HF__LOOK = 8, HF__LOOK_STRIDE = 8 };

static inline hf__look hf__look_at(const char *at)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    uint64_t word = hf__load8(at), quote = word ^ ones * '"', slash = word ^ ones * '\\';
    /* A borrow spoils lanes above the lowest one that is set only. */
    uint64_t marks = ((quote - ones) & ~quote) | ((slash - ones) & ~slash) | ((word - ones * 0x20) & ~word);
    hf__look look = { marks & tops, word & tops };
    return look;
}

static inline uint64_t hf__look_behind_spaces(const char *at)
{
    return hf__load8(at) ^ 0x2020202020202020u;
}

#endif

/* Text of up to 14 bytes into its slot, from its opening quote on: two bytes before it, which become the head,
 * and all that a slot can hold must be readable. */
static inline void hf__look_put_inline(hf__slot *slot, uint64_t flags, const char *text, size_t length)
{
#if defined(__SSE2__)
    static const uint8_t kept[32] = { 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 };
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(text - 2));
    bytes = _mm_and_si128(bytes, _mm_loadu_si128((const __m128i *)(const void *)(kept + HF__INLINE_MAX - length)));
    bytes = _mm_insert_epi16(bytes, (int)(HF__TEXT | flags | length << 8), 0);
    _mm_storeu_si128((__m128i *)(void *)slot, bytes);
#else
    hf__put_inline(slot, flags, text, length);
#endif
}

/* Which byte the lowest bit stands for. */
static inline unsigned hf__look_first(uint64_t mask)
{
    return (unsigned)__builtin_ctzll(mask) / HF__LOOK_STRIDE;
}

/* The bits up to the lowest one. */
static inline uint64_t hf__look_until(uint64_t mask)
{
    return mask ^ (mask - 1);
}

#endif
