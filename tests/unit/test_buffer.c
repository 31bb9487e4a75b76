/* test_buffer.c - buffers: growth, the ceiling, charging, and staying as they were when a call fails. */
#include <holdfast/buffer.h>

#include "failing_allocator.h"
#include "unit.h"

#include <string.h>

static void test_buffer__grows_up_to_its_ceiling(void **state)
{
    (void)state;
    hf_buffer buffer = HF_BUFFER_INIT(1000);
    for (int i = 0; i < 100; i++)
        assert_int_equal(hf_buffer_append(&buffer, HF_T("0123456789"), NULL), HF_OK);
    assert_int_equal(buffer.length, 1000);
    hf_error error;
    assert_int_equal(hf_buffer_append(&buffer, HF_T("x"), &error), HF_LIMIT_BYTES);
    assert_int_equal(error.status, HF_LIMIT_BYTES);
    assert_int_equal(buffer.length, 1000);
    assert_memory_equal(buffer.bytes + 990, "0123456789", 10);
    assert_int_equal(hf_buffer_append(&buffer, HF_T(""), NULL), HF_OK);
    hf_buffer_reset(&buffer);
    assert_int_equal(hf_buffer_append(&buffer, HF_T("again"), NULL), HF_OK);
    assert_true(hf_text_equal(hf_buffer_text(&buffer), HF_T("again")));
    hf_buffer_release(&buffer);
    assert_null(buffer.bytes);
    hf_buffer_release(NULL);
}

static void test_buffer__charges_what_it_has(void **state)
{
    (void)state;
    hf_budget *budget = NULL;
    assert_int_equal(hf_budget_create(&(hf_budget_options){ .bytes_max = 5000 }, &budget, NULL), HF_OK);
    hf_buffer buffer;
    hf_buffer_init(&buffer, SIZE_MAX, NULL, budget);
    assert_int_equal(hf_buffer_reserve(&buffer, 4000, NULL), HF_OK);
    assert_int_equal(hf_budget_count(budget).current, buffer.room);
    buffer.length = 4000;
    assert_int_equal(hf_buffer_reserve(&buffer, 4000, NULL), HF_LIMIT_BYTES);
    assert_int_equal(buffer.length, 4000);
    /* Half as much again has no room, but what is needed does. */
    assert_int_equal(hf_buffer_reserve(&buffer, 999, NULL), HF_OK);
    hf_buffer_release(&buffer);
    assert_int_equal(hf_budget_count(budget).current, 0);
    hf_budget_drop(budget);
}

static void test_buffer__out_of_memory_changes_nothing(void **state)
{
    (void)state;
    HF_OOM_LOOP (nth) {
        hf_buffer buffer;
        hf_buffer_init(&buffer, 1 << 20, nth, NULL);
        hf_status status = hf_buffer_append(&buffer, HF_T("begin"), NULL);
        if (status == HF_OK) {
            status = hf_buffer_reserve(&buffer, 10000, NULL);
            assert_true(hf_text_equal(hf_buffer_text(&buffer), HF_T("begin")));
        }
        assert_true(status == HF_OK || status == HF_NO_MEMORY);
        hf_buffer_release(&buffer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buffer__grows_up_to_its_ceiling),
        cmocka_unit_test(test_buffer__charges_what_it_has),
        cmocka_unit_test(test_buffer__out_of_memory_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
