/* trie.h - finding and making the nodes of stacks; trace_trie.h tells how they lie in memory. */
#ifndef HOLDFAST_TRIE_H
#define HOLDFAST_TRIE_H

#include "trace_trie.h"

/* The node for `address` called from node `parent`; `flags` is HF__NODE_EXACT, HF__NODE_TRUNCATED
 * or 0. `before_new` runs before a node is made, so that its module is known first; may be NULL.
 * Returns `parent` when the trie is full. */
uint32_t hf__trie_intern(hf__trie *trie, uint32_t parent, uint64_t address, uint32_t flags,
                         void (*before_new)(uint64_t address));

/* Marks every node with an address in [start, end), after that code was unloaded. */
void hf__trie_forget(hf__trie *trie, uint64_t start, uint64_t end);

#endif
