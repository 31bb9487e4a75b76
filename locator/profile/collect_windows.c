/* collect_windows.c - live blocks and paths of a recording that has reached its size. */
#include "collect_windows.h"

#include "base/fail.h"
#include "layers.h"
#include "trace_read.h"
#include "trace_state.h"
#include "window_blocks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { EVENTS_BETWEEN = 1 << 14 };   /* two calls of `meanwhile` */

typedef struct window_path {
    uint32_t process, local; /* as the process numbers the stack */
    double   births, birth_bytes, deaths, death_bytes, live, live_bytes;
    bool     touched;
} window_path;

/* What died in the present window of one path, or went to another one, of one time of birth: earlier windows, one or
 * some. Less than nothing is what came from another path. */
typedef struct window_cohort {
    uint32_t stack;          /* 0 is free */
    uint64_t cell;           /* of time */
    uint64_t from_ns, to_ns; /* begin and end of those windows */
    double   deaths, death_bytes;
} window_cohort;

/* When the windows of a process began, checkpoint by checkpoint; the last one is the present window. */
typedef struct window_times {
    uint64_t *begins_ns;
    size_t    count, room;
    uint64_t  cell_ns;       /* births are told apart so far: the length of the window before, or a little less */
} window_times;

/* What a region told last, and at most, since that was written. */
typedef struct window_region {
    uint32_t process, region;      /* region 0 is free */
    bool     touched;
    hf__region_change change;
    uint64_t used, reserved, most;
} window_region;

enum { REGIONS_KEPT = 1 << 12 };   /* of more, the one that comes next in a place has the one before written */

struct hf__windows {
    hf__trace_reader *reader;      /* owns the state, for which it has read the first part */
    hf__trace_state  *state;
    hf__recording    *out;
    hf__window_blocks blocks;
    window_path      *paths;       /* by stack */
    size_t            paths_room;
    window_cohort    *cohorts;     /* open addressing; emptied with each window */
    size_t            cohorts_count, cohorts_room;
    window_times     *times;       /* by process */
    size_t            times_room;
    window_region    *regions;     /* REGIONS_KEPT of them, by process and number */
    hf__layers        layers;      /* of blocks, by stack and nanoseconds */
    size_t            lifted;      /* blocks between the halves of a realloc */
    bool              failed, damaged;
    uint8_t           kept[HF__TRACE_BLOCK_MAX];
};

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

/* ---- cohorts ------------------------------------------------------------------------------------- */

static window_cohort *find_cohort(hf__windows *w, uint32_t stack, uint64_t cell)
{
    size_t mask = w->cohorts_room - 1;
    size_t at = (size_t)((cell ^ (uint64_t)stack << 40) * 0x9e3779b97f4a7c15u >> 20) & mask;
    while (w->cohorts[at].stack != 0 && (w->cohorts[at].stack != stack || w->cohorts[at].cell != cell))
        at = (at + 1) & mask;
    return &w->cohorts[at];
}

static bool make_cohort_room(hf__windows *w)
{
    if (w->cohorts_count * 2 < w->cohorts_room)
        return true;
    size_t before = w->cohorts_room, room = before != 0 ? before * 2 : 256;
    window_cohort *old = w->cohorts, *cohorts = calloc(room, sizeof *cohorts);
    if (cohorts == NULL)
        return false;
    w->cohorts = cohorts;
    w->cohorts_room = room;
    for (size_t i = 0; i < before; i++)
        if (old[i].stack != 0)
            *find_cohort(w, old[i].stack, old[i].cell) = old[i];
    free(old);
    return true;
}

