/* test_thresholds_found.c - each threshold on findings, by two programs on either side of it.
 *
 * Models are made by hand: for each window, what a path asks for and gives back. Where findings are held
 * against the exact count, these are made by hand, too. */
#include "pin.h"

#include <math.h>
#include <string.h>

#include "baseline.h"
#include "calibrate.h"
#include "findings.h"
#include "gather.h"
#include "hypothesis.h"
#include "merge.h"
#include "reconcile.h"
#include "room.h"

enum { PATHS_MAX = 4 };

static hf__model     model;
static hf__judgement judgement;
static int64_t       held[PATHS_MAX], held_bytes[PATHS_MAX];

static void begin(bool has_cohorts, bool sampled)
{
    memset(held, 0, sizeof held);
    memset(held_bytes, 0, sizeof held_bytes);
    memset(&judgement, 0, sizeof judgement);
    assert_int_equal(hf__model_init(&model, NULL), HF_OK);
    model.has_cohorts = has_cohorts;
    model.sampled = sampled;
}

/* "make<put<main": functions of the program's own, the innermost first. */
static uint32_t path_of(const char *stack)
{
    uint32_t frame = 0;
    for (size_t end = strlen(stack); end > 0;) {
        size_t first = end;
        while (first > 0 && stack[first - 1] != '<')
            first--;
        uint32_t name = hf__model_text(&model, hf_text_of(stack + first, end - first));
        frame = hf__model_frame(&model, frame, hf__model_function(&model, name, 0, 0, HF_ORIGIN_OWN), 1);
        end = first > 0 ? first - 1 : 0;
    }
    return hf__model_path(&model, frame, HF_PATH_HEAP);
}

static void goes_on(uint32_t path, int64_t born, int64_t died, int64_t each)
{
    held[path] += born - died;
    held_bytes[path] += (born - died) * each;
    hf__model_point(&model, path, held_bytes[path], held[path], (uint64_t)(born * each), (uint64_t)born, (uint64_t)(died * each),
                    (uint64_t)died);
}

static void window_ends(int number, const hf__memory *memory)
{
    static const hf__memory unknown = { -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 };
    hf__model_checkpoint(&model, number + 1, memory != NULL ? memory : &unknown, 0);
}

static void judge(void)
{
    assert_int_equal(hf__model_seal(&model, NULL), HF_OK);
    assert_int_equal(hf__judge(&model, NULL, &judgement, NULL), HF_OK);
}

static void end(void)
{
    hf__judgement_release(&judgement);
    hf__model_release(&model);
}

/* ---- blame and merging ---------------------------------------------------------------------------- */

/* get and put ask make for blocks; what get keeps, it keeps from its beginning on. */
static bool blame_moves(double given_back)
{
    begin(true, false);
    uint32_t get = path_of("make<get<main"), put = path_of("make<put<main");
    for (int w = 0; w < 41; w++) {
        goes_on(get, w == 0 ? 1000 - 40 * 10 : 10, w == 0 ? lround(given_back * 1000) - 40 * 10 : 10, 100);
        goes_on(put, 100, 0, 100);
        window_ends(w, NULL);
    }
    judge();
    bool moved = judgement.findings_count == 1 && judgement.findings[0].other != HF_NONE;
    end();
    return moved;
}

/* Two places that each grow by 10000 blocks, apart by so much of it after a quarter of the time. */
static size_t findings_of(const char *one, const char *other, double apart)
{
    begin(true, false);
    uint32_t left = path_of(one), right = path_of(other);
    int64_t more = lround(apart * 400);
    for (int w = 0; w < 100; w++) {
        goes_on(left, 100, 0, 100);
        goes_on(right, w / 25 % 2 == 0 ? 100 - more : 100 + more, 0, 100);
        window_ends(w, NULL);
    }
    judge();
    size_t count = judgement.findings_count;
    assert_true(count > 0 && judgement.findings[0].verdict == HF_VERDICT_LEAK);
    end();
    return count;
}

static bool callee_is_another_bug(double apart)
{
    return findings_of("put<serve<main", "part<put<serve<main", apart) == 2;
}

static bool parts_are_two_bugs(double apart)
{
    return findings_of("make_name<make_user<serve<main", "make_mail<make_user<serve<main", apart) == 2;
}

static void test_thresholds__blame(void **state)
{
    (void)state;
    HF_PIN(HF_GIVES_BACK, 0.89, 0.91, blame_moves);
    HF_PIN(HF_COURSE_APART_MAX, 0.115, 0.125, callee_is_another_bug);
    HF_PIN(HF_LOCKSTEP_MAX, 0.0175, 0.0225, parts_are_two_bugs);
}

/* Nine blocks, one by one, are undecided; beside them a table of so many bytes. */
static bool is_mentioned(int64_t each, int64_t table)
{
    begin(true, false);
    uint32_t slow = path_of("note<main"), once = path_of("load<main");
    for (int w = 0; w < 36; w++) {
        goes_on(slow, w % 4 == 2, 0, each);
        if (w == 0)
            goes_on(once, 1, 0, table);
        window_ends(w, NULL);
    }
    judge();
    assert_true(judgement.findings_count == 0 || judgement.findings[0].verdict == HF_VERDICT_UNDECIDED);
    bool mentioned = judgement.findings_count == 1;
    end();
    return mentioned;
}

