/* test_writer.c - the JSON writer: spelling, lines, sources, depth, failures. */
#include <holdfast/build.h>
#include <holdfast/read.h>
#include <holdfast/write.h>

#include "deep_stack.h"
#include "documents.h"
#include "failing_allocator.h"
#include "guard.h"
#include "levels.h"
#include "random.h"
#include "unit.h"
#include "written.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void expect_rewritten(const char *text, const hf_read_options *read, const hf_write_options *write,
                             const char *expected)
{
    hf_document *document = test_read_with(text, read);
    test_expect_written(hf_root(document), write, expected);
    hf_document_drop(document);
}

/* ---- spelling ---------------------------------------------------------------------------- */

static const char sample[] =
    " { \"a\" : [ 1 , -0 , 0.1000 , 1e400 , 18446744073709551616 , 1E2 ] ,\n"
    "\t\"\\u0062\\/\" : { } , \"long key, with a comma\" : \"text of some length, \\n escaped\" ,"
    " \"e\" : [ ] , \"t\" : true , \"f\" : false , \"n\" : null } ";

static void test_writer__what_was_read_comes_back_as_spelled(void **state)
{
    (void)state;
    expect_rewritten(sample, NULL, NULL,
                     "{\"a\":[1,-0,0.1000,1e400,18446744073709551616,1E2],\"\\u0062\\/\":{},"
                     "\"long key, with a comma\":\"text of some length, \\n "
                     "escaped\",\"e\":[],\"t\":true,\"f\":false,\"n\":null}");
}

static void test_writer__respelled_by_value(void **state)
{
    (void)state;
    static const char expected[] =
        "{\"a\":[1,-0.0,0.1,1e400,18446744073709551616,100.0],\"b/\":{},"
        "\"long key, with a comma\":\"text of some length, \\n escaped\",\"e\":[],\"t\":true,"
        "\"f\":false,\"n\":null}";
    hf_write_options respell = { .respell = true };
    expect_rewritten(sample, NULL, &respell, expected);
    expect_rewritten(sample, &(hf_read_options){ .numbers = HF_NUMBERS_AS_TEXT }, &respell, expected);
}

static void test_writer__without_source_numbers_keep_their_value(void **state)
{
    (void)state;
    expect_rewritten("[1.50, 2e0, -3, \"\\u00e9\"]", &(hf_read_options){ .drop_text = true }, NULL,
                     "[1.5,2.0,-3,\"\xc3\xa9\"]");
}

/* A relaxed reading is not written from its source. */
static void test_writer__relaxed_source_is_not_copied(void **state)
{
    (void)state;
    expect_rewritten("[1.50, /* two */ 2,]",
                     &(hf_read_options){ .allow_comments = true, .allow_trailing_commas = true }, NULL,
                     "[1.50,2]");
    expect_rewritten("[{\"a\":1,\"a\":2}, {\"b\" : 3}]",
                     &(hf_read_options){ .duplicates = HF_DUPLICATES_LAST }, NULL, "[{\"a\":2},{\"b\":3}]");
    expect_rewritten("[\"\\ud800\"]", &(hf_read_options){ .replace_surrogates = true }, NULL,
                     "[\"\xef\xbf\xbd\"]");
}

/* Borrowed text that ends at a page nobody may touch: spellings are not read beyond their end. */
static void test_writer__borrowed_text_is_not_over_read(void **state)
{
    (void)state;
    static const char *const texts[] = { "7", "[1,2.50]", "/**/[1,2.50]",
                                         "/**/{\"a\":\"a text of some length\"}", "/**/-0.125" };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        size_t length = strlen(texts[i]);
        char  *text = guard_create(length);
        assert_non_null(text);
        memcpy(text, texts[i], length);
        hf_document    *document = NULL;
        hf_read_options options = { .text = HF_TEXT_BORROWED, .allow_comments = true };
        assert_int_equal(hf_read(hf_text_of(text, length), &options, &document, NULL), HF_OK);
        test_expect_written(hf_root(document), NULL, texts[i] + (texts[i][0] == '/' ? 4 : 0));
        hf_document_drop(document);
        guard_destroy(text, length);
    }
}

static void test_writer__scalars_as_roots(void **state)
{
    (void)state;
    static const char *const roots[] = { "5",    "-1.50", "\"t\"", "\"a text longer than fourteen bytes\"",
                                         "null", "true",  "[]",    "{}" };
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        expect_rewritten(roots[i], NULL, NULL, roots[i]);
        expect_rewritten(roots[i], NULL, &(hf_write_options){ .pretty = true }, roots[i]);
    }
    hf_buffer buffer = HF_BUFFER_INIT(100);
    assert_int_equal(hf_write(hf_absent(), NULL, &buffer, NULL), HF_NOT_FOUND);
}

