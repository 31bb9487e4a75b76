/* record.c - recording programs for tests. */
#define _GNU_SOURCE
#include "record.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

unsigned cases_passed, cases_failed;

bool check(bool holds, const char *format, ...)
{
    va_list rest;
    if (holds) {
        cases_passed++;
        return true;
    }
    cases_failed++;
    va_start(rest, format);
    fprintf(stderr, "failed: ");
    vfprintf(stderr, format, rest);
    fprintf(stderr, "\n");
    va_end(rest);
    return false;
}

int check_summary(void)
{
    printf("# cases: %u passed, %u failed\n", cases_passed, cases_failed);
    return cases_failed != 0;
}

bool record_program(char *const *command, const hf__collect_options *options, recorded *ret_recorded)
{
    hf_error error;
    hf__collect_options own = options != NULL ? *options : (hf__collect_options){ 0 };
    int output = memfd_create("output", MFD_CLOEXEC), before = dup(STDOUT_FILENO);
    memset(ret_recorded, 0, sizeof *ret_recorded);
    ret_recorded->file = memfd_create("recording", MFD_CLOEXEC);
    own.command = command;
    own.recorder = RECORDER_PATH;
    own.file = ret_recorded->file;
    fflush(stdout);
    dup2(output, STDOUT_FILENO);
    hf_status status = hf__collect_run(&own, &ret_recorded->result, &error);
    dup2(before, STDOUT_FILENO);
    close(before);
    ssize_t length = pread(output, ret_recorded->output, sizeof ret_recorded->output - 1, 0);
    ret_recorded->output[length > 0 ? length : 0] = '\0';
    close(output);
    snprintf(ret_recorded->path, sizeof ret_recorded->path, "/proc/self/fd/%d", ret_recorded->file);
    if (status != HF_OK)
        hf_error_print(stderr, &error);
    return status == HF_OK;
}

void recorded_release(recorded *run)
{
    close(run->file);
}

/* ---- replaying ------------------------------------------------------------------------------- */

static live_block *place_of(live_block *blocks, size_t room, uint32_t process, uint64_t address)
{
    size_t at = (size_t)((address ^ (uint64_t)process << 50) * 0x9e3779b97f4a7c15u >> 24) & (room - 1);
    while (blocks[at].address != 0 && (blocks[at].address != address || blocks[at].process != process))
        at = (at + 1) & (room - 1);
    return &blocks[at];
}

static live_block *block_at(replayed *all, uint32_t process, uint64_t address)
{
    if (all->blocks_count * 2 >= all->blocks_room) {
        size_t room = all->blocks_room != 0 ? all->blocks_room * 2 : 4096;
        live_block *blocks = calloc(room, sizeof *blocks);
        if (blocks == NULL)
            abort();
        for (size_t i = 0; i < all->blocks_room; i++)
            if (all->blocks[i].address != 0)
                *place_of(blocks, room, all->blocks[i].process, all->blocks[i].address) = all->blocks[i];
        free(all->blocks);
        all->blocks = blocks;
        all->blocks_room = room;
    }
    return place_of(all->blocks, all->blocks_room, process, address);
}

static void add_allocation(replayed *all, const hf__trace_event *event)
{
    live_block *block = block_at(all, event->process, event->allocate.address);
    if (block->address == 0)
        all->blocks_count++;
    else if (block->alive)
        all->doubled++;
    *block = (live_block){ event->allocate.address, event->allocate.size, event->process, event->allocate.stack,
                           event->allocate.weight, true };
    all->allocated_weighted += event->allocate.weight * (double)event->allocate.size;
}

static void add_stack(replayed *all, const hf__trace_event *event)
{
    if (event->stack.stack >= all->stacks_room) {
        size_t room = all->stacks_room != 0 ? all->stacks_room : 1024;
        while (room <= event->stack.stack)
            room *= 2;
        all->stacks = realloc(all->stacks, room * sizeof *all->stacks);
        if (all->stacks == NULL)
            abort();
        memset(all->stacks + all->stacks_room, 0, (room - all->stacks_room) * sizeof *all->stacks);
        all->stacks_room = room;
    }
    all->stacks[event->stack.stack] =
        (stack_node){ event->stack.address, event->stack.parent, event->stack.flags, event->stack.module };
    all->stacks_count = event->stack.stack;
}

