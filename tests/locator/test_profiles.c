/* test_profiles.c - folders of profiles become a model: which files, which statistics, whose errors. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "pprof.h"
#include "profiles.h"
#include "room.h"
#include "scratch.h"

static void put_bytes(const char *name, const char *bytes, size_t length)
{
    FILE *file = fopen(scratch_file(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void put_text(const char *name, const char *text)
{
    put_bytes(name, text, strlen(text));
}

/* A heap profile with one place that holds `blocks` of 100 bytes. */
static void pack(int64_t seconds, int64_t blocks, char **ret_bytes, size_t *ret_length)
{
    hf__pprof_writer *writer = hf__pprof_writer_create(seconds * 1000000000, 0, 1);
    uint64_t function = hf__pprof_put_function(writer, HF_T("keep"), HF_T("keep.c"), 3);
    uint64_t stack[] = { hf__pprof_put_location(writer, function, 5, 0x40) };
    const int64_t values[] = { blocks, blocks * 100, blocks, blocks * 100 };
    assert_true(hf__pprof_put_sample(writer, stack, 1, values, "heap", 4));
    assert_int_equal(hf__pprof_writer_finish(writer, ret_bytes, ret_length, NULL), HF_OK);
}

static void put_heap(const char *name, int64_t seconds, int64_t blocks)
{
    char *bytes;
    size_t length;
    pack(seconds, blocks, &bytes, &length);
    put_bytes(name, bytes, length);
    hf__room_free(bytes);
}

static hf_status read_folder(hf__model *ret_model, hf__profiles_report *ret_report, hf_error *reterr)
{
    const char *const paths[] = { scratch_folder() };
    memset(reterr, 0, sizeof *reterr);
    return hf__profiles_read(paths, 1, ret_model, ret_report, reterr);
}

static void assert_name_ends(const hf_error *error, const char *name)
{
    size_t length = strlen(name), all = strlen(error->name);
    if (all < length || strcmp(error->name + all - length, name) != 0)
        fail_msg("the error is about '%s', not %s", error->name, name);
}

/* ---- what is right ------------------------------------------------------------------------------ */

static void test_profiles__statistics_belong_to_the_checkpoint_of_their_name(void **state)
{
    (void)state;
    hf__model model;
    hf__profiles_report report;
    hf_error error;
    put_heap("0003.heap.pb.gz", 30, 30);                 /* ordered by their own time, not by name */
    put_heap("0001.heap.pb.gz", 10, 10);
    put_heap("0002.heap.pb.gz", 20, 20);
    put_heap("0004.heap.pb.gz", 40, 40);
    put_text("0001.stats.txt", "___ Begin jemalloc statistics ___\nAllocated: 1111, active: 5, resident: 9001, mapped: 7001\n");
    put_text("0002.malloc.txt", "MALLOC:       2222 (    0.0 MiB) Bytes in use by application\n"
                                "MALLOC: =     9002 (    0.0 MiB) Actual memory used (physical + swap)\n");
    put_text("0003.vars.json", "{\"cmdline\":[\"x\"],\"memstats\":{\"HeapAlloc\":3333,\"HeapSys\":9103,\"HeapReleased\":100}}");
    put_text("0004.mallctl.txt", "stats.allocated: 4444\nstats.resident: 9004\n");
    put_text("0004.log", "nothing of ours");
    put_text("README", "neither");
    assert_int_equal(read_folder(&model, &report, &error), HF_OK);
    assert_int_equal(report.files, 8);
    assert_int_equal(report.left_alone, 2);
    assert_int_equal(report.restarts, 0);
    assert_int_equal(model.checkpoints_seen, 4);
    static const int64_t live[] = { 1111, 2222, 3333, 4444 }, held[] = { 9001, 9002, 9003, 9004 };
    assert_int_equal(model.points_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(model.checkpoints[i].memory.allocator_live, live[i]);
        assert_int_equal(model.checkpoints[i].memory.allocator_held, held[i]);
        assert_true(model.checkpoints[i].seconds == (double)i * 10);
        assert_int_equal(model.points[i].live_bytes, (int64_t)(i + 1) * 1000);
    }
    assert_true(hf_text_equal(hf__model_name(&model, model.frames[model.paths[0].frame].function), HF_T("keep")));
    hf__model_release(&model);
}

static void test_profiles__a_restart_ends_a_stretch(void **state)
{
    (void)state;
    static const int totals[] = { 100, 200, 50, 60, 70, 80 };
    hf__model model;
    hf__profiles_report report;
    hf_error error;
    for (int i = 0; i < 6; i++) {
        char name[32], text[128];
        snprintf(name, sizeof name, "%d.heap.pb.gz", i);
        put_heap(name, 10 + i, 10 + i);
        snprintf(name, sizeof name, "%d.memstats.json", i);
        snprintf(text, sizeof text, "{\"HeapAlloc\":1,\"HeapSys\":2,\"HeapReleased\":0,\"TotalAlloc\":%d}", totals[i]);
        put_text(name, text);
    }
    assert_int_equal(read_folder(&model, &report, &error), HF_OK);
    assert_int_equal(report.restarts, 1);
    assert_non_null(strstr(report.note, "checkpoints 3 to 6 of 6"));
    assert_int_equal(model.checkpoints_seen, 4);
    hf__model_release(&model);
}

static void test_profiles__files_as_arguments(void **state)
{
    (void)state;
    hf__model model;
    hf__profiles_report report;
    put_heap("a.heap.pb.gz", 10, 10);
    put_heap("b.heap.pb.gz", 20, 20);
    const char *const paths[] = { scratch_file("b.heap.pb.gz"), scratch_file("a.heap.pb.gz") };
    assert_int_equal(hf__profiles_read(paths, 2, &model, &report, NULL), HF_OK);
    assert_int_equal(model.checkpoints_seen, 2);
    assert_int_equal(model.points[1].live_blocks, 20);
    hf__model_release(&model);
}

