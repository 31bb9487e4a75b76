/* test_build.c - documents by the builder: shape, lookup, limits, misuse, failing allocations. */
#include "unit.h"

#include <holdfast/build.h>
#include <holdfast/walk.h>

#include "documents.h"
#include "failing_allocator.h"
#include "misuse_hook.h"
#include "value/home.h"

static const hf__block_limits no_limits = {
    .bytes = UINT64_MAX, .mounts = UINT32_MAX, .foreigns = UINT32_MAX, .check_utf8 = true
};

/* The block must be what value_layout.h says. */
static void check_block(const hf_document *document)
{
    hf__block_limits limits = no_limits;
    hf_error error = { 0 };
    limits.bytes = document->block->block_bytes;
    limits.mounts = document->home.mount_count;
    if (hf__block_check(document->block, &limits, &error) != HF_OK)
        fail_msg("%s at %llu", error.detail, (unsigned long long)error.offset);
}

static hf_builder *builder_of(const hf_allocator *allocator)
{
    hf_builder *builder = NULL;
    hf_build_options options = { .allocator = allocator };
    return hf_builder_create(&options, &builder, NULL) == HF_OK ? builder : NULL;
}

/* {"name":"a text longer than inline","port":8080,"list":[1,[],{},-2.5,1e400,true,null],"k0":0,...} */
static hf_status build_sample(hf_builder *builder)
{
    hf_build_object(builder);
    hf_build_key(builder, HF_T("name"));
    hf_build_text(builder, HF_T("a text longer than inline"));
    hf_build_key(builder, HF_T("port"));
    hf_build_u64(builder, 8080);
    hf_build_key(builder, HF_T("list"));
    hf_build_array(builder);
    hf_build_i64(builder, 1);
    hf_build_array(builder);
    hf_build_end(builder);
    hf_build_object(builder);
    hf_build_end(builder);
    hf_build_double(builder, -2.5);
    hf_build_number(builder, HF_T("1e400"));
    hf_build_bool(builder, true);
    hf_build_null(builder);
    hf_build_end(builder);
    for (int i = 0; i < 20; i++) {
        char key[32];
        int length = snprintf(key, sizeof key, i % 2 ? "k%d" : "a key that is not inline %d", i);
        hf_build_key(builder, hf_text_of(key, (size_t)length));
        hf_build_i64(builder, i);
    }
    return hf_build_end(builder);
}

static void test_build__values_are_found_by_key_and_position(void **state)
{
    (void)state;
    hf_builder *builder = builder_of(NULL);
    hf_document *document = NULL;
    hf_error error;
    HF_EXPECT(build_sample(builder) == HF_OK);
    HF_EXPECT(hf_builder_finish(&builder, &document, &error) == HF_OK);
    HF_EXPECT(builder == NULL);
    check_block(document);
    hf_value root = hf_root(document);
    assert_int_equal(hf_count(root), 23);
    assert_int_equal(hf_as_u16(hf_get(root, HF_T("port")), 1), 8080);
    HF_EXPECT(hf_text_equal(hf_as_text(hf_get(root, HF_T("name")), HF_T("?")), HF_T("a text longer than inline")));
    for (int i = 0; i < 20; i++) {
        char key[32];
        int length = snprintf(key, sizeof key, i % 2 ? "k%d" : "a key that is not inline %d", i);
        hf_text text = hf_text_of(key, (size_t)length);
        assert_int_equal(hf_as_i64(hf_get(root, text), -1), i);
        assert_int_equal(hf_as_i64(hf_at(root, (uint64_t)i + 3), -1), i);
        HF_EXPECT(hf_text_equal(hf_key_at(root, (uint64_t)i + 3), text));
    }
    HF_EXPECT(hf_is_absent(hf_get(root, HF_T("none"))));
    HF_EXPECT(hf_is_absent(hf_get(hf_get(root, HF_T("none")), HF_T("deeper"))));
    hf_value list = hf_get(root, HF_T("list"));
    HF_EXPECT(hf_as_double(hf_at(list, 3), 0) == -2.5);
    HF_EXPECT(hf_kind_of(hf_at(list, 4)) == HF_KIND_NUMBER_TEXT);
    HF_EXPECT(hf_as_double(hf_at(list, 4), 7) == 7);
    HF_EXPECT(hf_text_equal(hf_number_text(hf_at(list, 4)), HF_T("1e400")));
    HF_EXPECT(hf_as_bool(hf_at(list, 5), false) && hf_is_null(hf_at(list, 6)) && hf_is_absent(hf_at(list, 7)));
    hf_document_drop(document);
}

