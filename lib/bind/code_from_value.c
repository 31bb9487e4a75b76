/* code_from_value.c - reading values by the keys of each record: one loop over members, in whatever record they are.
 *
 * As code_read.c does it for text: the key that comes next in the record is expected next in the object, any other is
 * looked up, and a record that holds the one being read waits on a list of frames, so nothing recurses. A key is in
 * the table as it stands in a document, so that two words say whether it is the one. False stands for a value that is
 * not right, that only the tables read, and for memory that ended. */
#include "bind/code_from_value.h"

#include "bind/code_keys.h"
#include "bind/code_read_number.h"
#include "bind/code_record.h"
#include "bind/struct_rule.h"

typedef hf__record_items items;

/* A record that waits for one below it. */
typedef struct frame {
    const hf__keys *keys;
    char           *object;
    const hf__key  *key;  /* whose value is being read */
    uint64_t        awaited, met;
    hf_value        at;   /* that key in the value */
    items           items;
    hf_value        item; /* the one that is being read */
} frame;

typedef struct reader {
    hf_store store;
    uint32_t depth_left; /* containers that may still be opened */
    frame   *frames, *first_frames;
    size_t   frame_count, frame_room;
} reader;

/* ---- keys -------------------------------------------------------------------------------- */

/* Whether the key at `at` is that of a row, counted from 1. */
static inline bool is_key(const hf__keys *keys, unsigned place, const hf__slot *at)
{
    const hf__slot *own = &keys->slots[place - 1];
    if (((at->lo ^ own->lo) & ~(uint64_t)HF__FLAGS) != 0)
        return false;
    if (HF_LIKELY(hf__kind(at) == HF__TEXT))
        return at->hi == own->hi;
    const hf__key *key = &keys->keys[place - 1];
    return memcmp(hf__slot_text(at).bytes, key->bytes, key->length) == 0;
}

/* The first sixteen bytes of a key, its closing quote among them, as rows have them. */
static inline void key_words(const hf__slot *at, uint64_t *ret_head, uint64_t *ret_tail)
{
    if (HF_LIKELY(hf__kind(at) == HF__TEXT)) {
        unsigned length = hf__byte1(at);
        uint64_t quote = (uint64_t)'"' << length % 8 * 8;
        *ret_head = at->lo >> 16 | at->hi << 48 | (length < 8 ? quote : 0);
        *ret_tail = at->hi >> 16 | (length < 8 ? 0 : quote);
        return;
    }
    const char *bytes = hf__slot_text(at).bytes; /* at least fifteen */
    memcpy(ret_head, bytes, 8);
    memcpy(ret_tail, bytes + 7, 8);
    *ret_tail = *ret_tail >> 8 | (uint64_t)(hf__slot_text(at).length == 15 ? '"' : (unsigned char)bytes[15]) << 56;
}

/* The slot of the key at `at`; keys->none: of none that is wanted. */
static inline size_t find_key(const hf__keys *keys, const hf__slot *at)
{
    uint64_t head, tail;
    if (HF_UNLIKELY((at->lo & HF__ESCAPE) != 0)) /* the table may not have it: it is for keys that stand in JSON as they are */
        return hf__key_equal(keys, hf__slot_text(at));
    key_words(at, &head, &tail);
    unsigned entry = hf__key_entry(keys, head, tail), place = entry & 0xff;
    if (HF_LIKELY(place != 0 && is_key(keys, place, at)))
        return entry >> 8 & 0xff;
    while (place != 0 && (place = keys->keys[place - 1].next) != 0)
        if (is_key(keys, place, at))
            return keys->keys[place - 1].slot;
    return keys->none;
}

/* ---- scalars ----------------------------------------------------------------------------- */

/* The slot of a value whose own may be a mount. */
static const hf__slot *shown(const struct hf__home *home, const hf__slot *slot)
{
    return HF_LIKELY(hf__kind(slot) != HF__MOUNT) ? slot : hf__resolve((hf_value){ home, slot }).slot;
}

static inline bool take_bool(const hf__slot *slot, void *place)
{
    bool value = (slot->lo & HF__TRUE) != 0;
    memcpy(place, &value, sizeof value);
    return hf__kind(slot) == HF__BOOL;
}

