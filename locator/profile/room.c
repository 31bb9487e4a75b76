/* room.c - growable arrays of the locator, and failure on demand. */
#include "room.h"

#include <stdlib.h>
#include <string.h>

static uint64_t allocations_until_failure;

static bool may_allocate(void)
{
    if (allocations_until_failure == 0)
        return true;
    if (allocations_until_failure == 1)
        return false;
    allocations_until_failure--;
    return true;
}

void hf__room_fail_at(uint64_t nth)
{
    allocations_until_failure = nth;
}

void *hf__room_grow(void *items, size_t *capacity, size_t need, size_t item_bytes)
{
    size_t grown = *capacity + *capacity / 2;
    if (grown < need)
        grown = need;
    if (grown < 16)
        grown = 16;
    size_t bytes;
    if (__builtin_mul_overflow(grown, item_bytes, &bytes) || !may_allocate())
        return NULL;
    void *moved = realloc(items, bytes);
    if (moved != NULL)
        *capacity = grown;
    return moved;
}

void *hf__room_zeroed(size_t count, size_t item_bytes)
{
    if (!may_allocate())
        return NULL;
    return calloc(count > 0 ? count : 1, item_bytes);
}

static void *room_resize(void *context, void *block, size_t old_size, size_t new_size, size_t alignment)
{
    const hf_allocator *behind = hf_allocator_default();
    (void)context;
    return new_size == 0 || may_allocate() ? behind->resize(behind->context, block, old_size, new_size, alignment) : NULL;
}

const hf_allocator *hf__room_allocator(void)
{
    static const hf_allocator allocator = { NULL, room_resize };
    return &allocator;
}

void hf__room_free(void *items)
{
    free(items);
}
