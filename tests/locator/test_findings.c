/* test_findings.c - blame, merging, recursion and baselines on small models made by hand. */
#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baseline.h"
#include "findings.h"
#include "hypothesis.h"
#include "live.h"
#include "room.h"
#include "view.h"

enum { WINDOWS = 40, FRAMES_MAX = 8 };

typedef struct world {
    hf__model model;
    hf__live  live;
    uint64_t  next;
} world;

static void begin(world *at)
{
    memset(at, 0, sizeof *at);
    assert_int_equal(hf__model_init(&at->model, NULL), HF_OK);
    assert_int_equal(hf__live_init(&at->live, &at->model, NULL), HF_OK);
    at->model.has_cohorts = true;
}

/* "malloc<xmalloc<put<main": the innermost first. malloc is an allocator, std:: a library. */
static uint32_t path_of(world *at, const char *stack, hf__path_kind kind)
{
    const char *names[FRAMES_MAX];
    size_t lengths[FRAMES_MAX], count = 0;
    for (const char *name = stack; count < FRAMES_MAX;) {
        names[count] = name;
        lengths[count] = strcspn(name, "<");
        name += lengths[count++];
        if (*name++ == 0)
            break;
    }
    uint32_t frame = 0;
    for (size_t i = count; i-- > 0;) {
        hf_text name = hf_text_of(names[i], lengths[i]);
        hf__origin origin = hf_text_equal(name, HF_T("malloc")) ? HF_ORIGIN_ALLOCATOR
                            : strncmp(names[i], "std::", 5) == 0 ? HF_ORIGIN_LIBRARY : HF_ORIGIN_OWN;
        uint32_t file = hf__model_text(&at->model, HF_T("/srv/f.c"));
        frame = hf__model_frame(&at->model, frame, hf__model_function(&at->model, hf__model_text(&at->model, name), file, 7, origin), 10);
    }
    return hf__model_path(&at->model, frame, kind);
}

static void leak(world *at, const char *stack, size_t size)
{
    hf__live_born(&at->live, at->next += 16, size, path_of(at, stack, HF_PATH_HEAP), HF_LIVE_WEIGHT_ONE);
}

static void borrow(world *at, const char *stack, size_t size)
{
    leak(at, stack, size);
    hf__live_died(&at->live, at->next);
}

static void window(world *at, int number)
{
    hf__live_checkpoint(&at->live, number + 1, &HF_MEMORY_UNKNOWN, 0);
}

static hf__judgement judge(world *at, const hf__judge_options *options)
{
    hf__judgement judgement;
    assert_int_equal(hf__model_seal(&at->model, NULL), HF_OK);
    assert_int_equal(hf__judge(&at->model, options, &judgement, NULL), HF_OK);
    return judgement;
}

static void end(world *at, hf__judgement *judgement)
{
    hf__judgement_release(judgement);
    hf__live_release(&at->live);
    hf__model_release(&at->model);
}

static void expect_function(const world *at, const hf__finding *finding, const char *name)
{
    hf_text said = hf__function_name(&at->model, finding->function);
    if (!hf_text_equal(said, hf_text_from_cstr(name)))
        fail_msg("%.*s was named, %s was expected", HF_ARG(said), name);
}

/* Laid at the part that grows by most, with the caller that makes both. */
static void expect_part(const world *at, const hf__finding *finding, const char *name, const char *caller)
{
    expect_function(at, finding, name);
    hf_text said = hf__function_name(&at->model, finding->caller);
    if (!hf_text_equal(said, hf_text_from_cstr(caller)))
        fail_msg("under %.*s, %s was expected", HF_ARG(said), caller);
}

static void test_findings__wrappers_and_libraries_are_not_blamed(void **state)
{
    (void)state;
    world at;
    begin(&at);
    for (int w = 0; w < WINDOWS; w++) {
        leak(&at, "malloc<std::vector::grow<put<main", 100);
        window(&at, w);
    }
    hf__judgement judgement = judge(&at, NULL);
    assert_int_equal(judgement.verdict, HF_VERDICT_LEAK);
    assert_int_equal(judgement.findings_count, 1);
    expect_function(&at, &judgement.findings[0], "put");
    assert_true(judgement.findings[0].shape.rate > 95 && judgement.findings[0].shape.rate < 105);
    end(&at, &judgement);
}