/* Of a slot that holds an int64. */
static inline __attribute__((always_inline)) bool take_signed(const hf__slot *slot, void *place, size_t size, const hf__key *key)
{
    unsigned unused = 64 - 8 * (unsigned)size;
    int64_t value = (int64_t)slot->hi;
    if (HF_UNLIKELY((int64_t)(slot->hi << unused) >> unused != value || !hf__keeps_i64(key, value)))
        return false;
    hf__uint_set(place, size, slot->hi);
    return true;
}

static inline __attribute__((always_inline)) bool take_unsigned(const hf__slot *slot, void *place, size_t size, const hf__key *key)
{
    unsigned most = size == 8 ? 63 : 8 * (unsigned)size; /* what is negative has the highest bit */
    if (HF_UNLIKELY(slot->hi >> most != 0 || !hf__keeps_u64(key, slot->hi)))
        return false;
    hf__uint_set(place, size, slot->hi);
    return true;
}

/* The nearest double of a number; false for one that is kept as its spelling, and for what is none. */
static inline bool double_of(const hf__slot *slot, double *ret_value)
{
    switch (hf__kind(slot)) {
    case HF__DOUBLE: *ret_value = hf__double(slot); return true;
    case HF__INT64: *ret_value = (double)(int64_t)slot->hi; return true;
    case HF__UINT64: *ret_value = (double)slot->hi; return true;
    default: return false;
    }
}

static bool take_float(double value, void *place, const hf__key *key)
{
    float narrow = (float)value;
    if (narrow - narrow != 0 || !hf__keeps_double(key, value))
        return false;
    memcpy(place, &narrow, sizeof narrow);
    return true;
}

/* Without a call where it is not long. */
static inline void copy_text(char *to, hf_text text)
{
    if (text.length >= 16 && text.length <= 32) {
        memcpy(to, text.bytes, 16);
        memcpy(to + text.length - 16, text.bytes + text.length - 16, 16);
    } else if (text.length > 32 && text.length <= 64) {
        memcpy(to, text.bytes, 32);
        memcpy(to + text.length - 32, text.bytes + text.length - 32, 32);
    } else {
        memcpy(to, text.bytes, text.length);
    }
}

/* A copy that a NUL ends; NULL without memory. */
static inline char *keep_text(const reader *from, const hf__slot *slot, hf_text text)
{
    hf_arena *arena = from->store.arena;
    char *copy;
    if (hf__kind(slot) == HF__TEXT && HF_LIKELY(arena != NULL && (size_t)(arena->window - arena->at) > sizeof *slot)) {
        copy = arena->at; /* all that a slot may have of it, whatever it has */
        memcpy(copy, (const char *)slot + 2, 8);
        memcpy(copy + 6, (const char *)slot + 8, 8);
        arena->at += text.length + 1;
    } else {
        copy = hf__store_take(&from->store, text.length + 1, 1);
        if (HF_UNLIKELY(copy == NULL))
            return NULL;
        copy_text(copy, text);
    }
    copy[text.length] = 0;
    return copy;
}

/* A text of its own, of a slot that is text. */
static inline bool take_string(const reader *from, const hf__slot *slot, void *place, const hf__key *key)
{
    hf_text text = hf__slot_text(slot);
    if (HF_UNLIKELY((slot->lo & HF__ESCAPE) != 0) && memchr(text.bytes, 0, text.length) != NULL)
        return false; /* it would end the text in C */
    if (key != NULL && (key->flags & HF__IN_LIMITS) != 0 && (text.length < key->limits.u64[0] || text.length > key->limits.u64[1]))
        return false;
    if (key != NULL && (key->flags & HF__IN_RULE) != 0 && hf__rule_check_text(key->row->member->rule, text, NULL) != HF_OK)
        return false;
    char *copy = keep_text(from, slot, text);
    if (HF_UNLIKELY(copy == NULL))
        return false;
    hf__pointer_set(place, copy);
    return true;
}

static bool take_chars(const hf__slot *slot, char *place, const hf__key *key)
{
    hf_text text = hf__slot_text(slot);
    size_t size = key->row->member->type->size;
    const hf_rule *rule = key->row->member->rule;
    if (text.length >= size || memchr(text.bytes, 0, text.length) != NULL || (rule != NULL && hf__rule_check_text(rule, text, NULL) != HF_OK))
        return false;
    memcpy(place, text.bytes, text.length);
    memset(place + text.length, 0, size - text.length);
    return true;
}

/* What no key says anything of: an item, or what a pointer leads to. False also for numbers that are spelled in
 * another way than usual, which the tables read. */
