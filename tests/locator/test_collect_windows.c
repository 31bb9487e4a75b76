/* test_collect_windows.c - what is summed up tells of every block what its events tell: the same recording, once as events
 * and once past its size, has the same survivors by path and time of birth. */
#define _GNU_SOURCE
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collect_windows.h"
#include "random.h"
#include "record_by_hand.h"
#include "recording_read.h"
#include "recording_write.h"

enum { STACKS = 4, THREADS = 2, BLOCKS = 60, CHECKPOINTS = 24, EVENTS = 400, SUMMED_FROM = 8 };

typedef struct maker {
    hf__recording *out;
    hf__windows   *windows;     /* once the recording has reached its size */
    int            file;
    char           path[64];
    uint64_t       ticks, last[THREADS], started, checkpoints[CHECKPOINTS];
} maker;

typedef struct block {
    uint64_t address, size;
    bool     between;           /* the halves of a realloc: its thread's next event is the second */
} block;

static void meanwhile(void *user)
{
    (void)user;
}

static void put_bytes(maker *at, uint32_t ring, const uint8_t *bytes, size_t size)
{
    at->ticks += 2000;
    if (at->windows != NULL)
        assert_true(hf__windows_segment(at->windows, at->ticks, ring, bytes, size));
    else
        hf__recording_put_segment(at->out, at->ticks, ring, bytes, size);
}

static void put_event(maker *at, uint32_t ring, const uint64_t *numbers, size_t count)
{
    uint8_t bytes[128], *end = numbers_put(bytes, numbers, count);
    put_bytes(at, ring, bytes, (size_t)(end - bytes));
}
#define OTHER(code) ((uint64_t)(code) << 2 | HF__EVENT_OTHER)
#define EVENT(at, ring, ...) put_event(at, ring, (const uint64_t[]){ __VA_ARGS__ }, sizeof((const uint64_t[]){ __VA_ARGS__ }) / 8)

static void put(maker *at, hf__record tag, const uint64_t *numbers, size_t count, const char *text)
{
    uint8_t fields[512], *end = fields_put(fields, numbers, count, text);
    at->ticks += 1000;
    if (at->windows != NULL)
        assert_true(hf__windows_record(at->windows, tag, at->ticks, fields, (size_t)(end - fields)));
    else
        hf__recording_put(at->out, tag, at->ticks, fields, (size_t)(end - fields));
}
#define PUT(at, tag, text, ...) put(at, tag, (const uint64_t[]){ __VA_ARGS__ }, sizeof((const uint64_t[]){ __VA_ARGS__ }) / 8, text)

static uint64_t step_to(maker *at, uint32_t ring, uint64_t address)
{
    uint64_t step = hf__zigzag((int64_t)(address - at->last[ring]));
    at->last[ring] = address;
    return step;
}

static void put_allocate(maker *at, uint32_t ring, uint64_t flags, uint64_t address, uint64_t size, uint64_t stack)
{
    uint64_t step = step_to(at, ring, address);
    EVENT(at, ring, OTHER(HF__OTHER_ALLOCATE), flags, step, size, stack);
}

static void put_release(maker *at, uint32_t ring, uint64_t flags, uint64_t address)
{
    uint64_t step = step_to(at, ring, address);
    EVENT(at, ring, OTHER(HF__OTHER_RELEASE), flags, step);
}

static void begin(maker *at)
{
    hf__trace_file_header header = { .version = HF__TRACE_VERSION, .start_ticks = 1000, .ticks_per_second = 1000000000 };
    memcpy(header.magic, HF__TRACE_MAGIC, sizeof header.magic);
    *at = (maker){ .file = memfd_create("recording", MFD_CLOEXEC), .ticks = 1000 };
    assert_true(at->file >= 0);
    assert_int_equal(hf__recording_create(at->file, &header, "", &at->out, NULL), HF_OK);
    snprintf(at->path, sizeof at->path, "/proc/self/fd/%d", at->file);
    PUT(at, HF__RECORD_PROCESS_START, "/bin/program", 1, 77, 1, 0, HF__PROCESS_COMMAND, HF__ALLOCATOR_GLIBC);
    at->started = at->ticks;
    for (uint64_t stack = 1; stack <= STACKS; stack++)
        PUT(at, HF__RECORD_STACK, NULL, 1, stack, stack, 0, 0, hf__zigzag(0x4000));
    for (uint64_t ring = 0; ring < THREADS; ring++)
        EVENT(at, (uint32_t)ring, OTHER(HF__OTHER_BEGIN), 1, ring + 1, 77 + ring, 0);
}

