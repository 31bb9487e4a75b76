/* test_thresholds.c - each threshold on a series, by two series on either side of it.
 *
 * Blocks have EACH bytes and windows last a second. What was born in the last window of a series is left out
 * by the judge, as what is in flight: where growth is measured exactly, there is one window more. */
#include "pin.h"

#include <math.h>
#include <string.h>

#include "floor.h"
#include "shape.h"
#include "statistics.h"

enum { EACH = 1000 };

static hf__series at;
static hf__death  deaths[4096];
static hf__shape  shape;

static void begin(size_t windows, bool has_cohorts)
{
    memset(&at, 0, sizeof at);
    at.count = at.end = windows;
    at.has_cohorts = has_cohorts;
    at.deaths = deaths;
    for (size_t i = 0; i < windows; i++)
        at.seconds[i] = (double)(i + 1);
}

static void born(size_t window, double blocks)
{
    at.born_blocks[window] += blocks;
    at.born_bytes[window] += blocks * EACH;
}

/* Of what was born in one window, so much dies in another. */
static void died(size_t from, size_t window, size_t blocks)
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
static void level(size_t window, double blocks)
{
    at.live_blocks[window] = blocks;
    at.live_bytes[window] = blocks * EACH;
}

static void judge(void)
{
    double blocks = 0;
    for (size_t i = 0; at.has_cohorts && i < at.count; i++)
        level(i, blocks += at.born_blocks[i] - at.died_blocks[i]);
    hf__shape_of(&at, &shape);
}

static bool is_leak(void)
{
    judge();
    return shape.verdict == HF_VERDICT_LEAK;
}

/* A window more than `windows`, whose growth is a line that ends at `pace` of where it starts, cell by cell of 16. */
static void begin_line(size_t windows, double pace)
{
    begin(windows + 1, true);
    double half = (double)windows / 32, length = (double)windows - 2 * half;
    for (size_t i = 0; i <= windows; i++)
        born(i, 100 * (1 - (1 - pace) * ((double)i + 0.5 - half) / length));
}

/* 40 windows of one pace, 40 of another, and one more. */
static void begin_two_paces(double before, double after)
{
    begin(81, true);
    for (size_t i = 0; i < 81; i++)
        born(i, i < 40 ? before : after);
}

/* ---- how much is enough ------------------------------------------------------------------------- */

static void one_by_one(double blocks)
{
    begin((size_t)blocks * 4, true);
    for (size_t i = 0; i < (size_t)blocks; i++)
        born(i * 4 + 2, 1);
    judge();
}

static bool is_worth_a_word(double blocks)
{
    one_by_one(blocks);
    return shape.verdict == HF_VERDICT_UNDECIDED || shape.verdict == HF_VERDICT_LEAK;
}

static bool few_leak(double blocks)
{
    one_by_one(blocks);
    return shape.verdict == HF_VERDICT_LEAK;
}

static bool few_windows_leak(double windows)
{
    begin((size_t)windows, true);
    for (size_t i = 0; i < (size_t)windows; i++)
        born(i, 10);
    return is_leak();
}

static bool rest_leaks(double blocks)
{
    begin((size_t)blocks + 2, true);
    born(0, 100000);
    for (size_t i = 1; i < (size_t)blocks + 2; i++)
        born(i, 1);
    return is_leak();
}

static bool share_of_rest_leaks(double share)
{
    begin(42, true);
    born(0, 40 / share - 41);
    for (size_t i = 1; i < 42; i++)
        born(i, 1);
    return is_leak();
}

static void test_thresholds__enough_blocks_and_windows(void **state)
{
    (void)state;
    HF_PIN(HF_EVENTS_MIN, 5, 6, is_worth_a_word);
    HF_PIN(HF_EVENTS_LEAK, 9, 10, few_leak);
    HF_PIN(HF_WINDOWS_MIN, 5, 6, few_windows_leak);
    HF_PIN(HF_REST_EVENTS_MIN, 49, 50, rest_leaks);
    HF_PIN(HF_REST_SHARE, 0.095, 0.105, share_of_rest_leaks);
}

