/* struct_hash.c - one number for all that a struct holds.
 *
 * Places are taken from a stack in an order that depends on the values alone, so equal structs are
 * hashed alike. A shared object counts by its content where it is met first, and by the number of
 * that meeting later. Refs and skipped members do not count. */
#include "base/hash.h"

#include "bind/struct_release.h"

typedef struct hasher {
    hf__block_stack stack;
    hf__memo        met;
    bool            is_graph;
    uint64_t        hash;
    hf_status       status;
} hasher;

static void mix(hasher *with, uint64_t word)
{
    with->hash = hf__hash_fold(with->hash ^ word, 0x9fb21c651e98df25u);
}

static void mix_bytes(hasher *with, const char *bytes, size_t length)
{
    mix(with, length);
    for (; length >= 8; bytes += 8, length -= 8)
        mix(with, hf__hash_load64(bytes));
    uint64_t rest = 0;
    if (length > 0)
        memcpy(&rest, bytes, length);
    mix(with, rest);
}

static void wait_for(hasher *with, const hf_type *type, const char *at, size_t count)
{
    if (count > 0 && !hf__stack_push(&with->stack, type, (char *)at, NULL, count))
        with->status = HF_NO_MEMORY;
}

/* True when `at` is met for the first time. */
static bool meet(hasher *with, const char *at)
{
    if (!with->is_graph)
        return true;
    bool is_new = false;
    hf__seen *seen = hf__memo_add(&with->met, at, &is_new);
    if (seen == NULL) {
        with->status = HF_NO_MEMORY;
        return false;
    }
    if (is_new)
        seen->count = with->met.used;
    mix(with, seen->count);
    return is_new;
}

static void hash_pointer(hasher *with, const hf_type *type, const char *place, size_t count)
{
    const char *target = hf__pointer_at(place);
    mix(with, target == NULL ? 0 : count);
    if (target == NULL || count == 0)
        return;
    if (type->shape == HF_SHAPE_STRING)
        mix_bytes(with, target, strlen(target));
    else if (type->ownership != HF_REF && type->ownership != HF_STATIC && meet(with, target))
        wait_for(with, type->item, target, count);
}

static void hash_number(hasher *with, const hf_type *type, const char *at)
{
    if (type->shape != HF_SHAPE_FLOAT) {
        mix(with, hf__uint_at(at, type->size));
        return;
    }
    double value;
    float  narrow;
    if (type->size == sizeof narrow) {
        memcpy(&narrow, at, sizeof narrow);
        value = narrow;
    } else {
        memcpy(&value, at, sizeof value);
    }
    uint64_t bits = 0x7ff8000000000000u; /* every NaN alike; -0 as 0 */
    value += 0.0;
    if (value == value)
        memcpy(&bits, &value, sizeof bits);
    mix(with, bits);
}

static void hash_member(hasher *with, const hf_type *type, const hf_member *member, const char *at)
{
    const hf_type *member_type = member->type;
    const char *place = at + member->offset;
    if (member->bits != NULL) {
        mix(with, member->bits->get(at));
    } else if (member_type->shape == HF_SHAPE_VECTOR) {
        hash_pointer(with, member_type, place, hf__member_count(type, member, at));
    } else if (member_type->shape == HF_SHAPE_FLEX) {
        wait_for(with, member_type->item, place, hf__member_count(type, member, at));
    } else if (member_type->shape == HF_SHAPE_UNION) {
        const hf_member *arm = hf__chosen_arm(type, member, at);
        if (arm != NULL)
            wait_for(with, arm->type, place, 1);
    } else {
        wait_for(with, member_type, place, 1);
    }
}

static void hash_one(hasher *with, const hf_type *type, const char *at)
{
    switch (type->shape) {
    case HF_SHAPE_RECORD:
        for (uint32_t i = 0; i < type->member_count; i++)
            hash_member(with, type, &type->members[i], at);
        break;
    case HF_SHAPE_ARRAY: wait_for(with, type->item, at, type->count); break;
    case HF_SHAPE_STRING: case HF_SHAPE_POINTER: hash_pointer(with, type, at, 1); break;
    case HF_SHAPE_CHARS: mix_bytes(with, at, strnlen(at, type->size)); break;
    case HF_SHAPE_OPAQUE:
        if ((type->flags & HF_TYPE_ZERO) == 0)
            mix_bytes(with, at, type->size);
        break;
    default: hash_number(with, type, at);
    }
}

hf_status hf_struct_hash(const hf_type *type, const void *object, uint64_t *ret_hash, hf_error *reterr)
{
    hasher with = { .is_graph = (type->flags & HF_TYPE_GRAPH) != 0, .hash = 0x2545f4914f6cdd1du, .status = HF_OK };
    hf__stack_init(&with.stack, NULL);
    hf__memo_init(&with.met, NULL);
    if (meet(&with, object))
        wait_for(&with, type, object, 1);
    while (with.stack.used > 0 && with.status == HF_OK) {
        hf__waiting *top = &with.stack.items[with.stack.used - 1];
        const hf_type *one = top->type;
        const char *at = top->at;
        if (--top->count == 0)
            with.stack.used--;
        else
            top->at += one->size;
        hash_one(&with, one, at);
    }
    hf__memo_release(&with.met);
    hf__stack_release(&with.stack);
    if (with.status != HF_OK)
        return hf__fail(reterr, with.status, "while hashing");
    *ret_hash = with.hash;
    return HF_OK;
}
