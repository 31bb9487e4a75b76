/* read_fast.h - the fast reader: text to slots in one pass, without words for what is wrong.
 *
 * Compiled by read_fast.c and by read_fast_avx2.c, for what their machines can do. It takes padded text in the
 * block, strict, with its source kept. It checks as much as the careful reader (read_pass.c) does and says
 * only that something is wrong: that one reads such a text again, and finds the words and the place.
 *
 * That makes it short: UTF-8 is checked beforehand, while the text is copied, so that bytes above 127 are like
 * any others here; zeros behind the text stop each step, so that nothing asks for the end; and one look at the
 * room for slots answers for the limit on values too. */
#ifndef HOLDFAST_READ_FAST_H
#define HOLDFAST_READ_FAST_H

#include "base/number_read.h"
#include "base/utf8.h"
#include "text/read_cursor.h"
#include "text/read_look.h"

/* ---- guessing ---------------------------------------------------------------------------- */

/* Where the next token stands is the end of a long chain: load, compare, mask, count, add. What repeats is made a
 * branch, which the processor predicts, and goes on meanwhile as if the number were known. */

/* Keeps the compiler from seeing that two ways lead to the same number. */
#define OPAQUE(number) __asm__("" : "+r"(number))

/* `length`, which often is what it was at such a place before: that of a key. */
HF__ALWAYS_INLINE size_t guessed_length(size_t length)
{
#define CASE(number)      \
    case number:          \
        length = number;  \
        OPAQUE(length);   \
        return length;
    switch (length) {
        CASE(0) CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7)
        CASE(8) CASE(9) CASE(10) CASE(11) CASE(12) CASE(13) CASE(14)
    default:
        return length;
    }
#undef CASE
}

/* `count`, which often is what it was the last time: that of the spaces in front of a line. */
HF__ALWAYS_INLINE size_t guessed_indent(size_t count, size_t *last)
{
    size_t guess = *last;
    if (HF_LIKELY(count == guess)) {
        OPAQUE(guess);
        return guess;
    }
    *last = count;
    return count;
}

/* ---- blanks ------------------------------------------------------------------------------ */

/* Where no blank stands. */
HF__ALWAYS_INLINE const char *skip_blanks(const char *at, size_t *indent)
{
    while ((unsigned char)*at <= ' ' && hf__is_blank(*at)) {
        at++; /* a new line; its indentation follows */
        uint64_t others;
        while (HF_UNLIKELY((others = hf__look_behind_spaces(at)) == 0))
            at += HF__LOOK;
        at += guessed_indent(hf__look_first(others), indent);
    }
    return at;
}

/* ---- room -------------------------------------------------------------------------------- */

/* Slots up to c->room are no more than the limit on values allows, even if each of them is one. */
static void limit_room(const hf__reading *reading, hf__cursor *c)
{
    uint64_t values = (uint64_t)(c->slot - hf__reading_slots(reading)) - c->aside;
    uint64_t left = reading->values_max > values ? reading->values_max - values : 0;
    c->room = hf__reading_slots(reading) + hf__reading_slot_room(reading);
    if (c->room > c->slot && left < (uint64_t)(c->room - c->slot))
        c->room = c->slot + left;
}

static __attribute__((noinline)) hf_status more_room(hf__reading *reading, hf__cursor *c, bool closing)
{
    hf_status status = HF_OK;
    limit_room(reading, c);
    if (c->slot >= hf__reading_slots(reading) + hf__reading_slot_room(reading)) {
        status = hf__cursor_grow(reading, c, 0);
        limit_room(reading, c);
    }
    return status == HF_OK && !closing && c->slot >= c->room ? HF_LIMIT_VALUES : status;
}

/* For the slot of a value, or of a key, and then of its value too: one of the spare slots takes that. Or for one
 * that closes, which no limit on values holds up. */
HF__ALWAYS_INLINE hf_status make_room(hf__reading *reading, hf__cursor *c, bool closing)
{
    hf_status status = HF_OK;
    if (HF_UNLIKELY(c->slot >= c->room))
        HF__WITH_CURSOR(status, c, more_room(reading, &moved, closing));
    return status;
}

/* ---- text -------------------------------------------------------------------------------- */

/* A text with escapes, the first of which is at c->at. */
static __attribute__((noinline)) hf_status read_escaped(hf__reading *reading, hf__cursor *c, const char *begin,
                                                        uint64_t flags)
{
    while (*c->at != '"') {
        if (*c->at != '\\')
            return HF_BAD_CONTROL;
        c->at += 2; /* what follows it cannot end the text */
        uint64_t stops;
        while ((stops = hf__look_at(c->at).stops) == 0)
            c->at += HF__LOOK;
        c->at += hf__look_first(stops);
    }
    hf_status status = hf__read_side_text(reading, c, begin, flags | HF__ESCAPE);
    limit_room(reading, c);
    return status;
}

