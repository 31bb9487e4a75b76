/* read_pass.c - the careful reader: text to slots, front to back, without a stack.
 *
 * For text that stays where its caller has it, and for what is not kept; it also gives the errors of the
 * other readers, and is the only one that knows the extensions.
 *
 * Compiled four times from one description: with and without padding behind the text (without it,
 * every look is bounded), strictly and with extensions. The cursor lives in registers, so cold
 * paths get copies of what they need. */
#include "text/read_state.h"

#include "base/escape.h"
#include "base/number_read.h"
#include "text/read_cursor.h"
#include "text/read_escape.h"

#define ALWAYS_INLINE HF__ALWAYS_INLINE

/* ---- failing ----------------------------------------------------------------------------- */

static hf_status fault(hf__reading *reading, hf_status status, const char *place, const char *expected)
{
    reading->fault.status = status;
    reading->fault.place = place;
    reading->fault.expected = expected;
    reading->fault.inside = true;
    return status;
}

/* Something else stands where `expected` should: or nothing. */
static hf_status unexpected(hf__reading *reading, const char *place, const char *expected)
{
    fault(reading, place < reading->text + reading->length ? HF_BAD_TOKEN : HF_BAD_END, place, expected);
    reading->fault.inside = false;
    return reading->fault.status;
}

static hf_status limit(hf__reading *reading, hf_status status, const char *place)
{
    fault(reading, status, place, NULL);
    reading->fault.inside = false;
    return status;
}

/* ---- looking ----------------------------------------------------------------------------- */

/* The next character, 0 behind the end. */
ALWAYS_INLINE char peek(const hf__cursor *c, bool padded)
{
    return padded || c->at < c->end ? *c->at : 0;
}

ALWAYS_INLINE bool has(const hf__cursor *c, size_t bytes, bool padded)
{
    return padded || (size_t)(c->end - c->at) >= bytes;
}

/* Behind a comment that begins at `at`, or NULL with the fault set. Its text is UTF-8 too. */
static const char *skip_comment(hf__reading *reading, const char *at)
{
    const char *end = reading->text + reading->length;
    bool block = end - at >= 2 && at[1] == '*';
    if (!block && (end - at < 2 || at[1] != '/')) {
        unexpected(reading, at + 1, "'/' or '*' to begin a comment");
        return NULL;
    }
    reading->is_relaxed = true;
    for (at += 2; at < end;) {
        if ((unsigned char)*at >= 0x80) {
            char sequence[4] = { 0 };
            memcpy(sequence, at, end - at < 4 ? (size_t)(end - at) : 4);
            unsigned length = hf__utf8_sequence(sequence);
            if (length == 0) {
                fault(reading, HF_BAD_UTF8, at, NULL);
                return NULL;
            }
            at += length;
        } else if (!block && *at == '\n') {
            return at + 1;
        } else if (block && *at == '*' && end - at >= 2 && at[1] == '/') {
            return at + 2;
        } else {
            at++;
        }
    }
    if (!block)
        return end;
    unexpected(reading, end, "the end of the comment");
    return NULL;
}

/* False when a comment is malformed, with the fault set. */
ALWAYS_INLINE bool skip_blanks(hf__reading *reading, hf__cursor *c, bool padded, bool relaxed)
{
    for (;;) {
        while (hf__is_blank(peek(c, padded))) {
            c->at++;
            while (has(c, 8, padded) && hf__load8(c->at) == 0x2020202020202020u) /* indentation */
                c->at += 8;
        }
        if (!relaxed || !reading->allow_comments || peek(c, padded) != '/')
            return true;
        const char *behind = skip_comment(reading, c->at);
        if (behind == NULL)
            return false;
        c->at = behind;
    }
}

/* ---- room -------------------------------------------------------------------------------- */

/* For side text, and the slot that refers to it. */
static hf_status make_side_room(hf__reading *reading, hf__cursor *c, size_t bytes)
{
    size_t slots = (size_t)(c->slot - hf__reading_slots(reading)) + 1;
    return hf__reading_has_room(reading, slots, bytes) ? HF_OK : hf__cursor_grow(reading, c, bytes);
}

/* Side text took from the room that it shares with the slots. */
static const char *put_side(hf__reading *reading, hf__cursor *c, size_t room, size_t length)
{
    const char *side = hf__reading_put_side(reading, room, length);
    c->room = hf__reading_slots(reading) + hf__reading_slot_room(reading);
    return side;
}