static void test_findings__blame_moves_to_the_caller_that_grows(void **state)
{
    (void)state;
    world at;
    begin(&at);
    for (int w = 0; w < WINDOWS; w++) {
        for (int i = 0; i < 5; i++)
            borrow(&at, "malloc<make<get<main", 100);
        if (w >= WINDOWS / 2)
            leak(&at, "malloc<make<put<main", 100);
        else
            borrow(&at, "malloc<make<put<main", 100);
        window(&at, w);
    }
    hf__judgement judgement = judge(&at, NULL);
    assert_int_equal(judgement.findings_count, 1);
    expect_function(&at, &judgement.findings[0], "put");
    assert_true(judgement.findings[0].shape.since_s > WINDOWS / 2 - 3 && judgement.findings[0].shape.since_s < WINDOWS / 2 + 3);
    assert_true(hf_text_equal(hf__function_name(&at.model, judgement.findings[0].other), HF_T("get")));
    assert_true(hf_text_equal(hf__function_name(&at.model, judgement.findings[0].site), HF_T("make")));
    hf__words words;
    hf__explain(&at.model, &judgement, &judgement.findings[0], &words);
    assert_non_null(strstr(words.hypothesis, "get"));
    end(&at, &judgement);
}

static void test_findings__when_all_callers_grow_the_callee_is_blamed(void **state)
{
    (void)state;
    world at;
    begin(&at);
    for (int w = 0; w < WINDOWS; w++) {
        leak(&at, "malloc<make<get<main", 100);
        leak(&at, "malloc<make<put<main", 100);
        window(&at, w);
    }
    hf__judgement judgement = judge(&at, NULL);
    assert_int_equal(judgement.findings_count, 1);
    expect_function(&at, &judgement.findings[0], "make");
    end(&at, &judgement);
}

static void test_findings__recursion_is_one_finding_with_its_depth(void **state)
{
    (void)state;
    world at;
    begin(&at);
    for (int w = 0; w < WINDOWS; w++) {
        leak(&at, "malloc<copy<main", 100);
        leak(&at, "malloc<copy<copy<main", 100);
        leak(&at, "malloc<copy_text<copy<copy<copy<main", 30);
        window(&at, w);
    }
    hf__judgement judgement = judge(&at, NULL);
    assert_int_equal(judgement.findings_count, 1);
    expect_function(&at, &judgement.findings[0], "copy");
    assert_int_equal(judgement.findings[0].depth_max, 3);
    assert_int_equal(judgement.findings[0].merged, 1);
    assert_true(judgement.findings[0].shape.rate > 220 && judgement.findings[0].shape.rate < 240);
    uint32_t functions[8];
    assert_int_equal(hf__folded_stack(&at.model, judgement.findings[0].path, true, functions, 8), 2);
    end(&at, &judgement);
}

static void test_findings__parts_made_together_are_one_and_strangers_are_two(void **state)
{
    (void)state;
    world at;
    begin(&at);
    for (int w = 0; w < WINDOWS; w++) {
        leak(&at, "malloc<make_name<make_user<serve<main", 40);
        leak(&at, "malloc<make_mail<make_user<serve<main", 60);
        if (w % 3 == 0 || w > 30)
            leak(&at, "malloc<keep_header<serve<main", 500);
        window(&at, w);
    }
    hf__judgement judgement = judge(&at, NULL);
    assert_int_equal(judgement.findings_count, 2);
    for (size_t i = 0; i < 2; i++)
        if (judgement.findings[i].merged > 0)
            expect_part(&at, &judgement.findings[i], "make_mail", "make_user");
        else
            expect_function(&at, &judgement.findings[i], "keep_header");
    end(&at, &judgement);
}

static void test_findings__focus_raises_blame(void **state)
{
    (void)state;
    world at;
    begin(&at);
    for (int w = 0; w < WINDOWS; w++) {
        leak(&at, "malloc<inner<middle<outer<main", 40);
        window(&at, w);
    }
    hf__judge_options options = { .focus = "outer" };
    hf__judgement judgement = judge(&at, &options);
    expect_function(&at, &judgement.findings[0], "outer");
    end(&at, &judgement);
}

