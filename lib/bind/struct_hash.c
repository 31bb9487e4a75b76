/* struct_hash.c - one number for all that a struct holds.
 *
 * What lies in place is hashed at once, by generated steps or by tables, which give the same; blocks that
 * lead further wait on a stack and are taken in an order that depends on the values alone, so equal structs
 * are hashed alike. A shared object counts by its content where it is met first, and by the number of that
 * meeting later. Refs and skipped members do not count. */
#include <holdfast/bind_code.h>

#include "base/hash.h"

#include "bind/object_map.h"
#include "bind/struct_leaves.h"

struct hf__hasher {
    hf__block_stack stack;
    hf__object_map  met;
    bool            is_graph;
    bool            has_memory;
};

uint64_t hf__mix_bytes(uint64_t hash, const void *bytes, size_t length)
{
    return hf__mix_word(hash, hf__hash_bytes(bytes, length, HF__HASH_A) ^ length);
}

uint64_t hf__mix_double(uint64_t hash, double value)
{
    uint64_t bits = 0x7ff8000000000000u;
    value += 0.0;
    if (value == value)
        memcpy(&bits, &value, sizeof bits);
    return hf__mix_word(hash, bits);
}

uint64_t hf__mix_chars(uint64_t hash, const char *text, size_t size)
{
    const char *end = (const char *)memchr(text, 0, size);
    return hf__mix_bytes(hash, text, end != NULL ? (size_t)(end - text) : size);
}

uint64_t hf__mix_string(uint64_t hash, const char *text)
{
    return text != NULL ? hf__mix_bytes(hash, text, strlen(text)) : hf__mix_word(hash, 0);
}

/* ---- by tables --------------------------------------------------------------------------- */

static uint64_t mix_number(uint64_t hash, const hf_type *type, const char *at)
{
    double value;
    float  narrow;
    if (type->shape == HF_SHAPE_INT)
        return hf__mix_word(hash, (uint64_t)hf__int_at(at, type->size));
    if (type->shape != HF_SHAPE_FLOAT)
        return hf__mix_word(hash, hf__uint_at(at, type->size));
    if (type->size == sizeof narrow) {
        memcpy(&narrow, at, sizeof narrow);
        value = narrow;
    } else {
        memcpy(&value, at, sizeof value);
    }
    return hf__mix_double(hash, value);
}

static bool is_followed(const hf_type *type)
{
    bool points = type->shape == HF_SHAPE_POINTER || type->shape == HF_SHAPE_VECTOR;
    return points && type->ownership != HF_REF && type->ownership != HF_STATIC;
}

/* What is no pointer to follow. */
static uint64_t mix_leaf(uint64_t hash, const hf__leaf *leaf)
{
    if (leaf->member != NULL && leaf->member->bits != NULL)
        return hf__mix_word(hash, leaf->member->bits->get(leaf->record));
    switch (leaf->type->shape) {
    case HF_SHAPE_UNION: case HF_SHAPE_FLEX: return hash; /* the tag and the counter are members */
    case HF_SHAPE_POINTER: case HF_SHAPE_VECTOR: return hash; /* a ref */
    case HF_SHAPE_STRING: return hf__mix_string(hash, hf__pointer_at(leaf->at));
    case HF_SHAPE_CHARS: return hf__mix_chars(hash, leaf->at, leaf->type->size);
    case HF_SHAPE_OPAQUE: return hf__mix_bytes(hash, leaf->at, leaf->type->size);
    default: return mix_number(hash, leaf->type, leaf->at);
    }
}

/* One object of a type that leads nowhere. */
static uint64_t mix_flat(hf__hasher *with, uint64_t hash, const hf_type *type, const char *at)
{
    hf__links leaves;
    hf__leaf leaf;
    if (type->code != NULL && type->code->hash != NULL)
        return type->code->hash(with, hash, at);
    if (type->shape <= HF_SHAPE_FLOAT)
        return mix_number(hash, type, at);
    hf__leaves_begin(&leaves, type, at);
    while (hf__leaves_next(&leaves, &leaf))
        hash = mix_leaf(hash, &leaf);
    return hash;
}

uint64_t hf__mix_by_tables(hf__hasher *with, uint64_t hash, const hf_type *type, const void *at)
{
    hf__links leaves;
    hf__leaf leaf;
    hf__leaves_begin(&leaves, type, at);
    while (hf__leaves_next(&leaves, &leaf))
        hash = is_followed(leaf.type) ? hf__mix_objects(with, hash, leaf.type->item, hf__pointer_at(leaf.at), hf__leaf_count(&leaf))
                                      : mix_leaf(hash, &leaf);
    return hash;
}

static uint64_t mix_one(hf__hasher *with, uint64_t hash, const hf_type *type, const char *at)
{
    if (type->code != NULL && type->code->hash != NULL)
        return type->code->hash(with, hash, at);
    if (is_followed(type)) /* one of a row of pointers */
        return hf__mix_objects(with, hash, type->item, hf__pointer_at(at), 1);
    return hf__mix_by_tables(with, hash, type, at);
}

/* ---- steps ------------------------------------------------------------------------------- */

/* False when `at` was met before; then, and when it is new, its number counts. */
static bool meet(hf__hasher *with, const char *at, uint64_t *hash)
{
    bool is_new = false;
    if (!with->is_graph)
        return true;
    hf__object_entry *entry = hf__object_map_add(&with->met, at, &is_new);
    if (entry == NULL) {
        with->has_memory = false;
        return false;
    }
    if (is_new)
        entry->value = (char *)(uintptr_t)with->met.used;
    *hash = hf__mix_word(*hash, (uint64_t)(uintptr_t)entry->value);
    return is_new;
}

uint64_t hf__mix_objects(hf__hasher *with, uint64_t hash, const hf_type *type, const void *at, size_t count)
{
    if (at == NULL || count == 0)
        return hf__mix_word(hash, 0);
    hash = hf__mix_word(hash, count);
    if (!meet(with, at, &hash))
        return hash;
    if ((type->flags & HF_TYPE_LINKS) != 0) {
        with->has_memory &= hf__stack_push(&with->stack, type, (char *)at, NULL, count);
        return hash;
    }
    for (size_t i = 0; i < count; i++)
        hash = mix_flat(with, hash, type, (const char *)at + i * type->size);
    return hash;
}

/* ---- the whole --------------------------------------------------------------------------- */

hf_status hf_struct_hash(const hf_type *type, const void *object, uint64_t *ret_hash, hf_error *reterr)
{
    hf__hasher with;
    uint64_t hash = HF__HASH_B;
    with.is_graph = (type->flags & HF_TYPE_GRAPH) != 0;
    with.has_memory = true;
    hf__stack_init(&with.stack, NULL);
    hf__object_map_init(&with.met, NULL);
    if (meet(&with, object, &hash))
        hash = mix_one(&with, hash, type, object);
    while (with.stack.used > 0 && with.has_memory) {
        hf__waiting *top = &with.stack.items[with.stack.used - 1];
        const hf_type *one = top->type;
        const char *at = top->at;
        if (--top->count == 0)
            with.stack.used--;
        else
            top->at += one->size;
        hash = mix_one(&with, hash, one, at);
    }
    hf__object_map_release(&with.met);
    hf__stack_release(&with.stack);
    if (!with.has_memory)
        return hf__fail(reterr, HF_NO_MEMORY, "while hashing");
    *ret_hash = hash;
    return HF_OK;
}
