/* collect_reach.c - which live blocks do pointers lead to? Asked of a process while it stands still.
 *
 * At its end, before any exit handler, a process waits for this (hooks_exit.c); or it is stopped
 * wherever it is, because somebody asked. What is found goes into the recording, for each stack. */
#define _GNU_SOURCE
#include "collect_inside.h"

#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "reach_process.h"
#include "room.h"

typedef struct reach {
    hf__collector   *collector;
    uint32_t         slot;
    hf__stopped      stopped;
    hf__reach_maps   maps;
    hf__reach_roots  roots;
    hf__reach_block *blocks;
    size_t           blocks_count, blocks_room;
    hf__reach_root  *found;     /* roots that lead somewhere */
    size_t           found_count;
    uint32_t        *order;     /* blocks by stack, then by root */
} reach;

static bool take_block(void *user, uint64_t address, uint64_t size, uint32_t stack)
{
    reach *at = user;
    if (!HF_RESERVE(at->blocks, at->blocks_room, at->blocks_count + 1))
        return false;
    at->blocks[at->blocks_count++] = (hf__reach_block){ .start = address, .size = size, .stack = stack };
    return true;
}

static void meanwhile(void *user)
{
    (void)user; /* other processes wait when their rings are full: it will not take long */
}

/* All live blocks, from what was recorded until now. */
static hf_status find_blocks(reach *at, hf_error *reterr)
{
    hf__collector *collector = at->collector;
    uint32_t number = collector->processes[at->slot].number;
    hf__windows *windows = collector->windows;
    hf_status status = HF_OK;
    hf__drain_settle(collector);
    windows = collector->windows;
    if (windows == NULL) {
        status = hf__recording_flush(collector->recording, reterr);
        if (status == HF_OK)
            status = hf__windows_create(collector->options->file, collector->recording, meanwhile, NULL, &windows, reterr);
    }
    if (status == HF_OK && !hf__windows_each_block(windows, number, take_block, at))
        status = HF_NO_MEMORY;
    if (windows != collector->windows)
        hf__windows_destroy(windows);
    return status;
}

static int compare_starts(const void *left, const void *right)
{
    const hf__reach_block *a = left, *b = right;
    return (a->start > b->start) - (a->start < b->start);
}

static hf_status scan(reach *at, hf_error *reterr)
{
    hf__process_slot *shared = &at->collector->session->processes[at->slot];
    uint32_t own = atomic_load(&shared->own_maps_count);
    hf__reach_about about = { .is_glibc = shared->allocator == HF__ALLOCATOR_GLIBC, .own_maps = shared->own_maps,
                              .own_maps_count = own < HF__OWN_MAPS_MAX ? own : HF__OWN_MAPS_MAX };
    if (atomic_load(&shared->scan) == HF__SCAN_WAITS) {
        about.waiting_thread = shared->scan_thread;
        about.waiting_stack = shared->scan_stack;
    }
    if (at->blocks_count > 0)
        qsort(at->blocks, at->blocks_count, sizeof *at->blocks, compare_starts);
    hf_status status = hf__reach_maps_read(at->stopped.pid, &at->maps, reterr);
    if (status == HF_OK)
        status = hf__reach_roots_find(&at->stopped, &at->maps, &about, at->blocks, at->blocks_count, &at->roots, reterr);
    hf__reach_memory memory = { hf__stopped_read, &at->stopped, at->roots.ranges, at->roots.ranges_count,
                                at->roots.words, at->roots.words_count, about.is_glibc };
    if (status == HF_OK)
        status = hf__reach_scan(at->blocks, at->blocks_count, &memory, &at->found, &at->found_count, reterr);
    return status;
}

/* ---- telling ------------------------------------------------------------------------------------- */

static int compare_order(const void *left, const void *right, void *by)
{
    const hf__reach_block *blocks = by, *a = &blocks[*(const uint32_t *)left], *b = &blocks[*(const uint32_t *)right];
    if (a->stack != b->stack)
        return a->stack < b->stack ? -1 : 1;
    return (a->root > b->root) - (a->root < b->root);
}

/* The stack of the nearest block on the way from the root that another stack asked for; 0 when there is none. */
static uint32_t stack_between(const reach *at, const hf__reach_block *block)
{
    const hf__reach_block *up = block;
    for (size_t steps = 0; up->parent != 0 && steps < at->blocks_count; steps++) {
        up = &at->blocks[up->parent - 1];
        if (up->stack != block->stack)
            return up->stack;
    }
    return 0;
}

static uint32_t module_of(const hf__collected *process, uint64_t address)
{
    for (uint32_t i = 0; i < process->modules_count; i++)
        if (address >= process->modules[i].start && address < process->modules[i].end)
            return process->modules[i].number;
    return 0;
}

