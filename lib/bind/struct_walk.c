/* struct_walk.c - the values of a struct one after another, in the order of JSON.
 *
 * A frame per open container, on a stack that grows. In graphs a memo knows what was entered. */
#include "bind/struct_release.h"
#include "bind/struct_scalar.h"

enum { FRAMES_FIRST = 16, DEPTH_MAX = 1 << 24 };

typedef struct frame {
    hf_struct_place place;  /* of the container */
    const char     *items;  /* of a vector or array: the first one */
    size_t          next, count;
    hf_text         key;
    size_t          index;
    bool            is_pruned;
} frame;

struct hf__struct_walk {
    const hf_allocator *allocator;
    frame              *frames;
    size_t              used, room;
    uint64_t            values_max;
    uint32_t            depth_max;
    bool                is_graph, is_begun;
    hf__memo            met;
    hf_struct_place     root;
};

void hf_struct_walk_init(hf_struct_walk *walk, const hf_type *type, const void *object, const hf_struct_walk_options *options)
{
    const hf_allocator *allocator = hf__work_allocator(options != NULL ? options->allocator : NULL);
    memset(walk, 0, sizeof *walk);
    walk->end = HF_WALK_UNFINISHED;
    struct hf__struct_walk *work = allocator->resize(allocator->context, NULL, 0, sizeof *work, _Alignof(struct hf__struct_walk));
    if (work == NULL) {
        walk->end = HF_WALK_NO_MEMORY;
        return;
    }
    memset(work, 0, sizeof *work);
    work->allocator = allocator;
    work->is_graph = (type->flags & HF_TYPE_GRAPH) != 0;
    work->depth_max = options != NULL && options->depth_max != 0 ? options->depth_max : DEPTH_MAX;
    work->values_max = options != NULL && options->values_max != 0 ? options->values_max : UINT64_MAX;
    work->root = (hf_struct_place){ .type = type, .at = object };
    hf__memo_init(&work->met, allocator);
    walk->work = work;
}

void hf__struct_walk_at(hf_struct_walk *walk, const hf_struct_place *place, const hf_struct_walk_options *options)
{
    hf_struct_walk_init(walk, place->type, place->at, options);
    if (walk->work != NULL)
        walk->work->root = *place;
}

static bool stop_for(hf_struct_walk *walk, hf_walk_end end)
{
    walk->end = end;
    walk->event = HF_NO_EVENT;
    return false;
}

static frame *add_frame(struct hf__struct_walk *work)
{
    if (work->used == work->room) {
        size_t room = work->room == 0 ? FRAMES_FIRST : work->room * 2;
        frame *frames = work->allocator->resize(work->allocator->context, work->frames, work->room * sizeof *frames,
                                                room * sizeof *frames, _Alignof(frame));
        if (frames == NULL)
            return NULL;
        work->frames = frames;
        work->room = room;
    }
    return &work->frames[work->used++];
}

/* ---- one value --------------------------------------------------------------------------- */

static bool is_text_form(const hf_struct_place *place)
{
    const hf_member *member = place->member;
    return member != NULL && !place->is_item && place->type->item->size == 1 &&
           (member->form == HF_AS_BASE64 || member->form == HF_AS_HEX || member->form == HF_AS_STRING);
}

/* Notes an object that a shared pointer leads to. False when it was met before, or without memory,
 * which then has ended the walk. */
static bool meet(hf_struct_walk *walk, const char *object)
{
    bool is_new = false;
    if (!walk->work->is_graph)
        return true;
    if (hf__memo_add(&walk->work->met, object, &is_new) == NULL) {
        stop_for(walk, HF_WALK_NO_MEMORY);
        return false;
    }
    if (!is_new)
        walk->event = HF_AGAIN;
    return is_new;
}

/* Passes through pointers. False when the value is decided: NULL, met before, or no memory. */
static bool reach(hf_struct_walk *walk)
{
    hf_struct_place *place = &walk->place;
    while (place->type->shape == HF_SHAPE_POINTER) {
        const char *target = hf__pointer_at(place->at);
        if (target == NULL || !meet(walk, target))
            return false;
        place->type = place->type->item;
        place->at = target;
        place->record = NULL;
    }
    return true;
}

