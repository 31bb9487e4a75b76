/* test_layers.c - what realloc does to a block: against a plain model of layers, byte for byte and window for window. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "live.h"
#include "random.h"
#include "room.h"

enum { PATHS = 5, BLOCKS = 200, WINDOWS = 100, THREAD = 1, LAYERS = 400 };

typedef struct fixture {
    hf__model model;
    hf__live  live;
    uint32_t  paths[PATHS];
} fixture;

/* The plain model: a stack of what was added. */
typedef struct plain {
    bool     alive;
    uint64_t address, size;
    struct { uint32_t path, window; uint64_t bytes; } layers[LAYERS];
    size_t   count;
} plain;

static void setup(fixture *test)
{
    assert_int_equal(hf__model_init(&test->model, NULL), HF_OK);
    assert_int_equal(hf__live_init(&test->live, &test->model, NULL), HF_OK);
    test->model.has_cohorts = true;
    for (uint32_t i = 0; i < PATHS; i++) {
        char name[2] = { (char)('a' + i), 0 };
        uint32_t function = hf__model_function(&test->model, hf__model_text(&test->model, hf_text_from_cstr(name)), 0, 0, HF_ORIGIN_OWN);
        test->paths[i] = hf__model_path(&test->model, hf__model_frame(&test->model, 0, function, 1), HF_PATH_HEAP);
    }
}

