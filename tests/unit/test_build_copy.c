/* test_build_copy.c - lib/walk/build_copy.c: values of other documents copied into a builder, or refused. */
#include "unit.h"

#include <holdfast/build.h>
#include <holdfast/compare.h>
#include <holdfast/draft.h>
#include <holdfast/foreign.h>
#include <holdfast/link.h>
#include <holdfast/pointer.h>
#include <string.h>

#include "deep_stack.h"
#include "documents.h"
#include "failing_allocator.h"

static const char sample[] =
    "{\"id\":12345678901234567890,\"price\":0.1000,\"huge\":1e400,\"flags\":[true,false,null,-1,2.5],"
    "\"\":\"an empty key\",\"escaped\":\"\\u00e9 \\n \\u0000 inside of a longer text\","
    "\"sub\":{\"list\":[[],{},[[1]],\"short\"],\"n\":1.50}}";

static hf_builder *builder_of(const hf_allocator *allocator)
{
    hf_builder *builder = NULL;
    hf_build_options options = { .allocator = allocator };
    return hf_builder_create(&options, &builder, NULL) == HF_OK ? builder : NULL;
}

/* {"before":1,"copy":VALUE,"after":[VALUE,VALUE]} */
static hf_status build_around(hf_builder *builder, hf_value value)
{
    hf_build_object(builder);
    hf_build_key(builder, HF_T("before"));
    hf_build_i64(builder, 1);
    hf_build_key(builder, HF_T("copy"));
    hf_build_copy(builder, value);
    hf_build_key(builder, HF_T("after"));
    hf_build_array(builder);
    hf_build_copy(builder, value);
    hf_build_copy(builder, value);
    hf_build_end(builder);
    return hf_build_end(builder);
}

static void check_around(hf_document *document, hf_value value)
{
    hf_value root = hf_root(document);
    test_check_block(document);
    assert_int_equal(hf_count(root), 3);
    HF_EXPECT(test_equal(hf_get(root, HF_T("copy")), value));
    HF_EXPECT(test_equal(hf_at_pointer(root, HF_T("/after/1")), value));
    HF_EXPECT(hf_text_equal(hf_number_text(hf_get(root, HF_T("copy"))), hf_number_text(value)));
    assert_int_equal(hf_document_get_info(document).mount_depth, 0);
}

static void test_build_copy__any_part_in_any_place(void **state)
{
    (void)state;
    static const char *const parts[] = { "", "/id", "/price", "/huge", "/flags", "/flags/2", "/", "/escaped", "/sub",
                                         "/sub/list", "/sub/list/0", "/sub/list/1", "/sub/n" };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        hf_document *source = test_read(sample), *document = NULL;
        hf_value part = hf_at_pointer(hf_root(source), hf_text_from_cstr(parts[i]));
        hf_builder *builder = builder_of(NULL);
        assert_int_equal(build_around(builder, part), HF_OK);
        assert_int_equal(hf_builder_status(builder), HF_OK);
        assert_int_equal(hf_builder_finish(&builder, &document, NULL), HF_OK);
        check_around(document, part);
        hf_document_drop(source);
        HF_EXPECT(test_equal(hf_get(hf_root(document), HF_T("copy")), hf_at_pointer(hf_root(document), HF_T("/after/0"))));
        hf_document_drop(document);
    }
}

static void test_build_copy__mounts_are_expanded(void **state)
{
    (void)state;
    hf_document *inner = test_read(sample), *outer = NULL, *document = NULL;
    hf_builder *builder = builder_of(NULL);
    hf_build_array(builder);
    hf_build_mount(builder, hf_root(inner));
    hf_build_mount(builder, hf_get(hf_root(inner), HF_T("sub")));
    hf_build_end(builder);
    assert_int_equal(hf_builder_finish(&builder, &outer, NULL), HF_OK);
    builder = builder_of(NULL);
    assert_int_equal(build_around(builder, hf_root(outer)), HF_OK);
    assert_int_equal(hf_builder_finish(&builder, &document, NULL), HF_OK);
    check_around(document, hf_root(outer));
    hf_document_drop(outer);
    assert_int_equal(hf_document_get_info(inner).holders, 1);
    hf_document_drop(inner);
    hf_document_drop(document);
}

static void release_nothing(void *object)
{
    (void)object;
}

/* A refusal sticks, names the place in what is built, and nothing comes out. */
static void expect_refused(hf_value value, hf_status status, const char *place)
{
    hf_builder *builder = builder_of(NULL);
    hf_document *document = NULL;
    hf_error error = { 0 };
    assert_int_equal(build_around(builder, value), status);
    assert_int_equal(hf_builder_status(builder), status);
    assert_int_equal(hf_builder_finish(&builder, &document, &error), status);
    assert_null(document);
    assert_int_equal(error.status, status);
    assert_string_equal(error.pointer, place);
}

