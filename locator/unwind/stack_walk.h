/* stack_walk.h - the call stack of the calling thread, as a node of the trie.
 *
 * Exact and of full depth, and cheap where a program allocates from the same depths again and
 * again: each thread keeps the previous walk as a memo, outermost frame first, with the places in
 * memory that decided it. After the first steps a new walk meets a frame of the memo; then every
 * remaining place is read again and compared, and the rest of the memo is taken over as it is.
 * Nothing is trusted that was not read again, so that longjmp, exceptions and coroutines need no
 * care, and no return address is ever rewritten.
 *
 * Why that is exact: a step depends on (pc, sp, bp), on the rule for pc, and on the words it
 * reads. A memo frame with equal (pc, sp, bp) and equal words steps to the same place. Frames
 * whose step reads other words (signal frames, realigned stacks) are always stepped anew.
 *
 * Memory is read only inside of the range of the current stack: [sp, hi). */
#ifndef HOLDFAST_STACK_WALK_H
#define HOLDFAST_STACK_WALK_H

#include "registers.h"
#include "rules.h"
#include "trie.h"

enum { HF__FRAMES_MAX = 16384, HF__FRAMES_KEPT_DEEP = 64 };

typedef struct hf__frame {
    uint64_t pc;          /* in this frame */
    uint64_t slot;        /* where its return address lies; 0 for an outermost frame that has none */
    uint64_t bp_after;    /* bp in its caller */
    int32_t  bp_distance; /* where that was read: slot + distance; 0: bp was not read; FRESH: step anew */
    uint32_t node;        /* the stack down to this frame */
} hf__frame;

typedef struct hf__stack_range {
    uint64_t low, high;
} hf__stack_range;

/* What all threads of a process share. Bound to it until the process forks. */
typedef struct hf__unwinder {
    hf__rule_table *rules;
    hf__trie       *trie;
    uint64_t        own_start, own_end;       /* code of the recorder: its frames are left out */
    void          (*before_new)(uint64_t address);
    /* The mapping that holds the stack pointer `sp`, for stacks that are not the thread's own. */
    bool          (*range_of)(uint64_t sp, hf__stack_range *ret_range);
    _Atomic uint32_t epoch;                   /* raised when code was unloaded: memos are void */
} hf__unwinder;

/* One per thread and nesting level; zeroed memory. */
typedef struct hf__walker {
    hf__stack_range own;                      /* the thread's own stack */
    uint32_t        epoch;
    uint32_t        count;                    /* frames of the memo; 0: none */
    hf__registers   from;                     /* where the walk of the memo began */
    hf__frame       memo[HF__FRAMES_MAX];     /* outermost first */
    hf__frame       fresh[HF__FRAMES_MAX];    /* innermost first; scratch */
} hf__walker;

/* Walks up from `from` and returns the node; 0 when there is nothing to walk. */
uint32_t hf__walk_stack(hf__unwinder *unwinder, hf__walker *walker, hf__registers from);

#endif