/* ---- what is not -------------------------------------------------------------------------------- */

static void test_profiles__nothing_to_read(void **state)
{
    (void)state;
    hf__model model;
    hf__profiles_report report;
    hf_error error;
    assert_int_equal(read_folder(&model, &report, &error), HF_NOT_FOUND);
    put_text("notes.txt", "no profile");
    assert_int_equal(read_folder(&model, &report, &error), HF_NOT_FOUND);
    assert_name_ends(&error, "notes.txt");
    put_text("more.txt", "no profile either");
    assert_int_equal(read_folder(&model, &report, &error), HF_NOT_FOUND);
    assert_non_null(strstr(error.detail, "among 2 files"));
    const char *const paths[] = { "/nowhere/at/all" };
    assert_int_equal(hf__profiles_read(paths, 1, &model, &report, &error), HF_IO);
    assert_string_equal(error.name, "/nowhere/at/all");
}

static void test_profiles__damage_is_told_with_the_file(void **state)
{
    (void)state;
    hf__model model;
    hf__profiles_report report;
    hf_error error;
    char *bytes;
    size_t length;
    put_heap("1.heap.pb.gz", 10, 10);
    pack(20, 20, &bytes, &length);
    for (size_t cut = 0; cut < length; cut += cut + 7 < length ? 7 : 1) {
        put_bytes("2.heap.pb.gz", bytes, cut);
        assert_int_equal(read_folder(&model, &report, &error), HF_BAD_PROFILE);
        assert_name_ends(&error, "/2.heap.pb.gz");
        assert_true(error.detail[0] != '\0');
    }
    hf__room_free(bytes);
    put_heap("2.heap.pb.gz", 20, 20);
    put_heap("2.again.heap.pb.gz", 20, 20);
    assert_int_equal(read_folder(&model, &report, &error), HF_BAD_PROFILE);
    assert_non_null(strstr(error.detail, "second heap profile"));
    assert_name_ends(&error, ".heap.pb.gz");
}

static void test_profiles__damaged_statistics(void **state)
{
    (void)state;
    static const struct { const char *name, *text; hf_status status; } all[] = {
        { "1.memstats.json", "{\"HeapSys\":5}", HF_BAD_PROFILE },
        { "1.memstats.json", "{\"memstats\":{\"HeapAlloc\":\"many\"}}", HF_BAD_PROFILE },
        { "1.memstats.json", "{\"jemalloc\":{\"stats\":{}}}", HF_BAD_PROFILE },
        { "1.mem.txt", "stats.allocated: none\n", HF_BAD_PROFILE },
        { "1.mem.txt", "MALLOC: no number Bytes in use by application\n", HF_BAD_PROFILE },
        { "1.memstats.json", "{\"other\":1}", HF_OK },                    /* somebody else's */
        { "1.json", "{\"HeapAlloc\":", HF_OK },
        { "1.txt", "stats.allocated: none\n", HF_OK },
    };
    put_heap("1.heap.pb.gz", 10, 10);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        hf__model model;
        hf__profiles_report report;
        hf_error error;
        put_text(all[i].name, all[i].text);
        hf_status status = read_folder(&model, &report, &error);
        if (status != all[i].status)
            fail_msg("statistics %zu: status %d: %s", i, (int)status, error.detail);
        if (status == HF_OK) {
            assert_int_equal(report.left_alone, 1);
            assert_int_equal(model.checkpoints[0].memory.allocator_live, -1);
            hf__model_release(&model);
        } else {
            assert_name_ends(&error, all[i].name);
        }
        assert_int_equal(remove(scratch_file(all[i].name)), 0);
    }
    /* Cut in the middle, as when the disk was full: the place within the text. */
    hf__model model;
    hf__profiles_report report;
    hf_error error;
    put_text("1.memstats.json", "{\"HeapAlloc\":1,\n \"HeapSys\":");
    assert_int_not_equal(read_folder(&model, &report, &error), HF_OK);
    assert_name_ends(&error, "1.memstats.json");
    assert_int_equal(error.line, 2);
}

static void test_profiles__every_allocation_may_fail(void **state)
{
    (void)state;
    put_heap("1.heap.pb.gz", 10, 10);
    put_heap("2.heap.pb.gz", 20, 20);
    put_text("2.stats.txt", "stats.allocated: 5\nstats.resident: 9\n");
    hf_status status = HF_NO_MEMORY;
    uint64_t nth = 1;
    for (; status != HF_OK && nth < 10000; nth++) {
        hf__model model;
        hf__profiles_report report;
        hf_error error;
        hf__room_fail_at(nth);
        status = read_folder(&model, &report, &error);
        hf__room_fail_at(0);
        if (status == HF_OK)
            hf__model_release(&model);
        else
            assert_int_equal(status, HF_NO_MEMORY);
    }
    assert_int_equal(status, HF_OK);
    assert_true(nth > 10);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, scratch_create, scratch_remove)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_profiles__statistics_belong_to_the_checkpoint_of_their_name),
        IN_FOLDER(test_profiles__a_restart_ends_a_stretch),
        IN_FOLDER(test_profiles__files_as_arguments),
        IN_FOLDER(test_profiles__nothing_to_read),
        IN_FOLDER(test_profiles__damage_is_told_with_the_file),
        IN_FOLDER(test_profiles__damaged_statistics),
        IN_FOLDER(test_profiles__every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
