/* test_tasks.c - lib/service/task*: every capture released whatever way a task ends, nothing outlives its group. */
#include "charged.h"
#include "documents.h"
#include "misuse_hook.h"
#include "nth.h"
#include "task_gate.h"

#include "service/task.h"

#include <holdfast/walk.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static void test_tasks__all_are_done_and_released(void **state)
{
    (void)state;
    hf_task_group *group = test_task_group((hf_task_group_options){ .threads_max = 3, .queue_max = 10 });
    test_task_total = 0;
    for (long i = 1; i <= 5000; i++)
        assert_int_equal(hf_task_start(group, test_task_add, &i, sizeof i, NULL), HF_OK);
    assert_int_equal(hf_task_group_wait(group, NULL), HF_OK);
    assert_int_equal(test_task_total, 5000 * 5001 / 2);
    hf_task_counts counts = hf_task_group_count(group);
    assert_int_equal(counts.started, 5000);
    assert_int_equal(counts.finished, 5000);
    assert_int_equal(counts.running + counts.queued + counts.refused + counts.failed, 0);
    assert_int_equal(counts.captured_bytes, 0);
    assert_true(counts.captured_bytes_peak <= 14 * (sizeof(hf_task) + sizeof(long)));
    assert_int_equal(counts.oldest_ns, 0);
    assert_true(counts.threads >= 1 && counts.threads <= 3);
    assert_int_equal(hf_task_group_close(group, NULL), HF_OK);
    assert_int_equal(hf_task_group_count(group).threads, 0);
    long number = 1;
    assert_int_equal(hf_task_start(group, test_task_add, &number, sizeof number, NULL), HF_MISUSE);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
    assert_int_equal(hf_task_group_destroy(NULL), HF_OK);
}

/* ---- moving in, and every way out -------------------------------------------------------- */

static _Atomic int order_at, cleaned[8];

static void note_cleaned(void *context)
{
    cleaned[(uintptr_t)context] = ++order_at;
}

static hf_status leave_thread(hf_task *task, void *capture, hf_error *reterr)
{
    (void)task, (void)capture, (void)reterr;
    pthread_exit(NULL);
}

static hf_status fail_badly(hf_task *task, void *capture, hf_error *reterr)
{
    (void)task;
    return hf__fail(reterr, HF_BAD_TOKEN, "%s", (const char *)capture);
}

static hf_task *prepared_with_cleanups(hf_task_group *group)
{
    hf_task *task = NULL;
    order_at = 0;
    for (int i = 0; i < 3; i++)
        cleaned[i] = 0;
    assert_int_equal(hf_task_prepare(group, &task, NULL), HF_OK);
    for (uintptr_t i = 0; i < 3; i++)
        assert_int_equal(hf_task_defer(task, note_cleaned, (void *)i, NULL), HF_OK);
    return task;
}

