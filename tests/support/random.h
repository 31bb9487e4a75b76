/* random.h - reproducible random words for tests, where a random test begins and how long it runs. */
#ifndef HOLDFAST_TEST_RANDOM_H
#define HOLDFAST_TEST_RANDOM_H

#include <stdint.h>
#include <stdlib.h>

/* xorshift64*; the state must not be 0. */
static inline uint64_t random_next(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1du;
}

static inline uint64_t random_below(uint64_t *state, uint64_t limit)
{
    return random_next(state) % limit;
}

/* `quick` rounds, times HOLDFAST_TEST_TIMES from the environment for a longer run. */
static inline long random_rounds(long quick)
{
    const char *times = getenv("HOLDFAST_TEST_TIMES");
    return times != NULL && atol(times) > 0 ? quick * atol(times) : quick;
}

/* Of the first random program: HOLDFAST_TEST_SEED from the environment, else 1. */
static inline uint64_t random_first_seed(void)
{
    const char *seed = getenv("HOLDFAST_TEST_SEED");
    return seed != NULL ? strtoull(seed, NULL, 10) : 1;
}

#endif
