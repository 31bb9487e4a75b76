/* trie.h - finding and making the nodes of stacks; trace_trie.h tells how they lie in memory. */
#ifndef HOLDFAST_TRIE_H
#define HOLDFAST_TRIE_H

#include "trace_trie.h"

/* The node for `address` called from node `parent`; `flags` is HF__NODE_EXACT, HF__NODE_TRUNCATED
 * or 0. `before_new` runs before a node is made, so that its module is known first; may be NULL.
 * Returns `parent` when the trie is full. */
uint32_t hf__trie_intern(hf__trie *trie, uint32_t parent, uint64_t address, uint32_t flags,
                         void (*before_new)(uint64_t address));

static inline uint32_t hf__trie_head(uint32_t parent, uint64_t address)
{
    uint64_t hash = (address ^ parent * 0xd6e8feb86659fd93u) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(hash >> (64 - HF__TRIE_HEAD_BITS));
}

/* The same, quickly where the first node of its chain is the wanted one. */
static inline uint32_t hf__trie_find(hf__trie *trie, uint32_t parent, uint64_t address, uint32_t flags,
                                     void (*before_new)(uint64_t address))
{
    uint32_t number = atomic_load_explicit(&trie->heads[hf__trie_head(parent, address)], memory_order_acquire);
    const hf__trie_node *node = &trie->nodes[number];
    if (node->address == address && atomic_load_explicit(&node->parent_and_flags, memory_order_relaxed) ==
                                        (parent | flags | HF__NODE_READY))
        return number;
    return hf__trie_intern(trie, parent, address, flags, before_new);
}

/* Marks every node with an address in [start, end), after that code was unloaded. */
void hf__trie_forget(hf__trie *trie, uint64_t start, uint64_t end);

#endif
