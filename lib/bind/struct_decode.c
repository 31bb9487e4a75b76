/* struct_decode.c - JSON text straight into structs: one pass, one loop.
 *
 * UTF-8 is checked for the whole text first, at the speed of memory. Then the loop alternates between
 * a value, what may follow it, and a key. What no member wants is read as strictly as the rest. */
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/escape.h"
#include "base/utf8.h"
#include "text/minify.h"
#include "text/read_scan.h"

#include "bind/binder.h"
#include "bind/code_read.h"
#include "bind/struct_scalar.h"
#include "bind/text_run.h"

typedef struct decoder {
    hf__binder  binder;
    const char *begin, *at, *end;
    hf_error   *reterr;
    char       *unescaped;      /* room for texts with escapes and for raw ones, grown as needed */
    size_t      unescaped_room;
    const char *raw_begin;      /* a value kept as its JSON text begins here; NULL: none */
    size_t      raw_level;      /* how many levels were open before it */
    hf__target  raw_target;
} decoder;

/* ---- errors ------------------------------------------------------------------------------ */

static hf_status wrong_token(decoder *from, const char *expected)
{
    if (from->at >= from->end)
        return hf__fail(from->reterr, HF_BAD_END, "expected %s", expected);
    unsigned char c = (unsigned char)*from->at;
    if (c >= 0x20 && c < 0x7f)
        return hf__fail(from->reterr, HF_BAD_TOKEN, "'%c', expected %s", c, expected);
    return hf__fail(from->reterr, HF_BAD_TOKEN, "0x%02x, expected %s", c, expected);
}

static inline char peek(const decoder *from)
{
    return from->at < from->end ? *from->at : 0;
}

static inline void skip_blanks(decoder *from)
{
    if (from->at < from->end && !hf__is_blank(*from->at))
        return;
#if defined(__SSE2__)
    while (from->end - from->at >= 16) { /* indentation is long */
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)from->at);
        __m128i space = _mm_cmpeq_epi8(x, _mm_set1_epi8(' ')), feed = _mm_cmpeq_epi8(x, _mm_set1_epi8('\n'));
        __m128i tab = _mm_cmpeq_epi8(x, _mm_set1_epi8('\t')), back = _mm_cmpeq_epi8(x, _mm_set1_epi8('\r'));
        unsigned blank = (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(space, feed), _mm_or_si128(tab, back)));
        if (blank != 0xffff) {
            from->at += __builtin_ctz(~blank);
            return;
        }
        from->at += 16;
    }
#endif
    while (from->at < from->end && hf__is_blank(*from->at))
        from->at++;
}

/* ---- texts ------------------------------------------------------------------------------- */

static hf_status need_room(decoder *from, size_t length)
{
    if (from->unescaped_room >= length)
        return HF_OK;
    const hf_allocator *allocator = hf__work_allocator(from->binder.store.allocator);
    size_t room = length + length / 2 + 64;
    char *grown = allocator->resize(allocator->context, from->unescaped, from->unescaped_room, room, 1);
    if (grown == NULL)
        return hf__bind_no_memory(&from->binder);
    from->unescaped = grown;
    from->unescaped_room = room;
    return HF_OK;
}

static hf_status unescape(decoder *from, const char *begin, size_t length, hf_text *ret_text)
{
    hf_status status = need_room(from, length);
    if (status != HF_OK)
        return status;
    hf__unescaped done = hf__unescape(begin, length, from->unescaped, false);
    if (done.status != HF_OK) {
        from->at = begin + done.offset;
        return hf__fail(from->reterr, done.status, NULL);
    }
    *ret_text = hf_text_of(from->unescaped, done.length);
    return HF_OK;
}

/* At the opening quote; ends behind the closing one. The text may lie in the decoder's room. */
static hf_status read_text(decoder *from, hf_text *ret_text)
{
    const char *begin = from->at + 1, *at = begin;
    bool has_escapes = false;
    for (;;) {
        if (from->end - at >= HF__TEXT_RUN_STEP) {
            unsigned run = hf__text_run(at);
            at += run;
            if (run == HF__TEXT_RUN_STEP)
                continue;
        }
        if (at >= from->end) {
            from->at = at;
            return wrong_token(from, "the end of the text");
        }
        char c = *at;
        if (c == '"')
            break;
        if ((unsigned char)c < 0x20) {
            from->at = at;
            return hf__fail(from->reterr, HF_BAD_CONTROL, NULL);
        }
        if (c == '\\') {
            has_escapes = true;
            at++;
            if (at >= from->end) {
                from->at = at;
                return wrong_token(from, "an escape");
            }
        }
        at++;
    }
    size_t length = (size_t)(at - begin);
    if (has_escapes) {
        hf_status status = unescape(from, begin, length, ret_text);
        if (status != HF_OK)
            return status;
    } else {
        *ret_text = hf_text_of(begin, length);
    }
    from->at = at + 1;
    return HF_OK;
}

