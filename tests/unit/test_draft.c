/* test_draft.c - changing drafts, freezing them, and what handles and views say meanwhile. */
#include "unit.h"

#include <holdfast/compare.h>
#include <holdfast/draft.h>
#include <holdfast/link.h>
#include <holdfast/read.h>
#include <holdfast/walk.h>
#include <holdfast/write.h>

#include <string.h>

#include "draft_support.h"
#include "failing_allocator.h"

static void test_draft__sets_members_and_elements(void **state)
{
    (void)state;
    hf_document *document = read_text("{\"a\":1,\"b\":{\"c\":[1,2,3]},\"long key of a member\":\"x\"}");
    hf_draft *draft = NULL;
    assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_u64(draft, HF_T("/a"), 7, NULL), HF_OK);
    assert_int_equal(hf_set_text(draft, HF_T("/b/c/1"), HF_T("two, spelled out at length"), NULL), HF_OK);
    assert_int_equal(hf_set_bool(draft, HF_T("/b/c/-"), true, NULL), HF_OK);
    assert_int_equal(hf_set_object(draft, HF_T("/b/new"), NULL), HF_OK);
    assert_int_equal(hf_set_double(draft, HF_T("/b/new/x~1y"), 0.5, NULL), HF_OK);
    expect_shows(hf_draft_root(draft), "{\"a\":7,\"b\":{\"c\":[1,\"two, spelled out at length\",3,true],"
                                       "\"new\":{\"x/y\":0.5}},\"long key of a member\":\"x\"}");
    hf_document *next = freeze_checked(&draft);
    expect_shows(hf_root(next), "{\"a\":7,\"b\":{\"c\":[1,\"two, spelled out at length\",3,true],"
                                "\"new\":{\"x/y\":0.5}},\"long key of a member\":\"x\"}");
    expect_shows(hf_root(document), "{\"a\":1,\"b\":{\"c\":[1,2,3]},\"long key of a member\":\"x\"}");
    hf_document_drop(document);
    expect_shows(hf_get(hf_root(next), HF_T("b")), "{\"c\":[1,\"two, spelled out at length\",3,true],\"new\":{\"x/y\":0.5}}");
    hf_document_drop(next);
}

static void test_draft__inserts_appends_removes(void **state)
{
    (void)state;
    hf_draft *draft = NULL;
    assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_array(draft, HF_T(""), NULL), HF_OK);
    for (int i = 0; i < 20; i++)
        assert_int_equal(hf_draft_append(draft, hf_place_at(HF_T("")), hf_item_i64(i), NULL), HF_OK);
    assert_int_equal(hf_draft_insert(draft, hf_place_at(HF_T("/0")), hf_item_text(HF_T("first")), NULL), HF_OK);
    assert_int_equal(hf_draft_insert(draft, hf_place_at(HF_T("/10")), hf_item_object(), NULL), HF_OK);
    for (int i = 0; i < 8; i++)
        assert_int_equal(hf_remove(draft, HF_T("/1"), NULL), HF_OK);
    for (int i = 0; i < 11; i++)
        assert_int_equal(hf_remove(draft, HF_T("/3"), NULL), HF_OK);
    expect_shows(hf_draft_root(draft), "[\"first\",8,{}]");
    assert_int_equal(hf_draft_insert_member(draft, hf_place_at(HF_T("/2")), 0, HF_T("b"), hf_item_null(), NULL), HF_OK);
    assert_int_equal(hf_draft_insert_member(draft, hf_place_at(HF_T("/2")), 0, HF_T("a"), hf_item_null(), NULL), HF_OK);
    assert_int_equal(hf_draft_insert_member(draft, hf_place_at(HF_T("/2")), 0, HF_T("b"), hf_item_null(), NULL),
                     HF_DUPLICATE_KEY);
    for (uint64_t index = 3; index <= 6; index++) /* 2 is the end */
        assert_int_equal(hf_draft_insert_member(draft, hf_place_at(HF_T("/2")), index, HF_T("c"), hf_item_null(), NULL),
                         HF_OUT_OF_RANGE);
    assert_int_equal(hf_draft_rename(draft, hf_place_at(HF_T("/2/b")), HF_T("a long name for a member"), NULL), HF_OK);
    assert_int_equal(hf_draft_rename(draft, hf_place_at(HF_T("/2/a")), HF_T("a long name for a member"), NULL),
                     HF_DUPLICATE_KEY);
    expect_shows(hf_draft_root(draft), "[\"first\",8,{\"a\":null,\"a long name for a member\":null}]");
    hf_document *document = freeze_checked(&draft);
    expect_shows(hf_root(document), "[\"first\",8,{\"a\":null,\"a long name for a member\":null}]");
    hf_document_drop(document);
}