static void check_cleaned_in_reverse(void)
{
    assert_int_equal(order_at, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(cleaned[i], 3 - i);
}

static void test_tasks__cleanups_run_whatever_way_a_task_ends(void **state)
{
    (void)state;
    hf_task_group *group = test_task_group((hf_task_group_options){ .threads_max = 1, .queue_max = 1, .when_full = HF_TASK_REFUSE });
    hf_error       error;

    hf_task *task = prepared_with_cleanups(group); /* returned, failing */
    char    *text = hf_text_to_cstr(hf_task_arena(task), HF_T("moved in"));
    assert_int_equal(hf_task_submit(&task, fail_badly, text, NULL), HF_OK);
    assert_null(task);
    assert_int_equal(hf_task_group_wait(group, &error), HF_BAD_TOKEN);
    assert_string_equal(error.detail, "moved in");
    check_cleaned_in_reverse();
    assert_int_equal(hf_task_group_wait(group, NULL), HF_OK); /* reported once */

    task = prepared_with_cleanups(group); /* discarded */
    hf_task_discard(task);
    hf_task_discard(NULL);
    check_cleaned_in_reverse();

    task = prepared_with_cleanups(group); /* left by pthread_exit; the thread is replaced */
    assert_int_equal(hf_task_submit(&task, leave_thread, NULL, NULL), HF_OK);
    assert_int_equal(hf_task_group_wait(group, &error), HF_CANCELLED);
    check_cleaned_in_reverse();
    assert_int_equal(hf_task_group_count(group).captured_bytes, 0);

    test_occupy(group, 1); /* refused */
    long number = 1;
    assert_int_equal(hf_task_start(group, test_task_add, &number, sizeof number, NULL), HF_OK);
    task = prepared_with_cleanups(group);
    assert_int_equal(hf_task_submit(&task, fail_badly, NULL, &error), HF_LIMIT_COUNT);
    assert_null(task);
    check_cleaned_in_reverse();
    test_gate_open = true;
    assert_int_equal(hf_task_group_wait(group, NULL), HF_OK);

    test_occupy(group, 1); /* dropped before it began */
    task = prepared_with_cleanups(group);
    assert_int_equal(hf_task_submit(&task, fail_badly, NULL, NULL), HF_OK);
    hf_task_group_cancel(group);
    assert_int_equal(hf_task_group_wait(group, NULL), HF_CANCELLED);
    check_cleaned_in_reverse();
    assert_int_equal(hf_task_group_count(group).cancelled, 1);
    assert_int_equal(hf_task_start(group, test_task_add, &number, sizeof number, NULL), HF_CANCELLED);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
}

static void test_tasks__a_thread_that_a_task_ended_is_replaced(void **state)
{
    (void)state;
    hf_task_group *group = test_task_group((hf_task_group_options){ .threads_max = 1 });
    long           number = 1;
    test_task_total = 0;
    test_occupy(group, 1);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(hf_task_start(group, leave_thread, NULL, 0, NULL), HF_OK);
        assert_int_equal(hf_task_start(group, test_task_add, &number, sizeof number, NULL), HF_OK);
    }
    test_gate_open = true;
    assert_int_equal(hf_task_group_wait(group, NULL), HF_CANCELLED);
    assert_int_equal(test_task_total, 20);
    assert_true(hf_task_group_count(group).threads <= 1);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
}

static void test_tasks__destroying_cancels_and_waits(void **state)
{
    (void)state;
    hf_cancel above;
    hf_cancel_init(&above, NULL, 0);
    for (int way = 0; way < 2; way++) {
        hf_task_group *group = test_task_group((hf_task_group_options){ .threads_max = 2, .cancel = &above });
        long           number = 1;
        test_task_total = 0;
        test_occupy(group, 2);
        for (int i = 0; i < 100; i++)
            assert_int_equal(hf_task_start(group, test_task_add, &number, sizeof number, NULL), HF_OK);
        if (way == 1)
            hf_cancel_request(&above); /* the request ends, and with it all its tasks */
        if (way == 1)
            assert_int_equal(hf_task_group_wait(group, NULL), HF_CANCELLED);
        assert_int_equal(hf_task_group_destroy(group), HF_OK);
        assert_int_equal(test_task_total, 0);
    }
}

static hf_status fail_once(hf_task *task, void *capture, hf_error *reterr)
{
    (void)task, (void)capture, (void)reterr;
    return HF_BAD_NUMBER; /* without words of its own */
}

static void test_tasks__a_failure_can_cancel_the_rest(void **state)
{
    (void)state;
    hf_task_group *group = test_task_group((hf_task_group_options){ .threads_max = 1, .cancel_on_failure = true });
    long           number = 1;
    hf_error       error;
    test_task_total = 0;
    test_occupy(group, 1);
    assert_int_equal(hf_task_start(group, fail_once, NULL, 0, NULL), HF_OK);
    for (int i = 0; i < 50; i++)
        assert_int_equal(hf_task_start(group, test_task_add, &number, sizeof number, NULL), HF_OK);
    test_gate_open = true;
    assert_int_equal(hf_task_group_wait(group, &error), HF_BAD_NUMBER);
    assert_int_equal(error.status, HF_BAD_NUMBER);
    assert_int_equal(test_task_total, 0);
    assert_int_equal(hf_task_group_count(group).failed, 1);
    assert_int_equal(hf_task_group_count(group).cancelled, 50);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
}

