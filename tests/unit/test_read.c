/* test_read.c - reading: values, text, numbers, errors with their place, options, limits. */
#include "unit.h"

#include "read_checked.h"

#include "value/home.h"

#include <stdlib.h>
#include <fcntl.h>
#include <unistd.h>

static hf_document *read_text(const char *text, const hf_read_options *options)
{
    hf_document *document = NULL;
    hf_error error;
    hf_status status = read_checked(hf_text_from_cstr(text), options, &document, &error);
    if (status != HF_OK) {
        hf_error_print(stderr, &error);
        fail_msg("cannot read: %s", text);
    }
    return document;
}

static void expect_text(hf_value value, const char *expected)
{
    hf_text text = hf_as_text(value, HF_T("(no text)"));
    assert_int_equal(text.length, strlen(expected));
    assert_memory_equal(text.bytes, expected, text.length);
}

/* ---- values ------------------------------------------------------------------------------ */

static void test_read__scalars_at_the_root(void **state)
{
    (void)state;
    hf_document *document = read_text(" null ", NULL);
    HF_EXPECT(hf_is_null(hf_root(document)));
    hf_document_drop(document);
    document = read_text("true", NULL);
    HF_EXPECT(hf_as_bool(hf_root(document), false));
    hf_document_drop(document);
    document = read_text("false\n", NULL);
    HF_EXPECT(hf_is_bool(hf_root(document)) && !hf_as_bool(hf_root(document), true));
    hf_document_drop(document);
    document = read_text("-12", NULL);
    assert_int_equal(hf_as_i64(hf_root(document), 0), -12);
    hf_document_drop(document);
    document = read_text("\"text\"", NULL);
    expect_text(hf_root(document), "text");
    hf_document_drop(document);
    document = read_text("[]", NULL);
    HF_EXPECT(hf_is_array(hf_root(document)) && hf_count(hf_root(document)) == 0);
    hf_document_drop(document);
}

static void test_read__nested_members_are_found(void **state)
{
    (void)state;
    hf_document *document = read_text("{\"a\":{\"b\":[1,{\"c\":\"deep enough to be long text\"},[],{}]},\"d\":null}", NULL);
    hf_value list = hf_get(hf_get(hf_root(document), HF_T("a")), HF_T("b"));
    assert_int_equal(hf_count(list), 4);
    expect_text(hf_get(hf_at(list, 1), HF_T("c")), "deep enough to be long text");
    HF_EXPECT(hf_is_null(hf_get(hf_root(document), HF_T("d"))));
    hf_document_info info = hf_document_get_info(document);
    assert_int_equal(info.values, 9);
    assert_int_equal(info.depth, 4);
    hf_document_drop(document);
}

static void test_read__text_of_every_length(void **state)
{
    (void)state;
    for (unsigned length = 0; length < 80; length++) {
        char text[512], plain[128];
        for (unsigned i = 0; i < length; i++)
            plain[i] = (char)('a' + i % 26);
        plain[length] = 0;
        snprintf(text, sizeof text, "[\"%s\",\"%s\"]", plain, plain);
        for (unsigned form = 0; form < 4; form++) {
            hf_read_options options = { .text = form & 1 ? HF_TEXT_BORROWED : HF_TEXT_COPIED, .drop_text = form >= 2 };
            hf_document *document = read_text(text, &options);
            expect_text(hf_at(hf_root(document), 0), plain);
            expect_text(hf_at(hf_root(document), 1), plain);
            hf_document_drop(document);
        }
    }
}