/* As many as were asked for: the interval is that of their number. */
static void test_thresholds__cells(void **state)
{
    (void)state;
    assert_int_equal(HF_CELLS_MAX, 16);
    begin(65, true);
    for (size_t i = 0; i < 65; i++)
        born(i, i / 4 % 2 == 0 ? 1 : 3);
    assert_true(is_leak());
    double expected = 2.131 * 4 * sqrt(16.0 / 15) / 4 / 4 * EACH; /* t, deviation, root of 16, seconds of a cell */
    assert_true(fabs((shape.rate_high - shape.rate_low) / 2 - expected) < 0.01 * expected);

    static const size_t bursts[] = { 0, 5, 12, 17, 22, 27, 30, 35, 38 }; /* 2, 2, 2 and 3 in cells of ten windows */
    assert_int_equal(HF_CELLS_MIN, 4);
    begin(41, true);
    for (size_t i = 0; i < sizeof bursts / sizeof *bursts; i++)
        born(bursts[i], 2);
    judge();
    expected = 3.182 * 1 / 2 / 10 * EACH;
    assert_true(fabs((shape.rate_high - shape.rate_low) / 2 - expected) < 0.01 * expected);
}

/* ---- falls ---------------------------------------------------------------------------------------- */

static bool is_a_drop(double share)
{
    begin(40, false);
    for (size_t i = 0; i < 40; i++)
        level(i, i < 20 ? 100 : 100 * (1 - share));
    judge();
    return shape.drops == 1;
}

static bool is_a_drop_of_errors(double errors)
{
    begin(40, false);
    for (size_t i = 0; i < 40; i++)
        level(i, i < 20 ? 100 : 50);
    at.noise_bytes = pow(50 * EACH / errors, 2) / (100 * EACH);
    judge();
    return shape.drops == 1;
}

/* A saw that falls by so large a part of what comes later. */
static bool is_a_saw_before_growth(double share)
{
    begin(81, false);
    for (size_t i = 0; i < 81; i++)
        level(i, i < 40 ? 1000 * share * (double)(i % 8) / 7 : 1000 * (double)(i - 39) / 41);
    level(39, 0);
    judge();
    return shape.drops > 0;
}

static bool is_no_batch(double left)
{
    begin(40, false);
    for (size_t i = 0; i < 40; i++)
        level(i, i < 20 ? 5 * (double)(i + 1) : i < 35 ? 100 : 100 * left);
    judge();
    return shape.reason != HF_REASON_BATCH;
}

/* Two teeth of 20 windows, and growth for so many teeth since. */
static bool is_no_tooth(double teeth)
{
    size_t windows = 40 + (size_t)lround(teeth * 20);
    begin(windows, true);
    for (size_t i = 0; i < windows; i++)
        if (i >= 40 || i % 20 != 19)
            born(i, 10);
        else
            for (size_t k = i - 19; k < i; k++)
                died(k, i, 10);
    return is_leak();
}

static void test_thresholds__falls(void **state)
{
    (void)state;
    HF_PIN(HF_DROP_SHARE, 0.34, 0.36, is_a_drop);
    HF_PIN(HF_DROP_ERRORS, 3.9, 4.1, is_a_drop_of_errors);
    HF_PIN(HF_LEVEL_SHARE_MIN, 0.095, 0.105, is_a_saw_before_growth);
    HF_PIN(HF_RELEASED_SHARE, 0.24, 0.26, is_no_batch);
    HF_PIN(HF_TOOTH_RATIO, 1.9, 2.1, is_no_tooth);
}

/* Each window puts in a thousand, of which a share is taken out one by one; all goes when the program ends. */
static bool is_a_store(double share)
{
    size_t taken = (size_t)lround(1000 * share * 59 / 56);
    begin(60, true);
    for (size_t i = 0; i < 59; i++) {
        born(i, 1000);
        if (i + 3 < 59)
            died(i, i + 3, taken);
        died(i, 59, i + 3 < 59 ? 1000 - taken : 1000);
    }
    return is_leak();
}

