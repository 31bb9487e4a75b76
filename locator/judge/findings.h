/* findings.h - from the paths of a model to findings: one for each bug, laid at one function.
 *
 * Paths are grouped by the first function of the program's own code, recursion folded. Where a
 * group grows for some of its callers only, and others give back what they ask for, the blame
 * moves to the caller that grows. Groups that grow together, one inside the other, are one. */
#ifndef HOLDFAST_FINDINGS_H
#define HOLDFAST_FINDINGS_H

#include "model.h"
#include "shape.h"

#define HF_GIVES_BACK  0.90   /* of what a caller asks for: it releases what another keeps */
#define HF_SMALL_BYTES 1024.0 /* of what is undecided: less of it is not mentioned, */
#define HF_SMALL_SHARE 0.005  /* nor less than this share of the most that the program held */
#define HF_GOROUTINE_BYTES 2048.0 /* that a goroutine counts as there: the stack that it begins with */

typedef enum hf__reach {
    HF_REACH_UNKNOWN, /* not scanned */
    HF_REACH_LOST,    /* nothing points at it */
    HF_REACH_KEPT,    /* a pointer to it was found */
} hf__reach;

typedef struct hf__finding {
    hf__shape   shape;
    hf__verdict verdict;
    hf__path_kind    kind;
    hf__reach   reach;           /* most of its blocks */
    hf__reached reached;         /* all of them, by the last look through memory */
    uint32_t    function;        /* blamed; HF_NONE for a finding about the whole program */
    uint32_t    line;            /* in that function, of the call that asked for most; 0 when not known */
    uint32_t    path;            /* the one that holds most, for its stack */
    uint32_t    site;            /* where the memory is asked for, when that is another function; else HF_NONE */
    uint32_t    other;           /* a caller of the same that gives everything back; else HF_NONE */
    uint32_t    caller;          /* of this function and of those merged with it, which are parts of one thing; else HF_NONE */
    uint32_t    recursion;       /* the deepest recursive function, else HF_NONE */
    uint32_t    depth_max;
    uint32_t    merged;          /* further groups that grow with it */
    uint32_t    processes;       /* further processes that leak it at the same time: the rate is that of all */
    double      live_bytes, live_blocks;
    double      bytes_per_block; /* of goroutines, where the growth of stacks is known; else 0 */
    uint64_t    fingerprint;     /* of function, kind and verdict: stands in baselines */
} hf__finding;

typedef struct hf__reconciled {
    int64_t recorded_live;   /* sum over paths at the reference */
    int64_t allocator_live, allocator_held, rss, anonymous, stacks; /* -1 where not known */
    int64_t unexplained;     /* resident memory, or the allocator's, less all that has a name below */
    int64_t overhead;        /* allocator_live - recorded_live: rounding, and from before the start; -1 */
    int64_t free_held;       /* held by the allocator, free */
    int64_t files;           /* resident, backed by files */
    bool    allocator_grows_beyond; /* the allocator's count grows, what is recorded does not */
} hf__reconciled;

typedef struct hf__judgement {
    hf__verdict    verdict;
    double         seconds;
    uint64_t       checkpoints;
    size_t         windows, reference;
    double         live_bytes, live_blocks, peak_bytes;
    double         bytes_per_second;  /* of all leaks together */
    uint64_t       lost_events;
    bool           is_moment;         /* over in less than HF_MOMENT_S: growth cannot be told from a start */
    bool           cut;               /* the recording ends in the middle */
    bool           stands_by_count;   /* events were lost, and the exact count of bytes does not grow either */
    hf__reconciled reconciled;
    hf__finding   *findings;  /* leaks first, then undecided, then fragmentation; the fastest first */
    hf__finding   *dismissed; /* the largest first */
    size_t         findings_count, dismissed_count, findings_room, dismissed_room;
} hf__judgement;

typedef struct hf__judge_options {
    const char *focus;        /* a function to which blame is raised, or NULL */
    double      since_s;      /* what happened before is left out; 0 for all */
    size_t      dismissed_max; /* 0 for 20 */
} hf__judge_options;

/* The model must be sealed. options may be NULL. ret_judgement: yours, release it. */
hf_status hf__judge(const hf__model *model, const hf__judge_options *options, hf__judgement *ret_judgement,
                    hf_error *reterr);
void hf__judgement_release(hf__judgement *judgement);

/* The stack of a path as functions, the innermost first, recursion folded; returns how many were
 * written, at most `functions_max`. `from_own` begins at the program's own code. */
size_t hf__folded_stack(const hf__model *model, uint32_t path, bool from_own, uint32_t *functions, size_t functions_max);

/* A rate of its shape in bytes per second: goroutines are counted, and have bytes by their stacks. */
static inline double hf__finding_rate(const hf__finding *finding, double rate)
{
    return finding->kind == HF_PATH_GOROUTINE ? rate * finding->bytes_per_block : rate;
}

/* By what most blocks are. */
static inline hf__reach hf__reach_of(const hf__reached *reached)
{
    return reached->lost == 0 && reached->kept == 0 ? HF_REACH_UNKNOWN : reached->lost >= reached->kept ? HF_REACH_LOST : HF_REACH_KEPT;
}

/* "heap", "mapping", "thread", "goroutine". */
const char *hf__path_kind_name(hf__path_kind kind);

#endif
