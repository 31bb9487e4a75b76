/* task_group.c - the queue, its bounds, the threads, and how a task ends. */
#define _GNU_SOURCE
#include "task.h"

#include "base/clock.h"
#include "base/misuse.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>

bool (*hf__thread_fail_hook)(void);

/* How long a blocked start sleeps before it looks at its token again. */
enum { BLOCKED_LOOK_MS = 10 };

/* Beyond what a process can have anyway; each costs a slot of the group. */
enum { THREADS_MOST = 65536 };

static void enter(hf_task_group *group)
{
    pthread_mutex_lock(&group->lock);
}

static void leave(hf_task_group *group)
{
    pthread_mutex_unlock(&group->lock);
}

/* ---- lists, under the lock --------------------------------------------------------------- */

static void list_unfinished(hf_task_group *group, hf_task *task)
{
    task->older = group->newest;
    task->newer = NULL;
    *(group->newest != NULL ? &group->newest->newer : &group->oldest) = task;
    group->newest = task;
}

static void unlist(hf_task_group *group, hf_task *task)
{
    *(task->older != NULL ? &task->older->newer : &group->oldest) = task->newer;
    *(task->newer != NULL ? &task->newer->older : &group->newest) = task->older;
}

static void push_queue(hf_task_group *group, hf_task *task)
{
    task->queue_next = NULL;
    *(group->queue_last != NULL ? &group->queue_last->queue_next : &group->queue_first) = task;
    group->queue_last = task;
    group->counts.queued++;
}

static hf_task *pop_queue(hf_task_group *group)
{
    hf_task *task = group->queue_first;
    group->queue_first = task->queue_next;
    if (group->queue_first == NULL)
        group->queue_last = NULL;
    group->counts.queued--;
    return task;
}

/* ---- running a task and ending it -------------------------------------------------------- */

typedef struct outcome {
    hf_task  *task, *outer; /* outer: what the thread ran before */
    hf_status status;
    bool      dropped; /* before it began */
    hf_error  error;
} outcome;

static void note_failure(hf_task_group *group, const outcome *how)
{
    if (how->dropped)
        group->counts.cancelled++;
    else if (how->status != HF_OK)
        group->counts.failed++;
    if (how->status == HF_OK)
        return;
    if (group->failure == HF_OK) {
        group->failure = how->status;
        group->error = how->error;
    }
    if (group->options.cancel_on_failure)
        hf_cancel_request(&group->cancel);
}

/* Every way a task can end comes through here. */
static void end_task(outcome *how)
{
    hf_task       *task = how->task;
    hf_task_group *group = task->group;
    hf__task_clean(task);
    hf__task_running = how->outer;
    enter(group);
    unlist(group, task);
    leave(group);
    hf__task_free(task);
    enter(group);
    note_failure(group, how);
    group->counts.finished++;
    if (--group->counts.running == 0 && group->counts.queued == 0)
        pthread_cond_broadcast(&group->done);
    leave(group);
}

/* The task left by pthread_exit. */
static void end_abandoned(void *context)
{
    outcome *how = context;
    how->status = hf__fail(&how->error, HF_CANCELLED, "the task ended its thread");
    end_task(how);
}

/* The task is listed and counted as running. */
static void run_task(hf_task *task)
{
    outcome how = { .task = task, .outer = hf__task_running };
    hf__task_running = task;
    how.status = hf_cancel_check(&task->group->cancel);
    how.dropped = how.status != HF_OK;
    if (how.dropped) {
        hf__fail(&how.error, how.status, "a task was dropped before it began");
    } else {
        pthread_cleanup_push(end_abandoned, &how);
        hf__fail(&how.error, HF_OK, NULL);
        how.status = task->function(task, task->capture, &how.error);
        pthread_cleanup_pop(0);
        if (how.status != HF_OK && how.error.status != how.status)
            hf__fail(&how.error, how.status, "a task");
    }
    end_task(&how);
}

