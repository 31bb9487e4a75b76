/* series_by_hand.h - series made by hand, for the tests that hold each threshold between two of them.
 *
 * Blocks have EACH bytes and windows last a second. What was born in the last window of a series is left out
 * by the judge, as what is in flight: where growth is measured exactly, there is one window more. */
#ifndef HOLDFAST_TEST_SERIES_BY_HAND_H
#define HOLDFAST_TEST_SERIES_BY_HAND_H

#include "pin.h"

#include <math.h>
#include <string.h>

#include "shape.h"

enum { EACH = 1000 };

static hf__series at;
static hf__death  deaths[4096];
static hf__shape  shape;

static inline void begin(size_t windows, bool has_cohorts)
{
    memset(&at, 0, sizeof at);
    at.count = at.end = windows;
    at.has_cohorts = has_cohorts;
    at.deaths = deaths;
    for (size_t i = 0; i < windows; i++)
        at.seconds[i] = (double)(i + 1);
}

static inline void born(size_t window, double blocks)
{
    at.born_blocks[window] += blocks;
    at.born_bytes[window] += blocks * EACH;
}

/* Of what was born in one window, so much dies in another. */
static inline void died(size_t from, size_t window, size_t blocks)
{
    at.died_blocks[window] += (double)blocks;
    at.died_bytes[window] += (double)blocks * EACH;
    if (from == window || blocks == 0)
        return;
    assert_true(at.deaths_count < sizeof deaths / sizeof *deaths);
    deaths[at.deaths_count++] = (hf__death){ .born = (uint16_t)from, .died = (uint16_t)window, .bytes = (uint64_t)blocks * EACH,
                                             .blocks = blocks };
}

/* Where only levels are known. */
static inline void level(size_t window, double blocks)
{
    at.live_blocks[window] = blocks;
    at.live_bytes[window] = blocks * EACH;
}

static inline void judge(void)
{
    double blocks = 0;
    for (size_t i = 0; at.has_cohorts && i < at.count; i++)
        level(i, blocks += at.born_blocks[i] - at.died_blocks[i]);
    hf__shape_of(&at, &shape);
}

static inline bool is_leak(void)
{
    judge();
    return shape.verdict == HF_VERDICT_LEAK;
}

/* A window more than `windows`, whose growth is a line that ends at `pace` of where it starts, cell by cell of 16. */
static inline void begin_line(size_t windows, double pace)
{
    begin(windows + 1, true);
    double half = (double)windows / 32, length = (double)windows - 2 * half;
    for (size_t i = 0; i <= windows; i++)
        born(i, 100 * (1 - (1 - pace) * ((double)i + 0.5 - half) / length));
}

/* 40 windows of one pace, 40 of another, and one more. */
static inline void begin_two_paces(double before, double after)
{
    begin(81, true);
    for (size_t i = 0; i < 81; i++)
        born(i, i < 40 ? before : after);
}

#endif
