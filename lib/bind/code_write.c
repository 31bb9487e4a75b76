/* code_write.c - the steps of generated writers that are not inline.
 *
 * Each answers NULL for what JSON cannot say and without memory; see bind_code.h. */
#include "bind/code_write.h"

#include "base/checked.h"
#include "base/escape.h"
#include "base/number_write.h"
#include "base/utf8.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* ---- room -------------------------------------------------------------------------------- */

char *hf__out_grow(hf__out *out, char *at, size_t bytes)
{
    hf_buffer *buffer = out->buffer;
    enum { SPARE = 256 }; /* so that the next few members need not come here; given up near the ceiling */
    buffer->length = at != NULL && buffer->bytes != NULL ? (size_t)(at - buffer->bytes) : buffer->length;
    hf_status status = hf_buffer_reserve(buffer, bytes + SPARE, NULL);
    if (status != HF_OK)
        status = hf_buffer_reserve(buffer, bytes, NULL);
    if (status != HF_OK)
        return NULL;
    out->end = buffer->bytes + buffer->room;
    return buffer->bytes + buffer->length;
}

/* ---- scalars ----------------------------------------------------------------------------- */

char *hf__out_i64(char *at, int64_t value)
{
    return at + hf__number_write_i64(at, value);
}

char *hf__out_u64(char *at, uint64_t value)
{
    return at + hf__number_write_u64(at, value);
}

char *hf__out_double(char *at, double value)
{
    size_t length = hf__number_write_double(at, value);
    return length > 0 ? at + length : NULL;
}

/* ---- texts ------------------------------------------------------------------------------- */

/* Copies ASCII that needs no escape, up to the first byte that is or does something else. There is room
 * for all of it, and 16 bytes more. */
static size_t copy_plain(char *to, const char *text, size_t length)
{
    size_t at = 0;
#if defined(__SSE2__)
    for (; length - at >= 16; at += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(text + at));
        _mm_storeu_si128((__m128i *)(void *)(to + at), x);
        __m128i quote = _mm_cmpeq_epi8(x, _mm_set1_epi8('"')), slash = _mm_cmpeq_epi8(x, _mm_set1_epi8('\\'));
        __m128i odd = _mm_cmplt_epi8(x, _mm_set1_epi8(0x20)); /* signed: bytes above 127 too */
        unsigned mask = (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, slash), odd));
        if (mask != 0)
            return at + (size_t)__builtin_ctz(mask);
    }
#endif
    for (; at < length; at++) {
        unsigned char c = (unsigned char)text[at];
        if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\')
            return at;
        to[at] = (char)c;
    }
    return length;
}

static char *out_text(hf__out *out, char *at, const char *text, size_t length)
{
    size_t room;
    if (!hf__size_add(length, 2 + 16, &room))
        return NULL;
    at = hf__out_room(out, at, room);
    if (at == NULL)
        return NULL;
    *at++ = '"';
    size_t plain = copy_plain(at, text, length);
    at += plain;
    if (HF_UNLIKELY(plain < length)) {
        text += plain;
        length -= plain;
        if (hf__utf8_fault(text, length) < length)
            return NULL;
        plain = hf__escape_find(text, length);
        if (!hf__size_array(length - plain, 6, plain, &room) || !hf__size_add(room, 1, &room))
            return NULL;
        at = hf__out_room(out, at, room);
        if (at == NULL)
            return NULL;
        memcpy(at, text, plain);
        at += plain;
        if (plain < length)
            at += hf__escape(text + plain, length - plain, at);
    }
    *at++ = '"';
    return at;
}

char *hf__out_string(hf__out *out, char *at, const char *text)
{
    if (text != NULL)
        return out_text(out, at, text, strlen(text));
    at = hf__out_room(out, at, 4);
    return at != NULL ? HF__OUT(at, "null") : NULL;
}

char *hf__out_chars(hf__out *out, char *at, const char *text, size_t size)
{
    return out_text(out, at, text, strnlen(text, size));
}

/* ---- the whole --------------------------------------------------------------------------- */

bool hf__out_write(const hf_code *code, const void *object, const hf_encode_options *options, hf_buffer *buffer)
{
    size_t length = buffer->length;
    hf__out out = { .buffer = buffer, .options = options };
    char *at = hf__out_grow(&out, NULL, 1);
    if (at != NULL)
        at = code->write(&out, at, object);
    buffer->length = at != NULL ? (size_t)(at - buffer->bytes) : length;
    return at != NULL;
}
