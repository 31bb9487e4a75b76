/* test_writer_rare.c - what is written in the place of mounts, links, bytes and foreign values, or refused. */
#include <holdfast/build.h>

#include "documents.h"
#include "failing_allocator.h"
#include "unit.h"
#include "value/home.h"
#include "written.h"

#include <stdio.h>

/* Parts of a document, mounted in another: as if they were copied. */
static void test_writer_rare__mounts_are_written_in_place(void **state)
{
    (void)state;
    hf_document *base = test_read("{\"x\": [1.50, {\"y\": 2}], \"z\": 7e0}");
    hf_builder  *builder = NULL;
    hf_document *outer = NULL, *top = NULL;
    assert_int_equal(hf_builder_create(NULL, &builder, NULL), HF_OK);
    hf_build_object(builder);
    hf_build_key(builder, HF_T("whole"));
    hf_build_mount(builder, hf_root(base));
    hf_build_key(builder, HF_T("parts"));
    hf_build_array(builder);
    hf_build_mount(builder, hf_get(hf_root(base), HF_T("x")));
    hf_build_mount(builder, hf_get(hf_root(base), HF_T("z")));
    hf_build_end(builder);
    hf_build_end(builder);
    assert_int_equal(hf_builder_finish(&builder, &outer, NULL), HF_OK);
    test_expect_written(hf_root(outer), NULL,
                   "{\"whole\":{\"x\":[1.50,{\"y\":2}],\"z\":7e0},\"parts\":[[1.50,{\"y\":2}],7e0]}");
    test_expect_written(hf_get(hf_root(outer), HF_T("parts")), &(hf_write_options){ .pretty = true },
                   "[\n  [\n    1.50,\n    {\n      \"y\": 2\n    }\n  ],\n  7e0\n]");
    assert_int_equal(hf_builder_create(NULL, &builder, NULL), HF_OK);
    hf_build_mount(builder, hf_root(outer));
    assert_int_equal(hf_builder_finish(&builder, &top, NULL), HF_OK);
    test_expect_written(hf_at(hf_get(hf_root(top), HF_T("parts")), 1), NULL, "7e0");
    hf_document_drop(base);
    hf_document_drop(outer);
    hf_document_drop(top);
}

/* ---- what has no JSON form --------------------------------------------------------------- */

/* {"a": [X], "b": 1} with X turned into a slot of another kind, as a draft would make it. */
static hf_document *document_with(uint64_t lo, hf__foreign *foreign)
{
    hf_document *document =
        test_read_with("{\"a\": [null], \"b\": 1}", &(hf_read_options){ .drop_text = true });
    hf_value  value = hf_at(hf_get(hf_root(document), HF_T("a")), 0);
    hf__slot *slot = (hf__slot *)(uintptr_t)value.slot;
    slot->lo = lo;
    slot->hi = 0;
    static const hf__link_target to_root = { .slot = 0 };
    document->home.foreigns = foreign;
    document->home.foreign_count = foreign != NULL;
    document->home.links = &to_root;
    document->home.link_count = 1;
    return document;
}

static void drop_with(hf_document *document)
{
    document->home.foreigns = NULL;
    document->home.foreign_count = 0;
    document->home.link_count = 0;
    hf_document_drop(document);
}

static void test_writer_rare__links(void **state)
{
    (void)state;
    hf_document *document = document_with(HF__LINK, NULL);
    hf_value     root = hf_root(document);
    test_expect_refused(root, NULL, HF_NOT_REPRESENTABLE, "/a/0");
    test_expect_written(root, &(hf_write_options){ .links = HF_WRITE_LINKS_NULL }, "{\"a\":[null],\"b\":1}");
    test_expect_written(root, &(hf_write_options){ .links = HF_WRITE_LINKS_TEXT, .link_text = HF_T("<\"link\">") },
                   "{\"a\":[\"<\\\"link\\\">\"],\"b\":1}");
    drop_with(document);
}

