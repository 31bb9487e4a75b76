/* test_tasks.c - lib/service/task*: every bound an answer, every capture released, nothing outlives its group. */
#include "documents.h"
#include "misuse_hook.h"
#include "nth.h"

#include "service/task.h"

#include <holdfast/walk.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

static hf_task_group *make(hf_task_group_options options)
{
    hf_task_group *group = NULL;
    assert_int_equal(hf_task_group_create(&options, &group, NULL), HF_OK);
    return group;
}

/* Afterwards nothing is charged that was not before. */
static uint64_t charged_before;

static int note_charged(void **state)
{
    (void)state;
    charged_before = hf_budget_count(NULL).current;
    return 0;
}

static int check_charged(void **state)
{
    (void)state;
    return hf_budget_count(NULL).current == charged_before ? 0 : 1;
}

/* ---- a gate that tasks wait at ----------------------------------------------------------- */

static _Atomic bool gate_open;
static _Atomic int  at_gate;

static hf_status wait_at_gate(hf_task *task, void *capture, hf_error *reterr)
{
    (void)capture, (void)reterr;
    at_gate++;
    while (!gate_open && !hf_cancel_is_requested(hf_task_cancel(task)))
        sleep_ms(1);
    return HF_OK;
}

static void occupy(hf_task_group *group, int threads)
{
    gate_open = false;
    at_gate = 0;
    for (int i = 0; i < threads; i++)
        assert_int_equal(hf_task_start(group, wait_at_gate, NULL, 0, NULL), HF_OK);
    while (at_gate < threads)
        sleep_ms(1);
}

/* ---- work -------------------------------------------------------------------------------- */

static _Atomic long total;

static hf_status add(hf_task *task, void *capture, hf_error *reterr)
{
    (void)task, (void)reterr;
    long number;
    memcpy(&number, capture, sizeof number);
    total += number;
    return HF_OK;
}

static void test_tasks__all_are_done_and_released(void **state)
{
    (void)state;
    hf_task_group *group = make((hf_task_group_options){ .threads_max = 3, .queue_max = 10 });
    total = 0;
    for (long i = 1; i <= 5000; i++)
        assert_int_equal(hf_task_start(group, add, &i, sizeof i, NULL), HF_OK);
    assert_int_equal(hf_task_group_wait(group, NULL), HF_OK);
    assert_int_equal(total, 5000 * 5001 / 2);
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
    assert_int_equal(hf_task_start(group, add, &number, sizeof number, NULL), HF_MISUSE);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
    assert_int_equal(hf_task_group_destroy(NULL), HF_OK);
}

static void test_tasks__a_full_queue_refuses(void **state)
{
    (void)state;
    hf_task_group *group = make((hf_task_group_options){ .threads_max = 1, .queue_max = 3, .when_full = HF_TASK_REFUSE });
    long           number = 1;
    hf_error       error;
    occupy(group, 1);
    total = 0;
    for (int i = 0; i < 3; i++)
        assert_int_equal(hf_task_start(group, add, &number, sizeof number, NULL), HF_OK);
    assert_int_equal(hf_task_start(group, add, &number, sizeof number, &error), HF_LIMIT_COUNT);
    assert_int_equal(error.status, HF_LIMIT_COUNT);
    hf_task_counts counts = hf_task_group_count(group);
    assert_int_equal(counts.queued, 3);
    assert_int_equal(counts.running, 1);
    assert_int_equal(counts.refused, 1);
    assert_true(counts.oldest_ns > 0);
    gate_open = true;
    assert_int_equal(hf_task_group_wait(group, NULL), HF_OK);
    assert_int_equal(total, 3);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
}

static pthread_t ran_on;

static hf_status note_thread(hf_task *task, void *capture, hf_error *reterr)
{
    (void)task, (void)capture, (void)reterr;
    ran_on = pthread_self();
    return HF_OK;
}

static void test_tasks__a_full_queue_runs_in_the_caller(void **state)
{
    (void)state;
    hf_task_group *group = make((hf_task_group_options){ .threads_max = 1, .queue_max = 1, .when_full = HF_TASK_RUN });
    long           number = 1;
    occupy(group, 1);
    assert_int_equal(hf_task_start(group, add, &number, sizeof number, NULL), HF_OK);
    assert_int_equal(hf_task_start(group, note_thread, NULL, 0, NULL), HF_OK);
    assert_true(pthread_equal(ran_on, pthread_self()));
    assert_null(hf__task_running);
    gate_open = true;
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
}

static void *open_gate_soon(void *unused)
{
    sleep_ms(20);
    gate_open = true;
    return unused;
}

