/* test_clone.c - private copies: whole, part, expanded; allocations pinned; links and foreign values. */
#include "unit.h"

#include <holdfast/build.h>
#include <holdfast/draft.h>
#include <holdfast/pointer.h>
#include <stdlib.h>

#include "documents.h"
#include "failing_allocator.h"
#include "value/home.h"

static const char sample[] =
    "{\"id\":12345678901234567890,\"price\":0.1000,\"huge\":1e400,\"flags\":[true,false,null,-1,2.5],"
    "\"name\":\"a longer text with an escape \\u00e9 \\n inside of it\",\"plain\":\"a longer text without an escape\","
    "\"sub\":{\"text\":\"another long text, second \\\"quoted\\\"\",\"list\":[[],{},[[1]],\"short\"],\"n\":1.50}}";

static hf_document *clone_of(hf_value value)
{
    hf_document *copy = NULL;
    hf_error error;
    if (hf_clone_part(value, NULL, NULL, &copy, &error) != HF_OK) {
        hf_error_print(stderr, &error);
        fail();
    }
    test_check_block(copy);
    return copy;
}

static void test_clone__whole_is_equal_and_independent(void **state)
{
    (void)state;
    hf_document *document = test_read(sample), *copy = clone_of(hf_root(document));
    HF_EXPECT(test_equal(hf_root(document), hf_root(copy)));
    hf_document_drop(document);
    HF_EXPECT(hf_text_equal(hf_number_text(hf_get(hf_root(copy), HF_T("price"))), HF_T("0.1000")));
    HF_EXPECT(hf_as_u64(hf_get(hf_root(copy), HF_T("id")), 0) == 12345678901234567890u);
    hf_document_drop(copy);
}

static void test_clone__part_takes_its_text_along(void **state)
{
    (void)state;
    hf_document *document = test_read(sample);
    for (uint64_t i = 0; i < hf_count(hf_root(document)); i++) {
        hf_value part = hf_at(hf_root(document), i);
        hf_document *copy = clone_of(part);
        HF_EXPECT(test_equal(part, hf_root(copy)));
        HF_EXPECT(hf_text_equal(hf_number_text(part), hf_number_text(hf_root(copy))));
        HF_EXPECT(hf_document_get_info(copy).block_bytes < hf_document_get_info(document).block_bytes);
        hf_document_drop(copy);
    }
    hf_document_drop(document);
}

static void test_clone__borrowed_text_is_copied(void **state)
{
    (void)state;
    char *text = strdup(sample);
    hf_document *document = NULL;
    hf_read_options options = { .text = HF_TEXT_BORROWED };
    HF_EXPECT(hf_read(hf_text_from_cstr(text), &options, &document, NULL) == HF_OK);
    hf_document *copy = clone_of(hf_root(document)), *own = test_read(sample);
    hf_document_drop(document);
    memset(text, 'x', strlen(text));
    free(text);
    HF_EXPECT(test_equal(hf_root(own), hf_root(copy)));
    hf_document_drop(copy);
    hf_document_drop(own);
}

static hf_document *mounting(const hf_document *inner)
{
    hf_builder *builder = NULL;
    hf_document *outer = NULL;
    HF_EXPECT(hf_builder_create(NULL, &builder, NULL) == HF_OK);
    hf_build_object(builder);
    hf_build_key(builder, HF_T("all"));
    hf_build_mount(builder, hf_root(inner));
    hf_build_key(builder, HF_T("a key that is longer than inline"));
    hf_build_array(builder);
    hf_build_mount(builder, hf_get(hf_root(inner), HF_T("sub")));
    hf_build_mount(builder, hf_get(hf_root(inner), HF_T("price")));
    hf_build_end(builder);
    hf_build_end(builder);
    HF_EXPECT(hf_builder_finish(&builder, &outer, NULL) == HF_OK);
    return outer;
}

static void test_clone__mounts_are_copied_in(void **state)
{
    (void)state;
    hf_document *inner = test_read(sample), *outer = mounting(inner), *copy = clone_of(hf_root(outer));
    HF_EXPECT(hf_document_get_info(copy).mounts == 0);
    HF_EXPECT(hf_document_get_info(copy).values == hf_document_get_info(outer).values_expanded);
    HF_EXPECT(test_equal(hf_root(outer), hf_root(copy)));
    hf_document_drop(inner);
    hf_document_drop(outer);
    HF_EXPECT(hf_text_equal(hf_number_text(hf_at_pointer(hf_root(copy), HF_T("/all/price"))), HF_T("0.1000")));
    hf_document_drop(copy);
}

static void test_clone__allocations_are_pinned(void **state)
{
    (void)state;
    hf_document *document = test_read(sample), *copy = NULL;
    test_allocator counting;
    test_allocator_init(&counting);
    hf_document *held = hf_document_hold(document);
    HF_EXPECT(held == document && counting.requests == 0);
    hf_document_drop(held);
    HF_EXPECT(hf_document_clone(document, &counting.base, NULL, &copy, NULL) == HF_OK);
    assert_int_equal(counting.requests, 2);
    hf_document_drop(copy);
    HF_EXPECT(hf_clone_part(hf_get(hf_root(document), HF_T("sub")), &counting.base, NULL, &copy, NULL) == HF_OK);
    assert_int_equal(counting.requests, 4);
    hf_document_drop(copy);
    hf_document *outer = mounting(document);
    HF_EXPECT(hf_document_clone(outer, &counting.base, NULL, &copy, NULL) == HF_OK);
    assert_int_equal(counting.requests, 6);
    hf_document_drop(copy);
    hf_document_drop(outer);
    hf_document_drop(document);
    assert_int_equal(test_allocator_release(&counting), 0);
}

