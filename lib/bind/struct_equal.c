/* struct_equal.c - do two structs hold the same?
 *
 * What lies in place is compared at once, by generated steps or by tables; pairs of blocks that lead further
 * wait on a stack. For graphs two maps know the partner of each object, both ways: a second arrival must
 * meet the same partner, so sharing that differs is found, and circles end. */
#include <holdfast/bind_code.h>

#include "bind/object_map.h"
#include "bind/struct_leaves.h"

struct hf__comparer {
    hf__block_stack stack, refs;
    hf__object_map  partners_of_a, partners_of_b;
    bool            is_graph;
    bool            has_memory;
};

static bool no_memory(hf__comparer *with)
{
    with->has_memory = false;
    return false;
}

/* Both pointers not NULL. False when they differ. ret_new: the objects still have to be compared. */
static bool pair_up(hf__comparer *with, const char *a, const char *b, bool *ret_new)
{
    bool is_new_a = false, is_new_b = false;
    *ret_new = true;
    if (!with->is_graph)
        return true;
    hf__object_entry *of_a = hf__object_map_add(&with->partners_of_a, a, &is_new_a);
    hf__object_entry *of_b = hf__object_map_add(&with->partners_of_b, b, &is_new_b);
    if (of_a == NULL || of_b == NULL)
        return no_memory(with);
    if (is_new_a)
        of_a->value = (char *)b;
    if (is_new_b)
        of_b->value = (char *)a;
    *ret_new = is_new_a;
    return of_a->value == b && of_b->value == a;
}

