/* test_recording_read.c - recordings become models; what is cut off, damaged or hostile is told with its place. */
#define _GNU_SOURCE
#include "unit.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "record_by_hand.h"
#include "recording_read.h"
#include "recording_write.h"

enum { PID = 77 };

/* A recording under way: records go to a file without a name. */
typedef struct maker {
    hf__recording *out;
    int            file;
    char           path[64];
    uint64_t       ticks;
} maker;

static maker make_with(uint32_t version, uint64_t ticks_per_second)
{
    maker made = { .file = memfd_create("recording", MFD_CLOEXEC), .ticks = 1000 };
    hf__trace_file_header header = { .version = version, .start_ticks = 1000, .ticks_per_second = ticks_per_second };
    memcpy(header.magic, HF__TRACE_MAGIC, sizeof header.magic);
    assert_true(made.file >= 0);
    assert_int_equal(hf__recording_create(made.file, &header, "", &made.out, NULL), HF_OK);
    snprintf(made.path, sizeof made.path, "/proc/self/fd/%d", made.file);
    return made;
}

static maker make(void)
{
    return make_with(HF__TRACE_VERSION, 1000000000);
}

static void put(maker *at, hf__record tag, const uint64_t *numbers, size_t count, const char *text)
{
    uint8_t fields[512], *end = fields_put(fields, numbers, count, text);
    at->ticks += 1000;
    hf__recording_put(at->out, tag, at->ticks, fields, (size_t)(end - fields));
}
#define PUT(at, tag, text, ...) put(at, tag, (const uint64_t[]){ __VA_ARGS__ }, sizeof((const uint64_t[]){ __VA_ARGS__ }) / 8, text)

static void put_process(maker *at, uint64_t number, uint64_t parent, uint64_t origin)
{
    PUT(at, HF__RECORD_PROCESS_START, "/bin/program", number, PID + number, 1, parent, origin, HF__ALLOCATOR_GLIBC);
}

/* One event of `count` numbers in a segment of ring 0; BEGIN belongs in front of the first. */
static void put_event(maker *at, const uint64_t *numbers, size_t count, const char *text)
{
    uint8_t bytes[256], *end = numbers_put(bytes, numbers, count);
    if (text != NULL) {
        memcpy(end, text, strlen(text));
        end += strlen(text);
    }
    at->ticks += 1000;
    hf__recording_put_segment(at->out, at->ticks, 0, bytes, (size_t)(end - bytes));
}
#define OTHER(code) ((uint64_t)(code) << 2 | HF__EVENT_OTHER)
#define EVENT(at, text, ...) put_event(at, (const uint64_t[]){ __VA_ARGS__ }, sizeof((const uint64_t[]){ __VA_ARGS__ }) / 8, text)

static void put_checkpoint(maker *at, uint64_t process, uint64_t reason, uint64_t number)
{
    uint64_t numbers[1 + HF__WIRE_CHECKPOINT_NUMBERS] = { process, number, reason };
    put(at, HF__RECORD_CHECKPOINT, numbers, 1 + HF__WIRE_CHECKPOINT_NUMBERS, NULL);
}

static hf_status read_it(maker *at, hf__recording *ret, hf_error *reterr)
{
    assert_int_equal(hf__recording_flush(at->out, NULL), HF_OK);
    memset(ret, 0, sizeof *ret);
    memset(reterr, 0, sizeof *reterr);
    return hf__recording_read(at->path, ret, reterr);
}

static void drop(maker *at)
{
    hf__recording_destroy(at->out);
    close(at->file);
}

/* ---- what is right ------------------------------------------------------------------------------ */

