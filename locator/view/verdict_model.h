/* verdict_model.h - the schema holdfast.verdict/1 as plain C, in the order of its members.
 *
 * `holdfast gen` reads this header while building and writes the code that writes verdicts and reads
 * them back as baselines. A number behind a pointer is null in JSON where the amount is not known; what
 * is optional is left out. Everything is bound to the arena of whoever fills it in. What each member
 * means: docs/formats/verdict.md. */
#ifndef HOLDFAST_VERDICT_MODEL_H
#define HOLDFAST_VERDICT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <holdfast/annotate.h>

typedef struct hf__written_recursion {
    char    *function HF(own);
    uint32_t depth_max;
} hf__written_recursion HF(derive(json));

typedef struct hf__written_reach {
    uint64_t unreachable_blocks;
    uint64_t unreachable_bytes;
    uint64_t held_by_unreachable;
    uint64_t reachable_blocks;
    uint64_t reachable_bytes;
    char    *from HF(own, optional);
    char    *from_file HF(own, optional);
    char    *from_name HF(own, optional);
    char    *through HF(own, optional);
    char    *words HF(own);
} hf__written_reach HF(derive(json));

typedef struct hf__written_finding {
    char    *verdict HF(own);
    char    *function HF(own);
    char    *file HF(own);
    int64_t *line HF(own);
    double  *bytes_per_second HF(own);
    double  *low HF(own);
    double  *high HF(own);
    double  *blocks_per_second HF(own);
    int64_t  live_bytes;
    int64_t  blocks;
    char    *kind HF(own);
    double  *since_s HF(own);
    double  *age_median_s HF(own);
    double  *age_oldest_s HF(own);
    double  *kept_share HF(own);
    double  *confidence HF(own);
    double  *more_s HF(own, optional);
    hf__written_recursion *recursion HF(own, optional);
    char    *allocates_in HF(own, optional);
    char    *released_for HF(own, optional);
    char    *common_caller HF(own, optional);
    hf__written_reach *reachability HF(own, optional);
    uint32_t merged;
    int64_t *processes HF(own, optional);
    char    *fingerprint HF(own);
    bool    *known HF(own, optional);
    char   **stack HF(own, count = n_stack);
    size_t   n_stack;
    char    *hypothesis HF(own);
    char    *next HF(own);
    char    *remedy HF(own, optional);
} hf__written_finding HF(derive(json));

typedef struct hf__written_dismissed {
    char    *verdict HF(own);
    char    *function HF(own);
    char    *file HF(own);
    int64_t *line HF(own);
    int64_t  live_bytes;
    int64_t  peak_bytes;
    char    *why HF(own);
} hf__written_dismissed HF(derive(json));

typedef struct hf__written_region {
    char    *name HF(own);
    char    *function HF(own, optional);
    uint64_t used_bytes;
    uint64_t reserved_bytes;
    uint64_t arenas;
    uint64_t used_peak_bytes;
    uint64_t reserved_peak_bytes;
    uint64_t arenas_made;
} hf__written_region HF(derive(json));

typedef struct hf__written_reconciled {
    int64_t *recorded_live HF(own);
    int64_t *allocator_live HF(own);
    int64_t *allocator_held HF(own);
    int64_t *rss HF(own);
    int64_t *anonymous HF(own);
    int64_t *stacks HF(own);
    int64_t *overhead HF(own);
    int64_t *free_held HF(own);
    int64_t *unexplained HF(own);
} hf__written_reconciled HF(derive(json));

typedef struct hf__written_recording {
    uint64_t allocations;
    double  *own_share HF(own);
} hf__written_recording HF(derive(json));

typedef struct hf__written_lost {
    uint64_t events;
    bool     stands_by_count;
} hf__written_lost HF(derive(json));

typedef struct hf__written_verdict {
    char    *schema HF(own);
    char    *verdict HF(own);
    double   seconds;
    uint64_t checkpoints;
    int64_t  live_bytes;
    int64_t  live_blocks;
    int64_t  peak_bytes;
    double  *bytes_per_second HF(own);
    bool     sampled;
    bool     cut;
    hf__written_lost *lost HF(own, optional);
    uint32_t process HF(optional);
    bool     has_process;
    hf__written_recording *recording HF(own, optional);
    char    *program HF(own);
    char    *note HF(own, optional);
    hf__written_reconciled reconciled;
    hf__written_region    *regions HF(own, count = n_regions, optional);
    size_t   n_regions;
    hf__written_finding   *findings HF(own, count = n_findings);
    size_t   n_findings;
    hf__written_dismissed *dismissed HF(own, count = n_dismissed);
    size_t   n_dismissed;
} hf__written_verdict HF(derive(json));

/* What a baseline needs of a verdict: members that are not named here are passed over, so verdicts of
 * other versions do as well. */
typedef struct hf__accepted_finding {
    char   *verdict HF(own);
    char   *fingerprint HF(own, pattern = "[0-9a-f]{16}");
    double *bytes_per_second HF(own);
} hf__accepted_finding HF(derive(json));

typedef struct hf__accepted_verdict {
    char                 *schema HF(own, oneof("holdfast.verdict/1"));
    hf__accepted_finding *findings HF(own, count = n_findings);
    size_t                n_findings;
} hf__accepted_verdict HF(derive(json));

#endif
