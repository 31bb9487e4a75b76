/* test_size.c - measuring: what is counted, what is shared, what is spelled out by hand. */
#include "unit.h"

#include <holdfast/build.h>
#include <holdfast/draft.h>
#include <holdfast/size.h>

#include "documents.h"

static hf_size measured(hf_value value)
{
    hf_size size;
    HF_EXPECT(hf_measure(value, &size, NULL) == HF_OK);
    return size;
}

static void test_size__counts_what_is_there(void **state)
{
    (void)state;
    hf_document *document = test_read("{\"a\":[1,2.5,\"text\",\"a text that is not inline\"],\"longer than inline\":null}");
    hf_size size = measured(hf_root(document));
    assert_int_equal(size.values, 7);
    assert_int_equal(size.values_expanded, 7);
    assert_int_equal(size.keys, 2);
    assert_int_equal(size.key_bytes, 1 + 18);
    assert_int_equal(size.text_bytes, 4 + 25);
    assert_int_equal(size.depth, 2);
    assert_int_equal(size.depths[0], 1);
    assert_int_equal(size.depths[1], 2);
    assert_int_equal(size.depths[2], 4);
    assert_int_equal(size.kinds[HF_KIND_TEXT], 2);
    assert_int_equal(size.kinds[HF_KIND_NULL], 1);
    assert_int_equal(size.kinds[HF_KIND_OBJECT] + size.kinds[HF_KIND_ARRAY], 2);
    assert_int_equal(size.shallow_bytes, 32);
    /* 7 values and 2 closing slots and 2 keys of 16 bytes, long text and key, spellings "1" and "2.5" */
    assert_int_equal(size.deep_bytes, 11 * 16 + 25 + 18 + 1 + 3);
    hf_document_info info = hf_document_get_info(document);
    assert_int_equal(size.deep_bytes + size.slack_bytes + size.index_bytes, info.bytes);
    hf_document_drop(document);
}

static void test_size__mounted_documents_are_shared_and_counted_once(void **state)
{
    (void)state;
    hf_document *inner = test_read("[1,2,3,4]");
    hf_builder *builder = NULL;
    hf_document *outer = NULL;
    HF_EXPECT(hf_builder_create(NULL, &builder, NULL) == HF_OK);
    hf_build_array(builder);
    for (int i = 0; i < 100; i++)
        hf_build_mount(builder, hf_root(inner));
    hf_build_mount(builder, hf_at(hf_root(inner), 2));
    hf_build_end(builder);
    HF_EXPECT(hf_builder_finish(&builder, &outer, NULL) == HF_OK);
    hf_size size = measured(hf_root(outer));
    assert_int_equal(size.documents, 1);
    assert_int_equal(size.shared_bytes, hf_document_get_info(inner).bytes);
    assert_int_equal(size.values, 1);
    assert_int_equal(size.values_expanded, 1 + 100 * 5 + 1);
    assert_int_equal(size.deep_bytes, 103 * 16);
    hf_document_drop(inner);
    hf_document_drop(outer);
}

/* {"wide":[200 texts],"a":(first),"b":(second)}, both mounted. */
static hf_document *wide_mounting(const hf_document *first, const hf_document *second)
{
    hf_draft *draft = NULL;
    hf_document *made = NULL;
    HF_EXPECT(hf_draft_create(NULL, &draft, NULL) == HF_OK && hf_set_object(draft, HF_T(""), NULL) == HF_OK);
    HF_EXPECT(hf_set_array(draft, HF_T("/wide"), NULL) == HF_OK);
    for (int i = 0; i < 200; i++)
        HF_EXPECT(hf_draft_append(draft, hf_place_at(HF_T("/wide")), hf_item_text(HF_T("a text that is not inline")), NULL) == HF_OK);
    HF_EXPECT(hf_mount(draft, HF_T("/a"), first, NULL) == HF_OK && hf_mount(draft, HF_T("/b"), second, NULL) == HF_OK);
    HF_EXPECT(hf_freeze(&draft, &made, NULL) == HF_OK);
    return made;
}

/* The version before is held for its block only: what it alone mounts is none of the next one's. */
static void test_size__earlier_versions_are_shared_by_their_blocks(void **state)
{
    (void)state;
    hf_document *first = test_read("[1,2,3]"), *second = test_read("[4]"), *before = wide_mounting(first, second), *after = NULL;
    hf_draft *draft = NULL;
    HF_EXPECT(hf_edit(before, &draft, NULL) == HF_OK && hf_remove(draft, HF_T("/a"), NULL) == HF_OK);
    HF_EXPECT(hf_freeze(&draft, &after, NULL) == HF_OK);
    hf_size size = measured(hf_root(after));
    assert_int_equal(size.documents, 2);
    assert_int_equal(size.shared_bytes, hf_document_get_info(before).bytes + hf_document_get_info(second).bytes);
    uint64_t bytes = hf_document_get_info(before).bytes;
    hf_document_drop(first);
    hf_document_drop(before);
    hf_size later = measured(hf_root(after));
    assert_int_equal(later.documents, 2);
    assert_in_range(later.shared_bytes, 1, size.shared_bytes);
    assert_int_equal(later.deep_bytes, size.deep_bytes);
    /* The same through a mount, where the entry of what was removed is empty. */
    hf_document *outer = wide_mounting(after, second);
    hf_size around = measured(hf_root(outer));
    assert_int_equal(around.documents, 3);
    assert_int_equal(around.shared_bytes, hf_document_get_info(after).bytes + later.shared_bytes);
    assert_true(later.shared_bytes - hf_document_get_info(second).bytes < bytes);
    hf_document_drop(second);
    hf_document_drop(after);
    hf_document_drop(outer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_size__counts_what_is_there),
        cmocka_unit_test(test_size__mounted_documents_are_shared_and_counted_once),
        cmocka_unit_test(test_size__earlier_versions_are_shared_by_their_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