/* ---- text -------------------------------------------------------------------------------- */

/* From behind the opening quote to the closing one. Notes escapes and bytes above 127. */
ALWAYS_INLINE hf_status scan_text(hf__reading *reading, hf__cursor *c, uint64_t *flags, bool padded)
{
    for (;;) {
        if (has(c, HF__SCAN_STEP, padded)) {
            unsigned plain = hf__plain_bytes(c->at);
            c->at += plain;
            if (plain == HF__SCAN_STEP)
                continue;
        } else {
            while (c->at < c->end && !hf__is_stop(*c->at))
                c->at++;
        }
        char stop = peek(c, padded);
        if (stop == '"')
            return HF_OK;
        if (stop == '\\') {
            *flags |= HF__ESCAPE;
            c->at += c->end - c->at >= 2 ? 2 : 1; /* what follows it cannot end the text */
        } else if ((unsigned char)stop >= 0x80) {
            *flags |= HF__NONASCII;
            do { /* such bytes often come in runs */
                char rest[4] = { 0 };
                bool whole = has(c, 4, padded);
                if (!whole)
                    memcpy(rest, c->at, (size_t)(c->end - c->at));
                unsigned length = hf__utf8_sequence(whole ? c->at : rest);
                if (length == 0)
                    return fault(reading, HF_BAD_UTF8, c->at, NULL);
                c->at += length;
            } while ((unsigned char)peek(c, padded) >= 0x80);
        } else if (c->at >= c->end) {
            return fault(reading, HF_BAD_END, c->end, "the closing quote");
        } else {
            return fault(reading, HF_BAD_CONTROL, c->at, "it written as an escape");
        }
    }
}

/* The first wrong escape of what stands in [begin, end), or `otherwise` when all are right. */
static hf_status escape_fault(hf__reading *reading, const char *begin, const char *end, bool whole, hf_status otherwise)
{
    hf__escape_fault found = hf__escape_find_fault(begin, (size_t)(end - begin), reading->replace_surrogates, whole);
    if (found.status == HF_OK)
        return otherwise;
    return fault(reading, found.status, begin + found.offset, found.expected);
}

static uint64_t nonascii_flag(const char *text, size_t length)
{
    uint64_t high = 0;
    size_t i = 0;
    for (; i + 8 <= length; i += 8)
        high |= hf__load8(text + i);
    for (; i < length; i++)
        high |= (uint64_t)(unsigned char)text[i];
    return (high & 0x8080808080808080u) != 0 ? HF__NONASCII : 0;
}

/* Text that gets a copy in the side text: unescaped, or without a source to refer to. */
hf_status hf__read_side_text(hf__reading *reading, hf__cursor *c, const char *begin, uint64_t flags)
{
    size_t room = (size_t)(c->at - begin), length = room;
    hf_status status = make_side_room(reading, c, room);
    if (status != HF_OK)
        return status;
    begin = c->at - room;
    char *side = hf__reading_side(reading) - room;
    if (flags & HF__ESCAPE) {
        hf__unescaped text = hf__unescape(begin, length, side, reading->replace_surrogates);
        if (text.status != HF_OK)
            return escape_fault(reading, begin, c->at, true, text.status);
        length = text.length;
        reading->is_relaxed |= text.replaced;
        flags |= nonascii_flag(side, length);
    } else {
        memcpy(side, begin, length);
    }
    if (length <= HF__INLINE_MAX) {
        hf__put_inline_exact(c->slot, flags, side, length);
    } else {
        c->slot->lo = HF__LONG_TEXT | flags | (uint64_t)length << 16;
        c->slot->hi = (uint64_t)(put_side(reading, c, room, length) - (char *)c->slot) << 16;
    }
    return HF_OK;
}

