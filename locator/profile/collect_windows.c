/* collect_windows.c - live blocks and paths of a recording that has reached its size. */
#include "collect_windows.h"

#include "base/fail.h"
#include "trace_read.h"
#include "trace_state.h"

#include <stdio.h>
#include <stdlib.h>

enum { EVENTS_BETWEEN = 1 << 14 };   /* two calls of `meanwhile` */
enum { AGES_BLOCKS_MAX = 1 << 21 };  /* with more live blocks, ages are left out: the pass would take too long */

typedef struct window_block {
    uint64_t address;        /* 0 is free */
    uint32_t process, stack;
    uint64_t size, born_ns;
    double   weight;
} window_block;

typedef struct window_path {
    uint32_t process, local; /* as the process numbers the stack */
    double   births, birth_bytes, deaths, death_bytes, live, live_bytes;
    uint64_t oldest_ns;
    bool     touched;
} window_path;

struct hf__windows {
    hf__trace_reader *reader;      /* owns the state, for which it has read the first part */
    hf__trace_state  *state;
    hf__recording    *out;
    window_block     *blocks;
    size_t            blocks_count, blocks_room;
    window_path      *paths;       /* by stack */
    size_t            paths_room;
    uint64_t        (*ages)[HF__AGE_BUCKETS];
    window_block      released;    /* the last one that a realloc released, in case it failed */
    bool              failed;
    uint8_t           kept[HF__TRACE_BLOCK_MAX];
};

/* ---- live blocks ----------------------------------------------------------------------------- */

static size_t home_of(const hf__windows *w, uint32_t process, uint64_t address)
{
    return (size_t)((address ^ (uint64_t)process << 47) * 0x9e3779b97f4a7c15u >> 20) & (w->blocks_room - 1);
}

static window_block *find_block(hf__windows *w, uint32_t process, uint64_t address)
{
    size_t at = home_of(w, process, address);
    while (w->blocks[at].address != 0 && (w->blocks[at].address != address || w->blocks[at].process != process))
        at = (at + 1) & (w->blocks_room - 1);
    return &w->blocks[at];
}

static bool make_room(hf__windows *w)
{
    if (w->blocks_count * 2 < w->blocks_room)
        return true;
    size_t before = w->blocks_room, room = before != 0 ? before * 2 : 1 << 12;
    window_block *old = w->blocks, *blocks = calloc(room, sizeof *blocks);
    if (blocks == NULL)
        return false;
    w->blocks = blocks;
    w->blocks_room = room;
    for (size_t i = 0; i < before; i++)
        if (old[i].address != 0)
            *find_block(w, old[i].process, old[i].address) = old[i];
    free(old);
    return true;
}

/* Closes the gap, so that no marks of removed blocks pile up. */
static void remove_block(hf__windows *w, window_block *block)
{
    size_t mask = w->blocks_room - 1, gap = (size_t)(block - w->blocks);
    for (size_t at = (gap + 1) & mask; w->blocks[at].address != 0; at = (at + 1) & mask) {
        size_t home = home_of(w, w->blocks[at].process, w->blocks[at].address);
        if (((at - home) & mask) >= ((at - gap) & mask)) {
            w->blocks[gap] = w->blocks[at];
            gap = at;
        }
    }
    w->blocks[gap].address = 0;
    w->blocks_count--;
}

/* ---- paths --------------------------------------------------------------------------------------- */

static window_path *path_of(hf__windows *w, uint32_t stack)
{
    if (stack >= w->paths_room) {
        size_t room = w->paths_room != 0 ? w->paths_room : 1024;
        while (room <= stack)
            room *= 2;
        window_path *paths = realloc(w->paths, room * sizeof *paths);
        if (paths == NULL)
            return NULL;
        memset(paths + w->paths_room, 0, (room - w->paths_room) * sizeof *paths);
        w->paths = paths;
        w->paths_room = room;
    }
    return &w->paths[stack];
}

static void die(hf__windows *w, window_block *block)
{
    window_path *path = path_of(w, block->stack);
    if (path != NULL) {
        path->deaths += block->weight;
        path->death_bytes += block->weight * (double)block->size;
        path->live -= block->weight;
        path->live_bytes -= block->weight * (double)block->size;
        path->touched = true;
    }
    remove_block(w, block);
}

static bool be_born(hf__windows *w, const window_block *born, bool counts_as_birth)
{
    window_path *path = path_of(w, born->stack);
    if (path == NULL || !make_room(w))
        return false;
    window_block *block = find_block(w, born->process, born->address);
    if (block->address != 0) {
        die(w, block);
        block = find_block(w, born->process, born->address);
    }
    *block = *born;
    w->blocks_count++;
    if (counts_as_birth) {
        path->births += born->weight;
        path->birth_bytes += born->weight * (double)born->size;
    } else {
        path->deaths -= born->weight;
        path->death_bytes -= born->weight * (double)born->size;
    }
    path->live += born->weight;
    path->live_bytes += born->weight * (double)born->size;
    path->touched = true;
    return true;
}