/* The name is kept while the way to its object is gone, whose escaped steps are kept as well. */
static void test_draft__long_escaped_place_leaves_the_inserted_name(void **state)
{
    (void)state;
    enum { LONGEST = 2048 };
    static char step[LONGEST + 1], pointer[LONGEST + 2];
    for (size_t length = 16; length <= LONGEST; length *= 2) {
        hf_draft *draft = NULL;
        assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
        assert_int_equal(hf_set_object(draft, HF_T(""), NULL), HF_OK);
        memset(step, 'x', length);
        memcpy(step, "~0", 2);
        snprintf(pointer, sizeof pointer, "/%.*s", (int)length, step);
        hf_text place = hf_text_from_cstr(pointer);
        assert_int_equal(hf_set_object(draft, place, NULL), HF_OK);
        hf_text names[] = { HF_T("short"), HF_T("a name that has to be kept outside of its slot") };
        for (uint64_t i = 0; i < 2; i++)
            assert_int_equal(hf_draft_insert_member(draft, hf_place_at(place), i, names[i], hf_item_u64(i), NULL), HF_OK);
        hf_value object = hf_draft_get(draft, hf_place_at(place));
        for (uint64_t i = 0; i < 2; i++)
            assert_int_equal(hf_as_u64(hf_get(object, names[i]), 9), i);
        hf_draft_destroy(draft);
    }
}

static void test_draft__wide_object_keeps_its_index(void **state)
{
    (void)state;
    hf_draft *draft = NULL;
    char pointer[64], key[64];
    assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_object(draft, HF_T(""), NULL), HF_OK);
    for (int i = 0; i < 500; i++) {
        snprintf(pointer, sizeof pointer, i % 2 ? "/k%d" : "/a key of some length %d", i);
        assert_int_equal(hf_set_i64(draft, hf_text_from_cstr(pointer), i, NULL), HF_OK);
    }
    for (int i = 0; i < 500; i += 3) {
        snprintf(pointer, sizeof pointer, i % 2 ? "/k%d" : "/a key of some length %d", i);
        assert_int_equal(hf_remove(draft, hf_text_from_cstr(pointer), NULL), HF_OK);
    }
    for (int i = 0; i < 500; i++) {
        snprintf(key, sizeof key, i % 2 ? "k%d" : "a key of some length %d", i);
        hf_value value = hf_get(hf_draft_root(draft), hf_text_from_cstr(key));
        assert_int_equal(hf_as_i64(value, -1), i % 3 == 0 ? -1 : i);
    }
    hf_draft_destroy(draft);
}

