/* test_cancel.c - lib/base/cancel.c: flags and deadlines go down the chain, never up. */
#include "unit.h"

#include <holdfast/cancel.h>
#include <time.h>

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

static void test_cancel__reaches_children_only(void **state)
{
    (void)state;
    hf_cancel parent, child, sibling, zeroes = { .parent = NULL };
    hf_cancel_init(&parent, NULL, 0);
    hf_cancel_init(&child, &parent, 0);
    hf_cancel_init(&sibling, &parent, 0);
    hf_cancel_request(&child);
    assert_int_equal(hf_cancel_check(&child), HF_CANCELLED);
    assert_int_equal(hf_cancel_check(&parent), HF_OK);
    assert_false(hf_cancel_is_requested(&sibling));
    hf_cancel_request(&parent);
    assert_true(hf_cancel_is_requested(&sibling));
    assert_int_equal(hf_cancel_check(&sibling), HF_CANCELLED);
    hf_cancel_reset(&parent);
    assert_false(hf_cancel_is_requested(&sibling));
    assert_int_equal(hf_cancel_check(&zeroes), HF_OK);
    assert_int_equal(hf_cancel_check(NULL), HF_OK);
    assert_false(hf_cancel_is_requested(NULL));
}

static void test_cancel__the_earliest_deadline_counts(void **state)
{
    (void)state;
    hf_cancel soon, late, inherits;
    hf_cancel_init(&late, NULL, 3600 * 1000);
    hf_cancel_init(&soon, &late, 2);
    hf_cancel_init(&inherits, &soon, 3600 * 1000);
    assert_true(hf_cancel_deadline_ns(&inherits) == hf_cancel_deadline_ns(&soon));
    sleep_ms(5);
    assert_int_equal(hf_cancel_check(&late), HF_OK);
    assert_int_equal(hf_cancel_check(&soon), HF_LIMIT_TIME);
    assert_int_equal(hf_cancel_check(&inherits), HF_LIMIT_TIME);
    assert_false(hf_cancel_is_requested(&inherits));
    hf_cancel_request(&late);
    assert_int_equal(hf_cancel_check(&inherits), HF_CANCELLED);
}

static void test_cancel__a_far_deadline_is_none(void **state)
{
    (void)state;
    hf_cancel token;
    hf_cancel_init(&token, NULL, UINT64_MAX);
    assert_true(hf_cancel_deadline_ns(&token) == UINT64_MAX);
    assert_int_equal(hf_cancel_check(&token), HF_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cancel__reaches_children_only),
        cmocka_unit_test(test_cancel__the_earliest_deadline_counts),
        cmocka_unit_test(test_cancel__a_far_deadline_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