static bool apply(hf__windows *w, const hf__trace_event *event)
{
    window_block *block;
    switch (event->kind) {
    case HF__TRACE_ALLOCATE:
        return be_born(w, &(window_block){ event->allocate.address, event->process, event->allocate.stack,
                                           event->allocate.size, event->time_ns, event->allocate.weight }, true);
    case HF__TRACE_RELEASE:
        if (w->blocks_room == 0)
            return true;
        block = find_block(w, event->process, event->release.address);
        w->released = *block;
        if (block->address != 0)
            die(w, block);
        return true;
    case HF__TRACE_RESTORE:
        return w->released.address != event->release.address || w->released.process != event->process ||
               be_born(w, &w->released, false);
    default: return true;
    }
}

/* ---- windows -------------------------------------------------------------------------------- */

static unsigned bucket_of(uint64_t age_ns)
{
    uint64_t ms = age_ns / 1000000;
    unsigned bucket = ms == 0 ? 0 : 63 - (unsigned)__builtin_clzll(ms);
    return bucket < HF__AGE_BUCKETS ? bucket : HF__AGE_BUCKETS - 1;
}

static bool count_ages(hf__windows *w, uint32_t process, uint64_t now_ns)
{
    free(w->ages);
    w->ages = w->blocks_count <= AGES_BLOCKS_MAX ? calloc(w->paths_room + 1, sizeof *w->ages) : NULL;
    if (w->ages == NULL)
        return false;
    for (size_t i = 0; i < w->paths_room; i++)
        w->paths[i].oldest_ns = 0;
    for (size_t i = 0; i < w->blocks_room; i++) {
        const window_block *block = &w->blocks[i];
        if (block->address == 0 || block->process != process)
            continue;
        window_path *path = &w->paths[block->stack];
        if (path->oldest_ns == 0 || block->born_ns < path->oldest_ns)
            path->oldest_ns = block->born_ns;
        w->ages[block->stack][bucket_of(now_ns - block->born_ns)]++;
    }
    return true;
}

static uint64_t rounded(double value)
{
    return value > 0.5 ? (uint64_t)(value + 0.5) : 0;
}

static void put_window(hf__windows *w, uint32_t process, uint32_t stack, bool has_ages)
{
    window_path *path = &w->paths[stack];
    uint8_t fields[(10 + HF__AGE_BUCKETS) * HF__VARINT_MAX], *at = fields;
    const double numbers[] = { path->births, path->birth_bytes, path->deaths, path->death_bytes, path->live,
                               path->live_bytes };
    at = hf__varint_put(at, process);
    at = hf__varint_put(at, path->local);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        at = hf__varint_put(at, rounded(numbers[i]));
    at = hf__varint_put(at, has_ages ? path->oldest_ns : 0);
    at = hf__varint_put(at, has_ages ? HF__AGE_BUCKETS : 0);
    for (unsigned i = 0; has_ages && i < HF__AGE_BUCKETS; i++)
        at = hf__varint_put(at, w->ages[stack][i]);
    hf__recording_put(w->out, HF__RECORD_PATH_WINDOW, hf__recording_ticks(w->out), fields, (size_t)(at - fields));
    path->births = path->birth_bytes = path->deaths = path->death_bytes = 0;
    path->touched = false;
}

/* Which process and local number a stack has is known from the tables that decoding keeps. */
static void name_paths(hf__windows *w, uint32_t process)
{
    const hf__process_read *read = hf__trace_process(w->state, process, false);
    for (size_t local = 0; read != NULL && local < read->stacks.room; local++) {
        uint32_t stack = read->stacks.items[local];
        if (stack != 0 && stack < w->paths_room) {
            w->paths[stack].process = process;
            w->paths[stack].local = (uint32_t)local;
        }
    }
}

static void close_window(hf__windows *w, uint32_t process, uint64_t now_ns)
{
    bool has_ages = count_ages(w, process, now_ns);
    name_paths(w, process);
    for (uint32_t stack = 1; stack < w->paths_room; stack++)
        if (w->paths[stack].touched && w->paths[stack].process == process)
            put_window(w, process, stack, has_ages);
}