static void test_read__escapes(void **state)
{
    (void)state;
    static const struct {
        const char *json, *text;
    } cases[] = {
        { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
        { "\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"", "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
        { "\"a long text, then \\u0041 and more of it\"", "a long text, then A and more of it" },
        { "\"0123456789abc\\n\"", "0123456789abc\n" },
        { "\"0123456789abcd\\n\"", "0123456789abcd\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hf_document *document = read_text(cases[i].json, NULL);
        expect_text(hf_root(document), cases[i].text);
        HF_EXPECT(hf_root(document).slot->lo & HF__ESCAPE);
        hf_document_drop(document);
    }
    hf_document *document = read_text("\"a\\u0000b\"", NULL);
    assert_int_equal(hf_as_text(hf_root(document), HF_T("")).length, 3);
    hf_document_drop(document);
}

static void test_read__numbers_keep_their_spelling(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        hf_kind     kind;
    } cases[] = {
        { "0", HF_KIND_INT64 }, { "-0", HF_KIND_DOUBLE }, { "9223372036854775807", HF_KIND_INT64 },
        { "9223372036854775808", HF_KIND_UINT64 }, { "18446744073709551616", HF_KIND_NUMBER_TEXT },
        { "1e400", HF_KIND_NUMBER_TEXT }, { "0.1000", HF_KIND_DOUBLE }, { "-1.5E+3", HF_KIND_DOUBLE },
        { "123456789012345678", HF_KIND_INT64 }, { "1e-400", HF_KIND_NUMBER_TEXT },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (unsigned mode = 0; mode < 2; mode++) {
            hf_read_options options = { .numbers = mode == 0 ? HF_NUMBERS_CONVERT : HF_NUMBERS_AS_TEXT };
            hf_document *document = read_text(cases[i].json, &options);
            assert_int_equal(hf_kind_of(hf_root(document)), mode == 0 ? cases[i].kind : HF_KIND_NUMBER_TEXT);
            hf_text source = hf__number_source(hf_root(document).slot);
            assert_int_equal(source.length, strlen(cases[i].json));
            assert_memory_equal(source.bytes, cases[i].json, source.length);
            hf_document_drop(document);
        }
        hf_document *document = read_text(cases[i].json, &(hf_read_options){ .drop_text = true });
        assert_int_equal(hf_kind_of(hf_root(document)), cases[i].kind);
        hf_text source = hf__number_source(hf_root(document).slot);
        assert_int_equal(source.length, cases[i].kind == HF_KIND_NUMBER_TEXT ? strlen(cases[i].json) : 0);
        hf_document_drop(document);
    }
}

static void test_read__containers_know_their_source(void **state)
{
    (void)state;
    hf_document *document = read_text(" {\"a\" : [1, 2 ] , \"b\":{}} ", NULL);
    hf_value root = hf_root(document);
    hf_text source = hf__container_source(root.slot);
    HF_EXPECT(hf_text_equal(source, HF_T("{\"a\" : [1, 2 ] , \"b\":{}}")));
    HF_EXPECT(hf_text_equal(hf__container_source(hf_get(root, HF_T("a")).slot), HF_T("[1, 2 ]")));
    HF_EXPECT(hf_text_equal(hf__container_source(hf_get(root, HF_T("b")).slot), HF_T("{}")));
    hf_document_drop(document);
}

/* ---- errors ------------------------------------------------------------------------------ */

typedef struct bad_case {
    const char *json;
    hf_status   status;
    unsigned    offset;
    const char *pointer, *detail;
} bad_case;

static const bad_case bad_cases[] = {
    { "", HF_EMPTY, 0, "", "" },
    { " \n ", HF_EMPTY, 3, "", "" },
    { "\xef\xbb\xbf", HF_EMPTY, 3, "", "" },
    { "\xff\xfe[\0", HF_BAD_ENCODING, 0, "", "UTF-16, little-endian" },
    { "\xfe\xff\0[", HF_BAD_ENCODING, 0, "", "UTF-16, big-endian" },
    { "[", HF_BAD_END, 1, "", "expected a value or ']'" },
    { "[1", HF_BAD_END, 2, "", "expected ',' or ']'" },
    { "[1,", HF_BAD_END, 3, "", "expected a value after ','" },
    { "[1,]", HF_BAD_TOKEN, 3, "", "']', expected a value after ','" },
    { "[1}", HF_BAD_TOKEN, 2, "", "'}', expected ',' or ']'" },
    { "[1 2]", HF_BAD_TOKEN, 3, "", "'2', expected ',' or ']'" },
    { "{", HF_BAD_END, 1, "", "expected a key or '}'" },
    { "{,", HF_BAD_TOKEN, 1, "", "',', expected a key or '}'" },
    { "{\"a\"", HF_BAD_END, 4, "/a", "expected ':' after the key" },
    { "{\"a\":", HF_BAD_END, 5, "/a", "expected a value after ':'" },
    { "{\"a\":}", HF_BAD_TOKEN, 5, "/a", "'}', expected a value after ':'" },
    { "{\"a\":1,}", HF_BAD_TOKEN, 7, "", "'}', expected a key after ','" },
    { "{\"a\":1 \"b\":2}", HF_BAD_TOKEN, 7, "", "'\"', expected ',' or '}'" },
    { "{\"a\":1]", HF_BAD_TOKEN, 6, "", "']', expected ',' or '}'" },
    { "]", HF_BAD_TOKEN, 0, "", "']', expected a value" },
    { "1 2", HF_TRAILING, 2, "", "'2', expected nothing behind the value" },
    { "[]]", HF_TRAILING, 2, "", "']', expected nothing behind the value" },
    { "nul", HF_BAD_END, 3, "", "expected null" },
    { "[truE]", HF_BAD_TOKEN, 4, "/0", "'E', expected true" },
    { "[1,tru]", HF_BAD_TOKEN, 6, "/1", "']', expected true" },
    { "[fals", HF_BAD_END, 5, "/0", "expected false" },
    { "-", HF_BAD_END, 1, "", "expected a digit" },
    { "[-a]", HF_BAD_NUMBER, 2, "/0", "'a', expected a digit" },
    { "[0,01]", HF_BAD_NUMBER, 4, "/1", "'1', expected no digit behind a leading zero" },
    { "[1.]", HF_BAD_NUMBER, 3, "/0", "']', expected a digit" },
    { "[1e+]", HF_BAD_NUMBER, 4, "/0", "']', expected a digit" },
    { "[.5]", HF_BAD_TOKEN, 1, "", "'.', expected a value or ']'" },
    { "[+1]", HF_BAD_TOKEN, 1, "", "'+', expected a value or ']'" },
    { "[1,NaN]", HF_BAD_TOKEN, 3, "", "'N', expected a value after ','" },
    { "[\"a", HF_BAD_END, 3, "/0", "expected the closing quote" },
    { "[\"a\\", HF_BAD_END, 4, "/0", "expected the closing quote" },
    { "[\"a\tb\"]", HF_BAD_CONTROL, 3, "/0", "byte 0x09, expected it written as an escape" },
    { "[\"a\\x\"]", HF_BAD_ESCAPE, 4, "/0", "'x', expected one of \" \\ / b f n r t u" },
    { "[\"\\u12g4\"]", HF_BAD_ESCAPE, 6, "/0", "'g', expected a hexadecimal digit" },
    { "[\"\\u12\"]", HF_BAD_ESCAPE, 6, "/0", "'\"', expected a hexadecimal digit" },
    { "[\"\\x \t\"]", HF_BAD_ESCAPE, 3, "/0", "'x', expected one of \" \\ / b f n r t u" },
    { "[\"\\ud800\"]", HF_BAD_SURROGATE, 2, "/0", "expected a low surrogate behind a high one" },
    { "[\"\\udc00\"]", HF_BAD_SURROGATE, 2, "/0", "expected a high surrogate before a low one" },
    { "[\"\\ud800\\u0041\"]", HF_BAD_SURROGATE, 2, "/0", NULL },
    { "[\"\xff\"]", HF_BAD_UTF8, 2, "/0", "byte 0xff" },
    { "[\"\xc3\"]", HF_BAD_UTF8, 2, "/0", "byte 0xc3" },
    { "[\"\xed\xa0\x80\"]", HF_BAD_UTF8, 2, "/0", "byte 0xed" },
    { "[\"\xe0\x80\x80\"]", HF_BAD_UTF8, 2, "/0", "byte 0xe0" },
    { "[\xef\xbb\xbf" "1]", HF_BAD_TOKEN, 1, "", "U+FEFF, expected a value or ']'" },
    { "[\xc2\xa0" "1]", HF_BAD_TOKEN, 1, "", "U+00A0, expected a value or ']'" },
    { "[\xe2\x82\xac]", HF_BAD_TOKEN, 1, "", "'\xe2\x82\xac', expected a value or ']'" },
    { "[\xf0\x9f\x98\x80]", HF_BAD_TOKEN, 1, "", "'\xf0\x9f\x98\x80', expected a value or ']'" },
    { "[\"\xed\xa0\x80\"]", HF_BAD_UTF8, 2, "/0", NULL },
    { "[\"\xf4\x90\x80\x80\"]", HF_BAD_UTF8, 2, "/0", NULL },
    { "[\"\xc0\xaf\"]", HF_BAD_UTF8, 2, "/0", NULL },
    { "[\xc3\xa9]", HF_BAD_TOKEN, 1, "", "'\xc3\xa9', expected a value or ']'" },
    { "[\xe9]", HF_BAD_TOKEN, 1, "", "byte 0xe9, expected a value or ']'" },
    { "{\"servers\":[0,0,{\"ports\":[80,}", HF_BAD_TOKEN, 29, "/servers/2/ports", "'}', expected a value after ','" },
    { "{\"a/b~c\":[[],[[{\"k\":tru}]]]}", HF_BAD_TOKEN, 23, "/a~1b~0c/1/0/0/k", "'}', expected true" },
    { "[1,/**/2]", HF_BAD_TOKEN, 3, "", "'/', expected a value after ','" },
};

static void expect_error(const bad_case *bad, const hf_read_options *options)
{
    size_t length = bad->status == HF_BAD_ENCODING ? 4 : strlen(bad->json);
    hf_document *document = NULL;
    hf_error error;
    memset(&error, 0x55, sizeof error);
    hf_status status = read_checked(hf_text_of(bad->json, length), options, &document, &error);
    if (status != bad->status || error.status != status)
        fail_msg("%s: %s instead of %s", bad->json, hf_status_name(status), hf_status_name(bad->status));
    HF_EXPECT(document == NULL);
    if (error.offset != bad->offset || (bad->detail != NULL && strcmp(error.detail, bad->detail) != 0) ||
        strcmp(error.pointer, bad->pointer) != 0)
        fail_msg("%s: offset %u, '%s', at '%s'", bad->json, (unsigned)error.offset, error.detail, error.pointer);
}

static void test_read__errors_name_place_and_expectation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_cases / sizeof bad_cases[0]; i++) {
        expect_error(&bad_cases[i], NULL);
        expect_error(&bad_cases[i], &(hf_read_options){ .text = HF_TEXT_BORROWED });
        expect_error(&bad_cases[i], &(hf_read_options){ .drop_text = true });
        HF_EXPECT(hf_read(hf_text_from_cstr(bad_cases[i].json), NULL, &(hf_document *){ NULL }, NULL) != HF_OK);
    }
}

