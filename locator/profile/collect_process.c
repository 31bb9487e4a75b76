/* collect_process.c - processes of a session: how they come and go, their checkpoints, their cost. */
#define _GNU_SOURCE
#include "collect_inside.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PERIOD_MAX = 1 << 20 };        /* of a budget: fewer samples than that save nothing */

void hf__notice(hf__collector *collector, uint32_t process, const char *text)
{
    uint8_t fields[512], *at = fields;
    size_t length = strlen(text);
    if (length > sizeof fields - 2 * HF__VARINT_MAX)
        length = sizeof fields - 2 * HF__VARINT_MAX;
    at = hf__varint_put(at, process);
    at = hf__varint_put(at, length);
    memcpy(at, text, length);
    hf__put_now(collector, HF__RECORD_NOTICE, fields, at + length);
}

/* ---- beginning ----------------------------------------------------------------------------- */

/* The image that this pid ran before, when exec replaced it. */
static uint32_t replaced_by_exec(const hf__collector *collector, uint32_t slot, uint32_t pid)
{
    for (uint32_t i = 0; i < hf__slots_used(collector); i++)
        if (i != slot && collector->processes[i].known && !collector->processes[i].ended &&
            collector->processes[i].pid == pid)
            return i;
    return HF__PROCESSES_MAX;
}

static uint32_t number_of_pid(const hf__collector *collector, uint32_t pid)
{
    for (uint32_t i = 0; i < hf__slots_used(collector); i++)
        if (collector->processes[i].known && collector->processes[i].pid == pid)
            return collector->processes[i].number;
    return 0;
}

static void tell_start(hf__collector *collector, uint32_t slot)
{
    hf__process_slot *shared = &collector->session->processes[slot];
    hf__collected *process = &collector->processes[slot];
    uint8_t fields[HF__PROCESS_PATH_MAX + 8 * HF__VARINT_MAX], *at = fields;
    uint32_t before = replaced_by_exec(collector, slot, shared->pid);
    uint32_t origin = shared->origin, parent = shared->parent_process;
    uint32_t length = shared->path_length <= HF__PROCESS_PATH_MAX ? shared->path_length : 0;
    uint32_t allocator = shared->allocator <= HF__ALLOCATOR_MIMALLOC ? shared->allocator : 0;
    memset(process, 0, sizeof *process);
    if (before < HF__PROCESSES_MAX) {
        origin = HF__PROCESS_EXEC;
        parent = collector->processes[before].number;
        hf__process_finish(collector, before, HF__ENDED_EXEC, 0);
    } else if (origin == HF__PROCESS_COMMAND && shared->pid != (uint32_t)collector->child) {
        origin = HF__PROCESS_EXEC;
        parent = number_of_pid(collector, shared->parent_pid);
    }
    process->known = true;
    process->number = shared->number;
    process->pid = shared->pid;
    process->handle = (int)syscall(SYS_pidfd_open, (pid_t)shared->pid, 0);
    collector->processes_seen++;
    at = hf__varint_put(at, process->number);
    at = hf__varint_put(at, process->pid);
    at = hf__varint_put(at, shared->parent_pid);
    at = hf__varint_put(at, parent < process->number ? parent : 0);
    at = hf__varint_put(at, origin <= HF__PROCESS_EXEC ? origin : 0);
    at = hf__varint_put(at, allocator);
    at = hf__varint_put(at, length);
    memcpy(at, shared->path, length);
    hf__put_now(collector, HF__RECORD_PROCESS_START, fields, at + length);
}

void hf__processes_look(hf__collector *collector)
{
    for (uint32_t slot = 0; slot < hf__slots_used(collector); slot++)
        if (!collector->processes[slot].known &&
            atomic_load_explicit(&collector->session->processes[slot].state, memory_order_acquire) == HF__SLOT_LIVE)
            tell_start(collector, slot);
}

/* ---- checkpoints ----------------------------------------------------------------------------- */

uint64_t hf__process_cpu_ns(pid_t pid)
{
    clockid_t clock;
    struct timespec time;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0)
        return 0;
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

enum { NUMBERS_ROOM = 128 };

/* A line of numbers that the kernel has for a process; false when the process is gone. */
static bool read_numbers(uint32_t pid, const char *name, char text[NUMBERS_ROOM])
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%u/%s", pid, name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    ssize_t length = read(file, text, NUMBERS_ROOM - 1);
    close(file);
    if (length <= 0)
        return false;
    text[length] = '\0';
    return true;
}