static void test_findings__what_threads_hold_is_theirs(void **state)
{
    (void)state;
    world at;
    begin(&at);
    for (int w = 0; w < WINDOWS; w++) {
        hf__live_born(&at.live, at.next += 16, 1 << 16, path_of(&at, "spawn<main", HF_PATH_THREAD), HF_LIVE_WEIGHT_ONE);
        leak(&at, "malloc<spawn<main", 1000);
        window(&at, w);
    }
    hf__judgement judgement = judge(&at, NULL);
    assert_int_equal(judgement.findings_count, 1);
    assert_int_equal(judgement.findings[0].kind, HF_PATH_THREAD);
    assert_string_equal(hf__finding_kind(&judgement.findings[0]), "thread");
    end(&at, &judgement);
}

/* Each thread starts the next with a new capture: what the function asks for grows faster than its threads, and is one bug. */
static void test_findings__what_a_starter_of_threads_asks_for_is_one_bug(void **state)
{
    (void)state;
    world at;
    begin(&at);
    for (int w = 0; w < WINDOWS; w++) {
        hf__live_born(&at.live, at.next += 16, 1 << 16, path_of(&at, "spawn<main", HF_PATH_THREAD), HF_LIVE_WEIGHT_ONE);
        for (int i = 0; i <= w; i++)
            leak(&at, "malloc<spawn<main", 1000);
        leak(&at, "malloc<other<main", 1000);
        window(&at, w);
    }
    hf__judgement judgement = judge(&at, NULL);
    assert_int_equal(judgement.findings_count, 2);
    size_t threads = judgement.findings[0].kind == HF_PATH_THREAD ? 0 : 1;
    assert_true(judgement.findings[threads].kind == HF_PATH_THREAD && judgement.findings[threads].merged == 1);
    expect_function(&at, &judgement.findings[threads], "spawn");
    expect_function(&at, &judgement.findings[1 - threads], "other");
    end(&at, &judgement);
}

static void test_findings__few_checkpoints_have_a_clear_answer(void **state)
{
    (void)state;
    for (int windows = 0; windows <= 2; windows++) {
        world at;
        begin(&at);
        for (int w = 0; w < windows; w++) {
            for (int i = 0; i < 100; i++)
                leak(&at, "malloc<put<main", 100);
            window(&at, w);
        }
        hf__judgement judgement = judge(&at, NULL);
        assert_int_equal(judgement.verdict, windows == 0 ? HF_VERDICT_STEADY : HF_VERDICT_UNDECIDED);
        assert_int_equal(judgement.findings_count, 0); /* nobody is accused of what nothing is known of */
        if (windows > 0)
            assert_int_equal(judgement.dismissed[0].shape.reason, HF_REASON_SHORT);
        end(&at, &judgement);
    }
}

static void test_findings__a_hundred_thousand_paths(void **state)
{
    (void)state;
    world at;
    begin(&at);
    char stack[64];
    for (int w = 0; w < WINDOWS; w++) {
        for (int p = 0; p < 2500; p++) {
            snprintf(stack, sizeof stack, "malloc<f%d<main", w * 2500 + p);
            borrow(&at, stack, 32);
        }
        leak(&at, "malloc<put<main", 64);
        window(&at, w);
    }
    hf__judgement judgement = judge(&at, NULL);
    assert_int_equal(judgement.findings_count, 1);
    expect_function(&at, &judgement.findings[0], "put");
    end(&at, &judgement);
}

/* ---- samples and losses, held against the exact count ------------------------------------------ */

static void window_counted(world *at, int number, int64_t usable_live)
{
    hf__memory memory = HF_MEMORY_UNKNOWN;
    memory.usable_live = usable_live;
    hf__live_checkpoint(&at->live, number + 1, &memory, 0);
}

/* A sampled block of 100 bytes that stands for `weight` of them. */
static void sample(world *at, const char *stack, double weight)
{
    hf__live_born(&at->live, at->next += 16, 100, path_of(at, stack, HF_PATH_HEAP), (uint32_t)(weight * HF_LIVE_WEIGHT_ONE));
}