static void test_read__errors_count_lines_and_columns(void **state)
{
    (void)state;
    hf_document *document = NULL;
    hf_error error;
    hf_text text = HF_T("\xef\xbb\xbf{\n  \"a\": [\n    1,\n    ?\n  ]\n}\n");
    assert_int_equal(hf_read(text, &(hf_read_options){ .name = "x.json" }, &document, &error), HF_BAD_TOKEN);
    assert_int_equal(error.line, 4);
    assert_int_equal(error.column, 5);
    assert_string_equal(error.name, "x.json");
    char line[512];
    hf_error_format(&error, line, sizeof line);
    assert_string_equal(line, "x.json:4:5: unexpected character '?', expected a value after ',' (byte 25, inside /a)");
}

static void test_read__long_pointers_are_elided(void **state)
{
    (void)state;
    static char text[70000];
    size_t length = 0;
    for (unsigned i = 0; i < 5000; i++)
        length += (size_t)sprintf(text + length, "{\"k%u\":", i);
    hf_error error;
    hf_document *document = NULL;
    assert_int_equal(hf_read(hf_text_of(text, length), NULL, &document, &error), HF_BAD_END);
    HF_EXPECT(strncmp(error.pointer, "/k0/k1/", 7) == 0);
    HF_EXPECT(strstr(error.pointer, "/...") != NULL);
    assert_string_equal(error.pointer + strlen(error.pointer) - 12, "/k4998/k4999");
    /* A step of up to 60 bytes is whole; longer ones lose their end. */
    for (int size = 58; size <= 61; size++) {
        char expected[80];
        length = (size_t)sprintf(text, "{\"%0*d\":?", size, 7);
        if (size <= 59)
            snprintf(expected, sizeof expected, "/%0*d", size, 7);
        else
            snprintf(expected, sizeof expected, "/%059d...", 0);
        assert_int_equal(hf_read(hf_text_of(text, length), NULL, &document, &error), HF_BAD_TOKEN);
        assert_string_equal(error.pointer, expected);
    }
}

