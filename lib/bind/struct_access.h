/* struct_access.h - reading and writing members through their descriptions.
 *
 * Everything goes through memcpy: members of packed records have any alignment. */
#ifndef HOLDFAST_STRUCT_ACCESS_H
#define HOLDFAST_STRUCT_ACCESS_H

#include <holdfast/bind_code.h>

#include "base/checked.h"
#include "base/fail.h"

/* Behind the last member. What is no record has none, and no table of them: nothing is added to NULL. */
static inline const hf_member *hf__members_end(const hf_type *type)
{
    return type->member_count != 0 ? type->members + type->member_count : type->members;
}

/* Where the state of a loop can only be in registers when nothing is called with its address. */
#define HF__INLINED static inline __attribute__((always_inline))

static inline void *hf__pointer_at(const void *place)
{
    void *pointer;
    memcpy(&pointer, place, sizeof pointer);
    return pointer;
}

static inline void hf__pointer_set(void *place, const void *pointer)
{
    memcpy(place, &pointer, sizeof pointer);
}

static inline uint64_t hf__uint_at(const void *place, size_t size)
{
    uint64_t u64;
    uint32_t u32;
    uint16_t u16;
    switch (size) {
    case 8: memcpy(&u64, place, 8); return u64;
    case 4: memcpy(&u32, place, 4); return u32;
    case 2: memcpy(&u16, place, 2); return u16;
    default: return *(const unsigned char *)place;
    }
}

static inline int64_t hf__int_at(const void *place, size_t size)
{
    unsigned unused = 64 - 8 * (unsigned)size;
    return (int64_t)(hf__uint_at(place, size) << unused) >> unused;
}

static inline void hf__uint_set(void *place, size_t size, uint64_t value)
{
    uint32_t u32 = (uint32_t)value;
    uint16_t u16 = (uint16_t)value;
    switch (size) {
    case 8: memcpy(place, &value, 8); break;
    case 4: memcpy(place, &u32, 4); break;
    case 2: memcpy(place, &u16, 2); break;
    default: *(unsigned char *)place = (unsigned char)value;
    }
}

/* An integer member, bit-field or not, as 64 bits. */
static inline uint64_t hf__member_integer(const hf_member *member, const char *record)
{
    if (member->bits != NULL)
        return member->bits->get(record);
    const hf_type *type = member->type;
    return type->shape == HF_SHAPE_INT ? (uint64_t)hf__int_at(record + member->offset, type->size)
                                       : hf__uint_at(record + member->offset, type->size);
}

static inline void hf__member_set_integer(const hf_member *member, char *record, uint64_t value)
{
    if (member->bits != NULL)
        member->bits->set(record, value);
    else
        hf__uint_set(record + member->offset, member->type->size, value);
}

/* How many items a vector or flexible array has; a negative counter counts none. */
static inline size_t hf__member_count(const hf_type *record_type, const hf_member *member, const char *record)
{
    const hf_member *counter = &record_type->members[member->counter - 1];
    uint64_t count = hf__member_integer(counter, record);
    bool is_signed = counter->bits != NULL ? counter->bits->is_signed : counter->type->shape == HF_SHAPE_INT;
    return is_signed && (int64_t)count < 0 ? 0 : (size_t)count;
}

/* The arm that the tag chooses, or NULL. */
static inline const hf_member *hf__chosen_arm(const hf_type *record_type, const hf_member *member, const char *record)
{
    int64_t tag = (int64_t)hf__member_integer(&record_type->members[member->tag - 1], record);
    for (uint32_t i = 0; i < member->arm_count; i++)
        if (member->arms[i].value == tag)
            return &member->type->members[member->arms[i].member];
    return NULL;
}

/* The same as JSON shows it: an arm that is borrowed, or has no meaning there, is none. */
static inline const hf_member *hf__shown_arm(const hf_type *record_type, const hf_member *member, const char *record)
{
    const hf_member *arm = hf__chosen_arm(record_type, member, record);
    return arm != NULL && (arm->flags & HF_MEMBER_HIDDEN) == 0 ? arm : NULL;
}

