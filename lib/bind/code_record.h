/* code_record.h - what reading by rows keeps of a record, whatever it reads from: which of its keys have come, and
 * what it is told by them.
 *
 * `awaited` has a bit for each usual key that has not come, `met` for the others that have. */
#ifndef HOLDFAST_CODE_RECORD_H
#define HOLDFAST_CODE_RECORD_H

#include <holdfast/bind_code.h>

#include "bind/struct_access.h"
#include "bind/struct_release.h"
#include "bind/struct_store.h"

/* A key that is no usual one; false when it was met before. */
static inline bool hf__record_meet(const hf__keys *keys, const hf__key *key, char *object, bool is_there, uint64_t *met)
{
    const hf_key *row = key->row;
    if (key->kind == HF__KIND_PASSED)
        return true;
    if (((keys->usual | *met) & key->bit) != 0)
        return false;
    *met |= key->bit;
    if ((key->flags & HF__IN_PRESENCE) != 0)
        hf__member_set_integer(&row->record->members[row->member->presence - 1], object + row->offset, is_there);
    return true;
}

/* Texts that were left out and have a default. */
static inline bool hf__record_defaults(const hf_store *store, const hf__keys *keys, char *object, uint64_t left_out)
{
    for (; left_out != 0; left_out &= left_out - 1) {
        const hf_key *row = keys->keys[__builtin_ctzll(left_out)].row; /* what the tables read has no offset of its own */
        const hf_rule_value *value = &row->member->rule->default_value;
        char *copy = hf__store_take(store, value->length + 1, 1);
        if (copy == NULL)
            return false;
        memcpy(copy, value->text, value->length + 1);
        hf__pointer_set(object + row->offset + row->member->offset, copy);
    }
    return true;
}

/* A record that is complete. */
static inline bool hf__record_is_whole(const hf_store *store, const hf__keys *keys, char *object, uint64_t awaited, uint64_t met)
{
    uint64_t seen = (keys->usual & ~awaited) | met;
    if (HF_UNLIKELY((seen & keys->required) != keys->required))
        return false;
    return HF_LIKELY((keys->defaults & ~seen) == 0) || hf__record_defaults(store, keys, object, keys->defaults & ~seen);
}

/* What a pointer leads to: made, and hung up; not begun. */
static inline char *hf__record_target(const hf_store *store, const hf_type *type, char *place)
{
    char *made = hf__store_take(store, type->size, type->alignment);
    if (made != NULL)
        hf__pointer_set(place, made);
    return made;
}

/* How many items a vector has, beside it. False: it may not have so many, or they cannot be counted. */
static inline bool hf__record_count(const hf__key *key, char *object, size_t count)
{
    const hf_key *row = key->row;
    const hf_member *counter = &row->record->members[row->member->counter - 1];
    char *record = object + row->offset;
    if ((key->flags & HF__IN_LIMITS) != 0 && (count < key->limits.u64[0] || count > key->limits.u64[1]))
        return false;
    hf__member_set_integer(counter, record, count);
    return hf__member_integer(counter, record) == count;
}

/* Items that are being read. Those of a vector hang on nothing until they are complete. */
typedef struct hf__record_items {
    char          *bytes;
    size_t         count, room;
    const hf_type *type;        /* of one; NULL: no items */
    bool           is_in_place; /* of an array: the room is all there is */
} hf__record_items;

/* Those that were not put into their record. */
static inline void hf__record_items_drop(const hf_store *store, const hf__record_items *items)
{
    const hf_type *type = items->type;
    const hf_allocator *allocator = hf__work_allocator(store->allocator);
    if (store->arena != NULL || items->bytes == NULL || items->is_in_place)
        return;
    if ((type->flags & HF_TYPE_LINKS) != 0)
        hf__struct_release(type, items->bytes, items->count, allocator);
    hf__allocator_free(allocator, items->bytes, items->room * type->size, type->alignment);
}

#endif
