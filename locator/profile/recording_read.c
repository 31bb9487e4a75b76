/* recording_read.c - events of a recording into the live tables and models of its processes. */
#define _GNU_SOURCE
#include "recording_read.h"

#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"
#include "live.h"
#include "recording_mappings.h"
#include "recording_regions.h"
#include "recording_threads.h"
#include "recording_windows.h"
#include "room.h"
#include "stack_paths.h"
#include "trace_read.h"

enum { PROCESSES_MAX = 4096 };

/* The recorder's checkpoints are some milliseconds apart. What is between them in time is cut more finely,
 * so that a program of a few milliseconds has windows too; merging keeps their number bounded. */
enum { WINDOW_FIRST_NS = 500000 };
enum { PLAIN_AT_ONCE = 128 };

typedef struct process {
    hf__replayed     result;
    hf__live         live;
    hf__regions      regions;
    hf__mappings     mappings;
    hf__threads      threads;
    hf__told_windows told;
    hf__path_cache   cache;
    uint64_t         start_ns, period, next_window_ns;
    uint64_t         thinned_ns;  /* + 1; 0: never below what was asked for */
    char             thinned_why[96];
    hf__memory       memory;      /* as of the last checkpoint */
    uint32_t         executable;  /* text of the model */
    unsigned         by_signal, by_program; /* checkpoints */
    uint64_t         lost;        /* events */
    unsigned         merged;      /* windows were merged so often before the first summed up one */
    bool             started, main_returned, has_windows, has_inherited;
} process;

struct hf__replay {
    hf__recording    recording;
    hf__trace_reader *reader;
    hf__stack_paths  paths;
    process        **processes; /* by number */
    size_t           processes_count, processes_room;
    uint64_t         lost, lost_by_nobody;
    bool             failed;
};
typedef struct hf__replay player;

