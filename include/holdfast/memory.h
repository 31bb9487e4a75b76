/* memory.h - where bytes come from and who is charged for them: allocators, budgets, pages.
 *
 * Allocator: one function for all of get, grow, shrink and free. NULL stands for the default one.
 * Budget:    a bound on bytes, exact at every moment. Budgets form a tree whose root is the process;
 *            a charge counts in a budget and in all above it, or nowhere.
 * Pages:     the default allocator takes large blocks from the system and recycles them, because a
 *            fresh page costs far more than a used one. What it keeps is bounded and can be trimmed.
 *
 * Threads: every call here is safe from any thread. fork: a child may go on using all of it. */
#ifndef HOLDFAST_MEMORY_H
#define HOLDFAST_MEMORY_H

#include <holdfast/base.h>

HF_EXTERN_BEGIN

/* ---- allocator --------------------------------------------------------------------------- */

/* resize: one function with the old and the new size, both exact.
 *   block NULL, old_size 0   a new block of new_size bytes
 *   new_size 0               frees the block; the result is ignored, it cannot fail
 *   both                     grows or shrinks, contents kept up to the smaller size; may move
 * Returns NULL when there is no memory; the old block is then untouched.
 * `alignment` is a power of two and the same over the life of a block.
 * Contents of new bytes are undefined. The struct is borrowed until everything made with it is
 * gone; of a document that is its last drop, and that of each document which mounts it or was frozen from
 * a draft of it or of such a one, with the drafts between: those may share its blocks and what counts the
 * holders of its foreign values. It is called from every thread that uses what was made with it. */
typedef struct hf_allocator {
    void *context;
    void *(*resize)(void *context, void *block, size_t old_size, size_t new_size, size_t alignment);
} hf_allocator;

/* Small blocks from malloc, those of 256 KiB and more from the page source; never NULL; static. */
HF_API const hf_allocator *hf_allocator_default(void);

/* ---- budget ------------------------------------------------------------------------------ */

/* Counted: whoever charges a budget over time (an arena, a document) holds it until all is
 * released, so a budget may be dropped by its creator at any time. A child holds its parent. */
typedef struct hf_budget hf_budget;

typedef struct hf_budget_options {
    hf_budget  *parent;    /* NULL: the process budget */
    uint64_t    bytes_max; /* 0: no limit of its own, those above still hold */
    const char *name;      /* for messages; copied, cut at 31 bytes; NULL: "budget" */
    /* Asked before this budget refuses `bytes`, by the thread that charges, without a lock of the
     * library held: what can be let go? Releases it, and returns its bytes, 0 for nothing. What
     * it charges itself is not asked for again. NULL: nothing can. */
    uint64_t  (*reclaim)(void *context, uint64_t bytes);
    void       *reclaim_context;
    uint64_t    reserved[2];
} hf_budget_options;

typedef struct hf_budget_counts {
    uint64_t current;   /* bytes charged now, by this budget and all below it */
    uint64_t peak;      /* the highest value `current` ever had */
    uint64_t bytes_max; /* UINT64_MAX: none */
    uint64_t refused;   /* charges that this budget refused */
    uint64_t charged;   /* bytes ever charged */
    uint64_t released;  /* bytes ever released; charged - released == current */
} hf_budget_counts;

/* The root of all budgets; never NULL; static, hold and drop do nothing to it.
 * It has no limit until hf_budget_limit gives it one. */
HF_API hf_budget *hf_budget_process(void);

/* options: NULL is a child of the process budget without a limit.
 * ret_budget: held once for you, drop it. Fails with HF_NO_MEMORY. */
HF_API HF_NODISCARD hf_status hf_budget_create(const hf_budget_options *options, hf_budget **ret_budget,
                                               hf_error *reterr);
/* One more holder. Returns `budget`; NULL is fine. */
HF_API hf_budget *hf_budget_hold(hf_budget *budget);
/* One holder less; the last one frees it. NULL is fine. What is still charged then is a
 * mistake of the caller: it is released from the parents, and debug builds trap. */
HF_API void hf_budget_drop(hf_budget *budget);

/* Counts `bytes` in the budget and all above it. NULL: the process budget.
 * HF_LIMIT_BYTES when one of them has no room; then nothing is counted anywhere. The limit is
 * never passed, not even for a moment. */
HF_API HF_NODISCARD hf_status hf_budget_charge(hf_budget *budget, uint64_t bytes, hf_error *reterr);
/* Takes back what was charged. More than is charged: HF_MISUSE, nothing changes, debug builds trap. */
HF_API hf_status hf_budget_release(hf_budget *budget, uint64_t bytes);

/* A new limit, 0 for none. It may lie below what is charged now: nothing is taken away, and
 * charges are refused until there is room. */
HF_API void hf_budget_limit(hf_budget *budget, uint64_t bytes_max);
/* All counts of one moment. NULL: the process budget. */
HF_API hf_budget_counts hf_budget_count(hf_budget *budget);
/* Sets the peak to what is charged now. */
HF_API void hf_budget_peak_reset(hf_budget *budget);
/* The name given at creation; borrowed until the budget is gone. */
HF_API const char *hf_budget_name(hf_budget *budget);

/* ---- page source ------------------------------------------------------------------------- */

/* Blocks of 256 KiB and more come from mmap, those of 2 MiB and more ask for huge pages. A freed
 * block is kept for the next request of its size class (eight classes per doubling, so at most
 * an eighth is unused), up to a bound in bytes and to 128 blocks; beyond, the one unused for the
 * longest time goes back to the system. The default bound is 64 MiB. */
typedef struct hf_page_counts {
    uint64_t mapped_bytes;      /* mapped now: in use and kept */
    uint64_t mapped_bytes_peak;
    uint64_t kept_bytes;        /* kept for the next request; resident memory nobody uses */
    uint64_t kept_blocks;
    uint64_t kept_bytes_max;    /* the bound; never passed */
    uint64_t maps, unmaps;      /* calls into the system */
    uint64_t moves;             /* blocks grown or shrunk by the system without copying */
    uint64_t recycled;          /* requests answered by a kept block */
    uint64_t refused;           /* requests that failed */
} hf_page_counts;

/* Each count is exact once no other thread is inside the page source. */
HF_API hf_page_counts hf_page_count(void);
/* Sets the bound on kept bytes and trims to it; 0 keeps nothing. */
HF_API void hf_page_keep(uint64_t bytes_max);
/* Gives kept blocks back to the system, the longest unused first, until at most `bytes_kept`
 * remain. Returns the bytes given back. */
HF_API uint64_t hf_page_trim(uint64_t bytes_kept);

HF_EXTERN_END

#endif