/* 40 windows in which the program grows by 832 bytes each, and a block stays in each `every`th of them. */
static hf__judgement judge_sampled(world *at, int every)
{
    begin(at);
    at->model.sampled = true;
    for (int w = 0; w < WINDOWS; w++) {
        if (w % every == every / 2)
            sample(at, "malloc<put<main", 8.0 * every);
        borrow(at, "malloc<get<main", 64);
        window_counted(at, w, 832 * (w + 1));
    }
    return judge(at, NULL);
}

static void test_calibrate__few_samples_are_named_and_not_accused(void **state)
{
    (void)state;
    world at;
    hf__judgement judgement = judge_sampled(&at, 10);
    assert_int_equal(judgement.verdict, HF_VERDICT_UNDECIDED);
    assert_int_equal(judgement.findings_count, 1);
    expect_function(&at, &judgement.findings[0], "put");
    assert_int_equal(judgement.findings[0].shape.reason, HF_REASON_SAMPLES);
    assert_true(judgement.findings[0].shape.samples < HF_SAMPLES_LEAK);
    assert_true(judgement.findings[0].shape.more_s >= WINDOWS);
    end(&at, &judgement);
}

static void test_calibrate__enough_samples_have_the_rate_of_the_whole(void **state)
{
    (void)state;
    world at;
    hf__judgement judgement = judge_sampled(&at, 2);
    assert_int_equal(judgement.verdict, HF_VERDICT_LEAK);
    expect_function(&at, &judgement.findings[0], "put");
    assert_true(judgement.findings[0].shape.samples >= HF_SAMPLES_LEAK);
    assert_true(fabs(judgement.findings[0].shape.rate - 800) < 40);
    end(&at, &judgement);
}

static void test_calibrate__growth_without_a_sample_has_no_name(void **state)
{
    (void)state;
    world at;
    hf__judgement judgement = judge_sampled(&at, 1000);
    assert_int_equal(judgement.verdict, HF_VERDICT_UNDECIDED);
    assert_int_equal(judgement.findings_count, 1);
    assert_int_equal(judgement.findings[0].function, HF_NONE);
    end(&at, &judgement);
}

static void test_loss__a_leak_of_no_more_blocks_than_were_lost_is_undecided(void **state)
{
    (void)state;
    for (uint64_t lost = 0; lost <= 1000; lost += 500) {
        world at;
        begin(&at);
        at.model.lost_events = lost == 500 ? WINDOWS / 2 : lost;
        for (int w = 0; w < WINDOWS; w++) {
            leak(&at, "malloc<put<main", 100);
            window(&at, w);
        }
        hf__judgement judgement = judge(&at, NULL);
        assert_int_equal(judgement.verdict, lost == 1000 ? HF_VERDICT_UNDECIDED : HF_VERDICT_LEAK);
        assert_int_equal(judgement.findings[0].shape.reason == HF_REASON_LOST, lost == 1000);
        end(&at, &judgement);
    }
}

static void test_loss__nothing_found_stands_by_the_exact_count_only(void **state)
{
    (void)state;
    for (int known = 0; known <= 1; known++) {
        world at;
        begin(&at);
        at.model.lost_events = 100;
        for (int w = 0; w < WINDOWS; w++) {
            borrow(&at, "malloc<get<main", 64);
            if (known)
                window_counted(&at, w, 5000);
            else
                window(&at, w);
        }
        hf__judgement judgement = judge(&at, NULL);
        assert_int_equal(judgement.verdict == HF_VERDICT_UNDECIDED, !known);
        assert_int_equal(judgement.stands_by_count, known);
        assert_int_equal(judgement.findings_count, !known);
        end(&at, &judgement);
    }
}

static void test_hypothesis__what_a_purge_misses_is_not_an_early_return(void **state)
{
    (void)state;
    world at;
    uint64_t kept[WINDOWS * 9];
    size_t count = 0, gone = 0;
    begin(&at);
    for (int w = 0; w < WINDOWS; w++) {
        for (int i = 0; i < 9; i++) {
            leak(&at, "malloc<put<main", 100);
            kept[count++] = at.next;
        }
        for (; w % 4 == 3 && gone + 9 < count; gone++)
            if (gone % 9 < 6)
                hf__live_died(&at.live, kept[gone]);
        window(&at, w);
    }
    hf__judgement judgement = judge(&at, NULL);
    assert_int_equal(judgement.verdict, HF_VERDICT_LEAK);
    assert_true(judgement.findings[0].shape.taken_out_share >= HF_STORE_SHARE);
    hf__words words;
    hf__explain(&at.model, &judgement, &judgement.findings[0], &words);
    assert_non_null(strstr(words.next, "eviction"));
    assert_null(strstr(words.next, "early return"));
    end(&at, &judgement);
}