static void note(player *at, const char *format, ...) HF_PRINTF(2, 3);
static void note(player *at, const char *format, ...)
{
    char *notes = at->recording.notes;
    size_t length = strlen(notes), room = sizeof at->recording.notes - length;
    if (room < 8)
        return;
    if (length > 0) {
        memcpy(notes + length, "; ", 3);
        length += 2;
        room -= 2;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(notes + length, room, format, arguments);
    va_end(arguments);
}

/* ---- processes -------------------------------------------------------------------------------- */

static process *process_of(player *at, uint32_t number)
{
    return number < at->processes_count ? at->processes[number] : NULL;
}

static void start_process(player *at, const hf__trace_event *event)
{
    uint32_t number = event->process;
    if (number >= PROCESSES_MAX) {
        if (number == PROCESSES_MAX)
            note(at, "more than %d processes; the rest is left out", PROCESSES_MAX);
        return;
    }
    process *made = hf__room_zeroed(1, sizeof *made);
    if (made == NULL || !HF_RESERVE(at->processes, at->processes_room, (size_t)number + 1)) {
        hf__room_free(made);
        at->failed = true;
        return;
    }
    while (at->processes_count <= number)
        at->processes[at->processes_count++] = NULL;
    if (at->processes[number] != NULL) {
        hf__room_free(made);
        return;
    }
    if (hf__model_init(&made->result.model, NULL) != HF_OK) {
        hf__room_free(made);
        at->failed = true;
        return;
    }
    at->processes[number] = made;
    if (hf__live_init(&made->live, &made->result.model, NULL) != HF_OK) {
        at->failed = true;
        return;
    }
    const hf__trace_info *info = hf__trace_get_info(at->reader);
    made->started = true;
    made->start_ns = event->time_ns;
    made->next_window_ns = event->time_ns + WINDOW_FIRST_NS;
    made->memory = HF_MEMORY_UNKNOWN;
    made->result.process = number;
    made->result.pid = event->process_start.pid;
    made->result.parent = event->process_start.parent_process;
    made->result.forked = event->process_start.origin == HF__PROCESS_FORK;
    hf__model *model = &made->result.model;
    model->has_cohorts = true;
    model->started_ns = (int64_t)(info->start_unix_ns + event->time_ns);
    model->program = made->executable = hf__model_text(model, hf_text_of(event->process_start.path.bytes, event->process_start.path.length));
}

static void play_thread(player *at, process *in, const hf__trace_event *event)
{
    uint32_t path = HF_NONE;
    if (event->kind == HF__TRACE_THREAD_START && event->thread_start.stack != 0)
        path = hf__stack_path(&at->paths, &in->cache, &in->result.model, event->thread_start.stack, HF_PATH_THREAD);
    at->failed |= !hf__threads_play(&in->threads, &in->live, event, path);
}

static void play_map(player *at, process *in, const hf__trace_event *event)
{
    in->result.events++;
    at->failed |= !hf__mappings_cut(&in->mappings, &in->live, event->map.address, event->map.size);
    if (event->kind != HF__TRACE_MAP || (event->map.flags & HF__MAP_ALLOCATOR) != 0)
        return;
    uint32_t path = hf__stack_path(&at->paths, &in->cache, &in->result.model, event->map.stack, HF_PATH_MAPPING);
    at->failed |= !hf__mappings_add(&in->mappings, &in->live, (hf__mapping){ event->map.address, event->map.size, path });
}

/* ---- windows of time ---------------------------------------------------------------------------- */

static void close_window(process *in, uint64_t time_ns)
{
    uint32_t flags = in->main_returned ? HF_CHECKPOINT_EXIT : 0;
    double seconds = (double)(time_ns - in->start_ns) / 1e9;
    hf__live_checkpoint(&in->live, seconds, &in->memory, flags);
    in->next_window_ns = time_ns + ((uint64_t)WINDOW_FIRST_NS << (in->merged + in->result.model.shift));
}

/* ---- blocks ----------------------------------------------------------------------------------- */

static void play_allocate(player *at, process *in, const hf__trace_event *event)
{
    in->result.events++;
    double weight = event->allocate.weight;
    uint32_t fixed = HF_LIVE_WEIGHT_ONE;
    if (weight > 1) {
        fixed = weight < UINT32_MAX / HF_LIVE_WEIGHT_ONE ? (uint32_t)(weight * HF_LIVE_WEIGHT_ONE + 0.5) : UINT32_MAX;
        in->result.model.sampled = true;
    }
    uint32_t path = hf__stack_path(&at->paths, &in->cache, &in->result.model, event->allocate.stack, HF_PATH_HEAP);
    bool again = (event->allocate.flags & HF__FROM_REALLOC) != 0;
    if (again && hf__live_resize(&in->live, event->thread, event->allocate.address, event->allocate.size, path, fixed))
        return;
    hf__live_settle(&in->live, event->thread);
    hf__live_born(&in->live, event->allocate.address, event->allocate.size, path, fixed);
}

/* Plain allocations and releases of one process, made at one time. */
static void play_plain(player *at, process *in, const hf__trace_plain_common *common, const hf__trace_plain *plain, size_t count)
{
    hf__live_change changes[PLAIN_AT_ONCE];
    uint32_t stack = 0, path = HF_NONE;
    in->result.events += count;
    for (size_t i = 0; i < count; i++) {
        if (!plain[i].released && (plain[i].stack != stack || path == HF_NONE)) {
            stack = plain[i].stack;
            path = hf__stack_path(&at->paths, &in->cache, &in->result.model, stack, HF_PATH_HEAP);
        }
        changes[i] = (hf__live_change){ plain[i].address, plain[i].size, path, plain[i].released };
    }
    if (common->time_ns >= in->next_window_ns && !in->has_windows)
        close_window(in, common->time_ns);
    hf__live_settle(&in->live, common->thread);
    hf__live_play(&in->live, changes, count);
    at->failed |= in->result.model.failed || in->live.failed;
}

static void play_release(process *in, const hf__trace_event *event)
{
    in->result.events++;
    if ((event->release.flags & HF__FROM_REALLOC) != 0) {
        hf__live_lift(&in->live, event->thread, event->release.address);
        return;
    }
    hf__live_settle(&in->live, event->thread);
    hf__live_died(&in->live, event->release.address);
}

/* ---- windows: what the collector had already summed up ------------------------------------------ */

static void play_window(player *at, process *in, const hf__trace_event *event)
{
    hf__model *model = &in->result.model;
    if (!in->has_windows)
        in->merged += hf__live_rebase(&in->live);   /* checkpoints are further apart than what was cut until here */
    in->has_windows = true;
    model->sampled |= in->period > 1;
    uint32_t path = hf__stack_path(&at->paths, &in->cache, model, event->path_window.stack, HF_PATH_HEAP);
    if (path != HF_NONE)
        at->failed |= !hf__told_windows_play(&in->told, model, event, path, in->period);
}

static void play_cohort(player *at, process *in, const hf__trace_event *event)
{
    uint32_t path = hf__stack_path(&at->paths, &in->cache, &in->result.model, event->path_cohort.stack, HF_PATH_HEAP);
    hf__told_cohort_play(&in->result.model, event, path, in->start_ns);
}

/* ---- sampling --------------------------------------------------------------------------------- */

static void play_sampling(player *at, process *in, const hf__trace_event *event)
{
    bool asked = event->sampling.period == hf__trace_get_info(at->reader)->period;
    if (event->sampling.period != in->period && !asked) {
        in->thinned_ns = in->thinned_ns != 0 ? in->thinned_ns : event->time_ns + 1;
        snprintf(in->thinned_why, sizeof in->thinned_why, "%.*s", (int)event->sampling.text.length,
                 event->sampling.text.bytes);
    }
    in->period = event->sampling.period;
    in->result.model.sampled |= in->period > 1; /* also when nothing was ever sampled */
}

/* Of the program that was started, not of its children: how it ended, unless by itself and well, or because somebody
 * asked it to. */
static void note_ending(player *at, const process *in)
{
    int status = in->result.status;
    if (in->result.ended == HF__ENDED_EXIT && status != 0)
        note(at, "the program ended with status %d", status);
    else if (in->result.ended == HF__ENDED_SIGNAL && status != SIGINT && status != SIGTERM && status != SIGHUP)
        note(at, "the program was ended by signal %d (%s)", status, strsignal(status));
}

static void note_checkpoints(player *at, const process *in)
{
    if (in->by_signal > 0)
        note(at, "%u checkpoint%s by signal", in->by_signal, in->by_signal == 1 ? "" : "s");
    if (in->by_program > 0)
        note(at, "%u checkpoint%s by the program itself", in->by_program, in->by_program == 1 ? "" : "s");
}

/* Said once, however often it was thinned further. */
static void note_thinning(player *at, const process *in)
{
    if (in->thinned_ns == 0)
        return;
    bool small = in->period < 10240;
    note(at, "from %.1f s on recording was thinned out, at last to one in %llu %s: %s", (double)in->thinned_ns / 1e9,
         (unsigned long long)(small ? in->period : in->period >> 10), small ? "bytes" : "KiB", in->thinned_why);
}

/* ---- reachability ----------------------------------------------------------------------------- */

static hf__reach_from from_of(hf__root_kind kind)
{
    static const hf__reach_from all[] = { HF_FROM_NOWHERE, HF_FROM_GLOBAL, HF_FROM_THREAD, HF_FROM_STACK, HF_FROM_MAPPING };
    return all[kind];
}

static void play_reach(player *at, process *in, const hf__trace_event *event)
{
    hf__model *model = &in->result.model;
    hf__reached reached = { .look = event->reach.look, .lost = event->reach.lost, .lost_bytes = event->reach.lost_bytes,
                            .held = event->reach.held, .kept = event->reach.kept, .kept_bytes = event->reach.kept_bytes,
                            .from = from_of(event->reach.root), .via = HF_NONE };
    hf_text name = hf_text_of("", 0);
    uint32_t path = hf__stack_path(&at->paths, &in->cache, model, event->reach.stack, HF_PATH_HEAP);
    if (event->reach.via != 0)
        reached.via = hf__stack_function(model, hf__stack_path(&at->paths, &in->cache, model, event->reach.via, HF_PATH_HEAP));
    if (reached.from == HF_FROM_GLOBAL && !hf__stack_paths_variable(&at->paths, event->reach.module, event->reach.address, &name)) {
        name = hf_text_of(event->reach.file.bytes, event->reach.file.length);
        reached.is_file = true;
    }
    reached.name = hf__model_text(model, name);
    hf__model_reached(model, path, &reached);
}

/* ---- regions ---------------------------------------------------------------------------------- */

/* Of the parent, when the first event of its child comes: that it began was told earlier than its events were. */
static void inherit_regions(player *at, process *in, hf__trace_kind kind)
{
    if (!in->result.forked || in->has_inherited || kind == HF__TRACE_MODULE_LOAD || kind == HF__TRACE_STACK)
        return;
    in->has_inherited = true;
    const process *parent = process_of(at, in->result.parent);
    if (parent != NULL)
        at->failed |= !hf__regions_inherit(&in->regions, &in->result.model, &parent->regions, &parent->result.model);
}

/* What exit handlers take down is no news: regions stay as main left them. */
static void play_region(player *at, process *in, const hf__trace_event *event)
{
    hf__model *model = &in->result.model;
    if (in->main_returned)
        return;
    if (event->kind == HF__TRACE_REGION_USE) {
        hf__regions_use(&in->regions, model, event);
        return;
    }
    uint32_t path = hf__stack_path(&at->paths, &in->cache, model, event->region.stack, HF_PATH_HEAP);
    if (path != HF_NONE)
        at->failed |= !hf__regions_name(&in->regions, model, event, hf__stack_function(model, path));
}

/* ---- checkpoints ------------------------------------------------------------------------------ */

static int64_t known(uint64_t amount)
{
    return amount > 0 && amount <= INT64_MAX ? (int64_t)amount : -1;
}

static void play_checkpoint(process *in, const hf__trace_event *event)
{
    hf__memory memory = HF_MEMORY_UNKNOWN;
    if (event->checkpoint.statistics.present) {
        memory.allocator_live = (int64_t)event->checkpoint.statistics.allocated;
        memory.allocator_held = known(event->checkpoint.statistics.footprint);
        memory.mapped = (int64_t)event->checkpoint.statistics.mapped;
    }
    uint64_t own = event->checkpoint.own_bytes;
    if (event->checkpoint.rss > own)
        memory.rss = (int64_t)(event->checkpoint.rss - own);
    if (event->checkpoint.anonymous > 0)
        memory.anonymous = (int64_t)event->checkpoint.anonymous; /* our own lies in shared memory */
    memory.allocated_bytes = (int64_t)event->checkpoint.counters.requested_bytes;
    memory.blocks = (int64_t)(event->checkpoint.counters.allocations - event->checkpoint.counters.releases);
    memory.threads = (int64_t)in->threads.running;
    const hf__trace_counters *counted = &event->checkpoint.counters;
    if (counted->has_usable && counted->usable_bytes > 0 && counted->usable_bytes >= counted->released_bytes)
        memory.usable_live = (int64_t)(counted->usable_bytes - counted->released_bytes);
    in->memory = memory;
    in->result.allocations = event->checkpoint.counters.allocations;
    in->by_signal += event->checkpoint.reason == HF__CHECKPOINT_SIGNAL;
    in->by_program += event->checkpoint.reason == HF__CHECKPOINT_PROGRAM;
    if (event->checkpoint.cpu_ns > 0) {
        in->result.own_ns = event->checkpoint.own_ns;
        in->result.cpu_ns = event->checkpoint.cpu_ns;
    }
    /* Windows are to be about as long as each other, however far apart checkpoints are. */
    if (!in->has_windows || event->time_ns >= in->next_window_ns || event->checkpoint.reason != HF__CHECKPOINT_TIME)
        close_window(in, event->time_ns);
    if (event->checkpoint.reason == HF__CHECKPOINT_MAIN_RETURNED) {
        hf__model_align(&in->result.model);         /* what is released at the end has windows of its own */
        in->main_returned = true;
    }
}

/* ---- all events ------------------------------------------------------------------------------- */

static void play_for_process(player *at, const hf__trace_event *event)
{
    process *in = process_of(at, event->process);
    if (in == NULL || at->failed)
        return;
    if (event->time_ns >= in->next_window_ns && !in->has_windows &&
        (event->kind == HF__TRACE_ALLOCATE || event->kind == HF__TRACE_RELEASE))
        close_window(in, event->time_ns);
    inherit_regions(at, in, event->kind);
    switch (event->kind) {
    case HF__TRACE_PROCESS_END:
        in->result.ended = (int)event->process_end.how;
        in->result.status = event->process_end.value;
        break;
    case HF__TRACE_MODULE_LOAD:
        at->failed |= !hf__stack_paths_module(&at->paths, event, hf__intern_text(&in->result.model.texts, in->executable));
        break;
    case HF__TRACE_STACK: at->failed |= !hf__stack_paths_stack(&at->paths, event); break;
    case HF__TRACE_THREAD_START:
    case HF__TRACE_THREAD_STATE:
    case HF__TRACE_THREAD_END: play_thread(at, in, event); break;
    case HF__TRACE_ALLOCATE: play_allocate(at, in, event); break;
    case HF__TRACE_RELEASE: play_release(in, event); break;
    case HF__TRACE_RESTORE: hf__live_restore(&in->live, event->thread, event->release.address); break;
    case HF__TRACE_MAP:
    case HF__TRACE_UNMAP: play_map(at, in, event); break;
    case HF__TRACE_SAMPLING: play_sampling(at, in, event); break;
    case HF__TRACE_CHECKPOINT: play_checkpoint(in, event); break;
    case HF__TRACE_PATH_WINDOW: play_window(at, in, event); break;
    case HF__TRACE_REACH: play_reach(at, in, event); break;
    case HF__TRACE_REGION:
    case HF__TRACE_REGION_USE: play_region(at, in, event); break;
    case HF__TRACE_PATH_COHORT: play_cohort(at, in, event); break;
    case HF__TRACE_WAITED: in->result.model.waited_s = (double)event->waited.ns / 1e9; break;
    default: break;
    }
    at->failed |= in->result.model.failed || in->live.failed;
}

/* Where it is not known whose they were, they may be anybody's. */
static void play_lost(player *at, const hf__trace_event *event)
{
    process *in = process_of(at, event->process);
    at->lost += event->lost.events;
    if (in != NULL)
        in->lost += event->lost.events;
    else
        at->lost_by_nobody += event->lost.events;
}

static void play(player *at, const hf__trace_event *event)
{
    switch (event->kind) {
    case HF__TRACE_PROCESS_START: start_process(at, event); break;
    case HF__TRACE_LOST: play_lost(at, event); break;
    case HF__TRACE_NOTICE: note(at, "%.*s", (int)event->notice.text.length, event->notice.text.bytes); break;
    default: play_for_process(at, event); break;
    }
}

static void destroy(process *gone)
{
    if (gone == NULL)
        return;
    hf__live_release(&gone->live);
    hf__path_cache_release(&gone->cache);
    hf__model_release(&gone->result.model);
    hf__told_windows_release(&gone->told);
    hf__regions_release(&gone->regions);
    hf__mappings_release(&gone->mappings);
    hf__threads_release(&gone->threads);
    hf__room_free(gone);
}

/* Seals each model and moves it to the result. */
static hf_status seal_all(player *at, hf_error *reterr)
{
    hf__recording *recording = &at->recording;
    unsigned running = 0;
    for (size_t i = 0; i < at->processes_count; i++) {
        process *one = at->processes[i];
        if (one == NULL)
            continue;
        one->result.strangers = one->live.strangers;
        one->result.model.lost_events = one->lost + at->lost_by_nobody;
        one->result.model.cut = recording->cut;
        running += one->result.ended == HF__ENDED_RUNNING;
        note_ending(at, one);
        note_thinning(at, one);
        note_checkpoints(at, one);
        if (one->regions.left_out)
            note(at, "more than %d arenas with names; the rest is left out", HF_REGIONS_MAX);
        hf_status status = hf__model_seal(&one->result.model, reterr);
        if (status != HF_OK)
            return status;
        if (!HF_RESERVE(recording->processes, recording->processes_room, recording->processes_count + 1))
            return hf__fail(reterr, HF_NO_MEMORY, NULL);
        recording->processes[recording->processes_count++] = one->result;
        recording->events += one->result.events;
        memset(&one->result.model, 0, sizeof one->result.model);
    }
    if (running > 0)
        note(at, "%u process%s still ran when the program ended, and %s recorded no further: keep a service in the foreground", running,
             running == 1 ? "" : "es", running == 1 ? "is" : "are");
    if (at->lost > 0)
        note(at, "at least %llu events were lost", (unsigned long long)at->lost);
    if (recording->cut)
        note(at, "the recording ends in the middle");
    return HF_OK;
}

/* ---- reading ---------------------------------------------------------------------------------- */

hf_status hf__replay_begin(hf__trace_reader *reader, hf__replay **ret_replay, hf_error *reterr)
{
    player *at = hf__room_zeroed(1, sizeof *at);
    if (at == NULL) {
        hf__trace_close(reader);
        return hf__fail(reterr, HF_NO_MEMORY, NULL);
    }
    at->reader = reader;
    hf_status status = hf__stack_paths_init(&at->paths, reterr);
    if (status != HF_OK)
        hf__replay_destroy(at);
    else
        *ret_replay = at;
    return status;
}

void hf__replay_grown(hf__replay *replay, uint64_t length)
{
    hf__trace_grown(replay->reader, length);
}

hf_status hf__replay_play(hf__replay *replay, const _Atomic bool *stop, hf_error *reterr)
{
    hf_status status = HF_OK;
    while (status == HF_OK && !replay->failed && (stop == NULL || !atomic_load_explicit(stop, memory_order_relaxed))) {
        hf__trace_plain plain[PLAIN_AT_ONCE];
        hf__trace_plain_common common;
        hf__trace_event event;
        size_t count = hf__trace_next_plain(replay->reader, plain, PLAIN_AT_ONCE, &common);
        process *in = count > 0 ? process_of(replay, common.process) : NULL;
        if (in != NULL)
            play_plain(replay, in, &common, plain, count);
        if (count == PLAIN_AT_ONCE)
            continue;
        status = hf__trace_next(replay->reader, &event, reterr);
        if (status == HF_OK)
            play(replay, &event);
    }
    return replay->failed && status == HF_OK ? hf__fail(reterr, HF_NO_MEMORY, NULL) : status;
}

hf_status hf__replay_finish(hf__replay *replay, hf__recording *ret_recording, hf_error *reterr)
{
    replay->recording.cut = hf__trace_was_cut(replay->reader);
    hf_status status = seal_all(replay, reterr);
    if (status == HF_OK) {
        *ret_recording = replay->recording;
        replay->recording = (hf__recording){ 0 };
    }
    return status;
}

void hf__replay_destroy(hf__replay *replay)
{
    if (replay == NULL)
        return;
    for (size_t i = 0; i < replay->processes_count; i++)
        destroy(replay->processes[i]);
    hf__room_free(replay->processes);
    hf__stack_paths_release(&replay->paths);
    hf__trace_close(replay->reader);
    hf__recording_release(&replay->recording);
    hf__room_free(replay);
}

hf_status hf__recording_read(const char *path, hf__recording *ret_recording, hf_error *reterr)
{
    hf__trace_reader *reader = NULL;
    hf__replay *at = NULL;
    hf_status status = hf__trace_open_file(path, &reader, reterr);
    if (status != HF_OK)
        return status;
    status = hf__replay_begin(reader, &at, reterr);
    if (status == HF_OK)
        status = hf__replay_play(at, NULL, reterr);
    if (status == HF_END)
        status = hf__replay_finish(at, ret_recording, reterr);
    if (status != HF_OK && status != HF_NO_MEMORY)
        hf__error_set_name(reterr, path);
    hf__replay_destroy(at);
    return status;
}

void hf__recording_release(hf__recording *recording)
{
    for (size_t i = 0; i < recording->processes_count; i++)
        hf__model_release(&recording->processes[i].model);
    hf__room_free(recording->processes);
    *recording = (hf__recording){ 0 };
}
