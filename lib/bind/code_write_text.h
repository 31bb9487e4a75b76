/* code_write_text.h - texts that need no escape: copied while they are looked at, or one look for what ends them, and a copy.
 *
 * The look for an end is by whole aligned blocks, which lie in one page: what is behind the end may be read, and is
 * never looked at. AddressSanitizer and ThreadSanitizer would object, so that their builds go byte by byte. */
#ifndef HOLDFAST_CODE_WRITE_TEXT_H
#define HOLDFAST_CODE_WRITE_TEXT_H

#include "bind/code_write.h"

#include "memory/poison.h"
#include "text/read_scan.h"

enum { TEXT_BLOCK = 16 };

/* ---- of a length that is known ------------------------------------------------------------ */

#if defined(__SSE2__)
/* Bits of bytes that need an escape or are not ASCII. */
static inline unsigned stops_of(__m128i x)
{
    __m128i quote = _mm_cmpeq_epi8(x, _mm_set1_epi8('"')), slash = _mm_cmpeq_epi8(x, _mm_set1_epi8('\\'));
    __m128i odd = _mm_cmplt_epi8(x, _mm_set1_epi8(0x20)); /* signed: bytes above 127 too */
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, slash), odd));
}

static inline unsigned copy_sixteen(char *to, const char *text)
{
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)text);
    _mm_storeu_si128((__m128i *)(void *)to, x);
    return stops_of(x);
}

/* Copies ASCII that needs no escape, up to the first byte that is or does something else. The last bytes
 * are copied with some before them, which were seen already. */
static inline size_t copy_plain(char *to, const char *text, size_t length)
{
    uint64_t first, last;
    uint32_t first4, last4;
    unsigned stops;
    size_t at = 0;
    if (length >= 16) {
        for (; length - at >= 16; at += 16)
            if (HF_UNLIKELY((stops = copy_sixteen(to + at, text + at)) != 0))
                return at + (size_t)__builtin_ctz(stops);
        at = length - 16;
        stops = copy_sixteen(to + at, text + at);
        return stops == 0 ? length : at + (size_t)__builtin_ctz(stops);
    }
    if (length >= 8) {
        memcpy(&first, text, 8);
        memcpy(&last, text + length - 8, 8);
        memcpy(to, &first, 8);
        memcpy(to + length - 8, &last, 8);
        stops = stops_of(_mm_set_epi64x((long long)last, (long long)first));
        at = stops == 0 ? length : (size_t)__builtin_ctz(stops);
        return stops == 0 || at < 8 ? at : length - 16 + at;
    }
    if (length >= 4) {
        memcpy(&first4, text, 4);
        memcpy(&last4, text + length - 4, 4);
        memcpy(to, &first4, 4);
        memcpy(to + length - 4, &last4, 4);
        stops = stops_of(_mm_set_epi32(0x61616161, 0x61616161, (int)last4, (int)first4));
        at = stops == 0 ? length : (size_t)__builtin_ctz(stops);
        return stops == 0 || at < 4 ? at : length - 8 + at;
    }
    for (; at < length; at++) {
        if (hf__is_stop(text[at]))
            return at;
        to[at] = text[at];
    }
    return length;
}
#else
static inline size_t copy_plain(char *to, const char *text, size_t length)
{
    size_t at = 0;
    for (; at < length && !hf__is_stop(text[at]); at++)
        to[at] = text[at];
    return at;
}
#endif

/* ---- ended by a NUL ---------------------------------------------------------------------- */

#if defined(__SSE2__)
static inline unsigned stops_at(const char *block)
{
    return stops_of(_mm_load_si128((const __m128i *)(const void *)block));
}
#endif

/* How many bytes come before one that ends the text, needs an escape, or is not ASCII. */
static inline size_t plain_length(const char *text)
{
#if defined(__SSE2__) && !HF__SANITIZED
    size_t skip = (uintptr_t)text & (TEXT_BLOCK - 1);
    const char *block = text - skip;
    unsigned stops = stops_at(block) >> skip;
    if (stops != 0)
        return (size_t)__builtin_ctz(stops);
    do
        block += TEXT_BLOCK;
    while ((stops = stops_at(block)) == 0);
    return (size_t)(block - text) + (size_t)__builtin_ctz(stops);
#else
    size_t length = 0;
    while (!hf__is_stop(text[length])) /* a NUL is one */
        length++;
    return length;
#endif
}

/* The last bytes are copied with some before them, which were copied already. */
static inline void copy_text(char *to, const char *text, size_t length)
{
    if (length >= TEXT_BLOCK) {
        for (size_t at = 0; length - at > TEXT_BLOCK; at += TEXT_BLOCK)
            memcpy(to + at, text + at, TEXT_BLOCK);
        memcpy(to + length - TEXT_BLOCK, text + length - TEXT_BLOCK, TEXT_BLOCK);
    } else if (length >= 8) {
        memcpy(to, text, 8);
        memcpy(to + length - 8, text + length - 8, 8);
    } else if (length >= 4) {
        memcpy(to, text, 4);
        memcpy(to + length - 4, text + length - 4, 4);
    } else {
        for (size_t at = 0; at < length; at++)
            to[at] = text[at];
    }
}

/* With quotes, and room behind it. */
static inline char *put_string(hf__out *out, char *at, const char *text, size_t room)
{
    size_t length = plain_length(text);
    *at++ = '"';
    if (HF_UNLIKELY(text[length] != 0 || (size_t)(out->end - at) < length + 1 + room))
        return hf__out_text(out, at, text, length + strlen(text + length), room);
    copy_text(at, text, length);
    at[length] = '"';
    return at + length + 1;
}

#endif
