/* test_link.c - links: where they lead, what becomes of them, references as text, copies along them. */
#include "unit.h"

#include <holdfast/build.h>
#include <holdfast/compare.h>
#include <holdfast/link.h>
#include <holdfast/read.h>
#include <holdfast/save.h>
#include <holdfast/size.h>
#include <holdfast/walk.h>

#include <stdlib.h>
#include <string.h>

#include "draft_support.h"
#include "edit/draft_state.h"
#include "failing_allocator.h"

static const char cyclic[] = "{\"a\":{\"name\":\"a\",\"next\":{\"$ref\":\"#/b\"}},\"b\":{\"back\":{\"$ref\":\"#/a\"},"
                             "\"self\":{\"$ref\":\"#/b\"},\"deep~key/\":[1,{\"x\":2}]},"
                             "\"to\":[{\"$ref\":\"#/b/deep~0key~1/1\"},{\"$ref\":\"http://x/y\"},{\"$ref\":\"#/none\"}]}";

static hf_document *linked(const char *text, hf_reference_counts *counts)
{
    hf_document *document = read_text(text), *result = NULL;
    hf_error error;
    if (hf_references_to_links(document, &result, counts, &error) != HF_OK) {
        hf_error_print(stderr, &error);
        fail();
    }
    hf_document_drop(document);
    check_version(result);
    return result;
}

static void test_link__references_become_links_and_text_again(void **state)
{
    (void)state;
    hf_reference_counts counts;
    hf_document *document = linked(cyclic, &counts), *back = NULL;
    assert_int_equal(counts.links, 4);
    assert_int_equal(counts.outside, 1);
    assert_int_equal(counts.unresolved, 1);
    assert_int_equal(counts.targets, 3);
    hf_value root = hf_root(document), a = hf_get(root, HF_T("a"));
    assert_true(hf_is_link(hf_get(a, HF_T("next"))));
    hf_value b = hf_link_target(hf_get(a, HF_T("next")));
    assert_true(hf_is_same(b, hf_get(root, HF_T("b"))));
    assert_true(hf_is_same(hf_link_target(hf_get(b, HF_T("back"))), a));
    assert_true(hf_is_same(hf_link_target(hf_get(b, HF_T("self"))), b));
    assert_int_equal(hf_as_i64(hf_get(hf_link_target(hf_at(hf_get(root, HF_T("to")), 0)), HF_T("x")), 0), 2);
    assert_int_equal(hf_links_to_references(document, &back, &counts, NULL), HF_OK);
    assert_int_equal(counts.links, 4);
    expect_shows(hf_root(back), cyclic);
    hf_document_drop(back);
    hf_document_drop(document);
}

static void test_link__references_that_lead_nowhere_stay(void **state)
{
    (void)state;
    hf_reference_counts counts;
    hf_document *document = linked("{\"a\":{\"$ref\":\"#/b\"},\"b\":{\"$ref\":\"#/a\"},\"c\":{\"$ref\":\"#/d\"},"
                                   "\"d\":{\"$ref\":\"#/e\",\"in\":{\"y\":1}},\"e\":[5],\"f\":{\"$ref\":\"#/d/in\"},"
                                   "\"g\":{\"$ref\":1}}", &counts);
    assert_int_equal(counts.links, 2);
    assert_int_equal(counts.unresolved, 3);
    hf_value root = hf_root(document);
    hf_value c = hf_link_target(hf_get(root, HF_T("c")));
    assert_true(hf_is_link(c));
    expect_shows(hf_link_target(c), "[5]");
    expect_shows(hf_get(root, HF_T("a")), "{\"$ref\":\"#/b\"}");
    hf_document_drop(document);
    document = linked("{\"$ref\":\"#\"}", &counts);
    assert_int_equal(counts.unresolved, 1);
    expect_shows(hf_root(document), "{\"$ref\":\"#\"}");
    hf_document_drop(document);
}