static void test_recording_read__blocks_live_at_the_end_of_their_process(void **state)
{
    (void)state;
    maker at = make();
    hf__recording recording;
    hf_error error;
    put_process(&at, 1, 0, HF__PROCESS_COMMAND);
    PUT(&at, HF__RECORD_STACK, NULL, 1, 1, 1, 0, 0, hf__zigzag(0x4000));
    EVENT(&at, NULL, OTHER(HF__OTHER_BEGIN), 1, 1, PID, 0);
    for (uint64_t i = 0; i < 10; i++)
        EVENT(&at, NULL, hf__zigzag(4) << 2 | HF__EVENT_ALLOCATE, 100 + i, 1);
    EVENT(&at, NULL, hf__zigzag(0) << 2 | HF__EVENT_RELEASE);                        /* the last one: 109 bytes */
    EVENT(&at, NULL, OTHER(HF__OTHER_RELEASE), HF__FROM_REALLOC, hf__zigzag(-64));   /* the one before fails to grow */
    EVENT(&at, NULL, OTHER(HF__OTHER_RESTORE), hf__zigzag(0));
    EVENT(&at, NULL, OTHER(HF__OTHER_RELEASE), 0, hf__zigzag(1 << 20));              /* a stranger */
    put_checkpoint(&at, 1, HF__CHECKPOINT_TIME, 1);
    PUT(&at, HF__RECORD_WAITED, NULL, 1, 2500000000);
    PUT(&at, HF__RECORD_PROCESS_END, NULL, 1, HF__ENDED_EXIT, hf__zigzag(3));
    assert_int_equal(read_it(&at, &recording, &error), HF_OK);
    assert_int_equal(recording.processes_count, 1);
    const hf__replayed *process = &recording.processes[0];
    assert_int_equal(process->status, 3);
    assert_int_equal(process->strangers, 1);
    assert_true(process->model.waited_s == 2.5);
    assert_int_equal(process->pid, PID + 1);
    const hf__model *model = &process->model;
    assert_true(model->points_count > 0);
    assert_int_equal(model->points[model->points_count - 1].live_blocks, 9);
    assert_int_equal(model->points[model->points_count - 1].live_bytes, 100 * 10 + 45 - 109);
    assert_false(recording.cut);
    hf__recording_release(&recording);
    drop(&at);
}

/* Two addresses of one line of a function, whose stacks are one path. */
__attribute__((noinline)) static int one_line(int value) { __asm__ volatile("nop\n\tnop\n\tnop\n\tnop" : "+r"(value)); return value + 1; }

static void test_recording_read__windows_of_stacks_of_one_path_add_up(void **state)
{
    (void)state;
    maker at = make();
    hf__recording recording;
    hf_error error;
    Dl_info about;
    char self[512];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(length > 0 && one_line(1) == 2);
    self[length] = '\0';
    assert_int_not_equal(dladdr((void *)(uintptr_t)one_line, &about), 0);
    uint64_t base = (uint64_t)(uintptr_t)about.dli_fbase, code = (uint64_t)(uintptr_t)one_line;
    put_process(&at, 1, 0, HF__PROCESS_COMMAND);
    uint8_t fields[700], *end = fields;
    const uint64_t numbers[] = { 1, 1, base, base, base + (1 << 24) };
    for (size_t i = 0; i < 5; i++)
        end = hf__varint_put(end, numbers[i]);
    end = hf__varint_put(end, (uint64_t)length);
    memcpy(end, self, (size_t)length);
    end += length;
    end = hf__varint_put(end, 0);
    end = hf__varint_put(end, 0);
    hf__recording_put(at.out, HF__RECORD_MODULE_LOAD, at.ticks, fields, (size_t)(end - fields));
    PUT(&at, HF__RECORD_STACK, NULL, 1, 1, 1, 0, 1, hf__zigzag((int64_t)(code + 2)));
    PUT(&at, HF__RECORD_STACK, NULL, 1, 2, 2, 0, 1, hf__zigzag(1));
    for (uint64_t window = 1; window <= 3; window++) {
        PUT(&at, HF__RECORD_PATH_WINDOW, NULL, 1, 1, 5, 500, 0, 0, 5 * window, 500 * window);
        if (window != 2)                                                             /* nothing happened to it */
            PUT(&at, HF__RECORD_PATH_WINDOW, NULL, 1, 2, 2, 40, 1, 20, window, 20 * window);
        put_checkpoint(&at, 1, HF__CHECKPOINT_PROGRAM, window);
    }
    assert_int_equal(read_it(&at, &recording, &error), HF_OK);
    const hf__model *model = &recording.processes[0].model;
    static const int64_t blocks[] = { 5 + 1, 10 + 1, 15 + 3 }, bytes[] = { 520, 1020, 1560 };
    assert_int_equal(model->paths_count, 1);
    assert_int_equal(model->points_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(model->points[i].live_blocks, blocks[i]);
        assert_int_equal(model->points[i].live_bytes, bytes[i]);
    }
    hf_text name = hf__model_name(model, model->frames[model->paths[0].frame].function);
    assert_true(hf_text_equal(name, HF_T("one_line")));
    hf__recording_release(&recording);
    drop(&at);
}

