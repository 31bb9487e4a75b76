/* code_to_value.c - building documents by the keys of each record: one loop over members, in whatever record they are.
 *
 * As code_write_loop.h does it for text, by the same rows: a key is in a table as it stands in a document, so that it is
 * one store, and a number is another. For the slots of a record room is asked for once; a record that holds the one being
 * built waits on a list of frames, so nothing recurses. What is built is what build.c would have built, in its
 * buffers. NULL stands for what no document can hold, for what only the tables build, and for memory that ended. */
#include "bind/code_to_value.h"

#include "base/checked.h"
#include "base/utf8.h"
#include "value/builder.h"
#include "value/inline_text.h"

#include "bind/code_write_text.h"
#include "bind/struct_access.h"
#include "bind/struct_store.h"

/* A record that waits for one below it, or for those of a list. */
typedef struct frame {
    const hf__keys *keys;
    const char     *object;
    const hf__key  *key;   /* whose value is being built */
    uint64_t        count; /* its members so far */
    size_t          left;  /* items of the list behind the one that is being built */
    const hf_type  *item;  /* NULL: no list */
} frame;

/* While records are built, `end` and the place in the loop stand for the builder's slots; everything else is in it. */
typedef struct maker {
    hf_builder              *builder;
    const hf_encode_options *options;
    hf__slot                *end; /* of the room for slots */
    frame                   *frames, *first_frames;
    size_t                   frame_count, frame_room;
} maker;

/* ---- room -------------------------------------------------------------------------------- */

static __attribute__((noinline)) hf__slot *grow_slots(maker *with, hf__slot *at, uint64_t room)
{
    hf_builder *builder = with->builder;
    builder->slot_count = (uint64_t)(at - builder->slots);
    if (hf__builder_reserve(builder, room, 0) != HF_OK)
        return NULL;
    with->end = builder->slots + builder->slot_capacity;
    return builder->slots + builder->slot_count;
}

static inline hf__slot *slot_room(maker *with, hf__slot *at, uint64_t room)
{
    return HF_LIKELY((uint64_t)(with->end - at) >= room) ? at : grow_slots(with, at, room);
}

/* Of the members of a record, and its end. */
static inline uint64_t record_room(const hf__keys *keys)
{
    return 2 * (uint64_t)keys->none + 2;
}

/* For a list of records as well, within bounds: they need not all have all members. So what is built moves less often. */
static hf__slot *list_room(maker *with, hf__slot *at, const hf__keys *keys, size_t count)
{
    enum { AHEAD_MAX = 1 << 16 };
    uint64_t one = record_room(keys) + 1, most = AHEAD_MAX / one;
    return slot_room(with, at, (count < most ? count : most) * one + record_room(keys));
}

/* Where so many bytes of text go; NULL without memory. */
static inline char *text_room(const maker *with, size_t length)
{
    hf_builder *builder = with->builder;
    if (HF_UNLIKELY(builder->text_capacity - builder->text_length < length) && hf__builder_reserve(builder, 0, length) != HF_OK)
        return NULL;
    return builder->text + builder->text_length;
}

/* ---- texts ------------------------------------------------------------------------------- */

/* Flags of a text that is more than plain ASCII; false when it is not UTF-8. */
static __attribute__((noinline)) bool text_flags(hf_text text, uint64_t *ret_flags)
{
    if (hf__utf8_fault(text.bytes, text.length) != text.length)
        return false;
    *ret_flags = hf__text_flags(text);
    return true;
}

static inline bool is_plain_inline(const hf__slot *slot, size_t length)
{
#if defined(__SSE2__)
    unsigned stops = stops_of(_mm_loadu_si128((const __m128i *)(const void *)slot)) >> 2;
    return (stops & ((1u << length) - 1)) == 0;
#else
    (void)slot;
    (void)length;
    return false;
#endif
}

/* A text, or a key with its flag. False: nothing was put. */
static inline bool put_text(const maker *with, hf__slot *at, hf_text text, uint64_t flags)
{
    uint64_t more = 0;
    if (text.length <= HF__INLINE_MAX) {
        hf__inline_words(text.bytes, text.length, &at->lo, &at->hi);
        if (HF_UNLIKELY(!is_plain_inline(at, text.length)) && !text_flags(text, &more))
            return false;
        at->lo |= flags | more;
        return true;
    }
    char *to = text.length <= UINT32_MAX ? text_room(with, text.length) : NULL;
    if (HF_UNLIKELY(to == NULL))
        return false;
    if (HF_UNLIKELY(copy_plain(to, text.bytes, text.length) < text.length)) {
        if (!text_flags(text, &more))
            return false;
        memcpy(to, text.bytes, text.length);
    }
    *at = (hf__slot){ HF__LONG_TEXT | flags | more | (uint64_t)text.length << 16, with->builder->text_length << 16 };
    with->builder->text_length += text.length;
    return true;
}

