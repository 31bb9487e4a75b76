/* stretch.h - how a stretch of time grew: where one pace begins, equal cells of it, and what the tests ask of them. */
#ifndef HOLDFAST_STRETCH_H
#define HOLDFAST_STRETCH_H

#include "curves.h"

/* Equal stretches of time with the growth in each. */
typedef struct hf__cells {
    size_t count;
    double from_s, until_s;
    double growth[HF_WINDOWS_MAX];
} hf__cells;

typedef struct hf__growth_test {
    hf__cells kept, level;
    double    mean, error, coverage, recency, pace, pace_error, turnover, bursts;
    double    blocks;        /* that stayed */
    double    steps;         /* in which something was added to blocks without any new */
    double    events;        /* that it grew by: both */
} hf__growth_test;

/* The window of [first, end) from which on growth has one pace: warm-up and quiet before it are cut off. */
size_t hf__find_start(const hf__look *at, size_t first, size_t end, bool *ret_warm_up);

/* Where a start that was faster by whatever it was ends most plausibly, with HF_HEAD_REST of the time left; 0 for nowhere, and
 * where a pace that falls all the while is as likely. */
size_t hf__find_head(const hf__look *at, size_t first, size_t end);

/* Measures the growth of windows [first, end). */
void hf__run_test(const hf__look *at, size_t first, size_t end, hf__growth_test *ret);

/* Do the blocks themselves come and go, in the later half of windows [first, end), so that what was added to them goes with
 * them? */
bool hf__blocks_turn_over(const hf__look *at, size_t first, size_t end);
/* Where no block dies in that half: do they only change their size, and give back as much as they take? */
bool hf__sizes_turn_over(const hf__look *at, size_t first, size_t end);

#endif
