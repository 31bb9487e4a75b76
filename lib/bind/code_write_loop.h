/* code_write_loop.h - writing by the keys of each record: one loop over members, in whatever record they are.
 *
 * The rows are those that reading goes by: a row has the key with its closing quote as two words, so that a comma, two
 * words and a colon are four stores, and a table for writing alone would save two of them. For the fixed parts of a
 * record room is asked for once, and behind each text. A record that holds the one being written waits on a list of
 * frames, so nothing recurses.
 *
 * The includer defines put_string(out, at, text, room): with quotes, and room behind it. */
#include "bind/code_write.h"
#include "bind/code_write_number.h"
#include "bind/struct_access.h"

/* ---- values that are no records ---------------------------------------------------------- */

static inline char *put_null(char *at)
{
    memcpy(at, "null", 4);
    return at + 4;
}

static inline char *put_text(hf__out *out, char *at, const char *text, size_t room)
{
    return HF_LIKELY(text != NULL) ? put_string(out, at, text, room) : hf__out_room(out, put_null(at), room);
}

static char *put_bits(char *at, const hf_member *member, const void *record)
{
    uint64_t bits = member->bits->get(record);
    if (member->type->shape == HF_SHAPE_BOOL)
        return hf__put_bool(at, bits != 0);
    return member->bits->is_signed ? hf__put_i64(at, (int64_t)bits) : hf__put_u64(at, bits);
}

/* What is beyond the sixteen bytes that are there, with the quote. */
static inline void put_long_key(char *at, const hf__key *key)
{
    uint32_t length = key->length;
    for (uint32_t next = 16; length - next > 16 && next < length; next += 16)
        memcpy(at + next, key->bytes + next, 16);
    memcpy(at + length - 16, key->bytes + length - 16, 16);
    at[length] = '"';
}

/* An item, or what a pointer leads to. */
static inline char *put_plain(hf__out *out, char *at, const hf_type *type, const char *place, size_t room)
{
    switch (type->shape) {
    case HF_SHAPE_BOOL: return hf__put_bool(at, *(const unsigned char *)place != 0);
    case HF_SHAPE_INT: return hf__put_i64(at, hf__int_at(place, type->size));
    case HF_SHAPE_UINT: return hf__put_u64(at, hf__uint_at(place, type->size));
    case HF_SHAPE_FLOAT: return type->size == sizeof(float) ? hf__put_float_at(out, at, place) : hf__put_double_at(out, at, place);
    default: return put_text(out, at, hf__pointer_at(place), room);
    }
}

/* The items of a vector or an array that are no records, at least one, and the ']'. */
static __attribute__((noinline)) char *put_run(hf__out *out, char *at, const hf_type *type, const char *items, size_t count, size_t room)
{
    for (size_t i = 0; i < count; i++, items += type->size) {
        at = hf__out_room(out, at, room);
        at = at != NULL ? put_plain(out, at, type, items, room) : NULL;
        if (at == NULL)
            return NULL;
        *at++ = ',';
    }
    at[-1] = ']';
    return at;
}

/* ---- records ----------------------------------------------------------------------------- */

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic" /* addresses of labels */

/* Behind the quote of a key: the key, and to its value. Sixteen bytes are stored at once; of a longer key the rest
 * comes at `asked`. */
#define PUT_KEY \
    do { \
        memcpy(at + 2, &key->head, 16); \
        at += key->length + 4; \
        at[-1] = ':'; \
        place = object + key->offset; \
        goto *ways[key->written]; \
    } while (0)

#define NEXT_MEMBER \
    do { \
        key++; \
        memcpy(at, ",\"", 2); \
        PUT_KEY; \
    } while (0)

#define NEXT_UNLESS_NULL \
    do { \
        if (HF_UNLIKELY(at == NULL)) \
            return NULL; \
        NEXT_MEMBER; \
    } while (0)

static char *write_records(hf__out *out, char *at, const hf__keys *keys, const char *object)
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
    const hf__key *key;
    const hf_type *type;
    const char *place, *items;
    hf__out_frame *top;
    size_t room, count;

open:
    room = keys->room + HF__OUT_SLACK;
    at = hf__out_room(out, at, room);
    if (HF_UNLIKELY(at == NULL))
        return NULL;
    key = keys->keys;
    memcpy(at, "{\"", 2);
    PUT_KEY;