/* ---- threads ----------------------------------------------------------------------------- */

/* Under the lock, which it leaves meanwhile. */
static void run_first(hf_task_group *group)
{
    hf_task *task = pop_queue(group);
    group->counts.running++;
    pthread_cond_signal(&group->room);
    leave(group);
    run_task(task);
    enter(group);
}

static void serve(hf_task_group *group)
{
    enter(group);
    for (;;) {
        while (group->counts.queued == 0 && !group->closed) {
            group->idle++;
            pthread_cond_wait(&group->work, &group->lock);
            group->idle--;
        }
        if (group->counts.queued == 0)
            break;
        run_first(group);
    }
    leave(group);
}

static void *thread_main(void *context);

static bool create_thread(hf_task_group *group, hf__task_thread *slot)
{
    pthread_attr_t attributes;
    sigset_t       all, before;
    if ((hf__thread_fail_hook != NULL && hf__thread_fail_hook()) || pthread_attr_init(&attributes) != 0)
        return false;
    bool fine = group->options.stack_bytes == 0 ||
                pthread_attr_setstacksize(&attributes, group->options.stack_bytes) == 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    fine = fine && pthread_create(&slot->thread, &attributes, thread_main, slot) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return fine;
}

/* Under the lock: one more thread when more tasks wait than threads are idle. */
static void add_thread(hf_task_group *group)
{
    if (group->idle >= group->counts.queued || group->counts.threads >= group->options.threads_max)
        return;
    for (unsigned i = 0; i <= group->options.threads_max; i++) {
        hf__task_thread *slot = &group->threads[i];
        if (slot->made && !slot->ended)
            continue;
        if (slot->made)
            pthread_join(slot->thread, NULL); /* it needs the lock no more */
        slot->group = group;
        slot->ended = false;
        slot->made = create_thread(group, slot);
        group->counts.threads += slot->made;
        return;
    }
}

/* The last act of a thread. When a task ended it by pthread_exit, another takes its place. */
static void thread_ends(void *context)
{
    hf__task_thread *slot = context;
    hf_task_group   *group = slot->group;
    enter(group);
    group->counts.threads--;
    if (group->counts.queued > 0)
        add_thread(group);
    if (group->counts.threads == 0)
        pthread_cond_broadcast(&group->done); /* who waits does what is left */
    slot->ended = true;
    leave(group);
}

static void *thread_main(void *context)
{
    pthread_cleanup_push(thread_ends, context);
    serve(((hf__task_thread *)context)->group);
    pthread_cleanup_pop(1);
    return NULL;
}

/* ---- accepting --------------------------------------------------------------------------- */

static struct timespec look_again(const hf_task_group *group)
{
    uint64_t at_ns = hf__clock_after_ms(hf__clock_ns(), BLOCKED_LOOK_MS);
    uint64_t deadline_ns = hf_cancel_deadline_ns(&group->cancel);
    if (deadline_ns < at_ns)
        at_ns = deadline_ns;
    return (struct timespec){ .tv_sec = (time_t)(at_ns / 1000000000), .tv_nsec = (long)(at_ns % 1000000000) };
}

static hf_status check_acceptable(hf_task_group *group, const hf_task *task, hf_error *reterr)
{
    if (group->closed)
        return hf__fail(reterr, HF_MISUSE, "the task group is closed");
    hf_status status = hf_cancel_check(&group->cancel);
    if (status != HF_OK)
        return hf__fail(reterr, status, "the task group");
    if (task->depth > group->options.depth_max)
        return hf__fail(reterr, HF_LIMIT_DEPTH, "a task started by tasks %u deep", task->depth);
    return HF_OK;
}

