/* code_read.c - reading by the keys of each record: one loop over members, in whatever record they are.
 *
 * The key that comes next in the record is expected next in the text; any other is looked up. A record that
 * holds the one being read waits on a list of frames, so nothing recurses. NULL stands for text that is not
 * right, that only the tables read, and for memory that ended. UTF-8 was checked for the whole text before. */
#include "bind/code_read.h"

#include "base/cpu.h"
#include "base/rounding.h"

#include "bind/code_index.h"
#include "bind/code_keys.h"
#include "bind/code_read_number.h"
#include "bind/code_read_text.h"
#include "bind/code_record.h"
#include "bind/struct_store.h"

typedef hf__record_items items;

/* A record that waits for one below it. */
struct hf__in_frame {
    const hf__keys *keys;
    char           *object;
    const hf__key  *key;   /* whose value is being read */
    uint64_t        awaited, met; /* usual keys that have not come, and others that have */
    items           items; /* of a vector or an array; type NULL: none */
};

/* ---- between values ---------------------------------------------------------------------- */

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

/* Into an object: at its first key, or at its '}'. */
static inline const char *open_object(hf__in *in, const char *at)
{
    if (HF_UNLIKELY(*at != '{' || in->depth_left == 0))
        return NULL;
    in->depth_left--;
    return hf__in_blanks(in, at + 1);
}

/* Behind the '}' of a record within another. */
static inline const char *close_object(hf__in *in, const char *at)
{
    in->depth_left++;
    return at + 1 < in->end ? at + 1 : NULL;
}

/* Whether the first sixteen bytes behind the quote at `at`, which can be read, are the key's. */
static inline __attribute__((always_inline)) bool begins(const char *at, const hf__key *key)
{
    uint64_t head, tail;
    memcpy(&head, at + 1, 8);
    memcpy(&tail, at + 9, 8);
    return (((key->head ^ head) & key->head_bits) | ((key->tail ^ tail) & key->tail_bits)) == 0;
}

/* What the table has for the key behind the quote at `at`, if it is short and its value follows at once; else 0. The
 * value's place and kind are taken from there, not from the key's row: what is done next waits for them. */
static inline __attribute__((always_inline)) uint32_t known_at(const hf__keys *keys, const char *at)
{
    uint64_t head, tail;
    memcpy(&head, at + 1, 8);
    memcpy(&tail, at + 9, 8);
    uint32_t known = hf__key_entry(keys, head, tail), length = known >> 24;
    if (HF_UNLIKELY(known == 0 || length == HF__PLACE_UNSURE || !begins(at, &keys->keys[(known & 0xff) - 1])))
        return 0;
    return HF_LIKELY(at[length + 1] == ':' && (unsigned char)at[length + 2] > ' ') ? known : 0;
}

/* ---- items ------------------------------------------------------------------------------- */

enum { ROOM_FIRST = 4 };

static bool more_items(hf__in *in, items *list)
{
    const hf_type *type = list->type;
    size_t room = list->room == 0 ? ROOM_FIRST : list->room * 2, bytes;
    if (list->is_in_place || !hf__size_multiply(room, type->size, &bytes))
        return false;
    char *grown = hf__store_resize(&in->store, list->bytes, list->room * type->size, bytes, type->alignment);
    if (grown == NULL)
        return false;
    list->bytes = grown;
    list->room = room;
    return true;
}

/* Room for one more, not begun; NULL without memory, and behind the last one of an array. */
static inline char *next_item(hf__in *in, items *list)
{
    if (HF_UNLIKELY(list->count == list->room) && !more_items(in, list))
        return NULL;
    return list->bytes + list->count++ * list->type->size;
}

/* Into an array. True: *at is at its first item. False: *at is behind its ']', or NULL. */
static inline bool open_items(hf__in *in, const char **at)
{
    const char *next = *at;
    if (HF_UNLIKELY(*next != '[' || in->depth_left == 0)) {
        *at = NULL;
        return false;
    }
    next = hf__in_blanks(in, next + 1);
    bool is_empty = *next == ']';
    in->depth_left -= !is_empty;
    *at = next + is_empty;
    return !is_empty;
}

/* After an item. True: another comes next. False: *at is behind the ']', or NULL. */
static inline bool item_comma(hf__in *in, const char **at)
{
    const char *next = hf__in_blanks(in, *at);
    if (HF_LIKELY(*next == ',')) {
        *at = hf__in_blanks(in, next + 1);
        return true;
    }
    *at = *next == ']' ? next + 1 : NULL;
    in->depth_left++;
    return false;
}