/* ---- mistakes, signals, failure ---------------------------------------------------------- */

static hf_status wait_for_oneself(hf_task *task, void *capture, hf_error *reterr)
{
    (void)capture, (void)reterr;
    hf_task_group *group = hf_task_group_of(task);
    bool refused = hf_task_group_wait(group, NULL) == HF_MISUSE && hf_task_group_close(group, NULL) == HF_MISUSE &&
                   hf_task_group_destroy(group) == HF_MISUSE;
    return refused ? HF_OK : HF_CYCLE;
}

/* Walks again and again until its token ends a walk; tells how. */
static hf_walk_end walked_until;
static hf_document *walked;

static hf_status walk_on(hf_task *task, void *capture, hf_error *reterr)
{
    (void)capture, (void)reterr;
    test_at_gate++;
    do {
        hf_walk walk;
        hf_walk_init(&walk, hf_root(walked), &(hf_walk_options){ .cancel = hf_task_cancel(task) });
        while (hf_walk_next(&walk)) {
        }
        walked_until = hf_walk_finish(&walk);
    } while (walked_until == HF_WALK_DONE);
    return HF_OK;
}

static void test_tasks__cancellation_and_deadline_reach_the_walk_inside(void **state)
{
    (void)state;
    hf_document *document = walked = test_deep(3000, 'm');
    hf_task_group *group = test_task_group((hf_task_group_options){ .threads_max = 1 });
    test_at_gate = 0;
    assert_int_equal(hf_task_start(group, walk_on, NULL, 0, NULL), HF_OK);
    while (test_at_gate == 0)
        test_sleep_ms(1);
    hf_task_group_cancel(group);
    hf_task_group_wait(group, NULL);
    assert_int_equal(walked_until, HF_WALK_CANCELLED);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);

    hf_cancel outside; /* of the request that the group works for */
    hf_cancel_init(&outside, NULL, 50);
    group = test_task_group((hf_task_group_options){ .threads_max = 1, .cancel = &outside });
    test_at_gate = 0;
    hf_status status = hf_task_start(group, walk_on, NULL, 0, NULL);
    hf_task_group_wait(group, NULL);
    if (status == HF_OK && test_at_gate > 0) /* it began before the deadline */
        assert_int_equal(walked_until, HF_WALK_LIMIT_TIME);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
    hf_document_drop(document);
}

static void test_tasks__mistakes_are_noticed(void **state)
{
    (void)state;
    hf_task_group *group = test_task_group((hf_task_group_options){ .threads_max = 1 });
    hf_task       *task = NULL;
    misuse_noticed = 0;
    hf__misuse_hook = misuse_count;
    assert_int_equal(hf_task_start(group, wait_for_oneself, NULL, 0, NULL), HF_OK);
    assert_int_equal(hf_task_group_wait(group, NULL), HF_OK);
    hf__misuse_hook = NULL;
    assert_int_equal(misuse_noticed, 3);
    assert_int_equal(hf_task_prepare(group, &task, NULL), HF_OK);
    EXPECT_MISUSE(hf_task_group_destroy(group), HF_MISUSE);
    hf_task_discard(task);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
}

static hf_status check_signals(hf_task *task, void *capture, hf_error *reterr)
{
    (void)task, (void)capture, (void)reterr;
    sigset_t blocked;
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    return sigismember(&blocked, SIGINT) && sigismember(&blocked, SIGUSR1) ? HF_OK : HF_MISUSE;
}

static void test_tasks__signals_go_to_the_programs_threads(void **state)
{
    (void)state;
    hf_task_group *group = test_task_group((hf_task_group_options){ .stack_bytes = 256 << 10 });
    assert_int_equal(hf_task_start(group, check_signals, NULL, 0, NULL), HF_OK);
    assert_int_equal(hf_task_group_wait(group, NULL), HF_OK);
    sigset_t blocked;
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    assert_false(sigismember(&blocked, SIGINT));
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
}

static bool no_thread(void)
{
    return true;
}