/* Under the lock: waits for room in the queue, or says that the caller shall run the task. */
static hf_status find_room(hf_task_group *group, const hf_task *task, bool *ret_run_here, hf_error *reterr)
{
    bool inside = hf__task_running != NULL && hf__task_running->group == group;
    for (;;) {
        hf_status status = check_acceptable(group, task, reterr);
        if (status != HF_OK)
            return status;
        if (group->counts.queued < group->options.queue_max) {
            *ret_run_here = false;
            return HF_OK;
        }
        if (group->options.when_full == HF_TASK_REFUSE)
            return hf__fail(reterr, HF_LIMIT_COUNT, "%llu tasks wait already",
                            (unsigned long long)group->counts.queued);
        if (group->options.when_full == HF_TASK_RUN || inside) {
            *ret_run_here = true;
            return HF_OK;
        }
        struct timespec until = look_again(group);
        pthread_cond_timedwait(&group->room, &group->lock, &until);
    }
}

/* Under the lock: onto the queue, with a thread that will come to it. */
static hf_status enqueue(hf_task_group *group, hf_task *task, hf_error *reterr)
{
    push_queue(group, task);
    add_thread(group);
    if (group->counts.threads == 0 && group->counts.queued == 1) {
        pop_queue(group);
        return hf__fail(reterr, HF_NO_MEMORY, "no thread could be started");
    }
    pthread_cond_signal(&group->work);
    return HF_OK;
}

hf_status hf__task_group_accept(hf_task_group *group, hf_task *task, hf_error *reterr)
{
    bool run_here = false;
    enter(group);
    hf_status status = find_room(group, task, &run_here, reterr);
    if (status == HF_OK && !run_here)
        status = enqueue(group, task, reterr);
    if (status == HF_OK) {
        task->accepted_ns = hf__clock_ns();
        list_unfinished(group, task);
        group->counts.started++;
        group->counts.running += run_here;
        if (task->depth > group->counts.depth_peak)
            group->counts.depth_peak = task->depth;
    } else {
        group->counts.refused++;
    }
    leave(group);
    if (run_here)
        run_task(task);
    return status;
}

/* ---- groups ------------------------------------------------------------------------------ */

static unsigned processors(void)
{
    cpu_set_t usable;
    int       count = sched_getaffinity(0, sizeof usable, &usable) == 0 ? CPU_COUNT(&usable) : 0;
    return count > 0 ? (unsigned)count : 1;
}

static void fill_defaults(hf_task_group_options *options)
{
    if (options->threads_max == 0)
        options->threads_max = processors();
    if (options->queue_max == 0)
        options->queue_max = HF_TASK_QUEUE_MAX;
    if (options->depth_max == 0)
        options->depth_max = HF_TASK_DEPTH_MAX;
    if (options->captured_bytes_max == 0)
        options->captured_bytes_max = HF_TASK_CAPTURED_BYTES_MAX;
}