static void test_draft__handles_follow_and_end(void **state)
{
    (void)state;
    hf_document *document = read_text("{\"list\":[{\"id\":1},{\"id\":2},{\"id\":3}],\"other\":{}}");
    hf_draft *draft = NULL;
    hf_handle second, third;
    hf_value value;
    assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
    hf_document_drop(document);
    assert_int_equal(hf_draft_handle(draft, hf_place_at(HF_T("/list/1")), &second, NULL), HF_OK);
    assert_int_equal(hf_draft_handle(draft, hf_place_at(HF_T("/list/2/id")), &third, NULL), HF_OK);
    assert_int_equal(hf_remove(draft, HF_T("/list/0"), NULL), HF_OK);
    assert_int_equal(hf_handle_get(draft, second, &value), HF_OK);
    expect_shows(value, "{\"id\":2}");
    assert_int_equal(hf_draft_move(draft, hf_place_at(HF_T("/list/1")), hf_place_at(HF_T("/other/moved")), NULL), HF_OK);
    assert_int_equal(hf_handle_get(draft, third, &value), HF_OK);
    assert_int_equal(hf_as_i64(value, 0), 3);
    assert_int_equal(hf_draft_set(draft, hf_place_of(third), hf_item_i64(33), NULL), HF_OK);
    assert_int_equal(hf_draft_set(draft, hf_place_member(second, HF_T("name")), hf_item_text(HF_T("a name that is long")), NULL), HF_OK);
    assert_int_equal(hf_draft_compact(draft, NULL), HF_OK);
    expect_shows(hf_draft_root(draft), "{\"list\":[{\"id\":2,\"name\":\"a name that is long\"}],\"other\":{\"moved\":{\"id\":33}}}");
    assert_int_equal(hf_remove(draft, HF_T("/other"), NULL), HF_OK);
    assert_int_equal(hf_handle_get(draft, third, &value), HF_GONE);
    assert_int_equal(hf_draft_set(draft, hf_place_of(third), hf_item_i64(1), NULL), HF_GONE);
    hf_handle_release(draft, second);
    assert_int_equal(hf_handle_get(draft, second, &value), HF_GONE);
    hf_draft_destroy(draft);
}

/* One draft after the other: what was a handle in an earlier one is none in a later one. */
static void test_draft__handles_are_gone_in_other_drafts(void **state)
{
    (void)state;
    enum { DRAFTS = 1000 };
    static hf_handle handles[DRAFTS];
    hf_document *document = read_text("{\"a\":1,\"b\":2}");
    for (int i = 0; i < DRAFTS; i++) {
        hf_draft *draft = NULL;
        hf_value value;
        assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
        assert_int_equal(hf_draft_handle(draft, hf_place_at(i % 2 ? HF_T("/a") : HF_T("/b")), &handles[i], NULL), HF_OK);
        for (int k = 0; k < i; k++)
            assert_int_equal(hf_handle_get(draft, handles[k], &value), HF_GONE);
        if (i > 0)
            assert_int_equal(hf_draft_remove(draft, hf_place_of(handles[i - 1]), NULL), HF_GONE);
        hf_handle_release(draft, handles[i / 2]);
        assert_int_equal(hf_handle_get(draft, handles[i], &value), i == 0 ? HF_GONE : HF_OK);
        hf_draft_destroy(draft);
    }
    hf_document_drop(document);
}

