/* curves.h - the two curves of a series that the judge looks at, and the falls in them.
 *
 * L is what is live at the end of each window. K is what was born in each window and is still alive at the
 * reference, the end of what is judged: it has no noise from blocks in flight, and exists where single blocks
 * were followed. Where it does not, the increments of L stand in for it. */
#ifndef HOLDFAST_CURVES_H
#define HOLDFAST_CURVES_H

#include "shape.h"

typedef struct hf__swing {
    size_t peak, trough;
} hf__swing;

typedef struct hf__look {
    const hf__series *series;
    hf__shape        *shape;
    size_t            windows;              /* that are judged: up to the reference */
    double            level[HF_WINDOWS_MAX]; /* L, in bytes, or in blocks for what has no bytes */
    double            kept[HF_WINDOWS_MAX], kept_blocks[HF_WINDOWS_MAX];
    double            settled[HF_WINDOWS_MAX]; /* growth of what outlives the window after its birth */
    hf__swing         swings[HF_WINDOWS_MAX];
    size_t            swings_count;
    double            noise;                /* variance for each byte */
    bool              by_blocks;            /* each block counts the same, whatever its size */
    double            age_cut_max;          /* of the run: the most that is cut off its end because it may still die */
} hf__look;

double hf__begin_of(const hf__series *series, size_t window);
double hf__highest(const double *values, size_t count);
void hf__say(hf__look *at, hf__verdict verdict, hf__reason reason, double confidence);

/* In this order; `series`, `shape` and `windows` are set before. */
void hf__set_levels(hf__look *at);
void hf__find_kept(hf__look *at);
void hf__find_ages(hf__look *at);
void hf__find_swings(hf__look *at);

/* The age, in seconds, that nearly all which die stay below: what is older at the reference will stay. */
double hf__age_of_dying(const hf__look *at);
/* Was next to nothing born that stays, in the second half of the time? */
bool hf__is_quiet(const hf__look *at);

#endif
