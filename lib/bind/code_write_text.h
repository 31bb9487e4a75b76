/* code_write_text.h - texts that need no escape, copied while they are looked at. */
#ifndef HOLDFAST_CODE_WRITE_TEXT_H
#define HOLDFAST_CODE_WRITE_TEXT_H

#include "bind/code_write.h"

#include "text/read_scan.h"

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


/* With quotes, and room behind it. */
static inline char *put_string(hf__out *out, char *at, const char *text, size_t room)
{
    size_t length = strlen(text);
    *at++ = '"';
    if (HF_UNLIKELY((size_t)(out->end - at) < length + room))
        return hf__out_text(out, at, text, length, room);
    size_t plain = copy_plain(at, text, length);
    if (HF_UNLIKELY(plain < length))
        return hf__out_text(out, at + plain, text + plain, length - plain, room);
    at[length] = '"';
    return at + length + 1;
}

#endif
