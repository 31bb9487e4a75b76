/* code_read.c - the steps of generated readers that are not inline.
 *
 * Each answers NULL for text that is not right, that only the tables read, and without memory; see
 * bind_code.h. UTF-8 was checked for the whole text before. */
#include "bind/code_read.h"

#include "base/cpu.h"
#include "base/escape.h"

#include "bind/code_index.h"
#include "bind/code_text.h"
#include "bind/struct_release.h"
#include "bind/struct_rule.h"

/* ---- blanks ------------------------------------------------------------------------------ */

const char *hf__in_blanks_slow(const hf__in *in, const char *at)
{
    return hf__skip_blanks(at, in->end);
}

const char *hf__in_after(const hf__in *in, const char *at)
{
    const char *next = hf__in_blanks(in, at);
    if (*next != ',')
        return *next == '}' ? next : NULL;
    next = hf__in_blanks(in, next + 1);
    return *next == '"' ? next : NULL;
}

hf__found hf__in_next_slow(const hf__in *in, const char *at, const char *spelled, size_t length)
{
    if (HF_LIKELY(at[0] == ',' && at[1] == '"')) /* this one was compared already */
        return (hf__found){ at + 1, 0 };
    hf__found found = { .at = hf__in_after(in, at) };
    found.slot = found.at != NULL && hf__in_key(in, &found.at, spelled, length);
    return found;
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

/* A text without escapes straight to where the arena gives next, found and copied in one; its closing
 * quote. NULL: nothing was done. */
static inline const char *copy_plain(const hf__in *in, const char *begin, char **ret_copy)
{
    hf_arena *arena = in->store.arena;
    if (arena == NULL)
        return NULL;
    char *to = arena->at;
    size_t readable = (size_t)(in->end - begin), room = (size_t)(arena->window - to), run, done = 0;
    size_t bytes = readable < room ? readable : room;
    for (;; done += HF__TEXT_WIDE_STEP) {
        if (HF_UNLIKELY(bytes - done <= HF__TEXT_WIDE_STEP))
            return NULL;
        run = hf__text_copy_run(to + done, begin + done);
        if (HF_LIKELY(run < HF__TEXT_WIDE_STEP))
            break;
    }
    done += run;
    if (begin[done] != '"')
        return NULL;
    to[done] = 0;
    arena->at = to + done + 1;
    *ret_copy = to;
    return begin + done;
}

static bool keeps_rule(const hf_rule *rule, hf_text text)
{
    return rule == NULL || hf__rule_check_text(rule, text, NULL) == HF_OK;
}

/* The copy of the text that ends at `end`: behind it, or NULL. */
static __attribute__((noinline)) const char *keeps_choice(const hf_rule *rule, const char *copy, const char *end)
{
    return keeps_rule(rule, hf_text_from_cstr(copy)) ? end + 1 : NULL;
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

static __attribute__((noinline)) const char *read_string(hf__in *in, const char *at, void *place, const hf_rule *rule)
{
    hf_text text;
    char *copy;
    if (*at != '"')
        return hf__in_null(at);
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
    copy = hf__in_take(in, text.length + 1, 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text.bytes, text.length);
    copy[text.length] = 0;
    hf__pointer_set(place, copy);
    return at + 1;
}

const char *hf__in_string(hf__in *in, const char *at, void *place, const hf_rule *rule)
{
    char *copy;
    const char *end = *at == '"' ? copy_plain(in, at + 1, &copy) : NULL;
    if (HF_UNLIKELY(end == NULL))
        return read_string(in, at, place, rule);
    hf__pointer_set(place, copy);
    size_t length = (size_t)(end - at) - 1;
    if (rule == NULL)
        return end + 1;
    if ((rule->checks & HF_RULE_LENGTH) != 0 && (length < rule->length_min || length > rule->length_max))
        return NULL;
    if (HF_LIKELY((rule->checks & (HF_RULE_PATTERN | HF_RULE_ONEOF)) == 0))
        return end + 1;
    return keeps_choice(rule, copy, end);
}

const char *hf__in_chars(hf__in *in, const char *at, char *place, size_t size, const hf_rule *rule)
{
    hf_text text;
    at = hf__in_text(in, at, &text);
    if (at == NULL || text.length >= size || has_nul(in, text) || !keeps_rule(rule, text))
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

/* ---- records that lead back to themselves ------------------------------------------------ */

enum { FRAMES_FIRST = 16 };

static bool grow_frames(hf__in *in)
{
    const hf_allocator *allocator = hf__work_allocator(in->store.allocator);
    bool is_first = in->frames == in->first_frames;
    size_t size = in->frame_room * sizeof(hf__in_frame), bytes;
    if (!hf__size_multiply(size, 2, &bytes))
        return false;
    hf__in_frame *grown = allocator->resize(allocator->context, is_first ? NULL : in->frames, is_first ? 0 : size, bytes, _Alignof(hf__in_frame));
    if (grown == NULL)
        return false;
    if (is_first)
        memcpy(grown, in->frames, size);
    in->frames = grown;
    in->frame_room *= 2;
    return true;
}

const char *hf__in_enter(hf__in *in, const char *at, hf__in_step *step, void *object)
{
    if (HF_UNLIKELY(in->frame_count == in->frame_room) && !grow_frames(in))
        return NULL;
    in->frames[in->frame_count++] = (hf__in_frame){ .step = step, .object = object };
    in->is_entering = true;
    return at;
}

const char *hf__in_run(hf__in *in, const char *at, hf__in_step *step, void *object)
{
    size_t base = in->frame_count;
    at = hf__in_enter(in, at, step, object);
    while (at != NULL && in->frame_count > base) {
        in->is_entering = false;
        at = hf__in_top(in)->step(in, at);
        if (at != NULL && !in->is_entering)
            in->frame_count--;
    }
    for (; in->frame_count > base; in->frame_count--)
        if (hf__in_top(in)->items.type != NULL)
            hf__in_drop_items(in, &hf__in_top(in)->items);
    in->is_entering = false; /* whoever has called a reader goes on */
    return at;
}

/* ---- the whole --------------------------------------------------------------------------- */

bool hf__in_read(const hf_code *code, hf_text json, uint32_t depth_max, const hf_store *store, void *object)
{
    const char *at = json.bytes, *end = json.bytes + json.length;
    while (end > at && hf__is_blank(end[-1]))
        end--;
    if (end == at || end[-1] != '}')
        return false;
    hf__in_frame first[FRAMES_FIRST];
    hf__in in = { .begin = at, .end = end, .store = *store, .depth_left = depth_max, .depth_max = depth_max, .may_index = hf__cpu_level() == HF__CPU_AVX512,
                  .frames = first, .first_frames = first, .frame_room = FRAMES_FIRST };
    at = code->read(&in, at, object);
    if (in.room != NULL)
        hf__allocator_free(hf__work_allocator(store->allocator), in.room, in.room_bytes, 1);
    hf__allocator_free(hf__work_allocator(store->allocator), in.index, sizeof *in.index, _Alignof(hf__index));
    if (in.frames != first)
        hf__allocator_free(hf__work_allocator(store->allocator), in.frames, in.frame_room * sizeof *in.frames, _Alignof(hf__in_frame));
    return at != NULL && at + 1 == end;
}
