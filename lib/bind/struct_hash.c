/* struct_hash.c - one number for all that a struct holds.
 *
 * What lies in place is hashed at once, and blocks that lead nowhere; blocks that lead further wait on a stack
 * and are taken in an order that depends on the values alone, so equal structs are hashed alike. A shared
 * object counts by its content where it is met first, and by the number of that meeting later. Refs and
 * skipped members do not count. */
#include "base/hash.h"

#include "bind/object_map.h"
#include "bind/struct_leaves.h"

typedef struct hasher {
    hf__object_map met;
    bool           is_graph;
    bool           has_memory;
} hasher;

/* ---- what leads nowhere ------------------------------------------------------------------ */

static inline uint64_t mix_word(uint64_t hash, uint64_t word)
{
    return hf__hash_fold(hash ^ word, 0x9fb21c651e98df25u);
}

static uint64_t mix_bytes(uint64_t hash, const void *bytes, size_t length)
{
    return mix_word(hash, hf__hash_bytes(bytes, length, HF__HASH_A) ^ length);
}

/* Every NaN alike, and -0 as 0, however this thread rounds. */
static inline uint64_t mix_double(uint64_t hash, double value)
{
    uint64_t bits = value == 0 ? 0 : 0x7ff8000000000000u;
    if (value < 0 || value > 0)
        memcpy(&bits, &value, sizeof bits);
    return mix_word(hash, bits);
}

static uint64_t mix_chars(uint64_t hash, const char *text, size_t size)
{
    const char *end = (const char *)memchr(text, 0, size);
    return mix_bytes(hash, text, end != NULL ? (size_t)(end - text) : size);
}

static uint64_t mix_string(uint64_t hash, const char *text)
{
    return text != NULL ? mix_bytes(hash, text, strlen(text)) : mix_word(hash, 0);
}

static uint64_t mix_float(uint64_t hash, const char *at, size_t size)
{
    double value;
    float  narrow;
    if (size == sizeof narrow) {
        memcpy(&narrow, at, sizeof narrow);
        return mix_double(hash, narrow);
    }
    memcpy(&value, at, sizeof value);
    return mix_double(hash, value);
}

HF__INLINED uint64_t mix_integer(uint64_t hash, const hf__leaf *leaf)
{
    if (leaf->member != NULL && leaf->member->bits != NULL)
        return mix_word(hash, leaf->member->bits->get(leaf->record));
    if (leaf->type->shape == HF_SHAPE_INT)
        return mix_word(hash, (uint64_t)hf__int_at(leaf->at, leaf->type->size));
    return mix_word(hash, hf__uint_at(leaf->at, leaf->type->size));
}

/* ---- what leads somewhere ---------------------------------------------------------------- */

/* False when `at` was met before; then, and when it is new, its number counts. */
HF__INLINED bool meet(hasher *with, const char *at, uint64_t *hash)
{
    bool is_new = false;
    if (!with->is_graph)
        return true;
    hf__object_entry *entry = hf__object_map_add(&with->met, at, &is_new);
    if (HF_UNLIKELY(entry == NULL)) {
        with->has_memory = false;
        return false;
    }
    if (is_new)
        entry->value = (char *)(uintptr_t)with->met.used;
    *hash = mix_word(*hash, (uint64_t)(uintptr_t)entry->value);
    return is_new;
}

HF__INLINED uint64_t mix_pointer(hasher *with, hf__block_stack *stack, hf__leaves *leaves, uint64_t hash, const hf__leaf *leaf)
{
    const hf_type *type = leaf->type->item;
    const char *at = hf__pointer_at(leaf->at);
    size_t count = at != NULL;
    if (!hf__is_object(leaf->type)) {
        if (leaf->type->ownership == HF_REF || leaf->type->ownership == HF_STATIC)
            return hash;
        count = at != NULL ? hf__leaf_count(leaf) : 0;
    }
    hash = mix_word(hash, count);
    if (count == 0 || !meet(with, at, &hash))
        return hash;
    if ((type->flags & HF_TYPE_LINKS) == 0)
        hf__leaves_enter(leaves, type, at, 0, count);
    else if (!hf__leaves_follow(leaves, stack, type, at, NULL, count))
        with->has_memory = false;
    return hash;
}

HF__INLINED uint64_t mix_leaf(hasher *with, hf__block_stack *stack, hf__leaves *leaves, uint64_t hash, const hf__leaf *leaf)
{
    const hf_type *type = leaf->type;
    if (type->shape <= HF_SHAPE_UINT)
        return mix_integer(hash, leaf);
    if (hf__is_object(type))
        return mix_pointer(with, stack, leaves, hash, leaf);
    switch (type->shape) {
    case HF_SHAPE_UNION: case HF_SHAPE_FLEX: return hash; /* the tag and the counter are members */
    case HF_SHAPE_POINTER: case HF_SHAPE_VECTOR: return mix_pointer(with, stack, leaves, hash, leaf);
    case HF_SHAPE_STRING: return mix_string(hash, hf__pointer_at(leaf->at));
    case HF_SHAPE_CHARS: return mix_chars(hash, leaf->at, type->size);
    case HF_SHAPE_OPAQUE: return mix_bytes(hash, leaf->at, type->size);
    default: return mix_float(hash, leaf->at, type->size);
    }
}

/* ---- the whole --------------------------------------------------------------------------- */

static uint64_t mix_all(hasher *with, uint64_t hash, const hf_type *type, const char *object)
{
    hf__waiting fixed[HF__STACK_FIRST];
    hf__leaf_place outer[HF__LEAF_PLACES_MAX];
    hf__block_stack stack = hf__stack_begin(fixed, NULL);
    hf__leaves leaves;
    hf__leaf leaf;
    meet(with, object, &hash);
    hf__leaves_begin(&leaves, outer, type, object, 0);
    do {
        while (hf__leaves_next(&leaves, &leaf))
            hash = mix_leaf(with, &stack, &leaves, hash, &leaf);
    } while (with->has_memory && hf__leaves_next_block(&leaves, &stack));
    hf__stack_release(stack);
    return hash;
}

hf_status hf_struct_hash(const hf_type *type, const void *object, uint64_t *ret_hash, hf_error *reterr)
{
    hasher with = { .is_graph = (type->flags & HF_TYPE_GRAPH) != 0, .has_memory = true };
    hf__object_map_init(&with.met, NULL);
    uint64_t hash = mix_all(&with, HF__HASH_B, type, object);
    hf__object_map_release(&with.met);
    if (!with.has_memory)
        return hf__fail(reterr, HF_NO_MEMORY, "while hashing");
    *ret_hash = hash;
    return HF_OK;
}
