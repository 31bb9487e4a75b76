/* test_draft_deep.c - a million levels in drafts, on a small stack. */
/* ctest: timeout=300 */
#include "unit.h"

#include <holdfast/build.h>
#include <holdfast/compare.h>
#include <holdfast/link.h>
#include <holdfast/walk.h>

#include "deep_stack.h"
#include "draft_support.h"

enum { LEVELS = 1000000 };

#define SHOULD(condition)                                  \
    do {                                                   \
        if (!(condition))                                  \
            return #condition;                             \
    } while (0)

/* Objects and arrays in turn, made one inside the other through handles. */
static hf_status dig(hf_draft *draft, int levels, hf_handle *ret_deepest)
{
    hf_handle here = { 0, 0, 0 };
    hf_status status = hf_draft_set(draft, hf_place_at(HF_T("")), hf_item_object(), NULL);
    if (status == HF_OK)
        status = hf_draft_handle(draft, hf_place_at(HF_T("")), &here, NULL);
    for (int level = 1; level < levels && status == HF_OK; level++) {
        hf_handle inner = { 0, 0, 0 };
        bool in_object = level % 2 == 1;
        hf_place place = in_object ? hf_place_member(here, HF_T("in")) : hf_place_element(here, 0);
        status = hf_draft_insert(draft, place, in_object ? hf_item_array() : hf_item_object(), NULL);
        if (status == HF_OK)
            status = hf_draft_handle(draft, place, &inner, NULL);
        hf_handle_release(draft, here);
        here = inner;
    }
    *ret_deepest = here;
    return status;
}

static uint64_t count_values(hf_value root)
{
    hf_walk walk;
    uint64_t values = 0;
    hf_walk_init(&walk, root, NULL);
    while (hf_walk_next(&walk))
        values += walk.event == HF_ENTER || walk.event == HF_VALUE || walk.event == HF_LINK;
    return hf_walk_finish(&walk) == HF_WALK_DONE ? values : 0;
}

static const char *change_a_million_levels(void *context)
{
    (void)context;
    hf_draft *draft = NULL, *other = NULL;
    hf_document *document = NULL, *other_document = NULL, *next = NULL, *copy = NULL;
    hf_handle deepest, unused;
    bool is_equal = false;
    SHOULD(hf_draft_create(NULL, &draft, NULL) == HF_OK);
    SHOULD(dig(draft, LEVELS, &deepest) == HF_OK);
    SHOULD(count_values(hf_draft_root(draft)) == LEVELS);
    /* Below itself it cannot go, however deep that is. */
    SHOULD(hf_draft_move(draft, hf_place_at(HF_T("/in")), hf_place_below(deepest, HF_T("/-")), NULL) == HF_CYCLE);
    SHOULD(hf_draft_link(draft, hf_place_below(deepest, HF_T("/-")), hf_place_at(HF_T("/in")), NULL) == HF_OK);
    SHOULD(hf_hash(hf_draft_root(draft)) != 0);
    SHOULD(hf_equal(hf_draft_root(draft), hf_draft_root(draft), &is_equal) == HF_OK && is_equal);
    SHOULD(hf_draft_compact(draft, NULL) == HF_OK);
    SHOULD(hf_clone_part(hf_draft_root(draft), NULL, NULL, &copy, NULL) == HF_OK);
    SHOULD(hf_equal(hf_root(copy), hf_draft_root(draft), &is_equal) == HF_OK && is_equal);
    hf_document_drop(copy);
    SHOULD(hf_freeze(&draft, &document, NULL) == HF_OK);
    SHOULD(hf_links_to_references(document, &other_document, NULL, NULL) == HF_OK);
    SHOULD(hf_references_to_links(other_document, &copy, NULL, NULL) == HF_OK);
    SHOULD(hf_equal(hf_root(copy), hf_root(document), &is_equal) == HF_OK && is_equal);
    hf_document_drop(copy);
    hf_document_drop(other_document);
    SHOULD(count_values(hf_root(document)) == LEVELS + 1);
    SHOULD(hf_clone_following(hf_root(document), NULL, &copy, NULL) == HF_OK);
    SHOULD(count_values(hf_root(copy)) == LEVELS + 1);
    hf_document_drop(copy);
    SHOULD(hf_edit(document, &draft, NULL) == HF_OK);
    SHOULD(hf_draft_handle(draft, hf_place_at(HF_T("/in/0/in/0/in/0/in/0/in")), &unused, NULL) == HF_OK);
    SHOULD(hf_set_i64(draft, HF_T("/in/0/in/0/new"), 1, NULL) == HF_OK);
    SHOULD(hf_draft_append(draft, hf_place_of(unused), hf_item_copy(hf_root(document)), NULL) == HF_OK);
    SHOULD(hf_freeze(&draft, &next, NULL) == HF_OK);
    SHOULD(count_values(hf_root(next)) == 2 * (LEVELS + 1) + 1);
    hf_document_drop(document);
    hf_document_drop(next);
    SHOULD(hf_draft_create(NULL, &other, NULL) == HF_OK);
    SHOULD(dig(other, LEVELS, &deepest) == HF_OK);
    /* From draft to draft, exchanged within it, renamed, taken out. */
    SHOULD(hf_draft_create(NULL, &draft, NULL) == HF_OK);
    SHOULD(hf_draft_set(draft, hf_place_at(HF_T("")), hf_item_copy(hf_draft_root(other)), NULL) == HF_OK);
    SHOULD(hf_draft_swap(draft, hf_place_at(HF_T("/in/0/in")), hf_place_at(HF_T("/in")), NULL) == HF_CYCLE);
    SHOULD(hf_draft_set(draft, hf_place_at(HF_T("/beside")), hf_item_i64(1), NULL) == HF_OK);
    SHOULD(hf_draft_swap(draft, hf_place_at(HF_T("/in")), hf_place_at(HF_T("/beside")), NULL) == HF_OK);
    SHOULD(hf_draft_rename(draft, hf_place_at(HF_T("/beside")), HF_T("renamed"), NULL) == HF_OK);
    SHOULD(count_values(hf_draft_root(draft)) == LEVELS + 1);
    hf_draft_destroy(draft);
    SHOULD(hf_remove(other, HF_T("/in"), NULL) == HF_OK);
    hf_value value;
    SHOULD(hf_handle_get(other, deepest, &value) == HF_GONE);
    hf_draft_destroy(other);
    return NULL;
}

static void test_draft_deep__a_million_levels_are_changed_frozen_and_released(void **state)
{
    (void)state;
    const char *fault = deep_stack_run(change_a_million_levels, NULL);
    if (fault != NULL)
        fail_msg("%s", fault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draft_deep__a_million_levels_are_changed_frozen_and_released),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