/* From the opening quote to behind the closing one. */
HF__ALWAYS_INLINE hf_status read_text(hf__reading *reading, hf__cursor *c, uint64_t flags)
{
    const char *begin = c->at + 1, *at = begin;
    hf__look look = hf__look_at(at);
    uint64_t high = 0;
    while (look.stops == 0) {
        high |= look.high;
        at += HF__LOOK;
        look = hf__look_at(at);
    }
    high |= look.high & hf__look_until(look.stops);
    at += hf__look_first(look.stops);
    size_t length = (size_t)(at - begin);
    if (flags & HF__KEY)
        at = begin + (length = guessed_length(length));
    c->at = at;
    flags |= high != 0 ? HF__NONASCII : 0u;
    if (HF_UNLIKELY(*at != '"')) {
        hf_status status;
        HF__WITH_CURSOR(status, c, read_escaped(reading, &moved, begin, flags));
        if (status != HF_OK)
            return status;
    } else if (length <= HF__INLINE_MAX) {
        hf__look_put_inline(c->slot, flags, begin, length);
    } else {
        c->slot->lo = HF__LONG_TEXT | flags | (uint64_t)length << 16;
        c->slot->hi = (uint64_t)(begin - (char *)c->slot) << 16;
    }
    c->slot++;
    c->at++;
    return HF_OK;
}

/* ---- numbers and literals ---------------------------------------------------------------- */

/* Behind the digits at `at`; *value is right as long as it had at most 19 in all. Eight at a time: a word of
 * digits becomes pairs, fours and a number by three multiplications (D. Lemire, 2022). */
HF__ALWAYS_INLINE const char *read_digits(const char *at, uint64_t *value)
{
    static const uint32_t ten_to[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000 };
    for (;;) {
        uint64_t word = hf__load8(at), digits = word - 0x3030303030303030u;
        uint64_t others = ((word + 0x4646464646464646u) | digits) & 0x8080808080808080u; /* exact up to the first */
        unsigned count = others != 0 ? (unsigned)__builtin_ctzll(others) / 8 : 8;
        if (count == 0)
            return at;
        digits <<= (8 - count) * 8; /* as if zeros stood before them */
        digits = digits * 10 + (digits >> 8);
        digits = ((digits & 0x000000ff000000ffu) * 0x000f424000000064u +
                  ((digits >> 16) & 0x000000ff000000ffu) * 0x0000271000000001u) >> 32;
        *value = *value * ten_to[count] + digits;
        at += count;
        if (count < 8)
            return at;
    }
}

/* Up to 19 digits, with or without a fraction, here; all others by the general way. */
HF__ALWAYS_INLINE hf_status read_number(hf__reading *reading, hf__cursor *c)
{
    const char *begin = c->at, *whole = begin + (*begin == '-'), *point, *at;
    uint64_t value = 0, sign = (uint64_t)(*begin == '-'), bits;
    point = at = read_digits(whole, &value);
    bool is_real = *point == '.';
    if (is_real)
        at = read_digits(point + 1, &value);
    /* An integer of 19 digits may be too large, -0 is none. */
    size_t digits = (size_t)(at - whole);
    bool fits = is_real ? digits <= 20 && at - point > 1 : digits <= 18 && (value != 0 || sign == 0);
    bool well_begun = point - whole == 1 || (unsigned char)(*whole - '1') < 9;
    if (HF_UNLIKELY(!fits || !well_begun || (*at | 0x20) == 'e')) {
        hf_status status;
        HF__WITH_CURSOR(status, c, hf__read_any_number(reading, &moved));
        c->slot += status == HF_OK;
        return status;
    }
    uint64_t kind = HF__INT64;
    if (HF_UNLIKELY(reading->numbers_as_text)) {
        kind = HF__NUMTEXT;
        bits = (uint64_t)(at - begin);
    } else if (is_real) {
        double rounded = hf__number_round(value, point + 1 - at);
        kind = HF__DOUBLE;
        memcpy(&bits, &rounded, sizeof bits);
        bits |= sign << 63;
    } else {
        bits = (value ^ (0 - sign)) + sign;
    }
    c->slot->lo = kind | (uint64_t)(at - begin) << 8 | (uint64_t)(begin - (char *)c->slot) << 16;
    c->slot->hi = bits;
    c->slot++;
    c->at = at;
    return HF_OK;
}