/* A text, from its opening quote on, into the next slot. */
ALWAYS_INLINE hf_status read_text(hf__reading *reading, hf__cursor *c, uint64_t flags, bool padded)
{
    const char *begin = ++c->at;
    hf_status status = scan_text(reading, c, &flags, padded);
    if (HF_UNLIKELY(status != HF_OK)) /* an escape before that place may be wrong already */
        return flags & HF__ESCAPE ? escape_fault(reading, begin, reading->fault.place, false, status) : status;
    size_t length = (size_t)(c->at - begin);
    if (HF_UNLIKELY((flags & HF__ESCAPE) || (c->source == 0 && length > HF__INLINE_MAX))) {
        HF__WITH_CURSOR(status, c, hf__read_side_text(reading, &moved, begin, flags));
        if (status != HF_OK)
            return status;
    } else if (length > HF__INLINE_MAX) {
        c->slot->lo = HF__LONG_TEXT | flags | (uint64_t)length << 16;
        c->slot->hi = (uint64_t)(begin - (char *)c->slot) << 16;
    } else if (padded || c->end - begin >= 16) {
        hf__put_inline(c->slot, flags, begin, length);
    } else {
        hf__put_inline_exact(c->slot, flags, begin, length);
    }
    c->slot++;
    c->at++;
    return HF_OK;
}

/* ---- numbers and literals ---------------------------------------------------------------- */

/* The words of a number that is kept as text; without a source, its spelling is copied aside. */
static hf_status put_number_text(hf__reading *reading, hf__cursor *c, const char *begin)
{
    size_t length = (size_t)(c->at - begin);
    const char *spelling = begin;
    if (c->source == 0) {
        hf_status status = make_side_room(reading, c, length);
        if (status != HF_OK)
            return status;
        memcpy(hf__reading_side(reading) - length, c->at - length, length);
        spelling = put_side(reading, c, length, length);
    }
    c->slot->lo = HF__NUMTEXT | (length <= 255 ? (uint64_t)length << 8 : 0) |
                  (uint64_t)(spelling - (char *)c->slot) << 16;
    c->slot->hi = length;
    return HF_OK;
}

/* Goes behind a number without converting it; false when it is none. */
static bool skip_number(hf__cursor *c)
{
    const char *at = c->at;
    while (at < c->end && (hf__is_digit(*at) || *at == '.' || *at == '-' || *at == '+' || (*at | 0x20) == 'e'))
        at++;
    if (!hf__is_digit(at[-1]) || hf__number_fault(c->at, at) != (size_t)(at - c->at))
        return false;
    c->at = at;
    return true;
}

static hf_status bad_number(hf__reading *reading, const hf__cursor *c)
{
    const char *place = c->at + hf__number_fault(c->at, c->end);
    if (place >= c->end)
        return fault(reading, HF_BAD_END, c->end, "a digit");
    return fault(reading, HF_BAD_NUMBER, place, "a digit");
}

/* Any number, by the general way. */
hf_status hf__read_any_number(hf__reading *reading, hf__cursor *c)
{
    hf__number_kind kind;
    uint64_t bits;
    const char *begin = c->at;
    if (reading->numbers_as_text && skip_number(c))
        return put_number_text(reading, c, begin);
    const char *behind = hf__number_read_prefix(begin, c->end, &kind, &bits);
    if (behind == NULL)
        return bad_number(reading, c);
    if (behind < c->end && hf__is_digit(*behind))
        return fault(reading, HF_BAD_NUMBER, behind, "no digit behind a leading zero");
    size_t length = (size_t)(behind - begin);
    c->at = behind;
    if (kind == HF__NUMBER_TEXT)
        return put_number_text(reading, c, begin);
    uint64_t source = length <= 255 ? (uint64_t)length << 8 | (uint64_t)(begin - (char *)c->slot) << 16 : 0;
    c->slot->lo = (uint64_t)kind | (source & c->source);
    c->slot->hi = bits;
    return HF_OK;
}

/* Whole numbers of up to 18 digits here, all others by the general way. */
ALWAYS_INLINE hf_status read_number(hf__reading *reading, hf__cursor *c, bool padded, bool relaxed)
{
    const char *begin = c->at;
    if (padded) {
        bool negative = *begin == '-';
        const char *digits = begin + negative, *at = digits;
        uint64_t value = 0;
        while (hf__is_digit(*at))
            value = value * 10 + (uint64_t)(*at++ - '0');
        size_t count = (size_t)(at - digits);
        if (count - 1 < 18 && *at != '.' && (*at | 0x20) != 'e' && (count == 1 || *digits != '0') &&
            !(negative && value == 0) && !(relaxed && reading->numbers_as_text)) {
            uint64_t source = (uint64_t)(at - begin) << 8 | (uint64_t)(begin - (char *)c->slot) << 16;
            c->slot->lo = HF__INT64 | (source & c->source);
            c->slot->hi = negative ? 0 - value : value;
            c->slot++;
            c->at = at;
            return HF_OK;
        }
    }
    hf_status status;
    HF__WITH_CURSOR(status, c, hf__read_any_number(reading, &moved));
    c->slot += status == HF_OK;
    return status;
}

