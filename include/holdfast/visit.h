/* visit.h - walks by callback, and a few answers that take one walk: a thin layer over walk.h.
 *
 * Nothing here allocates but hf_collect, into the caller's arena. Limits are those of the walk; each
 * call says how the walk ended, and what it answers holds for what was visited. */
#ifndef HOLDFAST_VISIT_H
#define HOLDFAST_VISIT_H

#include <holdfast/walk.h>

HF_EXTERN_BEGIN

typedef enum hf_visit_answer {
    HF_VISIT_ON,    /* to the next event */
    HF_VISIT_PRUNE, /* as hf_walk_prune */
    HF_VISIT_SKIP,  /* as hf_walk_skip */
    HF_VISIT_STOP   /* as hf_walk_stop */
} hf_visit_answer;

/* Called for each event; the walk shows event, value, key and depth, and takes hf_walk_defer. */
typedef hf_visit_answer hf_visitor(hf_walk *walk, void *context);

/* Walks `root` and calls `visitor` for each event; `options` as in hf_walk_init. */
HF_API hf_walk_end hf_visit(hf_value root, const hf_walk_options *options, hf_visitor *visitor, void *context);

/* Whether a value counts; containers are asked when entered. NULL: every value. */
typedef bool hf_matcher(const hf_walk *walk, void *context);

/* How many values match. */
HF_API hf_walk_end hf_count_values(hf_value root, const hf_walk_options *options, hf_matcher *matches, void *context,
                                   uint64_t *ret_count);

/* Over the numbers that match, as doubles; those beyond a double's range are left out. */
typedef struct hf_number_sums {
    uint64_t count;
    double   sum;      /* with the rounding errors made good (Neumaier's summation) */
    double   min, max; /* 0 when count is 0 */
} hf_number_sums;

HF_API hf_walk_end hf_sum_numbers(hf_value root, const hf_walk_options *options, hf_matcher *matches, void *context,
                                  hf_number_sums *ret_sums);

/* The values that match, in order; the array is bound to `arena`, the views are valid as the root's.
 * HF_WALK_NO_MEMORY when the arena has no room: nothing is given then. */
HF_API hf_walk_end hf_collect(hf_value root, const hf_walk_options *options, hf_matcher *matches, void *context,
                              hf_arena *arena, hf_value **ret_values, size_t *ret_count);

HF_EXTERN_END

#endif
