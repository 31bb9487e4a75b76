/* test_current.c - publishing versions while many threads read. */
#include "unit.h"

#include <holdfast/current.h>
#include <holdfast/draft.h>
#include <holdfast/read.h>

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "draft_support.h"

enum { READERS = 4, VERSIONS = 3000 };

static hf_document *number_document(int64_t number, hf_budget *budget)
{
    hf_draft *draft = NULL;
    hf_document *document = NULL;
    hf_draft_options options = { .budget = budget };
    assert_int_equal(hf_draft_create(&options, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_i64(draft, HF_T(""), number, NULL), HF_OK);
    assert_int_equal(hf_freeze(&draft, &document, NULL), HF_OK);
    return document;
}

static void test_current__an_empty_one_gives_nothing(void **state)
{
    (void)state;
    hf_current current = { 0 };
    hf_document *none = NULL;
    assert_null(hf_current_hold(&current));
    hf_current_publish(&current, &none);
    assert_null(hf_current_hold(&current));
    hf_current_release(&current);
}

static void test_current__readers_keep_what_they_hold(void **state)
{
    (void)state;
    hf_budget *budget = NULL;
    hf_current current = { 0 };
    assert_int_equal(hf_budget_create(NULL, &budget, NULL), HF_OK);
    hf_document *first = number_document(1, budget), *second = number_document(2, budget);
    hf_current_publish(&current, &first);
    assert_null(first);
    hf_document *mine = hf_current_hold(&current);
    hf_current_publish(&current, &second);
    hf_document *other = hf_current_hold(&current);
    assert_int_equal(hf_as_i64(hf_root(mine), 0), 1);
    assert_int_equal(hf_as_i64(hf_root(other), 0), 2);
    assert_int_equal(hf_document_get_info(mine).holders, 1);
    hf_document_drop(mine);
    hf_current_release(&current);
    assert_int_equal(hf_document_get_info(other).holders, 1);
    hf_document_drop(other);
    assert_int_equal(hf_budget_count(budget).current, 0);
    hf_budget_drop(budget);
}

/* More holds than one word counts. */
static void test_current__holds_are_renewed(void **state)
{
    (void)state;
    hf_budget *budget = NULL;
    hf_current current = { 0 };
    assert_int_equal(hf_budget_create(NULL, &budget, NULL), HF_OK);
    hf_document *document = number_document(7, budget), *mine = NULL;
    hf_current_publish(&current, &document);
    for (int i = 0; i < 2500000; i++) {
        mine = hf_current_hold(&current);
        if (i % 3 != 0)
            hf_document_drop(mine);
    }
    hf_current_release(&current);
    uint64_t left = (2500000 + 2) / 3;
    assert_int_equal(hf_document_get_info(mine).holders, left);
    for (uint64_t i = 1; i < left; i++)
        hf_document_drop(mine);
    assert_int_equal(hf_as_i64(hf_root(mine), 0), 7);
    hf_document_drop(mine);
    assert_int_equal(hf_budget_count(budget).current, 0);
    hf_budget_drop(budget);
}

typedef struct shared {
    hf_current       current;
    _Atomic bool     ends;
    _Atomic uint64_t faults, reads;
} shared;

static void *read_versions(void *context)
{
    shared *all = context;
    int64_t newest = 0;
    uint64_t reads = 0;
    while (!atomic_load(&all->ends)) {
        hf_document *mine = hf_current_hold(&all->current);
        int64_t number = hf_as_i64(hf_get(hf_root(mine), HF_T("n")), -1);
        int64_t again = hf_as_i64(hf_at(hf_get(hf_root(mine), HF_T("list")), 3), -1);
        if (number < newest || again != number)
            atomic_fetch_add(&all->faults, 1);
        newest = number;
        hf_document_drop(mine);
        reads++;
    }
    atomic_fetch_add(&all->reads, reads);
    return NULL;
}

static void test_current__many_readers_while_a_writer_makes_versions(void **state)
{
    (void)state;
    shared all;
    memset(&all, 0, sizeof all);
    hf_budget *budget = NULL;
    hf_draft_options options;
    memset(&options, 0, sizeof options);
    assert_int_equal(hf_budget_create(NULL, &budget, NULL), HF_OK);
    options.budget = budget;
    hf_document *version = read_text("{\"n\":0,\"list\":[1,2,3,0,5],\"more\":{\"a\":[{},{}]}}");
    hf_document *first = hf_document_hold(version);
    hf_current_publish(&all.current, &first);
    pthread_t threads[READERS];
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_versions, &all), 0);
    for (int i = 1; i <= VERSIONS; i++) {
        hf_draft *draft = NULL;
        hf_document *next = NULL;
        assert_int_equal(hf_edit_with(version, &options, &draft, NULL), HF_OK);
        assert_int_equal(hf_set_i64(draft, HF_T("/n"), i, NULL), HF_OK);
        assert_int_equal(hf_set_i64(draft, HF_T("/list/3"), i, NULL), HF_OK);
        assert_int_equal(hf_freeze(&draft, &next, NULL), HF_OK);
        hf_document_drop(version);
        version = hf_document_hold(next);
        hf_current_publish(&all.current, &next);
    }
    atomic_store(&all.ends, true);
    for (int i = 0; i < READERS; i++)
        pthread_join(threads[i], NULL);
    hf_current_release(&all.current);
    hf_document_drop(version);
    assert_int_equal(atomic_load(&all.faults), 0);
    assert_int_equal(hf_budget_count(budget).current, 0);
    hf_budget_drop(budget);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_current__an_empty_one_gives_nothing),
        cmocka_unit_test(test_current__readers_keep_what_they_hold),
        cmocka_unit_test(test_current__holds_are_renewed),
        cmocka_unit_test(test_current__many_readers_while_a_writer_makes_versions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
