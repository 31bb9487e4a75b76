/* ctest: serial */
/* test_growth.c - tests/support/growth.c: a kept block is seen to the byte, a freed one is not. */
#include "growth.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void test_growth__freed_blocks_leave_nothing(void **state)
{
    (void)state;
    growth_meter meter;
    growth_begin(&meter);
    for (int round = 0; round < 100; round++) {
        char *block = malloc(1000);
        assert_non_null(block);
        memset(block, round, 1000);
        free(block);
        assert_int_equal(growth_check(&meter), 0);
    }
}

static void test_growth__a_kept_block_is_counted(void **state)
{
    (void)state;
    growth_meter meter;
    growth_begin(&meter);
    char *volatile small = malloc(1000);
    assert_in_range(growth_check(&meter), 1000, 1100);
    char *volatile large = malloc(1 << 20);
    assert_in_range(growth_check(&meter), 1000 + (1 << 20), 16384 + (1 << 20));
    free(small);
    free(large);
    assert_int_equal(growth_check(&meter), 0);
}

static void test_growth__resident_memory_is_seen(void **state)
{
    (void)state;
    size_t       bytes = 8 << 20;
    growth_meter meter;
    growth_begin(&meter);
    char *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(block, MAP_FAILED);
    memset(block, 1, bytes);
    if (growth_resident_is_ours())
        assert_in_range(growth_resident(&meter), bytes - GROWTH_RESIDENT_MAX, bytes + (1 << 20));
    munmap(block, bytes);
    assert_true(growth_resident(&meter) <= GROWTH_RESIDENT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_growth__freed_blocks_leave_nothing),
        cmocka_unit_test(test_growth__a_kept_block_is_counted),
        cmocka_unit_test(test_growth__resident_memory_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
