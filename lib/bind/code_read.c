/* code_read.c - the steps of generated readers that are not inline.
 *
 * Each answers NULL for text that is not right, that only the tables read, and without memory; see
 * bind_code.h. UTF-8 was checked for the whole text before. */
#include "bind/code_read.h"

#include "base/cpu.h"
#include "base/escape.h"
#include "base/number_read.h"
#include "text/read_scan.h"

#include "bind/code_pass.h"
#include "bind/struct_release.h"
#include "bind/struct_rule.h"
#include "bind/text_run.h"

/* ---- blanks ------------------------------------------------------------------------------ */

static inline const char *skip_blanks(const char *at, const char *end)
{
    if (HF_LIKELY((unsigned char)*at > ' '))
        return at;
    if (*at == ' ' && (unsigned char)at[1] > ' ') /* '}' ends the text, so there is a byte behind a blank */
        return at + 1;
#if defined(__SSE2__)
    while (end - at >= HF__TEXT_RUN_STEP) { /* indentation is long */
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i space = _mm_cmpeq_epi8(x, _mm_set1_epi8(' ')), feed = _mm_cmpeq_epi8(x, _mm_set1_epi8('\n'));
        __m128i tab = _mm_cmpeq_epi8(x, _mm_set1_epi8('\t')), back = _mm_cmpeq_epi8(x, _mm_set1_epi8('\r'));
        unsigned blank = (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(space, feed), _mm_or_si128(tab, back)));
        if (blank != 0xffff)
            return at + __builtin_ctz(~blank);
        at += HF__TEXT_RUN_STEP;
    }
#endif
    (void)end;
    while (hf__is_blank(*at))
        at++;
    return at;
}

const char *hf__in_blanks_slow(const hf__in *in, const char *at)
{
    return skip_blanks(at, in->end);
}

/* ---- memory ------------------------------------------------------------------------------ */

void *hf__in_take(hf__in *in, size_t size, size_t alignment)
{
    return hf__store_take(&in->store, size, alignment);
}

static char *need_room(hf__in *in, size_t length)
{
    if (in->room_bytes >= length)
        return in->room;
    const hf_allocator *allocator = hf__work_allocator(in->store.allocator);
    size_t bytes = length + length / 2 + 64;
    char *grown = allocator->resize(allocator->context, in->room, in->room_bytes, bytes, 1);
    if (grown == NULL)
        return NULL;
    in->room = grown;
    in->room_bytes = bytes;
    return grown;
}

/* ---- texts ------------------------------------------------------------------------------- */

/* The quote, backslash or control character at or behind `at`; NULL when the text ends before. */
static inline const char *text_stop(const char *at, const char *end)
{
    while (end - at >= HF__TEXT_RUN_STEP) {
        unsigned run = hf__text_run(at);
        at += run;
        if (run < HF__TEXT_RUN_STEP)
            return at;
    }
    while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20)
        at++;
    return at < end ? at : NULL;
}

/* A text that has escapes, from the first one on: its closing quote. */
static const char *quote_after_escapes(const char *at, const char *end)
{
    while (at != NULL && *at == '\\')
        at = end - at > 2 ? text_stop(at + 2, end) : NULL;
    return at != NULL && *at == '"' ? at : NULL;
}

/* The text whose opening quote is at `at`; answers its closing quote. */
static const char *read_text(hf__in *in, const char *at, hf_text *ret_text)
{
    const char *begin = at + 1;
    if (*at != '"')
        return NULL;
    at = text_stop(begin, in->end);
    if (at == NULL)
        return NULL;
    if (HF_LIKELY(*at == '"')) {
        *ret_text = hf_text_of(begin, (size_t)(at - begin));
        return at;
    }
    at = quote_after_escapes(at, in->end);
    if (at == NULL)
        return NULL;
    char *room = need_room(in, (size_t)(at - begin));
    if (room == NULL)
        return NULL;
    hf__unescaped done = hf__unescape(begin, (size_t)(at - begin), room, false);
    *ret_text = hf_text_of(room, done.length);
    return done.status == HF_OK ? at : NULL;
}

