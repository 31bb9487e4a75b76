/* number_power.h - the 128 highest bits of 5^q, for reading and writing doubles.
 *
 * [q - HF__POWER_MIN] is { high, low }, the highest bit set. Exact for 0 <= q <= 55, cut below for
 * q > 55 and q < -27, rounded up for -27 <= q < 0. */
#ifndef HOLDFAST_NUMBER_POWER_H
#define HOLDFAST_NUMBER_POWER_H

#include <stdint.h>

enum { HF__POWER_MIN = -342, HF__POWER_MAX = 326 };

extern const uint64_t hf__power_of_five[HF__POWER_MAX - HF__POWER_MIN + 1][2];

#endif
