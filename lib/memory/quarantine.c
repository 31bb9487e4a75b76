/* quarantine.c - a ring of blocks, whose newest entry pushes the oldest out; see quarantine.h.
 *
 * Invariant: what stands in the ring belongs to it alone; whoever exchanges an entry frees what was there. No
 * lock, so that a fork leaves none behind, and no allocation. */
#include "memory/quarantine.h"

#if HF__DEBUG

#include <stdatomic.h>

#include "memory/poison.h"

enum { RING = 64, QUARANTINED_MAX = 32 * 1024 };

/* Stands at the beginning of what waits. */
typedef struct waiting {
    size_t size, alignment;
} waiting;

static _Atomic(waiting *) ring[RING];
static _Atomic uint32_t   ring_next;

static void let_go(waiting *block)
{
    const hf_allocator *allocator = hf_allocator_default();
    if (block != NULL)
        (void)allocator->resize(allocator->context, block, block->size, 0, block->alignment);
}

void hf__quarantine(const hf_allocator *allocator, void *block, size_t size, size_t alignment)
{
    if (HF__ASAN || allocator != hf_allocator_default() || size > QUARANTINED_MAX || size < sizeof(waiting)) {
        (void)allocator->resize(allocator->context, block, size, 0, alignment);
        return;
    }
    memset(block, 0, size);
    waiting *fresh = block;
    *fresh = (waiting){ size, alignment };
    let_go(atomic_exchange(&ring[atomic_fetch_add(&ring_next, 1) % RING], fresh));
}

void hf__quarantine_flush(void)
{
    for (uint32_t i = 0; i < RING; i++)
        let_go(atomic_exchange(&ring[i], NULL));
}

#endif