HF__ALWAYS_INLINE hf_status read_literal(hf__cursor *c)
{
    uint32_t word = hf__load4(c->at);
    if (word == 0x65757274) /* true */
        hf__cursor_literal(c, HF__BOOL | HF__TRUE, 4);
    else if (word == 0x6c6c756e) /* null */
        hf__cursor_literal(c, HF__NULL, 4);
    else if (word == 0x736c6166 && c->at[4] == 'e') /* false */
        hf__cursor_literal(c, HF__BOOL, 5);
    else
        return HF_BAD_TOKEN;
    return HF_OK;
}

/* ---- the pass ---------------------------------------------------------------------------- */

/* At the first child of a container. */
HF__ALWAYS_INLINE bool is_too_deep(const hf__reading *reading, hf__cursor *c)
{
    if (HF_LIKELY(c->depth <= c->deepest))
        return false;
    c->deepest = c->depth;
    return c->depth > reading->depth_max;
}

/* A text whose outermost value is a container. */
HF__ALWAYS_INLINE hf_status read_containers(hf__reading *reading, hf__cursor *c)
{
    hf_status status;
    bool is_object = false;
    size_t indent = 0;
    c->at = skip_blanks(c->at, &indent);
    if (*c->at != '{' && *c->at != '[')
        return HF_BAD_TOKEN;

element:
    if ((status = make_room(reading, c, false)) != HF_OK)
        return status;

value:
    if (*c->at == '"') {
        status = read_text(reading, c, 0);
    } else if (*c->at == '-' || hf__is_digit(*c->at)) {
        status = read_number(reading, c);
    } else if (*c->at == '{' || *c->at == '[') {
        is_object = *c->at == '{';
        hf__cursor_open(reading, c, is_object);
        c->at = skip_blanks(c->at, &indent);
        if (*c->at == (is_object ? '}' : ']'))
            goto close;
        if (is_too_deep(reading, c))
            return HF_LIMIT_DEPTH;
        if (is_object)
            goto key;
        goto element;
    } else {
        status = read_literal(c);
    }
    if (HF_UNLIKELY(status != HF_OK))
        return status;

after:
    if (*c->at != ',') {
        c->at = skip_blanks(c->at, &indent);
        if (*c->at != ',')
            goto close;
    }
    c->at = skip_blanks(c->at + 1, &indent);
    if (!is_object)
        goto element;

key:
    if (HF_UNLIKELY(*c->at != '"'))
        return HF_BAD_TOKEN;
    if ((status = make_room(reading, c, false)) != HF_OK)
        return status;
    if ((status = read_text(reading, c, HF__KEY)) != HF_OK)
        return status;
    c->aside++;
    if (HF_UNLIKELY(*c->at != ':')) {
        c->at = skip_blanks(c->at, &indent);
        if (*c->at != ':')
            return HF_BAD_TOKEN;
    }
    c->at++;
    c->at = skip_blanks(c->at + (*c->at == ' '), &indent);
    goto value;

close:
    if (HF_UNLIKELY(*c->at != (is_object ? '}' : ']')))
        return HF_BAD_TOKEN;
    if ((status = make_room(reading, c, true)) != HF_OK)
        return status;
    hf__cursor_close(reading, c, is_object);
    if (HF_UNLIKELY(c->top == NULL)) {
        c->at = skip_blanks(c->at, &indent);
        return c->at == c->end ? HF_OK : HF_TRAILING;
    }
    is_object = hf__kind(c->top) == HF__OBJECT;
    goto after;
}

/* ---- before ------------------------------------------------------------------------------ */

/* Copies the text to where it is read, and checks its UTF-8 meanwhile. */
static bool copy_text(hf__reading *reading)
{
    enum { CHUNK = 16 << 10 };
    char *text = hf__reading_text(reading);
    size_t checked = 0;
    for (size_t to = 0; to < reading->length;) {
        size_t from = to;
        to = reading->length - from > CHUNK ? from + CHUNK : reading->length;
        if (reading->pending != NULL)
            memcpy(text + from, reading->pending + from, to - from);
        checked += hf__utf8_fault(text + checked, to - checked);
        if (to - checked >= (to == reading->length ? 1 : 4)) /* a character may go on in the next chunk */
            return false;
    }
    memset(text + reading->length, 0, HF__READ_PADDING);
    return true;
}

static inline hf_status read_fast(hf__reading *reading)
{
    if (!copy_text(reading))
        return HF_BAD_UTF8;
    hf__cursor c = hf__cursor_of(reading);
    limit_room(reading, &c);
    c.source = ~(uint64_t)0;
    hf_status status = read_containers(reading, &c);
    return status == HF_OK ? hf__cursor_finish(reading, &c) : status;
}

#endif
