/* code_write.c - the steps of generated writers that are not inline.
 *
 * What JSON cannot say, and without memory, they fail: nothing that is written from then on is kept, and no step
 * needs to ask. See bind_code.h. */
#include "bind/code_write.h"

#include "bind/struct_store.h"

#include "base/checked.h"
#include "base/escape.h"
#include "base/number_digits.h"
#include "base/number_read.h"
#include "base/number_write.h"
#include "base/utf8.h"

#include "text/read_scan.h"

/* ---- room -------------------------------------------------------------------------------- */

char *hf__out_fail(hf__out *out)
{
    out->has_failed = true;
    out->end = out->waste + HF__OUT_WASTE;
    return out->waste;
}

char *hf__out_grow(hf__out *out, char *at, size_t bytes)
{
    hf_buffer *buffer = out->buffer;
    if (out->has_failed)
        return out->waste;
    buffer->length = at != NULL && buffer->bytes != NULL ? (size_t)(at - buffer->bytes) : buffer->length;
    hf_status status = hf_buffer_reserve(buffer, bytes + HF__OUT_AHEAD, NULL); /* more than is needed; not near the ceiling */
    if (status != HF_OK)
        status = hf_buffer_reserve(buffer, bytes, NULL);
    if (status != HF_OK)
        return hf__out_fail(out);
    out->end = buffer->bytes + buffer->room;
    return buffer->bytes + buffer->length;
}

char *hf__out_ahead(hf__out *out, char *at)
{
    return hf__out_room(out, at, HF__OUT_AHEAD);
}

char *hf__out_literal(hf__out *out, char *at, const char *text, size_t length)
{
    at = hf__out_room(out, at, length + HF__OUT_AHEAD);
    if (out->has_failed)
        return at;
    memcpy(at, text, length);
    return at + length;
}

/* ---- scalars ----------------------------------------------------------------------------- */

static inline char *out_u64(char *at, uint64_t value)
{
    return at + (HF_LIKELY(value < 100000000) ? hf__write_short(at, (uint32_t)value) : hf__number_write_u64(at, value));
}

char *hf__out_i64(char *at, int64_t value)
{
    bool is_negative = value < 0;
    *at = '-';
    return out_u64(at + is_negative, is_negative ? 0 - (uint64_t)value : (uint64_t)value);
}

char *hf__out_u64(char *at, uint64_t value)
{
    return out_u64(at, value);
}

/* Six decimals at most, as prices and places on earth have: NULL for any other number. No other text of up
 * to fifteen digits reads as the same double, so one that does is the shortest. */
static inline char *out_decimals(char *at, double value)
{
    double size = value < 0 ? -value : value;
    if (!(size >= 1e-5 && size < 1e8))
        return NULL;
    uint64_t millionths = (uint64_t)(size * 1e6 + 0.5);
    uint32_t whole = (uint32_t)(millionths / 1000000), fraction = (uint32_t)(millionths % 1000000);
    if (fraction == 0 || hf__number_round(millionths, -6) != size)
        return NULL;
    *at = '-';
    at += value < 0;
    at += hf__write_short(at, whole);
    *at++ = '.';
    uint64_t digits = hf__eight_digits(fraction * 100);
    hf__put_word(at, digits | HF__ASCII_ZEROS);
    return at + 8 - __builtin_clzll(digits) / 8;
}

char *hf__out_double(hf__out *out, char *at, double value)
{
    char *end = out_decimals(at, value);
    if (HF_LIKELY(end != NULL))
        return end;
    size_t length = hf__number_write_double(at, value);
    return length > 0 ? at + length : hf__out_fail(out);
}

/* ---- texts ------------------------------------------------------------------------------- */

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

/* What needs more than copying; `plain` bytes of it are copied. */
static __attribute__((noinline)) char *out_escaped(hf__out *out, char *at, const char *text, size_t length, size_t plain)
{
    size_t room = 0;
    at += plain;
    text += plain;
    length -= plain;
    if (hf__utf8_fault(text, length) < length)
        return hf__out_fail(out);
    plain = hf__escape_find(text, length);
    if (!hf__size_array(length - plain, 6, plain, &room) || !hf__size_add(room, 1 + HF__OUT_AHEAD, &room))
        return hf__out_fail(out);
    at = hf__out_room(out, at, room);
    if (out->has_failed)
        return at;
    memcpy(at, text, plain);
    at += plain;
    if (plain < length)
        at += hf__escape(text + plain, length - plain, at);
    *at++ = '"';
    return at;
}

