/* struct_walk.c - the values of a struct one after another, in the order of JSON.
 *
 * A frame per open container, on a stack that grows. In graphs a memo knows what was entered. A value is
 * first reached (through pointers, and noted as met), then shown: limits are looked at, it is counted, a
 * container gets its frame. A limit ends the walk between the two, so that a walk that is resumed shows the
 * same value. */
#include "walk/walk_limits.h"

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

/* How far the value in walk->place has come. */
typedef enum stage { STAGE_SHOWN, STAGE_AIMED, STAGE_REACHED } stage;

struct hf__struct_walk {
    const hf_allocator *allocator;
    frame              *frames;
    size_t              used, room;
    hf_walk_options     limits;
    uint64_t            deadline_ns, bytes;
    uint64_t            check_at; /* the count of values at which limits are looked at next */
    bool                is_graph, is_begun;
    stage               stage;
    hf_event            outcome; /* of a value that is reached: HF_VALUE, HF_AGAIN, or HF_ENTER */
    const char         *items;   /* and of a container, what its frame needs */
    size_t              count;
    hf__memo            met;
    hf_struct_place     root;
    hf__walk_defer     *defers;
    uint32_t            defers_used, defers_room;
    hf__walk_defer      fixed_defers[HF__WALK_DEFERS];
};

/* Ended or finished. */
static inline bool is_over(const hf_struct_walk *walk)
{
    return walk->end != HF_WALK_UNFINISHED || walk->work == NULL;
}

/* ---- beginning, ending ------------------------------------------------------------------- */

static void set_limits(struct hf__struct_walk *work, const hf_struct_walk_options *options)
{
    static const hf_struct_walk_options none = { .values_max = 0 };
    if (options == NULL)
        options = &none;
    work->limits = (hf_walk_options){ .values_max = options->values_max, .bytes_max = options->bytes_max, .depth_max = options->depth_max,
                                      .time_ms = options->time_ms, .watch_arena = options->watch_arena,
                                      .watch_arena_bytes = options->watch_arena_bytes, .watch_budget = options->watch_budget,
                                      .watch_budget_bytes = options->watch_budget_bytes, .cancel = options->cancel };
    if (work->limits.depth_max == 0)
        work->limits.depth_max = DEPTH_MAX;
    work->deadline_ns = hf__walk_deadline(&work->limits);
    work->bytes = 0;
    work->check_at = work->limits.values_max != 0 && work->limits.values_max != UINT64_MAX ? work->limits.values_max + 1 : UINT64_MAX;
    if (hf__walk_asks(&work->limits, work->deadline_ns) && work->check_at > HF__WALK_CHECK_EVERY)
        work->check_at = HF__WALK_CHECK_EVERY;
    if (work->limits.bytes_max != 0)
        work->check_at = 1;
}

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
    work->root = (hf_struct_place){ .type = type, .at = object };
    work->defers = work->fixed_defers;
    work->defers_room = HF__WALK_DEFERS;
    set_limits(work, options);
    hf__memo_init(&work->met, allocator);
    walk->work = work;
}

void hf__struct_walk_at(hf_struct_walk *walk, const hf_struct_place *place, const hf_struct_walk_options *options)
{
    hf_struct_walk_init(walk, place->type, place->at, options);
    if (walk->work != NULL)
        walk->work->root = *place;
}

void hf_struct_walk_resume(hf_struct_walk *walk, const hf_struct_walk_options *options)
{
    if (walk->work == NULL || walk->end == HF_WALK_DONE)
        return;
    walk->end = HF_WALK_UNFINISHED;
    walk->values = 0;
    set_limits(walk->work, options);
}

static bool end_walk(hf_struct_walk *walk, hf_walk_end end)
{
    walk->end = end;
    walk->event = HF_NO_EVENT;
    if (end != HF_WALK_STOPPED && end != HF_WALK_UNFINISHED)
        hf__walk_run_defers(walk->work->defers, &walk->work->defers_used, 0);
    return false;
}