static bool bytes_are_mentioned(double bytes)
{
    return is_mentioned(lround(bytes / 9), 1000);
}

static bool share_is_mentioned(double share)
{
    return is_mentioned(5000, lround(9 * 5000 / share));
}

static void test_thresholds__what_is_mentioned(void **state)
{
    (void)state;
    HF_PIN(HF_SMALL_BYTES, 9 * 113, 9 * 114, bytes_are_mentioned);
    HF_PIN(HF_SMALL_SHARE, 0.0049, 0.0051, share_is_mentioned);
}

static bool is_taken_out_of_a_store(double share)
{
    hf__finding finding = { .verdict = HF_VERDICT_LEAK, .function = HF_NONE, .other = HF_NONE,
                            .shape = { .reason = HF_REASON_GROWS, .kept_share = 0.5, .taken_out_share = share } };
    hf__words words;
    hf__explain(&model, &judgement, &finding, &words);
    return strstr(words.next, "eviction") != NULL;
}

static bool is_faster(double factor)
{
    hf__baseline_entry entry = { 7, 1000 };
    hf__baseline baseline = { .entries = &entry, .count = 1 };
    hf__finding finding = { .verdict = HF_VERDICT_LEAK, .fingerprint = 7,
                            .shape = { .rate = 1000 * factor + 1, .rate_low = 1000 * factor } };
    return !hf__baseline_knows(&baseline, &finding);
}

static void test_thresholds__words_and_baselines(void **state)
{
    (void)state;
    HF_PIN(HF_STORE_SHARE, 0.49, 0.51, is_taken_out_of_a_store);
    HF_PIN(HF_BASELINE_FASTER, 1.24, 1.26, is_faster);
}

/* ---- a machine without time ----------------------------------------------------------------------- */

/* Growth is even by what the program does, and slows down in time, while it is kept waiting for so much of it. */
static bool leaks_though_it_waits(double share)
{
    double now = 0;
    begin(true, false);
    uint32_t put_path = path_of("put<main"), work = path_of("work<main");
    for (int w = 0; w < 100; w++) {
        goes_on(put_path, 100, 0, 100);
        goes_on(work, 1000, 1000, 100);
        now += 1 + 0.02 * w;
        hf__model_checkpoint(&model, now, &HF_MEMORY_UNKNOWN, 0);
    }
    model.waited_s = share * now;
    judge();
    bool leaks = judgement.verdict == HF_VERDICT_LEAK;
    end();
    return leaks;
}

static bool waiting_is_told(double share)
{
    hf__finding finding = { .verdict = HF_VERDICT_UNDECIDED, .function = HF_NONE, .other = HF_NONE,
                            .shape = { .reason = HF_REASON_MAYBE_FULL, .more_s = 10 } };
    hf__model waiting = { .waited_s = share * 10 };
    hf__judgement of = { .seconds = 10 };
    hf__words words;
    hf__explain(&waiting, &of, &finding, &words);
    return strstr(words.next, "kept waiting for a processor") != NULL;
}

static void test_thresholds__waiting(void **state)
{
    (void)state;
    HF_PIN(HF_WAITED_SHARE, 0.19, 0.21, leaks_though_it_waits);
    HF_PIN(HF_WAITED_SHARE, 0.19, 0.21, waiting_is_told);
}

/* ---- fragmentation -------------------------------------------------------------------------------- */

/* From a window on, of 40, the allocator holds so many bytes, and so large a share of them is free. */
static bool is_fragmented(int64_t bytes, double share, int since)
{
    begin(true, false);
    uint32_t path = path_of("load<main");
    for (int w = 0; w < 40; w++) {
        hf__memory memory = HF_MEMORY_UNKNOWN;
        memory.allocator_held = bytes;
        memory.allocator_live = w < since ? bytes : bytes - lround(share * (double)bytes);
        goes_on(path, w == 0 ? 100 : 0, 0, 1000);
        window_ends(w, &memory);
    }
    judge();
    bool found = judgement.findings_count == 1 && judgement.findings[0].verdict == HF_VERDICT_FRAGMENTATION;
    end();
    return found;
}

static bool share_is_fragmented(double share)
{
    return is_fragmented(100 << 20, share, 10);
}

static bool bytes_are_fragmented(double free_bytes)
{
    return is_fragmented(lround(free_bytes / 0.8), 0.8, 10);
}

static bool time_is_fragmented(double share)
{
    return is_fragmented(100 << 20, 0.8, 39 - (int)(share * 40));
}

static void test_thresholds__fragmentation(void **state)
{
    (void)state;
    HF_PIN(HF_FRAGMENTED_SHARE, 0.49, 0.51, share_is_fragmented);
    HF_PIN(HF_FRAGMENTED_BYTES, 4100000, 4300000, bytes_are_fragmented);
    HF_PIN(HF_FRAGMENTED_TIME, 0.23, 0.25, time_is_fragmented);
}

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
        cmocka_unit_test(test_thresholds__blame),
        cmocka_unit_test(test_thresholds__what_is_mentioned),
        cmocka_unit_test(test_thresholds__words_and_baselines),
        cmocka_unit_test(test_thresholds__waiting),
        cmocka_unit_test(test_thresholds__fragmentation),
        cmocka_unit_test(test_thresholds__what_accounts_for_the_whole),
        cmocka_unit_test(test_thresholds__held_against_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