/* Any key: at its value. *ret_key lies in the text or in the room. */
static const char *read_any_key(hf__in *in, const char *at, hf_text *ret_key)
{
    at = read_text(in, at, ret_key);
    if (at == NULL)
        return NULL;
    at = skip_blanks(at + 1, in->end);
    return *at == ':' ? skip_blanks(at + 1, in->end) : NULL;
}

/* NULs come by escapes only, and a NUL would end the text in C. */
static bool has_nul(const hf__in *in, hf_text text)
{
    return text.bytes == in->room && memchr(text.bytes, 0, text.length) != NULL;
}

const char *hf__in_string(hf__in *in, const char *at, void *place, const hf_rule *rule)
{
    hf_text text;
    if (*at == 'n')
        return hf__in_null(at);
    at = read_text(in, at, &text);
    if (at == NULL || has_nul(in, text) || (rule != NULL && hf__rule_check_text(rule, text, NULL) != HF_OK))
        return NULL;
    char *copy = hf__in_take(in, text.length + 1, 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text.bytes, text.length);
    copy[text.length] = 0;
    hf__pointer_set(place, copy);
    return at + 1;
}

const char *hf__in_chars(hf__in *in, const char *at, char *place, size_t size, const hf_rule *rule)
{
    hf_text text;
    at = read_text(in, at, &text);
    if (at == NULL || text.length >= size || has_nul(in, text) || (rule != NULL && hf__rule_check_text(rule, text, NULL) != HF_OK))
        return NULL;
    memcpy(place, text.bytes, text.length);
    memset(place + text.length, 0, size - text.length);
    return at + 1;
}

bool hf__in_default(hf__in *in, void *place, const char *text, size_t length)
{
    char *copy = hf__in_take(in, length + 1, 1);
    if (copy == NULL)
        return false;
    memcpy(copy, text, length + 1);
    hf__pointer_set(place, copy);
    return true;
}

/* ---- numbers ----------------------------------------------------------------------------- */

/* Spelled with a point, an exponent, or many digits: still whole, or not at all. */
static bool whole_number(hf__number_kind kind, uint64_t bits, bool *ret_negative, uint64_t *ret_bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    *ret_negative = kind == HF__NUMBER_INT64 ? (int64_t)bits < 0 : kind == HF__NUMBER_DOUBLE && value < 0;
    *ret_bits = bits;
    if (kind == HF__NUMBER_INT64 || kind == HF__NUMBER_UINT64)
        return true;
    if (kind != HF__NUMBER_DOUBLE)
        return false;
    if (value < 0) {
        *ret_bits = value >= -0x1p63 ? (uint64_t)(int64_t)value : 0;
        return value >= -0x1p63 && (double)(int64_t)value == value;
    }
    *ret_bits = value < 0x1p64 ? (uint64_t)value : 0;
    return value < 0x1p64 && (double)(uint64_t)value == value;
}

const char *hf__in_integer_slow(const hf__in *in, const char *at, void *place, size_t size, bool is_signed)
{
    hf__number_kind kind;
    uint64_t bits;
    bool is_negative;
    const char *end = hf__number_read_prefix(at, in->end, &kind, &bits);
    if (end == NULL || !whole_number(kind, bits, &is_negative, &bits))
        return NULL;
    unsigned width = 8 * (unsigned)size;
    bool fits = is_negative  ? is_signed && (width == 64 || (int64_t)bits >= -((int64_t)1 << (width - 1)))
                : is_signed  ? bits >> (width - 1) == 0
                : width < 64 ? bits >> width == 0
                             : true;
    if (!fits)
        return NULL;
    hf__store_bits(place, size, bits);
    return end;
}

