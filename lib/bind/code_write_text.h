/* code_write_text.h - texts that need no escape: one look for what ends them, and a copy.
 *
 * The look is by whole aligned blocks, which lie in one page: what is behind the end of a text may be read, and is
 * never looked at. AddressSanitizer and ThreadSanitizer would object, so that their builds go byte by byte. */
#ifndef HOLDFAST_CODE_WRITE_TEXT_H
#define HOLDFAST_CODE_WRITE_TEXT_H

#include "bind/code_write.h"

#include "memory/poison.h"
#include "text/read_scan.h"

enum { TEXT_BLOCK = 16 };

#if defined(__SSE2__)
#include <emmintrin.h>

/* Bits of the bytes that end a text, need an escape, or are not ASCII. Signed: bytes above 127 too. */
static inline uint32_t stops_at(const char *block)
{
    __m128i bytes = _mm_load_si128((const __m128i *)(const void *)block);
    __m128i odd = _mm_cmplt_epi8(bytes, _mm_set1_epi8(' '));
    __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    return (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, slash), odd));
}
#endif

/* How many bytes come before one that ends the text, needs an escape, or is not ASCII. */
static inline size_t plain_length(const char *text)
{
#if defined(__SSE2__) && !HF__SANITIZED
    size_t skip = (uintptr_t)text & (TEXT_BLOCK - 1);
    const char *block = text - skip;
    uint32_t stops = stops_at(block) >> skip;
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
