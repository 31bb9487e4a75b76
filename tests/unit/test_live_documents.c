/* test_live_documents.c - the list of live documents: sizes, holders, makers, order, more than fit; nothing
 * in release builds. */
#include <holdfast/draft.h>
#include <holdfast/live_documents.h>
#include <holdfast/read.h>

#include "base/misuse.h"
#include "unit.h"

#include <stdlib.h>

/* What the dump prints; the caller frees it. */
static char *dumped(uint64_t expected)
{
    char  *text = NULL;
    size_t length = 0;
    FILE  *to = open_memstream(&text, &length);
    assert_non_null(to);
    uint64_t count = hf_live_dump(to);
    fclose(to);
    assert_int_equal(count, HF__DEBUG ? expected : 0);
    return text;
}

static void expect_dump(uint64_t count, const char *part, bool is_in)
{
    char *text = dumped(count);
    if (HF__DEBUG && (strstr(text, part) != NULL) != is_in)
        fail_msg("'%s' is %s in\n%s", part, is_in ? "not" : "", text);
    if (!HF__DEBUG)
        assert_non_null(strstr(text, "debug builds"));
    free(text);
}

static void test_live_documents__documents_come_and_go(void **state)
{
    (void)state;
    char         place[64], bytes[64];
    hf_document *document = NULL;
    expect_dump(0, "holdfast: 0 live documents, 0 bytes\n", true);
    hf_live_place before = hf_live_at((hf_live_place){ __FILE__, 12345, 0 });
    assert_int_equal(hf_read(HF_T("[1, 2]"), NULL, &document, NULL), HF_OK);
    hf_live_at(before);
    snprintf(place, sizeof place, "test_live_documents.c:%d\n", 12345);
    expect_dump(1, place, true);
    snprintf(bytes, sizeof bytes, "  %llu bytes, 1 holder, 3 values", (unsigned long long)hf_document_get_info(document).bytes);
    expect_dump(1, bytes, true);
    hf_document_hold(document);
    expect_dump(1, ", 2 holders, ", true);
    hf_document_drop(document);
    hf_document_drop(document);
    expect_dump(0, "test_live_documents.c", false);
}

/* HF_AT is the call alone where this program is compiled with NDEBUG. */
static void test_live_documents__a_line_for_each_call(void **state)
{
    (void)state;
    hf_document *first = NULL, *second = NULL, *third = NULL;
    hf_error     error;
    int          line = __LINE__ + 1;
    hf_status    status = HF_AT(hf_read(HF_T("{\"a\": [1, 2]}"), &(hf_read_options){ .name = "x" }, &first, &error));
    assert_int_equal(status, HF_OK);
    assert_int_equal(HF_AT(hf_clone_part(hf_root(first), NULL, NULL, &second, &error)), HF_OK);
    assert_int_equal(hf_read(HF_T("1"), NULL, &third, &error), HF_OK);
    char *text = dumped(3);
    if (HF__DEBUG) {
        char place[64];
        snprintf(place, sizeof place, "test_live_documents.c:%d\n", line);
        const char *one = strstr(text, place);
        snprintf(place, sizeof place, "test_live_documents.c:%d\n", line + 2);
        const char *two = strstr(text, place);
        assert_non_null(one);
        assert_non_null(two);
        assert_true(one < two);
        assert_null(strstr(two + 5, "made at"));
    }
    free(text);
    hf_document_drop(first);
    hf_document_drop(second);
    hf_document_drop(third);
}

/* A version that shares an earlier one's block keeps that block, not that document. */
static void test_live_documents__blocks_that_later_versions_keep(void **state)
{
    (void)state;
    hf_document *first = NULL, *next = NULL;
    hf_draft    *draft = NULL;
    char         text[8192];
    size_t       length = 1;
    text[0] = '[';
    for (int i = 0; i < 400; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "[%d,\"text %d\"],", i, i);
    text[length - 1] = ']';
    assert_int_equal(hf_read(hf_text_of(text, length), NULL, &first, NULL), HF_OK);
    assert_int_equal(hf_edit(first, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_i64(draft, HF_T("/3/0"), 7, NULL), HF_OK);
    assert_int_equal(hf_freeze(&draft, &next, NULL), HF_OK);
    expect_dump(2, "kept by a later version", false);
    hf_document_drop(first);
    expect_dump(2, "kept by a later version", true);
    hf_document_drop(next);
    expect_dump(0, "holdfast: 0 live documents, 0 bytes\n", true);
}

static void test_live_documents__more_than_fit_are_counted(void **state)
{
    (void)state;
    enum { COUNT = 6000 };
    hf_document **documents = calloc(COUNT, sizeof *documents);
    assert_non_null(documents);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(hf_read(HF_T("1"), NULL, &documents[i], NULL), HF_OK);
    expect_dump(COUNT, " more, not listed\n", true);
    for (int i = 0; i < COUNT; i++)
        hf_document_drop(documents[i]);
    expect_dump(0, " more, not listed\n", false);
    free(documents);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_live_documents__documents_come_and_go),
        cmocka_unit_test(test_live_documents__a_line_for_each_call),
        cmocka_unit_test(test_live_documents__blocks_that_later_versions_keep),
        cmocka_unit_test(test_live_documents__more_than_fit_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
