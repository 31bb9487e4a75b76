/* allocate.h - the one door through which the library takes memory: an allocator with a budget.
 *
 * Invariant: bytes charged are exactly the sizes asked for; on failure neither the budget nor
 * the block has changed. To use the slack of large blocks, ask for hf__good_size(). */
#ifndef HOLDFAST_ALLOCATE_H
#define HOLDFAST_ALLOCATE_H

#include <holdfast/memory.h>

typedef struct hf__memory {
    const hf_allocator *allocator; /* NULL: the default */
    hf_budget          *budget;    /* NULL: the process budget; not held by this struct */
} hf__memory;

/* A block of `size` > 0 bytes, charged. */
HF_NODISCARD hf_status hf__memory_allocate(const hf__memory *memory, size_t size, size_t alignment,
                                           void **ret_block, hf_error *reterr);

/* Grows or shrinks *block, both sizes > 0. On failure *block stays valid with its old size.
 * Shrinking may fail as well, since the allocator may have to move the block. */
HF_NODISCARD hf_status hf__memory_resize(const hf__memory *memory, void **block, size_t old_size, size_t new_size,
                                         size_t alignment, hf_error *reterr);

/* Frees a block of `size` bytes and releases the charge. NULL is fine. */
void hf__memory_free(const hf__memory *memory, void *block, size_t size, size_t alignment);

/* What the budget and all above it leave at this moment: for choosing a size that will do. */
uint64_t hf__budget_room(hf_budget *budget);

/* The limit is exactly this, 0 included. */
void hf__budget_limit_to(hf_budget *budget, uint64_t bytes_max);

/* `reclaim` is asked no more, and nobody is inside it: before its context goes. */
void hf__budget_reclaim_stop(hf_budget *budget);

/* The bytes that a block of `size` from the default allocator can hold: the size class for
 * those of the page source, the size itself below. SIZE_MAX when there is no such block.
 * A block asked for by its class is recycled by every request of that class. */
size_t hf__good_size(size_t size);

/* A size from `least` to `most`: that of the smallest block that is kept for recycling there, or
 * hf__good_size(least) when there is none, or the allocator keeps none. */
size_t hf__memory_kept_size(const hf__memory *memory, size_t least, size_t most);

/* Of a block nothing in [from, to) is used: huge pages that are used in part only need not stay
 * whole. The range may be written again at any time. */
void hf__memory_give_back(const hf__memory *memory, void *block, size_t from, size_t to);

#endif