/* ---- options ----------------------------------------------------------------------------- */

static void test_read__limits(void **state)
{
    (void)state;
    hf_document *document = NULL;
    hf_error error;
    hf_text text = HF_T("[[1],[2,[3]]]");
    assert_int_equal(read_checked(text, &(hf_read_options){ .depth_max = 3 }, &document, NULL), HF_OK);
    hf_document_drop(document);
    assert_int_equal(read_checked(text, &(hf_read_options){ .depth_max = 2 }, &document, &error), HF_LIMIT_DEPTH);
    assert_int_equal(error.offset, 9);
    assert_string_equal(error.pointer, "/1/1");
    assert_int_equal(read_checked(text, &(hf_read_options){ .values_max = 7 }, &document, NULL), HF_OK);
    hf_document_drop(document);
    assert_int_equal(read_checked(text, &(hf_read_options){ .values_max = 6 }, &document, &error), HF_LIMIT_VALUES);
    assert_int_equal(error.offset, 9);
    assert_int_equal(read_checked(text, &(hf_read_options){ .bytes_max = 13 }, &document, NULL), HF_OK);
    hf_document_drop(document);
    assert_int_equal(read_checked(text, &(hf_read_options){ .bytes_max = 12 }, &document, &error), HF_LIMIT_BYTES);
    assert_int_equal(read_checked(HF_T("{\"a\":{}}"), &(hf_read_options){ .depth_max = 1 }, &document, NULL), HF_OK);
    hf_document_drop(document);
}