/* The window that a time lies in: begins[i] <= ns < begins[i + 1]. */
static size_t window_of(const window_times *times, uint64_t ns)
{
    size_t low = 0, high = times->count;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (times->begins_ns[middle] <= ns)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The time from which on the present window of a process counts. */
static uint64_t window_began(const hf__windows *w, uint32_t process)
{
    const window_times *times = process < w->times_room ? &w->times[process] : NULL;
    return times != NULL && times->count > 0 ? times->begins_ns[times->count - 1] : 0;
}

static void note_death(hf__windows *w, uint32_t process, uint32_t stack, uint64_t born_ns, double blocks, double bytes)
{
    const window_times *times = process < w->times_room ? &w->times[process] : NULL;
    if (stack == 0 || times == NULL || times->count < 2 || born_ns >= times->begins_ns[times->count - 1])
        return;
    if (!make_cohort_room(w)) {
        w->failed = true;
        return;
    }
    size_t window = window_of(times, born_ns);
    uint64_t from_ns = times->begins_ns[window], to_ns = times->begins_ns[window + 1];
    window_cohort *cohort = find_cohort(w, stack, from_ns / times->cell_ns);
    if (cohort->stack == 0) {
        *cohort = (window_cohort){ .stack = stack, .cell = from_ns / times->cell_ns, .from_ns = from_ns, .to_ns = to_ns };
        w->cohorts_count++;
    }
    cohort->from_ns = from_ns < cohort->from_ns ? from_ns : cohort->from_ns;
    cohort->to_ns = to_ns > cohort->to_ns ? to_ns : cohort->to_ns;
    cohort->deaths += blocks;
    cohort->death_bytes += bytes;
}

/* ---- births and deaths ---------------------------------------------------------------------------- */

typedef struct account {
    hf__windows *windows;
    uint32_t     process;
} account;

static void change_path(void *user, hf__layer_change change, uint32_t stack, uint64_t when, double bytes, double blocks)
{
    hf__windows *w = ((const account *)user)->windows;
    uint32_t process = ((const account *)user)->process;
    window_path *path = path_of(w, stack);
    if (path == NULL) {
        w->failed = true;
        return;
    }
    bool young = when >= window_began(w, process), less = change == HF_LAYER_GONE || change == HF_LAYER_LEFT;
    path->live += less ? -blocks : blocks;
    path->live_bytes += less ? -bytes : bytes;
    path->touched = true;
    if (change == HF_LAYER_ADDED || (change != HF_LAYER_GONE && young)) {
        path->births += less ? -blocks : blocks;
        path->birth_bytes += less ? -bytes : bytes;
        return;
    }
    if (change == HF_LAYER_GONE) {
        path->deaths += blocks;
        path->death_bytes += bytes;
    }
    note_death(w, process, stack, when, less ? blocks : -blocks, less ? bytes : -bytes);
}

static hf__layered unpacked(const hf__window_block *block)
{
    bool layered = (block->born_ns & HF_WINDOW_LAYERED) != 0;
    return (hf__layered){ .top = layered ? (uint32_t)block->born_ns : 0, .path = block->stack, .when = layered ? 0 : block->born_ns,
                          .bytes = block->weight * (double)block->size, .blocks = block->weight };
}

static void die(hf__windows *w, hf__window_block *block)
{
    hf__layered layered = unpacked(block);
    hf__layers_end(&w->layers, &layered, &(hf__ledger){ &(account){ w, block->process }, change_path });
    hf__window_blocks_remove(&w->blocks, block);
}

/* What is at the address has died unseen. */
static void put_down(hf__windows *w, const hf__window_block *block)
{
    hf__window_block *there = hf__window_blocks_find(&w->blocks, block->process, block->address);
    if (there != NULL)
        die(w, there);
    w->failed |= !hf__window_blocks_put(&w->blocks, block);
}

static void be_born(hf__windows *w, const hf__window_block *born)
{
    window_path *path = path_of(w, born->stack);
    put_down(w, born);
    if (path == NULL) {
        w->failed = true;
        return;
    }
    path->births += born->weight;
    path->birth_bytes += born->weight * (double)born->size;
    path->live += born->weight;
    path->live_bytes += born->weight * (double)born->size;
    path->touched = true;
}

/* ---- the halves of a realloc, as in live.h ---------------------------------------------------------- */

/* Where a block lies that a thread has lifted: no block has such an address. */
static uint64_t lifted_by(uint32_t thread)
{
    return HF_WINDOW_LAYERED | (uint64_t)thread << 5 | 3;
}

static hf__window_block *find_lifted(hf__windows *w, uint32_t process, uint32_t thread)
{
    return w->lifted > 0 ? hf__window_blocks_find(&w->blocks, process, lifted_by(thread)) : NULL;
}

static void settle(hf__windows *w, uint32_t process, uint32_t thread)
{
    hf__window_block *block = find_lifted(w, process, thread);
    if (block == NULL)
        return;
    w->lifted--;
    die(w, block);
}

static void move(hf__windows *w, hf__window_block *from, uint64_t address)
{
    hf__window_block block = *from;
    hf__window_blocks_remove(&w->blocks, from);
    block.address = address;
    put_down(w, &block);
}

static void lift(hf__windows *w, const hf__trace_event *event)
{
    settle(w, event->process, event->thread);
    hf__window_block *block = hf__window_blocks_find(&w->blocks, event->process, event->release.address);
    if (block == NULL)
        return;
    move(w, block, lifted_by(event->thread));
    w->lifted++;
}

static void restore(hf__windows *w, const hf__trace_event *event)
{
    hf__window_block *block = find_lifted(w, event->process, event->thread);
    if (block == NULL)
        return;
    w->lifted--;
    move(w, block, event->release.address);
}

/* False when this thread has lifted nothing that can go on as this block. */
static bool resize(hf__windows *w, const hf__trace_event *event)
{
    hf__window_block *lifted = find_lifted(w, event->process, event->thread);
    double weight = event->allocate.weight;
    uint64_t size = event->allocate.size;
    if (lifted == NULL || (lifted->stack != event->allocate.stack && (lifted->weight > 1 || weight > 1)))
        return false;
    hf__layered layered = unpacked(lifted);
    hf__resize to = { .bytes = weight * (double)size, .blocks = weight, .path = event->allocate.stack,
                      .takes_over = size / 2 >= lifted->size, .now = event->time_ns, .window = window_began(w, event->process) };
    w->failed |= !hf__layers_resize(&w->layers, &layered, &to, &(hf__ledger){ &(account){ w, event->process }, change_path });
    lifted->stack = layered.path;
    lifted->size = size;
    lifted->weight = weight;
    lifted->born_ns = layered.top != 0 ? layered.top | HF_WINDOW_LAYERED : layered.when;
    w->lifted--;
    move(w, lifted, event->allocate.address);
    return true;
}

static bool apply(hf__windows *w, const hf__trace_event *event)
{
    hf__window_block *block;
    bool again;
    switch (event->kind) {
    case HF__TRACE_ALLOCATE:
        again = (event->allocate.flags & HF__FROM_REALLOC) != 0;
        if (again && resize(w, event))
            break;
        settle(w, event->process, event->thread);
        be_born(w, &(hf__window_block){ event->allocate.address, event->process, event->allocate.stack, event->allocate.size,
                                        event->time_ns, event->allocate.weight });
        break;
    case HF__TRACE_RELEASE:
        if ((event->release.flags & HF__FROM_REALLOC) != 0) {
            lift(w, event);
            break;
        }
        settle(w, event->process, event->thread);
        block = hf__window_blocks_find(&w->blocks, event->process, event->release.address);
        if (block != NULL)
            die(w, block);
        break;
    case HF__TRACE_RESTORE: restore(w, event); break;
    case HF__TRACE_THREAD_END: settle(w, event->process, event->thread); break;
    default: break;
    }
    return !w->failed;
}

/* ---- windows -------------------------------------------------------------------------------- */

static uint64_t rounded(double value)
{
    return value > 0.5 ? (uint64_t)(value + 0.5) : 0;
}

static void put_numbers(hf__windows *w, hf__record tag, const window_path *path, const double *numbers, size_t count)
{
    uint8_t fields[10 * HF__VARINT_MAX], *at = fields;
    at = hf__varint_put(at, path->process);
    at = hf__varint_put(at, path->local);
    for (size_t i = 0; i < count; i++)
        at = hf__varint_put(at, rounded(numbers[i]));
    hf__recording_put(w->out, tag, hf__recording_ticks(w->out), fields, (size_t)(at - fields));
}

static void put_window(hf__windows *w, window_path *path)
{
    const double numbers[] = { path->births, path->birth_bytes, path->deaths, path->death_bytes, path->live,
                               path->live_bytes };
    put_numbers(w, HF__RECORD_PATH_WINDOW, path, numbers, sizeof numbers / sizeof numbers[0]);
    path->births = path->birth_bytes = path->deaths = path->death_bytes = 0;
    path->touched = false;
}

static void put_region(hf__windows *w, window_region *region)
{
    const uint64_t numbers[] = { region->process, region->region, region->change, region->used, region->reserved, region->most };
    uint8_t fields[6 * HF__VARINT_MAX], *at = fields;
    if (!region->touched)
        return;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        at = hf__varint_put(at, numbers[i]);
    hf__recording_put(w->out, HF__RECORD_REGION_USE, hf__recording_ticks(w->out), fields, (size_t)(at - fields));
    region->touched = false;
}

/* The place of a region; what another one has there is `in_the_way` and must be written before. */
static window_region *region_at(hf__windows *w, const hf__trace_event *event, bool *in_the_way)
{
    uint64_t key = event->region_use.region ^ (uint64_t)event->process << 32;
    window_region *place = &w->regions[key * 0x9e3779b97f4a7c15u >> 52];
    *in_the_way = place->touched && (place->process != event->process || place->region != event->region_use.region);
    return place;
}

static void note_region(window_region *place, const hf__trace_event *event)
{
    if (!place->touched)
        *place = (window_region){ .process = event->process, .region = event->region_use.region, .touched = true };
    place->most = event->region_use.most > place->most ? event->region_use.most : place->most;
    place->used = event->region_use.used;
    place->reserved = event->region_use.reserved;
    place->change = event->region_use.change;
}

static void put_cohort(hf__windows *w, const window_path *path, const window_cohort *cohort)
{
    bool came = cohort->deaths < -0.5 || cohort->death_bytes < -0.5;
    double deaths = cohort->deaths, bytes = cohort->death_bytes;
    if (came) {
        deaths = (double)hf__zigzag(llround(deaths));
        bytes = (double)hf__zigzag(llround(bytes));
    }
    const double numbers[] = { (double)cohort->from_ns, (double)(cohort->to_ns - cohort->from_ns), deaths, bytes };
    put_numbers(w, came ? HF__RECORD_PATH_SHIFT : HF__RECORD_PATH_COHORT, path, numbers, sizeof numbers / sizeof numbers[0]);
}

/* Tells and forgets the cohorts of a process; those of others stay. */
static bool put_cohorts(hf__windows *w, uint32_t process)
{
    window_cohort *all = w->cohorts;
    size_t room = w->cohorts_room;
    w->cohorts = NULL;
    w->cohorts_count = w->cohorts_room = 0;
    bool fine = true;
    for (size_t i = 0; i < room && fine; i++) {
        const window_cohort *cohort = &all[i];
        if (cohort->stack == 0)
            continue;
        const window_path *path = &w->paths[cohort->stack];
        if (path->process != process) {
            fine = make_cohort_room(w);
            if (fine) {
                *find_cohort(w, cohort->stack, cohort->cell) = *cohort;
                w->cohorts_count++;
            }
        } else if (fabs(cohort->deaths) > 0.5 || fabs(cohort->death_bytes) > 0.5) {
            put_cohort(w, path, cohort);
        }
    }
    free(all);
    return fine;
}

static bool begin_window(hf__windows *w, uint32_t process, uint64_t now_ns)
{
    if (process >= w->times_room) {
        size_t room = (size_t)process * 2 + 16;
        window_times *times = realloc(w->times, room * sizeof *times);
        if (times == NULL)
            return false;
        memset(times + w->times_room, 0, (room - w->times_room) * sizeof *times);
        w->times = times;
        w->times_room = room;
    }
    window_times *of = &w->times[process];
    if (of->count == of->room) {
        size_t room = of->room != 0 ? of->room * 2 : 256;
        uint64_t *begins_ns = realloc(of->begins_ns, room * sizeof *begins_ns);
        if (begins_ns == NULL)
            return false;
        of->begins_ns = begins_ns;
        of->room = room;
    }
    uint64_t before_ns = of->count > 0 ? of->begins_ns[of->count - 1] : 0;
    uint64_t length_ns = now_ns > before_ns ? now_ns - before_ns : 1;
    of->cell_ns = (uint64_t)1 << (63 - (unsigned)__builtin_clzll(length_ns));
    of->begins_ns[of->count++] = now_ns;
    return true;
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

static bool close_window(hf__windows *w, uint32_t process, uint64_t now_ns)
{
    name_paths(w, process);
    if (!put_cohorts(w, process))
        return false;
    for (size_t i = 0; i < REGIONS_KEPT; i++)
        if (w->regions[i].process == process)
            put_region(w, &w->regions[i]);
    for (uint32_t stack = 1; stack < w->paths_room; stack++)
        if (w->paths[stack].touched && w->paths[stack].process == process)
            put_window(w, &w->paths[stack]);
    return begin_window(w, process, now_ns);
}

bool hf__windows_each_block(hf__windows *w, uint32_t process,
                            bool (*visit)(void *user, uint64_t address, uint64_t size, uint32_t stack), void *user)
{
    name_paths(w, process);
    const hf__window_block *block = NULL;
    while ((block = hf__window_blocks_next(&w->blocks, block)) != NULL)
        if (block->process == process && (block->address & HF_WINDOW_LAYERED) == 0 && !visit(user, block->address, block->size, w->paths[block->stack].local))
            return false;
    return true;
}

/* ---- feeding -------------------------------------------------------------------------------- */

static bool is_of_blocks(hf__trace_kind kind)
{
    return kind == HF__TRACE_ALLOCATE || kind == HF__TRACE_RELEASE || kind == HF__TRACE_RESTORE;
}

/* Said once: what follows of that thread may be wrong as well. */
static void put_damaged(hf__windows *w, size_t bytes)
{
    uint8_t fields[128], *at = fields;
    char text[96];
    if (w->damaged)
        return;
    w->damaged = true;
    size_t length = (size_t)snprintf(text, sizeof text, "events of a thread were damaged by the program (%zu bytes and perhaps more)", bytes);
    at = hf__varint_put(at, 0);
    at = hf__varint_put(at, length);
    memcpy(at, text, length);
    hf__recording_put(w->out, HF__RECORD_NOTICE, hf__recording_ticks(w->out), fields, (size_t)(at + length - fields));
}

/* Writes the events of a segment that stay events. */
static void put_kept(hf__windows *w, uint64_t ticks, uint32_t ring, size_t *kept)
{
    if (*kept > 0)
        hf__recording_put_segment(w->out, ticks, ring, w->kept, *kept);
    *kept = 0;
}

/* Names of regions are events that stay: they come before what is told of them. */
static void take_region(hf__windows *w, uint64_t ticks, uint32_t ring, const hf__trace_event *event, size_t *kept)
{
    bool in_the_way;
    window_region *place = region_at(w, event, &in_the_way);
    if (in_the_way) {
        put_kept(w, ticks, ring, kept);
        put_region(w, place);
    }
    note_region(place, event);
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
        if (decoded == HF__DECODED_BAD) {        /* damaged by the program: the rest has no meaning */
            put_damaged(w, (size_t)(from.end - start));
            break;
        }
        if (decoded == HF__DECODED_NO_MEMORY || (decoded == HF__DECODED_EVENT && !apply(w, &event)))
            w->failed = true;
        else if (decoded == HF__DECODED_EVENT && event.kind == HF__TRACE_REGION_USE)
            take_region(w, ticks, ring, &event, &kept);
        else if (decoded == HF__DECODED_NOTHING || !is_of_blocks(event.kind)) {
            if (decoded == HF__DECODED_EVENT && event.kind == HF__TRACE_CHECKPOINT) {
                put_kept(w, ticks, ring, &kept);
                w->failed |= !close_window(w, event.process, event.time_ns);
            }
            memcpy(w->kept + kept, start, (size_t)(from.at - start));
            kept += (size_t)(from.at - start);
        }
    }
    put_kept(w, ticks, ring, &kept);
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
        w->failed |= !close_window(w, event.process, event.time_ns);
    if (decoded == HF__DECODED_EVENT && event.kind == HF__TRACE_PROCESS_START)
        w->failed |= !begin_window(w, event.process, event.time_ns);
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
        bool begins = event.kind == HF__TRACE_CHECKPOINT || event.kind == HF__TRACE_PROCESS_START;
        if (begins ? !begin_window(w, event.process, event.time_ns) : !apply(w, &event))
            return false;
    }
    for (size_t i = 0; i < w->paths_room; i++) {
        /* The first window tells what is alive, and nothing about before. */
        w->paths[i].births = w->paths[i].birth_bytes = w->paths[i].deaths = w->paths[i].death_bytes = 0;
        w->paths[i].touched = w->paths[i].live > 0 || w->paths[i].live_bytes > 0;
    }
    if (w->cohorts_room > 0)
        memset(w->cohorts, 0, w->cohorts_room * sizeof *w->cohorts);
    w->cohorts_count = 0;
    return status == HF_END;
}

hf_status hf__windows_create(int file, hf__recording *out, void (*meanwhile)(void *user), void *user,
                             hf__windows **ret_windows, hf_error *reterr)
{
    char path[64];
    hf__windows *w = calloc(1, sizeof *w);
    if (w == NULL)
        return hf__fail(reterr, HF_NO_MEMORY, "closing windows");
    w->regions = calloc(REGIONS_KEPT, sizeof *w->regions);
    if (w->regions == NULL) {
        hf__windows_destroy(w);
        return hf__fail(reterr, HF_NO_MEMORY, "closing windows");
    }
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
    hf__window_blocks_release(&windows->blocks);
    hf__layers_release(&windows->layers);
    free(windows->paths);
    free(windows->cohorts);
    free(windows->regions);
    for (size_t i = 0; i < windows->times_room; i++)
        free(windows->times[i].begins_ns);
    free(windows->times);
    free(windows);
}