void hf_struct_walk_stop(hf_struct_walk *walk)
{
    if (!is_over(walk))
        end_walk(walk, HF_WALK_STOPPED);
}

hf_walk_end hf_struct_walk_finish(hf_struct_walk *walk)
{
    struct hf__struct_walk *work = walk->work;
    if (work == NULL)
        return walk->end;
    if (walk->end == HF_WALK_UNFINISHED && work->is_begun && work->used == 0 && work->stage == STAGE_SHOWN)
        walk->end = HF_WALK_DONE;
    walk->event = HF_NO_EVENT;
    hf__walk_run_defers(work->defers, &work->defers_used, 0);
    hf__memo_release(&work->met);
    hf__list_end(work->allocator, work->defers, work->fixed_defers, work->defers_room * sizeof *work->defers, _Alignof(hf__walk_defer));
    if (work->frames != NULL)
        hf__allocator_free(work->allocator, work->frames, work->room * sizeof *work->frames, _Alignof(frame));
    hf__allocator_free(work->allocator, work, sizeof *work, _Alignof(struct hf__struct_walk));
    walk->work = NULL;
    return walk->end;
}

hf_status hf_struct_walk_defer(hf_struct_walk *walk, void (*cleanup)(void *context), void *context)
{
    struct hf__struct_walk *work = walk->work;
    if (work == NULL)
        return HF_NO_MEMORY;
    if (work->defers_used == work->defers_room) {
        hf__walk_defer *grown = work->defers_room > UINT32_MAX / 2 ? NULL
                                : hf__list_doubled(work->allocator, work->defers, work->fixed_defers, work->defers_room * sizeof *grown,
                                                   _Alignof(hf__walk_defer));
        if (grown == NULL)
            return HF_NO_MEMORY;
        work->defers = grown;
        work->defers_room *= 2;
    }
    work->defers[work->defers_used++] = (hf__walk_defer){ cleanup, context, work->used };
    return HF_OK;
}

static bool add_frame(hf_struct_walk *walk)
{
    struct hf__struct_walk *work = walk->work;
    if (work->used == work->room) {
        size_t room = work->room == 0 ? FRAMES_FIRST : work->room * 2;
        frame *frames = work->allocator->resize(work->allocator->context, work->frames, work->room * sizeof *frames,
                                                room * sizeof *frames, _Alignof(frame));
        if (frames == NULL)
            return end_walk(walk, HF_WALK_NO_MEMORY);
        work->frames = frames;
        work->room = room;
    }
    work->frames[work->used++] = (frame){ walk->place, work->items, 0, work->count, walk->key, walk->index, false };
    return true;
}

/* ---- one value --------------------------------------------------------------------------- */

static bool is_text_form(const hf_struct_place *place)
{
    const hf_member *member = place->member;
    return member != NULL && !place->is_item && place->type->item->size == 1 &&
           (member->form == HF_AS_BASE64 || member->form == HF_AS_HEX || member->form == HF_AS_STRING);
}

/* Notes an object that a pointer leads to. False without memory, which then has ended the walk. */
static bool meet(hf_struct_walk *walk, const char *object, bool *ret_new)
{
    *ret_new = true;
    if (!walk->work->is_graph)
        return true;
    if (hf__memo_add(&walk->work->met, object, ret_new) == NULL)
        return end_walk(walk, HF_WALK_NO_MEMORY);
    return true;
}

static bool be_value(hf_struct_walk *walk)
{
    walk->work->outcome = HF_VALUE;
    return true;
}

static bool be_container(hf_struct_walk *walk, const char *items, size_t count)
{
    walk->work->outcome = HF_ENTER;
    walk->work->items = items;
    walk->work->count = count;
    return true;
}

