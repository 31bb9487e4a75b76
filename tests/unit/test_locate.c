/* test_locate.c - places of a draft: texts that come out of the draft itself, long and escaped names, the root. */
#include "unit.h"

#include <holdfast/draft.h>
#include <holdfast/link.h>
#include <holdfast/pointer.h>
#include <holdfast/read.h>

#include <string.h>

#include "draft_support.h"

static hf_draft *draft_of(const char *text)
{
    hf_document *document = read_text(text);
    hf_draft *draft = NULL;
    assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
    hf_document_drop(document);
    return draft;
}

/* The text of a member, where it lies in the draft. */
static hf_text inside(const hf_draft *draft, const char *pointer)
{
    return hf_as_text(hf_draft_get(draft, hf_place_at(hf_text_from_cstr(pointer))), HF_T(""));
}

static void expect_frozen(hf_draft **draft, const char *expected)
{
    expect_shows(hf_draft_root(*draft), expected);
    check_draft(*draft);
    hf_document *document = freeze_checked(draft);
    expect_shows(hf_root(document), expected);
    hf_document_drop(document);
}

/* The value that is moved waits beside the root's text, which must stay. */
static void test_locate__a_value_becomes_the_root(void **state)
{
    (void)state;
    char text[400], expected[402];
    for (size_t length = 0; length < sizeof text; length += 33) {
        memset(text, 'x', length);
        sprintf(expected, "\"%.*s\"", (int)length, text);
        hf_draft *draft = draft_of("{\"a\":{\"b\":1},\"c\":[]}");
        hf_handle handle;
        assert_int_equal(hf_set_text(draft, HF_T("/a/b"), hf_text_of(text, length), NULL), HF_OK);
        assert_int_equal(hf_draft_handle(draft, hf_place_at(HF_T("/a/b")), &handle, NULL), HF_OK);
        assert_int_equal(hf_draft_move(draft, hf_place_of(handle), hf_place_at(HF_T("")), NULL), HF_OK);
        expect_frozen(&draft, expected);
    }
    hf_draft *draft = draft_of("[0,{\"k\":[1]}]");
    assert_int_equal(hf_draft_set(draft, hf_place_at(HF_T("/0")), hf_item_number(HF_T("1.0000000000000000000000000000000000000000000000")), NULL), HF_OK);
    assert_int_equal(hf_draft_move(draft, hf_place_at(HF_T("/0")), hf_place_at(HF_T("")), NULL), HF_OK);
    expect_frozen(&draft, "1.0000000000000000000000000000000000000000000000");
    draft = draft_of("[0,{\"k\":[1]}]");
    assert_int_equal(hf_draft_move(draft, hf_place_at(HF_T("/1/k")), hf_place_at(HF_T("")), NULL), HF_OK);
    expect_frozen(&draft, "[1]");
}

/* Short texts lie in slots, which move. */
static void test_locate__places_out_of_what_moves(void **state)
{
    (void)state;
    hf_draft *draft = draft_of("{\"a\":1,\"from\":\"/a\",\"to\":\"/b\",\"c\":2}");
    assert_int_equal(hf_draft_move(draft, hf_place_at(inside(draft, "/from")), hf_place_at(inside(draft, "/to")), NULL), HF_OK);
    expect_frozen(&draft, "{\"from\":\"/a\",\"to\":\"/b\",\"c\":2,\"b\":1}");
    draft = draft_of("{\"a\":1,\"x\":\"/x\",\"y\":\"/a\"}");
    assert_int_equal(hf_draft_swap(draft, hf_place_at(inside(draft, "/x")), hf_place_at(inside(draft, "/y")), NULL), HF_OK);
    expect_frozen(&draft, "{\"a\":\"/x\",\"x\":1,\"y\":\"/a\"}");
    draft = draft_of("[\"/0\",\"/1\",[\"/2/0\"]]");
    assert_int_equal(hf_draft_insert(draft, hf_place_at(inside(draft, "/0")), hf_item_text(inside(draft, "/1")), NULL), HF_OK);
    assert_int_equal(hf_draft_remove(draft, hf_place_at(HF_T("/3/0")), NULL), HF_OK);
    assert_int_equal(hf_draft_append(draft, hf_place_at(HF_T("/3")), hf_item_text(HF_T("/3")), NULL), HF_OK);
    assert_int_equal(hf_draft_remove(draft, hf_place_at(inside(draft, "/3/0")), NULL), HF_OK);
    expect_frozen(&draft, "[\"/1\",\"/0\",\"/1\"]");
    draft = draft_of("{\"o\":{\"old\":1},\"k\":\"old\",\"new\":\"new\",\"at\":\"/o\"}");
    assert_int_equal(hf_draft_rename(draft, hf_place_at(HF_T("/o/old")), inside(draft, "/new"), NULL), HF_OK);
    assert_int_equal(hf_draft_insert_member(draft, hf_place_at(inside(draft, "/at")), 0, inside(draft, "/k"), hf_item_null(), NULL), HF_OK);
    assert_int_equal(hf_draft_link(draft, hf_place_at(inside(draft, "/at")), hf_place_at(HF_T("/at")), NULL), HF_OK);
    assert_int_equal(hf_draft_remove(draft, hf_place_at(HF_T("/o")), NULL), HF_OK);
    expect_frozen(&draft, "{\"k\":\"old\",\"new\":\"new\",\"at\":\"/o\"}");
}