/* ---- scalars ----------------------------------------------------------------------------- */

static hf_status read_number(decoder *from)
{
    hf__number_kind kind;
    uint64_t bits;
    const char *begin = from->at, *end = hf__number_read_prefix(begin, from->end, &kind, &bits);
    if (end == NULL) {
        from->at += hf__number_fault(begin, from->end);
        return hf__fail(from->reterr, HF_BAD_NUMBER, NULL);
    }
    hf_status status = hf__bind_number(&from->binder, kind, bits, begin, end);
    if (status == HF_OK)
        from->at = end;
    return status;
}

static bool take_word(decoder *from, const char *word, size_t length)
{
    if ((size_t)(from->end - from->at) < length || memcmp(from->at, word, length) != 0)
        return false;
    from->at += length;
    return true;
}

static hf_status read_scalar(decoder *from)
{
    const char *begin = from->at;
    hf_status status = HF_OK;
    hf_text text;
    switch (peek(from)) {
    case '"':
        status = read_text(from, &text);
        if (status != HF_OK)
            return status;
        status = hf__bind_text(&from->binder, text);
        break;
    case 't': status = take_word(from, "true", 4) ? hf__bind_bool(&from->binder, true) : wrong_token(from, "a value"); break;
    case 'f': status = take_word(from, "false", 5) ? hf__bind_bool(&from->binder, false) : wrong_token(from, "a value"); break;
    case 'n': status = take_word(from, "null", 4) ? hf__bind_null(&from->binder) : wrong_token(from, "a value"); break;
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
        return read_number(from);
    default: return wrong_token(from, "a value");
    }
    if (status != HF_OK && from->at > begin)
        from->at = begin; /* the value is wrong, not what follows it */
    return status;
}

/* ---- structure --------------------------------------------------------------------------- */

static hf_status read_key(decoder *from)
{
    hf_text key;
    skip_blanks(from);
    if (peek(from) != '"')
        return wrong_token(from, "a key");
    const char *begin = from->at;
    hf_status status = read_text(from, &key);
    if (status != HF_OK)
        return status;
    status = hf__bind_key(&from->binder, key);
    /* For errors the key as it stands in the text, which stays where it is. */
    from->binder.levels[from->binder.level_count - 1].key = hf_text_of(begin + 1, (size_t)(from->at - begin) - 2);
    if (status != HF_OK) {
        from->at = begin;
        return status;
    }
    skip_blanks(from);
    if (peek(from) != ':')
        return wrong_token(from, "':' after the key");
    from->at++;
    return HF_OK;
}

static void begin_raw(decoder *from)
{
    if (from->raw_begin != NULL || from->binder.target.type == NULL || !hf__bind_wants_raw(&from->binder))
        return;
    from->raw_begin = from->at;
    from->raw_level = from->binder.level_count;
    from->raw_target = from->binder.target;
    from->binder.target = (hf__target){ .type = NULL };
}

static hf_status end_raw(decoder *from)
{
    if (from->raw_begin == NULL || from->binder.level_count != from->raw_level)
        return HF_OK;
    size_t length = (size_t)(from->at - from->raw_begin);
    hf_status status = need_room(from, length);
    if (status != HF_OK)
        return status;
    length = hf__minify(from->raw_begin, length, from->unescaped);
    from->raw_begin = NULL;
    from->binder.target = from->raw_target;
    return hf__bind_raw(&from->binder, hf_text_of(from->unescaped, length));
}

/* A value, or the beginning of one: *ret_is_open tells that its members or items come next. */
static hf_status read_value(decoder *from, bool *ret_is_open)
{
    *ret_is_open = false;
    skip_blanks(from);
    begin_raw(from);
    char c = peek(from);
    if (c != '{' && c != '[')
        return read_scalar(from);
    hf_status status = hf__bind_open(&from->binder, c == '{');
    if (status != HF_OK)
        return status;
    from->at++;
    skip_blanks(from);
    if (peek(from) == (c == '{' ? '}' : ']')) {
        status = hf__bind_close(&from->binder);
        if (status == HF_OK)
            from->at++;
        return status;
    }
    *ret_is_open = true;
    return HF_OK;
}

/* After a value: closes what ends here. *ret_more: a key or an item comes next. */
static hf_status read_after(decoder *from, bool *ret_more)
{
    *ret_more = false;
    for (;;) {
        hf_status status = end_raw(from);
        if (status != HF_OK || from->binder.level_count == 0)
            return status;
        skip_blanks(from);
        bool is_object = from->binder.levels[from->binder.level_count - 1].is_object;
        char c = peek(from);
        if (c == ',') {
            from->at++;
            *ret_more = true;
            return HF_OK;
        }
        if (c != (is_object ? '}' : ']'))
            return wrong_token(from, is_object ? "',' or '}'" : "',' or ']'");
        status = hf__bind_close(&from->binder);
        if (status != HF_OK)
            return status;
        from->at++;
    }
}

