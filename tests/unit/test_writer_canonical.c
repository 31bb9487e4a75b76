/* test_writer_canonical.c - canonical form: the examples and numbers of RFC 8785, order, refusals, drafts and
 * mounts, depth. */
#include <holdfast/build.h>
#include <holdfast/compare.h>
#include <holdfast/draft.h>
#include <holdfast/read.h>
#include <holdfast/write.h>

#include "deep_stack.h"
#include "documents.h"
#include "failing_allocator.h"
#include "random.h"
#include "rfc8785_numbers.h"
#include "unit.h"
#include "written.h"

static const hf_write_options form = { .canonical = true };

static void expect_canonical(const char *text, const char *expected)
{
    hf_document *document = test_read(text);
    test_expect_written(hf_root(document), &form, expected);
    hf_document_drop(document);
}

static void expect_refused(const char *text, hf_status status, const char *pointer)
{
    hf_document *document = test_read(text);
    test_expect_refused(hf_root(document), &form, status, pointer);
    hf_document_drop(document);
}

/* ---- RFC 8785 ---------------------------------------------------------------------------- */

/* Section 3.2.2 and what it becomes in 3.2.4. */
static void test_writer_canonical__example_of_the_rfc(void **state)
{
    (void)state;
    expect_canonical("{\n  \"numbers\": [333333333.33333329, 1E30, 4.50,\n              2e-3, "
                     "0.000000000000000000000000001],\n"
                     "  \"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\n"
                     "  \"literals\": [null, true, false]\n}",
                     "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
                     "\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

/* Section 3.2.3. */
static void test_writer_canonical__sorting_of_the_rfc(void **state)
{
    (void)state;
    expect_canonical("{\"\\u20ac\": \"Euro Sign\", \"\\r\": \"Carriage Return\","
                     " \"\\ufb33\": \"Hebrew Letter Dalet With Dagesh\", \"1\": \"One\","
                     " \"\\ud83d\\ude00\": \"Emoji: Grinning Face\", \"\\u0080\": \"Control\","
                     " \"\\u00f6\": \"Latin Small Letter O With Diaeresis\"}",
                     "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
                     "\"\xc3\xb6\":\"Latin Small Letter O With Diaeresis\",\"\xe2\x82\xac\":\"Euro Sign\","
                     "\"\xf0\x9f\x98\x80\":\"Emoji: Grinning Face\","
                     "\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}");
}

/* Appendix B, without NaN and infinity, which no value is. */
static void test_writer_canonical__numbers_of_the_rfc(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rfc8785_numbers / sizeof rfc8785_numbers[0]; i++) {
        double    value;
        hf_draft *draft = NULL;
        memcpy(&value, &rfc8785_numbers[i].bits, sizeof value);
        assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
        assert_int_equal(hf_set_double(draft, HF_T(""), value, NULL), HF_OK);
        test_expect_written(hf_draft_root(draft), &form, rfc8785_numbers[i].text);
        hf_draft_destroy(draft);
        expect_canonical(rfc8785_numbers[i].text, rfc8785_numbers[i].text); /* whatever kind it is read as */
    }
}

/* ---- numbers ----------------------------------------------------------------------------- */

static void test_writer_canonical__integers_that_are_doubles(void **state)
{
    (void)state;
    expect_canonical("[9007199254740992, -9007199254740994, 18446744073709551616, 9223372036854775808, -0]",
                     "[9007199254740992,-9007199254740994,18446744073709552000,9223372036854776000,0]");
    /* Its own output is accepted, although these digits are not the double's exact value. */
    expect_canonical("[18446744073709552000, 9223372036854776000, 1152921504606847000]",
                     "[18446744073709552000,9223372036854776000,1152921504606847000]");
}

static void test_writer_canonical__numbers_that_are_no_doubles(void **state)
{
    (void)state;
    expect_refused("{\"b\": [1, 9007199254740993], \"a\": 1}", HF_NOT_REPRESENTABLE, "/b/1");
    expect_refused("[-9223372036854775807]", HF_NOT_REPRESENTABLE, "/0");
    expect_refused("18446744073709551615", HF_NOT_REPRESENTABLE, "");
    expect_refused("[18446744073709551617]", HF_NOT_REPRESENTABLE, "/0");
    expect_refused("[1e400]", HF_NOT_REPRESENTABLE, "/0");
    expect_refused("[-1e-400]", HF_NOT_REPRESENTABLE, "/0");
}

static void test_writer_canonical__numbers_left_as_text(void **state)
{
    (void)state;
    hf_document    *document = NULL;
    hf_read_options as_text = { .numbers = HF_NUMBERS_AS_TEXT };
    assert_int_equal(hf_read(HF_T("[1.50, 10, 1E2, 0.1000]"), &as_text, &document, NULL), HF_OK);
    test_expect_written(hf_root(document), &form, "[1.5,10,100,0.1]");
    hf_document_drop(document);
}

/* ---- objects ----------------------------------------------------------------------------- */

static void test_writer_canonical__objects_in_and_out_of_order(void **state)
{
    (void)state;
    expect_canonical("{\"b\": {\"z\": {}, \"a\": [{\"d\": 1, \"c\": 2}]}, \"a\": {\"a\": 1, \"b\": []}, \"\": 0}",
                     "{\"\":0,\"a\":{\"a\":1,\"b\":[]},\"b\":{\"a\":[{\"c\":2,\"d\":1}],\"z\":{}}}");
    expect_canonical(" [ ] ", "[]");
    expect_canonical("{\"aa\":1,\"a\":2}", "{\"a\":2,\"aa\":1}");
}

static void test_writer_canonical__the_same_key_twice(void **state)
{
    (void)state;
    expect_refused("{\"x\": {\"a\": 1, \"b\": 2, \"a\": 3}}", HF_DUPLICATE_KEY, "/x/a");
    expect_refused("[{\"\\u0061\": 1, \"a\": 3}]", HF_DUPLICATE_KEY, "/0/a");
}

/* The code units of a UTF-8 text, as an independent way to the order. */
static size_t to_utf16(hf_text text, uint16_t *out)
{
    size_t count = 0;
    for (size_t i = 0; i < text.length;) {
        unsigned char first = (unsigned char)text.bytes[i];
        size_t        more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
        uint32_t      point = more == 0 ? first : first & (0x3f >> more);
        for (size_t k = 1; k <= more; k++)
            point = point << 6 | ((unsigned char)text.bytes[i + k] & 0x3f);
        if (point >= 0x10000) {
            out[count++] = (uint16_t)(0xd800 + ((point - 0x10000) >> 10));
            out[count++] = (uint16_t)(0xdc00 + ((point - 0x10000) & 0x3ff));
        } else {
            out[count++] = (uint16_t)point;
        }
        i += more + 1;
    }
    return count;
}

static bool is_below(hf_text a, hf_text b)
{
    uint16_t left[64], right[64];
    size_t   left_count = to_utf16(a, left), right_count = to_utf16(b, right);
    for (size_t i = 0; i < left_count && i < right_count; i++)
        if (left[i] != right[i])
            return left[i] < right[i];
    return left_count < right_count;
}

static void test_writer_canonical__random_keys_come_in_the_order_of_utf16(void **state)
{
    (void)state;
    static const char *const parts[] = { "a",        "b",        "\x7f",         "\xc2\x80",         "\xdf\xbf",
                                         "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",     "\xef\xbf\xbd",
                                         "\xf0\x90\x80\x80", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf" };
    uint64_t seed = 7;
    for (int round = 0; round < 200; round++) {
        hf_draft *draft = NULL;
        assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
        assert_int_equal(hf_set_object(draft, HF_T(""), NULL), HF_OK);
        for (int i = 0; i < 40; i++) {
            char   key[32] = "";
            size_t count = random_next(&seed) % 5;
            for (size_t k = 0; k < count; k++)
                strcat(key, parts[random_next(&seed) % (sizeof parts / sizeof parts[0])]);
            hf_place place = hf_place_member((hf_handle){ 0, 0, 0 }, hf_text_from_cstr(key));
            assert_int_equal(hf_draft_set(draft, place, hf_item_i64(i), NULL), HF_OK);
        }
        hf_buffer    text = HF_BUFFER_INIT(1 << 20);
        hf_document *frozen = NULL, *again = NULL;
        assert_int_equal(hf_write(hf_draft_root(draft), &form, &text, NULL), HF_OK);
        assert_int_equal(hf_freeze(&draft, &frozen, NULL), HF_OK);
        assert_int_equal(hf_buffer_append(&text, hf_text_of("", 1), NULL), HF_OK);
        test_expect_written(hf_root(frozen), &form, text.bytes);
        text.length--;
        assert_int_equal(hf_read(hf_buffer_text(&text), NULL, &again, NULL), HF_OK);
        bool is_equal = false;
        assert_int_equal(hf_equal(hf_root(frozen), hf_root(again), &is_equal), HF_OK);
        assert_true(is_equal);
        for (uint64_t i = 1; i < hf_count(hf_root(again)); i++)
            assert_true(is_below(hf_key_at(hf_root(again), i - 1), hf_key_at(hf_root(again), i)));
        hf_document_drop(frozen);
        hf_document_drop(again);
        hf_buffer_release(&text);
    }
}

/* ---- mounts, pieces, depth, memory -------------------------------------------------------- */

static void test_writer_canonical__mounts_are_sorted_in_their_place(void **state)
{
    (void)state;
    hf_document *part = test_read("{\"y\": [{\"n\": 1, \"m\": 2}], \"x\": 1}"), *whole = NULL;
    hf_draft    *draft = NULL;
    assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_object(draft, HF_T(""), NULL), HF_OK);
    assert_int_equal(hf_mount(draft, HF_T("/b"), part, NULL), HF_OK);
    assert_int_equal(hf_mount(draft, HF_T("/a"), part, NULL), HF_OK);
    assert_int_equal(hf_set_i64(draft, HF_T("/0"), 1, NULL), HF_OK);
    static const char expected[] =
        "{\"0\":1,\"a\":{\"x\":1,\"y\":[{\"m\":2,\"n\":1}]},\"b\":{\"x\":1,\"y\":[{\"m\":2,\"n\":1}]}}";
    test_expect_written(hf_draft_root(draft), &form, expected);
    assert_int_equal(hf_freeze(&draft, &whole, NULL), HF_OK);
    test_expect_written(hf_root(whole), &form, expected);
    hf_document_drop(whole);
    hf_document_drop(part);
}

static hf_status collect(void *context, const char *bytes, size_t length)
{
    return hf_buffer_append(context, hf_text_of(bytes, length), NULL);
}

static void test_writer_canonical__in_pieces_the_same(void **state)
{
    (void)state;
    hf_buffer text = HF_BUFFER_INIT(1 << 22), whole = HF_BUFFER_INIT(1 << 22), pieces = HF_BUFFER_INIT(1 << 22);
    char      member[64];
    for (int i = 20000; i > 0; i--) {
        snprintf(member, sizeof member, "%s\"key %05d\":{\"b\":%d.50,\"a\":[]}", i == 20000 ? "{" : ",", i, i);
        assert_int_equal(hf_buffer_append(&text, hf_text_from_cstr(member), NULL), HF_OK);
    }
    assert_int_equal(hf_buffer_append(&text, HF_T("}"), NULL), HF_OK);
    hf_document *document = NULL;
    assert_int_equal(hf_read(hf_buffer_text(&text), NULL, &document, NULL), HF_OK);
    assert_int_equal(hf_write(hf_root(document), &form, &whole, NULL), HF_OK);
    assert_int_equal(hf_write_to(hf_root(document), &form, collect, &pieces, NULL), HF_OK);
    assert_true(hf_text_equal(hf_buffer_text(&whole), hf_buffer_text(&pieces)));
    assert_memory_equal(whole.bytes, "{\"key 00001\":{\"a\":[],\"b\":1.5},", 30);
    hf_document_drop(document);
    hf_buffer_release(&text);
    hf_buffer_release(&whole);
    hf_buffer_release(&pieces);
}

enum { DEEP = 1000000 };

static const char *write_deep(void *context)
{
    hf_buffer   out = HF_BUFFER_INIT(32 * DEEP);
    const char *fault = NULL;
    if (hf_write(hf_root(context), &form, &out, NULL) != HF_OK)
        fault = "not written";
    else if (memcmp(out.bytes, "{\"a\":0,\"b\":{\"a\":0,\"b\":", 22) != 0 || out.length != 12 * (size_t)DEEP + 1)
        fault = "written wrongly";
    hf_buffer_release(&out);
    return fault;
}

/* Each level out of order, so that each has a frame. */
static void test_writer_canonical__a_million_levels(void **state)
{
    (void)state;
    hf_buffer text = HF_BUFFER_INIT(32 * DEEP);
    for (int i = 0; i < DEEP; i++)
        assert_int_equal(hf_buffer_append(&text, HF_T("{\"b\":"), NULL), HF_OK);
    assert_int_equal(hf_buffer_append(&text, HF_T("1"), NULL), HF_OK);
    for (int i = 0; i < DEEP; i++)
        assert_int_equal(hf_buffer_append(&text, HF_T(",\"a\":0}"), NULL), HF_OK);
    hf_document *document = NULL;
    assert_int_equal(hf_read(hf_buffer_text(&text), NULL, &document, NULL), HF_OK);
    const char *fault = deep_stack_run(write_deep, document);
    if (fault != NULL)
        fail_msg("%s", fault);
    hf_document_drop(document);
    hf_buffer_release(&text);
}

static void test_writer_canonical__out_of_memory_leaves_the_buffer(void **state)
{
    (void)state;
    hf_document *document = test_read(
        "{\"e\":{\"d\":{\"c\":{\"b\":{\"a\":1,\"A\":2},\"B\":3},\"C\":[{\"z\":1,\"y\":2}]},\"D\":5},\"E\":6}");
    HF_OOM_LOOP(nth)
    {
        hf_buffer        buffer = HF_BUFFER_INIT(1 << 20);
        hf_write_options options = { .canonical = true, .allocator = nth };
        hf_status        status = hf_write(hf_root(document), &options, &buffer, NULL);
        HF_EXPECT(status == HF_OK || (status == HF_NO_MEMORY && buffer.length == 0));
        hf_buffer_release(&buffer);
    }
    hf_document_drop(document);
}

/* What is in order already needs no memory beside the buffer. */
static void test_writer_canonical__nothing_is_allocated_for_what_is_in_order(void **state)
{
    (void)state;
    test_allocator counting;
    test_allocator_init(&counting);
    hf_document     *document = test_read("{\"a\":{\"b\":1,\"c\":[1,{\"d\":2}]},\"b\":2}");
    hf_buffer        buffer = HF_BUFFER_INIT(1 << 20);
    hf_write_options options = { .canonical = true, .allocator = &counting.base };
    assert_int_equal(hf_write(hf_root(document), &options, &buffer, NULL), HF_OK);
    assert_int_equal(counting.requests, 0);
    hf_buffer_release(&buffer);
    hf_document_drop(document);
    assert_int_equal(test_allocator_release(&counting), 0);
}

/* What comes first when sorted is found without going through what comes before it in the document. */
static void test_writer_canonical__the_place_is_found_at_once(void **state)
{
    (void)state;
    hf_document *doubled = test_read("[1]"), *inner = test_read("{\"y\":[1],\"x\":[{\"d\":1,\"c\":1e400}]}");
    for (int i = 0; i < 40; i++) {
        hf_builder *builder = NULL;
        HF_EXPECT(hf_builder_create(NULL, &builder, NULL) == HF_OK);
        hf_build_array(builder);
        hf_build_mount(builder, hf_root(doubled));
        hf_build_mount(builder, hf_root(doubled));
        hf_build_end(builder);
        hf_document_drop(doubled);
        HF_EXPECT(hf_builder_finish(&builder, &doubled, NULL) == HF_OK);
    }
    hf_draft *draft = NULL;
    HF_EXPECT(hf_draft_create(NULL, &draft, NULL) == HF_OK && hf_set_object(draft, HF_T(""), NULL) == HF_OK);
    HF_EXPECT(hf_mount(draft, HF_T("/c"), inner, NULL) == HF_OK && hf_mount(draft, HF_T("/b"), doubled, NULL) == HF_OK);
    HF_EXPECT(hf_mount(draft, HF_T("/a"), inner, NULL) == HF_OK);
    test_expect_refused(hf_draft_root(draft), &form, HF_NOT_REPRESENTABLE, "/a/x/0/c");
    HF_EXPECT(hf_set_i64(draft, HF_T("/a/e"), 1, NULL) == HF_OK); /* what it shows is in parts then */
    test_expect_refused(hf_draft_root(draft), &form, HF_NOT_REPRESENTABLE, "/a/x/0/c");
    hf_document *frozen = NULL;
    HF_EXPECT(hf_freeze(&draft, &frozen, NULL) == HF_OK);
    test_expect_refused(hf_root(frozen), &form, HF_NOT_REPRESENTABLE, "/a/x/0/c");
    test_expect_refused(hf_get(hf_root(frozen), HF_T("a")), &form, HF_NOT_REPRESENTABLE, "/x/0/c");
    hf_document_drop(frozen);
    hf_document_drop(doubled);
    hf_document_drop(inner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writer_canonical__example_of_the_rfc),
        cmocka_unit_test(test_writer_canonical__sorting_of_the_rfc),
        cmocka_unit_test(test_writer_canonical__numbers_of_the_rfc),
        cmocka_unit_test(test_writer_canonical__integers_that_are_doubles),
        cmocka_unit_test(test_writer_canonical__numbers_that_are_no_doubles),
        cmocka_unit_test(test_writer_canonical__numbers_left_as_text),
        cmocka_unit_test(test_writer_canonical__objects_in_and_out_of_order),
        cmocka_unit_test(test_writer_canonical__the_same_key_twice),
        cmocka_unit_test(test_writer_canonical__the_place_is_found_at_once),
        cmocka_unit_test(test_writer_canonical__random_keys_come_in_the_order_of_utf16),
        cmocka_unit_test(test_writer_canonical__mounts_are_sorted_in_their_place),
        cmocka_unit_test(test_writer_canonical__in_pieces_the_same),
        cmocka_unit_test(test_writer_canonical__a_million_levels),
        cmocka_unit_test(test_writer_canonical__out_of_memory_leaves_the_buffer),
        cmocka_unit_test(test_writer_canonical__nothing_is_allocated_for_what_is_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