static void test_recording_read__regions_by_name(void **state)
{
    (void)state;
    maker at = make();
    hf__recording recording;
    hf_error error;
    put_process(&at, 1, 0, HF__PROCESS_COMMAND);
    EVENT(&at, NULL, OTHER(HF__OTHER_BEGIN), 1, 1, PID, 0);
    EVENT(&at, "one", OTHER(HF__OTHER_REGION), 1, 0, 3);
    EVENT(&at, "one", OTHER(HF__OTHER_REGION), 2, 0, 3);
    EVENT(&at, "two", OTHER(HF__OTHER_REGION), 3, 0, 3);
    EVENT(&at, NULL, OTHER(HF__OTHER_REGION_USE), 1, HF__REGION_USE, 100, 1000, 100);
    EVENT(&at, NULL, OTHER(HF__OTHER_REGION_USE), 2, HF__REGION_REWOUND, 50, 1000, 400);
    EVENT(&at, NULL, OTHER(HF__OTHER_REGION_USE), 9, HF__REGION_USE, 1, 1, 1);       /* nobody's */
    PUT(&at, HF__RECORD_REGION_USE, NULL, 1, 3, HF__REGION_RESET, 0, 64, 60);
    EVENT(&at, NULL, OTHER(HF__OTHER_REGION_USE), 1, HF__REGION_GONE, 0, 0, 100);
    put_checkpoint(&at, 1, HF__CHECKPOINT_MAIN_RETURNED, 1);
    EVENT(&at, NULL, OTHER(HF__OTHER_REGION_USE), 2, HF__REGION_GONE, 0, 0, 50);     /* too late to matter */
    assert_int_equal(read_it(&at, &recording, &error), HF_OK);
    const hf__model *model = &recording.processes[0].model;
    assert_int_equal(model->regions_count, 2);
    const hf__region *one = &model->regions[0], *two = &model->regions[1];
    assert_int_equal(one->used, 50);
    assert_int_equal(one->reserved, 1000);
    assert_int_equal(one->used_peak, 500);
    assert_int_equal(one->reserved_peak, 2000);
    assert_int_equal(one->arenas, 1);
    assert_int_equal(one->made, 2);
    assert_int_equal(two->used, 0);
    assert_int_equal(two->used_peak, 60);
    hf__recording_release(&recording);
    drop(&at);
}

/* ---- what is not -------------------------------------------------------------------------------- */

static void test_recording_read__other_versions(void **state)
{
    (void)state;
    static const uint32_t versions[] = { 0, HF__TRACE_VERSION_FIRST - 1, HF__TRACE_VERSION + 1, UINT32_MAX };
    hf__recording recording;
    hf_error error;
    for (size_t i = 0; i < 4; i++) {
        maker at = make_with(versions[i], 1000);
        assert_int_equal(read_it(&at, &recording, &error), HF_BAD_VERSION);
        assert_string_equal(error.name, at.path);
        assert_non_null(strstr(error.detail, "expected 2 to 5"));
        drop(&at);
    }
    maker at = make_with(HF__TRACE_VERSION_FIRST, 1000);
    assert_int_equal(read_it(&at, &recording, &error), HF_OK);
    hf__recording_release(&recording);
    drop(&at);
    at = make_with(HF__TRACE_VERSION, 0);
    assert_int_equal(read_it(&at, &recording, &error), HF_BAD_PROFILE);
    assert_string_equal(error.name, at.path);
    drop(&at);
    assert_int_equal(hf__recording_read("/nowhere/at/all", &recording, &error), HF_IO);
    assert_string_equal(error.name, "/nowhere/at/all");
}