static bool take_plain(const reader *from, const hf__slot *slot, const hf_type *type, char *place)
{
    double value;
    switch (type->shape) {
    case HF_SHAPE_BOOL: return take_bool(slot, place);
    case HF_SHAPE_INT: return hf__kind(slot) == HF__INT64 && take_signed(slot, place, type->size, NULL);
    case HF_SHAPE_UINT:
        if (hf__kind(slot) == HF__UINT64 && type->size == 8) {
            memcpy(place, &slot->hi, 8);
            return true;
        }
        return hf__kind(slot) == HF__INT64 && take_unsigned(slot, place, type->size, NULL);
    case HF_SHAPE_FLOAT:
        if (!double_of(slot, &value))
            return false;
        if (type->size == sizeof(float))
            return take_float(value, place, NULL);
        memcpy(place, &value, sizeof value);
        return true;
    default:
        hf__pointer_set(place, NULL);
        return hf__is_text(slot) ? take_string(from, slot, place, NULL) : hf__kind(slot) == HF__NULL;
    }
}

/* ---- items ------------------------------------------------------------------------------- */

static bool is_plain(const hf__slot *slot, hf__slot_kind kind)
{
    return (slot->lo & (HF__EDITED | 15)) == (uint64_t)kind;
}

/* Room for the items of an array, which is one that is not edited. */
static bool take_items(const reader *from, const hf__key *key, const hf__slot *array, char *place, items *list)
{
    const hf_type *type = key->row->member->type, *item = type->item;
    size_t count = hf__count(array), bytes;
    *list = (items){ .bytes = place, .room = count, .type = item, .is_in_place = key->kind == HF__KIND_ARRAY };
    if (list->is_in_place)
        return count == type->count;
    list->bytes = NULL;
    if (count == 0)
        return true;
    if (!hf__size_multiply(count, item->size, &bytes))
        return false;
    list->bytes = hf__store_take(&from->store, bytes, item->alignment);
    return list->bytes != NULL;
}

static bool put_items(const hf__key *key, char *object, const items *list)
{
    if (list->is_in_place)
        return true;
    if (!hf__record_count(key, object, list->count))
        return false;
    if (list->count > 0)
        hf__pointer_set(object + key->offset, list->bytes);
    return true;
}

/* An array of values that are no containers. */
static bool take_run(const reader *from, const hf__key *key, hf_value array, char *object)
{
    items list;
    if (!take_items(from, key, array.slot, object + key->offset, &list))
        return false;
    const hf__slot *slot = array.slot + 1; /* what is wanted has one slot */
    bool is_right = true;
    for (; is_right && list.count < list.room; slot++, list.count += is_right)
        is_right = take_plain(from, shown(array.home, slot), list.type, list.bytes + list.count * list.type->size);
    if (is_right && put_items(key, object, &list))
        return true;
    hf__record_items_drop(&from->store, &list);
    return false;
}

/* ---- records ----------------------------------------------------------------------------- */

enum { FRAMES_FIRST = 16 };

static __attribute__((noinline, cold)) bool grow_frames(reader *from)
{
    frame *grown = hf__list_doubled(hf__work_allocator(from->store.allocator), from->frames, from->first_frames,
                                    from->frame_room * sizeof *grown, _Alignof(frame));
    if (grown == NULL)
        return false;
    from->frames = grown;
    from->frame_room *= 2;
    return true;
}