static void test_tasks__a_full_queue_blocks(void **state)
{
    (void)state;
    hf_task_group *group = make((hf_task_group_options){ .threads_max = 1, .queue_max = 1 });
    long           number = 1;
    pthread_t      thread;
    total = 0;
    occupy(group, 1);
    assert_int_equal(hf_task_start(group, add, &number, sizeof number, NULL), HF_OK);
    pthread_create(&thread, NULL, open_gate_soon, NULL);
    assert_int_equal(hf_task_start(group, add, &number, sizeof number, NULL), HF_OK);
    assert_true(gate_open);
    pthread_join(thread, NULL);
    assert_int_equal(hf_task_group_wait(group, NULL), HF_OK);
    assert_int_equal(total, 2);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
}

static void test_tasks__a_blocked_start_ends_with_the_deadline(void **state)
{
    (void)state;
    hf_task_group *group = make((hf_task_group_options){ .threads_max = 1, .queue_max = 1, .time_ms = 500 });
    long           number = 1;
    hf_error       error;
    occupy(group, 1);
    total = 0;
    assert_int_equal(hf_task_start(group, add, &number, sizeof number, NULL), HF_OK);
    assert_int_equal(hf_task_start(group, add, &number, sizeof number, &error), HF_LIMIT_TIME);
    gate_open = true;
    assert_int_equal(hf_task_group_wait(group, &error), HF_LIMIT_TIME); /* the queued one was dropped */
    assert_int_equal(total, 0);
    assert_int_equal(hf_task_group_count(group).cancelled, 1);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
}

/* ---- tasks that start tasks -------------------------------------------------------------- */

typedef struct branch {
    int      levels;
    uint32_t root_levels;
    char     captured[1000];
} branch;

static _Atomic long leaves, too_deep, too_much;

/* The recursive closure of the story: captures a buffer and starts itself again, twice. */
static hf_status split(hf_task *task, void *capture, hf_error *reterr)
{
    branch self;
    memcpy(&self, capture, sizeof self);
    if (hf_task_depth(task) + (uint32_t)self.levels != self.root_levels)
        return HF_MISUSE; /* one more than the task that started it */
    if (self.levels == 0) {
        leaves++;
        return HF_OK;
    }
    self.levels--;
    for (int i = 0; i < 2; i++) {
        hf_status status = hf_task_start(hf_task_group_of(task), split, &self, sizeof self, reterr);
        if (status == HF_LIMIT_DEPTH)
            too_deep++;
        else if (status == HF_LIMIT_BYTES)
            too_much++;
        else if (status != HF_OK)
            return status;
    }
    return HF_OK;
}

static void test_tasks__recursion_needs_no_room_and_does_not_block_itself(void **state)
{
    (void)state;
    for (hf_task_full full = HF_TASK_BLOCK; full <= HF_TASK_RUN; full++) {
        if (full == HF_TASK_REFUSE)
            continue;
        hf_task_group *group = make((hf_task_group_options){ .threads_max = 2, .queue_max = 2, .when_full = full });
        branch         root = { .levels = 10, .root_levels = 10 };
        leaves = too_deep = too_much = 0;
        assert_int_equal(hf_task_start(group, split, &root, sizeof root, NULL), HF_OK);
        assert_int_equal(hf_task_group_wait(group, NULL), HF_OK);
        assert_int_equal(leaves, 1024);
        hf_task_counts counts = hf_task_group_count(group);
        assert_int_equal(counts.finished, 2047);
        assert_int_equal(counts.depth_peak, 10);
        assert_int_equal(counts.captured_bytes, 0);
        /* Two queued, and a chain of at most eleven in each of two threads. */
        assert_true(counts.captured_bytes_peak <= 25 * (sizeof(hf_task) + sizeof(branch)));
        assert_int_equal(hf_task_group_destroy(group), HF_OK);
    }
}

static void test_tasks__depth_is_bounded(void **state)
{
    (void)state;
    hf_task_group *group = make((hf_task_group_options){ .threads_max = 2, .depth_max = 5 });
    branch         root = { .levels = 1000000, .root_levels = 1000000 };
    leaves = too_deep = too_much = 0;
    assert_int_equal(hf_task_start(group, split, &root, sizeof root, NULL), HF_OK);
    assert_int_equal(hf_task_group_wait(group, NULL), HF_OK);
    assert_int_equal(too_deep, 64); /* each of the 32 tasks at depth 5 was refused twice */
    assert_int_equal(hf_task_group_count(group).finished, 63);
    assert_int_equal(hf_task_group_count(group).refused, 64);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
}

