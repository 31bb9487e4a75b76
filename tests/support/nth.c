/* nth.c - the four ways to fail, one after the other. */
#include "nth.h"

#include "memory/page.h"
#include "unit.h"

static nth_allocator *map_watcher;

static bool fails_maps(const nth_allocator *nth)
{
    return nth->mode == NTH_ONE_MAP || nth->mode == NTH_ALL_MAPS_AFTER;
}

static bool fail_map(size_t bytes)
{
    (void)bytes;
    uint64_t request = ++map_watcher->maps;
    bool fails = map_watcher->mode == NTH_ALL_MAPS_AFTER ? request >= map_watcher->fail_at : request == map_watcher->fail_at;
    map_watcher->maps_refused += fails;
    return fails;
}

static void begin_run(nth_allocator *nth)
{
    bool maps = fails_maps(nth);
    nth->maps = nth->maps_refused = 0;
    nth->budget_begin = hf_budget_count(NULL).current;
    nth->allocator = maps ? *hf_allocator_default() : nth->checked.base;
    test_allocator_fail(&nth->checked, maps ? 0 : nth->fail_at, nth->mode == NTH_ALL_AFTER);
    hf_page_trim(0);
    map_watcher = nth;
    hf__page_fail_hook = maps ? fail_map : NULL;
}

static uint64_t failures(nth_allocator *nth)
{
    return nth->maps_refused + test_allocator_refused(&nth->checked);
}

bool nth_next(nth_allocator *nth)
{
    if (nth->mode == NTH_START) {
        test_allocator_init(&nth->checked);
        nth->mode = NTH_ONE;
        nth->fail_at = 1;
    } else {
        hf__page_fail_hook = NULL;
        assert_int_equal(nth->checked.live.live_blocks, 0);
        assert_int_equal(hf_budget_count(NULL).current, nth->budget_begin);
        if (failures(nth) > 0) {
            nth->failed++;
            nth->fail_at++;
        } else {
            nth->mode++;
            nth->fail_at = 1;
        }
        if (nth->mode == NTH_END) {
            test_allocator_release(&nth->checked);
            if (nth->failed == 0)
                fail_msg("the loop of failures asked for no memory: is `nth` used?");
            return false;
        }
    }
    begin_run(nth);
    return true;
}

void nth_expect(nth_allocator *nth, hf_status status)
{
    if (status != HF_OK && failures(nth) == 0)
        fail_msg("%s without a failing allocation", hf_status_name(status));
    if (status != HF_OK && status != HF_NO_MEMORY)
        fail_msg("%s where memory is missing", hf_status_name(status));
}
