/* test_model.c - live blocks and the series of paths: exact, bounded, cohorts kept through merging. */
#include "unit.h"

#include <string.h>

#include "live.h"
#include "room.h"

typedef struct fixture {
    hf__model model;
    hf__live  live;
    uint32_t  path;
} fixture;

static uint32_t path_called(hf__model *model, const char *name)
{
    uint32_t text = hf__model_text(model, hf_text_from_cstr(name));
    uint32_t function = hf__model_function(model, text, 0, 0, HF_ORIGIN_OWN);
    return hf__model_path(model, hf__model_frame(model, 0, function, 1), HF_PATH_HEAP);
}

static void setup(fixture *test)
{
    assert_int_equal(hf__model_init(&test->model, NULL), HF_OK);
    assert_int_equal(hf__live_init(&test->live, &test->model, NULL), HF_OK);
    test->path = path_called(&test->model, "f");
}

static void release(fixture *test)
{
    hf__live_release(&test->live);
    hf__model_release(&test->model);
}

static void checkpoint(fixture *test, double seconds)
{
    hf__live_checkpoint(&test->live, seconds, &HF_MEMORY_UNKNOWN, 0);
}

static void test_model__same_frames_are_one(void **state)
{
    (void)state;
    fixture test;
    setup(&test);
    assert_int_equal(path_called(&test.model, "f"), test.path);
    assert_int_not_equal(path_called(&test.model, "g"), test.path);
    release(&test);
}

static void test_live__table_equals_a_plain_one(void **state)
{
    (void)state;
    enum { SLOTS = 3000, STEPS = 200000 };
    static uint64_t sizes[SLOTS];
    memset(sizes, 0, sizeof sizes);
    fixture test;
    setup(&test);
    uint64_t random = 88172645463325252u;
    int64_t bytes = 0;
    for (int step = 0; step < STEPS; step++) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        size_t slot = random % SLOTS;
        uint64_t address = 0x10000 + slot * 16;
        if (sizes[slot] != 0) {
            assert_true(hf__live_died(&test.live, address));
            bytes -= (int64_t)sizes[slot];
            sizes[slot] = 0;
        } else {
            sizes[slot] = 1 + random % 1000;
            hf__live_born(&test.live, address, sizes[slot], test.path, HF_LIVE_WEIGHT_ONE);
            bytes += (int64_t)sizes[slot];
        }
    }
    assert_int_equal(test.live.paths[test.path].bytes, bytes);
    for (size_t slot = 0; slot < SLOTS; slot++) {
        const hf__block *block = hf__live_find(&test.live, 0x10000 + slot * 16);
        assert_int_equal(block != NULL ? hf__block_size(block) : 0, sizes[slot]);
    }
    assert_false(hf__live_died(&test.live, 0x9990));
    assert_int_equal(test.live.strangers, 1);
    release(&test);
}

/* Survivors of a cohort at the end, from points and deaths, as the judge computes them. */
static int64_t survivors(const hf__model *model, uint32_t path, uint32_t born)
{
    const hf__path *at = &model->paths[path];
    int64_t left = 0;
    for (size_t i = 0; i < at->points_count; i++) {
        const hf__point *point = &model->points[at->point_first + i];
        if (point->window == born)
            left += (int64_t)point->born_blocks - (int64_t)point->died_blocks;
    }
    for (size_t i = 0; i < at->deaths_count; i++) {
        const hf__death *death = &model->deaths[at->death_first + i];
        if (death->died == born)
            left += (int64_t)death->blocks; /* not of this cohort */
        if (death->born == born)
            left -= (int64_t)death->blocks;
    }
    return left;
}