static items items_of(const hf__key *key, char *place)
{
    const hf_type *type = key->row->member->type;
    if (key->kind == HF__KIND_ARRAY)
        return (items){ place, 0, type->count, type->item, true };
    return (items){ .type = type->item };
}

/* The items of a vector into their place, and how many there are beside it; an array is full. */
static bool put_items(hf__in *in, const hf__key *key, char *object, items *list)
{
    const hf_type *type = list->type;
    if (list->is_in_place)
        return list->count == list->room;
    if (!hf__record_count(key, object, list->count))
        return false;
    if (list->count == 0)
        return true;
    if (list->count < list->room) {
        char *fitting = hf__store_resize(&in->store, list->bytes, list->room * type->size, list->count * type->size, type->alignment);
        if (fitting == NULL)
            return false;
        list->bytes = fitting;
        list->room = list->count;
    }
    hf__pointer_set(object + key->offset, list->bytes);
    return true;
}

/* ---- values that are no records ---------------------------------------------------------- */

static const char *read_integer(const hf__in *in, const char *at, void *place, size_t size, bool is_signed)
{
    uint64_t bits = 0;
    at = hf__in_integer(in, at, 8 * (unsigned)size, is_signed, &bits);
    if (at != NULL)
        hf__uint_set(place, size, bits);
    return at;
}

static const char *read_plain(hf__in *in, const char *at, const hf_type *type, char *place)
{
    switch (type->shape) {
    case HF_SHAPE_BOOL: return hf__in_bool(in, at, (bool *)(void *)place);
    case HF_SHAPE_INT: return read_integer(in, at, place, type->size, true);
    case HF_SHAPE_UINT: return read_integer(in, at, place, type->size, false);
    case HF_SHAPE_FLOAT: return type->size == sizeof(float) ? hf__in_float(in, at, place, NULL) : hf__in_double(in, at, place, NULL);
    default:
        hf__pointer_set(place, NULL);
        return hf__in_string(in, at, place, NULL);
    }
}

/* A vector or an array of such values. */
static const char *read_run(hf__in *in, const char *at, const hf__key *key, char *object)
{
    items list = items_of(key, object + key->offset);
    for (bool more = open_items(in, &at); more; more = item_comma(in, &at)) {
        char *item = next_item(in, &list);
        at = item != NULL ? read_plain(in, at, list.type, item) : NULL;
        if (at == NULL)
            break;
    }
    if (at != NULL && put_items(in, key, object, &list))
        return at;
    hf__record_items_drop(&in->store, &list);
    return NULL;
}

/* Behind a null that stands for nothing there. */
static const char *null_of(const hf__key *key, const char *at)
{
    return *at == 'n' && (key->flags & HF__IN_NULL) != 0 ? hf__in_null(at) : NULL;
}

/* ---- records ----------------------------------------------------------------------------- */

enum { FRAMES_FIRST = 16 };

static __attribute__((noinline, cold)) bool grow_frames(hf__in *in)
{
    hf__in_frame *grown = hf__list_doubled(hf__work_allocator(in->store.allocator), in->frames, in->first_frames,
                                           in->frame_room * sizeof *grown, _Alignof(hf__in_frame));
    if (grown == NULL)
        return false;
    in->frames = grown;
    in->frame_room *= 2;
    return true;
}

