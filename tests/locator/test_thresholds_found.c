/* test_thresholds_found.c - thresholds on findings: blame, merging, what is worth a word, a machine without time, fragmentation. */
#include "model_by_hand.h"
#include "baseline.h"
#include "gather.h"
#include "hypothesis.h"
#include "merge.h"
#include "reconcile.h"

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

/* Nine blocks (goroutines), one by one, are undecided; beside them a table of so many bytes. Goroutines are known of
 * profiles, which have no cohorts. */
static bool is_mentioned(hf__path_kind kind, int64_t each, int64_t table)
{
    begin(kind == HF_PATH_HEAP, false);
    uint32_t slow = path_of_kind("note<main", kind), once = path_of("load<main");
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
    return is_mentioned(HF_PATH_HEAP, lround(bytes / 9), 1000);
}

static bool share_is_mentioned(double share)
{
    return is_mentioned(HF_PATH_HEAP, 5000, lround(9 * 5000 / share));
}

/* A goroutine counts as so many bytes at least. */
static bool goroutines_are_not_mentioned(double bytes)
{
    return !is_mentioned(HF_PATH_GOROUTINE, 0, lround(9 * bytes / HF_SMALL_SHARE));
}

static void test_thresholds__what_is_mentioned(void **state)
{
    (void)state;
    HF_PIN(HF_SMALL_BYTES, 9 * 113, 9 * 114, bytes_are_mentioned);
    HF_PIN(HF_SMALL_SHARE, 0.0049, 0.0051, share_is_mentioned);
    HF_PIN(HF_GOROUTINE_BYTES, 2040, 2060, goroutines_are_not_mentioned);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_thresholds__blame),
        cmocka_unit_test(test_thresholds__what_is_mentioned),
        cmocka_unit_test(test_thresholds__words_and_baselines),
        cmocka_unit_test(test_thresholds__waiting),
        cmocka_unit_test(test_thresholds__fragmentation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