static void test_draft__moves_and_swaps(void **state)
{
    (void)state;
    hf_document *document = read_text("{\"a\":{\"b\":{\"c\":\"text that does not fit a slot\"}},\"d\":[1,2,3]}");
    hf_draft *draft = NULL;
    assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
    assert_int_equal(hf_draft_move(draft, hf_place_at(HF_T("/a")), hf_place_at(HF_T("/a/b/x")), NULL), HF_CYCLE);
    hf_handle inner;
    assert_int_equal(hf_draft_handle(draft, hf_place_at(HF_T("/a/b")), &inner, NULL), HF_OK);
    assert_int_equal(hf_draft_move(draft, hf_place_at(HF_T("/a")), hf_place_member(inner, HF_T("x")), NULL), HF_CYCLE);
    assert_int_equal(hf_draft_move(draft, hf_place_at(HF_T("/a")), hf_place_at(HF_T("/none/x")), NULL), HF_NOT_FOUND);
    expect_shows(hf_draft_root(draft), "{\"a\":{\"b\":{\"c\":\"text that does not fit a slot\"}},\"d\":[1,2,3]}");
    assert_int_equal(hf_draft_swap(draft, hf_place_at(HF_T("/a")), hf_place_at(HF_T("/a/b")), NULL), HF_CYCLE);
    assert_int_equal(hf_draft_move(draft, hf_place_at(HF_T("/d/0")), hf_place_at(HF_T("/d/1")), NULL), HF_OK);
    expect_shows(hf_draft_root(draft), "{\"a\":{\"b\":{\"c\":\"text that does not fit a slot\"}},\"d\":[2,1,3]}");
    assert_int_equal(hf_draft_swap(draft, hf_place_at(HF_T("/a/b/c")), hf_place_at(HF_T("/d/2")), NULL), HF_OK);
    assert_int_equal(hf_draft_swap(draft, hf_place_at(HF_T("/d/0")), hf_place_at(HF_T("/d/2")), NULL), HF_OK);
    assert_int_equal(hf_draft_move(draft, hf_place_at(HF_T("/a/b")), hf_place_at(HF_T("/d/-")), NULL), HF_OK);
    expect_shows(hf_draft_root(draft), "{\"a\":{},\"d\":[\"text that does not fit a slot\",1,2,{\"c\":3}]}");
    assert_int_equal(hf_draft_move(draft, hf_place_at(HF_T("/d")), hf_place_at(HF_T("")), NULL), HF_OK);
    expect_shows(hf_draft_root(draft), "[\"text that does not fit a slot\",1,2,{\"c\":3}]");
    hf_draft_destroy(draft);
    hf_document_drop(document);
}

static void test_draft__failures_name_the_place(void **state)
{
    (void)state;
    hf_draft *draft = NULL;
    hf_error error;
    assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_object(draft, HF_T(""), NULL), HF_OK);
    assert_int_equal(hf_set_i64(draft, HF_T("/a"), 1, NULL), HF_OK);
    assert_int_equal(hf_set_i64(draft, HF_T("/x/y/z"), 1, &error), HF_NOT_FOUND);
    assert_string_equal(error.pointer, "/x");
    assert_int_equal(hf_set_i64(draft, HF_T("/a/b"), 1, &error), HF_WRONG_KIND);
    assert_int_equal(hf_set_i64(draft, HF_T("a"), 1, &error), HF_BAD_POINTER);
    assert_int_equal(hf_set_text(draft, HF_T("/a"), HF_T("\xff"), &error), HF_BAD_UTF8);
    assert_string_equal(error.pointer, "/a");
    assert_int_equal(hf_set_array(draft, HF_T("/l"), NULL), HF_OK);
    assert_int_equal(hf_set_i64(draft, HF_T("/l/01"), 1, &error), HF_BAD_POINTER);
    assert_int_equal(hf_set_i64(draft, HF_T("/l/1"), 1, &error), HF_OUT_OF_RANGE);
    assert_int_equal(hf_draft_replace(draft, hf_place_at(HF_T("/l/0")), hf_item_null(), &error), HF_NOT_FOUND);
    expect_shows(hf_draft_root(draft), "{\"a\":1,\"l\":[]}");
    hf_draft_destroy(draft);
}

static void test_draft__of_equal_keys_one_is_left(void **state)
{
    (void)state;
    hf_document *document = read_text("{\"a\":1,\"b\":2,\"a\":3,\"c\":4,\"a\":5}");
    hf_draft *draft = NULL;
    assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_i64(draft, HF_T("/a"), 9, NULL), HF_OK);
    expect_shows(hf_draft_root(draft), "{\"b\":2,\"c\":4,\"a\":9}");
    hf_draft_destroy(draft);
    assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
    assert_int_equal(hf_remove(draft, HF_T("/a"), NULL), HF_OK);
    expect_shows(hf_draft_root(draft), "{\"b\":2,\"c\":4}");
    hf_draft_destroy(draft);
    assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
    assert_int_equal(hf_draft_move(draft, hf_place_at(HF_T("/a")), hf_place_at(HF_T("/z")), NULL), HF_OK);
    expect_shows(hf_draft_root(draft), "{\"b\":2,\"c\":4,\"z\":5}");
    hf_draft_destroy(draft);
    hf_document_drop(document);
}