static void read_resident(uint32_t pid, hf__wire_checkpoint *checkpoint)
{
    char text[NUMBERS_ROOM];
    unsigned long long size, resident, shared;
    if (!read_numbers(pid, "statm", text))
        return;
    /* NOLINTNEXTLINE(cert-err34-c): the kernel's own numbers, which fit */
    if (sscanf(text, "%llu %llu %llu", &size, &resident, &shared) == 3) {
        uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
        checkpoint->rss = resident * page;
        checkpoint->anonymous = resident > shared ? (resident - shared) * page : 0;
    }
}

/* How long the main thread could have run and was kept waiting: the second number of its schedstat. */
static void read_waiting(hf__collected *process)
{
    char text[NUMBERS_ROOM];
    unsigned long long ran, waited;
    if (!read_numbers(process->pid, "schedstat", text))
        return;
    /* NOLINTNEXTLINE(cert-err34-c): the kernel's own numbers, which fit */
    if (sscanf(text, "%llu %llu", &ran, &waited) == 2)
        process->waited_ns = waited;
}

static uint64_t sum_rings(const hf__collector *collector, uint32_t number, hf__wire_checkpoint *checkpoint)
{
    uint64_t own_ticks = 0;
    uint32_t used = atomic_load(&collector->session->rings_used);
    for (uint32_t i = 0; i < used && i < HF__RINGS_MAX; i++) {
        hf__ring *ring = &collector->session->rings[i];
        if (atomic_load(&ring->process) != number)
            continue;
        _Atomic uint64_t *counters[] = { &ring->allocations, &ring->releases, &ring->requested_bytes,
                                         &ring->usable_bytes, &ring->released_bytes, &ring->foreign_releases };
        for (int k = 0; k < 6; k++)
            checkpoint->counters[k] += atomic_load_explicit(counters[k], memory_order_relaxed);
        own_ticks += atomic_load_explicit(&ring->own_ticks, memory_order_relaxed);
        uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
        checkpoint->own_bytes += head < HF__RING_BYTES ? head : HF__RING_BYTES;
    }
    return own_ticks;
}

static double ticks_to_ns(const hf__collector *collector, uint64_t ticks)
{
    return (double)ticks * 1e9 / (double)collector->ticks_per_second;
}

/* A checkpoint of a process that did not answer itself, or cannot any more. */
static void put_checkpoint(hf__collector *collector, uint32_t slot, hf__checkpoint_reason reason)
{
    hf__collected *process = &collector->processes[slot];
    hf__process_slot *shared = &collector->session->processes[slot];
    hf__wire_checkpoint checkpoint = { 0 };
    uint8_t fields[HF__EVENT_MAX + HF__VARINT_MAX], *at = fields;
    checkpoint.number = atomic_fetch_add(&shared->checkpoint_number, 1) + 1;
    checkpoint.reason = reason;
    checkpoint.own_ns = (uint64_t)ticks_to_ns(collector, sum_rings(collector, process->number, &checkpoint));
    checkpoint.has_usable = (atomic_load(&shared->flags) & HF__PROCESS_HAS_USABLE) != 0;
    checkpoint.allocator = shared->allocator <= HF__ALLOCATOR_MIMALLOC ? shared->allocator : 0;
    if (reason != HF__CHECKPOINT_ENDED) {
        read_resident(process->pid, &checkpoint);
        checkpoint.cpu_ns = hf__process_cpu_ns((pid_t)process->pid);
    }
    at = hf__varint_put(at, process->number);
    at = hf__wire_put_checkpoint(at, &checkpoint);
    hf__put_ordered(collector, HF__RECORD_CHECKPOINT, hf__ticks_now(), fields, (size_t)(at - fields));
}

void hf__checkpoints_request(hf__collector *collector, hf__checkpoint_reason reason)
{
    atomic_store(&collector->session->checkpoint_reason, reason);
    atomic_fetch_add(&collector->session->checkpoint_request, 1);
    atomic_fetch_add(&collector->session->tick, 1);
}

