/* trie.c - finding and making nodes without locks. */
#include "trie.h"

#include <stddef.h>

static uint32_t head_of(uint32_t parent, uint64_t address)
{
    uint64_t hash = (address ^ (uint64_t)parent << 40) * 0x9e3779b97f4a7c15u + parent * 0xd6e8feb86659fd93u;
    return (uint32_t)(hash >> (64 - HF__TRIE_HEAD_BITS));
}

/* Looks from node `at` to the end of the chain, or to `stop`. */
static uint32_t find_from(hf__trie *trie, uint32_t at, uint32_t stop, uint64_t address, uint32_t parent_and_flags)
{
    while (at != stop && at != 0) {
        hf__trie_node *node = &trie->nodes[at];
        if (node->address == address &&
            atomic_load_explicit(&node->parent_and_flags, memory_order_relaxed) == parent_and_flags)
            return at;
        at = node->next;
    }
    return 0;
}

static uint32_t make_node(hf__trie *trie, _Atomic uint32_t *head, uint32_t seen, uint64_t address,
                          uint32_t parent_and_flags)
{
    if (atomic_load_explicit(&trie->count, memory_order_relaxed) >= HF__TRIE_NODES_MAX - 1)
        return 0;
    /* Who sees the count sees the modules that before_new told. */
    uint32_t number = atomic_fetch_add_explicit(&trie->count, 1, memory_order_release) + 1;
    if (number >= HF__TRIE_NODES_MAX)
        return 0;
    hf__trie_node *node = &trie->nodes[number];
    node->address = address;
    node->next = seen;
    atomic_store_explicit(&node->parent_and_flags, parent_and_flags, memory_order_release);
    while (!atomic_compare_exchange_weak_explicit(head, &node->next, number, memory_order_release,
                                                  memory_order_acquire)) {
        uint32_t other = find_from(trie, node->next, seen, address, parent_and_flags);
        if (other != 0)
            return other;
        seen = node->next;
    }
    return number;
}

uint32_t hf__trie_intern(hf__trie *trie, uint32_t parent, uint64_t address, uint32_t flags,
                         void (*before_new)(uint64_t address))
{
    uint32_t parent_and_flags = (parent & HF__TRIE_PARENT_MASK) | flags | HF__NODE_READY;
    _Atomic uint32_t *head = &trie->heads[head_of(parent, address)];
    uint32_t seen = atomic_load_explicit(head, memory_order_acquire);
    uint32_t number = find_from(trie, seen, 0, address, parent_and_flags);
    if (number != 0)
        return number;
    if (before_new != NULL)
        before_new(address);
    number = make_node(trie, head, seen, address, parent_and_flags);
    if (number == 0) {
        atomic_fetch_add_explicit(&trie->refused, 1, memory_order_relaxed);
        return parent;
    }
    return number;
}

void hf__trie_forget(hf__trie *trie, uint64_t start, uint64_t end)
{
    uint32_t count = atomic_load_explicit(&trie->count, memory_order_acquire);
    for (uint32_t i = 1; i <= count && i < HF__TRIE_NODES_MAX; i++)
        if (trie->nodes[i].address - start < end - start)
            atomic_fetch_or_explicit(&trie->nodes[i].parent_and_flags, HF__NODE_STALE, memory_order_relaxed);
}
