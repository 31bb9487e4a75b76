/* test_checked.c - lib/base/checked.h: exact results, and refusals that write nothing. */
#include "base/checked.h"
#include "unit.h"

static void test_checked__results_that_fit(void **state)
{
    (void)state;
    size_t result = 0;
    assert_true(hf__size_add(SIZE_MAX - 1, 1, &result));
    assert_true(result == SIZE_MAX);
    assert_true(hf__size_array(3, 16, 5, &result));
    assert_int_equal(result, 53);
    assert_true(hf__size_round_up(4097, 4096, &result));
    assert_int_equal(result, 8192);
    assert_true(hf__size_round_up(0, 4096, &result));
    assert_int_equal(result, 0);
}

static void test_checked__wrapping_is_refused(void **state)
{
    (void)state;
    size_t   result = 7;
    uint64_t wide = 7;
    assert_false(hf__size_add(SIZE_MAX, 1, &result));
    assert_false(hf__size_multiply(SIZE_MAX / 2 + 1, 2, &result));
    assert_false(hf__size_array(SIZE_MAX / 16, 16, 16, &result));
    assert_false(hf__size_round_up(SIZE_MAX - 10, 4096, &result));
    assert_false(hf__u64_add(UINT64_MAX, 1, &wide));
    assert_int_equal(result, 7);
    assert_int_equal(wide, 7);
}

static void test_checked__saturation_stays_at_the_top(void **state)
{
    (void)state;
    assert_true(hf__u64_add_saturated(UINT64_MAX - 1, 5) == UINT64_MAX);
    assert_true(hf__u64_multiply_saturated((uint64_t)1 << 40, (uint64_t)1 << 40) == UINT64_MAX);
    assert_int_equal(hf__u64_add_saturated(2, 3), 5);
    assert_int_equal(hf__u64_multiply_saturated(2, 3), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checked__results_that_fit),
        cmocka_unit_test(test_checked__wrapping_is_refused),
        cmocka_unit_test(test_checked__saturation_stays_at_the_top),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
