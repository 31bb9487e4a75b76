/* test_task_bounds.c - a group's bounds, each with its answer: full queues, deadlines, depth, captured bytes. */
#include "charged.h"
#include "nth.h"
#include "task_gate.h"
#include "unit.h"

#include "service/task.h"

#include <limits.h>
#include <pthread.h>
#include <string.h>

/* ---- full queues ------------------------------------------------------------------------- */

static void test_task_bounds__a_full_queue_refuses(void **state)
{
    (void)state;
    hf_task_group *group = test_task_group((hf_task_group_options){ .threads_max = 1, .queue_max = 3, .when_full = HF_TASK_REFUSE });
    long           number = 1;
    hf_error       error;
    test_occupy(group, 1);
    test_task_total = 0;
    for (int i = 0; i < 3; i++)
        assert_int_equal(hf_task_start(group, test_task_add, &number, sizeof number, NULL), HF_OK);
    assert_int_equal(hf_task_start(group, test_task_add, &number, sizeof number, &error), HF_LIMIT_COUNT);
    assert_int_equal(error.status, HF_LIMIT_COUNT);
    hf_task_counts counts = hf_task_group_count(group);
    assert_int_equal(counts.queued, 3);
    assert_int_equal(counts.running, 1);
    assert_int_equal(counts.refused, 1);
    assert_true(counts.oldest_ns > 0);
    test_gate_open = true;
    assert_int_equal(hf_task_group_wait(group, NULL), HF_OK);
    assert_int_equal(test_task_total, 3);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
}

static pthread_t ran_on;

static hf_status note_thread(hf_task *task, void *capture, hf_error *reterr)
{
    (void)task, (void)capture, (void)reterr;
    ran_on = pthread_self();
    return HF_OK;
}

static void test_task_bounds__a_full_queue_runs_in_the_caller(void **state)
{
    (void)state;
    hf_task_group *group = test_task_group((hf_task_group_options){ .threads_max = 1, .queue_max = 1, .when_full = HF_TASK_RUN });
    long           number = 1;
    test_occupy(group, 1);
    assert_int_equal(hf_task_start(group, test_task_add, &number, sizeof number, NULL), HF_OK);
    assert_int_equal(hf_task_start(group, note_thread, NULL, 0, NULL), HF_OK);
    assert_true(pthread_equal(ran_on, pthread_self()));
    assert_null(hf__task_running);
    test_gate_open = true;
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
}

static void *open_gate_soon(void *unused)
{
    test_sleep_ms(20);
    test_gate_open = true;
    return unused;
}

static void test_task_bounds__a_full_queue_blocks(void **state)
{
    (void)state;
    hf_task_group *group = test_task_group((hf_task_group_options){ .threads_max = 1, .queue_max = 1 });
    long           number = 1;
    pthread_t      thread;
    test_task_total = 0;
    test_occupy(group, 1);
    assert_int_equal(hf_task_start(group, test_task_add, &number, sizeof number, NULL), HF_OK);
    pthread_create(&thread, NULL, open_gate_soon, NULL);
    assert_int_equal(hf_task_start(group, test_task_add, &number, sizeof number, NULL), HF_OK);
    assert_true(test_gate_open);
    pthread_join(thread, NULL);
    assert_int_equal(hf_task_group_wait(group, NULL), HF_OK);
    assert_int_equal(test_task_total, 2);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
}

