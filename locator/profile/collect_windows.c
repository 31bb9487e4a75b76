/* collect_windows.c - live blocks and paths of a recording that has reached its size. */
#include "collect_windows.h"

#include "base/fail.h"
#include "trace_read.h"
#include "trace_state.h"
#include "window_blocks.h"

#include <stdio.h>
#include <stdlib.h>

enum { EVENTS_BETWEEN = 1 << 14 };   /* two calls of `meanwhile` */

typedef struct window_path {
    uint32_t process, local; /* as the process numbers the stack */
    double   births, birth_bytes, deaths, death_bytes, live, live_bytes;
    bool     touched;
} window_path;

/* What died in the present window of one path, of one time of birth: earlier windows, one or some. */
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
    hf__window_block  released;    /* the last one that a realloc released, in case it failed */
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

/* `deaths` is 1, or -1 when a failed realloc took one back. */
static bool note_death(hf__windows *w, const hf__window_block *block, double deaths)
{
    const window_times *times = block->process < w->times_room ? &w->times[block->process] : NULL;
    if (block->stack == 0 || times == NULL || times->count < 2 || block->born_ns >= times->begins_ns[times->count - 1])
        return true;
    if (!make_cohort_room(w))
        return false;
    size_t window = window_of(times, block->born_ns);
    uint64_t from_ns = times->begins_ns[window], to_ns = times->begins_ns[window + 1];
    window_cohort *cohort = find_cohort(w, block->stack, from_ns / times->cell_ns);
    if (cohort->stack == 0) {
        *cohort = (window_cohort){ .stack = block->stack, .cell = from_ns / times->cell_ns, .from_ns = from_ns, .to_ns = to_ns };
        w->cohorts_count++;
    }
    cohort->from_ns = from_ns < cohort->from_ns ? from_ns : cohort->from_ns;
    cohort->to_ns = to_ns > cohort->to_ns ? to_ns : cohort->to_ns;
    cohort->deaths += deaths * block->weight;
    cohort->death_bytes += deaths * block->weight * (double)block->size;
    return true;
}

/* ---- births and deaths ---------------------------------------------------------------------------- */

static bool die(hf__windows *w, hf__window_block *block)
{
    window_path *path = path_of(w, block->stack);
    if (path == NULL || !note_death(w, block, 1))
        return false;
    path->deaths += block->weight;
    path->death_bytes += block->weight * (double)block->size;
    path->live -= block->weight;
    path->live_bytes -= block->weight * (double)block->size;
    path->touched = true;
    hf__window_blocks_remove(&w->blocks, block);
    return true;
}

static bool be_born(hf__windows *w, const hf__window_block *born, bool counts_as_birth)
{
    window_path *path = path_of(w, born->stack);
    hf__window_block *block = hf__window_blocks_find(&w->blocks, born->process, born->address);
    if (path == NULL || (block != NULL && !die(w, block)) || !hf__window_blocks_put(&w->blocks, born))
        return false;
    if (counts_as_birth) {
        path->births += born->weight;
        path->birth_bytes += born->weight * (double)born->size;
    } else {
        path->deaths -= born->weight;
        path->death_bytes -= born->weight * (double)born->size;
        if (!note_death(w, born, -1))
            return false;
    }
    path->live += born->weight;
    path->live_bytes += born->weight * (double)born->size;
    path->touched = true;
    return true;
}

static bool apply(hf__windows *w, const hf__trace_event *event)
{
    hf__window_block *block;
    switch (event->kind) {
    case HF__TRACE_ALLOCATE:
        return be_born(w, &(hf__window_block){ event->allocate.address, event->process, event->allocate.stack,
                                           event->allocate.size, event->time_ns, event->allocate.weight }, true);
    case HF__TRACE_RELEASE:
        block = hf__window_blocks_find(&w->blocks, event->process, event->release.address);
        w->released = block != NULL ? *block : (hf__window_block){ 0 };
        return block == NULL || die(w, block);
    case HF__TRACE_RESTORE:
        return w->released.address != event->release.address || w->released.process != event->process ||
               be_born(w, &w->released, false);
    default: return true;
    }
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
        } else if (cohort->deaths > 0.5) {
            const double numbers[] = { (double)cohort->from_ns, (double)(cohort->to_ns - cohort->from_ns),
                                       cohort->deaths, cohort->death_bytes };
            put_numbers(w, HF__RECORD_PATH_COHORT, path, numbers, sizeof numbers / sizeof numbers[0]);
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
        if (block->process == process && !visit(user, block->address, block->size, w->paths[block->stack].local))
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
        w->paths[i].touched = w->paths[i].live > 0;
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
    free(windows->paths);
    free(windows->cohorts);
    free(windows->regions);
    for (size_t i = 0; i < windows->times_room; i++)
        free(windows->times[i].begins_ns);
    free(windows->times);
    free(windows);
}