void hf__checkpoints_take_unanswered(hf__collector *collector)
{
    uint32_t request = atomic_load(&collector->session->checkpoint_request);
    for (uint32_t slot = 0; slot < hf__slots_used(collector); slot++) {
        if (!collector->processes[slot].known || collector->processes[slot].ended)
            continue;
        read_waiting(&collector->processes[slot]);
        _Atomic uint32_t *answered = &collector->session->processes[slot].checkpoint_answered;
        uint32_t seen = atomic_load(answered);
        if (seen != request && atomic_compare_exchange_strong(answered, &seen, request))
            put_checkpoint(collector, slot,
                           (hf__checkpoint_reason)atomic_load(&collector->session->checkpoint_reason));
    }
}

/* ---- ending -------------------------------------------------------------------------------- */

static void tell_lost(hf__collector *collector, uint32_t number, uint64_t events, const char *words)
{
    uint8_t fields[256], *at = fields;
    size_t length = strlen(words);
    if (events == 0)
        return;
    at = hf__varint_put(at, number);
    at = hf__varint_put(at, events);
    at = hf__varint_put(at, length);
    memcpy(at, words, length);
    hf__put_ordered(collector, HF__RECORD_LOST, hf__ticks_now(), fields, (size_t)(at + length - fields));
}

/* What a user should know about how the recording went. */
static void tell_troubles(hf__collector *collector, uint32_t slot)
{
    hf__process_slot *shared = &collector->session->processes[slot];
    uint32_t number = collector->processes[slot].number;
    uint64_t refused_events = atomic_load(&shared->refused_events);
    uint32_t refused_stacks = atomic_load(&hf__collector_trie(collector, slot)->refused);
    char text[160];
    collector->lost_events += refused_events;
    tell_lost(collector, number, refused_events,
              "events of threads that found no ring, or of deeply nested signal handlers");
    tell_lost(collector, number, collector->processes[slot].lost_untold, "events of threads whose rings stayed full");
    if (refused_stacks != 0) {
        snprintf(text, sizeof text, "more than %d different stacks: %u were cut at their callers", HF__TRIE_NODES_MAX,
                 refused_stacks);
        hf__notice(collector, number, text);
    }
    if (atomic_load(&shared->modules_missed) != 0)
        hf__notice(collector, number, "some loaded modules were missed: their frames have no names");
    if ((atomic_load(&shared->flags) & HF__PROCESS_OWN_MALLOC) != 0)
        hf__notice(collector, number, "the executable brings its own malloc: its calls cannot be seen");
}

static void tell_waiting(hf__collector *collector, const hf__collected *process)
{
    uint8_t fields[2 * HF__VARINT_MAX], *at = fields;
    if (process->waited_ns == 0)
        return;
    at = hf__varint_put(at, process->number);
    at = hf__varint_put(at, process->waited_ns);
    hf__put_ordered(collector, HF__RECORD_WAITED, hf__ticks_now(), fields, (size_t)(at - fields));
}

void hf__process_finish(hf__collector *collector, uint32_t slot, hf__process_ending how, int value)
{
    hf__collected *process = &collector->processes[slot];
    hf__process_slot *shared = &collector->session->processes[slot];
    uint8_t fields[4 * HF__VARINT_MAX], *at = fields;
    if (!process->known || process->ended)
        return;
    if (how != HF__ENDED_RUNNING)
        put_checkpoint(collector, slot, HF__CHECKPOINT_ENDED);
    hf__drain_process(collector, slot, how != HF__ENDED_RUNNING);
    hf__tell_definitions(collector, slot);
    tell_troubles(collector, slot);
    tell_waiting(collector, process);
    at = hf__varint_put(at, process->number);
    at = hf__varint_put(at, how);
    at = hf__varint_put(at, hf__zigzag(value));
    hf__put_ordered(collector, HF__RECORD_PROCESS_END, hf__ticks_now(), fields, (size_t)(at - fields));
    process->ended = true;
    if (process->handle >= 0)
        close(process->handle);
    if (how == HF__ENDED_RUNNING)
        return;                           /* it still writes there */
    hf__session_punch(collector, hf__area_offset(slot, sizeof(hf__trie)), hf__area_size(sizeof(hf__trie)));
    memset((uint8_t *)shared + offsetof(hf__process_slot, number), 0, sizeof *shared - offsetof(hf__process_slot, number));
    memset(process, 0, sizeof *process);
    process->handle = -1;
    atomic_store_explicit(&shared->state, HF__SLOT_FREE, memory_order_release);
}