static void test_task_bounds__a_blocked_start_ends_with_the_deadline(void **state)
{
    (void)state;
    hf_task_group *group = test_task_group((hf_task_group_options){ .threads_max = 1, .queue_max = 1, .time_ms = 500 });
    long           number = 1;
    hf_error       error;
    test_occupy(group, 1);
    test_task_total = 0;
    assert_int_equal(hf_task_start(group, test_task_add, &number, sizeof number, NULL), HF_OK);
    assert_int_equal(hf_task_start(group, test_task_add, &number, sizeof number, &error), HF_LIMIT_TIME);
    test_gate_open = true;
    assert_int_equal(hf_task_group_wait(group, &error), HF_LIMIT_TIME); /* the queued one was dropped */
    assert_int_equal(test_task_total, 0);
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

static void test_task_bounds__recursion_needs_no_room_and_does_not_block_itself(void **state)
{
    (void)state;
    for (hf_task_full full = HF_TASK_BLOCK; full <= HF_TASK_RUN; full++) {
        if (full == HF_TASK_REFUSE)
            continue;
        hf_task_group *group = test_task_group((hf_task_group_options){ .threads_max = 2, .queue_max = 2, .when_full = full });
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

static void test_task_bounds__depth_is_bounded(void **state)
{
    (void)state;
    hf_task_group *group = test_task_group((hf_task_group_options){ .threads_max = 2, .depth_max = 5 });
    branch         root = { .levels = 1000000, .root_levels = 1000000 };
    leaves = too_deep = too_much = 0;
    assert_int_equal(hf_task_start(group, split, &root, sizeof root, NULL), HF_OK);
    assert_int_equal(hf_task_group_wait(group, NULL), HF_OK);
    assert_int_equal(too_deep, 64); /* each of the 32 tasks at depth 5 was refused twice */
    assert_int_equal(hf_task_group_count(group).finished, 63);
    assert_int_equal(hf_task_group_count(group).refused, 64);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
}

static void test_task_bounds__captured_bytes_are_bounded(void **state)
{
    (void)state;
    uint64_t       bound = 10 * (sizeof(hf_task) + sizeof(branch)) + 100;
    hf_task_group *group = test_task_group((hf_task_group_options){ .threads_max = 1, .captured_bytes_max = bound });
    branch         root = { .levels = 6, .root_levels = 6 };
    hf_error       error;
    test_occupy(group, 1);
    leaves = too_deep = too_much = 0;
    for (int i = 0; i < 9; i++)
        assert_int_equal(hf_task_start(group, split, &root, sizeof root, NULL), HF_OK);
    assert_int_equal(hf_task_start(group, split, &root, sizeof root, &error), HF_LIMIT_BYTES);
    assert_true(hf_task_group_count(group).captured_bytes <= bound);
    test_gate_open = true;
    assert_int_equal(hf_task_group_wait(group, NULL), HF_OK);
    hf_task_counts counts = hf_task_group_count(group);
    assert_true(too_much > 0);
    assert_true(counts.captured_bytes_peak <= bound);
    assert_int_equal(counts.captured_bytes_max, bound);
    assert_int_equal(counts.captured_bytes, 0);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
}

static void test_task_bounds__each_failure_is_clean(void **state)
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
        nth_expect(&nth, status);
        if (status != HF_OK)
            assert_int_equal(error.status, HF_NO_MEMORY);
        assert_int_equal(hf_task_group_destroy(group), HF_OK);
    }
}

static void test_task_bounds__more_threads_than_can_be_are_refused(void **state)
{
    (void)state;
    static const unsigned too_many[] = { 65537, 1u << 31, UINT_MAX };
    hf_task_group *group = NULL;
    hf_error       error;
    for (size_t i = 0; i < sizeof too_many / sizeof *too_many; i++) {
        hf_task_group_options options = { .threads_max = too_many[i] };
        assert_int_equal(hf_task_group_create(&options, &group, &error), HF_OUT_OF_RANGE);
        assert_int_equal(error.status, HF_OUT_OF_RANGE);
    }
    assert_int_equal(hf_task_group_create(&(hf_task_group_options){ .threads_max = 65536 }, &group, &error), HF_OK);
    assert_int_equal(hf_task_group_destroy(group), HF_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HF_CHARGED_TEST(test_task_bounds__a_full_queue_refuses),
        HF_CHARGED_TEST(test_task_bounds__a_full_queue_runs_in_the_caller),
        HF_CHARGED_TEST(test_task_bounds__a_full_queue_blocks),
        HF_CHARGED_TEST(test_task_bounds__a_blocked_start_ends_with_the_deadline),
        HF_CHARGED_TEST(test_task_bounds__recursion_needs_no_room_and_does_not_block_itself),
        HF_CHARGED_TEST(test_task_bounds__depth_is_bounded),
        HF_CHARGED_TEST(test_task_bounds__captured_bytes_are_bounded),
        HF_CHARGED_TEST(test_task_bounds__more_threads_than_can_be_are_refused),
        HF_CHARGED_TEST(test_task_bounds__each_failure_is_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
