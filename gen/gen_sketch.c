/* gen_sketch.c - gathering what samples have in common. */
#include "gen_sketch.h"

#include <string.h>

#include <holdfast/walk.h>

gen_sketch *gen_sketch_make(gen_unit *unit, const char *key)
{
    gen_sketch *made = gen_take(unit, sizeof *made);
    made->key = key;
    made->members_end = &made->members;
    return made;
}

static bool is_called(const gen_sketch *member, hf_text key)
{
    return member != NULL && hf_text_equal(hf_text_from_cstr(member->key), key);
}

/* Objects mostly have the same keys in the same order, so that no list is searched. */
static gen_sketch *member_of(gen_unit *unit, gen_sketch *object, hf_text key)
{
    gen_sketch *member = object->guess;
    if (!is_called(member, key))
        for (member = object->members; member != NULL && !is_called(member, key);)
            member = member->next;
    if (member == NULL) {
        if (object->too_many_keys || object->odd_keys > 0) /* its text is kept: nothing below it matters any more */
            return NULL;
        if (key.length > GEN_SKETCH_KEY_BYTES_MAX || memchr(key.bytes, 0, key.length) != NULL) {
            object->odd_keys++;
            return NULL;
        }
        if (object->member_count == GEN_SKETCH_KEYS_MAX) {
            object->too_many_keys = true;
            return NULL;
        }
        member = gen_sketch_make(unit, gen_print(unit, "%.*s", (int)key.length, key.bytes));
        *object->members_end = member;
        object->members_end = &member->next;
        object->member_count++;
    }
    object->guess = member->next;
    return member;
}

static gen_sketch_kind kind_of(hf_value value)
{
    switch (hf_kind_of(value)) {
    case HF_KIND_BOOL: return SKETCH_BOOL;
    case HF_KIND_INT64: case HF_KIND_UINT64: return SKETCH_INTEGER;
    case HF_KIND_DOUBLE: case HF_KIND_NUMBER_TEXT: return SKETCH_DOUBLE;
    case HF_KIND_TEXT: return SKETCH_TEXT;
    case HF_KIND_ARRAY: return SKETCH_ARRAY;
    case HF_KIND_OBJECT: return SKETCH_OBJECT;
    default: return SKETCH_NULL;
    }
}

static void note_whole(gen_sketch *at, hf_value value)
{
    if (hf_kind_of(value) == HF_KIND_UINT64) {
        uint64_t number = hf_as_u64(value, 0);
        double near = (double)number;
        at->is_large = true;
        at->is_fine |= near >= 0x1p64 || (uint64_t)near != number;
    } else {
        int64_t number = hf_as_i64(value, 0);
        double near = (double)number;
        at->is_negative |= number < 0;
        at->is_fine |= near >= 0x1p63 || (int64_t)near != number;
    }
}

static void note_value(gen_sketch *at, hf_value value)
{
    gen_sketch_kind kind = kind_of(value);
    at->seen++;
    at->counts[kind]++;
    if (kind == SKETCH_INTEGER)
        note_whole(at, value);
    else if (kind == SKETCH_DOUBLE)
        at->odd_numbers += hf_kind_of(value) == HF_KIND_NUMBER_TEXT;
    else if (kind == SKETCH_ARRAY)
        at->empty_arrays += hf_count(value) == 0;
    else if (kind == SKETCH_TEXT) {
        hf_text text = hf_as_text(value, HF_T(""));
        at->odd_texts += text.length > 0 && memchr(text.bytes, 0, text.length) != NULL;
    } else if (kind == SKETCH_OBJECT)
        at->guess = at->members;
}

void gen_sketch_add(gen_unit *unit, gen_sketch *root, hf_value sample)
{
    gen_sketch *open[GEN_SKETCH_DEPTH_MAX + 1] = { NULL };
    hf_walk walk;
    hf_walk_init(&walk, sample, NULL);
    while (hf_walk_next(&walk)) {
        if (walk.event == HF_LEAVE)
            continue;
        gen_sketch *above = walk.depth == 0 ? NULL : open[walk.depth - 1], *at = root;
        if (walk.depth > 0 && walk.key.bytes != NULL) {
            at = member_of(unit, above, walk.key);
        } else if (walk.depth > 0) {
            if (above->item == NULL)
                above->item = gen_sketch_make(unit, "item");
            at = above->item;
        }
        if (at != NULL)
            note_value(at, walk.value);
        if (walk.event != HF_ENTER)
            continue;
        if (at == NULL || walk.depth == GEN_SKETCH_DEPTH_MAX) {
            if (at != NULL)
                at->deep++;
            hf_walk_prune(&walk);
        } else {
            open[walk.depth] = at;
        }
    }
    hf_walk_finish(&walk);
}

unsigned gen_sketch_kinds(const gen_sketch *at)
{
    unsigned kinds = 0;
    for (gen_sketch_kind kind = SKETCH_NULL + 1; kind < SKETCH_KINDS; kind++)
        kinds |= at->counts[kind] > 0 ? 1u << kind : 0;
    return kinds;
}

const char *gen_sketch_counts(gen_unit *unit, const gen_sketch *at)
{
    static const char *const names[SKETCH_KINDS] = { "null", "bool", "integer", "double", "text", "array", "object" };
    const char *list = "";
    for (gen_sketch_kind kind = SKETCH_NULL; kind < SKETCH_KINDS; kind++)
        if (at->counts[kind] > 0)
            list = gen_print(unit, "%s%s%s %zu", list, list[0] != 0 ? ", " : "", names[kind], at->counts[kind]);
    return list;
}
