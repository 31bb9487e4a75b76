/* task.c - making, filling and releasing a task. */
#include "task.h"

#include "base/checked.h"
#include "base/misuse.h"

_Thread_local hf_task *hf__task_running;

hf_status hf__task_make(hf_task_group *group, size_t capture_bytes, hf_task **ret_task, hf_error *reterr)
{
    size_t bytes;
    void  *block = NULL;
    if (!hf__size_add(sizeof(hf_task), capture_bytes, &bytes))
        return hf__fail(reterr, HF_NO_MEMORY, "a capture of %zu bytes", capture_bytes);
    hf_status status = hf__memory_allocate(&group->captured, bytes, HF_ALIGNMENT, &block, reterr);
    if (status != HF_OK)
        return status;
    hf_task *task = block;
    *task = (hf_task){
        .group = group,
        .bytes = bytes,
        .depth = hf__task_running != NULL ? hf__task_running->depth + 1 : 0,
    };
    hf_arena_init(&task->arena, &(hf_arena_options){
                                    .allocator = group->captured.allocator,
                                    .budget = group->captured.budget,
                                    .block_bytes = 1024,
                                });
    *ret_task = task;
    return HF_OK;
}

void hf__task_clean(hf_task *task)
{
    /* One may register another: the list is read anew each time. */
    while (task->cleanups != NULL) {
        hf__task_cleanup *cleanup = task->cleanups;
        task->cleanups = cleanup->next;
        cleanup->run(cleanup->context);
    }
}

void hf__task_free(hf_task *task)
{
    hf_task_group *group = task->group;
    hf_arena_release(&task->arena);
    hf__memory_free(&group->captured, task, task->bytes, HF_ALIGNMENT);
}

static void count_prepared(hf_task_group *group, int change)
{
    pthread_mutex_lock(&group->lock);
    group->prepared += (uint64_t)change;
    pthread_mutex_unlock(&group->lock);
}

hf_status hf_task_start(hf_task_group *group, hf_task_function function, const void *capture, size_t size,
                        hf_error *reterr)
{
    hf_task  *task = NULL;
    hf_status status = hf__task_make(group, size, &task, reterr);
    if (status != HF_OK) {
        pthread_mutex_lock(&group->lock);
        group->counts.refused++;
        pthread_mutex_unlock(&group->lock);
        return status;
    }
    task->function = function;
    task->capture = task + 1;
    if (size > 0)
        memcpy(task->capture, capture, size);
    status = hf__task_group_accept(group, task, reterr);
    if (status != HF_OK)
        hf__task_free(task);
    return status;
}

hf_status hf_task_prepare(hf_task_group *group, hf_task **ret_task, hf_error *reterr)
{
    hf_status status = hf__task_make(group, 0, ret_task, reterr);
    if (status == HF_OK)
        count_prepared(group, 1);
    return status;
}

hf_arena *hf_task_arena(hf_task *task)
{
    return &task->arena;
}

hf_status hf_task_defer(hf_task *task, void (*cleanup)(void *context), void *context, hf_error *reterr)
{
    hf__task_cleanup *record = HF_ARENA_NEW(&task->arena, hf__task_cleanup);
    if (record == NULL)
        return hf_arena_failure(&task->arena, reterr);
    *record = (hf__task_cleanup){ task->cleanups, cleanup, context };
    task->cleanups = record;
    return HF_OK;
}

hf_status hf_task_submit(hf_task **task, hf_task_function function, void *capture, hf_error *reterr)
{
    hf_task       *taken = *task;
    hf_task_group *group = taken->group;
    *task = NULL;
    taken->function = function;
    taken->capture = capture;
    count_prepared(group, -1);
    hf_status status = hf__task_group_accept(group, taken, reterr);
    if (status != HF_OK) {
        hf__task_clean(taken);
        hf__task_free(taken);
    }
    return status;
}

void hf_task_discard(hf_task *task)
{
    if (task == NULL)
        return;
    count_prepared(task->group, -1);
    hf__task_clean(task);
    hf__task_free(task);
}

const hf_cancel *hf_task_cancel(const hf_task *task)
{
    return &task->group->cancel;
}

uint32_t hf_task_depth(const hf_task *task)
{
    return task->depth;
}

hf_task_group *hf_task_group_of(const hf_task *task)
{
    return task->group;
}