static const char *read_double(const hf__in *in, const char *at, double *ret_value)
{
    hf__number_kind kind;
    uint64_t bits;
    const char *end = hf__number_read_prefix(at, in->end, &kind, &bits);
    if (end == NULL)
        return NULL;
    switch (kind) {
    case HF__NUMBER_INT64: *ret_value = (double)(int64_t)bits; break;
    case HF__NUMBER_UINT64: *ret_value = (double)bits; break;
    case HF__NUMBER_DOUBLE: memcpy(ret_value, &bits, sizeof bits); break;
    case HF__NUMBER_TEXT: *ret_value = hf__number_nearest(at, end); break;
    }
    return *ret_value - *ret_value == 0 ? end : NULL; /* not infinite */
}

const char *hf__in_double(const hf__in *in, const char *at, void *place)
{
    double value = 0;
    at = read_double(in, at, &value);
    if (at != NULL)
        memcpy(place, &value, sizeof value);
    return at;
}

const char *hf__in_float(const hf__in *in, const char *at, void *place)
{
    double value = 0;
    at = read_double(in, at, &value);
    float narrow = (float)value;
    if (at == NULL || narrow - narrow != 0)
        return NULL;
    memcpy(place, &narrow, sizeof narrow);
    return at;
}

bool hf__keeps_i64(const hf_rule *rule, int64_t value)
{
    return (value < 0 ? hf__rule_check_i64(rule, value, NULL) : hf__rule_check_u64(rule, (uint64_t)value, NULL)) == HF_OK;
}

bool hf__keeps_u64(const hf_rule *rule, uint64_t value)
{
    return hf__rule_check_u64(rule, value, NULL) == HF_OK;
}

/* ---- items ------------------------------------------------------------------------------- */

enum { ROOM_FIRST = 4 };

bool hf__in_more_items(hf__in *in, hf__items *items)
{
    const hf_type *type = items->type;
    size_t room = items->room == 0 ? ROOM_FIRST : items->room * 2, bytes;
    if (!hf__size_multiply(room, type->size, &bytes))
        return false;
    char *grown = hf__store_resize(&in->store, items->bytes, items->room * type->size, bytes, type->alignment);
    if (grown == NULL)
        return false;
    items->bytes = grown;
    items->room = room;
    return true;
}

bool hf__in_put_items(hf__in *in, hf__items *items, void *place)
{
    const hf_type *type = items->type;
    if (items->count == 0)
        return true;
    if (items->count < items->room) {
        char *fitting = hf__store_resize(&in->store, items->bytes, items->room * type->size, items->count * type->size, type->alignment);
        if (fitting == NULL) {
            hf__in_drop_items(in, items);
            return false;
        }
        items->bytes = fitting;
    }
    hf__pointer_set(place, items->bytes);
    return true;
}

const char *hf__in_drop_items(hf__in *in, hf__items *items)
{
    const hf_type *type = items->type;
    const hf_allocator *allocator = hf__work_allocator(in->store.allocator);
    if (in->store.arena != NULL || items->bytes == NULL)
        return NULL;
    if ((type->flags & HF_TYPE_LINKS) != 0)
        hf__struct_release(type, items->bytes, items->count, allocator);
    hf__allocator_free(allocator, items->bytes, items->room * type->size, type->alignment);
    return NULL;
}

/* ---- values that nothing wants ----------------------------------------------------------- */

enum { SKIP_LEVELS = 512 };

/* Behind the text; its escapes are looked at, since a wrong one is wrong here too. */
static inline const char *skip_text(hf__in *in, const char *at)
{
    const char *begin = at + 1;
    at = text_stop(begin, in->end);
    if (at == NULL)
        return NULL;
    if (HF_UNLIKELY(*at != '"')) {
        hf_text text;
        at = read_text(in, begin - 1, &text);
        if (at == NULL)
            return NULL;
    }
    return at + 1;
}

static inline const char *skip_word(const char *at)
{
    bool flag;
    return *at == 'n' ? hf__in_null(at) : hf__in_bool(at, &flag);
}

/* Behind a key and its colon. */
static inline const char *skip_key(hf__in *in, const char *at)
{
    if (*at != '"')
        return NULL;
    at = skip_text(in, at);
    if (at == NULL)
        return NULL;
    at = skip_blanks(at, in->end);
    return *at == ':' ? skip_blanks(at + 1, in->end) : NULL;
}