/* Blocks that come, grow, shrink and go, of two threads whose halves of realloc lie between each other's events. */
static void put_some(maker *at, block *blocks, uint64_t *seed, uint64_t *next)
{
    for (int i = 0; i < EVENTS; i++) {
        uint32_t ring = (uint32_t)random_below(seed, THREADS);
        block *one = &blocks[ring * BLOCKS];
        uint64_t stack = 1 + random_below(seed, STACKS), chance = random_below(seed, 30);
        while (one < &blocks[ring * BLOCKS + BLOCKS] && !one->between)
            one++;
        if (one < &blocks[ring * BLOCKS + BLOCKS]) {
            one->between = false;
            if (chance < 3) {
                uint64_t step = step_to(at, ring, one->address);
                EVENT(at, ring, OTHER(HF__OTHER_RESTORE), step);
            } else if (chance < 4) {
                one->address = 0;                          /* realloc to nothing: there is no second half */
            } else {
                one->address = *next += 16;
                one->size = 1 + random_below(seed, 2) * one->size + random_below(seed, one->size + 100);
                put_allocate(at, ring, HF__FROM_REALLOC, one->address, one->size, stack);
            }
            continue;
        }
        one = &blocks[ring * BLOCKS + random_below(seed, BLOCKS)];
        if (one->address == 0) {
            *one = (block){ .address = *next += 16, .size = 1 + random_below(seed, 500) };
            put_allocate(at, ring, 0, one->address, one->size, stack);
        } else if (chance < 2 || one->size > 1 << 20) {
            put_release(at, ring, 0, one->address);
            one->address = 0;
        } else {
            put_release(at, ring, HF__FROM_REALLOC, one->address);
            one->between = true;
        }
    }
}

static void record(maker *at, bool summed)
{
    static block blocks[THREADS * BLOCKS];
    uint64_t seed = 5, next = 1 << 20;
    memset(blocks, 0, sizeof blocks);
    begin(at);
    for (uint64_t number = 1; number <= CHECKPOINTS; number++) {
        if (summed && number == SUMMED_FROM) {
            assert_int_equal(hf__recording_flush(at->out, NULL), HF_OK);
            assert_int_equal(hf__windows_create(at->file, at->out, meanwhile, NULL, &at->windows, NULL), HF_OK);
        }
        put_some(at, blocks, &seed, &next);
        uint64_t checkpoint[1 + HF__WIRE_CHECKPOINT_NUMBERS] = { 1, number, HF__CHECKPOINT_PROGRAM };
        put(at, HF__RECORD_CHECKPOINT, checkpoint, 1 + HF__WIRE_CHECKPOINT_NUMBERS, NULL);
        at->checkpoints[number - 1] = at->ticks;
    }
    hf__windows_destroy(at->windows);
    assert_int_equal(hf__recording_flush(at->out, NULL), HF_OK);
}

typedef struct kept {
    int64_t bytes[STACKS], blocks[STACKS];
} kept;

/* What was born until each checkpoint and is alive at the end, by path. */
static void read_kept(const maker *at, kept *ret)
{
    hf__recording recording;
    assert_int_equal(hf__recording_read(at->path, &recording, NULL), HF_OK);
    const hf__model *model = &recording.processes[0].model;
    size_t windows = hf__model_windows(model);
    assert_int_equal(model->paths_count, STACKS);
    assert_int_equal(model->shift, 0);
    for (uint32_t path = 0; path < STACKS; path++) {
        int64_t bytes[HF_WINDOWS_MAX] = { 0 }, blocks[HF_WINDOWS_MAX] = { 0 }, before_bytes = 0, before_blocks = 0;
        const hf__path *from = &model->paths[path];
        for (size_t i = 0; i < from->points_count; i++) {
            const hf__point *point = &model->points[from->point_first + i];
            bytes[point->window] += point->live_bytes - before_bytes;
            blocks[point->window] += point->live_blocks - before_blocks;
            before_bytes = point->live_bytes;
            before_blocks = point->live_blocks;
        }
        for (size_t i = 0; i < from->deaths_count; i++) {
            const hf__death *death = &model->deaths[from->death_first + i];
            bytes[death->born] -= death->bytes;
            bytes[death->died] += death->bytes;
            blocks[death->born] -= death->blocks;
            blocks[death->died] += death->blocks;
        }
        int64_t sum_bytes = 0, sum_blocks = 0;
        size_t checkpoint = 0;
        for (size_t w = 0; w < windows; w++) {
            sum_bytes += bytes[w];
            sum_blocks += blocks[w];
            if (fabs(model->checkpoints[w].seconds - (double)(at->checkpoints[checkpoint] - at->started) * 1e-9) > 1e-12)
                continue;
            ret[checkpoint].bytes[path] = sum_bytes;
            ret[checkpoint++].blocks[path] = sum_blocks;
        }
        assert_int_equal(checkpoint, CHECKPOINTS);
    }
    hf__recording_release(&recording);
}

static void test_collect_windows__tell_what_events_tell(void **state)
{
    (void)state;
    static kept plain[CHECKPOINTS], summed[CHECKPOINTS];
    maker at, other;
    record(&at, false);
    record(&other, true);
    assert_int_equal(at.ticks, other.ticks);
    read_kept(&at, plain);
    read_kept(&other, summed);
    for (size_t i = 0; i < CHECKPOINTS; i++)
        for (size_t path = 0; path < STACKS; path++) {
            assert_int_equal(plain[i].bytes[path], summed[i].bytes[path]);
            assert_int_equal(plain[i].blocks[path], summed[i].blocks[path]);
        }
    hf__recording_destroy(at.out);
    hf__recording_destroy(other.out);
    close(at.file);
    close(other.file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_collect_windows__tell_what_events_tell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