static bool reach_items(hf_struct_walk *walk)
{
    hf_struct_place *place = &walk->place;
    if (place->type->shape == HF_SHAPE_ARRAY)
        return be_container(walk, place->at, place->type->count);
    size_t count = hf__member_count(place->record_type, place->member, place->record);
    if (place->type->shape == HF_SHAPE_FLEX)
        return be_container(walk, place->at, count);
    const char *items = hf__pointer_at(place->at);
    bool is_new = true;
    if (items != NULL && place->type->ownership == HF_SHARED && !meet(walk, items, &is_new))
        return false;
    if (!is_new) {
        walk->work->outcome = HF_AGAIN;
        return true;
    }
    return be_container(walk, items, items != NULL ? count : 0);
}

/* Passes through pointers; what the value is. False without memory: it may be tried again. */
static bool reach(hf_struct_walk *walk)
{
    hf_struct_place *place = &walk->place;
    while (place->type->shape == HF_SHAPE_POINTER) {
        const char *target = hf__pointer_at(place->at);
        bool is_new;
        if (target == NULL)
            return be_value(walk);
        if (!meet(walk, target, &is_new))
            return false;
        if (!is_new) {
            walk->work->outcome = HF_AGAIN;
            return true;
        }
        place->type = place->type->item;
        place->at = target;
        place->record = NULL;
    }
    switch (place->type->shape) {
    case HF_SHAPE_RECORD: return be_container(walk, NULL, place->type->key_count);
    case HF_SHAPE_UNION:
        if (hf__shown_arm(place->record_type, place->member, place->record) != NULL)
            return be_container(walk, NULL, 1);
        place->member = &place->record_type->members[place->member->tag - 1]; /* the tag stands for it */
        place->type = place->member->type;
        place->at = place->record + place->member->offset;
        return be_value(walk);
    case HF_SHAPE_VECTOR: case HF_SHAPE_ARRAY: case HF_SHAPE_FLEX: return is_text_form(place) ? be_value(walk) : reach_items(walk);
    default: return be_value(walk);
    }
}

/* ---- limits ------------------------------------------------------------------------------ */

static uint64_t scalar_bytes(const hf_struct_place *place)
{
    const char *text;
    switch (place->type->shape) {
    case HF_SHAPE_POINTER: return sizeof(void *); /* NULL */
    case HF_SHAPE_STRING:
        text = hf__pointer_at(place->at);
        return text != NULL ? strlen(text) + 1 : sizeof text;
    case HF_SHAPE_VECTOR:
        if (hf__pointer_at(place->at) == NULL)
            return 0;
        return hf__member_count(place->record_type, place->member, place->record);
    case HF_SHAPE_FLEX: return hf__member_count(place->record_type, place->member, place->record);
    default: return place->type->size;
    }
}

/* Looked at when the value to show is number `check_at`. */
static bool check_limits(hf_struct_walk *walk)
{
    struct hf__struct_walk *work = walk->work;
    const hf_walk_options *limits = &work->limits;
    uint64_t values = walk->values + 1;
    if (limits->values_max != 0 && values > limits->values_max)
        return end_walk(walk, HF_WALK_LIMIT_VALUES);
    work->check_at = limits->values_max != 0 && limits->values_max != UINT64_MAX ? limits->values_max + 1 : UINT64_MAX;
    bool asks = hf__walk_asks(limits, work->deadline_ns), counts_bytes = limits->bytes_max != 0;
    if (asks && (!counts_bytes || values % HF__WALK_CHECK_EVERY == 0)) {
        hf_walk_end reason = hf__walk_ask(limits, work->deadline_ns);
        if (reason != HF_WALK_UNFINISHED)
            return end_walk(walk, reason);
    }
    if (counts_bytes) {
        uint64_t bytes = work->outcome == HF_VALUE ? scalar_bytes(&walk->place) : 0;
        if (bytes > limits->bytes_max - work->bytes)
            return end_walk(walk, HF_WALK_LIMIT_BYTES);
        work->bytes += bytes;
        work->check_at = values + 1;
    } else if (asks && work->check_at > values + HF__WALK_CHECK_EVERY) {
        work->check_at = values + HF__WALK_CHECK_EVERY;
    }
    return true;
}

