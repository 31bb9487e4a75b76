/* struct_equal.c - do two structs hold the same?
 *
 * Pairs of places wait on a stack. For graphs two memos map each object to its partner, both ways:
 * a second arrival must meet the same partner, so sharing that differs is found, and circles end. */
#include "bind/struct_release.h"

typedef struct comparer {
    hf__block_stack stack, refs;
    hf__memo        partners_of_a, partners_of_b;
    bool            is_graph;
    hf_status       status; /* HF_OK while they are equal so far, HF_END once they differ */
} comparer;

static void differ(comparer *with)
{
    with->status = HF_END;
}

static void wait_for(comparer *with, const hf_type *type, const char *a, const char *b, size_t count)
{
    if (count > 0 && !hf__stack_push(&with->stack, type, (char *)a, (char *)b, count))
        with->status = HF_NO_MEMORY;
}

static bool same_number(const hf_type *type, const char *a, const char *b)
{
    if (type->shape != HF_SHAPE_FLOAT)
        return memcmp(a, b, type->size) == 0;
    double left, right;
    float  narrow;
    if (type->size == sizeof(float)) {
        memcpy(&narrow, a, sizeof narrow);
        left = narrow;
        memcpy(&narrow, b, sizeof narrow);
        right = narrow;
    } else {
        memcpy(&left, a, sizeof left);
        memcpy(&right, b, sizeof right);
    }
    return left == right || (left != left && right != right);
}

/* Both pointers not NULL. True when the objects still have to be compared. */
static bool pair_up(comparer *with, const char *a, const char *b)
{
    if (!with->is_graph)
        return true;
    bool is_new_a = false, is_new_b = false;
    hf__seen *of_a = hf__memo_add(&with->partners_of_a, a, &is_new_a);
    if (of_a != NULL && is_new_a)
        of_a->value = (char *)b;
    bool matches = of_a != NULL && of_a->value == b;
    hf__seen *of_b = hf__memo_add(&with->partners_of_b, b, &is_new_b);
    if (of_b != NULL && is_new_b)
        of_b->value = (char *)a;
    if (of_a == NULL || of_b == NULL) {
        with->status = HF_NO_MEMORY;
        return false;
    }
    if (!matches || of_b->value != a)
        differ(with);
    return is_new_a && is_new_b;
}

static void compare_pointer(comparer *with, const hf_type *type, const char *a, const char *b, size_t count)
{
    const char *left = hf__pointer_at(a), *right = hf__pointer_at(b);
    if (left == NULL || right == NULL) {
        if (left != right && count > 0)
            differ(with);
    } else if (type->shape == HF_SHAPE_STRING) {
        if (strcmp(left, right) != 0)
            differ(with);
    } else if (type->ownership == HF_REF || type->ownership == HF_STATIC) {
        if (!hf__stack_push(&with->refs, type, (char *)left, (char *)right, count))
            with->status = HF_NO_MEMORY;
    } else if (pair_up(with, left, right)) {
        wait_for(with, type->item, left, right, count);
    }
}

static void compare_member(comparer *with, const hf_type *type, const hf_member *member, const char *a, const char *b)
{
    const hf_type *member_type = member->type;
    const char *left = a + member->offset, *right = b + member->offset;
    if (member->bits != NULL) {
        if (member->bits->get(a) != member->bits->get(b))
            differ(with);
    } else if (member_type->shape == HF_SHAPE_VECTOR || member_type->shape == HF_SHAPE_FLEX) {
        size_t count = hf__member_count(type, member, a);
        if (count != hf__member_count(type, member, b))
            differ(with);
        else if (member_type->shape == HF_SHAPE_FLEX)
            wait_for(with, member_type->item, left, right, count);
        else
            compare_pointer(with, member_type, left, right, count);
    } else if (member_type->shape == HF_SHAPE_UNION) {
        const hf_member *arm = hf__chosen_arm(type, member, a);
        if (arm != hf__chosen_arm(type, member, b))
            differ(with);
        else if (arm != NULL)
            wait_for(with, arm->type, left, right, 1);
    } else {
        wait_for(with, member_type, left, right, 1);
    }
}

static void compare_one(comparer *with, const hf_type *type, const char *a, const char *b)
{
    switch (type->shape) {
    case HF_SHAPE_RECORD:
        for (uint32_t i = 0; i < type->member_count && with->status == HF_OK; i++)
            compare_member(with, type, &type->members[i], a, b);
        break;
    case HF_SHAPE_ARRAY: wait_for(with, type->item, a, b, type->count); break;
    case HF_SHAPE_STRING: case HF_SHAPE_POINTER: compare_pointer(with, type, a, b, 1); break;
    case HF_SHAPE_CHARS:
        if (strncmp(a, b, type->size) != 0)
            differ(with);
        break;
    case HF_SHAPE_OPAQUE:
        if ((type->flags & HF_TYPE_ZERO) == 0 && memcmp(a, b, type->size) != 0)
            differ(with);
        break;
    default:
        if (!same_number(type, a, b))
            differ(with);
    }
}

/* Refs are looked at last, when every object has met its partner. */
static void compare_refs(comparer *with)
{
    for (size_t i = 0; i < with->refs.used && with->status == HF_OK; i++) {
        const hf__waiting *ref = &with->refs.items[i];
        const hf__seen *of_a = hf__memo_find(&with->partners_of_a, ref->at);
        const hf__seen *of_b = hf__memo_find(&with->partners_of_b, ref->other);
        bool same = of_a != NULL ? of_a->value == ref->other : of_b == NULL && ref->at == ref->other;
        if (!same)
            differ(with);
    }
}

hf_status hf_struct_equal(const hf_type *type, const void *a, const void *b, bool *ret_equal, hf_error *reterr)
{
    comparer with = { .is_graph = (type->flags & HF_TYPE_GRAPH) != 0, .status = HF_OK };
    hf__stack_init(&with.stack, NULL);
    hf__stack_init(&with.refs, NULL);
    hf__memo_init(&with.partners_of_a, NULL);
    hf__memo_init(&with.partners_of_b, NULL);
    if (pair_up(&with, a, b))
        wait_for(&with, type, a, b, 1);
    while (with.stack.used > 0 && with.status == HF_OK) {
        hf__waiting *top = &with.stack.items[with.stack.used - 1];
        const hf_type *one = top->type;
        const char *left = top->at, *right = top->other;
        if (--top->count == 0) {
            with.stack.used--;
        } else {
            top->at += one->size;
            top->other += one->size;
        }
        compare_one(&with, one, left, right);
    }
    compare_refs(&with);
    hf__memo_release(&with.partners_of_b);
    hf__memo_release(&with.partners_of_a);
    hf__stack_release(&with.refs);
    hf__stack_release(&with.stack);
    if (with.status == HF_NO_MEMORY)
        return hf__fail(reterr, HF_NO_MEMORY, "while comparing");
    *ret_equal = with.status == HF_OK;
    return HF_OK;
}