static void add_module(replayed *all, const hf__trace_event *event)
{
    if (event->module_load.module >= all->modules_room) {
        uint32_t room = event->module_load.module * 2 + 64;
        all->modules = realloc(all->modules, room * sizeof *all->modules);
        if (all->modules == NULL)
            abort();
        all->modules_room = room;
    }
    snprintf(all->modules[event->module_load.module], sizeof all->modules[0], "%.*s",
             (int)event->module_load.path.length, event->module_load.path.bytes);
    all->modules_count = event->module_load.module;
}

static void add_thread(replayed *all, const hf__trace_event *event)
{
    if (event->thread >= all->threads_room) {
        size_t room = (size_t)event->thread * 2 + 64;
        all->threads = realloc(all->threads, room * sizeof *all->threads);
        if (all->threads == NULL)
            abort();
        memset(all->threads + all->threads_room, 0, (room - all->threads_room) * sizeof *all->threads);
        all->threads_room = room;
    }
    thread_told *told = &all->threads[event->thread];
    if (event->kind == HF__TRACE_THREAD_START) {
        told->starts++;
        told->detached += event->thread_start.detached;
        told->has_stack = event->thread_start.stack != 0 && event->thread_start.stack_bytes != 0;
        all->detached += event->thread_start.detached;
    } else if (event->kind == HF__TRACE_THREAD_END) {
        told->ends++;
    } else {
        bool joined = event->thread_state.state == HF__THREAD_JOINED;
        *(joined ? &told->joined : &told->detached) += 1;
        *(joined ? &all->joined : &all->detached) += 1;
    }
}

static void add_ending(replayed *all, const hf__trace_event *event)
{
    static const char *const words[] = { "unknown", "exit", "signal", "exec", "running" };
    size_t length = strlen(all->endings);
    if (event->process > 8)
        return;                      /* only the first ones are looked at */
    snprintf(all->endings + length, sizeof all->endings - length, "%u:%s %d ", event->process,
             words[event->process_end.how], event->process_end.value);
}

static void add_event(replayed *all, const hf__trace_event *event)
{
    if ((event->kind == HF__TRACE_ALLOCATE || event->kind == HF__TRACE_RELEASE) && event->time_ns != all->stamp_ns) {
        all->stamps++;
        all->stamp_ns = event->time_ns;
    }
    live_block *block;
    all->kinds[event->kind]++;
    switch (event->kind) {
    case HF__TRACE_ALLOCATE: add_allocation(all, event); break;
    case HF__TRACE_RELEASE:
        block = block_at(all, event->process, event->release.address);
        if (block->address == 0 || !block->alive)
            all->strangers++;
        block->alive = false;
        break;
    case HF__TRACE_RESTORE:
        block = block_at(all, event->process, event->release.address);
        block->alive = block->address != 0;
        break;
    case HF__TRACE_STACK: add_stack(all, event); break;
    case HF__TRACE_MODULE_LOAD: add_module(all, event); break;
    case HF__TRACE_THREAD_START:
    case HF__TRACE_THREAD_STATE:
    case HF__TRACE_THREAD_END: add_thread(all, event); break;
    case HF__TRACE_CHECKPOINT:
        all->reasons[event->checkpoint.reason & 7]++;
        if (event->process == 1)
            all->counters = event->checkpoint.counters;
        if (event->process == 1 && event->checkpoint.statistics.present)
            all->statistics = event->checkpoint.statistics;
        break;
    case HF__TRACE_LOST:
        all->lost += event->lost.events;
        snprintf(all->lost_last, sizeof all->lost_last, "%.*s", (int)event->lost.text.length, event->lost.text.bytes);
        break;
    case HF__TRACE_PROCESS_END: add_ending(all, event); break;
    default: break;
    }
}

bool replay(const char *path, replayed *ret_replayed)
{
    hf__trace_reader *reader = NULL;
    hf__trace_event event;
    hf_error error;
    memset(ret_replayed, 0, sizeof *ret_replayed);
    hf_status status = hf__trace_open_file(path, &reader, &error);
    if (status == HF_OK) {
        while ((status = hf__trace_next(reader, &event, &error)) == HF_OK)
            add_event(ret_replayed, &event);
    }
    if (status != HF_END)
        hf_error_print(stderr, &error);
    hf__trace_close(reader);
    return status == HF_END;
}

void replayed_release(replayed *all)
{
    free(all->blocks);
    free(all->stacks);
    free(all->modules);
    free(all->threads);
}