static unsigned duplicates_left(const char *text, hf_duplicates policy, const char *key, int64_t expected)
{
    hf_document *document = read_text(text, &(hf_read_options){ .duplicates = policy });
    hf_value root = hf_root(document);
    assert_int_equal(hf_as_i64(hf_get(root, hf_text_from_cstr(key)), -1), expected);
    unsigned count = hf_count(root);
    hf_document_drop(document);
    return count;
}

static void test_read__duplicates(void **state)
{
    (void)state;
    const char *text = "{\"a\":1,\"b\":[{\"x\":1,\"x\":2}],\"a\":2,\"c\":3,\"a\":4}";
    assert_int_equal(duplicates_left(text, HF_DUPLICATES_KEEP, "a", 4), 5);
    assert_int_equal(duplicates_left(text, HF_DUPLICATES_LAST, "a", 4), 3);
    assert_int_equal(duplicates_left(text, HF_DUPLICATES_FIRST, "a", 1), 3);
    hf_document *document = NULL;
    hf_error error;
    assert_int_equal(read_checked(hf_text_from_cstr(text), &(hf_read_options){ .duplicates = HF_DUPLICATES_REFUSE }, &document, &error),
                     HF_DUPLICATE_KEY);
    assert_int_equal(error.offset, 19);
    assert_string_equal(error.pointer, "/b/0");
    document = read_text("{\"k\":{\"x\":1,\"x\":2},\"l\":{\"y\":[1.5,\"a text that is long enough\"]}}",
                         &(hf_read_options){ .duplicates = HF_DUPLICATES_LAST });
    hf_value root = hf_root(document);
    HF_EXPECT(root.slot->lo & HF__DIRTY);
    HF_EXPECT(hf_get(root, HF_T("k")).slot->lo & HF__DIRTY);
    HF_EXPECT(!(hf_get(root, HF_T("l")).slot->lo & HF__DIRTY));
    HF_EXPECT(hf_text_equal(hf__container_source(hf_get(root, HF_T("l")).slot),
                            HF_T("{\"y\":[1.5,\"a text that is long enough\"]}")));
    hf_document_drop(document);
}