/* What a path holds now: nothing where nothing has happened to it. */
static hf__live_path path_of(const fixture *test, uint32_t path)
{
    return test->paths[path] < test->live.paths_count ? test->live.paths[test->paths[path]] : (hf__live_path){ 0 };
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

static bool resize(fixture *test, uint64_t from, uint64_t to, uint64_t size, uint32_t path)
{
    return hf__live_lift(&test->live, THREAD, from) &&
           hf__live_resize(&test->live, THREAD, to, size, test->paths[path], HF_LIVE_WEIGHT_ONE);
}

/* What was born in each window and is alive at the end: the growth of the level, less what was not born then. */
static void find_kept(const fixture *test, uint32_t path, int64_t *bytes, int64_t *blocks)
{
    const hf__path *at = &test->model.paths[test->paths[path]];
    int64_t before_bytes = 0, before_blocks = 0;
    for (size_t i = 0; i < at->points_count; i++) {
        const hf__point *point = &test->model.points[at->point_first + i];
        bytes[point->window] += point->live_bytes - before_bytes;
        blocks[point->window] += point->live_blocks - before_blocks;
        before_bytes = point->live_bytes;
        before_blocks = point->live_blocks;
    }
    for (size_t i = 0; i < at->deaths_count; i++) {
        const hf__death *death = &test->model.deaths[at->death_first + i];
        bytes[death->born] -= death->bytes;
        bytes[death->died] += death->bytes;
        blocks[death->born] -= death->blocks;
        blocks[death->died] += death->blocks;
    }
}

/* ---- the plain model ------------------------------------------------------------------------------ */

static void plain_add(plain *block, uint32_t path, uint32_t window, uint64_t bytes)
{
    for (size_t i = block->count; i-- > 0 && block->layers[i].window == window;)
        if (block->layers[i].path == path) {
            block->layers[i].bytes += bytes;
            return;
        }
    assert_true(block->count < LAYERS);
    block->layers[block->count].path = path;
    block->layers[block->count].window = window;
    block->layers[block->count++].bytes = bytes;
}

static void plain_resize(plain *block, uint32_t path, uint32_t window, uint64_t size)
{
    if (size / 2 >= block->size)
        for (size_t i = 0; i < block->count; i++)
            block->layers[i].path = path;
    for (uint64_t gone = size < block->size ? block->size - size : 0; gone > 0;) {
        uint64_t part = gone < block->layers[block->count - 1].bytes ? gone : block->layers[block->count - 1].bytes;
        block->layers[block->count - 1].bytes -= part;
        gone -= part;
        block->count -= block->layers[block->count - 1].bytes == 0 && block->count > 1;
    }
    if (size > block->size)
        plain_add(block, path, window, size - block->size);
    block->size = size;
}

static void plain_born(plain *block, uint64_t address, uint64_t size, uint32_t path, uint32_t window)
{
    *block = (plain){ .alive = true, .address = address, .size = size, .count = 1 };
    block->layers[0].path = path;
    block->layers[0].window = window;
    block->layers[0].bytes = size;
}

static void test_layers__agree_with_a_plain_model(void **state)
{
    (void)state;
    static plain blocks[BLOCKS];
    static int64_t bytes[PATHS][HF_WINDOWS_MAX], counts[PATHS][HF_WINDOWS_MAX];
    fixture test;
    uint64_t seed = 11, next = 16;
    setup(&test);
    memset(blocks, 0, sizeof blocks);
    for (uint32_t window = 0; window < WINDOWS; window++) {
        for (int step = 0; step < 400; step++) {
            plain *block = &blocks[random_below(&seed, BLOCKS)];
            uint32_t path = (uint32_t)random_below(&seed, PATHS);
            uint64_t chance = random_below(&seed, 40), address = random_below(&seed, 2) != 0 ? block->address : (next += 16);
            uint64_t size = 1 + random_below(&seed, 2) * block->size + random_below(&seed, block->size + 100);
            if (!block->alive) {
                plain_born(block, next += 16, size, path, window);
                hf__live_born(&test.live, block->address, size, test.paths[path], HF_LIVE_WEIGHT_ONE);
            } else if (chance == 0 || block->size > 1 << 30) {
                assert_true(hf__live_died(&test.live, block->address));
                block->alive = false;
            } else if (chance == 1) {
                assert_true(hf__live_lift(&test.live, THREAD, block->address));
                assert_null(hf__live_find(&test.live, block->address));
                assert_true(hf__live_restore(&test.live, THREAD, block->address));
            } else {
                plain_resize(block, path, window, size);
                assert_true(resize(&test, block->address, address, size, path));
                block->address = address;
            }
        }
        checkpoint(&test, window + 1);
    }
    int64_t whole = 0;
    for (size_t i = 0; i < BLOCKS; i++) {
        const hf__block *found = hf__live_find(&test.live, blocks[i].address);
        assert_true((found != NULL) == blocks[i].alive);
        if (!blocks[i].alive)
            continue;
        assert_int_equal(hf__block_size(found), blocks[i].size);
        whole += (int64_t)blocks[i].size;
        for (size_t k = 0; k < blocks[i].count; k++)
            bytes[blocks[i].layers[k].path][blocks[i].layers[k].window] += (int64_t)blocks[i].layers[k].bytes;
        counts[blocks[i].layers[0].path][blocks[i].layers[0].window]++;
    }
    assert_int_equal(hf__model_seal(&test.model, NULL), HF_OK);
    uint64_t born = 0, died = 0;
    for (uint32_t path = 0; path < PATHS; path++) {
        int64_t kept[HF_WINDOWS_MAX] = { 0 }, kept_blocks[HF_WINDOWS_MAX] = { 0 };
        find_kept(&test, path, kept, kept_blocks);
        for (size_t w = 0; w < WINDOWS; w++) {
            assert_int_equal(kept[w], bytes[path][w]);
            assert_int_equal(kept_blocks[w], counts[path][w]);
        }
        whole -= path_of(&test, path).bytes;
    }
    assert_int_equal(whole, 0);
    for (size_t i = 0; i < test.model.points_count; i++)
        born += test.model.points[i].born_bytes, died += test.model.points[i].died_bytes;
    assert_true(born > died);
    release(&test);
}

/* ---- the rule ------------------------------------------------------------------------------------- */

static void test_layers__growth_belongs_to_where_it_grows(void **state)
{
    (void)state;
    fixture test;
    setup(&test);
    hf__live_born(&test.live, 16, 1000, test.paths[0], HF_LIVE_WEIGHT_ONE);
    assert_true(resize(&test, 16, 32, 1500, 1));              /* a part: what was there stays where it was */
    assert_int_equal(path_of(&test, 0).bytes, 1000);
    assert_int_equal(path_of(&test, 1).bytes, 500);
    assert_int_equal(path_of(&test, 0).blocks, 1);
    assert_int_equal(path_of(&test, 1).blocks, 0);
    assert_true(resize(&test, 32, 32, 1200, 2));              /* smaller: what came last goes first */
    assert_int_equal(path_of(&test, 1).bytes, 200);
    assert_int_equal(path_of(&test, 2).bytes, 0);
    assert_true(resize(&test, 32, 48, 2399, 0));              /* one byte less than twice the size */
    assert_int_equal(path_of(&test, 1).bytes, 200);
    assert_true(resize(&test, 48, 48, 4798, 3));              /* twice the size: the whole is its now */
    for (uint32_t path = 0; path < 3; path++) {
        assert_int_equal(path_of(&test, path).bytes, 0);
        assert_int_equal(path_of(&test, path).blocks, 0);
        assert_int_equal(path_of(&test, path).born_blocks, 0);
    }
    assert_int_equal(path_of(&test, 3).bytes, 4798);
    assert_int_equal(path_of(&test, 3).blocks, 1);
    assert_int_equal(path_of(&test, 3).born_blocks, 1);
    assert_true(hf__live_died(&test.live, 48));
    assert_int_equal(path_of(&test, 3).bytes, 0);
    assert_int_equal(path_of(&test, 3).died_blocks, 1);
    release(&test);
}

static void test_layers__the_halves_of_two_threads(void **state)
{
    (void)state;
    fixture test;
    setup(&test);
    hf__live_born(&test.live, 16, 100, test.paths[0], HF_LIVE_WEIGHT_ONE);
    hf__live_born(&test.live, 32, 200, test.paths[0], HF_LIVE_WEIGHT_ONE);
    assert_true(hf__live_lift(&test.live, 1, 16));
    checkpoint(&test, 1);                                      /* a window ends between the halves */
    assert_true(hf__live_lift(&test.live, 2, 32));
    hf__live_born(&test.live, 16, 50, test.paths[1], HF_LIVE_WEIGHT_ONE); /* by a third, where the first was */
    assert_true(hf__live_resize(&test.live, 1, 32, 110, test.paths[0], HF_LIVE_WEIGHT_ONE));
    assert_true(hf__live_resize(&test.live, 2, 48, 210, test.paths[0], HF_LIVE_WEIGHT_ONE));
    assert_int_equal(path_of(&test, 0).bytes, 320);
    assert_int_equal(path_of(&test, 0).died_blocks, 0);
    assert_int_equal(path_of(&test, 0).born_blocks, 0);
    assert_int_equal(test.live.lifted, 0);
    assert_false(hf__live_resize(&test.live, 1, 64, 10, test.paths[0], HF_LIVE_WEIGHT_ONE)); /* no first half */
    assert_false(hf__live_restore(&test.live, 1, 64));
    assert_true(hf__live_lift(&test.live, 1, 48));
    assert_int_equal(path_of(&test, 0).bytes, 320);
    assert_true(hf__live_lift(&test.live, 1, 16));             /* there was no second half */
    assert_int_equal(path_of(&test, 0).bytes, 110);
    assert_int_equal(path_of(&test, 0).died_blocks, 1);
    hf__live_settle(&test.live, 1);
    assert_int_equal(path_of(&test, 1).bytes, 0);
    assert_false(hf__live_lift(&test.live, 1, 4096));
    assert_int_equal(test.live.strangers, 1);
    release(&test);
}

/* A sampled half may belong to another realloc: only one of the same path goes on. */
static void test_layers__sampled_halves_of_two_paths_are_two_blocks(void **state)
{
    (void)state;
    fixture test;
    setup(&test);
    hf__live_born(&test.live, 16, 100, test.paths[0], 10 * HF_LIVE_WEIGHT_ONE);
    checkpoint(&test, 1);
    assert_true(hf__live_lift(&test.live, 1, 16));
    assert_false(hf__live_resize(&test.live, 1, 32, 150, test.paths[1], 7 * HF_LIVE_WEIGHT_ONE));
    assert_true(hf__live_resize(&test.live, 1, 32, 150, test.paths[0], 7 * HF_LIVE_WEIGHT_ONE));
    assert_int_equal(path_of(&test, 0).bytes, 1050);
    assert_int_equal(path_of(&test, 0).blocks, 7);
    assert_true(path_of(&test, 0).variance == 150.0 * 150 * 7 * 6);
    checkpoint(&test, 2);
    assert_int_equal(hf__model_seal(&test.model, NULL), HF_OK);
    int64_t bytes[HF_WINDOWS_MAX] = { 0 }, blocks[HF_WINDOWS_MAX] = { 0 };
    find_kept(&test, 0, bytes, blocks);
    assert_int_equal(bytes[0], 1000);
    assert_int_equal(bytes[1], 50);
    assert_int_equal(blocks[0], 7);                            /* it stood for as many from its birth on */
    assert_int_equal(blocks[1], 0);
    release(&test);
}

/* ---- long lives ----------------------------------------------------------------------------------- */

/* One block that grows for 10,000 checkpoints: even, and in bounded memory. */
static void test_layers__chains_stay_short(void **state)
{
    (void)state;
    enum { CHECKPOINTS = 10000 };
    fixture test;
    setup(&test);
    hf__live_born(&test.live, 16, 64, test.paths[0], HF_LIVE_WEIGHT_ONE);
    for (uint64_t c = 0; c < CHECKPOINTS; c++) {
        assert_true(resize(&test, 16, 16, 64 + 16 * (c + 1), c % 2));
        checkpoint(&test, (double)c);
    }
    assert_in_range(test.live.layers.count, 64, 400);
    assert_int_equal(hf__model_seal(&test.model, NULL), HF_OK);
    size_t windows = hf__model_windows(&test.model);
    for (uint32_t path = 0; path < 2; path++) {
        int64_t bytes[HF_WINDOWS_MAX] = { 0 }, blocks[HF_WINDOWS_MAX] = { 0 };
        find_kept(&test, path, bytes, blocks);
        for (size_t w = 1; w + 1 < windows; w++)
            assert_int_equal(bytes[w], 8 << test.model.shift);
    }
    assert_true(hf__live_died(&test.live, 16));
    assert_int_equal(path_of(&test, 0).bytes, 0);
    assert_int_equal(path_of(&test, 1).bytes, 0);
    release(&test);
}

static void test_layers__every_allocation_may_fail(void **state)
{
    (void)state;
    size_t failures = 0;
    for (uint64_t nth = 1; nth < 12; nth++) {
        fixture test;
        setup(&test);
        for (uint64_t i = 0; i < 100; i++)
            hf__live_born(&test.live, (i + 1) * 16, 100, test.paths[0], HF_LIVE_WEIGHT_ONE);
        checkpoint(&test, 1);
        hf__room_fail_at(nth);
        for (uint64_t i = 0; i < 100; i++)
            resize(&test, (i + 1) * 16, (i + 1) * 16, 120, 1);
        for (uint64_t i = 0; i < 100; i++)
            hf__live_died(&test.live, (i + 1) * 16);
        checkpoint(&test, 2);
        hf_status status = hf__model_seal(&test.model, NULL);
        hf__room_fail_at(0);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        failures += status == HF_NO_MEMORY;
        release(&test);
    }
    assert_in_range(failures, 3, 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layers__agree_with_a_plain_model),
        cmocka_unit_test(test_layers__growth_belongs_to_where_it_grows),
        cmocka_unit_test(test_layers__the_halves_of_two_threads),
        cmocka_unit_test(test_layers__sampled_halves_of_two_paths_are_two_blocks),
        cmocka_unit_test(test_layers__chains_stay_short),
        cmocka_unit_test(test_layers__every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