static void test_writer__lines_and_indentation(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":[1,[],{}, [2 ]],\"b\":{\"c\":\"d\"}}";
    expect_rewritten(text, NULL, &(hf_write_options){ .pretty = true },
                     "{\n  \"a\": [\n    1,\n    [],\n    {},\n    [\n      2\n    ]\n  ],\n  \"b\": {\n    "
                     "\"c\": \"d\"\n  }\n}");
    expect_rewritten("[[1]]", NULL, &(hf_write_options){ .pretty = true, .indent = 4, .line_feed = true },
                     "[\n    [\n        1\n    ]\n]\n");
    expect_rewritten("[[1]]", NULL, &(hf_write_options){ .pretty = true, .tabs = true },
                     "[\n\t[\n\t\t1\n\t]\n]");
    expect_rewritten("[1, 2]", NULL, &(hf_write_options){ .line_feed = true }, "[1,2]\n");
}

/* ---- random documents -------------------------------------------------------------------- */

static void build_text(hf_builder *builder, uint64_t *seed, bool key)
{
    char   text[200];
    size_t length = random_below(seed, 6) == 0 ? random_below(seed, sizeof text) : random_below(seed, 20);
    for (size_t i = 0; i < length; i++)
        text[i] = random_below(seed, 30) == 0 ? "\"\\\n\x01"[random_below(seed, 4)]
                                              : (char)('a' + random_below(seed, 26));
    hf_text given = hf_text_of(text, length);
    if (key)
        hf_build_key(builder, given);
    else
        hf_build_text(builder, given);
}

static void build_scalar(hf_builder *builder, uint64_t *seed)
{
    uint64_t bits = random_next(seed);
    switch (random_below(seed, 7)) {
    case 0: hf_build_null(builder); break;
    case 1: hf_build_bool(builder, bits & 1); break;
    case 2: hf_build_i64(builder, (int64_t)bits); break;
    case 3: hf_build_u64(builder, bits | (uint64_t)1 << 63); break;
    case 4: hf_build_double(builder, (double)(int64_t)bits / 1024); break;
    case 5: hf_build_number(builder, HF_T("123456789012345678901234567890")); break;
    default: build_text(builder, seed, false); break;
    }
}

/* Some values; `mounted` now and then, when there is one. */
static hf_document *random_document(uint64_t *seed, unsigned values, const hf_document *mounted)
{
    hf_builder  *builder = NULL;
    hf_document *document = NULL;
    bool         object[64];
    int          depth = 0;
    assert_int_equal(hf_builder_create(NULL, &builder, NULL), HF_OK);
    hf_build_array(builder);
    object[depth++] = false;
    for (unsigned i = 0; i < values; i++) {
        bool close = depth > 1 && random_below(seed, 4) == 0;
        if (!close && object[depth - 1])
            build_text(builder, seed, true);
        if (close) {
            hf_build_end(builder);
            depth--;
        } else if (depth < 60 && random_below(seed, 3) == 0) {
            object[depth] = random_below(seed, 2) == 0;
            object[depth++] ? hf_build_object(builder) : hf_build_array(builder);
        } else if (mounted != NULL && random_below(seed, 5) == 0) {
            hf_value part = hf_at(hf_root(mounted), random_below(seed, 4));
            hf_build_mount(builder, hf_is_absent(part) ? hf_root(mounted) : part);
        } else {
            build_scalar(builder, seed);
        }
    }
    while (depth-- > 0)
        hf_build_end(builder);
    hf_error error;
    if (hf_builder_finish(&builder, &document, &error) != HF_OK) {
        hf_error_print(stderr, &error);
        fail();
    }
    return document;
}

static hf_status collect(void *context, const char *bytes, size_t length)
{
    return hf_buffer_append(context, hf_text_of(bytes, length), NULL);
}