static void test_read__duplicates_in_wide_objects(void **state)
{
    (void)state;
    enum { MEMBERS = 20000 };
    char *text = malloc(MEMBERS * 32);
    for (unsigned repeats = 1; repeats <= 2; repeats++) {
        size_t length = (size_t)sprintf(text, "{\"first\":0");
        for (unsigned i = 0; i < MEMBERS; i++)
            length += (size_t)sprintf(text + length, ",\"key number %u\":%u", i / repeats, i);
        length += (size_t)sprintf(text + length, "}");
        hf_document *document = NULL;
        hf_read_options refuse = { .duplicates = HF_DUPLICATES_REFUSE }, last = { .duplicates = HF_DUPLICATES_LAST };
        assert_int_equal(read_checked(hf_text_of(text, length), &last, &document, NULL), HF_OK);
        assert_int_equal(hf_count(hf_root(document)), 1 + MEMBERS / repeats);
        assert_int_equal(hf_as_i64(hf_get(hf_root(document), HF_T("key number 77")), 0), 77 * (int)repeats + (int)repeats - 1);
        hf_document_drop(document);
        assert_int_equal(read_checked(hf_text_of(text, length), &refuse, &document, NULL),
                         repeats == 1 ? HF_OK : HF_DUPLICATE_KEY);
        if (repeats == 1)
            hf_document_drop(document);
    }
    free(text);
}

static bool is_strict(const hf_document *document)
{
    return (document->block->flags & HF__BLOCK_STRICT) != 0;
}

static void test_read__extensions(void **state)
{
    (void)state;
    hf_read_options comments = { .allow_comments = true }, commas = { .allow_trailing_commas = true };
    hf_document *document = read_text("// one\n[/* two */1,2//three\n]/**/", &comments);
    assert_int_equal(hf_count(hf_root(document)), 2);
    HF_EXPECT(!is_strict(document));
    hf_document_drop(document);
    document = read_text("[1,2]", &comments);
    HF_EXPECT(is_strict(document));
    hf_document_drop(document);
    document = read_text("[1,{\"a\":[[ ], ],},]", &commas);
    assert_int_equal(hf_count(hf_root(document)), 2);
    HF_EXPECT(!is_strict(document));
    hf_document_drop(document);
    expect_error(&(bad_case){ "[,]", HF_BAD_TOKEN, 1, "", NULL }, &commas);
    expect_error(&(bad_case){ "[1,,]", HF_BAD_TOKEN, 3, "", NULL }, &commas);
    expect_error(&(bad_case){ "{,}", HF_BAD_TOKEN, 1, "", NULL }, &commas);
    expect_error(&(bad_case){ "[1/* x", HF_BAD_END, 6, "", "expected the end of the comment" }, &comments);
    expect_error(&(bad_case){ "[1/x]", HF_BAD_TOKEN, 3, "", NULL }, &comments);
    expect_error(&(bad_case){ "//\xff", HF_BAD_UTF8, 2, "", NULL }, &comments);
}

static void test_read__surrogates_are_replaced_on_request(void **state)
{
    (void)state;
    hf_read_options options = { .replace_surrogates = true };
    hf_document *document = read_text("[\"\\ud800\",\"\\udc00x\",\"\\ud83d\\ude00\",\"\\ud800\\u0041\"]", &options);
    expect_text(hf_at(hf_root(document), 0), "\xef\xbf\xbd");
    expect_text(hf_at(hf_root(document), 1), "\xef\xbf\xbdx");
    expect_text(hf_at(hf_root(document), 2), "\xf0\x9f\x98\x80");
    expect_text(hf_at(hf_root(document), 3), "\xef\xbf\xbd" "A");
    HF_EXPECT(!is_strict(document));
    hf_document_drop(document);
    document = read_text("[\"\\ud83d\\ude00\"]", &options);
    HF_EXPECT(is_strict(document));
    hf_document_drop(document);
}