static void init_sync(hf_task_group *group)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&group->lock, NULL);
    pthread_cond_init(&group->work, NULL);
    pthread_cond_init(&group->done, NULL);
    pthread_cond_init(&group->room, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

hf_status hf_task_group_create(const hf_task_group_options *options, hf_task_group **ret_group, hf_error *reterr)
{
    hf_task_group_options filled = { .threads_max = 0 };
    void                 *block = NULL;
    hf_budget            *captured = NULL;
    if (options != NULL)
        filled = *options;
    fill_defaults(&filled);
    hf__memory own = { filled.allocator, filled.budget };
    if (filled.threads_max > THREADS_MOST)
        return hf__fail(reterr, HF_OUT_OF_RANGE, "%u threads, at most %d", filled.threads_max, THREADS_MOST);
    size_t bytes = sizeof(hf_task_group) + (filled.threads_max + (size_t)1) * sizeof(hf__task_thread);
    hf_status status = hf_budget_create(&(hf_budget_options){ .parent = filled.budget,
                                                              .bytes_max = filled.captured_bytes_max,
                                                              .name = "task group" },
                                        &captured, reterr);
    if (status != HF_OK)
        return status;
    status = hf__memory_allocate(&own, bytes, HF_ALIGNMENT, &block, reterr);
    if (status != HF_OK) {
        hf_budget_drop(captured);
        return status;
    }
    hf_task_group *group = memset(block, 0, bytes);
    group->options = filled;
    group->own = own;
    group->captured = (hf__memory){ filled.allocator, captured };
    group->bytes = bytes;
    hf_cancel_init(&group->cancel, filled.cancel, filled.time_ms);
    init_sync(group);
    hf_budget_hold(own.budget);
    *ret_group = group;
    return HF_OK;
}

static bool runs_in(const hf_task_group *group)
{
    return hf__task_running != NULL && hf__task_running->group == group;
}

/* Under the lock: until nothing is queued or running. Where no thread could be made for what is
 * queued, the waiting thread does it. */
static hf_status await_done(hf_task_group *group, hf_error *reterr)
{
    while (group->counts.queued > 0 || group->counts.running > 0) {
        if (group->counts.queued > 0 && group->counts.threads == 0)
            run_first(group);
        else
            pthread_cond_wait(&group->done, &group->lock);
    }
    hf_status failure = group->failure;
    if (failure != HF_OK && reterr != NULL)
        *reterr = group->error;
    group->failure = HF_OK;
    return failure;
}

hf_status hf_task_group_wait(hf_task_group *group, hf_error *reterr)
{
    if (runs_in(group))
        return hf__misuse(reterr, "a task waits for its own group");
    enter(group);
    hf_status status = await_done(group, reterr);
    leave(group);
    return status;
}

void hf_task_group_cancel(hf_task_group *group)
{
    hf_cancel_request(&group->cancel);
    enter(group);
    pthread_cond_broadcast(&group->room);
    leave(group);
}

hf_status hf_task_group_close(hf_task_group *group, hf_error *reterr)
{
    if (runs_in(group))
        return hf__misuse(reterr, "a task closes its own group");
    enter(group);
    group->closed = true;
    pthread_cond_broadcast(&group->work);
    pthread_cond_broadcast(&group->room);
    hf_status status = await_done(group, reterr);
    leave(group);
    for (unsigned i = 0; i <= group->options.threads_max; i++) {
        enter(group);
        hf__task_thread slot = group->threads[i];
        group->threads[i].made = false;
        leave(group);
        if (slot.made)
            pthread_join(slot.thread, NULL);
    }
    return status;
}

hf_status hf_task_group_destroy(hf_task_group *group)
{
    if (group == NULL)
        return HF_OK;
    enter(group);
    uint64_t prepared = group->prepared;
    leave(group);
    if (prepared > 0)
        return hf__misuse(NULL, "task group destroyed with %llu prepared tasks", (unsigned long long)prepared);
    if (runs_in(group))
        return hf__misuse(NULL, "a task destroys its own group");
    hf_task_group_cancel(group);
    hf_task_group_close(group, NULL);
    pthread_mutex_destroy(&group->lock);
    pthread_cond_destroy(&group->work);
    pthread_cond_destroy(&group->room);
    pthread_cond_destroy(&group->done);
    hf_budget_drop(group->captured.budget);
    hf__memory own = group->own;
    hf__memory_free(&own, group, group->bytes, HF_ALIGNMENT);
    hf_budget_drop(own.budget);
    return HF_OK;
}

hf_task_counts hf_task_group_count(hf_task_group *group)
{
    enter(group);
    hf_task_counts counts = group->counts;
    if (group->oldest != NULL)
        counts.oldest_ns = hf__clock_ns() - group->oldest->accepted_ns + 1;
    leave(group);
    hf_budget_counts bytes = hf_budget_count(group->captured.budget);
    counts.captured_bytes = bytes.current;
    counts.captured_bytes_peak = bytes.peak;
    counts.captured_bytes_max = bytes.bytes_max;
    return counts;
}

unsigned hf__task_group_threads_max(const hf_task_group *group)
{
    return group->options.threads_max;
}