/* All ways give the same text, with any ceiling that it fits; one byte less is refused. */
static void expect_all_ways(hf_value value, const hf_write_options *options)
{
    hf_buffer whole = HF_BUFFER_INIT(1 << 24), pieces = HF_BUFFER_INIT(1 << 24);
    assert_int_equal(hf_write(value, options, &whole, NULL), HF_OK);
    assert_int_equal(hf_write_to(value, options, collect, &pieces, NULL), HF_OK);
    assert_true(hf_text_equal(hf_buffer_text(&whole), hf_buffer_text(&pieces)));
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(hf_write_descriptor(value, options, fileno(file), NULL), HF_OK);
    hf_buffer_reset(&pieces);
    assert_int_equal(hf_buffer_reserve(&pieces, whole.length + 1, NULL), HF_OK);
    assert_int_equal(pread(fileno(file), pieces.bytes, whole.length + 1, 0), whole.length);
    assert_memory_equal(pieces.bytes, whole.bytes, whole.length);
    fclose(file);
    hf_buffer tight = HF_BUFFER_INIT(whole.length + 3);
    assert_int_equal(hf_buffer_append(&tight, HF_T("abc"), NULL), HF_OK);
    assert_int_equal(hf_write(value, options, &tight, NULL), HF_OK);
    assert_memory_equal(tight.bytes, "abc", 3);
    assert_memory_equal(tight.bytes + 3, whole.bytes, whole.length);
    hf_buffer_release(&tight);
    tight.bytes_max = whole.length + 2;
    assert_int_equal(hf_buffer_append(&tight, HF_T("abc"), NULL), HF_OK);
    assert_int_equal(hf_write(value, options, &tight, NULL), HF_LIMIT_BYTES);
    assert_int_equal(tight.length, 3);
    hf_write_options limited = *options;
    limited.bytes_max = whole.length - 1;
    hf_error error;
    tight.bytes_max = 1 << 24;
    assert_int_equal(hf_write(value, &limited, &tight, &error), HF_LIMIT_BYTES);
    assert_true(hf_text_equal(hf_buffer_text(&tight), HF_T("abc")));
    hf_buffer_reset(&pieces);
    assert_int_equal(hf_write_to(value, &limited, collect, &pieces, &error), HF_LIMIT_BYTES);
    assert_true(pieces.length < whole.length);
    limited.bytes_max = whole.length;
    assert_int_equal(hf_write(value, &limited, &tight, &error), HF_OK);
    hf_buffer_release(&tight);
    hf_buffer_release(&pieces);
    hf_buffer_release(&whole);
}

static const hf_write_options ways[] = { { .pretty = false },
                                         { .pretty = true },
                                         { .respell = true },
                                         { .pretty = true, .indent = 10, .line_feed = true } };

static void test_writer__random_documents_all_ways(void **state)
{
    (void)state;
    uint64_t seed = 31;
    for (long round = 0; round < random_rounds(30); round++) {
        hf_document *inner = random_document(&seed, 20, NULL);
        hf_document *outer =
            random_document(&seed, (unsigned)random_below(&seed, round % 10 == 0 ? 6000 : 200), inner);
        for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
            expect_all_ways(hf_root(outer), &ways[i]);
        hf_document_drop(inner);
        hf_document_drop(outer);
    }
}

/* Written, read, and written again is the same; through the source, through slots, at every level. */
static void test_writer__reads_back_the_same(void **state)
{
    (void)state;
    uint64_t seed = 32;
    for (long round = 0; round < random_rounds(60); round++) {
        hf_document *document = random_document(&seed, 300, NULL);
        for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
            hf_buffer first = HF_BUFFER_INIT(1 << 24);
            assert_int_equal(hf_write(hf_root(document), &ways[i], &first, NULL), HF_OK);
            hf_document *read = NULL;
            assert_int_equal(hf_read(hf_buffer_text(&first), NULL, &read, NULL), HF_OK);
            for (LEVELS(level)) {
                hf_buffer second = HF_BUFFER_INIT(1 << 24);
                assert_int_equal(hf_write(hf_root(read), &ways[i], &second, NULL), HF_OK);
                assert_true(hf_text_equal(hf_buffer_text(&first), hf_buffer_text(&second)));
                hf_buffer_release(&second);
            }
            hf_document_drop(read);
            hf_buffer_release(&first);
        }
        hf_document_drop(document);
    }
}

/* ---- depth ------------------------------------------------------------------------------- */

enum { DEEP = 1000000 };

static hf_status count_bytes(void *context, const char *bytes, size_t length)
{
    (void)bytes;
    *(uint64_t *)context += length;
    return HF_OK;
}

static const char *write_deep(void *context)
{
    const hf_document *document = context;
    hf_buffer          buffer = HF_BUFFER_INIT(16 * DEEP);
    const char        *fault = NULL;
    if (hf_write(hf_root(document), NULL, &buffer, NULL) != HF_OK || buffer.length != (size_t)5 * DEEP + 1)
        fault = "minified";
    hf_buffer_reset(&buffer);
    hf_write_options respell = { .respell = true };
    if (fault == NULL && (hf_write(hf_root(document), &respell, &buffer, NULL) != HF_OK ||
                          buffer.length != (size_t)5 * DEEP + 1))
        fault = "from slots";
    uint64_t         bytes = 0;
    hf_write_options pretty = { .pretty = true, .indent = 1 };
    if (fault == NULL &&
        (hf_write_to(hf_root(document), &pretty, count_bytes, &bytes, NULL) != HF_OK || bytes < 200 * DEEP))
        fault = "pretty";
    hf_buffer_release(&buffer);
    return fault;
}