/* What is taken away with equal keys is not what moves, nor where it goes. */
static void test_draft__moves_among_equal_keys_lose_nothing(void **state)
{
    (void)state;
    hf_document *document = read_text("{\"a\":{\"t\":[1]},\"a\":2,\"b\":3}");
    const hf_handle root = { 0, 0, 0 };
    hf_handle first, inner;
    for (int way = 0; way < 3; way++) {
        hf_draft *draft = NULL;
        assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
        assert_int_equal(hf_draft_handle(draft, hf_place_element(root, 0), &first, NULL), HF_OK);
        assert_int_equal(hf_draft_handle(draft, hf_place_below(first, HF_T("/t")), &inner, NULL), HF_OK);
        if (way == 0) { /* into the one beside it, which would go */
            assert_int_equal(hf_draft_move(draft, hf_place_at(HF_T("/a")), hf_place_below(inner, HF_T("/0")), NULL), HF_OK);
            expect_shows(hf_draft_root(draft), "{\"a\":{\"t\":[2,1]},\"b\":3}");
        } else if (way == 1) { /* out of it, in place of both */
            assert_int_equal(hf_draft_move(draft, hf_place_of(inner), hf_place_at(HF_T("/a")), NULL), HF_OK);
            expect_shows(hf_draft_root(draft), "{\"a\":[1],\"b\":3}");
        } else { /* a link in place of both would lead nowhere */
            assert_int_equal(hf_draft_link(draft, hf_place_at(HF_T("/a")), hf_place_of(inner), NULL), HF_CYCLE);
            assert_int_equal(hf_draft_link(draft, hf_place_at(HF_T("/a")), hf_place_of(first), NULL), HF_CYCLE);
            assert_int_equal(hf_draft_link(draft, hf_place_at(HF_T("/b")), hf_place_of(inner), NULL), HF_OK);
        }
        check_draft(draft);
        hf_draft_destroy(draft);
    }
    hf_document_drop(document);
}

static void test_draft__takes_its_own_views_as_items(void **state)
{
    (void)state;
    hf_document *document = read_text("{\"a\":\"a text that is longer than a slot\",\"b\":{\"x\":[1,{}]},\"c\":[]}");
    hf_draft *draft = NULL;
    assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
    for (int i = 0; i < 12; i++) {
        hf_text text = hf_as_text(hf_draft_get(draft, hf_place_at(HF_T("/a"))), HF_T("?"));
        assert_int_equal(hf_draft_append(draft, hf_place_at(HF_T("/c")), hf_item_text(text), NULL), HF_OK);
        hf_value value = hf_draft_get(draft, hf_place_at(HF_T("/b")));
        assert_int_equal(hf_draft_append(draft, hf_place_at(HF_T("/c")), hf_item_copy(value), NULL), HF_OK);
        assert_int_equal(hf_set_i64(draft, HF_T("/b/x/0"), i, NULL), HF_OK);
    }
    assert_int_equal(hf_count(hf_draft_get(draft, hf_place_at(HF_T("/c")))), 24);
    expect_shows(hf_draft_get(draft, hf_place_at(HF_T("/c/23"))), "{\"x\":[10,{}]}");
    expect_shows(hf_draft_get(draft, hf_place_at(HF_T("/c/22"))), "\"a text that is longer than a slot\"");
    expect_shows(hf_draft_get(draft, hf_place_at(HF_T("/c/1"))), "{\"x\":[1,{}]}");
    hf_document *next = freeze_checked(&draft);
    hf_document_drop(next);
    hf_document_drop(document);
}