/* The first character of a literal that is wrong. */
static hf_status bad_literal(hf__reading *reading, const char *at, const char *literal, const char *expected)
{
    const char *end = reading->text + reading->length;
    while (at < end && *at == *literal) {
        at++;
        literal++;
    }
    unexpected(reading, at, expected);
    reading->fault.inside = true;
    return reading->fault.status;
}

ALWAYS_INLINE hf_status read_literal(hf__reading *reading, hf__cursor *c, bool padded)
{
    switch (*c->at) {
    case 't':
        if (!has(c, 4, padded) || memcmp(c->at, "true", 4) != 0)
            return bad_literal(reading, c->at, "true", "true");
        hf__cursor_literal(c, HF__BOOL | HF__TRUE, 4);
        return HF_OK;
    case 'f':
        if (!has(c, 5, padded) || memcmp(c->at, "false", 5) != 0)
            return bad_literal(reading, c->at, "false", "false");
        hf__cursor_literal(c, HF__BOOL, 5);
        return HF_OK;
    default:
        if (!has(c, 4, padded) || memcmp(c->at, "null", 4) != 0)
            return bad_literal(reading, c->at, "null", "null");
        hf__cursor_literal(c, HF__NULL, 4);
        return HF_OK;
    }
}

/* ---- the pass ---------------------------------------------------------------------------- */

static const char *value_expected(const hf__cursor *c, bool first)
{
    if (c->top == NULL)
        return "a value";
    if (hf__kind(c->top) == HF__OBJECT)
        return "a value after ':'";
    return first ? "a value or ']'" : "a value after ','";
}

/* What could not begin a value. */
static hf_status no_value(hf__reading *reading, const hf__cursor *c, bool first)
{
    if (c->top == NULL && c->at >= c->end) {
        fault(reading, HF_EMPTY, c->end, NULL);
        reading->fault.inside = false;
        return HF_EMPTY;
    }
    return unexpected(reading, c->at, value_expected(c, first));
}

static hf_status no_comma(hf__reading *reading, const hf__cursor *c, bool is_object)
{
    if (c->top != NULL)
        return unexpected(reading, c->at, is_object ? "',' or '}'" : "',' or ']'");
    fault(reading, HF_TRAILING, c->at, "nothing behind the value");
    reading->fault.inside = false;
    return HF_TRAILING;
}

