/* trace_trie.h - call stacks as numbers: a node is an address and the node of the caller.
 *
 * Lives in memory shared with the collector, which reads the nodes directly: a stack that an event
 * names is there, even when the process is killed at once. Lock-free; nodes are never moved.
 *
 *   heads[hash(parent, address)] -> node -> node -> 0
 *
 * Invariants: node 0 is the root and unused. A parent has a smaller number than its children. A
 * node is complete (state READY, released) before any thread can get its number. Two threads may
 * rarely make the same node at once; one of the two is then never used.
 * A node whose code was unloaded is marked stale and never found again: its number keeps its
 * meaning for events from before. */
#ifndef HOLDFAST_TRACE_TRIE_H
#define HOLDFAST_TRACE_TRIE_H

#include <stdatomic.h>
#include <stdint.h>

enum {
    HF__TRIE_HEAD_BITS = 17,
    HF__TRIE_NODES_MAX = 1 << 20,
    HF__TRIE_PARENT_MASK = (1 << 24) - 1
};
/* Upper bits of `parent_and_flags`. */
enum { HF__NODE_EXACT = 1 << 24, HF__NODE_TRUNCATED = 1 << 25, HF__NODE_READY = 1 << 26, HF__NODE_STALE = 1 << 27 };

typedef struct hf__trie_node {
    uint64_t         address;
    _Atomic uint32_t parent_and_flags;
    uint32_t         next;
} hf__trie_node;

/* Zeroed shared memory. */
typedef struct hf__trie {
    _Atomic uint32_t count;     /* nodes given out; those below may still lack HF__NODE_READY */
    _Atomic uint32_t refused;   /* requests after all nodes were used */
    uint32_t         reserved[14];
    _Atomic uint32_t heads[1 << HF__TRIE_HEAD_BITS];
    hf__trie_node    nodes[HF__TRIE_NODES_MAX];
} hf__trie;

#endif