static void expect_copy(hf_value value, hf_repeated repeated, hf_status expected, const char *text)
{
    hf_document *copy = NULL;
    hf_expand_options options = { .repeated = repeated, .placeholder = HF_T("again") };
    hf_error error;
    assert_int_equal(hf_clone_following(value, &options, &copy, &error), expected);
    if (expected != HF_OK) {
        assert_string_equal(error.pointer, text);
        return;
    }
    check_version(copy);
    char *is = shown(hf_root(copy));
    assert_string_equal(is, text);
    free(is);
    hf_document_drop(copy);
}

static void test_link__copies_follow_links_by_choice(void **state)
{
    (void)state;
    hf_document *document = linked("{\"a\":{\"next\":{\"$ref\":\"#/b\"}},\"b\":{\"back\":{\"$ref\":\"#/a\"}}}", NULL);
    hf_value root = hf_root(document);
    expect_copy(root, HF_REPEATED_NULL, HF_OK, "{\"a\":{\"next\":{\"back\":null}},\"b\":null}");
    expect_copy(root, HF_REPEATED_TEXT, HF_OK, "{\"a\":{\"next\":{\"back\":\"again\"}},\"b\":\"again\"}");
    expect_copy(root, HF_REPEATED_LINK, HF_OK, "{\"a\":{\"next\":{\"back\":@}},\"b\":@}");
    expect_copy(root, HF_REPEATED_REFUSE, HF_CYCLE, "/a/next/back");
    hf_document *copy = NULL;
    assert_int_equal(hf_clone_following(hf_get(root, HF_T("a")), NULL, &copy, NULL), HF_OK);
    hf_value back = hf_get(hf_get(hf_root(copy), HF_T("next")), HF_T("back"));
    assert_true(hf_is_same(hf_link_target(back), hf_root(copy)));
    hf_document_drop(copy);
    hf_expand_options few = { .values_max = 2 };
    assert_int_equal(hf_clone_following(root, &few, &copy, NULL), HF_LIMIT_VALUES);
    hf_document_drop(document);
}

static void test_link__follows_moves_and_ends_with_its_target(void **state)
{
    (void)state;
    hf_document *document = linked(cyclic, NULL), *version = NULL;
    hf_draft *draft = NULL;
    assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
    hf_document_drop(document);
    assert_int_equal(hf_draft_move(draft, hf_place_at(HF_T("/b")), hf_place_at(HF_T("/to/0")), NULL), HF_OK);
    assert_int_equal(hf_set_i64(draft, HF_T("/to/0/deep~0key~1/1/x"), 7, NULL), HF_OK);
    assert_int_equal(hf_draft_compact(draft, NULL), HF_OK);
    hf_value target = hf_link_target(hf_draft_get(draft, hf_place_at(HF_T("/a/next"))));
    assert_true(hf_is_same(target, hf_draft_get(draft, hf_place_at(HF_T("/to/0")))));
    assert_int_equal(hf_as_i64(hf_get(hf_link_target(hf_draft_get(draft, hf_place_at(HF_T("/to/1")))), HF_T("x")), 0), 7);
    version = freeze_checked(&draft);
    hf_value root = hf_root(version);
    assert_true(hf_is_same(hf_link_target(hf_get(hf_get(root, HF_T("a")), HF_T("next"))), hf_at(hf_get(root, HF_T("to")), 0)));
    assert_int_equal(hf_edit(version, &draft, NULL), HF_OK);
    assert_int_equal(hf_remove(draft, HF_T("/to/0"), NULL), HF_OK);
    assert_true(hf_is_absent(hf_link_target(hf_draft_get(draft, hf_place_at(HF_T("/a/next"))))));
    assert_false(hf_is_absent(hf_link_target(hf_get(hf_get(root, HF_T("a")), HF_T("next")))));
    hf_document_drop(version);
    version = freeze_checked(&draft);
    assert_true(hf_is_absent(hf_link_target(hf_get(hf_get(hf_root(version), HF_T("a")), HF_T("next")))));
    hf_document_drop(version);
}

