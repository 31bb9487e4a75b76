/* stack_walk.h - the call stack of the calling thread, as a node of the trie.
 *
 * Exact and of full depth, and cheap where a program allocates from the same depths again and
 * again: each thread keeps the previous walk as a memo, outermost frame first, with the words in
 * memory that decided it. After the first steps a new walk meets a frame of the memo; then the words
 * of every frame outside of it are read again and compared, and the rest of the memo is taken over
 * as it is. Nothing is trusted that was not read again, so that longjmp, exceptions and coroutines
 * need no care, and no return address is ever rewritten.
 *
 * Why that is exact: a step depends on (pc, sp, bp), on the rule for pc, and on the words it
 * reads. A memo frame with equal (pc, sp, bp) and equal words steps to the same place. Frames
 * whose step reads other words (signal frames, realigned stacks) are always stepped anew.
 *
 * Programs allocate from a few places in turn, so that the walk before is often not the one that
 * helps: whole walks of the past are kept by the place where they began, with the words that decided
 * them. Where all of these are the same again, the answer is.
 *
 * Memory is read only inside of the range of the current stack: [sp, high). */
#ifndef HOLDFAST_STACK_WALK_H
#define HOLDFAST_STACK_WALK_H

#include "registers.h"
#include "rules.h"
#include "trie.h"

#include <stdbool.h>

enum { HF__FRAMES_MAX = 16384, HF__FRAMES_KEPT_DEEP = 64, HF__STEPS_KEPT = 1024 };
enum { HF__WALK_SETS = 64, HF__WALK_WAYS = 2, HF__WALK_WORDS = 32 };

/* What is known of a frame beside the words that were read. */
typedef struct hf__frame_facts {
    uint16_t bp_below;        /* words below the slot at which caller_bp was read; 0: bp went through unread */
    uint16_t link;            /* fresh: the kept step that was used. In the memo: this frame, or the next one
                                 out, that is SECOND or ANEW; 0: none */
    uint32_t node;            /* in the memo the stack down to this frame; HF__NODE_EXACT, and: */
} hf__frame_facts;

enum {
    HF__FRAME_ANEW     = 1 << 27,  /* its step read more than these words: never taken over */
    HF__FRAME_NEEDS_BP = 1 << 28,  /* the walk from here depends on bp: by its own step, or one further out */
    HF__FRAME_SECOND   = 1 << 29   /* the word that bp was read from decides the walk too */
};

/* One step, from a frame to its caller. The frame's own pc is `caller_pc` of the frame inside of it.
 *
 * bp is a register like others in most code; it decides a walk only where a frame further out is found
 * by it. So the word it was read from is compared only there; such frames are few, and linked. */
typedef struct hf__frame {
    uint64_t slot;            /* where the return address lies; 0: an outermost frame, that has none */
    uint64_t caller_pc;       /* what was read there */
    uint64_t caller_bp;       /* bp in the caller; may be stale unless the caller is HF__FRAME_NEEDS_BP */
    hf__frame_facts facts;
} hf__frame;

/* A step by sp or bp from one pc, as all its frames have it, and the node that the last one got. */
typedef struct hf__step {
    uint64_t pc;              /* 0: none */
    int32_t  slot_offset;     /* from the register */
    uint32_t by_bp;
    uint32_t parent, node;    /* node 0: none yet */
    hf__frame_facts facts;
} hf__step;

/* A whole walk of the past: where it began, all words that decided it, as offsets from its sp, and what it came
 * to. The same place and the same words make the same walk, without a step. */
typedef struct hf__known_walk {
    uint64_t pc, sp, bp;
    uint32_t version;         /* of the walker; another one: not in use */
    uint32_t node;
    uint16_t words;           /* a multiple of 4 */
    bool     needs_bp;        /* bp decided it too */
    uint32_t offsets[HF__WALK_WORDS];
    uint64_t expected[HF__WALK_WORDS];
} hf__known_walk;

/* Those that share a set. Tags tell most misses apart without a look at the walks, which are large. */
typedef struct hf__walk_tags {
    uint32_t tags[HF__WALK_WAYS];
} hf__walk_tags;

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
    uint32_t        version;                  /* raised where walks of the past do not count any more; never 0 in use */
    hf__walk_tags   known_tags[HF__WALK_SETS];
    uint8_t         known_recent[HF__WALK_SETS];          /* the way that was used last */
    hf__known_walk  known[HF__WALK_SETS][HF__WALK_WAYS];  /* by pc and sp */
    hf__step        steps[HF__STEPS_KEPT];    /* by pc; what the tables of the process say, close at hand */
    hf__frame       memo[HF__FRAMES_MAX];     /* outermost first */
    hf__frame       fresh[HF__FRAMES_MAX];    /* innermost first; scratch */
} hf__walker;

/* For another stack than before: what was learnt of the last one is forgotten, but for steps. */
static inline void hf__walker_bind(hf__walker *walker, hf__stack_range own)
{
    walker->own = own;
    walker->count = 0;
    walker->version++;
}

/* Walks up from `from` and returns the node; 0 when there is nothing to walk. */
uint32_t hf__walk_stack(hf__unwinder *unwinder, hf__walker *walker, hf__registers from);

#endif