static void test_writer__a_million_levels(void **state)
{
    (void)state;
    hf_buffer text = HF_BUFFER_INIT(16 * DEEP);
    for (int i = 0; i < DEEP; i++)
        assert_int_equal(hf_buffer_append(&text, i % 2 == 0 ? HF_T("[") : HF_T("{\"key\":"), NULL), HF_OK);
    assert_int_equal(hf_buffer_append(&text, HF_T("1"), NULL), HF_OK);
    for (int i = DEEP; i-- > 0;)
        assert_int_equal(hf_buffer_append(&text, i % 2 == 0 ? HF_T(" ]") : HF_T(" }"), NULL), HF_OK);
    hf_document *document = NULL;
    assert_int_equal(hf_read(hf_buffer_text(&text), NULL, &document, NULL), HF_OK);
    const char *fault = deep_stack_run(write_deep, document);
    if (fault != NULL)
        fail_msg("%s", fault);
    hf_document_drop(document);
    hf_buffer_release(&text);
}

/* ---- failures ---------------------------------------------------------------------------- */

typedef struct counted {
    int calls, fail_at;
} counted;

static hf_status failing_sink(void *context, const char *bytes, size_t length)
{
    counted *count = context;
    assert_true(length > 0 && bytes != NULL);
    return ++count->calls == count->fail_at ? HF_CANCELLED : HF_OK;
}

static void test_writer__a_sink_may_end_it(void **state)
{
    (void)state;
    uint64_t     seed = 33;
    hf_document *document = random_document(&seed, 60000, NULL);
    counted      count = { 0, 0 };
    hf_error     error;
    assert_int_equal(hf_write_to(hf_root(document), NULL, failing_sink, &count, NULL), HF_OK);
    assert_true(count.calls > 3);
    for (int i = 1; i <= count.calls; i++) {
        counted again = { 0, i };
        assert_int_equal(hf_write_to(hf_root(document), NULL, failing_sink, &again, &error), HF_CANCELLED);
        assert_int_equal(error.status, HF_CANCELLED);
        assert_int_equal(again.calls, i);
    }
    assert_int_equal(hf_write_descriptor(hf_root(document), NULL, -1, &error), HF_IO);
    assert_int_equal(error.status, HF_IO);
    hf_document_drop(document);
}

static void test_writer__out_of_memory_leaves_the_buffer(void **state)
{
    (void)state;
    uint64_t     seed = 34;
    hf_document *big = random_document(&seed, 3000, NULL);
    FILE        *file = tmpfile();
    assert_non_null(file);
    HF_OOM_LOOP (nth) {
        test_expect_written_or_kept(hf_root(big), nth);
        hf_write_options options = { .allocator = nth };
        counted count = { 0, 0 };
        hf_status status = hf_write_to(hf_root(big), &options, failing_sink, &count, NULL);
        assert_true(status == HF_OK || (status == HF_NO_MEMORY && count.calls == 0));
        assert_int_equal(lseek(fileno(file), 0, SEEK_SET), 0);
        status = hf_write_descriptor(hf_root(big), &options, fileno(file), NULL);
        struct stat written;
        assert_int_equal(fstat(fileno(file), &written), 0);
        assert_true(status == HF_OK ? written.st_size > 0 : status == HF_NO_MEMORY && lseek(fileno(file), 0, SEEK_CUR) == 0);
    }
    fclose(file);
    hf_document_drop(big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writer__what_was_read_comes_back_as_spelled),
        cmocka_unit_test(test_writer__respelled_by_value),
        cmocka_unit_test(test_writer__without_source_numbers_keep_their_value),
        cmocka_unit_test(test_writer__relaxed_source_is_not_copied),
        cmocka_unit_test(test_writer__borrowed_text_is_not_over_read),
        cmocka_unit_test(test_writer__scalars_as_roots),
        cmocka_unit_test(test_writer__lines_and_indentation),
        cmocka_unit_test(test_writer__random_documents_all_ways),
        cmocka_unit_test(test_writer__reads_back_the_same),
        cmocka_unit_test(test_writer__a_million_levels),
        cmocka_unit_test(test_writer__a_sink_may_end_it),
        cmocka_unit_test(test_writer__out_of_memory_leaves_the_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