/* Links to targets that go, over and over: entries are used again, and a link that ended stays so. */
static void test_link__entries_are_used_again(void **state)
{
    (void)state;
    enum { TARGETS = 2000, ROUNDS = 50 };
    char place[32], target[32];
    hf_document *document = read_text("{\"of\":{},\"links\":{},\"kept\":{}}");
    hf_draft *draft = NULL;
    assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
    hf_document_drop(document);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < TARGETS; i++) {
            snprintf(target, sizeof target, "/of/%d", i);
            snprintf(place, sizeof place, "/links/%d", i);
            assert_int_equal(hf_set_object(draft, hf_text_from_cstr(target), NULL), HF_OK);
            assert_int_equal(hf_draft_link(draft, hf_place_at(hf_text_from_cstr(place)), hf_place_at(hf_text_from_cstr(target)), NULL), HF_OK);
        }
        snprintf(place, sizeof place, "/kept/%d", round);
        assert_int_equal(hf_draft_link(draft, hf_place_at(hf_text_from_cstr(place)), hf_place_at(HF_T("/of/7")), NULL), HF_OK);
        assert_int_equal(hf_set_object(draft, HF_T("/of"), NULL), HF_OK);
        if (round % 10 == 9) {
            document = freeze_checked(&draft);
            assert_true(hf_document_get_info(document).links <= TARGETS);
            assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
            hf_document_drop(document);
        }
    }
    hf_iter iter;
    int gone = 0;
    hf_iter_init(&iter, hf_draft_get(draft, hf_place_at(HF_T("/kept"))));
    for (; hf_iter_next(&iter); gone++)
        assert_true(hf_is_link(iter.value) && hf_is_absent(hf_link_target(iter.value)));
    assert_int_equal(gone, ROUNDS);
    check_draft(draft);
    hf_draft_destroy(draft);
}

/* An entry whose generations are used up is left alone, or a link that ended long ago would lead somewhere. */
static void test_link__generations_do_not_come_round(void **state)
{
    (void)state;
    hf_document *document = linked("{\"of\":{},\"link\":{\"$ref\":\"#/of\"}}", NULL);
    hf_draft *draft = NULL;
    assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
    hf_document_drop(document);
    hf_handle first;
    assert_int_equal(hf_draft_handle(draft, hf_place_at(HF_T("/link")), &first, NULL), HF_OK);
    for (int round = 0; round < 3; round++) {
        assert_int_equal(hf_remove(draft, HF_T("/of"), NULL), HF_OK);
        draft->links[0].generation = UINT32_MAX - 1 - (uint32_t)(2 - round); /* as after so many rounds */
        assert_int_equal(hf_set_object(draft, HF_T("/of"), NULL), HF_OK);
        assert_int_equal(hf_draft_link(draft, hf_place_at(HF_T("/other")), hf_place_at(HF_T("/of")), NULL), HF_OK);
        assert_true(hf_is_same(hf_link_target(hf_draft_get(draft, hf_place_at(HF_T("/other")))), hf_draft_get(draft, hf_place_at(HF_T("/of")))));
        assert_true(hf_is_absent(hf_link_target(hf_draft_get(draft, hf_place_of(first)))));
    }
    assert_true(draft->home.link_count > 1);
    check_draft(draft);
    document = freeze_checked(&draft);
    assert_false(hf_is_absent(hf_link_target(hf_get(hf_root(document), HF_T("other")))));
    assert_true(hf_is_absent(hf_link_target(hf_get(hf_root(document), HF_T("link")))));
    hf_document_drop(document);
}