bool hf__equal_string(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* ---- by tables --------------------------------------------------------------------------- */

static bool equal_numbers(const hf_type *type, const char *a, const char *b, size_t count)
{
    if (type->shape != HF_SHAPE_FLOAT)
        return memcmp(a, b, count * type->size) == 0;
    for (size_t i = 0; i < count; i++, a += type->size, b += type->size) {
        double left, right;
        float  narrow[2];
        if (type->size == sizeof(float)) {
            memcpy(&narrow[0], a, sizeof(float));
            memcpy(&narrow[1], b, sizeof(float));
            left = narrow[0];
            right = narrow[1];
        } else {
            memcpy(&left, a, sizeof left);
            memcpy(&right, b, sizeof right);
        }
        if (!hf__same_double(left, right))
            return false;
    }
    return true;
}

/* A pointer to what the struct owns or shares: its target is compared too. */
static bool is_followed(const hf_type *type)
{
    bool points = type->shape == HF_SHAPE_POINTER || type->shape == HF_SHAPE_VECTOR;
    return points && type->ownership != HF_REF && type->ownership != HF_STATIC;
}

/* What is no pointer to follow. `at`, `record`: the same leaf in the other object, and its record. */
static bool equal_leaves(hf__comparer *with, const hf__leaf *leaf, const char *at, const char *record)
{
    const hf_member *member = leaf->member;
    if (member != NULL && member->bits != NULL)
        return member->bits->get(leaf->record) == member->bits->get(record);
    switch (leaf->type->shape) {
    case HF_SHAPE_UNION: return hf__chosen_arm(leaf->record_type, member, leaf->record) == hf__chosen_arm(leaf->record_type, member, record);
    case HF_SHAPE_FLEX: return hf__member_count(leaf->record_type, member, leaf->record) == hf__member_count(leaf->record_type, member, record);
    case HF_SHAPE_STRING: return hf__equal_string(hf__pointer_at(leaf->at), hf__pointer_at(at));
    case HF_SHAPE_POINTER: case HF_SHAPE_VECTOR: return hf__equal_ref(with, hf__pointer_at(leaf->at), hf__pointer_at(at));
    case HF_SHAPE_CHARS: return strncmp(leaf->at, at, leaf->type->size) == 0;
    case HF_SHAPE_OPAQUE: return memcmp(leaf->at, at, leaf->type->size) == 0;
    default: return equal_numbers(leaf->type, leaf->at, at, 1);
    }
}

static inline const char *in_other(const char *at, const char *a, const char *b)
{
    return at != NULL ? b + (at - a) : NULL; /* what lies in place lies at the same place in both */
}

/* One object of each, of a type that leads nowhere. */
static bool equal_flat(hf__comparer *with, const hf_type *type, const char *a, const char *b)
{
    hf__links leaves;
    hf__leaf leaf;
    if (type->code != NULL && type->code->equal != NULL)
        return type->code->equal(with, a, b);
    hf__leaves_begin(&leaves, type, a);
    while (hf__leaves_next(&leaves, &leaf))
        if (!equal_leaves(with, &leaf, in_other(leaf.at, a, b), in_other(leaf.record, a, b)))
            return false;
    return true;
}

static bool equal_followed(hf__comparer *with, const hf__leaf *leaf, const char *at, const char *record)
{
    size_t count = hf__leaf_count(leaf);
    if (leaf->type->shape == HF_SHAPE_VECTOR && count != hf__member_count(leaf->record_type, leaf->member, record))
        return false;
    return hf__equal_objects(with, leaf->type->item, hf__pointer_at(leaf->at), hf__pointer_at(at), count);
}

bool hf__equal_by_tables(hf__comparer *with, const hf_type *type, const void *a, const void *b)
{
    hf__links leaves;
    hf__leaf leaf;
    hf__leaves_begin(&leaves, type, a);
    while (hf__leaves_next(&leaves, &leaf)) {
        const char *at = in_other(leaf.at, a, b), *record = in_other(leaf.record, a, b);
        if (!(is_followed(leaf.type) ? equal_followed(with, &leaf, at, record) : equal_leaves(with, &leaf, at, record)))
            return false;
    }
    return true;
}

/* One object of each. */
static bool equal_one(hf__comparer *with, const hf_type *type, const char *a, const char *b)
{
    if (type->code != NULL && type->code->equal != NULL)
        return type->code->equal(with, a, b);
    if (is_followed(type)) /* one of a row of pointers */
        return hf__equal_objects(with, type->item, hf__pointer_at(a), hf__pointer_at(b), 1);
    return hf__equal_by_tables(with, type, a, b);
}

/* ---- steps ------------------------------------------------------------------------------- */

bool hf__equal_objects(hf__comparer *with, const hf_type *type, const void *a, const void *b, size_t count)
{
    bool is_new;
    if (a == NULL || b == NULL)
        return a == b || count == 0;
    if (!pair_up(with, a, b, &is_new))
        return false;
    if (!is_new || count == 0)
        return true;
    if ((type->flags & HF_TYPE_LINKS) != 0)
        return hf__stack_push(&with->stack, type, (char *)a, (char *)b, count) || no_memory(with);
    if (type->shape <= HF_SHAPE_FLOAT)
        return equal_numbers(type, a, b, count);
    for (size_t i = 0; i < count; i++)
        if (!equal_flat(with, type, (const char *)a + i * type->size, (const char *)b + i * type->size))
            return false;
    return true;
}

bool hf__equal_ref(hf__comparer *with, const void *a, const void *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return hf__stack_push(&with->refs, NULL, (char *)a, (char *)b, 1) || no_memory(with);
}

/* ---- the whole --------------------------------------------------------------------------- */

/* Refs are looked at last, when every object has met its partner. */
static bool equal_refs(hf__comparer *with)
{
    for (size_t i = 0; i < with->refs.used; i++) {
        const hf__waiting *ref = &with->refs.items[i];
        const hf__object_entry *of_a = hf__object_map_find(&with->partners_of_a, ref->at);
        const hf__object_entry *of_b = hf__object_map_find(&with->partners_of_b, ref->other);
        if (of_a != NULL ? of_a->value != ref->other : of_b != NULL || ref->at != ref->other)
            return false;
    }
    return true;
}

static bool equal_all(hf__comparer *with, const hf_type *type, const char *a, const char *b)
{
    bool is_new, same = pair_up(with, a, b, &is_new) && equal_one(with, type, a, b);
    while (same && with->stack.used > 0) {
        hf__waiting *top = &with->stack.items[with->stack.used - 1];
        const hf_type *one = top->type;
        const char *left = top->at, *right = top->other;
        if (--top->count == 0) {
            with->stack.used--;
        } else {
            top->at += one->size;
            top->other += one->size;
        }
        same = equal_one(with, one, left, right);
    }
    return same && equal_refs(with);
}

hf_status hf_struct_equal(const hf_type *type, const void *a, const void *b, bool *ret_equal, hf_error *reterr)
{
    hf__comparer with;
    with.is_graph = (type->flags & HF_TYPE_GRAPH) != 0;
    with.has_memory = true;
    hf__stack_init(&with.stack, NULL);
    hf__stack_init(&with.refs, NULL);
    hf__object_map_init(&with.partners_of_a, NULL);
    hf__object_map_init(&with.partners_of_b, NULL);
    bool equal = equal_all(&with, type, a, b);
    hf__object_map_release(&with.partners_of_b);
    hf__object_map_release(&with.partners_of_a);
    hf__stack_release(&with.refs);
    hf__stack_release(&with.stack);
    if (!with.has_memory)
        return hf__fail(reterr, HF_NO_MEMORY, "while comparing");
    *ret_equal = equal;
    return HF_OK;
}