static inline bool push_frame(hf__in *in, hf__in_frame frame)
{
    if (HF_UNLIKELY(in->frame_count == in->frame_room) && !grow_frames(in))
        return false;
    in->frames[in->frame_count++] = frame;
    return true;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic" /* addresses of labels */

/* At a key: to its value, if it is a usual one and the one that is expected. */
#define EXPECTED_MEMBER \
    do { \
        if (HF_UNLIKELY(!begins(at, key) || (awaited & key->bit) == 0)) \
            goto other; \
        value = at + key->length + 3; \
        if (HF_UNLIKELY(value[-1] != ':' || (unsigned char)*value <= ' ')) \
            goto other; \
        at = value; \
        awaited ^= key->bit; \
        place = object + key->offset; \
        goto *ways[key->kind]; \
    } while (0)

/* Behind a value, or NULL. Written out behind each usual kind, since every jump on the way costs as much as some
 * four instructions. */
#define NEXT_MEMBER \
    do { \
        if (HF_UNLIKELY(at == NULL)) \
            goto null; \
        key++; \
        if (HF_UNLIKELY(at >= in->near_end || memcmp(at, ",\"", 2) != 0)) \
            goto after_rarely; \
        at++; \
        if (HF_UNLIKELY(is_jumping)) \
            goto other; \
        EXPECTED_MEMBER; \
    } while (0)

/* From the '{' of a record that has begun to its '}', with all that it leads to. Whatever waits when this fails is
 * left on the frames. */
static __attribute__((noinline)) const char *read_records(hf__in *in, const char *at, const hf__keys *keys, char *object)
{
    static const void *const ways[] = {
        [HF__KIND_BOOL] = &&a_bool, [HF__KIND_I8] = &&an_i8, [HF__KIND_I16] = &&an_i16, [HF__KIND_I32] = &&an_i32, [HF__KIND_I64] = &&an_i64,
        [HF__KIND_U8] = &&an_u8, [HF__KIND_U16] = &&an_u16, [HF__KIND_U32] = &&an_u32, [HF__KIND_U64] = &&an_u64, [HF__KIND_F32] = &&an_f32,
        [HF__KIND_F64] = &&an_f64, [HF__KIND_STRING] = &&a_string, [HF__KIND_CHARS] = &&some_chars, [HF__KIND_RECORD] = &&a_record,
        [HF__KIND_POINTER] = &&a_pointer, [HF__KIND_VECTOR] = &&a_list, [HF__KIND_ARRAY] = &&a_list, [HF__KIND_TABLES] = &&by_tables,
        [HF__KIND_PASSED] = &&passed_over
    };
    hf__in_frame *top;
    const hf__key *key;
    const hf_type *type;
    const char *value;
    char *place;
    uint64_t awaited, met;
    hf__found found;
    uint32_t known, kind;
    bool is_jumping = false; /* the last key was not the expected one: the next one is not expected either */

open:
    value = at;
    at = open_object(in, at);
    if (at == NULL)
        return NULL;
    awaited = keys->usual;
    met = 0;
    key = keys->keys;
    if (HF_LIKELY(at < in->near_end && *at == '"'))
        EXPECTED_MEMBER;
    goto other;

after: /* a value; key says of which member */
    NEXT_MEMBER;

after_rarely: /* blanks, the end, or near the end of the text */
    if (*at == '}')
        goto leave;
    found = hf__in_next(in, at, keys);
    goto found;

other: /* another order, blanks, or a key that nothing wants */
    known = HF_LIKELY(at < in->near_end && *at == '"') ? known_at(keys, at) : 0;
    if (HF_LIKELY(known != 0)) {
        const hf__key *expected = key;
        at += (known >> 24) + 2;
        key = &keys->keys[known >> 8 & 0xff];
        is_jumping = key != expected;
        kind = known >> 16 & 0xff;
        goto wanted;
    }
    found = hf__in_find(in, at, keys);

found:
    at = found.at;
    if (found.slot == keys->none) {
        if (at == NULL)
            return NULL;
        goto leave;
    }
    key = &keys->keys[found.slot];
    kind = key->kind;

wanted:
    value = at;
    if ((awaited & key->bit) == 0 && !hf__record_meet(keys, key, object, *at != 'n', &met))
        return NULL;
    awaited &= ~key->bit;
    place = object + key->offset;
    goto *ways[kind];

a_bool: at = hf__in_bool(in, at, (bool *)(void *)place); NEXT_MEMBER;
an_i8: at = hf__in_signed(in, at, place, 1, key); goto after;
an_i16: at = hf__in_signed(in, at, place, 2, key); goto after;
an_i32: at = hf__in_signed(in, at, place, 4, key); NEXT_MEMBER;
an_i64: at = hf__in_signed(in, at, place, 8, key); NEXT_MEMBER;
an_u8: at = hf__in_unsigned(in, at, place, 1, key); goto after;
an_u16: at = hf__in_unsigned(in, at, place, 2, key); goto after;
an_u32: at = hf__in_unsigned(in, at, place, 4, key); NEXT_MEMBER;
an_u64: at = hf__in_unsigned(in, at, place, 8, key); NEXT_MEMBER;
an_f32: at = hf__in_float(in, at, place, key); goto after;
an_f64: at = hf__in_double(in, at, place, key); NEXT_MEMBER;
a_string: at = hf__in_string(in, at, place, key); NEXT_MEMBER;
some_chars: at = hf__in_chars(in, at, place, key); goto after;
by_tables: at = hf__in_member(in, at, key->row, object); goto after;
passed_over: at = hf__in_skip(in, at); goto after;

a_record:
    if (*at == 'n')
        goto null;
    if (!push_frame(in, (hf__in_frame){ keys, object, key, awaited, met, { .type = NULL } }))
        return NULL;
    keys = key->row->member->type->code->read;
    object = place;
    goto open;

a_pointer:
    if (*at == 'n')
        goto null;
    type = key->row->member->type->item;
    place = hf__record_target(&in->store, type, place);
    if (place == NULL)
        return NULL;
    if (type->shape != HF_SHAPE_RECORD) {
        at = read_plain(in, at, type, place);
        goto after;
    }
    hf__record_begin(type, place);
    if (!push_frame(in, (hf__in_frame){ keys, object, key, awaited, met, { .type = NULL } }))
        return NULL;
    keys = type->code->read;
    object = place;
    goto open;

a_list:
    if (*at == 'n')
        goto null;
    if (key->row->member->type->item->shape != HF_SHAPE_RECORD) {
        at = read_run(in, at, key, object);
        goto after;
    }
    if (!push_frame(in, (hf__in_frame){ keys, object, key, awaited, met, items_of(key, place) }))
        return NULL;
    if (open_items(in, &at))
        goto item;
    goto items_end;

null: /* where nothing else was right */
    at = null_of(key, value);
    if (at != NULL)
        goto after;
    return NULL;

item:
    top = &in->frames[in->frame_count - 1];
    object = next_item(in, &top->items);
    if (object == NULL)
        return NULL;
    type = top->items.type;
    hf__record_begin(type, object);
    keys = type->code->read;
    goto open;

leave: /* at the '}' */
    if (!hf__record_is_whole(&in->store, keys, object, awaited, met))
        return NULL;
    if (in->frame_count == 0)
        return at;
    at = close_object(in, at);
    if (at == NULL)
        return NULL;
    top = &in->frames[in->frame_count - 1];
    if (top->items.type == NULL)
        goto back;
    if (item_comma(in, &at))
        goto item;
items_end:
    top = &in->frames[in->frame_count - 1];
    if (at == NULL || !put_items(in, top->key, top->object, &top->items))
        return NULL;
back:
    keys = top->keys;
    object = top->object;
    key = top->key;
    awaited = top->awaited;
    met = top->met;
    in->frame_count--;
    goto after;
}

#undef NEXT_MEMBER
#undef EXPECTED_MEMBER
#pragma GCC diagnostic pop

/* ---- the whole --------------------------------------------------------------------------- */

static const char *before(const char *begin, const char *end, size_t bytes)
{
    return (size_t)(end - begin) > bytes ? end - bytes : begin;
}

bool hf__in_read(const hf_code *code, hf_text json, uint32_t depth_max, const hf_store *store, void *object)
{
    const char *at = json.bytes, *end = json.bytes + json.length;
    while (end > at && hf__is_blank(end[-1]))
        end--;
    if (end == at || end[-1] != '}')
        return false;
    hf__in_frame first[FRAMES_FIRST];
    hf__in in = { .begin = at, .end = end, .store = *store, .depth_left = depth_max, .depth_max = depth_max,
                  .may_index = hf__cpu_level() == HF__CPU_AVX512, .is_to_nearest = hf__divides_to_nearest(),
                  .near_end = before(at, end, HF__KEY_SHOWN + 1), .fast_end = before(at, end, HF__IN_FAST - 1),
                  .frames = first, .first_frames = first, .frame_room = FRAMES_FIRST };
    at = read_records(&in, at, code->read, object);
    for (; in.frame_count > 0; in.frame_count--) {
        const items *waiting = &in.frames[in.frame_count - 1].items;
        if (waiting->type != NULL)
            hf__record_items_drop(&in.store, waiting);
    }
    if (in.room != NULL)
        hf__allocator_free(hf__work_allocator(store->allocator), in.room, in.room_bytes, 1);
    hf__allocator_free(hf__work_allocator(store->allocator), in.index, sizeof *in.index, _Alignof(hf__index));
    hf__list_end(hf__work_allocator(store->allocator), in.frames, first, in.frame_room * sizeof *in.frames, _Alignof(hf__in_frame));
    return at != NULL && at + 1 == end;
}
