/* struct_equal.c - do two structs hold the same?
 *
 * What lies in place is compared at once, and blocks that lead nowhere; pairs of blocks that lead further
 * wait on a stack. For graphs two maps know the partner of each object, both ways: a second arrival must
 * meet the same partner, so sharing that differs is found, and circles end. */
#include "bind/block_list.h"
#include "bind/object_map.h"
#include "bind/struct_leaves.h"

typedef struct comparer {
    hf__object_map  partners_of_a, partners_of_b;
    hf__block_stack refs;
    bool            is_graph;
    bool            has_memory;
} comparer;

static bool no_memory(comparer *with)
{
    with->has_memory = false;
    return false;
}

/* ---- what leads nowhere ------------------------------------------------------------------ */

static inline bool same_double(double a, double b)
{
    return a == b || (a != a && b != b);
}

static bool same_floats(const char *a, const char *b, size_t size)
{
    double left, right;
    float  narrow[2];
    if (size == sizeof(float)) {
        memcpy(&narrow[0], a, sizeof(float));
        memcpy(&narrow[1], b, sizeof(float));
        return same_double(narrow[0], narrow[1]);
    }
    memcpy(&left, a, sizeof left);
    memcpy(&right, b, sizeof right);
    return same_double(left, right);
}

/* Numbers beside each other. */
static bool equal_numbers(const hf_type *type, const char *a, const char *b, size_t count)
{
    if (type->shape != HF_SHAPE_FLOAT)
        return memcmp(a, b, count * type->size) == 0;
    for (size_t i = 0; i < count; i++)
        if (!same_floats(a + i * type->size, b + i * type->size, type->size))
            return false;
    return true;
}