static void test_tasks__captured_bytes_are_bounded(void **state)
{
    (void)state;
    uint64_t       bound = 10 * (sizeof(hf_task) + sizeof(branch)) + 100;
    hf_task_group *group = make((hf_task_group_options){ .threads_max = 1, .captured_bytes_max = bound });
    branch         root = { .levels = 6, .root_levels = 6 };
    hf_error       error;
    occupy(group, 1);
    leaves = too_deep = too_much = 0;
    for (int i = 0; i < 9; i++)
        assert_int_equal(hf_task_start(group, split, &root, sizeof root, NULL), HF_OK);
    assert_int_equal(hf_task_start(group, split, &root, sizeof root, &error), HF_LIMIT_BYTES);
    assert_true(hf_task_group_count(group).captured_bytes <= bound);
    gate_open = true;
    assert_int_equal(hf_task_group_wait(group, NULL), HF_OK);
    hf_task_counts counts = hf_task_group_count(group);
    assert_true(too_much > 0);
    assert_true(counts.captured_bytes_peak <= bound);
    assert_int_equal(counts.captured_bytes_max, bound);
    assert_int_equal(counts.captured_bytes, 0);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
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
    hf_task_group *group = make((hf_task_group_options){ .threads_max = 1, .queue_max = 1, .when_full = HF_TASK_REFUSE });
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

    occupy(group, 1); /* refused */
    long number = 1;
    assert_int_equal(hf_task_start(group, add, &number, sizeof number, NULL), HF_OK);
    task = prepared_with_cleanups(group);
    assert_int_equal(hf_task_submit(&task, fail_badly, NULL, &error), HF_LIMIT_COUNT);
    assert_null(task);
    check_cleaned_in_reverse();
    gate_open = true;
    assert_int_equal(hf_task_group_wait(group, NULL), HF_OK);

    occupy(group, 1); /* dropped before it began */
    task = prepared_with_cleanups(group);
    assert_int_equal(hf_task_submit(&task, fail_badly, NULL, NULL), HF_OK);
    hf_task_group_cancel(group);
    assert_int_equal(hf_task_group_wait(group, NULL), HF_CANCELLED);
    check_cleaned_in_reverse();
    assert_int_equal(hf_task_group_count(group).cancelled, 1);
    assert_int_equal(hf_task_start(group, add, &number, sizeof number, NULL), HF_CANCELLED);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
}

static void test_tasks__a_thread_that_a_task_ended_is_replaced(void **state)
{
    (void)state;
    hf_task_group *group = make((hf_task_group_options){ .threads_max = 1 });
    long           number = 1;
    total = 0;
    occupy(group, 1);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(hf_task_start(group, leave_thread, NULL, 0, NULL), HF_OK);
        assert_int_equal(hf_task_start(group, add, &number, sizeof number, NULL), HF_OK);
    }
    gate_open = true;
    assert_int_equal(hf_task_group_wait(group, NULL), HF_CANCELLED);
    assert_int_equal(total, 20);
    assert_true(hf_task_group_count(group).threads <= 1);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
}

static void test_tasks__destroying_cancels_and_waits(void **state)
{
    (void)state;
    hf_cancel above;
    hf_cancel_init(&above, NULL, 0);
    for (int way = 0; way < 2; way++) {
        hf_task_group *group = make((hf_task_group_options){ .threads_max = 2, .cancel = &above });
        long           number = 1;
        total = 0;
        occupy(group, 2);
        for (int i = 0; i < 100; i++)
            assert_int_equal(hf_task_start(group, add, &number, sizeof number, NULL), HF_OK);
        if (way == 1)
            hf_cancel_request(&above); /* the request ends, and with it all its tasks */
        if (way == 1)
            assert_int_equal(hf_task_group_wait(group, NULL), HF_CANCELLED);
        assert_int_equal(hf_task_group_destroy(group), HF_OK);
        assert_int_equal(total, 0);
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
    hf_task_group *group = make((hf_task_group_options){ .threads_max = 1, .cancel_on_failure = true });
    long           number = 1;
    hf_error       error;
    total = 0;
    occupy(group, 1);
    assert_int_equal(hf_task_start(group, fail_once, NULL, 0, NULL), HF_OK);
    for (int i = 0; i < 50; i++)
        assert_int_equal(hf_task_start(group, add, &number, sizeof number, NULL), HF_OK);
    gate_open = true;
    assert_int_equal(hf_task_group_wait(group, &error), HF_BAD_NUMBER);
    assert_int_equal(error.status, HF_BAD_NUMBER);
    assert_int_equal(total, 0);
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
    at_gate++;
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
    hf_task_group *group = make((hf_task_group_options){ .threads_max = 1 });
    at_gate = 0;
    assert_int_equal(hf_task_start(group, walk_on, NULL, 0, NULL), HF_OK);
    while (at_gate == 0)
        sleep_ms(1);
    hf_task_group_cancel(group);
    hf_task_group_wait(group, NULL);
    assert_int_equal(walked_until, HF_WALK_CANCELLED);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);

    hf_cancel outside; /* of the request that the group works for */
    hf_cancel_init(&outside, NULL, 50);
    group = make((hf_task_group_options){ .threads_max = 1, .cancel = &outside });
    at_gate = 0;
    hf_status status = hf_task_start(group, walk_on, NULL, 0, NULL);
    hf_task_group_wait(group, NULL);
    if (status == HF_OK && at_gate > 0) /* it began before the deadline */
        assert_int_equal(walked_until, HF_WALK_LIMIT_TIME);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
    hf_document_drop(document);
}