/* Most of what dies does so after two windows, and such a share after nine: that decides what is too young to count. */
static bool are_old_deaths_many(double share)
{
    begin(60, true);
    for (size_t i = 0; i < 60; i++) {
        size_t old = (size_t)lround(100000 * share);
        born(i, 400000);
        if (i + 2 < 60)
            died(i, i + 2, 100000 - old);
        if (i + 9 < 60)
            died(i, i + 9, old);
    }
    judge();
    return shape.until_s < 55;
}

static void test_thresholds__deaths(void **state)
{
    (void)state;
    HF_PIN(HF_ERASED_SHARE, 0.095, 0.105, is_a_store);
    HF_PIN(HF_OLD_DEATHS, 0.0095, 0.0125, are_old_deaths_many); /* of each window: the last ones have not died yet */
}

/* ---- where growth begins -------------------------------------------------------------------------- */

static bool begins_late(double ratio)
{
    begin_two_paces(10, 10 * ratio);
    judge();
    return shape.since_s > 35;
}

static bool has_no_head(double ratio)
{
    begin_two_paces(10, 10 * ratio);
    judge();
    return shape.since_s < 1;
}

/* The step explains so much of the spread, ups and downs after it the rest. */
static bool step_is_a_break(double share)
{
    double ups = sqrt(2.25 * (1 - share) / share / 8);
    begin(81, true);
    for (size_t i = 0; i < 81; i++)
        born(i, i < 40 ? 100 : 400 * (i % 2 == 0 ? 1 + ups : 1 - ups));
    judge();
    return shape.since_s > 35;
}

static bool step_beyond_sampling_is_a_break(double errors)
{
    begin_two_paces(10, 40);
    at.noise_bytes = pow(30 * EACH / errors, 2) / (10 * EACH / 40.0 + 40 * EACH / 40.0);
    judge();
    return shape.since_s > 35;
}

static bool tail_leaks(double share)
{
    begin(101, true);
    for (size_t i = (size_t)lround(100 - share * 101); i < 101; i++)
        born(i, 10);
    return is_leak();
}

static void test_thresholds__where_growth_begins(void **state)
{
    (void)state;
    HF_PIN(HF_LATE_RATIO, 2.9, 3.1, begins_late);
    HF_PIN(HF_HEAD_RATIO, 0.49, 0.51, has_no_head);
    HF_PIN(HF_BREAK_SHARE, 0.24, 0.26, step_is_a_break);
    HF_PIN(HF_BREAK_ERRORS, 2.9, 3.1, step_beyond_sampling_is_a_break);
    HF_PIN(HF_TAIL_SHARE_MIN, 0.14, 0.16, tail_leaks);
}

/* ---- is it growth? -------------------------------------------------------------------------------- */

/* So many of the cells grew, by three windows each. */
static bool coverage_leaks(double share)
{
    size_t cells = share < 0.7 ? 13 : 10, windows = 3 * cells + 1;
    begin(windows, true);
    for (size_t i = 0; i < windows; i++)
        if (i / 3 % 3 != 2)
            born(i, 10);
    return is_leak();
}

static bool goes_on(double recency)
{
    double slow = 0.8 * recency / (1 - 0.2 * recency);
    begin(21, true);
    for (size_t i = 0; i < 21; i++)
        born(i, i < 16 ? 100 : 100 * slow);
    judge();
    return shape.reason != HF_REASON_PLATEAU;
}

static bool pace_leaks(double pace)
{
    begin_line(64, pace);
    return is_leak();
}

static bool is_not_filling(double pace)
{
    begin_line(64, pace);
    judge();
    return shape.verdict != HF_VERDICT_FILLING;
}

static bool level_leaks(double share)
{
    begin(41, false);
    for (size_t i = 0; i < 41; i++)
        level(i, 10000 * (1 - share * (double)(40 - i) / 40));
    return is_leak();
}

