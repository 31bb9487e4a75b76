/* test_thresholds_short.c - thresholds of time that tells little: short runs, and the clock of deaths. */
#include "series_by_hand.h"

/* ---- the second clock ----------------------------------------------------------------------------- */

/* Growth is even by deaths, or ends at `pace`; by time it slows down to 0.6. */
static bool leaks_by_activity(double length, double deaths_in_all, double pace)
{
    double gone[HF_WINDOWS_MAX], now = 0;
    begin_line(64, pace);
    for (size_t i = 0; i < at.count; i++) {
        at.seconds[i] = now += 1 + (pace / 0.6 - 1) * (double)i / (double)at.count;
        gone[i] = deaths_in_all * (double)(i + 1) / (double)at.count;
    }
    for (size_t i = 0; i < at.count; i++)
        at.seconds[i] *= length / now;
    judge();
    assert_true(shape.verdict == HF_VERDICT_UNDECIDED || shape.verdict == HF_VERDICT_FILLING);
    hf__shape_by_activity(&at, gone, &shape);
    return shape.verdict == HF_VERDICT_LEAK;
}

static bool time_tells(double seconds)
{
    return !leaks_by_activity(seconds, 10000, 1);
}

static bool deaths_tell(double count)
{
    return leaks_by_activity(0.5, count, 1);
}

static bool activity_is_even(double pace)
{
    return leaks_by_activity(0.5, 10000, pace);
}

static bool activity_is_uneven(double pace)
{
    return !activity_is_even(pace);
}

static void test_thresholds__activity(void **state)
{
    (void)state;
    HF_PIN(HF_ACTIVITY_BELOW_S, 0.99, 1.01, time_tells);
    HF_PIN(HF_ACTIVITY_MIN, 4990, 5010, deaths_tell);
    HF_PIN(HF_ACTIVITY_PACE, 0.79, 0.81, activity_is_even);
    HF_PIN(1 / HF_ACTIVITY_PACE, 1.24, 1.26, activity_is_uneven);
}

/* ---- a run of a moment ---------------------------------------------------------------------------- */

/* What is said of a shape in a run of such a length, in the whole of which so much died. */
static hf__verdict said_in(double length, hf__shape said, double deaths_in_all)
{
    double gone[HF_WINDOWS_MAX];
    hf__path_kind kind = at.kind;
    begin(41, true);
    at.kind = kind;
    for (size_t i = 0; i < 41; i++) {
        at.seconds[i] = length * (double)(i + 1) / 41;
        gone[i] = deaths_in_all * (double)(i + 1) / 41;
    }
    shape = said;
    hf__shape_of_moment(&at, gone, &shape);
    return shape.verdict;
}

static hf__shape leak_of(double blocks, double uneven)
{
    return (hf__shape){ .verdict = HF_VERDICT_LEAK, .reason = HF_REASON_GROWS, .growth_blocks = blocks, .rate = 1000,
                        .rate_low = 1000 * (1 - uneven), .rate_high = 1000 * (1 + uneven) };
}

static bool is_no_moment(double length)
{
    return said_in(length, leak_of(5000, 0.1), 50000) == HF_VERDICT_LEAK;
}

static bool is_long_enough(double length)
{
    return said_in(length, leak_of(100, 0.9), 10) == HF_VERDICT_LEAK;
}

static bool blocks_leak_in_a_short_run(double blocks)
{
    return said_in(0.2, leak_of(blocks, 0.1), 50000) == HF_VERDICT_LEAK;
}

static bool threads_leak_in_a_short_run(double threads)
{
    at.kind = HF_PATH_THREAD;
    bool leaks = blocks_leak_in_a_short_run(threads);
    at.kind = HF_PATH_HEAP;
    return leaks;
}

static bool work_is_repeated(double deaths_in_all)
{
    return said_in(0.2, leak_of(5000, 0.1), deaths_in_all) == HF_VERDICT_LEAK;
}

static bool is_too_uneven(double uneven)
{
    return said_in(0.2, leak_of(5000, uneven), 50000) != HF_VERDICT_LEAK;
}

/* What is no leak yet because the run was short is open; in less than HF_MOMENT_S only what repeats. */
static bool blocks_are_open_in_a_moment(double blocks)
{
    return said_in(0.01, leak_of(blocks, 0.1), 50000) == HF_VERDICT_UNDECIDED;
}

static bool start_is_open(double length)
{
    hf__shape start = { .verdict = HF_VERDICT_UNDECIDED, .reason = HF_REASON_SHORT, .growth_blocks = 5000 };
    return said_in(length, start, 50000) == HF_VERDICT_UNDECIDED;
}

/* What a short run releases at its end was a batch. */
static bool is_perhaps_a_service(double length)
{
    hf__shape released = { .verdict = HF_VERDICT_UNDECIDED, .reason = HF_REASON_RELEASED_LAST };
    return said_in(length, released, 50000) == HF_VERDICT_UNDECIDED;
}

static void test_thresholds__short_runs(void **state)
{
    (void)state;
    HF_PIN(HF_MOMENT_S, 0.049, 0.051, is_no_moment);
    HF_PIN(HF_MOMENT_S, 0.049, 0.051, start_is_open);
    HF_PIN(HF_SHORT_RUN_S, 0.49, 0.51, is_long_enough);
    HF_PIN(HF_SHORT_RUN_S, 0.49, 0.51, is_perhaps_a_service);
    HF_PIN(HF_SHORT_BLOCKS, 999, 1000, blocks_leak_in_a_short_run);
    HF_PIN(HF_SHORT_BLOCKS, 999, 1000, blocks_are_open_in_a_moment);
    HF_PIN(HF_SHORT_THREADS, 99, 100, threads_leak_in_a_short_run);
    HF_PIN(HF_ACTIVITY_MIN, 4990, 5010, work_is_repeated);
    HF_PIN(HF_SHORT_UNEVEN, 0.249, 0.251, is_too_uneven);
}

/* A series of so many windows, in the last five of which a hundred blocks come. */
static bool is_a_step(double windows)
{
    begin((size_t)windows, true);
    for (size_t i = (size_t)windows - 5; i < (size_t)windows; i++)
        born(i, 20);
    judge();
    return shape.verdict == HF_VERDICT_STEADY && shape.reason == HF_REASON_STEP;
}

static void test_thresholds__a_step_at_the_end(void **state)
{
    (void)state;
    HF_PIN(HF_STEP_WINDOWS, 47, 48, is_a_step);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_thresholds__activity),
        cmocka_unit_test(test_thresholds__short_runs),
        cmocka_unit_test(test_thresholds__a_step_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