static void test_build_copy__what_is_no_copy_is_refused(void **state)
{
    (void)state;
    static const hf_foreign_hooks hooks = { .name = "a lock", .release = release_nothing };
    static int   object;
    hf_draft    *draft = NULL;
    hf_document *document = NULL;
    assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
    assert_int_equal(hf_draft_set(draft, hf_place_at(HF_T("")), hf_item_object(), NULL), HF_OK);
    assert_int_equal(hf_draft_set(draft, hf_place_at(HF_T("/a")), hf_item_i64(1), NULL), HF_OK);
    assert_int_equal(hf_draft_set(draft, hf_place_at(HF_T("/lock")), hf_item_foreign(&hooks, &object), NULL), HF_OK);
    assert_int_equal(hf_draft_set(draft, hf_place_at(HF_T("/list")), hf_item_array(), NULL), HF_OK);
    assert_int_equal(hf_draft_link(draft, hf_place_at(HF_T("/list/-")), hf_place_at(HF_T("/a")), NULL), HF_OK);
    assert_int_equal(hf_freeze(&draft, &document, NULL), HF_OK);
    hf_value lock = hf_get(hf_root(document), HF_T("lock"));
    HF_EXPECT(hf_foreign_hooks_of(lock) == &hooks);
    assert_null(hf_foreign_hooks_of(hf_root(document)));
    assert_null(hf_foreign_hooks_of(hf_get(lock, HF_T("none"))));
    expect_refused(hf_root(document), HF_FOREIGN, "/copy/lock");
    expect_refused(hf_get(hf_root(document), HF_T("list")), HF_LINK_LEAVES, "/copy/0");
    expect_refused(lock, HF_FOREIGN, "/copy");
    expect_refused(hf_get(lock, HF_T("none")), HF_MISUSE, "/copy");
    hf_document_drop(document);
}

static const char *copy_a_million_levels(void *context)
{
    hf_document *source = context, *copy = NULL;
    hf_builder *builder = builder_of(NULL);
    bool equal = false;
    if (hf_build_copy(builder, hf_root(source)) != HF_OK)
        return "the copy was refused";
    if (hf_builder_finish(&builder, &copy, NULL) != HF_OK)
        return "the copy was not finished";
    if (hf_equal(hf_root(source), hf_root(copy), &equal) != HF_OK || !equal)
        return "the copy differs";
    hf_document_drop(copy);
    return NULL;
}

static void test_build_copy__a_million_levels(void **state)
{
    (void)state;
    for (const char *form = "aom"; *form != '\0'; form++) {
        hf_document *source = test_deep(1000000, *form);
        const char *failure = deep_stack_run(copy_a_million_levels, source);
        hf_document_drop(source);
        if (failure != NULL)
            fail_msg("form %c: %s", *form, failure);
    }
}

static void test_build_copy__each_failure_is_clean(void **state)
{
    (void)state;
    hf_document *source = test_read(sample);
    HF_OOM_LOOP(nth) {
        hf_document *document = NULL;
        hf_builder *builder = builder_of(nth);
        if (builder == NULL)
            continue;
        hf_status built = build_around(builder, hf_root(source));
        HF_EXPECT(built == HF_OK || built == HF_NO_MEMORY);
        hf_status status = hf_builder_finish(&builder, &document, NULL);
        HF_EXPECT(status == built || (built == HF_OK && status == HF_NO_MEMORY));
        if (status == HF_OK)
            check_around(document, hf_root(source));
        hf_document_drop(document);
    }
    hf_document_drop(source);
}

/* Where mounts would nest too deep a mount is a copy; of what is doubled as often, none is begun. */
static void test_build_copy__doublings_are_refused_at_once(void **state)
{
    (void)state;
    hf_document *document = test_read("[1]");
    hf_status status = HF_OK;
    for (int i = 0; i < 80 && status == HF_OK; i++) {
        hf_builder *builder = NULL;
        hf_document *next = NULL;
        HF_EXPECT(hf_builder_create(NULL, &builder, NULL) == HF_OK);
        hf_build_array(builder);
        hf_build_mount(builder, hf_root(document));
        hf_build_mount(builder, hf_root(document));
        hf_build_end(builder);
        status = hf_builder_finish(&builder, &next, NULL);
        HF_EXPECT((status == HF_OK) == (i < 64));
        if (status == HF_OK) {
            hf_document_drop(document);
            document = next;
        }
    }
    assert_int_equal(status, HF_LIMIT_VALUES);
    hf_document_drop(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_build_copy__any_part_in_any_place),
        cmocka_unit_test(test_build_copy__mounts_are_expanded),
        cmocka_unit_test(test_build_copy__what_is_no_copy_is_refused),
        cmocka_unit_test(test_build_copy__doublings_are_refused_at_once),
        cmocka_unit_test(test_build_copy__a_million_levels),
        cmocka_unit_test(test_build_copy__each_failure_is_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