static void test_link__walks_end_on_any_graph(void **state)
{
    (void)state;
    hf_document *document = linked(cyclic, NULL);
    hf_draft *draft = NULL;
    assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
    /* Two links that lead to each other, and one to itself by way of another. */
    assert_int_equal(hf_set_i64(draft, HF_T("/p"), 1, NULL), HF_OK);
    assert_int_equal(hf_draft_link(draft, hf_place_at(HF_T("/q")), hf_place_at(HF_T("/p")), NULL), HF_OK);
    assert_int_equal(hf_draft_link(draft, hf_place_at(HF_T("/p")), hf_place_at(HF_T("/q")), NULL), HF_OK);
    assert_int_equal(hf_draft_link(draft, hf_place_at(HF_T("/a")), hf_place_at(HF_T("/a/name")), NULL), HF_CYCLE);
    hf_arena arena;
    hf_arena_init(&arena, NULL);
    for (int frozen = 0; frozen < 2; frozen++) {
        hf_document *version = frozen ? freeze_checked(&draft) : NULL;
        hf_walk walk;
        hf_walk_options options = { .follow_links = true, .arena = &arena };
        uint64_t again = 0, links = 0;
        hf_walk_init(&walk, frozen ? hf_root(version) : hf_draft_root(draft), &options);
        while (hf_walk_next(&walk)) {
            again += walk.event == HF_AGAIN;
            links += walk.event == HF_LINK;
        }
        assert_int_equal(hf_walk_finish(&walk), HF_WALK_DONE);
        assert_int_equal(again, 4);
        assert_int_equal(links, 2);
        hf_document_drop(version);
    }
    hf_arena_release(&arena);
    hf_document_drop(document);
}

/* Two graphs of the same paths are the same, and nothing that compares or sums them runs in circles. */
static void test_link__graphs_are_compared_by_the_paths_of_targets(void **state)
{
    (void)state;
    hf_document *one = linked(cyclic, NULL), *same = linked(cyclic, NULL);
    hf_document *other = linked("{\"a\":{\"name\":\"a\",\"next\":{\"$ref\":\"#/b\"}},\"b\":{\"back\":{\"$ref\":\"#/b\"},"
                                "\"self\":{\"$ref\":\"#/a\"},\"deep~key/\":[1,{\"x\":2}]},"
                                "\"to\":[{\"$ref\":\"#/b/deep~0key~1/1\"},{\"$ref\":\"http://x/y\"},{\"$ref\":\"#/none\"}]}", NULL);
    bool is_equal = false;
    int order = -1, back = 0;
    assert_int_equal(hf_equal(hf_root(one), hf_root(same), &is_equal), HF_OK);
    assert_true(is_equal);
    assert_int_equal(hf_order(hf_root(one), hf_root(same), &order), HF_OK);
    assert_int_equal(order, 0);
    assert_true(hf_hash(hf_root(one)) == hf_hash(hf_root(same)));
    assert_int_equal(hf_equal(hf_root(one), hf_root(other), &is_equal), HF_OK);
    assert_false(is_equal);
    assert_int_equal(hf_order(hf_root(one), hf_root(other), &order), HF_OK);
    assert_int_equal(hf_order(hf_root(other), hf_root(one), &back), HF_OK);
    assert_true(order != 0 && order == -back);
    hf_size size;
    assert_int_equal(hf_measure(hf_root(one), &size, NULL), HF_OK);
    assert_int_equal(size.values, hf_document_get_info(one).values);
    hf_document_drop(other);
    hf_document_drop(same);
    hf_document_drop(one);
}

static void test_link__a_copy_of_a_part_keeps_the_links_inside(void **state)
{
    (void)state;
    hf_document *document = linked("{\"p\":{\"q\":{\"to\":{\"$ref\":\"#/p/r\"}},\"r\":[{\"$ref\":\"#/p\"}]},\"s\":{\"$ref\":\"#/p\"}}", NULL);
    hf_document *copy = NULL;
    hf_error error;
    hf_value p = hf_get(hf_root(document), HF_T("p"));
    assert_int_equal(hf_clone_part(p, NULL, NULL, &copy, &error), HF_OK);
    check_version(copy);
    hf_value r = hf_get(hf_root(copy), HF_T("r"));
    assert_true(hf_is_same(hf_link_target(hf_get(hf_get(hf_root(copy), HF_T("q")), HF_T("to"))), r));
    assert_true(hf_is_same(hf_link_target(hf_at(r, 0)), hf_root(copy)));
    hf_document_drop(copy);
    assert_int_equal(hf_clone_part(hf_get(p, HF_T("q")), NULL, NULL, &copy, &error), HF_LINK_LEAVES);
    assert_string_equal(error.pointer, "/to");
    /* From another draft, or put elsewhere in this one, a part is a copy of its own. */
    hf_draft *draft = NULL;
    assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
    assert_int_equal(hf_draft_set(draft, hf_place_at(HF_T("")), hf_item_copy(hf_get(p, HF_T("r"))), &error), HF_LINK_LEAVES);
    assert_int_equal(hf_draft_set(draft, hf_place_at(HF_T("")), hf_item_copy(p), NULL), HF_OK);
    r = hf_draft_get(draft, hf_place_at(HF_T("/r")));
    assert_true(hf_is_same(hf_link_target(hf_at(r, 0)), hf_draft_root(draft)));
    hf_draft_destroy(draft);
    hf_document_drop(document);
}