static inline bool put_text_or_null(const maker *with, hf__slot *at, const char *text)
{
    if (HF_LIKELY(text != NULL))
        return put_text(with, at, hf_text_of(text, strlen(text)), 0);
    *at = (hf__slot){ HF__NULL, 0 };
    return true;
}

/* ---- other scalars ----------------------------------------------------------------------- */

static inline hf__slot of_bool(bool value)
{
    return (hf__slot){ HF__BOOL | (value ? HF__TRUE : 0u), 0 };
}

static inline hf__slot of_i64(int64_t value)
{
    return (hf__slot){ HF__INT64, (uint64_t)value };
}

static inline hf__slot of_u64(uint64_t value)
{
    return (hf__slot){ value > INT64_MAX ? HF__UINT64 : HF__INT64, value };
}

/* False: it is not finite. */
static inline bool put_double(hf__slot *at, double value)
{
    *at = (hf__slot){ HF__DOUBLE, 0 };
    memcpy(&at->hi, &value, sizeof value);
    return value - value == 0;
}

static inline bool put_f32(hf__slot *at, const char *place)
{
    float value;
    memcpy(&value, place, sizeof value);
    return put_double(at, (double)value);
}

static inline bool put_f64(hf__slot *at, const char *place)
{
    double value;
    memcpy(&value, place, sizeof value);
    return put_double(at, value);
}

static hf__slot of_bits(const hf_member *member, const void *record)
{
    uint64_t bits = member->bits->get(record);
    if (member->type->shape == HF_SHAPE_BOOL)
        return of_bool(bits != 0);
    return member->bits->is_signed ? of_i64((int64_t)bits) : of_u64(bits);
}

/* An item, or what a pointer leads to. */
static inline bool put_plain(const maker *with, hf__slot *at, const hf_type *type, const char *place)
{
    switch (type->shape) {
    case HF_SHAPE_BOOL: *at = of_bool(*(const unsigned char *)place != 0); return true;
    case HF_SHAPE_INT: *at = of_i64(hf__int_at(place, type->size)); return true;
    case HF_SHAPE_UINT: *at = of_u64(hf__uint_at(place, type->size)); return true;
    case HF_SHAPE_FLOAT: return type->size == sizeof(float) ? put_f32(at, place) : put_f64(at, place);
    default: return put_text_or_null(with, at, hf__pointer_at(place));
    }
}

/* ---- containers -------------------------------------------------------------------------- */

/* As build.c: the span of one that is open leads to the one around it. */
static inline void open_container(hf_builder *builder, hf__slot *at, hf__slot_kind kind)
{
    uint64_t place = (uint64_t)(at - builder->slots);
    *at = (hf__slot){ (uint64_t)kind | (builder->depth > 0 ? place - builder->open : 0) << 24, 0 };
    builder->open = place;
    builder->depth++;
}

static inline void close_container(hf_builder *builder, hf__slot *at, hf__slot_kind kind, uint64_t count)
{
    hf__slot *container = &builder->slots[builder->open];
    uint64_t way_back = (uint64_t)(at - container);
    *at = (hf__slot){ HF__CLOSE | (kind == HF__OBJECT ? HF__KEY : 0u) | way_back << 24, HF__SOURCE_UNKNOWN };
    builder->open -= hf__span(container);
    *container = (hf__slot){ (uint64_t)kind | (way_back + 1) << 24, count };
    builder->values += count;
    if (count > 0 && builder->depth > builder->deepest)
        builder->deepest = builder->depth;
    builder->depth--;
}

/* An array of items that are no records, and its end; there is room for both. */
static __attribute__((noinline)) hf__slot *put_run(maker *with, hf__slot *at, const hf_type *type, const char *items, size_t count)
{
    at = slot_room(with, at, (uint64_t)count + 2);
    if (at == NULL)
        return NULL;
    open_container(with->builder, at++, HF__ARRAY);
    for (size_t i = 0; i < count; i++, at++, items += type->size)
        if (HF_UNLIKELY(!put_plain(with, at, type, items)))
            return NULL;
    close_container(with->builder, at, HF__ARRAY, count);
    return at + 1;
}

/* ---- records ----------------------------------------------------------------------------- */

enum { FRAMES_FIRST = 16 };

static __attribute__((noinline, cold)) bool grow_frames(maker *with)
{
    const hf_allocator *allocator = hf__work_allocator(with->options != NULL ? with->options->allocator : NULL);
    frame *grown = hf__list_doubled(allocator, with->frames, with->first_frames, with->frame_room * sizeof *grown, _Alignof(frame));
    if (grown == NULL)
        return false;
    with->frames = grown;
    with->frame_room *= 2;
    return true;
}