static bool enter(hf_struct_walk *walk, const char *items, size_t count)
{
    if (walk->work->used >= walk->work->depth_max)
        return stop_for(walk, HF_WALK_LIMIT_DEPTH);
    frame *added = add_frame(walk->work);
    if (added == NULL)
        return stop_for(walk, HF_WALK_NO_MEMORY);
    *added = (frame){ walk->place, items, 0, count, walk->key, walk->index, false };
    walk->event = HF_ENTER;
    return true;
}

static bool enter_items(hf_struct_walk *walk)
{
    hf_struct_place *place = &walk->place;
    if (place->type->shape == HF_SHAPE_ARRAY)
        return enter(walk, place->at, place->type->count);
    size_t count = hf__member_count(place->record_type, place->member, place->record);
    if (place->type->shape == HF_SHAPE_FLEX)
        return enter(walk, place->at, count);
    const char *items = hf__pointer_at(place->at);
    if (items != NULL && place->type->ownership == HF_SHARED && !meet(walk, items))
        return walk->event == HF_AGAIN;
    return enter(walk, items, items != NULL ? count : 0);
}

/* The event for walk->place. */
static bool visit(hf_struct_walk *walk)
{
    if (++walk->values > walk->work->values_max)
        return stop_for(walk, HF_WALK_LIMIT_VALUES);
    walk->depth = (uint32_t)walk->work->used;
    walk->event = HF_VALUE;
    if (!reach(walk))
        return walk->event != HF_NO_EVENT;
    hf_struct_place *place = &walk->place;
    switch (place->type->shape) {
    case HF_SHAPE_RECORD: return enter(walk, NULL, place->type->key_count);
    case HF_SHAPE_UNION:
        if (hf__chosen_arm(place->record_type, place->member, place->record) != NULL)
            return enter(walk, NULL, 1);
        place->member = &place->record_type->members[place->member->tag - 1]; /* the tag stands for it */
        place->type = place->member->type;
        place->at = place->record + place->member->offset;
        return true;
    case HF_SHAPE_VECTOR: case HF_SHAPE_ARRAY: case HF_SHAPE_FLEX: return is_text_form(place) || enter_items(walk);
    default: return true;
    }
}

/* ---- what comes next --------------------------------------------------------------------- */

static bool is_left_out(const hf_key *key, const char *record, const char *at)
{
    const hf_member *member = key->member;
    if ((key->flags & HF_KEY_WRITTEN) != 0)
        return hf__pointer_at(at) == NULL;
    if ((member->flags & HF_MEMBER_OPTIONAL) == 0)
        return false;
    if (member->presence != 0)
        return hf__member_integer(&key->record->members[member->presence - 1], record) == 0;
    uint8_t shape = member->type->shape;
    if (shape == HF_SHAPE_VECTOR || shape == HF_SHAPE_FLEX)
        return hf__member_count(key->record, member, record) == 0 || (shape == HF_SHAPE_VECTOR && hf__pointer_at(at) == NULL);
    return (shape == HF_SHAPE_POINTER || shape == HF_SHAPE_STRING) && hf__pointer_at(at) == NULL;
}

/* The next member of a record that is to be shown, into walk->place. */
static bool next_member(hf_struct_walk *walk, frame *top)
{
    const hf_type *type = top->place.type;
    while (top->next < top->count) {
        const hf_key *key = &type->keys[top->next++];
        const char *record = top->place.at + key->offset;
        const hf_member *arm = key->chosen != NULL ? hf__chosen_arm(key->record, key->chosen, record) : NULL;
        bool is_tag = (key->flags & HF_KEY_TAG) != 0;
        const char *at = record + (key->chosen != NULL && !is_tag ? key->chosen->offset : key->member->offset);
        if ((key->flags & HF_KEY_ALIAS) != 0 || (key->chosen != NULL && arm != (is_tag ? NULL : key->member)) ||
            is_left_out(key, record, at))
            continue;
        walk->place = (hf_struct_place){ key->member->type, at, record, key->record, key->member, false };
        walk->key = hf_text_of(key->text, key->length);
        return true;
    }
    return false;
}