/* Whether JSON does without the member at `at`: no value, and it may be absent. */
static inline bool hf__is_left_out(const hf_key *key, const char *record, const char *at)
{
    const hf_member *member = key->member;
    uint8_t shape = member->type->shape;
    if (key->chosen != NULL) /* the arm that holds tells the tag */
        return false;
    if ((key->flags & HF_KEY_WRITTEN) != 0)
        return (shape == HF_SHAPE_STRING || shape == HF_SHAPE_POINTER || shape == HF_SHAPE_VECTOR) && hf__pointer_at(at) == NULL;
    if ((member->flags & HF_MEMBER_OPTIONAL) == 0)
        return false;
    if (member->presence != 0)
        return hf__member_integer(&key->record->members[member->presence - 1], record) == 0;
    if (shape == HF_SHAPE_VECTOR || shape == HF_SHAPE_FLEX)
        return hf__member_count(key->record, member, record) == 0 || (shape == HF_SHAPE_VECTOR && hf__pointer_at(at) == NULL);
    return (shape == HF_SHAPE_POINTER || shape == HF_SHAPE_STRING) && hf__pointer_at(at) == NULL;
}

/* The flexible array of a record: always its last member that holds data. NULL: none. */
static inline const hf_member *hf__flex_of(const hf_type *type)
{
    if ((type->flags & HF_TYPE_OPEN_END) != 0)
        for (uint32_t i = type->member_count; i-- > 0;)
            if (type->members[i].type->shape == HF_SHAPE_FLEX)
                return &type->members[i];
    return NULL;
}

/* Bytes of the object at `object`, the items of a flexible array included; false when they overflow. */
static inline bool hf__object_bytes(const hf_type *type, const char *object, size_t *ret_bytes)
{
    const hf_member *flex = hf__flex_of(type);
    if (flex == NULL) {
        *ret_bytes = type->size;
        return true;
    }
    size_t bytes = 0;
    if (!hf__size_array(hf__member_count(type, flex, object), flex->type->item->size, flex->offset, &bytes))
        return false;
    *ret_bytes = bytes > type->size ? bytes : type->size;
    return true;
}

/* ---- bits -------------------------------------------------------------------------------- */

/* Most records are small, and a call of memset or memcpy takes longer than their bits: two halves, which overlap. */
enum { HF__BITS_LEAST = 8, HF__BITS_HALF = 16 };

HF__INLINED bool hf__bits_are_few(size_t bytes)
{
    return bytes - HF__BITS_LEAST <= 2 * HF__BITS_HALF - HF__BITS_LEAST;
}

HF__INLINED void hf__bits_zero(char *at, size_t bytes)
{
    if (!hf__bits_are_few(bytes)) {
        memset(at, 0, bytes);
    } else if (bytes < HF__BITS_HALF) {
        memset(at, 0, HF__BITS_LEAST);
        memset(at + bytes - HF__BITS_LEAST, 0, HF__BITS_LEAST);
    } else {
        memset(at, 0, HF__BITS_HALF);
        memset(at + bytes - HF__BITS_HALF, 0, HF__BITS_HALF);
    }
}

HF__INLINED void hf__bits_copy(char *to, const char *from, size_t bytes)
{
    char head[HF__BITS_HALF], tail[HF__BITS_HALF];
    if (!hf__bits_are_few(bytes)) {
        memcpy(to, from, bytes);
    } else if (bytes < HF__BITS_HALF) {
        memcpy(head, from, HF__BITS_LEAST);
        memcpy(tail, from + bytes - HF__BITS_LEAST, HF__BITS_LEAST);
        memcpy(to, head, HF__BITS_LEAST);
        memcpy(to + bytes - HF__BITS_LEAST, tail, HF__BITS_LEAST);
    } else {
        memcpy(head, from, HF__BITS_HALF);
        memcpy(tail, from + bytes - HF__BITS_HALF, HF__BITS_HALF);
        memcpy(to, head, HF__BITS_HALF);
        memcpy(to + bytes - HF__BITS_HALF, tail, HF__BITS_HALF);
    }
}

/* A record that has rows, at its beginning. */
HF__INLINED void hf__record_begin(const hf_type *type, char *object)
{
    if (HF_UNLIKELY(type->code->begin != NULL))
        type->code->begin(object);
    else
        hf__bits_zero(object, type->size);
}

#endif