static void test_tasks__mistakes_are_noticed(void **state)
{
    (void)state;
    hf_task_group *group = make((hf_task_group_options){ .threads_max = 1 });
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
    hf_task_group *group = make((hf_task_group_options){ .stack_bytes = 256 << 10 });
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
    hf_task_group *group = make((hf_task_group_options){ .threads_max = 2 });
    long           number = 1;
    hf_error       error;
    total = 0;
    hf__thread_fail_hook = no_thread;
    assert_int_equal(hf_task_start(group, add, &number, sizeof number, &error), HF_NO_MEMORY);
    assert_string_equal(error.detail, "no thread could be started");
    hf__thread_fail_hook = NULL;
    assert_int_equal(hf_task_start(group, add, &number, sizeof number, NULL), HF_OK);
    assert_int_equal(hf_task_group_wait(group, NULL), HF_OK);
    assert_int_equal(total, 1);

    /* The only thread is ended by a task and cannot be replaced: who waits does the rest. */
    hf_task_group *single = make((hf_task_group_options){ .threads_max = 1 });
    occupy(single, 1);
    assert_int_equal(hf_task_start(single, leave_thread, NULL, 0, NULL), HF_OK);
    assert_int_equal(hf_task_start(single, add, &number, sizeof number, NULL), HF_OK);
    hf__thread_fail_hook = no_thread;
    gate_open = true;
    assert_int_equal(hf_task_group_wait(single, NULL), HF_CANCELLED);
    hf__thread_fail_hook = NULL;
    assert_int_equal(total, 2);
    assert_int_equal(hf_task_group_destroy(single), HF_OK);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
}

static void test_tasks__each_failure_is_clean(void **state)
{
    (void)state;
    NTH_LOOP(nth) {
        hf_task_group *group = NULL;
        branch         root = { .levels = 3, .root_levels = 3 };
        hf_error       error;
        hf_status status = hf_task_group_create(&(hf_task_group_options){ .threads_max = 1, .allocator = &nth.allocator },
                                                &group, &error);
        if (status == HF_OK) {
            status = hf_task_start(group, split, &root, sizeof root, &error);
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
                status = hf_task_submit(&task, note_thread, large, &error);
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

#define TASK_TEST(name) cmocka_unit_test_setup_teardown(name, note_charged, check_charged)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TASK_TEST(test_tasks__all_are_done_and_released),
        TASK_TEST(test_tasks__a_full_queue_refuses),
        TASK_TEST(test_tasks__a_full_queue_runs_in_the_caller),
        TASK_TEST(test_tasks__a_full_queue_blocks),
        TASK_TEST(test_tasks__a_blocked_start_ends_with_the_deadline),
        TASK_TEST(test_tasks__recursion_needs_no_room_and_does_not_block_itself),
        TASK_TEST(test_tasks__depth_is_bounded),
        TASK_TEST(test_tasks__captured_bytes_are_bounded),
        TASK_TEST(test_tasks__cleanups_run_whatever_way_a_task_ends),
        TASK_TEST(test_tasks__a_thread_that_a_task_ended_is_replaced),
        TASK_TEST(test_tasks__destroying_cancels_and_waits),
        TASK_TEST(test_tasks__a_failure_can_cancel_the_rest),
        TASK_TEST(test_tasks__cancellation_and_deadline_reach_the_walk_inside),
        TASK_TEST(test_tasks__mistakes_are_noticed),
        TASK_TEST(test_tasks__signals_go_to_the_programs_threads),
        TASK_TEST(test_tasks__without_threads_a_start_is_refused),
        TASK_TEST(test_tasks__each_failure_is_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