static inline bool push_frame(maker *with, frame waiting)
{
    if (HF_UNLIKELY(with->frame_count == with->frame_room) && !grow_frames(with))
        return false;
    with->frames[with->frame_count++] = waiting;
    return true;
}

/* A member by tables, behind its key at `at`. */
static hf__slot *put_member(maker *with, hf__slot *at, const hf__key *key, const char *object)
{
    hf_builder *builder = with->builder;
    builder->slot_count = (uint64_t)(at - builder->slots);
    builder->has_key = true;
    if (!hf__to_value_member(builder, key->row, object, with->options))
        return NULL;
    builder->values--; /* it is counted with the others of its object */
    with->end = builder->slots + builder->slot_capacity;
    return builder->slots + builder->slot_count;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic" /* addresses of labels */

/* The key, and to its value. */
#define PUT_KEY \
    do { \
        if (HF_UNLIKELY((own->lo & (HF__TEXT ^ HF__LONG_TEXT)) != 0)) \
            goto rare_key; \
        *at = *own; \
        place = object + key->offset; \
        goto *ways[key->written]; \
    } while (0)

/* Behind a value of one slot. */
#define NEXT_MEMBER \
    do { \
        at += 2; \
        count++; \
        key++; \
        own++; \
        PUT_KEY; \
    } while (0)

#define NEXT_IF(is_put) \
    do { \
        if (HF_UNLIKELY(!(is_put))) \
            return NULL; \
        NEXT_MEMBER; \
    } while (0)

/* From where the first slot goes to behind the last one. */
static __attribute__((noinline)) hf__slot *put_records(maker *with, hf__slot *at, const hf__keys *keys, const char *object)
{
#define BOTH(kind, way) [kind] = way, [HF__WRITTEN_ASKED | kind] = &&asked
    static const void *const ways[] = {
        BOTH(HF__KIND_BOOL, &&a_bool), BOTH(HF__KIND_I8, &&an_i8), BOTH(HF__KIND_I16, &&an_i16), BOTH(HF__KIND_I32, &&an_i32),
        BOTH(HF__KIND_I64, &&an_i64), BOTH(HF__KIND_U8, &&an_u8), BOTH(HF__KIND_U16, &&an_u16), BOTH(HF__KIND_U32, &&an_u32),
        BOTH(HF__KIND_U64, &&an_u64), BOTH(HF__KIND_F32, &&an_f32), BOTH(HF__KIND_F64, &&an_f64), BOTH(HF__KIND_STRING, &&a_string),
        BOTH(HF__KIND_CHARS, &&some_chars), BOTH(HF__KIND_RECORD, &&a_record), BOTH(HF__KIND_POINTER, &&a_pointer),
        BOTH(HF__KIND_VECTOR, &&a_vector), BOTH(HF__KIND_ARRAY, &&an_array), BOTH(HF__KIND_TABLES, &&by_tables),
        BOTH(HF__KIND_BITS, &&some_bits), [HF__KIND_END] = &&end
    };
#undef BOTH
    hf_builder *builder = with->builder;
    const hf__key *key;
    const hf__slot *own; /* the key as it stands in a document */
    const hf_type *type;
    const char *place, *items;
    frame *top;
    uint64_t count;
    size_t item_count;

open:
    if (HF_UNLIKELY(builder->depth >= builder->options.depth_max))
        return NULL;
    at = slot_room(with, at, 1 + record_room(keys));
    if (HF_UNLIKELY(at == NULL))
        return NULL;
    open_container(builder, at++, HF__OBJECT);
    count = 0;
    key = keys->keys;
    own = keys->slots;
    PUT_KEY;

behind: /* a value of any size */
    at = slot_room(with, at, record_room(keys));
    if (HF_UNLIKELY(at == NULL))
        return NULL;
    count++;
    key++;
    own = &keys->slots[key - keys->keys];
    PUT_KEY;

rare_key: /* a long one, or the end */
    if (key->written == HF__KIND_END)
        goto end;
    place = object + key->offset;
    if ((key->written & HF__WRITTEN_ASKED) != 0 && hf__is_left_out(key->row, object + key->row->offset, place))
        goto left_out;
    if (!put_text(with, at, hf_text_of(key->bytes, key->length), HF__KEY))
        return NULL;
    goto *ways[key->written & ~HF__WRITTEN_ASKED];

asked: /* a member that may be left out */
    if (!hf__is_left_out(key->row, object + key->row->offset, place))
        goto *ways[key->written & ~HF__WRITTEN_ASKED];
left_out:
    key++;
    own++;
    PUT_KEY;

a_bool: at[1] = of_bool(*(const unsigned char *)place != 0); NEXT_MEMBER;
an_i8: at[1] = of_i64(hf__int_at(place, 1)); NEXT_MEMBER;
an_i16: at[1] = of_i64(hf__int_at(place, 2)); NEXT_MEMBER;
an_i32: at[1] = of_i64(hf__int_at(place, 4)); NEXT_MEMBER;
an_i64: at[1] = of_i64(hf__int_at(place, 8)); NEXT_MEMBER;
an_u8: at[1] = of_i64((int64_t)hf__uint_at(place, 1)); NEXT_MEMBER;
an_u16: at[1] = of_i64((int64_t)hf__uint_at(place, 2)); NEXT_MEMBER;
an_u32: at[1] = of_i64((int64_t)hf__uint_at(place, 4)); NEXT_MEMBER;
an_u64: at[1] = of_u64(hf__uint_at(place, 8)); NEXT_MEMBER;
an_f32: NEXT_IF(put_f32(&at[1], place));
an_f64: NEXT_IF(put_f64(&at[1], place));
a_string: NEXT_IF(put_text_or_null(with, &at[1], hf__pointer_at(place)));
some_chars: NEXT_IF(put_text(with, &at[1], hf_text_of(place, strnlen(place, key->row->member->type->size)), 0));
some_bits: at[1] = of_bits(key->row->member, object + key->row->offset); NEXT_MEMBER;

by_tables:
    at = put_member(with, at + 1, key, object);
    if (at == NULL)
        return NULL;
    goto behind;

a_record:
    if (!push_frame(with, (frame){ keys, object, key, count, 0, NULL }))
        return NULL;
    keys = key->row->member->type->code->write;
    object = place;
    at++;
    goto open;

a_pointer:
    place = hf__pointer_at(place);
    if (place == NULL) {
        at[1] = (hf__slot){ HF__NULL, 0 };
        NEXT_MEMBER;
    }
    type = key->row->member->type->item;
    if (type->shape != HF_SHAPE_RECORD)
        NEXT_IF(put_plain(with, &at[1], type, place));
    if (!push_frame(with, (frame){ keys, object, key, count, 0, NULL }))
        return NULL;
    keys = type->code->write;
    object = place;
    at++;
    goto open;

a_vector:
    items = hf__pointer_at(place);
    item_count = items != NULL ? hf__member_count(key->row->record, key->row->member, object + key->row->offset) : 0;
    goto list;

an_array:
    items = place;
    item_count = key->row->member->type->count;
list:
    if (builder->depth >= builder->options.depth_max || item_count >= UINT32_MAX - 1)
        return NULL;
    type = key->row->member->type->item;
    if (type->shape != HF_SHAPE_RECORD || item_count == 0) {
        at = put_run(with, at + 1, type, items, item_count);
        if (at == NULL)
            return NULL;
        goto behind;
    }
    if (!push_frame(with, (frame){ keys, object, key, count, item_count - 1, type }))
        return NULL;
    keys = type->code->write;
    object = items;
    at = list_room(with, at, keys, item_count);
    if (at == NULL)
        return NULL;
    open_container(builder, &at[1], HF__ARRAY);
    at[1].hi = item_count;
    at += 2;
    goto open;

end:
    close_container(builder, at++, HF__OBJECT, count);
    if (with->frame_count == 0)
        return at;
    top = &with->frames[with->frame_count - 1];
    if (top->left > 0) {
        top->left--;
        object += top->item->size;
        goto open;
    }
    if (top->item != NULL) {
        at = slot_room(with, at, 1);
        if (at == NULL)
            return NULL;
        close_container(builder, at++, HF__ARRAY, hf__count(&builder->slots[builder->open]));
    }
    keys = top->keys;
    object = top->object;
    key = top->key;
    count = top->count;
    with->frame_count--;
    goto behind;
}

#undef NEXT_IF
#undef NEXT_MEMBER
#undef PUT_KEY
#pragma GCC diagnostic pop

/* ---- the whole --------------------------------------------------------------------------- */

bool hf__to_value(const hf_code *code, const void *object, const hf_encode_options *options, hf_builder *builder)
{
    frame first[FRAMES_FIRST];
    maker with = { .builder = builder, .options = options, .frames = first, .first_frames = first, .frame_room = FRAMES_FIRST };
    hf__slot *at = grow_slots(&with, builder->slots, 1 + record_room(code->write));
    if (at != NULL)
        at = put_records(&with, at, code->write, object);
    hf__list_end(hf__work_allocator(options != NULL ? options->allocator : NULL), with.frames, first, with.frame_room * sizeof *with.frames,
                 _Alignof(frame));
    if (at == NULL)
        return false;
    builder->slot_count = (uint64_t)(at - builder->slots);
    builder->values++; /* the root */
    return true;
}