/* One bit a level tells objects from arrays; deeper values are for the tables. */
static const char *skip_container(hf__in *in, const char *at)
{
    uint64_t is_object[SKIP_LEVELS / 64] = { 0 };
    uint32_t depth = 0, depth_max = in->depth_left < SKIP_LEVELS ? in->depth_left : SKIP_LEVELS;
    const char *end = in->end;
    for (;;) {
        char c = *at;
        if (c == '{' || c == '[') {
            if (depth == depth_max)
                return NULL;
            uint64_t bit = (uint64_t)1 << depth % 64;
            is_object[depth / 64] = c == '{' ? is_object[depth / 64] | bit : is_object[depth / 64] & ~bit;
            depth++;
            at = skip_blanks(at + 1, end);
            if (c == '{' && *at != '}') {
                at = skip_key(in, at);
                if (at == NULL)
                    return NULL;
                continue;
            }
            if (c == '[' && *at != ']')
                continue;
        } else {
            at = c == '"' ? skip_text(in, at) : c == '-' || hf__is_digit(c) ? hf__pass_number(at) : skip_word(at);
            if (at == NULL)
                return NULL;
            at = skip_blanks(at, end);
        }
        for (;;) { /* what may follow a value, or an empty container */
            bool in_object = (is_object[(depth - 1) / 64] >> (depth - 1) % 64 & 1) != 0;
            if (*at == ',') {
                at = skip_blanks(at + 1, end);
                if (in_object)
                    at = skip_key(in, at);
                if (at == NULL)
                    return NULL;
                break;
            }
            if (*at != (in_object ? '}' : ']') || at + 1 >= end)
                return NULL;
            at++;
            if (--depth == 0)
                return at;
            at = skip_blanks(at, end);
        }
    }
}

/* Many bytes at a time, if the processor can: `at` itself when this is not for it. */
static inline const char *pass_over(const hf__in *in, const char *at, const hf__keys *keys)
{
#if defined(__x86_64__)
    if (in->is_wide)
        return hf__pass_avx512(in, at, keys);
#endif
    (void)in, (void)keys;
    return at;
}

const char *hf__in_skip(hf__in *in, const char *at)
{
    if (*at == '"')
        return skip_text(in, at);
    if (*at == '{' || *at == '[') {
        const char *behind = pass_over(in, at, NULL);
        return behind != at ? behind : skip_container(in, at);
    }
    return *at == '-' || hf__is_digit(*at) ? hf__pass_number(at) : skip_word(at);
}

unsigned hf__in_seek(hf__in *in, const char **at, const hf__keys *keys)
{
    const char *next = *at;
    for (bool is_first = true;; is_first = false) {
        hf_text key;
        next = read_any_key(in, next, &key);
        unsigned which = next != NULL ? keys->find(key) : keys->none;
        if (which != keys->none || next == NULL || keys->is_closed) {
            *at = which != keys->none ? next : NULL;
            return which;
        }
        next = hf__in_skip(in, next);
        if (next == NULL || !hf__in_comma(in, &next))
            break;
        if (is_first)
            continue;
        next = pass_over(in, next, keys); /* where there were two, there are more */
        if (next == NULL || *next == '}')
            break;
    }
    *at = next;
    return keys->none;
}

/* ---- the whole --------------------------------------------------------------------------- */

bool hf__in_read(const hf_code *code, hf_text json, uint32_t depth_max, const hf_store *store, void *object)
{
    const char *at = json.bytes, *end = json.bytes + json.length;
    while (end > at && hf__is_blank(end[-1]))
        end--;
    if (end == at || end[-1] != '}')
        return false;
    hf__in in = { .end = end, .store = *store, .depth_left = depth_max, .is_wide = hf__cpu_level() == HF__CPU_AVX512 };
    at = code->read(&in, at, object);
    if (in.room != NULL)
        hf__allocator_free(hf__work_allocator(store->allocator), in.room, in.room_bytes, 1);
    return at != NULL && at + 1 == end;
}
