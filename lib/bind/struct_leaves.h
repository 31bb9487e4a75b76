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
    const char      *at, *record;     /* record: that has the member; not for items */
    uintptr_t        apart;           /* from both to those of the partner, where objects are compared */
    const hf_type   *record_type;
    const hf_member *member;          /* NULL for items */
} hf__leaf;

/* Objects of one type beside each other, which are looked through. */
typedef struct hf__leaf_place {
    const hf_type   *type;
    const char      *at;         /* the object whose turn it is */
    uintptr_t        apart;      /* from it to its partner, if there is one */
    size_t           left;       /* objects behind it, as in hf__place */
    const hf_member *member;     /* of a record: the next one */
} hf__leaf_place;

/* Where the search is. `outer` lies apart, so that the rest can be in registers. */
typedef struct hf__leaves {
    hf__leaf_place   in;
    const hf_member *end;   /* of the members of `in` */
    hf__leaf_place  *outer; /* what `in` lies in: places that wait */
    size_t           outer_count;
} hf__leaves;

/* What lies in place, and what is led to and leads nowhere. */
enum { HF__LEAF_PLACES_MAX = 2 * HF__PLACES_MAX };

/* From here on the objects at `at` are looked through; there is one at least. */
HF__INLINED void hf__leaves_look(hf__leaves *leaves, const hf_type *type, const char *at, uintptr_t apart, size_t count)
{
    leaves->in = (hf__leaf_place){ type, at, apart, count - (type->shape == HF_SHAPE_RECORD), type->members };
    leaves->end = hf__members_end(type);
}

/* Of one object. `outer`: room for HF__LEAF_PLACES_MAX. */
HF__INLINED void hf__leaves_begin(hf__leaves *leaves, hf__leaf_place *outer, const hf_type *type, const char *at, uintptr_t apart)
{
    *leaves = (hf__leaves){ .outer = outer };
    hf__leaves_look(leaves, type, at, apart, 1);
}

/* Looks into a place, and goes on behind it later: one in the place that is looked into, or a block that leads
 * nowhere. */
HF__INLINED void hf__leaves_enter(hf__leaves *leaves, const hf_type *type, const char *at, uintptr_t apart, size_t count)
{
    if (count == 0)
        return;
    leaves->outer[leaves->outer_count++] = leaves->in;
    hf__leaves_look(leaves, type, at, apart, count);
}

/* Where the same is in the partner. */
HF__INLINED const char *hf__partner(const char *at, uintptr_t apart)
{
    return (const char *)((uintptr_t)at + apart);
}

/* The next member of the record whose turn it is; false at its end. */
HF__INLINED bool hf__leaves_next_member(hf__leaves *leaves, hf__leaf *ret_leaf)
{
    while (leaves->in.member != leaves->end) {
        const hf_member *member = leaves->in.member++;
        const hf_type *type = member->type, *record_type = leaves->in.type;
        const char *record = leaves->in.at, *at = record + member->offset;
        uintptr_t apart = leaves->in.apart;
        *ret_leaf = (hf__leaf){ type, at, record, apart, record_type, member };
        if (HF_LIKELY(type->shape <= HF_SHAPE_STRING || hf__is_object(type)))
            return true;
        switch (type->shape) {
        case HF_SHAPE_RECORD: case HF_SHAPE_ARRAY: hf__leaves_enter(leaves, type, at, apart, 1); break;
        case HF_SHAPE_UNION: {
            const hf_member *arm = hf__chosen_arm(record_type, member, record);
            if (arm != NULL)
                hf__leaves_enter(leaves, arm->type, at, apart, 1);
            return true;
        }
        case HF_SHAPE_FLEX:
            hf__leaves_enter(leaves, type->item, at, apart, hf__member_count(record_type, member, record));
            return true;
        case HF_SHAPE_OPAQUE:
            if ((type->flags & HF_TYPE_ZERO) != 0)
                break;
            return true;
        default: return true;
        }
    }
    return false;
}

HF__INLINED bool hf__leaves_next(hf__leaves *leaves, hf__leaf *ret_leaf)
{
    for (;;) {
        if (hf__leaves_next_member(leaves, ret_leaf))
            return true;
        const hf_type *type = leaves->in.type;
        const char *at = leaves->in.at;
        if (leaves->in.left == 0) {
            if (leaves->outer_count == 0)
                return false;
            leaves->in = leaves->outer[--leaves->outer_count];
            leaves->end = hf__members_end(leaves->in.type);
            continue;
        }
        leaves->in.left--;
        leaves->in.at += type->size;
        leaves->in.member = type->members;
        if (type->shape == HF_SHAPE_ARRAY) {
            hf__leaves_enter(leaves, type->item, at, leaves->in.apart, type->count);
        } else if (type->shape != HF_SHAPE_RECORD) {
            *ret_leaf = (hf__leaf){ .type = type, .at = at, .apart = leaves->in.apart };
            return true;
        }
    }
}

/* Goes on with a pair of blocks, which are not empty: at once when nothing is left of the one that is looked through,
 * else it waits. False without memory. */
HF__INLINED bool hf__leaves_follow(hf__leaves *leaves, hf__block_stack *stack, const hf_type *type, const char *at, const char *other, size_t count)
{
    if (leaves->in.member != leaves->end || leaves->in.left > 0 || leaves->outer_count > 0)
        return HF_LIKELY(hf__stack_push(stack, type, at, (char *)other, count));
    hf__leaves_look(leaves, type, at, (uintptr_t)other - (uintptr_t)at, count);
    return true;
}

/* Goes on with the block that waits. False when there is none. */
HF__INLINED bool hf__leaves_next_block(hf__leaves *leaves, hf__block_stack *stack)
{
    if (stack->top == stack->items)
        return false;
    const hf__waiting *one = --stack->top;
    hf__leaves_look(leaves, one->type, one->at, (uintptr_t)one->other - (uintptr_t)one->at, one->count);
    return true;
}

/* How many items a pointer that is a leaf leads to. */
static inline size_t hf__leaf_count(const hf__leaf *leaf)
{
    return leaf->type->shape == HF_SHAPE_VECTOR ? hf__member_count(leaf->record_type, leaf->member, leaf->record) : 1;
}

#endif