static inline bool same_string(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

HF__INLINED bool same_integer(const hf__leaf *leaf, const char *other, const char *other_record)
{
    const hf_member *member = leaf->member;
    if (member != NULL && member->bits != NULL)
        return member->bits->get(leaf->record) == member->bits->get(other_record);
    return hf__uint_at(leaf->at, leaf->type->size) == hf__uint_at(other, leaf->type->size);
}

/* ---- what leads somewhere ---------------------------------------------------------------- */

/* Both pointers not NULL. False when they differ. ret_new: the objects still have to be compared. */
HF__INLINED bool pair_up(comparer *with, const char *a, const char *b, bool *ret_new)
{
    bool is_new_a = false, is_new_b = false;
    *ret_new = true;
    if (!with->is_graph)
        return true;
    hf__object_entry *of_a = hf__object_map_add(&with->partners_of_a, a, &is_new_a);
    hf__object_entry *of_b = hf__object_map_add(&with->partners_of_b, b, &is_new_b);
    if (HF_UNLIKELY(of_a == NULL || of_b == NULL))
        return no_memory(with);
    if (is_new_a)
        of_a->value = (char *)b;
    if (is_new_b)
        of_b->value = (char *)a;
    *ret_new = is_new_a;
    return of_a->value == b && of_b->value == a;
}

/* Borrowed pointers: they lead to partners, or to the same. */
static bool equal_ref(comparer *with, const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return hf__stack_push(&with->refs, NULL, a, (char *)b, 1) || no_memory(with);
}

HF__INLINED bool equal_pointer(comparer *with, hf__block_stack *stack, hf__leaves *leaves, const hf__leaf *leaf, const char *other,
                               const char *other_record)
{
    const hf_type *type = leaf->type->item;
    const char *a = hf__pointer_at(leaf->at), *b = hf__pointer_at(other);
    size_t count = 1;
    bool is_new;
    if (!hf__is_object(leaf->type)) {
        if (leaf->type->ownership == HF_STATIC)
            return a == b;
        if (leaf->type->ownership == HF_REF)
            return equal_ref(with, a, b);
        count = hf__leaf_count(leaf);
        if (leaf->type->shape == HF_SHAPE_VECTOR && count != hf__member_count(leaf->record_type, leaf->member, other_record))
            return false;
    }
    if (a == NULL || b == NULL)
        return a == b || count == 0;
    if (!pair_up(with, a, b, &is_new))
        return false;
    if (!is_new || count == 0)
        return true;
    if ((type->flags & HF_TYPE_LINKS) != 0)
        return hf__leaves_follow(leaves, stack, type, a, b, count) || no_memory(with);
    if (type->shape <= HF_SHAPE_FLOAT)
        return equal_numbers(type, a, b, count);
    hf__leaves_enter(leaves, type, a, (uintptr_t)b - (uintptr_t)a, count);
    return true;
}

HF__INLINED bool equal_leaf(comparer *with, hf__block_stack *stack, hf__leaves *leaves, const hf__leaf *leaf)
{
    const char *other = hf__partner(leaf->at, leaf->apart), *other_record = hf__partner(leaf->record, leaf->apart);
    const hf_type *type = leaf->type;
    if (type->shape <= HF_SHAPE_UINT)
        return same_integer(leaf, other, other_record);
    if (hf__is_object(type))
        return equal_pointer(with, stack, leaves, leaf, other, other_record);
    switch (type->shape) {
    case HF_SHAPE_UNION:
        return hf__chosen_arm(leaf->record_type, leaf->member, leaf->record) == hf__chosen_arm(leaf->record_type, leaf->member, other_record);
    case HF_SHAPE_FLEX:
        return hf__member_count(leaf->record_type, leaf->member, leaf->record) == hf__member_count(leaf->record_type, leaf->member, other_record);
    case HF_SHAPE_STRING: return same_string(hf__pointer_at(leaf->at), hf__pointer_at(other));
    case HF_SHAPE_POINTER: case HF_SHAPE_VECTOR: return equal_pointer(with, stack, leaves, leaf, other, other_record);
    case HF_SHAPE_CHARS: return strncmp(leaf->at, other, type->size) == 0;
    case HF_SHAPE_OPAQUE: return memcmp(leaf->at, other, type->size) == 0;
    default: return same_floats(leaf->at, other, type->size);
    }
}

/* ---- the whole --------------------------------------------------------------------------- */

/* All blocks of both, by address. */
typedef struct both_lists {
    hf__block_stack of_a, of_b;
    bool            are_filled;
} both_lists;

static bool fill_lists(both_lists *lists, const hf_type *type, const char *a, const char *b)
{
    lists->are_filled = hf__block_list_fill(&lists->of_a, type, a) && hf__block_list_fill(&lists->of_b, type, b);
    hf__block_list_sort(&lists->of_a);
    hf__block_list_sort(&lists->of_b);
    return lists->are_filled;
}

/* Into the middle of blocks: at the same place of partners. */
static bool is_same_place(const comparer *with, const both_lists *lists, const hf__waiting *ref)
{
    const hf__waiting *in_a = hf__block_list_find(&lists->of_a, ref->at), *in_b = hf__block_list_find(&lists->of_b, ref->other);
    if (in_a == NULL || in_b == NULL)
        return false;
    const hf__object_entry *partner = hf__object_map_find(&with->partners_of_a, in_a->at);
    return partner != NULL && partner->value == in_b->at && ref->at - in_a->at == ref->other - in_b->at;
}

/* Refs are looked at last, when every object has met its partner. The lists are made for those alone that lead to no
 * object as a whole. */
static bool equal_refs(comparer *with, const hf_type *type, const char *a, const char *b)
{
    hf__waiting fixed_a[HF__STACK_FIRST], fixed_b[HF__STACK_FIRST];
    both_lists lists = { hf__stack_begin(fixed_a, NULL), hf__stack_begin(fixed_b, NULL), false };
    bool is_same = true;
    for (const hf__waiting *ref = with->refs.items; is_same && ref != with->refs.top; ref++) {
        const hf__object_entry *of_a = hf__object_map_find(&with->partners_of_a, ref->at);
        const hf__object_entry *of_b = hf__object_map_find(&with->partners_of_b, ref->other);
        if (of_a != NULL || of_b != NULL)
            is_same = of_a != NULL && of_a->value == ref->other;
        else if (ref->at != ref->other)
            is_same = lists.are_filled || fill_lists(&lists, type, a, b) ? is_same_place(with, &lists, ref) : no_memory(with);
    }
    hf__stack_release(lists.of_b);
    hf__stack_release(lists.of_a);
    return is_same;
}

static bool equal_all(comparer *with, const hf_type *type, const char *a, const char *b)
{
    hf__waiting fixed[HF__STACK_FIRST];
    hf__leaf_place outer[HF__LEAF_PLACES_MAX];
    hf__block_stack stack = hf__stack_begin(fixed, NULL);
    hf__leaves leaves;
    hf__leaf leaf;
    bool is_new, is_same = pair_up(with, a, b, &is_new);
    hf__leaves_begin(&leaves, outer, type, a, (uintptr_t)b - (uintptr_t)a);
    do {
        while (is_same && hf__leaves_next(&leaves, &leaf))
            is_same = equal_leaf(with, &stack, &leaves, &leaf);
    } while (is_same && hf__leaves_next_block(&leaves, &stack));
    hf__stack_release(stack);
    return is_same && equal_refs(with, type, a, b);
}

hf_status hf_struct_equal(const hf_type *type, const void *a, const void *b, bool *ret_equal, hf_error *reterr)
{
    hf__waiting fixed[HF__STACK_FIRST];
    comparer with = { .is_graph = (type->flags & HF_TYPE_GRAPH) != 0, .has_memory = true };
    with.refs = hf__stack_begin(fixed, NULL);
    hf__object_map_init(&with.partners_of_a, NULL);
    hf__object_map_init(&with.partners_of_b, NULL);
    bool is_equal = equal_all(&with, type, a, b);
    hf__object_map_release(&with.partners_of_b);
    hf__object_map_release(&with.partners_of_a);
    hf__stack_release(with.refs);
    if (!with.has_memory)
        return hf__fail(reterr, HF_NO_MEMORY, "while comparing");
    *ret_equal = is_equal;
    return HF_OK;
}
