/* test_thresholds_drops.c - thresholds of falls: what is a drop, a release as a whole, a saw, and its low points. */
#include "series_by_hand.h"
#include "floor.h"

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

/* Grows to window `peak`, falls to `share` of that, and is held until it is released as a whole. */
static bool is_held(size_t windows, size_t peak, double share)
{
    size_t gone = (size_t)lround((1 - share) * 10 * (double)(peak + 1)), left = gone;
    begin(windows, true);
    for (size_t i = 0; i <= peak; i++) {
        size_t first = left < 10 ? left : 10;
        born(i, 10);
        died(i, peak + 1, first);
        died(i, windows - 1, 10 - first);
        left -= first;
    }
    judge();
    return shape.reason == HF_REASON_BATCH;
}

static bool is_held_by(double share)
{
    return is_held(100, 70, share);
}

static bool is_held_for(double time)
{
    return is_held(100, 98 - (size_t)lround(time * 100), 0.95);
}

/* What has its highest moment by chance, and stands until it is released, had stopped to grow. */
static void test_thresholds__held_before_a_release(void **state)
{
    (void)state;
    HF_PIN(HF_HELD_SHARE, 0.84, 0.86, is_held_by);
    HF_PIN(HF_HELD_TIME, 0.19, 0.20, is_held_for);
}

/* ---- room in advance --------------------------------------------------------------------------------- */

/* What lies in it grows evenly. Whenever it is full, it becomes so many times as large, by so many blocks more. */
static bool is_doubling(size_t steps, double by, double blocks)
{
    double room = 3, held = 1;
    begin((size_t)(3 * pow(by, (double)steps)), false);
    for (size_t i = 0; i < at.count; i++) {
        if ((double)(i + 1) > room)
            room *= by, held += blocks;
        level(i, room);
        at.live_blocks[i] = held;
    }
    judge();
    return shape.reason == HF_REASON_GROWS_DOUBLING;
}

static bool steps_are_doubling(double steps)
{
    return is_doubling((size_t)steps, 2, 0);
}

static bool blocks_are_too_many(double blocks)
{
    return !is_doubling(4, 2, blocks);
}

/* One block more after 10 windows, after 13 more, and so on: some rarer thing each time, and no room in advance. */
static bool is_rarer(double size_ratio)
{
    double next = 10, gap = 10, size = 1, held = 3;
    begin(70, false);
    for (size_t i = 0; i < at.count; i++) {
        if ((double)i >= next)
            next += gap *= 1.3, held += size, size *= size_ratio;
        level(i, held);
        at.live_blocks[i] = 1;
    }
    judge();
    return shape.reason == HF_REASON_GROWS_DOUBLING;
}

static void test_thresholds__doubling(void **state)
{
    (void)state;
    HF_PIN(HF_DOUBLING_STEPS, 3, 4, steps_are_doubling);
    HF_PIN(HF_DOUBLING_BLOCKS + 1, 3, 4, blocks_are_too_many);
    assert_true(is_doubling(8, 1.5, 1)); /* a region that gets a larger block besides */
    assert_true(is_rarer(1.5) && !is_rarer(1));
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
        cmocka_unit_test(test_thresholds__falls),
        cmocka_unit_test(test_thresholds__deaths),
        cmocka_unit_test(test_thresholds__a_full_store_is_released),
        cmocka_unit_test(test_thresholds__held_before_a_release),
        cmocka_unit_test(test_thresholds__doubling),
        cmocka_unit_test(test_thresholds__low_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
