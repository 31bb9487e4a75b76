/* test_visit.c - the callback form and the reducers. */
#include "unit.h"

#include <holdfast/visit.h>

#include "documents.h"

static const char sample[] = "{\"a\":[1,2.5,{\"n\":-4}],\"b\":{\"n\":7,\"s\":\"x\"},\"huge\":1e400,\"n\":1e2}";

static bool is_n(const hf_walk *walk, void *context)
{
    (void)context;
    return hf_text_equal(walk->key, HF_T("n"));
}

static hf_visit_answer record(hf_walk *walk, void *context)
{
    char *out = context;
    size_t length = strlen(out);
    snprintf(out + length, 200 - length, "%.*s%c", HF_ARG(walk->key),
             walk->event == HF_ENTER ? '(' : walk->event == HF_LEAVE ? ')' : ',');
    if (walk->event == HF_ENTER && hf_text_equal(walk->key, HF_T("a")))
        return HF_VISIT_PRUNE;
    if (walk->event == HF_ENTER && hf_text_equal(walk->key, HF_T("b")))
        return HF_VISIT_SKIP;
    return hf_text_equal(walk->key, HF_T("huge")) ? HF_VISIT_STOP : HF_VISIT_ON;
}

static void test_visit__answers_prune_skip_and_stop(void **state)
{
    (void)state;
    hf_document *document = test_read(sample);
    char out[200] = "";
    HF_EXPECT(hf_visit(hf_root(document), NULL, record, out) == HF_WALK_STOPPED);
    assert_string_equal(out, "(a(a)b(huge,");
    hf_document_drop(document);
}

static void test_visit__counts_and_sums(void **state)
{
    (void)state;
    hf_document *document = test_read(sample);
    hf_value root = hf_root(document);
    uint64_t count = 0;
    hf_number_sums sums;
    HF_EXPECT(hf_count_values(root, NULL, NULL, NULL, &count) == HF_WALK_DONE && count == 11);
    HF_EXPECT(hf_count_values(root, NULL, is_n, NULL, &count) == HF_WALK_DONE && count == 3);
    HF_EXPECT(hf_count_values(root, &(hf_walk_options){ .values_max = 4 }, NULL, NULL, &count) == HF_WALK_LIMIT_VALUES);
    assert_int_equal(count, 4);
    HF_EXPECT(hf_sum_numbers(root, NULL, NULL, NULL, &sums) == HF_WALK_DONE);
    HF_EXPECT(sums.count == 5 && sums.sum == 106.5 && sums.min == -4 && sums.max == 100);
    HF_EXPECT(hf_sum_numbers(root, NULL, is_n, NULL, &sums) == HF_WALK_DONE);
    HF_EXPECT(sums.count == 3 && sums.sum == 103 && sums.min == -4 && sums.max == 100);
    HF_EXPECT(hf_sum_numbers(hf_absent(), NULL, NULL, NULL, &sums) == HF_WALK_DONE && sums.count == 0 && sums.min == 0);
    hf_document_drop(document);
}

static void test_visit__sums_keep_what_rounding_takes(void **state)
{
    (void)state;
    hf_document *document = test_read("[1,1e100,1,-1e100]");
    hf_number_sums sums;
    HF_EXPECT(hf_sum_numbers(hf_root(document), NULL, NULL, NULL, &sums) == HF_WALK_DONE);
    HF_EXPECT(sums.sum == 2);
    hf_document_drop(document);
}

static void test_visit__collects_into_the_arena(void **state)
{
    (void)state;
    hf_document *document = test_read(sample);
    hf_arena *arena = NULL;
    hf_value *values = NULL;
    size_t count = 0;
    HF_EXPECT(hf_arena_create(NULL, &arena, NULL) == HF_OK);
    HF_EXPECT(hf_collect(hf_root(document), NULL, is_n, NULL, arena, &values, &count) == HF_WALK_DONE);
    assert_int_equal(count, 3);
    HF_EXPECT(hf_as_i64(values[0], 0) == -4 && hf_as_i64(values[1], 0) == 7 && hf_as_i64(values[2], 0) == 100);
    hf_arena_destroy(arena);
    hf_arena_options tiny = { .block_bytes = 64, .block_bytes_max = 64, .bytes_max = 128 };
    hf_arena small;
    hf_arena_init(&small, &tiny);
    values = NULL;
    HF_EXPECT(hf_collect(hf_root(document), NULL, NULL, NULL, &small, &values, &count) == HF_WALK_NO_MEMORY && values == NULL);
    hf_arena_release(&small);
    hf_document_drop(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_visit__answers_prune_skip_and_stop),
        cmocka_unit_test(test_visit__counts_and_sums),
        cmocka_unit_test(test_visit__sums_keep_what_rounding_takes),
        cmocka_unit_test(test_visit__collects_into_the_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
