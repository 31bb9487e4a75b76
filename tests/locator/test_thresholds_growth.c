/* test_thresholds_growth.c - thresholds of growth: how much is enough, where it begins, how even and how steady it is. */
#include "series_by_hand.h"
#include "statistics.h"

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

/* ---- a faster start ------------------------------------------------------------------------------- */

/* 100 windows, of which the last `rest` go at one pace, and those before it 1.35 times as fast. */
static bool leaks_after_a_head(double rest)
{
    begin(101, true);
    for (size_t i = 0; i < 101; i++)
        born(i, i < 100 - (size_t)lround(100 * rest) ? 1350 : 1000);
    return is_leak();
}

/* The pace after a faster start ends at 0.85, ever more roughly: it must be above its limit by its error. */
static void test_thresholds__a_faster_start(void **state)
{
    (void)state;
    HF_PIN(HF_HEAD_REST, 0.40, 0.55, leaks_after_a_head);
    int leaks = 0, open = 0;
    double least = HUGE_VAL;
    for (int rough = 0; rough < 60; rough++) {
        begin(101, true);
        for (size_t i = 0; i < 101; i++)
            born(i, (i < 20 ? 1400 : 1000 - 150 * (double)(i - 20) / 80) * (1 + ((i / 5) % 2 == 0 ? 0.004 : -0.004) * rough));
        bool leak = is_leak();
        leaks += leak, open += !leak;
        if (!leak)
            continue;
        double share = (shape.until_s - shape.since_s) / shape.until_s;
        assert_true(shape.since_s > 15 && shape.since_s < 25);
        least = fmin(least, (shape.pace_end - pow(HF_PACE_LEAK, share)) / shape.pace_error);
    }
    assert_true(leaks > 5 && open > 5);
    assert_true(HF_HEAD_ERRORS <= least && least < HF_HEAD_ERRORS + 0.2 && least > 0.9 && least < 1.2);
}

/* 64 windows of which the first 16 went 1.4 times as fast, or all fall by as much evenly; so much of the one, the rest of
 * the other, and a ripple. The odds of a start are those of the two fits. */
static void test_thresholds__odds_of_a_faster_start(void **state)
{
    (void)state;
    double least = HUGE_VAL, most = -HUGE_VAL;
    int leaks = 0, open = 0;
    for (int mix = 0; mix <= 100; mix++) {
        double pace[64], sum = 0, squares = 0, xx = 0, xy = 0, gain = 0, head = 0;
        begin(65, true);
        for (int i = 0; i < 65; i++) {
            double start = i < 16 ? 1400 : 1000, line = 1290 - 360 * (i + 0.5) / 64, share = mix / 100.0;
            double value = (share * start + (1 - share) * line) * (i % 2 == 0 ? 1.06 : 0.94);
            born((size_t)i, value);
            if (i < 64)
                pace[i] = value, sum += value;
        }
        for (int i = 0; i < 64; i++) {
            double off = i - 31.5;
            squares += (pace[i] - sum / 64) * (pace[i] - sum / 64);
            xx += off * off, xy += off * pace[i];
            head += pace[i];
            double faster = head / (i + 1) - (sum - head) / (63 - i);
            if (i < 32)
                gain = fmax(gain, (i + 1) * (63 - i) / 64.0 * faster * faster);
        }
        double odds = 32 * log((squares - xy * xy / xx) / (squares - gain));
        bool leak = is_leak();
        leaks += leak, open += !leak;
        if (leak)
            least = fmin(least, odds);
        else
            most = fmax(most, odds);
    }
    assert_true(leaks > 5 && open > 5);
    assert_true(most < HF_HEAD_ODDS && HF_HEAD_ODDS <= least);
    assert_true(most > 2.4 && least < 3.6);
}

static void test_thresholds__student(void **state)
{
    (void)state;
    for (size_t freedom = 3; freedom < 40; freedom++) {
        assert_true(fabs(hf__t_below(hf__t_quantile(HF_T_99_ONE_SIDED, freedom), freedom) - 0.99) < 0.005);
        assert_true(fabs(hf__t_below(hf__t_quantile(HF_T_95_TWO_SIDED, freedom), freedom) - 0.975) < 0.01);
    }
}

/* Growth that becomes ever faster has no beginning: its rate is the mean over all of it. One that begins late has one. */
static void test_thresholds__growth_that_becomes_faster(void **state)
{
    (void)state;
    begin(100, true);
    for (size_t i = 0; i < 100; i++)
        born(i, 10 * (double)(i + 1));
    assert_true(is_leak());
    assert_true(shape.since_s < 1 && fabs(shape.rate - 505 * EACH) < 20 * EACH && shape.pace_end > 5);
    begin(100, true);
    for (size_t i = 0; i < 100; i++)
        born(i, i < 50 ? 10 : 1000);
    assert_true(is_leak());
    assert_true(shape.since_s > 49 && shape.since_s < 51 && fabs(shape.rate - 1000 * EACH) < 20 * EACH);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_thresholds__enough_blocks_and_windows),
        cmocka_unit_test(test_thresholds__cells),
        cmocka_unit_test(test_thresholds__where_growth_begins),
        cmocka_unit_test(test_thresholds__growth),
        cmocka_unit_test(test_thresholds__errors_of_the_pace),
        cmocka_unit_test(test_thresholds__a_faster_start),
        cmocka_unit_test(test_thresholds__odds_of_a_faster_start),
        cmocka_unit_test(test_thresholds__growth_that_becomes_faster),
        cmocka_unit_test(test_thresholds__student),
        cmocka_unit_test(test_thresholds__a_spike_at_the_start_hides_no_leak),
        cmocka_unit_test(test_thresholds__work_by_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