static inline char *out_text(hf__out *out, char *at, const char *text, size_t length)
{
    if (HF_UNLIKELY((size_t)(out->end - at) < length + 2 + HF__OUT_AHEAD)) {
        at = hf__out_grow(out, at, length + 2 + HF__OUT_AHEAD);
        if (out->has_failed)
            return at;
    }
    *at++ = '"';
    size_t plain = copy_plain(at, text, length);
    if (HF_UNLIKELY(plain < length))
        return out_escaped(out, at, text, length, plain);
    at[length] = '"';
    return at + length + 1;
}

char *hf__out_string(hf__out *out, char *at, const char *text)
{
    if (text != NULL)
        return out_text(out, at, text, strlen(text));
    at = hf__out_room(out, at, 4 + HF__OUT_AHEAD);
    return HF__OUT(at, "null");
}

char *hf__out_chars(hf__out *out, char *at, const char *text, size_t size)
{
    return out_text(out, at, text, strnlen(text, size));
}

/* ---- records that lead back to themselves ------------------------------------------------ */

/* What is deeper is left to the tables, whose limit is 2^24 containers: there may be two in a frame, and some
 * more below the last one. */
enum { FRAMES_FIRST = 16, FRAMES_MAX = 1 << 22 };

static bool grow_frames(hf__out *out)
{
    const hf_allocator *allocator = hf__work_allocator(out->options != NULL ? out->options->allocator : NULL);
    bool is_first = out->frames == out->first_frames;
    size_t size = out->frame_room * sizeof(hf__out_frame);
    if (out->frame_room >= FRAMES_MAX)
        return false;
    hf__out_frame *grown = allocator->resize(allocator->context, is_first ? NULL : out->frames, is_first ? 0 : size, 2 * size, _Alignof(hf__out_frame));
    if (grown == NULL)
        return false;
    if (is_first)
        memcpy(grown, out->frames, size);
    out->frames = grown;
    out->frame_room *= 2;
    return true;
}

char *hf__out_enter(hf__out *out, char *at, hf__out_step *step, const void *object)
{
    if (HF_UNLIKELY(out->frame_count == out->frame_room) && !grow_frames(out))
        return hf__out_fail(out);
    out->frames[out->frame_count++] = (hf__out_frame){ .step = step, .object = object };
    out->is_entering = true;
    return at;
}

char *hf__out_run(hf__out *out, char *at, hf__out_step *step, const void *object)
{
    size_t base = out->frame_count;
    at = hf__out_enter(out, at, step, object);
    while (!out->has_failed && out->frame_count > base) {
        out->is_entering = false;
        at = hf__out_top(out)->step(out, at);
        if (!out->is_entering)
            out->frame_count--;
    }
    out->frame_count = base;
    out->is_entering = false; /* whoever has called a writer goes on */
    return at;
}

/* ---- the whole --------------------------------------------------------------------------- */

bool hf__out_write(const hf_code *code, const void *object, const hf_encode_options *options, hf_buffer *buffer)
{
    size_t length = buffer->length;
    hf__out_frame first[FRAMES_FIRST];
    char waste[1 + HF__OUT_WASTE]; /* what stands before a step is looked at */
    hf__out out = { .buffer = buffer, .options = options, .waste = waste + 1, .frames = first, .first_frames = first, .frame_room = FRAMES_FIRST };
    waste[0] = ',';
    char *at = hf__out_grow(&out, NULL, 1);
    if (!out.has_failed)
        at = code->write(&out, at, object);
    buffer->length = !out.has_failed ? (size_t)(at - buffer->bytes) : length;
    if (out.frames != first)
        hf__allocator_free(hf__work_allocator(options != NULL ? options->allocator : NULL), out.frames, out.frame_room * sizeof *out.frames,
                           _Alignof(hf__out_frame));
    return !out.has_failed;
}