/* A copy forgets how often an entry of its table was used: what had ended there stays ended. */
static void test_link__one_that_ended_before_a_copy_stays_so(void **state)
{
    (void)state;
    hf_document *document = linked("{\"a\":{\"x\":1},\"to\":{\"$ref\":\"#/a\"},\"b\":[2]}", NULL), *copy = NULL;
    for (int is_flat = 0; is_flat < 2; is_flat++) {
        hf_draft *draft = NULL;
        assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
        assert_int_equal(hf_remove(draft, HF_T("/a"), NULL), HF_OK);
        hf_document *frozen = is_flat ? freeze_checked(&draft) : NULL;
        assert_int_equal(hf_clone_part(is_flat ? hf_root(frozen) : hf_draft_root(draft), NULL, NULL, &copy, NULL), HF_OK);
        hf_draft_destroy(draft);
        hf_document_drop(frozen);
        assert_int_equal(hf_edit(copy, &draft, NULL), HF_OK);
        hf_document_drop(copy);
        assert_int_equal(hf_draft_link(draft, hf_place_at(HF_T("/new")), hf_place_at(HF_T("/b")), NULL), HF_OK);
        assert_true(hf_is_absent(hf_link_target(hf_get(hf_draft_root(draft), HF_T("to")))));
        assert_int_equal(hf_count(hf_link_target(hf_get(hf_draft_root(draft), HF_T("new")))), 1);
        hf_draft_destroy(draft);
    }
    hf_document_drop(document);
}

static void test_link__graphs_are_saved_and_come_back(void **state)
{
    (void)state;
    hf_document *document = linked(cyclic, NULL), *again = NULL, *copy = NULL;
    hf_draft *draft = NULL;
    bool is_equal = false;
    /* Some links gone, some of a version with an earlier block. */
    assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
    assert_int_equal(hf_remove(draft, HF_T("/b/deep~0key~1"), NULL), HF_OK);
    hf_document *version = freeze_checked(&draft);
    hf_buffer buffer = HF_BUFFER_INIT(1 << 20);
    assert_int_equal(hf_save_to_buffer(version, &buffer, NULL), HF_OK);
    assert_int_equal(hf_load(hf_buffer_text(&buffer), NULL, &again, NULL), HF_OK);
    check_version(again);
    assert_int_equal(hf_equal(hf_root(version), hf_root(again), &is_equal), HF_OK);
    assert_true(is_equal);
    hf_value root = hf_root(again);
    assert_true(hf_is_same(hf_link_target(hf_get(hf_get(root, HF_T("a")), HF_T("next"))), hf_get(root, HF_T("b"))));
    assert_true(hf_is_link(hf_at(hf_get(root, HF_T("to")), 0)));
    assert_true(hf_is_absent(hf_link_target(hf_at(hf_get(root, HF_T("to")), 0))));
    assert_int_equal(hf_document_clone(again, NULL, NULL, &copy, NULL), HF_OK);
    assert_int_equal(hf_equal(hf_root(copy), root, &is_equal), HF_OK);
    assert_true(is_equal);
    hf_buffer_release(&buffer);
    hf_document_drop(copy);
    hf_document_drop(again);
    hf_document_drop(version);
    hf_document_drop(document);
}