void hf__processes_check_ended(hf__collector *collector)
{
    for (uint32_t slot = 0; slot < hf__slots_used(collector); slot++) {
        hf__collected *process = &collector->processes[slot];
        if (!process->known || process->ended || process->pid == (uint32_t)collector->child)
            continue;
        struct pollfd poll_one = { process->handle, POLLIN, 0 };
        bool gone = process->handle >= 0 ? poll(&poll_one, 1, 0) == 1 && (poll_one.revents & POLLIN) != 0
                                         : kill((pid_t)process->pid, 0) != 0;
        if (gone)
            hf__process_finish(collector, slot, HF__ENDED_UNKNOWN, 0);
    }
}

void hf__processes_finish_all(hf__collector *collector, int wait_status)
{
    hf__processes_look(collector);
    hf__processes_check_ended(collector);
    for (uint32_t slot = 0; slot < hf__slots_used(collector); slot++) {
        hf__collected *process = &collector->processes[slot];
        if (!process->known || process->ended)
            continue;
        if (process->pid != (uint32_t)collector->child)
            hf__process_finish(collector, slot, HF__ENDED_RUNNING, 0);
        else if (WIFSIGNALED(wait_status))
            hf__process_finish(collector, slot, HF__ENDED_SIGNAL, WTERMSIG(wait_status));
        else
            hf__process_finish(collector, slot, HF__ENDED_EXIT, WEXITSTATUS(wait_status));
    }
}

/* ---- cost ------------------------------------------------------------------------------------ */

static uint64_t own_ticks(const hf__collector *collector, uint32_t slot)
{
    hf__wire_checkpoint sums = { 0 };
    return sum_rings(collector, collector->processes[slot].number, &sums);
}

void hf__budget_keep(hf__collector *collector)
{
    if (collector->options->budget == 0)
        return;
    for (uint32_t slot = 0; slot < hf__slots_used(collector); slot++) {
        hf__collected *process = &collector->processes[slot];
        if (!process->known || process->ended)
            continue;
        uint64_t cpu = hf__process_cpu_ns((pid_t)process->pid);
        uint64_t own = (uint64_t)ticks_to_ns(collector, own_ticks(collector, slot));
        uint64_t passed = cpu - process->cost_cpu, spent = own - process->cost_own;
        if (cpu < process->cost_cpu || passed < 20000000)
            continue;                      /* too little to tell */
        process->cost_cpu = cpu;
        process->cost_own = own;
        uint64_t program = passed > spent ? passed - spent : 1;
        _Atomic uint64_t *period = &collector->session->processes[slot].period;
        uint64_t now = atomic_load(period);
        uint64_t share = spent * 1000 / program, budget = collector->options->budget;
        if (share <= budget)
            continue;
        if (now >= PERIOD_MAX) {
            if (!process->budget_told)
                hf__notice(collector, process->number, "the budget of time is not kept: counting alone costs more");
            process->budget_told = true;
            continue;
        }
        /* As many fewer samples as it is beyond, at most 64 times: what counting costs does not shrink. */
        uint64_t thinner = now != 0 ? now : BUDGET_PERIOD;
        for (uint64_t beyond = share; beyond > budget && thinner < PERIOD_MAX && thinner < now * 64; beyond /= 2)
            thinner *= 2;
        atomic_compare_exchange_strong(period, &now, thinner);
    }
}

void hf__progress_sum(const hf__collector *collector, hf__collect_progress *ret_progress)
{
    hf__collect_progress progress = { 0 };
    uint64_t cpu = 0, own = 0;
    for (uint32_t slot = 0; slot < hf__slots_used(collector); slot++) {
        const hf__collected *process = &collector->processes[slot];
        hf__wire_checkpoint sums = { 0 };
        if (!process->known || process->ended)
            continue;
        own += (uint64_t)ticks_to_ns(collector, sum_rings(collector, process->number, &sums));
        cpu += hf__process_cpu_ns((pid_t)process->pid);
        progress.allocations += sums.counters[0];
        progress.live_bytes += sums.counters[3] - sums.counters[4];
        uint64_t period = atomic_load(&collector->session->processes[slot].period);
        if (period > progress.period)
            progress.period = period;
    }
    progress.own_share = cpu > own && cpu > 0 ? (double)own / (double)(cpu - own) : 0;
    progress.file_bytes = hf__recording_size(collector->recording);
    *ret_progress = progress;
}