static void test_read__misuse_of_options(void **state)
{
    (void)state;
    hf_document *document = NULL;
    hf_read_options options = { .numbers = HF_NUMBERS_AS_TEXT, .drop_text = true };
    assert_int_equal(hf_read(HF_T("1"), &options, &document, NULL), HF_MISUSE);
}

/* ---- ownership --------------------------------------------------------------------------- */

static void count_release(void *context, const char *bytes, size_t length)
{
    (void)bytes;
    *(size_t *)context += length;
}

static void test_read__consumed_text_is_released_once(void **state)
{
    (void)state;
    size_t released = 0;
    hf_read_options options = { .text = HF_TEXT_CONSUMED, .release = count_release, .release_context = &released };
    hf_document *document = NULL;
    hf_text text = HF_T("[\"a text of more than fourteen bytes\"]");
    assert_int_equal(hf_read(text, &options, &document, NULL), HF_OK);
    assert_int_equal(released, 0);
    HF_EXPECT(hf_as_text(hf_at(hf_root(document), 0), HF_T("")).bytes == text.bytes + 2);
    hf_document_drop(document);
    assert_int_equal(released, text.length);
    released = 0;
    assert_int_equal(hf_read(HF_T("[1"), &options, &document, NULL), HF_BAD_END);
    assert_int_equal(released, 2);
    released = 0;
    options.drop_text = true;
    assert_int_equal(hf_read(text, &options, &document, NULL), HF_OK);
    assert_int_equal(released, text.length);
    hf_document_drop(document);
    assert_int_equal(released, text.length);
}

/* ---- files ------------------------------------------------------------------------------- */

static void test_read_file__reads_and_names_what_fails(void **state)
{
    (void)state;
    char path[] = "/tmp/holdfast_read_XXXXXX";
    int file = mkstemp(path);
    HF_EXPECT(file >= 0);
    HF_EXPECT(write(file, "{\"a\":[1,2,x]}", 13) == 13);
    close(file);
    hf_document *document = NULL;
    hf_error error;
    assert_int_equal(hf_read_file(path, NULL, &document, &error), HF_BAD_TOKEN);
    assert_string_equal(error.name, path);
    assert_string_equal(error.pointer, "/a");
    file = open(path, O_WRONLY | O_TRUNC);
    HF_EXPECT(write(file, "[true,\"some text that is long\"]", 31) == 31);
    close(file);
    assert_int_equal(hf_read_file(path, NULL, &document, &error), HF_OK);
    check_document(document, hf_text_of(NULL, 0));
    assert_int_equal(hf_count(hf_root(document)), 2);
    hf_document_drop(document);
    assert_int_equal(hf_read_file(path, &(hf_read_options){ .drop_text = true }, &document, &error), HF_OK);
    check_document(document, hf_text_of(NULL, 0));
    expect_text(hf_at(hf_root(document), 1), "some text that is long");
    hf_document_drop(document);
    assert_int_equal(hf_read_file(path, &(hf_read_options){ .bytes_max = 30 }, &document, &error), HF_LIMIT_BYTES);
    HF_EXPECT(truncate(path, 0) == 0);
    assert_int_equal(hf_read_file(path, NULL, &document, &error), HF_EMPTY);
    unlink(path);
    assert_int_equal(hf_read_file(path, NULL, &document, &error), HF_IO);
    assert_string_equal(error.name, path);
    assert_int_equal(hf_read_file("/tmp", NULL, &document, &error), HF_IO);
    assert_string_equal(error.name, "/tmp");
    /* A file that does not tell its size. */
    assert_int_equal(hf_read_file("/proc/self/status", NULL, &document, &error), HF_BAD_TOKEN);
}

/* ---- memory ------------------------------------------------------------------------------ */

