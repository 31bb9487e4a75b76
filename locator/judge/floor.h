/* floor.h - a sawtooth whose low points keep rising.
 *
 * What falls back again and again is turnover, unless less comes back each time: then the low points
 * rise, and the rise is a leak behind the turnover. The increments from one low point to the next are
 * tested as those of any series. */
#ifndef HOLDFAST_FLOOR_H
#define HOLDFAST_FLOOR_H

#include <stdbool.h>
#include <stddef.h>

enum { HF_FLOORS_MIN = 5 };    /* low points; fewer say nothing */
#define HF_FLOOR_RISE   0.10   /* of the peak: a smaller rise is not worth the word */
#define HF_FLOOR_RISING 0.75   /* share of the steps from one low point to the next that must go up */

typedef struct hf__floor {
    double rate, rate_low, rate_high; /* per second, 95 % */
    double since_s, until_s, growth;
    double confidence;
} hf__floor;

/* Whether `count` low points (values, at the given seconds) rise steadily, beyond chance, by a part of
 * `peak` that counts. ret_floor is written when they do. */
bool hf__floor_rises(const double *values, const double *seconds, size_t count, double peak, hf__floor *ret_floor);

#endif