static void test_draft__iterates_while_changing(void **state)
{
    (void)state;
    hf_document *document = read_text("{\"list\":[0,1,2,3,4,5,6,7,8,9],\"o\":{\"a\":1,\"b\":2,\"c\":3}}");
    hf_draft *draft = NULL;
    hf_draft_iter iter;
    int64_t sum = 0, seen = 0;
    assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
    assert_int_equal(hf_draft_iter_init(draft, hf_place_at(HF_T("/list")), &iter, NULL), HF_OK);
    while (hf_draft_iter_next(&iter)) {
        int64_t number = hf_as_i64(iter.value, -1);
        sum += number;
        seen++;
        if (number % 2 == 0)
            assert_int_equal(hf_draft_remove(draft, hf_draft_iter_place(&iter), NULL), HF_OK);
        if (number == 3)
            assert_int_equal(hf_draft_insert(draft, hf_place_at(HF_T("/list/0")), hf_item_i64(100), NULL), HF_OK);
        check_draft(draft);
    }
    hf_draft_iter_release(&iter);
    assert_int_equal(sum, 45);
    assert_int_equal(seen, 10);
    assert_int_equal(hf_draft_iter_init(draft, hf_place_at(HF_T("/o")), &iter, NULL), HF_OK);
    assert_true(hf_draft_iter_next(&iter));
    assert_true(hf_text_equal(iter.key, HF_T("a")));
    assert_int_equal(hf_remove(draft, HF_T("/o/b"), NULL), HF_OK);
    assert_true(hf_draft_iter_next(&iter));
    assert_true(hf_text_equal(iter.key, HF_T("c")));
    assert_int_equal(hf_remove(draft, HF_T("/o"), NULL), HF_OK);
    assert_false(hf_draft_iter_next(&iter));
    assert_int_equal(hf_draft_remove(draft, hf_draft_iter_place(&iter), NULL), HF_GONE);
    hf_draft_iter_release(&iter);
    hf_draft_destroy(draft);
    hf_document_drop(document);
}

/* A change that fails must leave what is shown as it was. */
static void tried(hf_draft *draft, uint64_t before, hf_status status)
{
    /* What an earlier call could not put there is not found. */
    HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY || status == HF_NOT_FOUND);
    check_draft(draft);
    if (status != HF_OK)
        HF_EXPECT(hf_hash(hf_draft_root(draft)) == before);
}

static void change_much(hf_draft *draft, const hf_document *mounted)
{
    hf_handle handle = { 0, 0, 0 };
    hf_text text = HF_T("another text that does not fit into a slot");
#define TRY(call) tried(draft, hf_hash(hf_draft_root(draft)), (call))
    TRY(hf_set_text(draft, HF_T("/a/b/0"), text, NULL));
    TRY(hf_set_text(draft, HF_T("/a/a member of a long name"), text, NULL));
    TRY(hf_set_i64(draft, HF_T("/a/b/1/d"), 1, NULL));
    TRY(hf_draft_handle(draft, hf_place_at(HF_T("/a/b")), &handle, NULL));
    TRY(hf_set_array(draft, HF_T("/e/0/-"), NULL));
    TRY(hf_draft_move(draft, hf_place_at(HF_T("/a/b/1")), hf_place_at(HF_T("/a member moved to")), NULL));
    TRY(hf_draft_swap(draft, hf_place_at(HF_T("/a/b/0")), hf_place_at(HF_T("/d")), NULL));
    TRY(hf_draft_set(draft, hf_place_at(HF_T("/copy")), hf_item_copy(hf_draft_get(draft, hf_place_at(HF_T("/a")))), NULL));
    TRY(hf_draft_set(draft, hf_place_at(HF_T("/n")), hf_item_number(HF_T("1.000000000000")), NULL));
    TRY(hf_draft_append(draft, hf_place_at(HF_T("/e")), hf_item_bytes(HF_T("bytes that do not fit into a slot")), NULL));
    TRY(hf_draft_insert(draft, hf_place_at(HF_T("/e/0")), hf_item_text(text), NULL));
    TRY(hf_draft_insert_member(draft, hf_place_at(HF_T("/a")), 0, HF_T("inserted with a long name"), hf_item_object(), NULL));
    TRY(hf_draft_replace(draft, hf_place_at(HF_T("/e/0")), hf_item_array(), NULL));
    TRY(hf_draft_rename(draft, hf_place_at(HF_T("/n")), HF_T("another name of more than fourteen"), NULL));
    TRY(hf_draft_set(draft, hf_place_at(HF_T("/mounted")), hf_item_mount(hf_root(mounted)), NULL));
    TRY(hf_draft_set(draft, hf_place_at(HF_T("/mounted/x/-")), hf_item_i64(3), NULL));
    hf_draft_iter iter;
    hf_status begun = hf_draft_iter_init(draft, hf_place_at(HF_T("/a")), &iter, NULL);
    HF_EXPECT(begun == HF_OK || begun == HF_NO_MEMORY || begun == HF_NOT_FOUND);
    if (begun == HF_OK) {
        while (hf_draft_iter_next(&iter))
            continue;
        hf_draft_iter_release(&iter);
    }
    TRY(hf_draft_compact(draft, NULL));
    TRY(hf_remove(draft, HF_T("/a"), NULL));
#undef TRY
}