/* The event for walk->place, which is reached. */
static bool show(hf_struct_walk *walk)
{
    struct hf__struct_walk *work = walk->work;
    bool is_container = work->outcome == HF_ENTER;
    walk->depth = (uint32_t)work->used;
    if (is_container && work->used >= work->limits.depth_max)
        return end_walk(walk, HF_WALK_LIMIT_DEPTH);
    if (work->outcome != HF_AGAIN && HF_UNLIKELY(walk->values + 1 >= work->check_at) && !check_limits(walk))
        return false;
    if (is_container && !add_frame(walk))
        return false;
    walk->values += work->outcome != HF_AGAIN;
    walk->event = work->outcome;
    work->stage = STAGE_SHOWN;
    return true;
}

static bool visit(hf_struct_walk *walk)
{
    walk->work->stage = STAGE_AIMED;
    if (!reach(walk))
        return false;
    walk->work->stage = STAGE_REACHED;
    return show(walk);
}

/* ---- what comes next --------------------------------------------------------------------- */

/* The next member of a record that is to be shown, into walk->place. */
static bool next_member(hf_struct_walk *walk, frame *top)
{
    const hf_type *type = top->place.type;
    while (top->next < top->count) {
        const hf_key *key = &type->keys[top->next++];
        const char *record = top->place.at + key->offset;
        const hf_member *arm = key->chosen != NULL ? hf__shown_arm(key->record, key->chosen, record) : NULL;
        bool is_tag = (key->flags & HF_KEY_TAG) != 0;
        const char *at = record + (key->chosen != NULL && !is_tag ? key->chosen->offset : key->member->offset);
        if ((key->flags & HF_KEY_ALIAS) != 0 || (key->chosen != NULL && arm != (is_tag ? NULL : key->member)) ||
            hf__is_left_out(key, record, at))
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
    const hf_member *arm = hf__shown_arm(place->record_type, place->member, place->record);
    walk->place = (hf_struct_place){ arm->type, place->at, place->at, place->type, arm, false };
    walk->key = hf_text_of(arm->key, arm->key_length);
}

static bool leave(hf_struct_walk *walk)
{
    struct hf__struct_walk *work = walk->work;
    hf__walk_run_defers(work->defers, &work->defers_used, work->used);
    const frame *top = &work->frames[--work->used];
    walk->event = HF_LEAVE;
    walk->place = top->place;
    walk->key = top->key;
    walk->index = top->index;
    walk->depth = (uint32_t)work->used;
    return true;
}

/* The root, or the value at which a walk ended that goes on now. */
static bool begin_or_go_on(hf_struct_walk *walk)
{
    struct hf__struct_walk *work = walk->work;
    if (work->is_begun)
        return work->stage == STAGE_REACHED ? show(walk) : visit(walk);
    bool is_new;
    walk->place = work->root;
    if (!meet(walk, work->root.at, &is_new))
        return false;
    work->is_begun = true;
    return visit(walk);
}

bool hf_struct_walk_next(hf_struct_walk *walk)
{
    struct hf__struct_walk *work = walk->work;
    if (HF_UNLIKELY(is_over(walk)))
        return false;
    if (HF_UNLIKELY(!work->is_begun || work->stage != STAGE_SHOWN))
        return begin_or_go_on(walk);
    if (work->used == 0)
        return end_walk(walk, HF_WALK_DONE);
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
    if (!is_over(walk) && walk->work->used > 0)
        walk->work->frames[walk->work->used - 1].is_pruned = true;
}

void hf_struct_walk_skip(hf_struct_walk *walk)
{
    struct hf__struct_walk *work = walk->work;
    if (is_over(walk) || walk->event != HF_ENTER)
        return;
    hf__walk_run_defers(work->defers, &work->defers_used, work->used);
    work->used--;
    walk->event = HF_NO_EVENT;
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