static void test_tasks__without_threads_a_start_is_refused(void **state)
{
    (void)state;
    hf_task_group *group = test_task_group((hf_task_group_options){ .threads_max = 2 });
    long           number = 1;
    hf_error       error;
    test_task_total = 0;
    hf__thread_fail_hook = no_thread;
    assert_int_equal(hf_task_start(group, test_task_add, &number, sizeof number, &error), HF_NO_MEMORY);
    assert_string_equal(error.detail, "no thread could be started");
    hf__thread_fail_hook = NULL;
    assert_int_equal(hf_task_start(group, test_task_add, &number, sizeof number, NULL), HF_OK);
    assert_int_equal(hf_task_group_wait(group, NULL), HF_OK);
    assert_int_equal(test_task_total, 1);

    /* The only thread is ended by a task and cannot be replaced: who waits does the rest. */
    hf_task_group *single = test_task_group((hf_task_group_options){ .threads_max = 1 });
    test_occupy(single, 1);
    assert_int_equal(hf_task_start(single, leave_thread, NULL, 0, NULL), HF_OK);
    assert_int_equal(hf_task_start(single, test_task_add, &number, sizeof number, NULL), HF_OK);
    hf__thread_fail_hook = no_thread;
    test_gate_open = true;
    assert_int_equal(hf_task_group_wait(single, NULL), HF_CANCELLED);
    hf__thread_fail_hook = NULL;
    assert_int_equal(test_task_total, 2);
    assert_int_equal(hf_task_group_destroy(single), HF_OK);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
}

static hf_status do_nothing(hf_task *task, void *capture, hf_error *reterr)
{
    (void)task, (void)capture, (void)reterr;
    return HF_OK;
}

static void test_tasks__each_failure_is_clean(void **state)
{
    (void)state;
    NTH_LOOP(nth) {
        hf_task_group *group = NULL;
        long           number = 1;
        hf_error       error;
        hf_status status = hf_task_group_create(&(hf_task_group_options){ .threads_max = 1, .allocator = &nth.allocator },
                                                &group, &error);
        if (status == HF_OK) {
            status = hf_task_start(group, test_task_add, &number, sizeof number, &error);
            hf_status waited = hf_task_group_wait(group, &error);
            status = status != HF_OK ? status : waited;
        }
        hf_task *task = NULL;
        if (status == HF_OK && (status = hf_task_prepare(group, &task, &error)) == HF_OK) {
            order_at = 0;
            status = hf_task_defer(task, note_cleaned, (void *)0, &error);
            void *large = hf_arena_allocate(hf_task_arena(task), 500000, 16);
            if (status == HF_OK && large == NULL)
                status = hf_arena_failure(hf_task_arena(task), &error);
            bool deferred = task != NULL && status == HF_OK;
            if (status == HF_OK)
                status = hf_task_submit(&task, do_nothing, large, &error);
            hf_task_discard(task);
            assert_int_equal(hf_task_group_wait(group, NULL), HF_OK);
            if (deferred)
                assert_int_equal(order_at, 1);
        }
        nth_expect(&nth, status);
        if (status != HF_OK)
            assert_int_equal(error.status, HF_NO_MEMORY);
        assert_int_equal(hf_task_group_destroy(group), HF_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HF_CHARGED_TEST(test_tasks__all_are_done_and_released),
        HF_CHARGED_TEST(test_tasks__cleanups_run_whatever_way_a_task_ends),
        HF_CHARGED_TEST(test_tasks__a_thread_that_a_task_ended_is_replaced),
        HF_CHARGED_TEST(test_tasks__destroying_cancels_and_waits),
        HF_CHARGED_TEST(test_tasks__a_failure_can_cancel_the_rest),
        HF_CHARGED_TEST(test_tasks__cancellation_and_deadline_reach_the_walk_inside),
        HF_CHARGED_TEST(test_tasks__mistakes_are_noticed),
        HF_CHARGED_TEST(test_tasks__signals_go_to_the_programs_threads),
        HF_CHARGED_TEST(test_tasks__without_threads_a_start_is_refused),
        HF_CHARGED_TEST(test_tasks__each_failure_is_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