static void *count_resize(void *context, void *block, size_t old_size, size_t new_size, size_t alignment)
{
    if (new_size > old_size)
        ++*(unsigned *)context;
    const hf_allocator *under = hf_allocator_default();
    return under->resize(under->context, block, old_size, new_size, alignment);
}

static void expect_allocations(hf_text text, unsigned most)
{
    unsigned count = 0;
    hf_allocator allocator = { &count, count_resize };
    hf_document *document = NULL;
    assert_int_equal(read_checked(text, &(hf_read_options){ .allocator = &allocator }, &document, NULL), HF_OK);
    if (count > most)
        fail_msg("%u allocations for %zu bytes", count, text.length);
    hf_document_drop(document);
}

static void test_read__few_allocations(void **state)
{
    (void)state;
    expect_allocations(HF_T("{\"id\":17,\"name\":\"something usual\",\"tags\":[\"a\",\"b\"]}"), 2);
    enum { BYTES = 300000 };
    char *text = malloc(BYTES);
    memset(text, ' ', BYTES);
    text[0] = '[';
    text[BYTES - 1] = ']';
    expect_allocations(hf_text_of(text, BYTES), 3);
    /* First a long text with escapes, then as many slots as the text can hold. */
    memset(text + 1, 'x', BYTES / 2);
    text[1] = '"';
    memcpy(text + BYTES / 4, "\\n", 2);
    text[BYTES / 2] = '"';
    for (size_t i = BYTES / 2 + 1; i + 1 < BYTES; i++)
        text[i] = i % 2 ? ',' : '1';
    text[BYTES - 2] = text[BYTES - 3] == ',' ? '1' : ' ';
    expect_allocations(hf_text_of(text, BYTES), 4);
    free(text);
}

static void test_read__budget_is_exact(void **state)
{
    (void)state;
    hf_budget *budget = NULL;
    assert_int_equal(hf_budget_create(NULL, &budget, NULL), HF_OK);
    hf_document *document = NULL;
    hf_text text = HF_T("{\"a\":[1,2,3],\"b\":\"\\u0041 long text with an escape\"}");
    assert_int_equal(hf_read(text, &(hf_read_options){ .budget = budget }, &document, NULL), HF_OK);
    uint64_t needed = hf_budget_count(budget).current;
    assert_int_equal(needed, hf_document_get_info(document).bytes);
    hf_document_drop(document);
    assert_int_equal(hf_budget_count(budget).current, 0);
    for (uint64_t limit = 1; limit < 4096; limit += 37) {
        hf_budget_limit(budget, limit);
        hf_status status = hf_read(text, &(hf_read_options){ .budget = budget }, &document, NULL);
        HF_EXPECT(status == HF_OK || status == HF_LIMIT_BYTES);
        if (status == HF_OK)
            hf_document_drop(document);
        assert_int_equal(hf_budget_count(budget).current, 0);
    }
    hf_budget_drop(budget);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read__scalars_at_the_root),
        cmocka_unit_test(test_read__nested_members_are_found),
        cmocka_unit_test(test_read__text_of_every_length),
        cmocka_unit_test(test_read__escapes),
        cmocka_unit_test(test_read__numbers_keep_their_spelling),
        cmocka_unit_test(test_read__containers_know_their_source),
        cmocka_unit_test(test_read__errors_name_place_and_expectation),
        cmocka_unit_test(test_read__errors_count_lines_and_columns),
        cmocka_unit_test(test_read__long_pointers_are_elided),
        cmocka_unit_test(test_read__limits),
        cmocka_unit_test(test_read__duplicates),
        cmocka_unit_test(test_read__duplicates_in_wide_objects),
        cmocka_unit_test(test_read__extensions),
        cmocka_unit_test(test_read__surrogates_are_replaced_on_request),
        cmocka_unit_test(test_read__misuse_of_options),
        cmocka_unit_test(test_read__consumed_text_is_released_once),
        cmocka_unit_test(test_read_file__reads_and_names_what_fails),
        cmocka_unit_test(test_read__few_allocations),
        cmocka_unit_test(test_read__budget_is_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
