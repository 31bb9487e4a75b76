/* tasks.h - work on other threads that cannot pile up: bounded threads, queue, depth and bytes.
 *
 * A recursive job that starts itself again as a task is how services fill their memory: every
 * task keeps what it captured, and nothing says no. A task group says no, by its options, and
 * the answer is a status. What a task captures lies in memory of its own that is charged to the
 * group and gone when the task ends, whatever way it ends: returned, failed, cancelled before it
 * ran, or left by pthread_exit. Nothing outlives its group.
 *
 *   hf_task_start(group, visit, &job, sizeof job, &error)       copies the capture
 *   hf_task_prepare / hf_task_defer / hf_task_submit             builds it in the task's arena
 *   hf_task_group_wait(group, &error)                            all done? the first failure
 *   hf_task_group_destroy(group)                                 cancels and waits for the rest
 *
 * When the queue is full a start blocks, is refused, or runs the task in the caller, by option.
 * A task that starts tasks of its own group never blocks, since it might wait for itself: where
 * it would, the new task runs inside of it. That nests at most depth_max deep.
 *
 * Tasks begin in the order they were started. They end themselves: cancellation and deadline
 * reach them as a token (hf_task_cancel) to hand to walks and to look at between steps; a task
 * that has not begun by then is dropped.
 *
 * Threads: every call on a group from any thread; a task that is prepared belongs to one thread
 * until it is submitted. The group's threads have all signals blocked. fork: groups do not exist
 * in the child. */
#ifndef HOLDFAST_TASKS_H
#define HOLDFAST_TASKS_H

#include <holdfast/arena.h>
#include <holdfast/cancel.h>

HF_EXTERN_BEGIN

#define HF_TASK_QUEUE_MAX          ((uint64_t)1024)
#define HF_TASK_DEPTH_MAX          ((uint32_t)64)
#define HF_TASK_CAPTURED_BYTES_MAX ((uint64_t)64 << 20)

typedef struct hf_task_group hf_task_group;
typedef struct hf_task       hf_task;

/* The work. `capture` is the task's own, gone after the return. What it returns other than HF_OK,
 * and what it writes to reterr then, is kept for hf_task_group_wait. */
typedef hf_status (*hf_task_function)(hf_task *task, void *capture, hf_error *reterr);

/* What a start does when queue_max tasks wait. */
typedef enum hf_task_full {
    HF_TASK_BLOCK,  /* waits for room, for cancellation, or for the deadline */
    HF_TASK_REFUSE, /* HF_LIMIT_COUNT */
    HF_TASK_RUN     /* runs the task in the caller before it returns */
} hf_task_full;

typedef struct hf_task_group_options {
    unsigned            threads_max; /* 0: one per processor this process may use; at most 65,536 */
    hf_task_full        when_full;
    uint64_t            queue_max;          /* tasks that wait; 0: HF_TASK_QUEUE_MAX */
    uint32_t            depth_max;          /* tasks started by tasks; 0: HF_TASK_DEPTH_MAX */
    bool                cancel_on_failure;  /* the first failing task cancels the group */
    uint64_t            captured_bytes_max; /* of all tasks, their arenas too; 0: HF_TASK_CAPTURED_BYTES_MAX */
    uint64_t            time_ms;            /* deadline of the group, from now; 0: none */
    const hf_cancel    *cancel;             /* cancels the group too; borrowed until it is gone */
    const hf_allocator *allocator;          /* NULL: the default; called from every thread */
    hf_budget          *budget;             /* NULL: the process budget; held */
    size_t              stack_bytes;        /* of each thread; 0: the system's default */
    uint64_t            reserved[4];
} hf_task_group_options;

typedef struct hf_task_counts {
    uint64_t threads;                            /* alive now */
    uint64_t running, queued;                    /* tasks now; those run in callers are running */
    uint64_t captured_bytes, captured_bytes_max; /* now: headers and arenas included; the bound */
    uint64_t captured_bytes_peak;
    uint64_t started, finished;  /* ever accepted; ended, in whatever way */
    uint64_t failed, cancelled;  /* of the finished: returned a failure; dropped before they began */
    uint64_t refused;            /* starts that failed */
    uint64_t oldest_ns;          /* since the oldest unfinished task was accepted; 0: there is none */
    uint32_t depth_peak;
} hf_task_counts;

