/* struct_store.c - libc's heap as an allocator; growing stacks and memos. */
#include "bind/struct_store.h"

#include <stdlib.h>

#include "base/checked.h"
#include "base/hash.h"

/* ---- malloc as an allocator -------------------------------------------------------------- */

static void *libc_resize(void *context, void *block, size_t old_size, size_t new_size, size_t alignment)
{
    (void)context;
    if (new_size == 0) {
        free(block);
        return NULL;
    }
    if (alignment <= _Alignof(max_align_t))
        return realloc(block, new_size);
    void *moved = NULL;
    if (posix_memalign(&moved, alignment, new_size) != 0)
        return NULL;
    if (block != NULL) {
        memcpy(moved, block, old_size < new_size ? old_size : new_size);
        free(block);
    }
    return moved;
}

const hf_allocator *hf_allocator_libc(void)
{
    static const hf_allocator libc = { NULL, libc_resize };
    return &libc;
}

/* ---- lists ------------------------------------------------------------------------------- */

void *hf__list_doubled(const hf_allocator *allocator, void *items, const void *first, size_t bytes, size_t alignment)
{
    bool is_first = items == first;
    size_t doubled;
    if (!hf__size_multiply(bytes, 2, &doubled))
        return NULL;
    void *grown = allocator->resize(allocator->context, is_first ? NULL : items, is_first ? 0 : bytes, doubled, alignment);
    if (grown != NULL && is_first)
        memcpy(grown, first, bytes);
    return grown;
}

/* ---- stack ------------------------------------------------------------------------------- */

hf__block_stack hf__stack_grown(hf__block_stack stack)
{
    size_t room = (size_t)(stack.end - stack.items), used = hf__stack_used(&stack);
    hf__waiting *grown = hf__list_doubled(stack.allocator, stack.items, stack.fixed, room * sizeof *stack.items, _Alignof(hf__waiting));
    if (grown == NULL)
        return stack;
    return (hf__block_stack){ stack.allocator, grown, grown + used, grown + 2 * room, stack.fixed };
}

/* ---- memo -------------------------------------------------------------------------------- */

void hf__memo_init(hf__memo *memo, const hf_allocator *allocator)
{
    *memo = (hf__memo){ .allocator = hf__work_allocator(allocator) };
}

void hf__memo_release(hf__memo *memo)
{
    if (memo->table != NULL)
        hf__allocator_free(memo->allocator, memo->table, (memo->mask + 1) * sizeof *memo->table, _Alignof(hf__seen));
}

static size_t slot_of(const hf__memo *memo, const char *key)
{
    return (size_t)hf__hash_fold((uint64_t)(uintptr_t)key, 0x9e3779b97f4a7c15u) & memo->mask;
}

static bool grow(hf__memo *memo)
{
    size_t size = memo->table == NULL ? 64 : (memo->mask + 1) * 2, bytes;
    if (!hf__size_multiply(size, sizeof(hf__seen), &bytes))
        return false;
    hf__seen *table = memo->allocator->resize(memo->allocator->context, NULL, 0, bytes, _Alignof(hf__seen));
    if (table == NULL)
        return false;
    memset(table, 0, bytes);
    hf__memo grown = { memo->allocator, table, size - 1, memo->used };
    for (size_t i = 0; memo->table != NULL && i <= memo->mask; i++) {
        if (memo->table[i].key == NULL)
            continue;
        size_t at = slot_of(&grown, memo->table[i].key);
        while (table[at].key != NULL)
            at = (at + 1) & grown.mask;
        table[at] = memo->table[i];
    }
    hf__memo_release(memo);
    *memo = grown;
    return true;
}

hf__seen *hf__memo_find(const hf__memo *memo, const char *key)
{
    if (memo->table == NULL)
        return NULL;
    for (size_t at = slot_of(memo, key); memo->table[at].key != NULL; at = (at + 1) & memo->mask)
        if (memo->table[at].key == key)
            return &memo->table[at];
    return NULL;
}

hf__seen *hf__memo_add(hf__memo *memo, const char *key, bool *ret_new)
{
    if ((memo->table == NULL || memo->used * 2 >= memo->mask) && !grow(memo))
        return NULL;
    size_t at = slot_of(memo, key);
    for (; memo->table[at].key != NULL; at = (at + 1) & memo->mask)
        if (memo->table[at].key == key) {
            *ret_new = false;
            return &memo->table[at];
        }
    memo->table[at].key = key;
    memo->used++;
    *ret_new = true;
    return &memo->table[at];
}