/* Each record is wrong in one way; the error names the file and the byte of the block. */
static void test_recording_read__each_hostile_record(void **state)
{
    (void)state;
    typedef struct hostile {
        hf__record tag;
        size_t     count;
        uint64_t   numbers[12];
        const char *text;
    } hostile;
    static const hostile all[] = {
        { HF__RECORD_COUNT, 1, { 1 }, NULL },                                        /* no such record */
        { (hf__record)0, 1, { 1 }, NULL },
        { HF__RECORD_CLOCK, 2, { 5, 0 }, NULL },                                     /* a clock that stands */
        { HF__RECORD_CLOCK, 2, { UINT64_MAX, 1000 }, NULL },
        { HF__RECORD_PROCESS_START, 6, { 1, 2, 3, 0, 0, 1 }, "/again" },             /* started twice */
        { HF__RECORD_PROCESS_START, 6, { 0, 2, 3, 0, 0, 1 }, "/none" },
        { HF__RECORD_PROCESS_START, 6, { (uint64_t)1 << 40, 2, 3, 0, 0, 1 }, "/far" },
        { HF__RECORD_PROCESS_START, 6, { 2, 2, 3, 0, 9, 1 }, "/origin" },
        { HF__RECORD_PROCESS_END, 3, { 9, 1, 0 }, NULL },                            /* of a process that is none */
        { HF__RECORD_PROCESS_END, 3, { 1, 99, 0 }, NULL },
        { HF__RECORD_MODULE_LOAD, 5, { 1, 0, 0, 0, 0 }, "/zero" },
        { HF__RECORD_MODULE_LOAD, 5, { 1, (uint64_t)1 << 50, 0, 0, 0 }, "/many" },
        { HF__RECORD_STACK, 6, { 1, 0, 1, 0, 0, 0 }, NULL },                         /* number 0 */
        { HF__RECORD_STACK, 6, { 1, 5, 9, 0, 0, 0 }, NULL },                         /* a parent before the first */
        { HF__RECORD_STACK, 6, { 1, 5, 1, 0, 0, 0 }, NULL },                         /* a parent that is none */
        { HF__RECORD_STACK, 6, { 1, (uint64_t)1 << 40, 1, 0, 0, 0 }, NULL },
        { HF__RECORD_CHECKPOINT, 2, { 1, 1 }, NULL },                                /* too short */
        { HF__RECORD_NOTICE, 2, { 1, 1 << 20 }, NULL },                              /* a text longer than the block */
        { HF__RECORD_SEGMENT, 2, { 1 << 20, 0 }, NULL },                             /* a ring that is none */
        { HF__RECORD_SEGMENT, 2, { 0, 1 << 30 }, NULL },                             /* longer than the block */
        { HF__RECORD_SEGMENT, 2, { 1, 1 }, "" },                                     /* events of nobody */
        { HF__RECORD_REGION_USE, 6, { 1, 0, 0, 1, 1, 1 }, NULL },
        { HF__RECORD_REGION_USE, 6, { 1, 1, 9, 1, 1, 1 }, NULL },
        { HF__RECORD_REGION_USE, 3, { 1, 1, 0 }, NULL },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        maker at = make();
        hf__recording recording;
        hf_error error;
        put_process(&at, 1, 0, HF__PROCESS_COMMAND);
        put(&at, all[i].tag, all[i].numbers, all[i].count, all[i].text);
        hf_status status = read_it(&at, &recording, &error);
        if (status != HF_BAD_PROFILE)
            fail_msg("hostile record %zu: status %d", i, (int)status);
        assert_string_equal(error.name, at.path);
        assert_true(error.offset >= sizeof(hf__trace_file_header));
        assert_true(error.detail[0] != '\0');
        drop(&at);
    }
}

static void test_recording_read__each_hostile_event(void **state)
{
    (void)state;
    static const struct { size_t count; uint64_t numbers[6]; } all[] = {
        { 1, { OTHER(HF__OTHER_COUNT) } },
        { 1, { OTHER(HF__OTHER_COUNT + 1000) } },
        { 3, { OTHER(HF__OTHER_BEGIN), 9, 1 } },                                     /* of a process that is none, and short */
        { 5, { OTHER(HF__OTHER_BEGIN), 1, 0, 1, 0 } },                               /* thread 0 */
        { 3, { OTHER(HF__OTHER_ALLOCATE), 0, 16 } },                                 /* short */
        { 3, { OTHER(HF__OTHER_THREAD_STATE), 0, 1 } },
        { 3, { OTHER(HF__OTHER_THREAD_STATE), 1, 7 } },
        { 2, { OTHER(HF__OTHER_CHECKPOINT), 1 } },
        { 4, { OTHER(HF__OTHER_REGION), 0, 0, 0 } },
        { 4, { OTHER(HF__OTHER_REGION), 1, 0, 65 } },                                /* a name beyond its most */
        { 6, { OTHER(HF__OTHER_REGION_USE), 0, 0, 1, 1, 1 } },
        { 6, { OTHER(HF__OTHER_REGION_USE), 1, 4, 1, 1, 1 } },
        { 4, { OTHER(HF__OTHER_REGION_USE), 1, 0, 1 } },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        maker at = make();
        hf__recording recording;
        hf_error error;
        put_process(&at, 1, 0, HF__PROCESS_COMMAND);
        EVENT(&at, NULL, OTHER(HF__OTHER_BEGIN), 1, 1, PID, 0);
        put_event(&at, all[i].numbers, all[i].count, NULL);
        hf_status status = read_it(&at, &recording, &error);
        if (status != HF_BAD_PROFILE)
            fail_msg("hostile event %zu: status %d", i, (int)status);
        assert_string_equal(error.name, at.path);
        assert_true(error.offset >= sizeof(hf__trace_file_header));
        drop(&at);
    }
}

