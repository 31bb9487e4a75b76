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
    size_t result = 7;
    assert_false(hf__size_add(SIZE_MAX, 1, &result));
    assert_false(hf__size_multiply(SIZE_MAX / 2 + 1, 2, &result));
    assert_false(hf__size_array(SIZE_MAX / 16, 16, 16, &result));
    assert_false(hf__size_round_up(SIZE_MAX - 10, 4096, &result));
    assert_int_equal(result, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checked__results_that_fit),
        cmocka_unit_test(test_checked__wrapping_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