/* Of a group that is ordered by root: the block in the middle of those of the kind that leads to most of them. */
static const hf__reach_block *typical(const reach *at, size_t first, size_t end)
{
    size_t counts[HF__ROOT_MAPPING + 1] = { 0 }, best = HF__ROOT_NONE, seen = 0;
    for (size_t i = first; i < end; i++) {
        const hf__reach_block *block = &at->blocks[at->order[i]];
        counts[block->root != 0 ? at->found[block->root - 1].kind : HF__ROOT_NONE]++;
    }
    for (size_t kind = HF__ROOT_GLOBAL; kind <= HF__ROOT_MAPPING; kind++)
        if (counts[kind] > (best != HF__ROOT_NONE ? counts[best] : 0))
            best = kind;
    for (size_t i = first; i < end; i++) {
        const hf__reach_block *block = &at->blocks[at->order[i]];
        bool counted = (block->root != 0 ? (size_t)at->found[block->root - 1].kind : HF__ROOT_NONE) == best;
        if (counted && seen++ >= counts[best] / 2)
            return block;
    }
    return &at->blocks[at->order[first]];
}

static void tell_group(const reach *at, size_t first, size_t end)
{
    const hf__collected *process = &at->collector->processes[at->slot];
    uint64_t lost = 0, lost_bytes = 0, held = 0, kept = 0, kept_bytes = 0;
    for (size_t i = first; i < end; i++) {
        const hf__reach_block *block = &at->blocks[at->order[i]];
        held += block->root == 0 && block->held;
        if (block->root == 0)
            lost++, lost_bytes += block->size;
        else
            kept++, kept_bytes += block->size;
    }
    const hf__reach_block *example = typical(at, first, end);
    const hf__reach_root none = { 0 };
    const hf__reach_root *root = example->root != 0 ? &at->found[example->root - 1] : &none;
    const char *file = root->kind == HF__ROOT_GLOBAL ? hf__reach_maps_file(&at->maps, root->address) : "";
    size_t length = strlen(file) < 512 ? strlen(file) : 0;
    uint8_t fields[16 * HF__VARINT_MAX + 512], *out = fields;
    const uint64_t numbers[] = { process->number, example->stack, process->looks, lost, lost_bytes, held, kept, kept_bytes, root->kind, root->address,
                                 module_of(process, root->address), root->thread_id, stack_between(at, example), length };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        out = hf__varint_put(out, numbers[i]);
    memcpy(out, file, length);
    hf__put_ordered(at->collector, HF__RECORD_REACH, hf__ticks_now(), fields, (size_t)(out + length - fields));
}

static bool tell(reach *at)
{
    at->collector->processes[at->slot].looks++;
    at->order = hf__room_zeroed(at->blocks_count, sizeof *at->order);
    if (at->order == NULL && at->blocks_count > 0)
        return false;
    for (size_t i = 0; i < at->blocks_count; i++)
        at->order[i] = (uint32_t)i;
    if (at->blocks_count > 0)
        qsort_r(at->order, at->blocks_count, sizeof *at->order, compare_order, at->blocks);
    for (size_t first = 0, end; first < at->blocks_count; first = end) {
        uint32_t stack = at->blocks[at->order[first]].stack;
        for (end = first; end < at->blocks_count && at->blocks[at->order[end]].stack == stack;)
            end++;
        tell_group(at, first, end);
    }
    return true;
}

/* ---- when ---------------------------------------------------------------------------------------- */

static void look_at(hf__collector *collector, uint32_t slot)
{
    const hf__collected *process = &collector->processes[slot];
    hf_error error = { 0 };
    char text[320];
    if (atomic_load(&collector->session->processes[slot].period) != 0) {
        hf__notice(collector, process->number, "which blocks are reachable was not looked at: the recording is sampled");
        return;
    }
    reach at = { .collector = collector, .slot = slot };
    hf_status status = hf__stopped_init(&at.stopped, (pid_t)process->pid, &error);
    if (status == HF_OK)
        status = find_blocks(&at, &error);
    if (status == HF_OK)
        status = scan(&at, &error);
    if (at.stopped.leader_ended && process->pid == (uint32_t)collector->child) {
        collector->child_ended = true;
        collector->child_status = at.stopped.leader_status;
    }
    hf__stopped_release(&at.stopped);
    if (status == HF_OK && !tell(&at))
        status = HF_NO_MEMORY;
    if (status != HF_OK) {
        snprintf(text, sizeof text, "which blocks are reachable could not be looked at: %.200s",
                 error.detail[0] != '\0' ? error.detail : hf_status_text(status));
        hf__notice(collector, process->number, text);
    }
    hf__reach_maps_release(&at.maps);
    hf__reach_roots_release(&at.roots);
    hf__room_free(at.blocks);
    hf__room_free(at.found);
    hf__room_free(at.order);
}

void hf__reach_look(hf__collector *collector)
{
    for (uint32_t slot = 0; collector->options->reachability && slot < hf__slots_used(collector); slot++) {
        _Atomic uint32_t *state = &collector->session->processes[slot].scan;
        if (!collector->processes[slot].known || collector->processes[slot].ended || atomic_load(state) != HF__SCAN_WAITS)
            continue;
        look_at(collector, slot);
        atomic_store(state, HF__SCAN_DONE);
        syscall(SYS_futex, state, FUTEX_WAKE, 1, NULL, NULL, 0);
    }
}

void hf__reach_look_at_all(hf__collector *collector)
{
    for (uint32_t slot = 0; collector->options->reachability && slot < hf__slots_used(collector); slot++)
        if (collector->processes[slot].known && !collector->processes[slot].ended && !collector->child_ended)
            look_at(collector, slot);
}
