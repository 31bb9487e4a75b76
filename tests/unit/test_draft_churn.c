/* test_draft_churn.c - memory of a draft that changes without end: never above twice what is live and 1 MB more.
 *
 * Looked at after every single change. HOLDFAST_TEST_TIMES makes it longer; times are measured by
 * bench/edit. */
#include "unit.h"

#include <holdfast/compare.h>
#include <holdfast/draft.h>

#include <stdio.h>
#include <string.h>

#include "draft_support.h"
#include "random.h"

enum { MEGABYTE = 1 << 20 };

/* Of the draft, and of all that it keeps alive. */
static void expect_bounded(const hf_draft *draft, const hf_budget_counts *counts)
{
    hf_draft_info info = hf_draft_get_info(draft);
    assert_true(info.bytes <= 2 * info.live_bytes + MEGABYTE);
    uint64_t live = info.live_bytes + info.base_bytes - info.base_dead;
    assert_true(info.bytes + info.base_bytes <= 2 * live + MEGABYTE);
    assert_true(counts == NULL || counts->current <= 2 * live + MEGABYTE);
}

/* One change of a member `key`; texts of up to `longest` bytes. */
static void change(hf_draft *draft, uint64_t *random, uint64_t keys, size_t longest, const char *below)
{
    static char text[512];
    char pointer[64];
    memset(text, 'x', sizeof text);
    snprintf(pointer, sizeof pointer, "%s/key %llu", below, (unsigned long long)random_below(random, keys));
    hf_place at = hf_place_at(hf_text_from_cstr(pointer));
    hf_text value = hf_text_of(text, random_below(random, longest));
    hf_status status;
    switch (random_below(random, 4)) {
    case 0:
        status = hf_draft_remove(draft, at, NULL);
        assert_true(status == HF_OK || status == HF_NOT_FOUND);
        break;
    case 1:
        status = hf_draft_insert(draft, at, hf_item_text(value), NULL);
        assert_true(status == HF_OK || status == HF_DUPLICATE_KEY);
        break;
    case 2:
        assert_int_equal(hf_draft_set(draft, at, hf_item_text(value), NULL), HF_OK);
        break;
    default:
        status = hf_draft_replace(draft, at, hf_item_array(), NULL);
        assert_true(status == HF_OK || status == HF_NOT_FOUND);
    }
}

static void test_draft_churn__random_changes_of_many_members(void **state)
{
    (void)state;
    hf_budget *budget = NULL;
    hf_draft *draft = NULL;
    uint64_t random = 7;
    assert_int_equal(hf_budget_create(NULL, &budget, NULL), HF_OK);
    assert_int_equal(hf_draft_create(&(hf_draft_options){ .budget = budget }, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_object(draft, HF_T(""), NULL), HF_OK);
    for (long i = 0; i < random_rounds(20000); i++) {
        change(draft, &random, 3000, 300, "");
        hf_budget_counts counts = hf_budget_count(budget);
        assert_int_equal(counts.current, hf_draft_get_info(draft).bytes);
        if (i % 16 == 0)
            expect_bounded(draft, &counts);
    }
    check_draft(draft);
    /* Emptied, it gives back what it took. */
    assert_int_equal(hf_set_object(draft, HF_T(""), NULL), HF_OK);
    expect_bounded(draft, NULL);
    assert_true(hf_draft_get_info(draft).bytes < 8192);
    hf_draft_destroy(draft);
    assert_int_equal(hf_budget_count(budget).current, 0);
    hf_budget_drop(budget);
}

/* A document that is edited until little of it is left: its block is left behind on the way. */
static void test_draft_churn__blocks_that_are_mostly_dead_are_let_go(void **state)
{
    (void)state;
    enum { GROUPS = 60, MEMBERS = 200 };
    hf_draft *draft = NULL;
    hf_document *document = NULL;
    char pointer[64], text[300];
    memset(text, 'y', sizeof text);
    assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_object(draft, HF_T(""), NULL), HF_OK);
    for (int group = 0; group < GROUPS; group++) {
        snprintf(pointer, sizeof pointer, "/group %d", group);
        assert_int_equal(hf_set_object(draft, hf_text_from_cstr(pointer), NULL), HF_OK);
        for (int member = 0; member < MEMBERS; member++) {
            snprintf(pointer, sizeof pointer, "/group %d/key %d", group, member);
            assert_int_equal(hf_set_text(draft, hf_text_from_cstr(pointer), hf_text_of(text, sizeof text), NULL), HF_OK);
        }
    }
    assert_int_equal(hf_freeze(&draft, &document, NULL), HF_OK);
    uint64_t whole = hf_document_get_info(document).bytes;
    assert_true(whole > 3 * MEGABYTE);
    assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
    hf_document_drop(document);
    uint64_t random = 11, least = UINT64_MAX;
    for (int group = 0; group < GROUPS; group++) {
        for (int i = 0; i < 20; i++) {
            char below[64];
            snprintf(below, sizeof below, "/group %llu", (unsigned long long)(group + random_below(&random, (uint64_t)(GROUPS - group))));
            change(draft, &random, MEMBERS, 100, below);
            expect_bounded(draft, NULL);
        }
        snprintf(pointer, sizeof pointer, "/group %d", group);
        assert_int_equal(hf_remove(draft, hf_text_from_cstr(pointer), NULL), HF_OK);
        expect_bounded(draft, NULL);
        hf_draft_info info = hf_draft_get_info(draft);
        least = info.base_bytes < least ? info.base_bytes : least;
    }
    check_draft(draft);
    assert_int_equal(hf_count(hf_draft_root(draft)), 0);
    assert_true(least < MEGABYTE);
    hf_draft_destroy(draft);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draft_churn__random_changes_of_many_members),
        cmocka_unit_test(test_draft_churn__blocks_that_are_mostly_dead_are_let_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
