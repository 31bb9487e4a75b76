/* task_gate.c - the gate is two atomics; who waits at it looks every millisecond. */
#include "task_gate.h"

#include <string.h>
#include <time.h>

#include "unit.h"

void test_sleep_ms(long ms)
{
    nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

hf_task_group *test_task_group(hf_task_group_options options)
{
    hf_task_group *group = NULL;
    assert_int_equal(hf_task_group_create(&options, &group, NULL), HF_OK);
    return group;
}

_Atomic bool test_gate_open;
_Atomic int  test_at_gate;

static hf_status wait_at_gate(hf_task *task, void *capture, hf_error *reterr)
{
    (void)capture, (void)reterr;
    test_at_gate++;
    while (!test_gate_open && !hf_cancel_is_requested(hf_task_cancel(task)))
        test_sleep_ms(1);
    return HF_OK;
}

void test_occupy(hf_task_group *group, int threads)
{
    test_gate_open = false;
    test_at_gate = 0;
    for (int i = 0; i < threads; i++)
        assert_int_equal(hf_task_start(group, wait_at_gate, NULL, 0, NULL), HF_OK);
    while (test_at_gate < threads)
        test_sleep_ms(1);
}

_Atomic long test_task_total;

hf_status test_task_add(hf_task *task, void *capture, hf_error *reterr)
{
    (void)task, (void)reterr;
    long number;
    memcpy(&number, capture, sizeof number);
    test_task_total += number;
    return HF_OK;
}
