/* The JSON writer: spelling, lines, sources, mounts, what has no JSON form, limits, failures. */
#include <holdfast/build.h>
#include <holdfast/read.h>
#include <holdfast/write.h>

#include "deep_stack.h"
#include "failing_allocator.h"
#include "guard.h"
#include "levels.h"
#include "random.h"
#include "unit.h"
#include "value/home.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static hf_document *read_document(const char *text, const hf_read_options *options)
{
    hf_document *document = NULL;
    hf_error     error;
    if (hf_read(hf_text_from_cstr(text), options, &document, &error) != HF_OK) {
        hf_error_print(stderr, &error);
        fail_msg("not read: %s", text);
    }
    return document;
}

static void expect_written(hf_value value, const hf_write_options *options, const char *expected)
{
    hf_buffer buffer = HF_BUFFER_INIT(1 << 24);
    hf_error  error;
    if (hf_write(value, options, &buffer, &error) != HF_OK) {
        hf_error_print(stderr, &error);
        fail();
    }
    if (!hf_text_equal(hf_buffer_text(&buffer), hf_text_from_cstr(expected)))
        fail_msg("%.*s\nexpected\n%s", (int)buffer.length, buffer.bytes, expected);
    hf_buffer_release(&buffer);
}

static void expect_rewritten(const char *text, const hf_read_options *read, const hf_write_options *write,
                             const char *expected)
{
    hf_document *document = read_document(text, read);
    expect_written(hf_root(document), write, expected);
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
        expect_written(hf_root(document), NULL, texts[i] + (texts[i][0] == '/' ? 4 : 0));
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

/* Parts of a document, mounted in another: as if they were copied. */
static void test_writer__mounts_are_written_in_place(void **state)
{
    (void)state;
    hf_document *base = read_document("{\"x\": [1.50, {\"y\": 2}], \"z\": 7e0}", NULL);
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
    expect_written(hf_root(outer), NULL,
                   "{\"whole\":{\"x\":[1.50,{\"y\":2}],\"z\":7e0},\"parts\":[[1.50,{\"y\":2}],7e0]}");
    expect_written(hf_get(hf_root(outer), HF_T("parts")), &(hf_write_options){ .pretty = true },
                   "[\n  [\n    1.50,\n    {\n      \"y\": 2\n    }\n  ],\n  7e0\n]");
    assert_int_equal(hf_builder_create(NULL, &builder, NULL), HF_OK);
    hf_build_mount(builder, hf_root(outer));
    assert_int_equal(hf_builder_finish(&builder, &top, NULL), HF_OK);
    expect_written(hf_at(hf_get(hf_root(top), HF_T("parts")), 1), NULL, "7e0");
    hf_document_drop(base);
    hf_document_drop(outer);
    hf_document_drop(top);
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

/* ---- what has no JSON form --------------------------------------------------------------- */

/* {"a": [X], "b": 1} with X turned into a slot of another kind, as a draft would make it. */
static hf_document *document_with(uint64_t lo, hf__foreign *foreign)
{
    hf_document *document =
        read_document("{\"a\": [null], \"b\": 1}", &(hf_read_options){ .drop_text = true });
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

static void expect_refused(hf_value value, const hf_write_options *options, hf_status status,
                           const char *pointer)
{
    hf_buffer buffer = HF_BUFFER_INIT(100);
    hf_error  error;
    assert_int_equal(hf_buffer_append(&buffer, HF_T("kept"), NULL), HF_OK);
    assert_int_equal(hf_write(value, options, &buffer, &error), status);
    assert_int_equal(error.status, status);
    assert_true(error.has_pointer);
    assert_string_equal(error.pointer, pointer);
    assert_true(hf_text_equal(hf_buffer_text(&buffer), HF_T("kept")));
    hf_buffer_release(&buffer);
}

static void test_writer__links(void **state)
{
    (void)state;
    hf_document *document = document_with(HF__LINK, NULL);
    hf_value     root = hf_root(document);
    expect_refused(root, NULL, HF_NOT_REPRESENTABLE, "/a/0");
    expect_written(root, &(hf_write_options){ .links = HF_WRITE_LINKS_NULL }, "{\"a\":[null],\"b\":1}");
    expect_written(root, &(hf_write_options){ .links = HF_WRITE_LINKS_TEXT, .link_text = HF_T("<\"link\">") },
                   "{\"a\":[\"<\\\"link\\\">\"],\"b\":1}");
    drop_with(document);
}

static void test_writer__bytes_as_base64(void **state)
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
    expect_refused(hf_root(document), NULL, HF_NOT_REPRESENTABLE, "/0");
    expect_written(hf_root(document), &(hf_write_options){ .bytes = HF_WRITE_BYTES_BASE64 }, expected);
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

static void test_writer__foreign_values_need_their_hook(void **state)
{
    (void)state;
    int              number = 42;
    hf_foreign_hooks hooks = { .name = "socket", .release = release_nothing };
    hf__foreign      foreign = { .hooks = &hooks, .object = &number };
    hf_document     *document = document_with(HF__EXTENSION | HF__EXT_FOREIGN << 8, &foreign);
    hf_value         root = hf_root(document);
    expect_refused(root, NULL, HF_FOREIGN, "/a/0");
    hooks.write = write_pair;
    expect_written(root, NULL, "{\"a\":[[\"it\",42]],\"b\":1}");
    expect_written(hf_get(root, HF_T("a")), &(hf_write_options){ .pretty = true },
                   "[\n  [\n    \"it\",\n    42\n  ]\n]");
    hooks.write = write_nothing;
    expect_refused(root, NULL, HF_CANCELLED, "/a/0");
    hooks.write = write_bytes; /* what it built has no JSON form */
    expect_refused(root, NULL, HF_NOT_REPRESENTABLE, "/a/0");
    drop_with(document);
}

static void test_writer__foreign_hook_that_does_not_finish(void **state)
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
    uint64_t         seed = 34;
    int              number = 1;
    hf_foreign_hooks hooks = { .name = "socket", .release = release_nothing, .write = write_pair };
    hf__foreign      foreign = { .hooks = &hooks, .object = &number };
    hf_document     *big = random_document(&seed, 3000, NULL);
    hf_document     *odd = document_with(HF__EXTENSION | HF__EXT_FOREIGN << 8, &foreign);
    FILE            *file = tmpfile();
    assert_non_null(file);
    HF_OOM_LOOP (nth) {
        hf_write_options options = { .allocator = nth };
        hf_buffer        buffer;
        hf_buffer_init(&buffer, 1 << 24, nth, NULL);
        hf_status status = hf_buffer_append(&buffer, HF_T("kept"), NULL);
        size_t    before = buffer.length;
        if (status == HF_OK)
            status = hf_write(hf_root(big), &options, &buffer, NULL);
        assert_true(status == HF_OK || (status == HF_NO_MEMORY && buffer.length == before));
        before = buffer.length;
        if (status == HF_OK)
            status = hf_write(hf_root(odd), &options, &buffer, NULL);
        assert_true(status == HF_OK || (status == HF_NO_MEMORY && buffer.length == before));
        hf_buffer_release(&buffer);
        counted count = { 0, 0 };
        status = hf_write_to(hf_root(big), &options, failing_sink, &count, NULL);
        assert_true(status == HF_OK || (status == HF_NO_MEMORY && count.calls == 0));
        assert_int_equal(lseek(fileno(file), 0, SEEK_SET), 0);
        status = hf_write_descriptor(hf_root(big), &options, fileno(file), NULL);
        struct stat written;
        assert_int_equal(fstat(fileno(file), &written), 0);
        assert_true(status == HF_OK ? written.st_size > 0 : status == HF_NO_MEMORY && lseek(fileno(file), 0, SEEK_CUR) == 0);
    }
    fclose(file);
    hf_document_drop(big);
    drop_with(odd);
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
        cmocka_unit_test(test_writer__mounts_are_written_in_place),
        cmocka_unit_test(test_writer__a_million_levels),
        cmocka_unit_test(test_writer__links),
        cmocka_unit_test(test_writer__bytes_as_base64),
        cmocka_unit_test(test_writer__foreign_values_need_their_hook),
        cmocka_unit_test(test_writer__foreign_hook_that_does_not_finish),
        cmocka_unit_test(test_writer__a_sink_may_end_it),
        cmocka_unit_test(test_writer__out_of_memory_leaves_the_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
