/* struct_leaves.h - what lies in place in a block, one value after another, in the order of the members.
 *
 * Records, arrays, the chosen arm of a union and the items of a flexible array are looked into; scalars,
 * texts and pointers are reported and not followed. A union and a flexible array are reported too, before
 * what is in them, so that two structs can be compared there. Skipped members are left out. The places being
 * looked into form a stack as deep as types are nested in place. */
#ifndef HOLDFAST_STRUCT_LEAVES_H
#define HOLDFAST_STRUCT_LEAVES_H

#include "bind/struct_links.h"

typedef struct hf__leaf {
    const hf_type   *type;
    const char      *at;
    const char      *record;      /* that has the member; NULL for items */
    const hf_type   *record_type;
    const hf_member *member;      /* NULL for items */
} hf__leaf;

static inline void hf__leaves_add(hf__links *leaves, const hf_type *type, const char *at, size_t count)
{
    if (count > 0)
        leaves->places[leaves->used++] = (struct hf__place){ type, (char *)at, count, 0, 0 };
}

/* Of one object. */
static inline void hf__leaves_begin(hf__links *leaves, const hf_type *type, const char *at)
{
    leaves->used = 0;
    hf__leaves_add(leaves, type, at, 1);
}

/* The next member of a record; false for one that is looked into without being reported. */
static inline bool hf__leaves_member(hf__links *leaves, struct hf__place *place, hf__leaf *ret_leaf)
{
    const char *record = place->at;
    const hf_type *record_type = place->type;
    const hf_member *member = &record_type->members[place->member++];
    const hf_type *type = member->type;
    const char *at = record + member->offset;
    *ret_leaf = (hf__leaf){ type, at, record, record_type, member };
    switch (type->shape) {
    case HF_SHAPE_RECORD: case HF_SHAPE_ARRAY:
        hf__leaves_add(leaves, type, at, 1);
        return false;
    case HF_SHAPE_UNION: {
        const hf_member *arm = hf__chosen_arm(record_type, member, record);
        if (arm != NULL)
            hf__leaves_add(leaves, arm->type, at, 1);
        return true;
    }
    case HF_SHAPE_FLEX: hf__leaves_add(leaves, type->item, at, hf__member_count(record_type, member, record)); return true;
    case HF_SHAPE_OPAQUE: return (type->flags & HF_TYPE_ZERO) == 0;
    default: return true;
    }
}

static inline bool hf__leaves_next(hf__links *leaves, hf__leaf *ret_leaf)
{
    while (leaves->used > 0) {
        struct hf__place *place = &leaves->places[leaves->used - 1];
        const hf_type *type = place->type;
        char *at = place->at;
        if (type->shape == HF_SHAPE_RECORD && place->member < type->member_count) {
            if (hf__leaves_member(leaves, place, ret_leaf))
                return true;
            continue;
        }
        if (--place->count == 0)
            leaves->used--;
        place->at += type->size;
        place->member = 0;
        if (type->shape == HF_SHAPE_ARRAY) {
            hf__leaves_add(leaves, type->item, at, type->count);
        } else if (type->shape != HF_SHAPE_RECORD) {
            *ret_leaf = (hf__leaf){ .type = type, .at = at };
            return true;
        }
    }
    return false;
}

/* How many items a pointer that is a leaf leads to. */
static inline size_t hf__leaf_count(const hf__leaf *leaf)
{
    return leaf->type->shape == HF_SHAPE_VECTOR ? hf__member_count(leaf->record_type, leaf->member, leaf->record) : 1;
}

#endif