static void test_clone__survives_every_failing_allocation(void **state)
{
    (void)state;
    hf_document *document = test_read(sample), *outer = mounting(document);
    HF_OOM_LOOP(nth) {
        hf_document *whole = NULL, *part = NULL, *expanded = NULL;
        hf_status status = hf_document_clone(document, nth, NULL, &whole, NULL);
        HF_EXPECT((status == HF_OK) == (whole != NULL) && (status == HF_OK || status == HF_NO_MEMORY));
        status = hf_clone_part(hf_get(hf_root(document), HF_T("sub")), nth, NULL, &part, NULL);
        HF_EXPECT((status == HF_OK) == (part != NULL));
        status = hf_document_clone(outer, nth, NULL, &expanded, NULL);
        HF_EXPECT((status == HF_OK) == (expanded != NULL));
        hf_document_drop(whole);
        hf_document_drop(part);
        hf_document_drop(expanded);
    }
    hf_document_drop(outer);
    hf_document_drop(document);
}

/* ---- parts of earlier versions ----------------------------------------------------------- */

/* The document with a member more; consumed. */
static hf_document *version_of(hf_document *before)
{
    hf_draft *draft = NULL;
    hf_document *version = NULL;
    HF_EXPECT(hf_edit(before, &draft, NULL) == HF_OK && hf_set_i64(draft, HF_T("/new"), 1, NULL) == HF_OK);
    HF_EXPECT(hf_freeze(&draft, &version, NULL) == HF_OK);
    hf_document_drop(before);
    return version;
}

static void free_text(void *context, const char *bytes, size_t length)
{
    (void)context, (void)length;
    free((char *)(uintptr_t)bytes);
}

/* Its block, and the text beside that, belong to the version before: two stretches, far from each other. */
static void test_clone__part_of_an_earlier_version(void **state)
{
    (void)state;
    enum { PAD = 20000 };
    char *text = malloc(sizeof sample + PAD + 32);
    size_t length = (size_t)sprintf(text, "{\"part\":%s,\"pad\":\"", sample);
    memset(text + length, 'x', PAD); /* so that the block is kept */
    memcpy(text + length + PAD, "\"}", 2);
    hf_read_options options = { .text = HF_TEXT_CONSUMED, .release = free_text };
    hf_document *before = NULL, *own = test_read(sample);
    HF_EXPECT(hf_read(hf_text_of(text, length + PAD + 2), &options, &before, NULL) == HF_OK);
    hf_document *version = version_of(before), *copy = clone_of(hf_get(hf_root(version), HF_T("part")));
    HF_EXPECT(test_equal(hf_root(copy), hf_root(own)));
    HF_EXPECT(hf_text_equal(hf_number_text(hf_get(hf_root(copy), HF_T("price"))), HF_T("0.1000")));
    HF_EXPECT(hf_document_get_info(copy).block_bytes < 4096);
    hf_document_drop(version);
    HF_EXPECT(test_equal(hf_root(copy), hf_root(own)));
    hf_document_drop(copy);
    hf_document_drop(own);
}

static void keep(void *object)
{
    (void)object;
}

/* The place of what cannot be copied counts from the part: nothing leads out of an earlier block. */
static void test_clone__refusal_in_an_earlier_version_has_its_place(void **state)
{
    (void)state;
    static const hf_foreign_hooks hooks = { "lock", keep, NULL, NULL };
    static int lock;
    char pad[20000];
    memset(pad, 'x', sizeof pad);
    hf_draft *draft = NULL;
    hf_document *version = NULL, *copy = NULL;
    hf_error error;
    HF_EXPECT(hf_draft_create(NULL, &draft, NULL) == HF_OK && hf_set_object(draft, HF_T(""), NULL) == HF_OK);
    HF_EXPECT(hf_set_text(draft, HF_T("/pad"), hf_text_of(pad, sizeof pad), NULL) == HF_OK);
    HF_EXPECT(hf_set_object(draft, HF_T("/part"), NULL) == HF_OK);
    HF_EXPECT(hf_draft_set(draft, hf_place_at(HF_T("/part/a")), hf_item_foreign(&hooks, &lock), NULL) == HF_OK);
    HF_EXPECT(hf_freeze(&draft, &version, NULL) == HF_OK);
    for (int i = 0; i < 2; i++) {
        HF_EXPECT(hf_clone_part(hf_get(hf_root(version), HF_T("part")), NULL, NULL, &copy, &error) == HF_FOREIGN);
        assert_string_equal(error.pointer, "/a");
        version = version_of(version);
    }
    hf_document_drop(version);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clone__whole_is_equal_and_independent),
        cmocka_unit_test(test_clone__part_takes_its_text_along),
        cmocka_unit_test(test_clone__borrowed_text_is_copied),
        cmocka_unit_test(test_clone__mounts_are_copied_in),
        cmocka_unit_test(test_clone__allocations_are_pinned),
        cmocka_unit_test(test_clone__part_of_an_earlier_version),
        cmocka_unit_test(test_clone__refusal_in_an_earlier_version_has_its_place),
        cmocka_unit_test(test_clone__survives_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