static void test_link__survives_every_failing_allocation(void **state)
{
    (void)state;
    HF_OOM_LOOP(nth) {
        hf_document *document = NULL, *links = NULL, *back = NULL, *copy = NULL, *version = NULL;
        hf_draft *draft = NULL;
        hf_read_options options = { .allocator = nth };
        hf_expand_options follow = { .allocator = nth };
        hf_status status = hf_read(hf_text_from_cstr(cyclic), &options, &document, NULL);
        if (status == HF_OK)
            status = hf_references_to_links(document, &links, NULL, NULL);
        if (status == HF_OK)
            status = hf_links_to_references(links, &back, NULL, NULL);
        if (status == HF_OK)
            status = hf_clone_following(hf_root(links), &follow, &copy, NULL);
        if (status == HF_OK)
            status = hf_edit(links, &draft, NULL);
        if (status == HF_OK)
            status = hf_draft_link(draft, hf_place_at(HF_T("/to/-")), hf_place_at(HF_T("/a/name")), NULL);
        if (status == HF_OK)
            status = hf_draft_compact(draft, NULL);
        if (status == HF_OK)
            status = hf_freeze(&draft, &version, NULL);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        hf_draft_destroy(draft);
        hf_document_drop(version);
        hf_document_drop(copy);
        hf_document_drop(back);
        hf_document_drop(links);
        hf_document_drop(document);
    }
}

/* Each container of a draft has a number of its own, however many were opened. */
static void test_link__walks_follow_links_in_wide_drafts(void **state)
{
    (void)state;
    enum { WIDTH = 1000 };
    hf_draft *draft = NULL;
    hf_document *copy = NULL;
    assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_array(draft, HF_T(""), NULL), HF_OK);
    for (int i = 0; i < WIDTH; i++)
        assert_int_equal(hf_draft_append(draft, hf_place_at(HF_T("")), hf_item_object(), NULL), HF_OK);
    assert_int_equal(hf_draft_link(draft, hf_place_at(HF_T("/-")), hf_place_at(HF_T("/7")), NULL), HF_OK);
    check_draft(draft);
    hf_arena arena;
    hf_walk walk;
    uint64_t entered = 0, again = 0;
    hf_arena_init(&arena, NULL);
    hf_walk_init(&walk, hf_draft_root(draft), &(hf_walk_options){ .follow_links = true, .arena = &arena });
    while (hf_walk_next(&walk)) {
        entered += walk.event == HF_ENTER;
        again += walk.event == HF_AGAIN;
    }
    assert_int_equal(hf_walk_finish(&walk), HF_WALK_DONE);
    assert_int_equal(entered, WIDTH + 1);
    assert_int_equal(again, 1);
    hf_arena_release(&arena);
    assert_int_equal(hf_clone_following(hf_draft_root(draft), NULL, &copy, NULL), HF_OK);
    assert_int_equal(hf_count(hf_root(copy)), WIDTH + 1);
    hf_document_drop(copy);
    hf_draft_destroy(draft);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_link__references_become_links_and_text_again),
        cmocka_unit_test(test_link__references_that_lead_nowhere_stay),
        cmocka_unit_test(test_link__copies_follow_links_by_choice),
        cmocka_unit_test(test_link__follows_moves_and_ends_with_its_target),
        cmocka_unit_test(test_link__entries_are_used_again),
        cmocka_unit_test(test_link__generations_do_not_come_round),
        cmocka_unit_test(test_link__walks_end_on_any_graph),
        cmocka_unit_test(test_link__graphs_are_compared_by_the_paths_of_targets),
        cmocka_unit_test(test_link__a_copy_of_a_part_keeps_the_links_inside),
        cmocka_unit_test(test_link__one_that_ended_before_a_copy_stays_so),
        cmocka_unit_test(test_link__graphs_are_saved_and_come_back),
        cmocka_unit_test(test_link__walks_follow_links_in_wide_drafts),
        cmocka_unit_test(test_link__survives_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