asked: /* a member that may be left out, or a long key */
    if (hf__is_left_out(key->row, object + key->row->offset, place)) {
        at -= key->length + 4; /* its sign and its quote are for the next one */
        key++;
        PUT_KEY;
    }
    if (key->length >= 16)
        put_long_key(at - key->length - 2, key);
    goto *ways[key->written & ~HF__WRITTEN_ASKED];

a_bool: at = hf__put_bool(at, *(const unsigned char *)place != 0); NEXT_MEMBER;
an_i8: at = hf__put_i64(at, hf__int_at(place, 1)); NEXT_MEMBER;
an_i16: at = hf__put_i64(at, hf__int_at(place, 2)); NEXT_MEMBER;
an_i32: at = hf__put_i64(at, hf__int_at(place, 4)); NEXT_MEMBER;
an_i64: at = hf__put_i64(at, hf__int_at(place, 8)); NEXT_MEMBER;
an_u8: at = hf__put_short(at, (uint32_t)hf__uint_at(place, 1)); NEXT_MEMBER;
an_u16: at = hf__put_short(at, (uint32_t)hf__uint_at(place, 2)); NEXT_MEMBER;
an_u32: at = hf__put_u64(at, hf__uint_at(place, 4)); NEXT_MEMBER;
an_u64: at = hf__put_u64(at, hf__uint_at(place, 8)); NEXT_MEMBER;
an_f32: at = hf__put_float_at(out, at, place); NEXT_UNLESS_NULL;
an_f64: at = hf__put_double_at(out, at, place); NEXT_UNLESS_NULL;
a_string: at = put_text(out, at, hf__pointer_at(place), room); NEXT_UNLESS_NULL;
some_chars:
    count = strnlen(place, key->row->member->type->size);
    *at = '"';
    at = hf__out_chars(out, at + 1, place, count, room);
    NEXT_UNLESS_NULL;
some_bits: at = put_bits(at, key->row->member, object + key->row->offset); NEXT_MEMBER;
by_tables: at = hf__out_member(out, at, key->row, object); goto behind;

a_record:
    if (!hf__out_push(out, (hf__out_frame){ keys, object, key, 0, 0 }))
        return NULL;
    keys = key->below;
    object = place;
    goto open;

a_pointer:
    place = hf__pointer_at(place);
    if (place == NULL) {
        at = put_null(at);
        NEXT_MEMBER;
    }
    if (key->below == NULL) {
        at = put_plain(out, at, key->row->member->type->item, place, room);
        goto behind;
    }
    goto a_record;

a_vector:
    items = hf__pointer_at(place);
    count = items != NULL ? hf__member_count(key->row->record, key->row->member, object + key->row->offset) : 0;
    goto list;

an_array:
    items = place;
    count = key->row->member->type->count;
list:
    type = key->row->member->type->item;
    *at++ = '[';
    if (count == 0) {
        *at++ = ']';
        NEXT_MEMBER;
    }
    if (key->below == NULL) {
        at = put_run(out, at, type, items, count, room);
        goto behind;
    }
    if (!hf__out_push(out, (hf__out_frame){ keys, object, key, count - 1, type->size }))
        return NULL;
    keys = key->below;
    object = items;
    goto open;

end: /* behind the last key, which is none: its sign is in the place of the '}', or is the '{' */
    at -= 4;
    if (HF_UNLIKELY(*at == '{')) /* no sum: what follows would wait for it */
        at++;
close:
    *at++ = '}';
    if (out->frame_count == 0)
        return at;
    top = &out->frames[out->frame_count - 1];
    if (top->left > 0) {
        top->left--;
        object += top->size;
        *at++ = ',';
        goto open;
    }
    if (top->size != 0)
        *at++ = ']';
    keys = top->keys;
    object = top->object;
    key = top->key;
    out->frame_count--;
    if (key[1].written == HF__KIND_END) { /* as in lists */
        at = hf__out_room(out, at, HF__OUT_SLACK);
        if (HF_UNLIKELY(at == NULL))
            return NULL;
        goto close;
    }
    room = keys->room + HF__OUT_SLACK;
behind: /* a value of any length, or NULL */
    at = at != NULL ? hf__out_room(out, at, room) : NULL;
    NEXT_UNLESS_NULL;
}

#undef NEXT_UNLESS_NULL
#undef NEXT_MEMBER
#undef PUT_KEY
#pragma GCC diagnostic pop