/* Wherever a recording is cut, what is whole is read, and the rest is said to be missing; and a byte that was turned
 * over is noticed, or stood in the header's times. */
static void test_recording_read__cut_and_turned_anywhere(void **state)
{
    (void)state;
    enum { BLOCKS = 3, ROOM = 4096 };
    maker at = make();
    hf__recording recording;
    hf_error error;
    static char bytes[ROOM];
    uint64_t ends[BLOCKS + 1] = { hf__recording_size(at.out) };
    put_process(&at, 1, 0, HF__PROCESS_COMMAND);
    for (uint64_t block = 1; block <= BLOCKS; block++) {
        EVENT(&at, NULL, OTHER(HF__OTHER_BEGIN), 1, 1, PID, 0);
        for (uint64_t i = 0; i < 20; i++)
            EVENT(&at, NULL, hf__zigzag((int64_t)(i * i)) << 2 | HF__EVENT_ALLOCATE, 16 + i * 7, 0);
        put_checkpoint(&at, 1, HF__CHECKPOINT_TIME, block);
        assert_int_equal(hf__recording_flush(at.out, NULL), HF_OK);
        ends[block] = hf__recording_size(at.out);
    }
    size_t size = (size_t)ends[BLOCKS];
    assert_true(size < ROOM);
    assert_int_equal(pread(at.file, bytes, size, 0), size);
    int file = memfd_create("cut", MFD_CLOEXEC);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    for (size_t length = 0; length <= size; length++) {
        assert_int_equal(ftruncate(file, 0), 0);
        assert_int_equal(pwrite(file, bytes, length, 0), length);
        hf_status status = hf__recording_read(path, &recording, &error);
        assert_int_equal(status, length < ends[0] ? HF_BAD_PROFILE : HF_OK);
        if (status != HF_OK) {
            assert_string_equal(error.name, path);
            continue;
        }
        bool whole = length == ends[0] || length == ends[1] || length == ends[2] || length == ends[3];
        assert_int_equal(recording.cut, !whole);
        assert_int_equal(strstr(recording.notes, "ends in the middle") != NULL, !whole);
        size_t blocks = (length >= ends[1]) + (size_t)(length >= ends[2]) + (length >= ends[3]);
        assert_int_equal(recording.events, 20 * blocks);
        hf__recording_release(&recording);
    }
    for (size_t i = ends[0]; i < size; i++) {
        bytes[i] = (char)(bytes[i] ^ 0x41);
        assert_int_equal(pwrite(file, bytes, size, 0), size);
        hf_status status = hf__recording_read(path, &recording, &error);
        if (status == HF_OK) {
            /* Sizes of a block: what follows is then beyond the end. */
            assert_true(recording.cut);
            hf__recording_release(&recording);
        } else {
            assert_int_equal(status, HF_BAD_PROFILE);
            assert_string_equal(error.name, path);
            assert_true(error.offset >= ends[0] && error.offset <= size);
        }
        bytes[i] = (char)(bytes[i] ^ 0x41);
    }
    close(file);
    drop(&at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recording_read__blocks_live_at_the_end_of_their_process),
        cmocka_unit_test(test_recording_read__windows_of_stacks_of_one_path_add_up),
        cmocka_unit_test(test_recording_read__regions_by_name),
        cmocka_unit_test(test_recording_read__other_versions),
        cmocka_unit_test(test_recording_read__each_hostile_record),
        cmocka_unit_test(test_recording_read__each_hostile_event),
        cmocka_unit_test(test_recording_read__cut_and_turned_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
