/* code_read_text.c - texts into members: those with escapes, near the end of the text or of the room, and in place. */
#include "base/escape.h"

#include "bind/code_read_text.h"
#include "bind/struct_rule.h"
#include "bind/struct_store.h"

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

/* A text that has escapes, from the first one on: its closing quote. */
static const char *quote_after_escapes(const char *at, const char *end)
{
    while (at != NULL && *at == '\\')
        at = end - at > 2 ? hf__text_stop(at + 2, end) : NULL;
    return at != NULL && *at == '"' ? at : NULL;
}

const char *hf__in_text(hf__in *in, const char *at, hf_text *ret_text)
{
    const char *begin = at + 1;
    if (*at != '"')
        return NULL;
    at = hf__text_stop(begin, in->end);
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

/* NULs come by escapes only, and a NUL would end the text in C. */
static bool has_nul(const hf__in *in, hf_text text)
{
    return text.bytes == in->room && memchr(text.bytes, 0, text.length) != NULL;
}

static const hf_rule *rule_of(const hf__key *key)
{
    return key != NULL ? key->row->member->rule : NULL;
}

static bool keeps_rule(const hf_rule *rule, hf_text text)
{
    return rule == NULL || hf__rule_check_text(rule, text, NULL) == HF_OK;
}

bool hf__in_keeps_text(const hf__key *key, hf_text text)
{
    return keeps_rule(rule_of(key), text);
}

/* A text with escapes, the first of which is at `escape`, into the arena without a stop in the room; its
 * closing quote, or NULL. */
static const char *copy_unescaped(hf_arena *arena, const char *begin, const char *escape, const char *end, char **ret_copy)
{
    const char *quote = quote_after_escapes(escape, end);
    if (quote == NULL)
        return NULL;
    size_t raw = (size_t)(quote - begin);
    char *copy = hf_arena_allocate(arena, raw + 1, 1);
    if (copy == NULL)
        return NULL;
    hf__unescaped done = hf__unescape(begin, raw, copy, false);
    if (done.status != HF_OK || memchr(copy, 0, done.length) != NULL)
        return NULL;
    copy[done.length] = 0;
    *ret_copy = hf_arena_resize(arena, copy, raw + 1, done.length + 1, 1);
    return *ret_copy != NULL ? quote : NULL;
}

const char *hf__in_any_string(hf__in *in, const char *at, void *place, const hf__key *key)
{
    const hf_rule *rule = rule_of(key);
    hf_text text;
    char *copy;
    if (*at != '"')
        return key == NULL || (key->flags & HF__IN_NULL) != 0 ? hf__in_null(at) : NULL;
    const char *stop = in->store.arena != NULL ? hf__text_stop(at + 1, in->end) : NULL;
    if (stop != NULL && *stop == '\\') {
        at = copy_unescaped(in->store.arena, at + 1, stop, in->end, &copy);
        if (at == NULL || !keeps_rule(rule, hf_text_from_cstr(copy)))
            return NULL;
        hf__pointer_set(place, copy);
        return at + 1;
    }
    at = hf__in_text(in, at, &text);
    if (at == NULL || has_nul(in, text) || !keeps_rule(rule, text))
        return NULL;
    copy = hf__store_take(&in->store, text.length + 1, 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text.bytes, text.length);
    copy[text.length] = 0;
    hf__pointer_set(place, copy);
    return at + 1;
}

const char *hf__in_chars(hf__in *in, const char *at, char *place, const hf__key *key)
{
    hf_text text;
    size_t size = key->row->member->type->size;
    const hf_rule *rule = rule_of(key);
    at = hf__in_text(in, at, &text);
    if (at == NULL || text.length >= size || has_nul(in, text) || !keeps_rule(rule, text))
        return NULL;
    memcpy(place, text.bytes, text.length);
    memset(place + text.length, 0, size - text.length);
    return at + 1;
}