static void test_build__of_equal_keys_the_last_is_found(void **state)
{
    (void)state;
    for (int members = 2; members < 40; members += 7) {
        hf_builder *builder = builder_of(NULL);
        hf_document *document = NULL;
        hf_build_object(builder);
        for (int i = 0; i < members; i++) {
            hf_build_key(builder, i % 2 ? HF_T("odd") : HF_T("even"));
            hf_build_i64(builder, i);
        }
        hf_build_end(builder);
        HF_EXPECT(hf_builder_finish(&builder, &document, NULL) == HF_OK);
        assert_int_equal(hf_as_i64(hf_get(hf_root(document), HF_T("odd")), -1), (members - 1) % 2 ? members - 1 : members - 2);
        assert_int_equal(hf_count(hf_root(document)), members);
        hf_document_drop(document);
    }
}

static void test_build__mounts_are_transparent_and_held(void **state)
{
    (void)state;
    hf_builder *builder = builder_of(NULL);
    hf_document *inner = NULL, *outer = NULL;
    build_sample(builder);
    HF_EXPECT(hf_builder_finish(&builder, &inner, NULL) == HF_OK);
    builder = builder_of(NULL);
    hf_build_object(builder);
    hf_build_key(builder, HF_T("whole"));
    hf_build_mount(builder, hf_root(inner));
    hf_build_key(builder, HF_T("part"));
    hf_build_mount(builder, hf_get(hf_root(inner), HF_T("list")));
    hf_build_end(builder);
    HF_EXPECT(hf_builder_finish(&builder, &outer, NULL) == HF_OK);
    check_block(outer);
    hf_document_info inner_info = hf_document_get_info(inner), info = hf_document_get_info(outer);
    assert_int_equal(inner_info.holders, 3);
    assert_int_equal(info.values, 3);
    assert_int_equal(info.values_expanded, 1 + inner_info.values + 8);
    assert_int_equal(info.depth, 3);
    hf_document_drop(inner);
    hf_value root = hf_root(outer);
    assert_int_equal(hf_as_u16(hf_get(hf_get(root, HF_T("whole")), HF_T("port")), 0), 8080);
    assert_int_equal(hf_count(hf_get(root, HF_T("part"))), 7);
    hf_walk walk;
    uint64_t events = 0;
    hf_walk_init(&walk, root, NULL);
    while (hf_walk_next(&walk))
        events++;
    HF_EXPECT(hf_walk_finish(&walk) == HF_WALK_DONE);
    assert_int_equal(walk.values, info.values_expanded);
    assert_int_equal(events, info.values_expanded + 1 + 4 + 3); /* and a LEAVE for each container */
    hf_document_drop(outer);
}

static void test_build__doublings_by_mounting_saturate_and_drop(void **state)
{
    (void)state;
    hf_document *below = NULL;
    hf_builder *builder = builder_of(NULL);
    hf_build_null(builder);
    HF_EXPECT(hf_builder_finish(&builder, &below, NULL) == HF_OK);
    for (int i = 0; i < 16; i++) {
        hf_document *above = NULL;
        builder = builder_of(NULL);
        hf_build_array(builder);
        hf_build_mount(builder, hf_root(below));
        hf_build_mount(builder, hf_root(below));
        hf_build_end(builder);
        HF_EXPECT(hf_builder_finish(&builder, &above, NULL) == HF_OK);
        hf_document_drop(below);
        below = above;
    }
    hf_document_info info = hf_document_get_info(below);
    assert_int_equal(info.values_expanded, (1 << 17) - 1);
    assert_int_equal(info.mount_depth, 16);
    hf_walk walk;
    hf_walk_init(&walk, hf_root(below), NULL);
    while (hf_walk_next(&walk))
        HF_EXPECT(walk.depth <= 16);
    assert_int_equal(walk.values, info.values_expanded);
    hf_document_drop(below);
}

static void test_build__a_builder_that_is_none_is_misuse(void **state)
{
    (void)state;
    hf_document *document = NULL, *other = test_read("[1]");
    hf_builder *none = NULL;
    hf_error error = { 0 };
    EXPECT_MISUSE(hf_build_object(NULL), HF_MISUSE);
    EXPECT_MISUSE(hf_build_end(NULL), HF_MISUSE);
    EXPECT_MISUSE(hf_build_key(NULL, HF_T("a")), HF_MISUSE);
    EXPECT_MISUSE(hf_build_i64(NULL, 1), HF_MISUSE);
    EXPECT_MISUSE(hf_build_double(NULL, 1), HF_MISUSE);
    EXPECT_MISUSE(hf_build_number(NULL, HF_T("1")), HF_MISUSE);
    EXPECT_MISUSE(hf_build_text(NULL, HF_T("a")), HF_MISUSE);
    EXPECT_MISUSE(hf_build_bytes(NULL, HF_T("a")), HF_MISUSE);
    EXPECT_MISUSE(hf_build_copy(NULL, hf_root(other)), HF_MISUSE);
    EXPECT_MISUSE(hf_build_copy(NULL, hf_absent()), HF_MISUSE);
    EXPECT_MISUSE(hf_build_mount(NULL, hf_root(other)), HF_MISUSE);
    EXPECT_MISUSE(hf_builder_status(NULL), HF_MISUSE);
    EXPECT_MISUSE(hf_builder_finish(&none, &document, &error), HF_MISUSE);
    HF_EXPECT(error.status == HF_MISUSE && document == NULL);
    hf_document_drop(other);
}