static void test_writer_rare__bytes_as_base64(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *text;
    } vectors[] = { { "", "" },
                    { "f", "Zg==" },
                    { "fo", "Zm8=" },
                    { "foo", "Zm9v" },
                    { "foob", "Zm9vYg==" },
                    { "fooba", "Zm9vYmE=" },
                    { "foobar", "Zm9vYmFy" },
                    { "\xff\xfe\xfd", "//79" } };
    hf_builder  *builder = NULL;
    hf_document *document = NULL;
    char         expected[256] = "[", *to = expected + 1;
    assert_int_equal(hf_builder_create(NULL, &builder, NULL), HF_OK);
    hf_build_array(builder);
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        hf_build_bytes(builder, hf_text_from_cstr(vectors[i].bytes));
        to += sprintf(to, "\"%s\",", vectors[i].text);
    }
    to[-1] = ']';
    hf_build_end(builder);
    assert_int_equal(hf_builder_finish(&builder, &document, NULL), HF_OK);
    test_expect_refused(hf_root(document), NULL, HF_NOT_REPRESENTABLE, "/0");
    test_expect_written(hf_root(document), &(hf_write_options){ .bytes = HF_WRITE_BYTES_BASE64 }, expected);
    hf_document_drop(document);
}

static void release_nothing(void *object)
{
    (void)object;
}

static hf_status write_pair(void *object, hf_builder *into)
{
    hf_build_array(into);
    hf_build_text(into, HF_T("it"));
    hf_build_i64(into, *(const int *)object);
    return hf_build_end(into);
}

static hf_status write_nothing(void *object, hf_builder *into)
{
    (void)object;
    (void)into;
    return HF_CANCELLED;
}

static hf_status write_unfinished(void *object, hf_builder *into)
{
    (void)object;
    return hf_build_array(into);
}

static hf_status write_bytes(void *object, hf_builder *into)
{
    (void)object;
    return hf_build_bytes(into, HF_T("raw"));
}

static void test_writer_rare__foreign_values_need_their_hook(void **state)
{
    (void)state;
    int              number = 42;
    hf_foreign_hooks hooks = { .name = "socket", .release = release_nothing };
    hf__foreign      foreign = { .hooks = &hooks, .object = &number };
    hf_document     *document = document_with(HF__EXTENSION | HF__EXT_FOREIGN << 8, &foreign);
    hf_value         root = hf_root(document);
    test_expect_refused(root, NULL, HF_FOREIGN, "/a/0");
    hooks.write = write_pair;
    test_expect_written(root, NULL, "{\"a\":[[\"it\",42]],\"b\":1}");
    test_expect_written(hf_get(root, HF_T("a")), &(hf_write_options){ .pretty = true },
                   "[\n  [\n    \"it\",\n    42\n  ]\n]");
    hooks.write = write_nothing;
    test_expect_refused(root, NULL, HF_CANCELLED, "/a/0");
    hooks.write = write_bytes; /* what it built has no JSON form */
    test_expect_refused(root, NULL, HF_NOT_REPRESENTABLE, "/a/0");
    drop_with(document);
}

static void test_writer_rare__foreign_hook_that_does_not_finish(void **state)
{
    (void)state;
    int              number = 42;
    hf_foreign_hooks hooks = { .name = "socket", .release = release_nothing, .write = write_unfinished };
    hf__foreign      foreign = { .hooks = &hooks, .object = &number };
    hf_document     *document = document_with(HF__EXTENSION | HF__EXT_FOREIGN << 8, &foreign);
    hf_buffer        buffer = HF_BUFFER_INIT(100);
    hf_status        status = hf_write(hf_root(document), NULL, &buffer, NULL);
    assert_true(status != HF_OK);
    assert_int_equal(buffer.length, 0);
    hf_buffer_release(&buffer);
    drop_with(document);
}

static void test_writer_rare__out_of_memory_leaves_the_buffer(void **state)
{
    (void)state;
    int              number = 1;
    hf_foreign_hooks hooks = { .name = "socket", .release = release_nothing, .write = write_pair };
    hf__foreign      foreign = { .hooks = &hooks, .object = &number };
    hf_document     *document = document_with(HF__EXTENSION | HF__EXT_FOREIGN << 8, &foreign);
    HF_OOM_LOOP (nth)
        test_expect_written_or_kept(hf_root(document), nth);
    drop_with(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writer_rare__mounts_are_written_in_place),
        cmocka_unit_test(test_writer_rare__links),
        cmocka_unit_test(test_writer_rare__bytes_as_base64),
        cmocka_unit_test(test_writer_rare__foreign_values_need_their_hook),
        cmocka_unit_test(test_writer_rare__foreign_hook_that_does_not_finish),
        cmocka_unit_test(test_writer_rare__out_of_memory_leaves_the_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
