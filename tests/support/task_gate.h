/* task_gate.h - task groups for tests, and a gate that their threads wait at until the test opens it. */
#ifndef HOLDFAST_TEST_TASK_GATE_H
#define HOLDFAST_TEST_TASK_GATE_H

#include <holdfast/tasks.h>
#include <stdbool.h>

void test_sleep_ms(long ms);

/* A group that is made for certain. */
hf_task_group *test_task_group(hf_task_group_options options);

extern _Atomic bool test_gate_open;
extern _Atomic int  test_at_gate; /* so many tasks have come to it */

/* Closes the gate and starts as many tasks as there are threads; returns when all wait there. */
void test_occupy(hf_task_group *group, int threads);

/* A task that adds the long it captured to the total. */
extern _Atomic long test_task_total;
hf_status test_task_add(hf_task *task, void *capture, hf_error *reterr);

#endif