static bool exceeds_sampling(double errors)
{
    begin(41, true);
    for (size_t i = 0; i < 41; i++)
        born(i, 10);
    at.noise_bytes = 400 * EACH / (errors * errors);
    return is_leak();
}

static void test_thresholds__growth(void **state)
{
    (void)state;
    HF_PIN(HF_COVERAGE_MIN, 9.0 / 13, 0.7, coverage_leaks);
    HF_PIN(HF_RECENCY_MIN, 0.39, 0.41, goes_on);
    HF_PIN(HF_PACE_LEAK, 0.74, 0.76, pace_leaks);
    HF_PIN(HF_PACE_FILLING, 0.49, 0.51, is_not_filling);
    HF_PIN(HF_LEVEL_SHARE_MIN, 0.095, 0.105, level_leaks);
    HF_PIN(HF_GROWTH_ERRORS, 2.9, 3.1, exceeds_sampling);
}

/* After a warm-up, steadiness is proven or not by the error of the fit: ever rougher growth at a pace of 0.9. */
static void test_thresholds__errors_of_the_pace(void **state)
{
    (void)state;
    int proven = 0, open = 0;
    double least = HUGE_VAL, most = 0;
    for (int rough = 0; rough < 60; rough++) {
        begin(66, true);
        born(0, 1000000);
        for (size_t i = 1; i < 66; i++)
            born(i, (1000 - 100 * (double)i / 66) * (1 + ((i - 1) / 4 % 2 == 0 ? 0.015 : -0.015) * rough));
        judge();
        assert_true(shape.since_s > 0);
        double errors = (shape.pace_end - 0.5) / shape.pace_error;
        bool is_proven = shape.verdict == HF_VERDICT_LEAK;
        proven += is_proven, open += !is_proven;
        if (is_proven)
            least = fmin(least, errors);
        else if (shape.pace_end < 1)
            most = fmax(most, errors);
    }
    assert_true(proven > 5 && open > 5);
    assert_true(most < HF_PACE_ERRORS && HF_PACE_ERRORS <= least);
    assert_true(most > 1.8 && least < 2.2);
}

static void test_thresholds__student(void **state)
{
    (void)state;
    for (size_t freedom = 3; freedom < 40; freedom++) {
        assert_true(fabs(hf__t_below(hf__t_quantile(HF_T_99_ONE_SIDED, freedom), freedom) - 0.99) < 0.005);
        assert_true(fabs(hf__t_below(hf__t_quantile(HF_T_95_TWO_SIDED, freedom), freedom) - 0.975) < 0.01);
    }
}

/* ---- what comes and goes -------------------------------------------------------------------------- */

/* So much of what stays is not made up for by the death of what was there before. */
static bool is_no_turnover(double ratio)
{
    size_t dying = 100 - (size_t)lround(100 * ratio);
    begin(61, true);
    born(0, 9000 + 60.0 * (double)dying);
    for (size_t i = 1; i < 61; i++) {
        born(i, 100);
        died(0, i, dying);
    }
    return is_leak();
}

/* First in, first out: `stock` at first, then as many come and go in each window as the two say. */
static void queue(size_t windows, size_t stock, size_t quiet, size_t in, size_t out)
{
    size_t waiting[HF_WINDOWS_MAX] = { stock }, head = 0;
    begin(windows, true);
    born(0, (double)stock);
    for (size_t i = 1; i < windows; i++) {
        size_t left = out;
        waiting[i] = i <= quiet ? out : in;
        born(i, (double)waiting[i]);
        while (left > 0) {
            size_t now = waiting[head] < left ? waiting[head] : left;
            died(head, i, now);
            waiting[head] -= now;
            left -= now;
            head += waiting[head] == 0;
        }
    }
}

static bool is_large_backlog(double share)
{
    queue(81, (size_t)lround(80 * 10 * (1 - share) / share), 0, 20, 10);
    return is_leak() && shape.reason == HF_REASON_BACKLOG;
}

