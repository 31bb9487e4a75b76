/* test_pointer.c - JSON Pointer: the RFC's examples, failures with their place. */
#include "unit.h"

#include <holdfast/pointer.h>

#include "documents.h"

static void test_pointer__examples_of_the_rfc(void **state)
{
    (void)state;
    hf_document *document = test_read("{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,"
                                      "\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8}");
    static const char *const pointers[] = { "/", "/a~1b", "/c%d", "/e^f", "/g|h", "/i\\j", "/k\"l", "/ ", "/m~0n" };
    hf_value root = hf_root(document);
    for (int i = 0; i < 9; i++)
        assert_int_equal(hf_as_i64(hf_at_pointer(root, hf_text_from_cstr(pointers[i])), -1), i);
    HF_EXPECT(hf_is_same(hf_at_pointer(root, HF_T("")), root));
    HF_EXPECT(hf_count(hf_at_pointer(root, HF_T("/foo"))) == 2);
    HF_EXPECT(hf_text_equal(hf_as_text(hf_at_pointer(root, HF_T("/foo/1")), HF_T("")), HF_T("baz")));
    hf_document_drop(document);
}

static void test_pointer__failures_say_where(void **state)
{
    (void)state;
    hf_document *document = test_read("{\"a\":[{\"b\":1}]}");
    static const struct {
        const char *pointer, *place;
        hf_status   status;
        uint64_t    offset;
    } cases[] = {
        { "a", "", HF_BAD_POINTER, 0 },          { "/a/~2", "", HF_BAD_POINTER, 3 },  { "/a~", "", HF_BAD_POINTER, 2 },
        { "/x", "", HF_NOT_FOUND, 0 },           { "/a/1/b", "/a", HF_NOT_FOUND, 0 }, { "/a/-", "/a", HF_NOT_FOUND, 0 },
        { "/a/00", "/a", HF_NOT_FOUND, 0 },      { "/a/0/b/c", "/a/0/b", HF_WRONG_KIND, 0 },
        { "/a/99999999999999999999", "/a", HF_NOT_FOUND, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hf_value value;
        hf_error error = { 0 };
        hf_status status = hf_find_pointer(hf_root(document), hf_text_from_cstr(cases[i].pointer), &value, &error);
        if (status != cases[i].status || strcmp(error.pointer, cases[i].place) != 0 || error.offset != cases[i].offset)
            fail_msg("%s: %s at '%s' %d", cases[i].pointer, hf_status_name(status), error.pointer, (int)error.offset);
    }
    hf_document_drop(document);
}

static void test_pointer__long_escaped_tokens(void **state)
{
    (void)state;
    char key[1200], pointer[2600], text[1300];
    size_t length = 0, key_length = 0;
    pointer[length++] = '/';
    for (int i = 0; i < 1000; i++) {
        key[key_length++] = i % 7 ? 'x' : '~';
        if (i % 7 == 0)
            pointer[length++] = '~';
        pointer[length++] = i % 7 ? 'x' : '0';
    }
    snprintf(text, sizeof text, "{\"%.*s\":5}", (int)key_length, key);
    hf_document *document = test_read(text);
    assert_int_equal(hf_as_i64(hf_at_pointer(hf_root(document), hf_text_of(pointer, length)), -1), 5);
    HF_EXPECT(hf_is_absent(hf_at_pointer(hf_root(document), hf_text_of(pointer, length - 1))));
    hf_document_drop(document);
}

static void test_pointer__tokens_one_after_the_other(void **state)
{
    (void)state;
    static const char *const tokens[] = { "a", "", "b/c", "~1", "-", "0" };
    hf_text pointer = HF_T("/a//b~1c/~01/-/0"), token;
    char    room[8];
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        HF_EXPECT(hf_pointer_next(&pointer, room, sizeof room, &token));
        HF_EXPECT(hf_text_equal(token, hf_text_from_cstr(tokens[i])));
    }
    assert_int_equal(pointer.length, 0);
    HF_EXPECT(!hf_pointer_next(&pointer, room, sizeof room, &token));
    static const char *const bad[] = { "a", "/~", "/~2", "/x~", "/~0aaaaaaaa" /* does not fit */ };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        pointer = hf_text_from_cstr(bad[i]);
        HF_EXPECT(!hf_pointer_next(&pointer, room, sizeof room, &token));
    }
    pointer = HF_T("/~0aaaaaa/0"); /* just fits */
    HF_EXPECT(hf_pointer_next(&pointer, room, sizeof room, &token) && hf_text_equal(token, HF_T("~aaaaaa")));
    pointer = HF_T("/longer than the room, but nothing to unescape/0");
    HF_EXPECT(hf_pointer_next(&pointer, NULL, 0, &token));
    HF_EXPECT(hf_text_equal(token, HF_T("longer than the room, but nothing to unescape")));
}

static void test_pointer__indexes_are_digits(void **state)
{
    (void)state;
    uint64_t index = 7;
    static const char *const bad[] = { "", "-", "00", "01", "1a", " 1", "+1", "1.0", "18446744073709551615",
                                       "99999999999999999999" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        HF_EXPECT(!hf_pointer_index(hf_text_from_cstr(bad[i]), &index));
    HF_EXPECT(hf_pointer_index(HF_T("0"), &index) && index == 0);
    HF_EXPECT(hf_pointer_index(HF_T("1234567890123"), &index) && index == 1234567890123);
    HF_EXPECT(hf_pointer_index(HF_T("9999999999999999999"), &index) && index == UINT64_C(9999999999999999999));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pointer__examples_of_the_rfc),
        cmocka_unit_test(test_pointer__failures_say_where),
        cmocka_unit_test(test_pointer__long_escaped_tokens),
        cmocka_unit_test(test_pointer__tokens_one_after_the_other),
        cmocka_unit_test(test_pointer__indexes_are_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
