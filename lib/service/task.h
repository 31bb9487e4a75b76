/* task.h - the structs of tasks and groups.
 *
 * Invariants, whenever the lock is free: `unfinished` lists the queued and running tasks, oldest
 * first; the queued ones are also on the queue, `queued` of them; running counts the others.
 * A task's memory is released before it leaves `running`, so a group without unfinished tasks
 * has nothing captured. Prepared tasks are on no list and only counted. */
#ifndef HOLDFAST_TASK_H
#define HOLDFAST_TASK_H

#include "memory/allocate.h"

#include <holdfast/tasks.h>
#include <pthread.h>

typedef struct hf__task_cleanup {
    struct hf__task_cleanup *next;
    void                   (*run)(void *context);
    void                    *context;
} hf__task_cleanup;

struct hf_task {
    _Alignas(16) hf_task_group *group;
    hf_task          *queue_next;
    hf_task          *older, *newer; /* in unfinished */
    hf_task_function  function;
    void             *capture;
    hf__task_cleanup *cleanups;
    hf_arena          arena;
    size_t            bytes; /* of this block */
    uint64_t          accepted_ns;
    uint32_t          depth;
};

_Static_assert(sizeof(hf_task) % HF_ALIGNMENT == 0, "a capture after the task is aligned");

typedef struct hf__task_thread {
    hf_task_group *group;
    pthread_t      thread;
    bool           made, ended; /* made and ended: to be joined */
} hf__task_thread;

struct hf_task_group {
    hf_task_group_options options;
    hf__memory            own;      /* for the group: the caller's budget */
    hf__memory            captured; /* for tasks: a budget with captured_bytes_max below it */
    hf_cancel             cancel;
    size_t                bytes; /* of this block */

    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t  work, room, done;
    hf_task        *queue_first, *queue_last;
    hf_task        *oldest, *newest; /* unfinished */
    bool            closed;
    unsigned        idle;
    hf_task_counts  counts;
    uint64_t        prepared;
    hf_status       failure;
    hf_error        error;
    hf__task_thread threads[]; /* threads_max, and one for who replaces a thread that ends */
};

/* The task that the calling thread runs, or NULL. */
extern _Thread_local hf_task *hf__task_running;

/* A task with room for a capture behind it, charged to the group. */
hf_status hf__task_make(hf_task_group *group, size_t capture_bytes, hf_task **ret_task, hf_error *reterr);
/* Runs the cleanups, last first. */
void hf__task_clean(hf_task *task);
/* Releases the task's memory; its cleanups have run. */
void hf__task_free(hf_task *task);

/* Hands a whole task to the group, or refuses; on refusal the task is still the caller's. */
hf_status hf__task_group_accept(hf_task_group *group, hf_task *task, hf_error *reterr);

/* How many threads the group may have. */
unsigned hf__task_group_threads_max(const hf_task_group *group);

/* For failure injection: true makes the next thread fail to start. NULL is none. */
extern bool (*hf__thread_fail_hook)(void);

#endif