static bool is_long_backlog(double share)
{
    queue(101, 20, 101 - (size_t)lround(101 * share), 10, 4);
    return is_leak() && shape.reason == HF_REASON_BACKLOG;
}

static void test_thresholds__turnover(void **state)
{
    (void)state;
    HF_PIN(HF_TURNOVER_MIN, 0.74, 0.76, is_no_turnover);
    HF_PIN(HF_BACKLOG_SHARE, 0.48, 0.52, is_large_backlog);
    HF_PIN(HF_BACKLOG_SHARE, 0.48, 0.52, is_long_backlog);
}

/* What goes does so after such a share of the run; of 59 windows, so many blocks stay. */
static void all_but_some_go(double share, double staying)
{
    size_t age = (size_t)lround(share * 100);
    begin(100, true);
    for (size_t i = 0; i < 100; i++) {
        size_t stays = (size_t)((double)(i + 1) * staying / 59) - (size_t)((double)i * staying / 59);
        born(i, 100);
        if (i + age < 100)
            died(i, i + age, 100 - stays);
    }
}

static bool is_too_old_to_leave_out(double share)
{
    all_but_some_go(share, 30);
    return !is_leak();
}

static bool is_too_old_where_all_else_goes(double share)
{
    all_but_some_go(share, 120);
    return !is_leak();
}

static bool survivors_are_many(double staying)
{
    all_but_some_go(0.40, staying);
    return is_leak();
}

static void test_thresholds__survivors(void **state)
{
    (void)state;
    HF_PIN(HF_AGE_CUT, 0.28, 0.31, is_too_old_to_leave_out);
    HF_PIN(HF_AGE_CUT_LAST, 0.48, 0.51, is_too_old_where_all_else_goes);
    HF_PIN(HF_REST_EVENTS_MIN, 48, 52, survivors_are_many);
}

/* Ten teeth; some of each stay for `more` windows after it. With the tooth `grows`, they stay for good. Every other low
 * point is higher. */
static void saw_with_survivors(size_t more, size_t grows, size_t higher)
{
    begin(100, true);
    for (size_t tooth = 0; tooth < 10; tooth++) {
        size_t fall = tooth * 10 + 9;
        for (size_t i = tooth * 10; i < fall; i++) {
            born(i, 100);
            died(i, fall, 90);
            if (tooth < grows && fall + more < 100)
                died(i, fall + more, 10);
        }
        if (tooth % 2 == 0) {
            born(fall, (double)higher);
            died(fall, fall + 10, higher);
        }
    }
}

/* Growth seems to begin with the eighth tooth; what the low points have not risen by is so many of their steps. */
static bool low_points_stay(double steps)
{
    double missing = 0;
    for (size_t higher = 1000; missing < steps; higher--) {
        saw_with_survivors(20, 7, higher);
        double squares = 0, low[10], live = 0;
        for (size_t i = 0; i < 100; i++) {
            live += at.born_blocks[i] - at.died_blocks[i];
            if (i % 10 == 9)
                low[i / 10] = live;
        }
        for (size_t i = 1; i < 10; i++)
            squares += (low[i] - low[i - 1]) * (low[i] - low[i - 1]);
        missing = (270 - (low[9] - low[6])) / sqrt(squares / 9);
    }
    return !is_leak();
}

/* A saw in which something stays from the eighth tooth on; so many blocks, for each that stays, died at a greater age. */
static bool older_died(double share)
{
    saw_with_survivors(100, 0, 0);
    for (size_t i = 0; i < 70; i++)
        if (i % 10 != 9)
            died(i, i - i % 10 + 9, 10);
    born(0, (double)lround(270 * share));
    died(0, 60, (size_t)lround(270 * share));
    return !is_leak();
}

static void test_thresholds__low_points_of_what_is_kept_for_some_teeth(void **state)
{
    (void)state;
    HF_PIN(HF_LOW_POINT_ERRORS, 1.8, 2.3, low_points_stay);
    HF_PIN(HF_OUTLIVED_SHARE, 26.0 / 270, 28.0 / 270, older_died);
}