static void test_baseline__knows_what_it_wrote_unless_faster(void **state)
{
    (void)state;
    world at;
    begin(&at);
    for (int w = 0; w < WINDOWS; w++) {
        leak(&at, "malloc<put<main", 100);
        window(&at, w);
    }
    hf__judgement judgement = judge(&at, NULL);
    char text[512] = "";
    FILE *out = fmemopen(text, sizeof text, "w");
    assert_true(hf__baseline_write(out, &at.model, &judgement));
    fclose(out);
    hf__baseline baseline;
    assert_int_equal(hf__baseline_read(hf_text_from_cstr(text), &baseline, NULL), HF_OK);
    assert_true(hf__baseline_knows(&baseline, &judgement.findings[0]));
    hf__finding faster = judgement.findings[0];
    faster.shape.rate *= 2;
    faster.shape.rate_low *= 2;
    assert_false(hf__baseline_knows(&baseline, &faster));
    faster = judgement.findings[0];
    faster.fingerprint++;
    assert_false(hf__baseline_knows(&baseline, &faster));
    hf__baseline_release(&baseline);
    hf_error error;
    assert_int_equal(hf__baseline_read(HF_T("something"), &baseline, &error), HF_BAD_PROFILE);
    assert_int_equal(hf__baseline_read(HF_T("# holdfast.baseline/1\nzz 1 f\n"), &baseline, &error), HF_BAD_PROFILE);
    assert_int_equal(error.line, 2);
    end(&at, &judgement);
}

static void test_judge__every_allocation_may_fail(void **state)
{
    (void)state;
    world at;
    begin(&at);
    for (int w = 0; w < WINDOWS; w++) {
        leak(&at, "malloc<put<main", 100);
        leak(&at, "malloc<part<put<main", 10);
        borrow(&at, "malloc<get<main", 10);
        window(&at, w);
    }
    assert_int_equal(hf__model_seal(&at.model, NULL), HF_OK);
    size_t failures = 0;
    for (uint64_t nth = 1; nth < 40; nth++) {
        hf__judgement judgement = { 0 };
        hf__room_fail_at(nth);
        hf_status status = hf__judge(&at.model, NULL, &judgement, NULL);
        hf__room_fail_at(0);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        failures += status == HF_NO_MEMORY;
        hf__judgement_release(&judgement);
    }
    assert_in_range(failures, 5, 38);
    hf__live_release(&at.live);
    hf__model_release(&at.model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_findings__wrappers_and_libraries_are_not_blamed),
        cmocka_unit_test(test_findings__blame_moves_to_the_caller_that_grows),
        cmocka_unit_test(test_findings__when_all_callers_grow_the_callee_is_blamed),
        cmocka_unit_test(test_findings__recursion_is_one_finding_with_its_depth),
        cmocka_unit_test(test_findings__parts_made_together_are_one_and_strangers_are_two),
        cmocka_unit_test(test_findings__focus_raises_blame),
        cmocka_unit_test(test_findings__what_threads_hold_is_theirs),
        cmocka_unit_test(test_findings__what_a_starter_of_threads_asks_for_is_one_bug),
        cmocka_unit_test(test_findings__few_checkpoints_have_a_clear_answer),
        cmocka_unit_test(test_findings__a_hundred_thousand_paths),
        cmocka_unit_test(test_calibrate__few_samples_are_named_and_not_accused),
        cmocka_unit_test(test_calibrate__enough_samples_have_the_rate_of_the_whole),
        cmocka_unit_test(test_calibrate__growth_without_a_sample_has_no_name),
        cmocka_unit_test(test_loss__a_leak_of_no_more_blocks_than_were_lost_is_undecided),
        cmocka_unit_test(test_loss__nothing_found_stands_by_the_exact_count_only),
        cmocka_unit_test(test_hypothesis__what_a_purge_misses_is_not_an_early_return),
        cmocka_unit_test(test_baseline__knows_what_it_wrote_unless_faster),
        cmocka_unit_test(test_judge__every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