static void test_draft__survives_every_failing_allocation(void **state)
{
    (void)state;
    hf_document *mounted = read_text("{\"x\":[1,2],\"y\":\"a text that is longer than a slot\"}");
    HF_OOM_LOOP(nth) {
        hf_document *document = NULL, *next = NULL;
        hf_draft *draft = NULL;
        hf_read_options options = { .allocator = nth };
        hf_text text = HF_T("{\"a\":{\"b\":[1,{\"c\":\"some text that is rather long\"},3]},\"d\":1.50,\"e\":[[]]}");
        hf_status status = hf_read(text, &options, &document, NULL);
        if (status == HF_OK)
            status = hf_edit(document, &draft, NULL);
        if (status == HF_OK)
            change_much(draft, mounted);
        if (status == HF_OK)
            status = hf_freeze(&draft, &next, NULL);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        hf_draft_destroy(draft);
        hf_document_drop(next);
        hf_document_drop(document);
    }
    assert_int_equal(hf_document_get_info(mounted).holders, 1);
    hf_document_drop(mounted);
}

static void test_draft__versions_do_not_hold_each_other(void **state)
{
    (void)state;
    hf_document *version = read_text("{\"n\":0,\"list\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]}");
    hf_budget *budget = NULL;
    assert_int_equal(hf_budget_create(NULL, &budget, NULL), HF_OK);
    uint64_t peak = 0;
    for (int i = 1; i <= 2000; i++) {
        hf_draft *draft = NULL;
        hf_draft_options options = { .budget = budget };
        assert_int_equal(hf_edit_with(version, &options, &draft, NULL), HF_OK);
        assert_int_equal(hf_set_i64(draft, HF_T("/n"), i, NULL), HF_OK);
        char pointer[32];
        snprintf(pointer, sizeof pointer, "/list/%d", i % 20);
        assert_int_equal(hf_set_i64(draft, hf_text_from_cstr(pointer), i, NULL), HF_OK);
        hf_document *next = freeze_checked(&draft);
        hf_document_drop(version);
        version = next;
        uint64_t now = hf_budget_count(budget).current;
        peak = now > peak ? now : peak;
    }
    assert_true(peak < 8192);
    assert_int_equal(hf_as_i64(hf_get(hf_root(version), HF_T("n")), 0), 2000);
    hf_document_drop(version);
    assert_int_equal(hf_budget_count(budget).current, 0);
    hf_budget_drop(budget);
}