static void test_build__misuse_is_named_with_its_place(void **state)
{
    (void)state;
    hf_builder *builder = builder_of(NULL);
    hf_document *document = NULL;
    hf_error error = { 0 };
    hf_build_object(builder);
    hf_build_key(builder, HF_T("a/b"));
    hf_build_array(builder);
    hf_build_null(builder);
    HF_EXPECT(hf_build_text(builder, HF_T("\xff")) == HF_BAD_UTF8);
    HF_EXPECT(hf_build_null(builder) == HF_BAD_UTF8);
    HF_EXPECT(hf_builder_finish(&builder, &document, &error) == HF_BAD_UTF8);
    assert_string_equal(error.pointer, "/a~1b/1");
    builder = builder_of(NULL);
    hf_build_object(builder);
    HF_EXPECT(hf_build_null(builder) == HF_MISUSE);
    hf_builder_destroy(builder);
    builder = builder_of(NULL);
    HF_EXPECT(hf_builder_finish(&builder, &document, &error) == HF_MISUSE);
    HF_EXPECT(document == NULL);
}

static void test_build__refuses_duplicates_when_asked(void **state)
{
    (void)state;
    for (int members = 2; members <= 64; members *= 2) {
        hf_builder *builder = NULL;
        hf_document *document = NULL;
        hf_error error = { 0 };
        HF_EXPECT(hf_builder_create(&(hf_build_options){ .refuse_duplicates = true }, &builder, NULL) == HF_OK);
        hf_build_array(builder);
        hf_build_object(builder);
        for (int i = 0; i < members; i++) {
            char key[16];
            int length = snprintf(key, sizeof key, "k%d", i == members - 1 ? 0 : i);
            hf_build_key(builder, hf_text_of(key, (size_t)length));
            hf_build_null(builder);
        }
        hf_build_end(builder);
        hf_build_end(builder);
        HF_EXPECT(hf_builder_finish(&builder, &document, &error) == HF_DUPLICATE_KEY);
        assert_string_equal(error.pointer, "/0/k0");
    }
}

static void test_build__survives_every_failing_allocation(void **state)
{
    (void)state;
    HF_OOM_LOOP(nth) {
        hf_builder *builder = builder_of(nth);
        hf_document *document = NULL, *outer = NULL;
        if (builder == NULL)
            continue;
        hf_status status = build_sample(builder);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        status = hf_builder_finish(&builder, &document, NULL);
        HF_EXPECT((status == HF_OK) == (document != NULL));
        if (document == NULL)
            continue;
        assert_int_equal(hf_as_i64(hf_get(hf_root(document), HF_T("k7")), -1), 7); /* with or without index */
        builder = builder_of(nth);
        if (builder != NULL) {
            hf_build_array(builder);
            for (int i = 0; i < 9; i++)
                hf_build_mount(builder, hf_root(document));
            hf_build_end(builder);
            status = hf_builder_finish(&builder, &outer, NULL);
            HF_EXPECT((status == HF_OK) == (outer != NULL));
        }
        hf_document_drop(outer);
        hf_document_drop(document);
    }
}

static void test_build__budget_is_charged_exactly(void **state)
{
    (void)state;
    hf_budget *budget = NULL;
    HF_EXPECT(hf_budget_create(NULL, &budget, NULL) == HF_OK);
    hf_builder *builder = NULL;
    hf_document *document = NULL;
    HF_EXPECT(hf_builder_create(&(hf_build_options){ .budget = budget }, &builder, NULL) == HF_OK);
    build_sample(builder);
    HF_EXPECT(hf_builder_finish(&builder, &document, NULL) == HF_OK);
    assert_int_equal(hf_budget_count(budget).current, hf_document_get_info(document).bytes);
    HF_EXPECT(hf_document_index(document, NULL) == HF_OK);
    HF_EXPECT(hf_document_get_info(document).index_bytes > 0);
    assert_int_equal(hf_budget_count(budget).current, hf_document_get_info(document).bytes);
    hf_document_drop(document);
    assert_int_equal(hf_budget_count(budget).current, 0);
    hf_budget_drop(budget);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_build__values_are_found_by_key_and_position),
        cmocka_unit_test(test_build__of_equal_keys_the_last_is_found),
        cmocka_unit_test(test_build__mounts_are_transparent_and_held),
        cmocka_unit_test(test_build__doublings_by_mounting_saturate_and_drop),
        cmocka_unit_test(test_build__misuse_is_named_with_its_place),
        cmocka_unit_test(test_build__a_builder_that_is_none_is_misuse),
        cmocka_unit_test(test_build__refuses_duplicates_when_asked),
        cmocka_unit_test(test_build__survives_every_failing_allocation),
        cmocka_unit_test(test_build__budget_is_charged_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