bool hf__windows_each_block(hf__windows *w, uint32_t process,
                            bool (*visit)(void *user, uint64_t address, uint64_t size, uint32_t stack), void *user)
{
    name_paths(w, process);
    for (size_t i = 0; i < w->blocks_room; i++) {
        const window_block *block = &w->blocks[i];
        if (block->address != 0 && block->process == process &&
            !visit(user, block->address, block->size, w->paths[block->stack].local))
            return false;
    }
    return true;
}

/* ---- feeding -------------------------------------------------------------------------------- */

static bool is_of_blocks(hf__trace_kind kind)
{
    return kind == HF__TRACE_ALLOCATE || kind == HF__TRACE_RELEASE || kind == HF__TRACE_RESTORE;
}

bool hf__windows_segment(hf__windows *w, uint64_t ticks, uint32_t ring, const void *bytes, size_t size)
{
    hf__trace_bytes from = { bytes, (const uint8_t *)bytes + size, false };
    hf__trace_event event;
    size_t kept = 0;
    hf__trace_set_time(w->state, ticks);
    while (!w->failed && from.at < from.end) {
        const uint8_t *start = from.at;
        hf__decoded decoded = hf__trace_decode_event(w->state, &w->state->rings[ring], &from, &event);
        if (decoded == HF__DECODED_BAD)
            break;                               /* damaged by the program: the rest has no meaning */
        if (decoded == HF__DECODED_NO_MEMORY || (decoded == HF__DECODED_EVENT && !apply(w, &event)))
            w->failed = true;
        else if (decoded == HF__DECODED_NOTHING || !is_of_blocks(event.kind)) {
            if (decoded == HF__DECODED_EVENT && event.kind == HF__TRACE_CHECKPOINT) {
                if (kept > 0)
                    hf__recording_put_segment(w->out, ticks, ring, w->kept, kept);
                kept = 0;
                close_window(w, event.process, event.time_ns);
            }
            memcpy(w->kept + kept, start, (size_t)(from.at - start));
            kept += (size_t)(from.at - start);
        }
    }
    if (kept > 0)
        hf__recording_put_segment(w->out, ticks, ring, w->kept, kept);
    return !w->failed;
}

bool hf__windows_record(hf__windows *w, hf__record tag, uint64_t ticks, const void *fields, size_t size)
{
    hf__trace_bytes from = { fields, (const uint8_t *)fields + size, false };
    hf__trace_event event;
    if (w->failed)
        return false;
    hf__trace_set_time(w->state, ticks);
    hf__decoded decoded = hf__trace_decode_record(w->state, tag, &from, &event);
    if (tag == HF__RECORD_CLOCK)
        w->state->clock_ticks = ticks;
    if (decoded == HF__DECODED_NO_MEMORY)
        w->failed = true;
    if (decoded == HF__DECODED_EVENT && event.kind == HF__TRACE_CHECKPOINT)
        close_window(w, event.process, event.time_ns);
    hf__recording_put(w->out, tag, ticks, fields, size);
    return !w->failed;
}

static bool replay(hf__windows *w, void (*meanwhile)(void *user), void *user, hf_error *reterr)
{
    hf__trace_event event;
    hf_status status;
    for (size_t i = 0; (status = hf__trace_next(w->reader, &event, reterr)) == HF_OK; i++) {
        if (i % EVENTS_BETWEEN == 0)
            meanwhile(user);
        if (!apply(w, &event))
            return false;
    }
    for (size_t i = 0; i < w->paths_room; i++) {
        /* The first window tells what is alive, and nothing about before. */
        w->paths[i].births = w->paths[i].birth_bytes = w->paths[i].deaths = w->paths[i].death_bytes = 0;
        w->paths[i].touched = w->paths[i].live > 0;
    }
    return status == HF_END;
}

hf_status hf__windows_create(int file, hf__recording *out, void (*meanwhile)(void *user), void *user,
                             hf__windows **ret_windows, hf_error *reterr)
{
    char path[64];
    hf__windows *w = calloc(1, sizeof *w);
    if (w == NULL)
        return hf__fail(reterr, HF_NO_MEMORY, "closing windows");
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    w->out = out;
    hf_status status = hf__trace_open_file(path, &w->reader, reterr);
    if (status == HF_OK) {
        w->state = hf__trace_reader_state(w->reader);
        if (!replay(w, meanwhile, user, reterr))
            status = hf__fail(reterr, HF_NO_MEMORY, "closing windows");
    }
    if (status != HF_OK) {
        hf__windows_destroy(w);
        return status;
    }
    *ret_windows = w;
    return HF_OK;
}

void hf__windows_destroy(hf__windows *windows)
{
    if (windows == NULL)
        return;
    hf__trace_close(windows->reader);
    free(windows->blocks);
    free(windows->paths);
    free(windows->ages);
    free(windows);
}