static void test_model__cohorts_survive_merging(void **state)
{
    (void)state;
    enum { CHECKPOINTS = 10000 };
    fixture test;
    setup(&test);
    /* Each window: 10 born, 9 of them die one window later; one in ten windows is left whole. */
    for (uint64_t c = 0; c < CHECKPOINTS; c++) {
        for (uint64_t i = 0; i < 10; i++)
            hf__live_born(&test.live, (c * 10 + i + 1) * 16, 64, test.path, HF_LIVE_WEIGHT_ONE);
        for (uint64_t i = 1; c > 0 && i < 10; i++)
            hf__live_died(&test.live, ((c - 1) * 10 + i + 1) * 16);
        checkpoint(&test, (double)c);
    }
    assert_int_equal(hf__model_seal(&test.model, NULL), HF_OK);
    size_t windows = hf__model_windows(&test.model);
    assert_in_range(windows, HF_WINDOWS_MAX / 2, HF_WINDOWS_MAX);
    int64_t all = 0;
    uint64_t per_window = 1ull << test.model.shift;
    for (uint32_t w = 0; w < windows; w++) {
        int64_t left = survivors(&test.model, test.path, w);
        all += left;
        if (w + 1 < windows)
            assert_int_equal(left, per_window);
    }
    assert_int_equal(all, CHECKPOINTS + 9);
    assert_true(test.model.checkpoints[windows - 1].seconds == CHECKPOINTS - 1);
    release(&test);
}

static void test_model__time_never_goes_back(void **state)
{
    (void)state;
    fixture test;
    setup(&test);
    checkpoint(&test, 5);
    checkpoint(&test, 3);
    checkpoint(&test, 0.0 / 0.0);
    checkpoint(&test, 6);
    assert_true(test.model.checkpoints[1].seconds == 5);
    assert_true((test.model.checkpoints[1].flags & HF_CHECKPOINT_CLOCK) != 0);
    assert_true((test.model.checkpoints[2].flags & HF_CHECKPOINT_CLOCK) != 0);
    assert_true(test.model.checkpoints[3].flags == 0);
    release(&test);
}

static void test_live__weights_scale_and_carry_variance(void **state)
{
    (void)state;
    fixture test;
    setup(&test);
    hf__live_born(&test.live, 16, 100, test.path, 10 * HF_LIVE_WEIGHT_ONE);
    assert_int_equal(test.live.paths[test.path].bytes, 1000);
    assert_int_equal(test.live.paths[test.path].blocks, 10);
    assert_true(test.live.paths[test.path].variance == 100.0 * 100 * 10 * 9);
    hf__live_died(&test.live, 16);
    assert_int_equal(test.live.paths[test.path].bytes, 0);
    assert_true(test.live.paths[test.path].variance == 0);
    release(&test);
}

static void test_model__every_allocation_may_fail(void **state)
{
    (void)state;
    size_t failures = 0;
    for (uint64_t nth = 1; nth < 80; nth++) {
        fixture test = { 0 };
        hf__room_fail_at(nth);
        hf_status status = hf__model_init(&test.model, NULL);
        if (status == HF_OK)
            status = hf__live_init(&test.live, &test.model, NULL);
        if (status == HF_OK) {
            test.path = path_called(&test.model, "f");
            for (uint64_t c = 0; c < 200; c++) {
                for (uint64_t i = 0; i < 20; i++)
                    hf__live_born(&test.live, (c * 20 + i + 1) * 16, 64, test.path, HF_LIVE_WEIGHT_ONE);
                for (uint64_t i = 0; c > 0 && i < 19; i++)
                    hf__live_died(&test.live, ((c - 1) * 20 + i + 1) * 16);
                checkpoint(&test, (double)c);
            }
            status = hf__model_seal(&test.model, NULL);
        }
        hf__room_fail_at(0);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        failures += status == HF_NO_MEMORY;
        release(&test);
    }
    assert_in_range(failures, 10, 78);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model__same_frames_are_one),
        cmocka_unit_test(test_live__table_equals_a_plain_one),
        cmocka_unit_test(test_model__cohorts_survive_merging),
        cmocka_unit_test(test_model__time_never_goes_back),
        cmocka_unit_test(test_live__weights_scale_and_carry_variance),
        cmocka_unit_test(test_model__every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