/* What is set up at the start comes at an uneven pace, by far the fastest in a window that happens to be very short. */
static void test_thresholds__a_spike_at_the_start_hides_no_leak(void **state)
{
    (void)state;
    begin(100, true);
    for (size_t i = 0; i < 100; i++) {
        at.seconds[i] = i == 0 ? 0.3 : i == 1 ? 0.31 : 0.6 + (double)(i - 2);
        born(i, i < 3 ? 400 : 5);
    }
    assert_true(is_leak());
    assert_true(shape.since_s > 0.5 && shape.since_s < 1);
}

/* First in, first out, at its highest just before the program releases all of it: it had stopped to grow long before. */
static void test_thresholds__a_full_store_is_released(void **state)
{
    (void)state;
    begin(60, true);
    for (size_t i = 0; i < 59; i++) {
        size_t blocks = i < 56 ? 100 : 130;
        born(i, (double)blocks);
        died(i, i + 10 < 59 ? i + 10 : 59, blocks);
    }
    judge();
    assert_int_equal(shape.verdict, HF_VERDICT_CHURN);
    assert_int_equal(shape.reason, HF_REASON_BATCH);
}

/* ---- one block that grows ------------------------------------------------------------------------- */

static bool is_doubling(size_t steps, double blocks)
{
    size_t next = 3;
    double size = 100;
    begin((size_t)3 << steps, false);
    for (size_t i = 0; i < at.count; i++) {
        if (i == next)
            next = 2 * next + 1, size *= 2;
        level(i, size);
        at.live_blocks[i] = blocks;
    }
    judge();
    return shape.reason == HF_REASON_GROWS_DOUBLING;
}

static bool steps_are_doubling(double steps)
{
    return is_doubling((size_t)steps, 1);
}

static bool blocks_are_too_many(double blocks)
{
    return !is_doubling(4, blocks);
}

static void test_thresholds__doubling(void **state)
{
    (void)state;
    HF_PIN(HF_DOUBLING_STEPS, 3, 4, steps_are_doubling);
    HF_PIN(HF_DOUBLING_BLOCKS + 1, 3, 4, blocks_are_too_many);
}

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

static bool leaks_in(double length, double blocks, double deaths_in_all)
{
    double gone[HF_WINDOWS_MAX];
    begin(41, true);
    for (size_t i = 0; i < 41; i++) {
        born(i, i < 40 ? blocks / 40 : 0);
        at.seconds[i] = length * (double)(i + 1) / 41;
        gone[i] = deaths_in_all * (double)(i + 1) / 41;
    }
    assert_true(is_leak());
    hf__shape_of_moment(&at, gone, &shape);
    assert_true(shape.verdict == HF_VERDICT_LEAK || shape.verdict == HF_VERDICT_UNDECIDED);
    return shape.verdict == HF_VERDICT_LEAK;
}

static bool is_no_moment(double length)
{
    return leaks_in(length, 5000, 50000);
}

static bool is_long_enough(double length)
{
    return leaks_in(length, 100, 10);
}

static bool blocks_leak_in_a_short_run(double blocks)
{
    return leaks_in(0.2, blocks, 50000);
}

static bool work_is_repeated(double share)
{
    return leaks_in(0.2, 5000, 5000 * share);
}

static void test_thresholds__short_runs(void **state)
{
    (void)state;
    HF_PIN(HF_MOMENT_S, 0.049, 0.051, is_no_moment);
    HF_PIN(HF_SHORT_RUN_S, 0.49, 0.51, is_long_enough);
    HF_PIN(HF_SHORT_BLOCKS, 990, 1010, blocks_leak_in_a_short_run);
    HF_PIN(HF_SHORT_TURNOVER, 0.98, 1.02, work_is_repeated);
}

/* ---- work and rest by turns ----------------------------------------------------------------------- */

/* Eight cycles of three windows of work, in which ten blocks each stay, and nine of rest. The program does so much while
 * it works, and while it rests such a share of the mean; the fourth cycle is longer by a part of it. */