static void show_arm(hf_struct_walk *walk, const frame *top)
{
    const hf_struct_place *place = &top->place;
    const hf_member *arm = hf__chosen_arm(place->record_type, place->member, place->record);
    walk->place = (hf_struct_place){ arm->type, place->at, place->at, place->type, arm, false };
    walk->key = hf_text_of(arm->key, arm->key_length);
}

static bool leave(hf_struct_walk *walk)
{
    const frame *top = &walk->work->frames[--walk->work->used];
    walk->event = HF_LEAVE;
    walk->place = top->place;
    walk->key = top->key;
    walk->index = top->index;
    walk->depth = (uint32_t)walk->work->used;
    return true;
}

bool hf_struct_walk_next(hf_struct_walk *walk)
{
    struct hf__struct_walk *work = walk->work;
    if (walk->end != HF_WALK_UNFINISHED)
        return false;
    if (!work->is_begun) {
        work->is_begun = true;
        walk->place = work->root;
        if (!meet(walk, work->root.at))
            return false;
        return visit(walk);
    }
    if (work->used == 0)
        return stop_for(walk, HF_WALK_DONE);
    frame *top = &work->frames[work->used - 1];
    walk->key = hf_text_of(NULL, 0);
    walk->index = 0;
    if (top->is_pruned)
        return leave(walk);
    if (top->place.type->shape == HF_SHAPE_RECORD)
        return next_member(walk, top) ? visit(walk) : leave(walk);
    if (top->next >= top->count)
        return leave(walk);
    size_t index = top->next++;
    if (top->place.type->shape == HF_SHAPE_UNION) {
        show_arm(walk, top);
        return visit(walk);
    }
    const hf_type *item = top->place.type->item;
    walk->index = index;
    walk->place = (hf_struct_place){ item, top->items + index * item->size, NULL, NULL, top->place.member, true };
    return visit(walk);
}

void hf_struct_walk_prune(hf_struct_walk *walk)
{
    if (walk->event == HF_ENTER)
        walk->work->frames[walk->work->used - 1].is_pruned = true;
}

void hf_struct_walk_stop(hf_struct_walk *walk)
{
    if (walk->end == HF_WALK_UNFINISHED)
        walk->end = HF_WALK_STOPPED;
}

hf_walk_end hf_struct_walk_finish(hf_struct_walk *walk)
{
    struct hf__struct_walk *work = walk->work;
    if (work != NULL) {
        hf__memo_release(&work->met);
        if (work->frames != NULL)
            hf__allocator_free(work->allocator, work->frames, work->room * sizeof *work->frames, _Alignof(frame));
        hf__allocator_free(work->allocator, work, sizeof *work, _Alignof(struct hf__struct_walk));
        walk->work = NULL;
    }
    return walk->end;
}

/* ---- where ------------------------------------------------------------------------------- */

static size_t put_token(char *out, size_t size, size_t length, hf_text key, size_t index)
{
    char number[24];
    if (key.bytes == NULL)
        key = hf_text_of(number, (size_t)snprintf(number, sizeof number, "%zu", index));
    if (length < size)
        out[length] = '/';
    length++;
    for (size_t i = 0; i < key.length; i++) {
        char c = key.bytes[i];
        bool is_special = c == '~' || c == '/';
        if (is_special && length < size)
            out[length] = '~';
        length += is_special;
        if (length < size)
            out[length] = is_special ? (c == '~' ? '0' : '1') : c;
        length++;
    }
    return length;
}

size_t hf_struct_walk_pointer(const hf_struct_walk *walk, char *out, size_t size)
{
    size_t length = 0;
    const struct hf__struct_walk *work = walk->work;
    for (size_t i = 1; work != NULL && i < work->used; i++)
        length = put_token(out, size, length, work->frames[i].key, work->frames[i].index);
    bool is_inside = walk->event == HF_ENTER || work == NULL || work->used == 0;
    if (!is_inside)
        length = put_token(out, size, length, walk->key, walk->index);
    if (size > 0)
        out[length < size ? length : size - 1] = 0;
    return length;
}