static inline frame *push_frame(reader *from)
{
    if (HF_UNLIKELY(from->frame_count == from->frame_room) && !grow_frames(from))
        return NULL;
    return &from->frames[from->frame_count++];
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic" /* addresses of labels */

/* At a key, or at the end: to the value of the key, if it is a usual one and the one that is expected. */
#define EXPECTED_MEMBER \
    do { \
        if (HF_UNLIKELY(at->lo != own->lo || at->hi != own->hi || (awaited & key->bit) == 0)) \
            goto other; \
        value = (hf_value){ home, at + 1 }; \
        awaited ^= key->bit; \
        place = object + key->offset; \
        goto *ways[key->kind]; \
    } while (0)

/* Behind a value of one slot. */
#define NEXT_MEMBER \
    do { \
        key++; \
        own++; \
        at += 2; \
        EXPECTED_MEMBER; \
    } while (0)

#define A_NUMBER(kind, taken) \
    do { \
        if (HF_UNLIKELY(hf__kind(value.slot) != (kind))) \
            goto rarely; \
        if (HF_UNLIKELY(!(taken))) \
            return false; \
        NEXT_MEMBER; \
    } while (0)

/* A record that has begun, with all that it leads to. Whatever waits when this fails is left on the frames. */
static __attribute__((noinline)) bool take_records(reader *from, hf_value value, const hf__keys *keys, char *object)
{
    static const void *const ways[] = {
        [HF__KIND_BOOL] = &&a_bool, [HF__KIND_I8] = &&an_i8, [HF__KIND_I16] = &&an_i16, [HF__KIND_I32] = &&an_i32, [HF__KIND_I64] = &&an_i64,
        [HF__KIND_U8] = &&an_u8, [HF__KIND_U16] = &&an_u16, [HF__KIND_U32] = &&an_u32, [HF__KIND_U64] = &&an_u64, [HF__KIND_F32] = &&an_f32,
        [HF__KIND_F64] = &&an_f64, [HF__KIND_STRING] = &&a_string, [HF__KIND_CHARS] = &&some_chars, [HF__KIND_RECORD] = &&a_record,
        [HF__KIND_POINTER] = &&a_pointer, [HF__KIND_VECTOR] = &&a_list, [HF__KIND_ARRAY] = &&a_list, [HF__KIND_TABLES] = &&by_tables,
        [HF__KIND_PASSED] = &&passed_over
    };
    const struct hf__home *home;
    const hf__slot *at, *own; /* a key there, and the one that is expected as it would stand there */
    const hf__key *key;
    const hf_type *type;
    frame *top;
    char *place;
    uint64_t awaited, met;
    double f64;
    size_t slot;

open:
    if (!is_plain(value.slot, HF__OBJECT) || from->depth_left == 0)
        return false;
    from->depth_left--;
    home = value.home;
    at = value.slot + 1;
    awaited = keys->usual;
    met = 0;
    key = keys->keys;
    own = keys->slots;
    EXPECTED_MEMBER;

after: /* a value of any size; key says of which member */
    key++;
    own = &keys->slots[key - keys->keys];
    at = hf__behind(at + 1);
    EXPECTED_MEMBER;

other: /* another order, or a key that nothing wants */
    if (hf__is_close(at))
        goto leave;
    slot = find_key(keys, at);
    value = (hf_value){ home, at + 1 };
    if (slot == keys->none) {
        if (keys->is_closed || !hf__value_is_within(value, from->depth_left))
            return false;
        at = hf__behind(at + 1);
        EXPECTED_MEMBER;
    }
    key = &keys->keys[slot];
    own = &keys->slots[slot];
    if ((awaited & key->bit) == 0 && !hf__record_meet(keys, key, object, hf__kind(shown(home, at + 1)) != HF__NULL, &met))
        return false;
    awaited &= ~key->bit;
    place = object + key->offset;
    goto *ways[key->kind];

a_bool: A_NUMBER(HF__BOOL, take_bool(value.slot, place));
an_i8: A_NUMBER(HF__INT64, take_signed(value.slot, place, 1, key));
an_i16: A_NUMBER(HF__INT64, take_signed(value.slot, place, 2, key));
an_i32: A_NUMBER(HF__INT64, take_signed(value.slot, place, 4, key));
an_i64: A_NUMBER(HF__INT64, take_signed(value.slot, place, 8, key));
an_u8: A_NUMBER(HF__INT64, take_unsigned(value.slot, place, 1, key));
an_u16: A_NUMBER(HF__INT64, take_unsigned(value.slot, place, 2, key));
an_u32: A_NUMBER(HF__INT64, take_unsigned(value.slot, place, 4, key));
an_u64: A_NUMBER(HF__INT64, take_unsigned(value.slot, place, 8, key));

an_f32:
    if (!double_of(value.slot, &f64))
        goto rarely;
    if (!take_float(f64, place, key))
        return false;
    NEXT_MEMBER;

an_f64:
    if (HF_UNLIKELY(!double_of(value.slot, &f64)))
        goto rarely;
    if (HF_UNLIKELY(!hf__keeps_double(key, f64)))
        return false;
    memcpy(place, &f64, sizeof f64);
    NEXT_MEMBER;

a_string:
    if (HF_UNLIKELY(!hf__is_text(value.slot)))
        goto rarely;
    if (HF_UNLIKELY(!take_string(from, value.slot, place, key)))
        return false;
    NEXT_MEMBER;

some_chars:
    if (!hf__is_text(value.slot))
        goto rarely;
    if (!take_chars(value.slot, place, key))
        return false;
    NEXT_MEMBER;

a_record:
    if (!is_plain(value.slot, HF__OBJECT))
        goto rarely;
    top = push_frame(from);
    if (top == NULL)
        return false;
    *top = (frame){ keys, object, key, awaited, met, { home, at }, { .type = NULL }, hf_absent() };
    keys = key->row->member->type->code->read;
    object = place;
    goto open;

a_pointer:
    type = key->row->member->type->item;
    if (hf__kind(value.slot) == HF__NULL || hf__kind(value.slot) == HF__MOUNT)
        goto rarely;
    place = hf__record_target(&from->store, type, place);
    if (place == NULL)
        return false;
    if (type->shape != HF_SHAPE_RECORD) {
        if (!take_plain(from, value.slot, type, place))
            return false;
        goto after;
    }
    hf__record_begin(type, place);
    top = push_frame(from);
    if (top == NULL)
        return false;
    *top = (frame){ keys, object, key, awaited, met, { home, at }, { .type = NULL }, hf_absent() };
    keys = type->code->read;
    object = place;
    goto open;

a_list:
    if (!is_plain(value.slot, HF__ARRAY))
        goto rarely;
    if (from->depth_left == 0)
        return false;
    if (key->row->member->type->item->shape != HF_SHAPE_RECORD) {
        if (take_run(from, key, value, object))
            goto after;
        if (key->kind == HF__KIND_ARRAY && key->row->member->type->item->shape == HF_SHAPE_STRING)
            return false; /* some texts are in place, and would be forgotten */
        goto by_tables;
    }
    top = push_frame(from);
    if (top == NULL)
        return false;
    *top = (frame){ keys, object, key, awaited, met, { home, at }, { .type = NULL }, { value.home, value.slot + 1 } };
    from->depth_left--;
    if (!take_items(from, key, value.slot, place, &top->items))
        return false;
    goto item;

rarely: /* not the kind that is usual */
    if (hf__kind(value.slot) == HF__MOUNT) {
        value = hf__resolve(value);
        goto *ways[key->kind];
    }
    if (hf__kind(value.slot) == HF__NULL && (key->flags & HF__IN_NULL) != 0)
        goto after;
by_tables:
    if (!hf__from_value_member(&from->store, from->depth_left, hf__kind(value.slot) == HF__MOUNT ? hf__resolve(value) : value, key->row, object))
        return false;
    goto after;

passed_over:
    if (!hf__value_is_within(value, from->depth_left))
        return false;
    goto after;

item:
    top = &from->frames[from->frame_count - 1];
    if (top->items.count == top->items.room)
        goto items_end;
    type = top->items.type;
    object = top->items.bytes + top->items.count++ * type->size;
    hf__record_begin(type, object);
    keys = type->code->read;
    value = top->item;
    if (HF_UNLIKELY(hf__kind(value.slot) == HF__MOUNT))
        value = hf__resolve(value);
    goto open;

leave:
    if (HF_UNLIKELY(!hf__record_is_whole(&from->store, keys, object, awaited, met)))
        return false;
    if (from->frame_count == 0)
        return true;
    from->depth_left++;
    top = &from->frames[from->frame_count - 1];
    if (top->items.type == NULL)
        goto back;
    top->item.slot = hf__behind(top->item.slot);
    goto item;
items_end:
    if (!put_items(top->key, top->object, &top->items))
        return false;
    from->depth_left++;
back:
    keys = top->keys;
    object = top->object;
    key = top->key;
    awaited = top->awaited;
    met = top->met;
    home = top->at.home;
    at = top->at.slot;
    from->frame_count--;
    goto after;
}

#undef A_NUMBER
#undef NEXT_MEMBER
#undef EXPECTED_MEMBER
#pragma GCC diagnostic pop

/* ---- the whole --------------------------------------------------------------------------- */

bool hf__from_value(const hf_code *code, hf_value value, uint32_t depth_max, const hf_store *store, void *object)
{
    frame first[FRAMES_FIRST];
    reader from = { .store = *store, .depth_left = depth_max, .frames = first, .first_frames = first, .frame_room = FRAMES_FIRST };
    bool is_right = take_records(&from, value, code->read, object);
    for (; from.frame_count > 0; from.frame_count--) {
        const items *waiting = &from.frames[from.frame_count - 1].items;
        if (waiting->type != NULL)
            hf__record_items_drop(&from.store, waiting);
    }
    hf__list_end(hf__work_allocator(store->allocator), from.frames, first, from.frame_room * sizeof *from.frames, _Alignof(frame));
    return is_right;
}
