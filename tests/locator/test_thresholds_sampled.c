/* test_thresholds_sampled.c - thresholds of sampling: findings held against the exact count, which is made by hand, too. */
#include "model_by_hand.h"
#include "calibrate.h"
#include "room.h"

/* ---- findings and the exact count ----------------------------------------------------------------- */

enum { WINDOWS = 100, GROWTH = 99000 }; /* of the whole, 1000 in each window */

/* The exact count after each window: even growth, and after `fallen` of the run less than half is left. */
static void count_grows(double fallen)
{
    for (int w = 0; w < WINDOWS; w++) {
        hf__memory memory = HF_MEMORY_UNKNOWN;
        memory.usable_live = w + 1 > fallen * WINDOWS ? 400 * WINDOWS : 1000 * (w + 1);
        window_ends(w, &memory);
    }
    judgement.windows = WINDOWS;
    judgement.reference = WINDOWS - 1;
    judgement.seconds = WINDOWS;
}

/* A finding that grew by a part of the whole, in blocks of which the allocator rounds nothing. */
static hf__finding found(hf__verdict verdict, double part, double samples)
{
    double bytes = GROWTH * part, seconds = WINDOWS - 1;
    hf__shape shape = { .verdict = verdict, .reason = verdict == HF_VERDICT_LEAK ? HF_REASON_GROWS : HF_REASON_NOISY,
                        .growth_bytes = bytes, .growth_blocks = bytes / 1000, .rate = bytes / seconds, .rate_low = bytes / seconds,
                        .rate_high = bytes / seconds, .since_s = 1, .until_s = WINDOWS, .samples = samples,
                        .sampling_error = 0.2, .pace_end = 1, .peak_bytes = bytes };
    return (hf__finding){ .shape = shape, .verdict = verdict, .kind = HF_PATH_HEAP };
}

static void put(bool open, hf__finding finding)
{
    if (open) {
        assert_true(HF_RESERVE(judgement.findings, judgement.findings_room, judgement.findings_count + 1));
        judgement.findings[judgement.findings_count++] = finding;
    } else {
        assert_true(HF_RESERVE(judgement.dismissed, judgement.dismissed_room, judgement.dismissed_count + 1));
        judgement.dismissed[judgement.dismissed_count++] = finding;
    }
}

/* How many places are named, of two that were dismissed: the first of so large a part of the growth, and the second. */
static size_t named(double first, double second, double samples)
{
    begin(true, true);
    count_grows(1);
    put(false, found(HF_VERDICT_STEADY, first, 50));
    put(false, found(HF_VERDICT_STEADY, second, samples));
    assert_true(hf__calibrate_candidates(&model, &judgement));
    size_t count = judgement.findings_count;
    end();
    return count;
}

static bool whole_is_accounted_for(double part)
{
    return named(part, 0.15, 50) == 1;
}

static bool part_is_named(double part)
{
    return named(0.5, part, 50) == 2;
}

static bool samples_are_named(double samples)
{
    return named(0.5, 0.2, samples) == 2;
}

static void test_thresholds__what_accounts_for_the_whole(void **state)
{
    (void)state;
    HF_PIN(HF_CALIBRATE_WHOLE, 0.78, 0.81, whole_is_accounted_for);
    HF_PIN(HF_CALIBRATE_PART, 0.095, 0.105, part_is_named);
    HF_PIN(HF_SAMPLES_MIN, 1, 2, samples_are_named);
}

/* Profiles: the whole has grown by such a part of what a leak claims. Is it a leak still? */
static bool claim_stands(double part)
{
    begin(false, true);
    count_grows(1);
    put(true, found(HF_VERDICT_LEAK, 1 / part, 50));
    assert_true(hf__calibrate(&model, &judgement));
    size_t count = judgement.findings_count;
    end();
    return count == 1;
}

/* A recording: a leak accounts for such a part of the whole. Is its rate its own, and not that of the whole? */
static bool has_own_rate(double part, double sampling_error)
{
    begin(true, true);
    count_grows(1);
    put(true, found(HF_VERDICT_LEAK, part, 50));
    judgement.findings[0].shape.sampling_error = sampling_error;
    double own = judgement.findings[0].shape.rate;
    assert_true(hf__calibrate(&model, &judgement));
    bool same = judgement.findings_count == 1 && judgement.findings[0].shape.rate == own;
    end();
    return same;
}

static bool part_has_the_rate_of_the_whole(double part)
{
    return !has_own_rate(part, 0.2);
}

static bool error_is_too_large(double error)
{
    return !has_own_rate(0.9, error);
}

static bool samples_leak(double samples)
{
    begin(true, true);
    count_grows(1);
    put(true, found(HF_VERDICT_LEAK, 1, samples));
    assert_true(hf__calibrate(&model, &judgement));
    bool leaks = judgement.findings[0].verdict == HF_VERDICT_LEAK;
    end();
    return leaks;
}

/* The whole fell at the end, for such a part of the run: did it leak before, so that there is something to name? */
static bool is_more_than_tidying(double share)
{
    begin(true, true);
    count_grows(1 - share);
    put(false, found(HF_VERDICT_STEADY, 0.5, 50));
    assert_true(hf__calibrate_candidates(&model, &judgement));
    size_t count = judgement.findings_count;
    end();
    return count == 0;
}

static void test_thresholds__held_against_the_whole(void **state)
{
    (void)state;
    HF_PIN(HF_CALIBRATE_AGREE, 0.49, 0.51, claim_stands);
    HF_PIN(HF_CALIBRATE_AGREE, 0.48, 0.53, part_has_the_rate_of_the_whole);
    HF_PIN(HF_PRECISE, 0.069, 0.071, error_is_too_large);
    HF_PIN(HF_SAMPLES_LEAK, 9, 10, samples_leak);
    HF_PIN(HF_TIDY_SHARE, 0.085, 0.115, is_more_than_tidying);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_thresholds__what_accounts_for_the_whole),
        cmocka_unit_test(test_thresholds__held_against_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