/* Opening what is mounted may let go of the document that the text lies in. */
static void test_locate__places_out_of_a_document_that_goes(void **state)
{
    (void)state;
    const char *const mounted = "{\"at\":\"/m/a member of a long name\",\"a b\":\"a member of another name\",\"n\":0}";
    for (int call = 0; call < 4; call++) {
        hf_draft *draft = draft_of("{\"m\":0}");
        hf_document *document = read_text(mounted);
        hf_handle handle;
        assert_int_equal(hf_mount(draft, HF_T("/m"), document, NULL), HF_OK);
        hf_document_drop(document);
        hf_place at = hf_place_at(inside(draft, "/m/at"));
        hf_text key = inside(draft, "/m/a b");
        switch (call) {
        case 0:
            assert_int_equal(hf_draft_set(draft, at, hf_item_text(key), NULL), HF_OK);
            expect_frozen(&draft, "{\"m\":{\"at\":\"/m/a member of a long name\",\"a b\":\"a member of another name\",\"n\":0,"
                                  "\"a member of a long name\":\"a member of another name\"}}");
            break;
        case 1:
            assert_int_equal(hf_draft_insert_member(draft, hf_place_at(HF_T("/m")), 0, key, hf_item_i64(1), NULL), HF_OK);
            expect_frozen(&draft, "{\"m\":{\"a member of another name\":1,\"at\":\"/m/a member of a long name\","
                                  "\"a b\":\"a member of another name\",\"n\":0}}");
            break;
        case 2:
            assert_int_equal(hf_draft_move(draft, hf_place_at(HF_T("/m/n")), at, NULL), HF_OK);
            expect_frozen(&draft, "{\"m\":{\"at\":\"/m/a member of a long name\",\"a b\":\"a member of another name\","
                                  "\"a member of a long name\":0}}");
            break;
        default: {
            hf_error error;
            assert_int_equal(hf_draft_handle(draft, at, &handle, &error), HF_NOT_FOUND);
            assert_int_equal(hf_draft_remove(draft, hf_place_at(HF_T("/m/n")), NULL), HF_OK);
            hf_draft_destroy(draft);
        }
        }
    }
}

/* Tokens beyond what is unescaped in place, together with another key that must be kept. */
static void test_locate__long_escaped_names(void **state)
{
    (void)state;
    char pointer[900] = "/", name[500] = "", expected[1200];
    for (int i = 0; i < 300; i++) {
        strcat(pointer, i % 10 ? "n" : "~1");
        strcat(name, i % 10 ? "n" : "/");
    }
    hf_draft *draft = NULL;
    hf_text key = HF_T("a key that does not fit into a slot");
    assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_object(draft, HF_T(""), NULL), HF_OK);
    assert_int_equal(hf_set_object(draft, hf_text_from_cstr(pointer), NULL), HF_OK);
    assert_int_equal(hf_draft_insert_member(draft, hf_place_at(hf_text_from_cstr(pointer)), 0, key, hf_item_i64(1), NULL), HF_OK);
    assert_int_equal(hf_draft_insert_member(draft, hf_place_at(hf_text_from_cstr(pointer)), 0, HF_T("k"), hf_item_i64(2), NULL), HF_OK);
    sprintf(expected, "{\"%s\":{\"k\":2,\"%.*s\":1}}", name, HF_ARG(key));
    expect_frozen(&draft, expected);
}

/* A member is moved to one of its own name: the other goes, and nothing else. */
static void test_locate__moved_to_an_equal_key(void **state)
{
    (void)state;
    char text[1024], pointer[300] = "/a~0", name[300] = "a~";
    for (int i = 0; i < 180; i++) {
        strcat(pointer, "k");
        strcat(name, "k");
    }
    sprintf(text, "{\"%s\":1,\"b\":0,\"%s\":2}", name, name);
    hf_draft *draft = draft_of(text);
    hf_text at = hf_text_from_cstr(pointer);
    assert_int_equal(hf_draft_move(draft, hf_place_at(at), hf_place_at(at), NULL), HF_OK);
    sprintf(text, "{\"%s\":2,\"b\":0}", name);
    expect_frozen(&draft, text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_locate__a_value_becomes_the_root),
        cmocka_unit_test(test_locate__places_out_of_what_moves),
        cmocka_unit_test(test_locate__places_out_of_a_document_that_goes),
        cmocka_unit_test(test_locate__long_escaped_names),
        cmocka_unit_test(test_locate__moved_to_an_equal_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