static bool leaks_by_turns(double busy, double resting, double longer)
{
    static double activity[HF_WINDOWS_MAX];
    begin(96, true);
    for (size_t i = 0; i < 96; i++) {
        bool works = i % 12 < 3;
        born(i, works ? 10 : 0);
        activity[i] = works ? busy : busy * 0.25 * resting / (1 - 0.75 * resting);
        at.seconds[i] += i >= 47 ? 12 * longer : 0;
    }
    at.active = activity;
    return is_leak();
}

static bool is_no_rest(double share)
{
    return !leaks_by_turns(40, share, 0);
}

static bool cycles_differ(double part)
{
    assert_true(leaks_by_turns(40, 0, part) || part > HF_CYCLE_UNEVEN);
    return shape.rate_high > 1.001 * shape.rate_low; /* each cycle grows by the same */
}

static bool is_burst(double blocks)
{
    return leaks_by_turns(blocks / 3, 0, 0);
}

static void test_thresholds__work_by_turns(void **state)
{
    (void)state;
    HF_PIN(HF_REST_PACE, 0.095, 0.105, is_no_rest);
    HF_PIN(HF_CYCLE_UNEVEN, 0.49, 0.51, cycles_differ);
    HF_PIN(HF_BURST_BLOCKS, 9, 11, is_burst);
}

/* ---- low points of a saw -------------------------------------------------------------------------- */

static bool points_rise(size_t count, double peak, size_t falling, double later)
{
    double values[16] = { 1000 }, seconds[16] = { 0 };
    hf__floor floor;
    for (size_t i = 1; i < count; i++) {
        bool falls = i % 3 == 2 && i / 3 < falling;
        values[i] = values[i - 1] + (falls ? -1 : 2 * i <= count ? 10 : 10 * later);
        seconds[i] = (double)i;
    }
    return hf__floor_rises(values, seconds, count, peak, &floor);
}

static bool count_rises(double count)
{
    return points_rise((size_t)count, 100, 0, 1);
}

static bool share_rises(double share)
{
    return points_rise(13, 120 / share, 0, 1);
}

static bool steps_rise(double share)
{
    return points_rise(13, 100, (size_t)lround(12 * (1 - share)), 1);
}

static bool later_half_rises(double pace)
{
    return points_rise(13, 100, 0, pace);
}

static void test_thresholds__low_points(void **state)
{
    (void)state;
    HF_PIN(HF_FLOORS_MIN, 4, 5, count_rises);
    HF_PIN(HF_FLOOR_RISE, 0.098, 0.102, share_rises);
    HF_PIN(HF_FLOOR_RISING, 8.0 / 12, 9.0 / 12, steps_rise);
    HF_PIN(HF_PACE_LEAK, 0.74, 0.76, later_half_rises);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_thresholds__enough_blocks_and_windows),
        cmocka_unit_test(test_thresholds__cells),
        cmocka_unit_test(test_thresholds__falls),
        cmocka_unit_test(test_thresholds__deaths),
        cmocka_unit_test(test_thresholds__where_growth_begins),
        cmocka_unit_test(test_thresholds__growth),
        cmocka_unit_test(test_thresholds__errors_of_the_pace),
        cmocka_unit_test(test_thresholds__student),
        cmocka_unit_test(test_thresholds__turnover),
        cmocka_unit_test(test_thresholds__survivors),
        cmocka_unit_test(test_thresholds__low_points_of_what_is_kept_for_some_teeth),
        cmocka_unit_test(test_thresholds__a_spike_at_the_start_hides_no_leak),
        cmocka_unit_test(test_thresholds__a_full_store_is_released),
        cmocka_unit_test(test_thresholds__doubling),
        cmocka_unit_test(test_thresholds__activity),
        cmocka_unit_test(test_thresholds__short_runs),
        cmocka_unit_test(test_thresholds__work_by_turns),
        cmocka_unit_test(test_thresholds__low_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
