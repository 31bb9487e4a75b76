/* test_thresholds_turnover.c - thresholds of what comes and goes: turnover, backlogs, survivors, and what is kept for some teeth of a saw. */
#include "series_by_hand.h"

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

/* 20 blocks stay, born one in every third window; as many others as the share says died at the age of the oldest of them,
 * in some time before. */
static bool only_live_long(double share)
{
    begin(60, true);
    for (size_t i = 0; i < 60; i += 3)
        born(i, 1);
    born(0, 20 * share);
    died(0, 59, (size_t)lround(20 * share));
    return !is_leak();
}

/* A table that is moved to one of twice the size beside the entries that lie in it: so many windows, of ten entries each. */
static bool leaks_beside_table(double entries)
{
    begin(61, true);
    for (size_t i = 0; i < 61; i++)
        born(i, entries);
    for (size_t i = 1, before = 0; i < 61; before = i, i *= 2) {
        at.born_blocks[i] += 1, at.born_bytes[i] += 20000.0 * (double)i;
        if (before == 0)
            continue;
        at.died_blocks[i] += 1, at.died_bytes[i] += 20000.0 * (double)before;
        deaths[at.deaths_count++] = (hf__death){ .born = (uint16_t)before, .died = (uint16_t)i, .bytes = 20000 * before, .blocks = 1 };
    }
    double blocks = 0, bytes = 0;
    for (size_t i = 0; i < 61; i++) {
        at.live_blocks[i] = blocks += at.born_blocks[i] - at.died_blocks[i];
        at.live_bytes[i] = bytes += at.born_bytes[i] - at.died_bytes[i];
    }
    hf__shape_of(&at, &shape);
    return shape.verdict == HF_VERDICT_LEAK;
}

static void test_thresholds__entries_beside_their_table(void **state)
{
    (void)state;
    assert_true(leaks_beside_table(10));
    assert_true(shape.rate_low <= 10 * EACH + 20000 && shape.rate_high >= 10 * EACH + 10000); /* with the room in the table */
}

static void test_thresholds__few_that_live_long(void **state)
{
    (void)state;
    HF_PIN(HF_OUTLIVED_SHARE, 0.05, 0.15, only_live_long);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_thresholds__turnover),
        cmocka_unit_test(test_thresholds__few_that_live_long),
        cmocka_unit_test(test_thresholds__entries_beside_their_table),
        cmocka_unit_test(test_thresholds__survivors),
        cmocka_unit_test(test_thresholds__low_points_of_what_is_kept_for_some_teeth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