/* ---- groups ------------------------------------------------------------------------------ */

/* ret_group: owned. Threads are made when there is work. HF_NO_MEMORY, HF_LIMIT_BYTES, HF_OUT_OF_RANGE. */
HF_API HF_NODISCARD hf_status hf_task_group_create(const hf_task_group_options *options, hf_task_group **ret_group,
                                                   hf_error *reterr);

/* Waits until no task is queued or running. Returns the first failure since the last wait, with
 * its error, and forgets it. HF_MISUSE in a task of the group. */
HF_API hf_status hf_task_group_wait(hf_task_group *group, hf_error *reterr);

/* Cancels the group's token: what has not begun is dropped, what runs should look. For good. */
HF_API void hf_task_group_cancel(hf_task_group *group);

/* Takes no more tasks, waits for the accepted ones, ends the threads. Returns as _wait does.
 * To drop them instead, cancel first. HF_MISUSE in a task of the group. */
HF_API hf_status hf_task_group_close(hf_task_group *group, hf_error *reterr);

/* Cancels, closes and frees the group; no other thread may be inside. NULL is fine. HF_MISUSE,
 * and no change, in a task of the group or while prepared tasks are neither submitted nor
 * discarded. */
HF_API hf_status hf_task_group_destroy(hf_task_group *group);

/* All counts of one moment. */
HF_API hf_task_counts hf_task_group_count(hf_task_group *group);

/* ---- starting ---------------------------------------------------------------------------- */

/* Starts function(task, copy of the capture). capture: copied, `size` bytes, 16-byte aligned.
 * HF_LIMIT_COUNT (the queue is full), HF_LIMIT_DEPTH, HF_LIMIT_BYTES (the group's or a budget
 * above), HF_CANCELLED, HF_LIMIT_TIME, HF_NO_MEMORY, HF_MISUSE (the group is closed). */
HF_API HF_NODISCARD hf_status hf_task_start(hf_task_group *group, hf_task_function function, const void *capture,
                                            size_t size, hf_error *reterr);

/* A task to fill before it is submitted. ret_task: yours until hf_task_submit or _discard. */
HF_API HF_NODISCARD hf_status hf_task_prepare(hf_task_group *group, hf_task **ret_task, hf_error *reterr);

/* The task's own memory, charged to the group, gone when the task ends. */
HF_API hf_arena *hf_task_arena(hf_task *task);

/* cleanup(context) runs once when the task ends, whatever way, last registered first; also when
 * it is refused or discarded. For what a capture moves in: documents held, descriptors. Before
 * submitting or from inside the task. On HF_NO_MEMORY or HF_LIMIT_BYTES nothing is registered. */
HF_API HF_NODISCARD hf_status hf_task_defer(hf_task *task, void (*cleanup)(void *context), void *context,
                                            hf_error *reterr);

/* Starts a prepared task. *task: consumed, set to NULL; on failure its cleanups have run. `capture`
 * is handed to the function: something in the task's arena. Fails as hf_task_start. */
HF_API HF_NODISCARD hf_status hf_task_submit(hf_task **task, hf_task_function function, void *capture,
                                             hf_error *reterr);

/* Ends a prepared task without running it. NULL is fine. */
HF_API void hf_task_discard(hf_task *task);

/* ---- inside a task ----------------------------------------------------------------------- */

/* The token to hand to walks and to look at; borrowed until the group is gone. */
HF_API const hf_cancel *hf_task_cancel(const hf_task *task);
/* 0 for a task started from outside, one more than the task that started it otherwise. */
HF_API uint32_t hf_task_depth(const hf_task *task);
HF_API hf_task_group *hf_task_group_of(const hf_task *task);

HF_EXTERN_END

#endif