/* One value with all that is in it. */
static hf_status decode_value(decoder *from)
{
    for (bool more = true; more;) {
        bool is_open = false;
        hf_status status = read_value(from, &is_open);
        if (status == HF_OK && !is_open)
            status = read_after(from, &more);
        if (status == HF_OK && more)
            status = from->binder.levels[from->binder.level_count - 1].is_object ? read_key(from) : hf__bind_item(&from->binder);
        if (status != HF_OK)
            return status;
    }
    return HF_OK;
}

static hf_status decode(decoder *from)
{
    hf_status status = decode_value(from);
    if (status != HF_OK)
        return status;
    skip_blanks(from);
    return from->at == from->end ? HF_OK : hf__fail(from->reterr, HF_TRAILING, NULL);
}

static hf_status check_text(decoder *from)
{
    size_t length = (size_t)(from->end - from->begin);
    size_t fault = hf__utf8_fault(from->begin, length);
    if (fault < length) {
        from->at = from->begin + fault;
        return hf__fail(from->reterr, HF_BAD_UTF8, NULL);
    }
    if (length >= 3 && memcmp(from->begin, "\xef\xbb\xbf", 3) == 0)
        from->at += 3;
    skip_blanks(from);
    return from->at == from->end ? hf__fail(from->reterr, HF_EMPTY, NULL) : HF_OK;
}

static bool is_about_memory(hf_status status)
{
    return status == HF_NO_MEMORY || status == HF_LIMIT_BYTES;
}

static void release_room(decoder *from)
{
    if (from->unescaped != NULL)
        hf__allocator_free(hf__work_allocator(from->binder.store.allocator), from->unescaped, from->unescaped_room, 1);
}

/* Generated code first: it reads what is right and usual. What it gives up is taken back, and left to
 * the tables, which know every form and every error. */
static hf_status decode_whole(decoder *from, const hf_type *type)
{
    hf__binder *binder = &from->binder;
    if (type->code == NULL || type->code->read == NULL)
        return decode(from);
    hf_mark mark = { 0 };
    if (binder->store.arena != NULL)
        mark = hf_arena_mark(binder->store.arena);
    hf_text rest = hf_text_of(from->at, (size_t)(from->end - from->at));
    if (hf__in_read(type->code, rest, binder->depth_max, &binder->store, binder->root))
        return HF_OK;
    if (binder->store.arena != NULL)
        hf_arena_rewind(binder->store.arena, mark);
    else
        hf__struct_release(type, binder->root, 1, hf__work_allocator(binder->store.allocator));
    hf_struct_init(type, binder->root);
    return decode(from);
}

hf_status hf_struct_decode(const hf_type *type, hf_text json, const hf_decode_options *options, void **ret_object, hf_error *reterr)
{
    decoder from = { .begin = json.bytes, .at = json.bytes, .end = json.bytes + json.length, .reterr = reterr };
    hf_mark mark = { 0 };
    if (options != NULL && options->store.arena != NULL)
        mark = hf_arena_mark(options->store.arena);
    hf_status status = hf__bind_begin(&from.binder, type, options, reterr);
    if (status == HF_OK)
        status = check_text(&from);
    if (status == HF_OK)
        status = decode_whole(&from, type);
    if (status != HF_OK && !is_about_memory(status)) {
        hf__error_set_place(reterr, json.bytes, json.length, (uint64_t)(from.at - from.begin));
        if (options != NULL && options->name != NULL)
            hf__error_set_name(reterr, options->name);
        hf__bind_tell_place(&from.binder, reterr);
    }
    release_room(&from);
    hf__bind_end(&from.binder, status == HF_OK);
    if (status == HF_OK)
        *ret_object = from.binder.root;
    else if (options != NULL && options->store.arena != NULL)
        hf_arena_rewind(options->store.arena, mark);
    return status;
}

hf_status hf__json_check(hf_text json, const hf_allocator *allocator, hf_error *reterr)
{
    decoder from = { .begin = json.bytes, .at = json.bytes, .end = json.bytes + json.length, .reterr = reterr };
    from.binder = (hf__binder){ .store.allocator = allocator, .reterr = reterr, .depth_max = 1 << 24 };
    hf_status status = check_text(&from);
    if (status == HF_OK)
        status = decode(&from);
    release_room(&from);
    hf__bind_end(&from.binder, false);
    return status;
}

const char *hf__in_member(hf__in *in, const char *at, const hf_key *row, char *object)
{
    const hf_member *member = row->member;
    char *record = object + row->offset;
    decoder from = { .begin = at, .at = at, .end = in->end };
    from.binder = (hf__binder){ .store = in->store, .depth_max = in->depth_left };
    from.binder.target = (hf__target){ .type = member->type, .at = record + member->offset, .record = record,
                                       .record_type = row->record, .member = member, .is_direct = true };
    hf_status status = decode_value(&from);
    release_room(&from);
    hf__bind_end(&from.binder, false);
    return status == HF_OK && from.at < in->end ? from.at : NULL;
}
