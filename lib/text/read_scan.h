/* read_scan.h - the small steps of the careful reader: blanks, runs of plain text, short text into slots. */
#ifndef HOLDFAST_READ_SCAN_H
#define HOLDFAST_READ_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <holdfast/value_layout.h>

static inline uint64_t hf__load8(const char *at)
{
    uint64_t word;
    memcpy(&word, at, 8);
    return word;
}

static inline uint32_t hf__load4(const char *at)
{
    uint32_t word;
    memcpy(&word, at, 4);
    return word;
}

static inline bool hf__is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline bool hf__is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* Ends a run of plain text: quote, backslash, control character, byte above 127. */
static inline bool hf__is_stop(char c)
{
    return (unsigned char)c < 0x20 || (unsigned char)c >= 0x80 || c == '"' || c == '\\';
}

#if defined(__SSE2__)

enum { HF__SCAN_STEP = 16 };

/* How many bytes of plain text begin at `at`, up to HF__SCAN_STEP, all of which are readable. */
static inline unsigned hf__plain_bytes(const char *at)
{
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i quote = _mm_cmpeq_epi8(x, _mm_set1_epi8('"'));
    __m128i slash = _mm_cmpeq_epi8(x, _mm_set1_epi8('\\'));
    /* Signed comparison: bytes above 127 are below 0x20 too. */
    __m128i odd = _mm_cmplt_epi8(x, _mm_set1_epi8(0x20));
    unsigned mask = (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, slash), odd));
    return (unsigned)__builtin_ctz(mask | 0x10000);
}

#else

enum { HF__SCAN_STEP = 8 };

static inline unsigned hf__plain_bytes(const char *at)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    uint64_t word = hf__load8(at);
    uint64_t quote = word ^ ones * '"', slash = word ^ ones * '\\';
    /* A lane's top bit is set when it stops; a borrow spoils lanes above the lowest set one only. */
    uint64_t stops = ((word - ones * 0x20) | (quote - ones) | (slash - ones) | word) & tops;
    return stops != 0 ? (unsigned)__builtin_ctzll(stops) / 8 : 8;
}

#endif

/* The length of the UTF-8 sequence of two to four bytes at `at`, 0 when it is malformed. All of it
 * must be readable; a byte that cannot continue a sequence ends the reading. */
static inline unsigned hf__utf8_sequence(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    if (at[0] < 0xe0)
        return at[0] >= 0xc2 && (at[1] & 0xc0) == 0x80 ? 2 : 0;
    if (at[0] < 0xf0) {
        if ((at[1] & 0xc0) != 0x80 || (at[2] & 0xc0) != 0x80)
            return 0;
        uint32_t c = (uint32_t)(at[0] & 15) << 12 | (uint32_t)(at[1] & 63) << 6 | (at[2] & 63u);
        return c >= 0x800 && (c & 0xf800) != 0xd800 ? 3 : 0;
    }
    if (at[0] >= 0xf5 || (at[1] & 0xc0) != 0x80 || (at[2] & 0xc0) != 0x80 || (at[3] & 0xc0) != 0x80)
        return 0;
    uint32_t c = (uint32_t)(at[0] & 7) << 18 | (uint32_t)(at[1] & 63) << 12 | (uint32_t)(at[2] & 63) << 6 | (at[3] & 63u);
    return c >= 0x10000 && c < 0x110000 ? 4 : 0;
}

/* Up to 14 bytes into a slot of kind text. Sixteen bytes at `at` must be readable: what is behind
 * the text is cut off. */
static inline void hf__put_inline(hf__slot *slot, uint64_t flags, const char *at, size_t length)
{
    uint64_t lo = hf__load8(at), hi = hf__load8(at + 6);
    unsigned bits = (unsigned)length * 8;
    lo = length >= 6 ? lo << 16 : (lo & (((uint64_t)1 << bits) - 1)) << 16;
    hi = length <= 6 ? 0 : hi & (~(uint64_t)0 >> (112 - bits));
    slot->lo = HF__TEXT | flags | (uint64_t)length << 8 | lo;
    slot->hi = hi;
}

/* The same from bytes of which only the text itself may be read. */
static inline void hf__put_inline_exact(hf__slot *slot, uint64_t flags, const char *at, size_t length)
{
    char bytes[16] = { 0 };
    memcpy(bytes, at, length);
    hf__put_inline(slot, flags, bytes, length);
}

#endif