/* An error is written by the call that fails, and by no other. */
static void test_draft__success_leaves_the_error_alone(void **state)
{
    (void)state;
    hf_error error, before;
    hf_document *document = NULL, *next = NULL, *copy = NULL;
    hf_draft *draft = NULL;
    hf_handle handle;
    hf_draft_iter iter;
    hf_buffer text = HF_BUFFER_INIT(1 << 16);
    hf_place list = hf_place_at(HF_T("/list")), a = hf_place_at(HF_T("/a")), b = hf_place_at(HF_T("/list/0"));
    memset(&error, 0, sizeof error); /* has_pointer false: what names a place would name it */
    error.status = HF_GONE;
    before = error;
#define HF_EXPECT_ALONE(call)                                              \
    do {                                                                   \
        assert_int_equal((call), HF_OK);                                   \
        assert_memory_equal(&error, &before, sizeof error);                \
    } while (0)
    HF_EXPECT_ALONE(hf_read(HF_T("{\"list\":[1,2],\"o\":{}}"), NULL, &document, &error));
    HF_EXPECT_ALONE(hf_edit(document, &draft, &error));
    HF_EXPECT_ALONE(hf_draft_set(draft, a, hf_item_i64(1), &error));
    HF_EXPECT_ALONE(hf_draft_set(draft, a, hf_item_text(HF_T("a text that is longer than fourteen bytes")), &error));
    HF_EXPECT_ALONE(hf_draft_insert(draft, b, hf_item_null(), &error));
    HF_EXPECT_ALONE(hf_draft_append(draft, list, hf_item_copy(hf_draft_root(draft)), &error));
    HF_EXPECT_ALONE(hf_draft_replace(draft, b, hf_item_object(), &error));
    HF_EXPECT_ALONE(hf_draft_insert_member(draft, hf_place_at(HF_T("/o")), 0, HF_T("k"), hf_item_mount(hf_root(document)), &error));
    HF_EXPECT_ALONE(hf_draft_rename(draft, hf_place_at(HF_T("/o/k")), HF_T("l"), &error));
    HF_EXPECT_ALONE(hf_draft_swap(draft, a, b, &error));
    HF_EXPECT_ALONE(hf_draft_move(draft, a, hf_place_at(HF_T("/c")), &error));
    HF_EXPECT_ALONE(hf_draft_handle(draft, list, &handle, &error));
    HF_EXPECT_ALONE(hf_draft_iter_init(draft, list, &iter, &error));
    assert_true(hf_draft_iter_next(&iter));
    HF_EXPECT_ALONE(hf_draft_remove(draft, hf_draft_iter_place(&iter), &error));
    hf_draft_iter_release(&iter);
    HF_EXPECT_ALONE(hf_remove(draft, HF_T("/c"), &error));
    HF_EXPECT_ALONE(hf_draft_compact(draft, &error));
    HF_EXPECT_ALONE(hf_freeze(&draft, &next, &error));
    HF_EXPECT_ALONE(hf_document_clone(next, NULL, NULL, &copy, &error));
    HF_EXPECT_ALONE(hf_write(hf_root(copy), NULL, &text, &error));
    HF_EXPECT_ALONE(hf_write(hf_root(copy), &(hf_write_options){ .canonical = true }, &text, &error));
#undef HF_EXPECT_ALONE
    hf_buffer_release(&text);
    hf_document_drop(copy);
    hf_document_drop(next);
    hf_document_drop(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draft__sets_members_and_elements),
        cmocka_unit_test(test_draft__inserts_appends_removes),
        cmocka_unit_test(test_draft__long_escaped_place_leaves_the_inserted_name),
        cmocka_unit_test(test_draft__wide_object_keeps_its_index),
        cmocka_unit_test(test_draft__handles_follow_and_end),
        cmocka_unit_test(test_draft__handles_are_gone_in_other_drafts),
        cmocka_unit_test(test_draft__moves_and_swaps),
        cmocka_unit_test(test_draft__failures_name_the_place),
        cmocka_unit_test(test_draft__of_equal_keys_one_is_left),
        cmocka_unit_test(test_draft__moves_among_equal_keys_lose_nothing),
        cmocka_unit_test(test_draft__takes_its_own_views_as_items),
        cmocka_unit_test(test_draft__iterates_while_changing),
        cmocka_unit_test(test_draft__survives_every_failing_allocation),
        cmocka_unit_test(test_draft__versions_do_not_hold_each_other),
        cmocka_unit_test(test_draft__success_leaves_the_error_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