ALWAYS_INLINE hf_status read_values(hf__reading *reading, hf__cursor *c, bool padded, bool relaxed)
{
    hf_status status = HF_OK;
    bool is_object = false, first = true;

value:
    if (!skip_blanks(reading, c, padded, relaxed))
        return reading->fault.status;
value_here:
    if (HF_UNLIKELY(c->slot >= c->room)) {
        HF__WITH_CURSOR(status, c, hf__cursor_grow(reading, &moved, 0));
        if (status != HF_OK)
            return status;
    }
    if (HF_UNLIKELY(c->values_left-- == 0))
        return limit(reading, HF_LIMIT_VALUES, c->at);
    switch (peek(c, padded)) {
    case '"':
        status = read_text(reading, c, 0, padded);
        break;
    case '{':
        hf__cursor_open(reading, c, true);
        is_object = true;
        first = true;
        goto key;
    case '[':
        hf__cursor_open(reading, c, false);
        is_object = false;
        first = true;
        if (!skip_blanks(reading, c, padded, relaxed))
            return reading->fault.status;
        if (peek(c, padded) == ']')
            goto close;
        if (HF_UNLIKELY(c->depth > c->deepest)) {
            if (c->depth > reading->depth_max)
                return limit(reading, HF_LIMIT_DEPTH, c->at);
            c->deepest = c->depth;
        }
        goto value_here;
    case 't':
    case 'f':
    case 'n':
        status = read_literal(reading, c, padded);
        break;
    case '-':
    case '0': case '1': case '2': case '3': case '4':
    case '5': case '6': case '7': case '8': case '9':
        status = read_number(reading, c, padded, relaxed);
        break;
    default:
        return no_value(reading, c, first);
    }
    if (HF_UNLIKELY(status != HF_OK))
        return status;

after:
    first = false;
    if (HF_UNLIKELY(c->top == NULL && reading->many))
        return hf__cursor_finish(reading, c);
    if (!skip_blanks(reading, c, padded, relaxed))
        return reading->fault.status;
    switch (peek(c, padded)) {
    case ',':
        if (HF_UNLIKELY(c->top == NULL))
            return no_comma(reading, c, is_object);
        c->at++;
        if (is_object)
            goto key;
        if (relaxed && reading->allow_trailing_commas) {
            if (!skip_blanks(reading, c, padded, relaxed))
                return reading->fault.status;
            if (peek(c, padded) == ']') {
                reading->is_relaxed = true;
                goto close;
            }
        }
        goto value;
    case '}':
    case ']':
        goto close;
    default:
        if (c->top == NULL && c->at >= c->end)
            return hf__cursor_finish(reading, c);
        return no_comma(reading, c, is_object);
    }

key:
    if (!skip_blanks(reading, c, padded, relaxed))
        return reading->fault.status;
    if (HF_UNLIKELY(c->slot >= c->room)) {
        HF__WITH_CURSOR(status, c, hf__cursor_grow(reading, &moved, 0));
        if (status != HF_OK)
            return status;
    }
    if (peek(c, padded) != '"') {
        if (peek(c, padded) == '}' && (first || (relaxed && reading->allow_trailing_commas))) {
            reading->is_relaxed |= !first;
            goto close;
        }
        return unexpected(reading, c->at, first ? "a key or '}'" : "a key after ','");
    }
    if (HF_UNLIKELY(c->depth > c->deepest)) {
        if (c->depth > reading->depth_max)
            return limit(reading, HF_LIMIT_DEPTH, c->at);
        c->deepest = c->depth;
    }
    if (relaxed && c->slot == hf__reading_slots(reading) + reading->refused_slot && reading->refused_slot != 0)
        return fault(reading, HF_DUPLICATE_KEY, c->at, NULL);
    status = read_text(reading, c, HF__KEY, padded);
    if (HF_UNLIKELY(status != HF_OK))
        return status;
    c->aside++;
    if (!skip_blanks(reading, c, padded, relaxed))
        return reading->fault.status;
    if (peek(c, padded) != ':')
        return unexpected(reading, c->at, "':' after the key");
    c->at++;
    goto value;

close:
    if (HF_UNLIKELY(c->top == NULL || peek(c, padded) != (is_object ? '}' : ']')))
        return no_comma(reading, c, is_object);
    if (HF_UNLIKELY(c->slot >= c->room)) {
        HF__WITH_CURSOR(status, c, hf__cursor_grow(reading, &moved, 0));
        if (status != HF_OK)
            return status;
    }
    hf__cursor_close(reading, c, is_object);
    is_object = c->top != NULL && hf__kind(c->top) == HF__OBJECT;
    goto after;
}

/* One of the four, with where it stopped when it failed. */
ALWAYS_INLINE hf_status run(hf__reading *reading, bool padded, bool relaxed)
{
    hf__cursor c = hf__cursor_of(reading);
    hf_status status = read_values(reading, &c, padded, relaxed);
    reading->fault.top = c.top;
    reading->fault.next = c.slot;
    return status;
}

static hf_status run_padded(hf__reading *reading) { return run(reading, true, false); }
static hf_status run_bounded(hf__reading *reading) { return run(reading, false, false); }
static hf_status run_padded_relaxed(hf__reading *reading) { return run(reading, true, true); }
static hf_status run_bounded_relaxed(hf__reading *reading) { return run(reading, false, true); }

hf_status hf__read_careful(hf__reading *reading)
{
    bool relaxed = reading->allow_comments || reading->allow_trailing_commas || reading->numbers_as_text ||
                   reading->refused_slot != 0;
    if (!reading->is_padded)
        return relaxed ? run_bounded_relaxed(reading) : run_bounded(reading);
    memset(hf__reading_text(reading) + reading->length, 0, HF__READ_PADDING);
    return relaxed ? run_padded_relaxed(reading) : run_padded(reading);
}
