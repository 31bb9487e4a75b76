/* test_gen_numbers.c - straight code against tables, for what it has ways of its own: numbers of every
 * length, texts of every length with something odd at every place, and texts that end at once. */
#include "unit.h"
#include "guard.h"
#include "random.h"

#include <fenv.h>
#include <math.h>

#include "shapes_sample.h"

static uint64_t state = 1;

/* The type without its straight code. */
static hf_type tables_of(const hf_type *type)
{
    hf_type tables = *type;
    tables.code = NULL;
    return tables;
}

static void expect_same_text(const hf_type *type, const void *object)
{
    hf_type tables = tables_of(type);
    hf_buffer straight = HF_BUFFER_INIT(SIZE_MAX), expected = HF_BUFFER_INIT(SIZE_MAX);
    hf_status status = hf_struct_encode(&tables, object, NULL, &expected, NULL);
    assert_int_equal(hf_struct_encode(type, object, NULL, &straight, NULL), status);
    assert_int_equal(straight.length, expected.length);
    if (expected.length > 0)
        assert_memory_equal(straight.bytes, expected.bytes, expected.length);
    hf_buffer_release(&straight);
    hf_buffer_release(&expected);
}

/* The text ends where no more may be read. */
static void expect_same_object(const hf_type *type, const char *json)
{
    hf_type tables = tables_of(type);
    size_t length = strlen(json);
    char *text = guard_create(length);
    void *straight = NULL, *expected = NULL;
    bool equal = false;
    hf_error straight_error, expected_error;
    memset(&straight_error, 0, sizeof straight_error);
    memset(&expected_error, 0, sizeof expected_error);
    memcpy(text, json, length);
    hf_status status = hf_struct_decode(&tables, hf_text_of(text, length), NULL, &expected, &expected_error);
    if (hf_struct_decode(type, hf_text_of(text, length), NULL, &straight, &straight_error) != status)
        fail_msg("%s: %s", json, hf_status_name(status));
    assert_int_equal(straight_error.offset, expected_error.offset);
    if (status == HF_OK) {
        assert_int_equal(hf_struct_equal(type, straight, expected, &equal, NULL), HF_OK);
        if (!equal)
            fail_msg("%s", json);
        assert_int_equal(hf_struct_destroy(type, straight, NULL), HF_OK);
        assert_int_equal(hf_struct_destroy(type, expected, NULL), HF_OK);
    }
    guard_destroy(text, length);
}

static void put_digits(char *to, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (char)('0' + random_below(&state, i == 0 && count > 1 && random_below(&state, 8) > 0 ? 9 : 10) + (i == 0 && count > 1 && random_below(&state, 8) > 0));
    for (size_t i = 0; i < count; i++)
        to[i] = to[i] > '9' ? '9' : to[i];
    to[count] = 0;
}

static void make_number(char *to)
{
    static const char *const ends[] = { "", "", "", "", "e1", "E-2", "e+0", ".", ".5e", "e", "x", "-", "e308", "e-330", ".0" };
    static const char *const edges[] = { "9999999999999999", "10000000000000000", "9223372036854775807", "9223372036854775808", "9999999999999999999",
                                         "18446744073709551615", "18446744073709551616", "1000000000000000000000" };
    char digits[64];
    to[0] = 0;
    if (random_below(&state, 16) == 0) {
        strcat(strcat(to, random_below(&state, 2) == 0 ? "-" : ""), edges[random_below(&state, sizeof edges / sizeof *edges)]);
        return;
    }
    if (random_below(&state, 3) == 0)
        strcat(to, "-");
    put_digits(digits, random_below(&state, 22));
    strcat(to, digits);
    if (random_below(&state, 2) == 0) {
        strcat(to, ".");
        put_digits(digits, random_below(&state, 20));
        strcat(to, digits);
    }
    strcat(to, ends[random_below(&state, sizeof ends / sizeof *ends)]);
}

/* The text of a plain with another value for the key. */
static void replace_value(char *to, size_t room, const hf_buffer *from, const char *key, const char *value)
{
    char spelled[16], text[2048];
    snprintf(spelled, sizeof spelled, "\"%s\":", key);
    snprintf(text, sizeof text, "%.*s", (int)from->length, from->bytes);
    char *at = strstr(text, spelled);
    assert_non_null(at);
    at += strlen(spelled);
    *at = 0;
    snprintf(to, room, "%s%s%s", text, value, strchr(at + 1, ','));
}

static void test_gen_numbers__are_read_as_by_tables(void **unused)
{
    static const char *const keys[] = { "i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64", "f32", "f64" };
    static const int modes[] = { FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
    plain sample;
    hf_buffer text = HF_BUFFER_INIT(SIZE_MAX);
    (void)unused;
    sample_plain(&sample);
    assert_int_equal(hf_struct_encode(&plain_hf_type, &sample, NULL, &text, NULL), HF_OK);
    for (long round = random_rounds(40000); round > 0; round--) {
        char number[128], json[2048];
        make_number(number);
        bool is_point = random_below(&state, 2) == 0, is_long = random_below(&state, 2) == 0; /* else the text ends soon */
        const char *key = keys[random_below(&state, sizeof keys / sizeof *keys)], *more = "                                                        ";
        if (is_point)
            snprintf(json, sizeof json, "{\"y\":0,\"x\":%s%s}", number, is_long ? more : "");
        else
            replace_value(json, sizeof json, &text, key, number);
        if (strchr(number, '.') != NULL) /* how the thread rounds says nothing about text */
            fesetround(modes[random_below(&state, 4)]);
        expect_same_object(is_point ? &point_hf_type : &plain_hf_type, json);
        fesetround(FE_TONEAREST);
    }
    hf_buffer_release(&text);
}

static void test_gen_numbers__are_written_as_by_tables(void **unused)
{
    (void)unused;
    for (long round = random_rounds(40000); round > 0; round--) {
        struct point point;
        uint64_t bits = random_next(&state);
        double powers[] = { 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7 };
        memcpy(&point.x, &bits, sizeof bits);
        if (!isfinite(point.x))
            continue;
        point.y = (double)(int64_t)(random_next(&state) >> random_below(&state, 64)) / powers[random_below(&state, 8)];
        point.y = random_below(&state, 2) == 0 ? -point.y : point.y;
        expect_same_text(&point_hf_type, &point);
    }
}

static void test_gen_numbers__zeros_have_one_hash(void **unused)
{
    static const int modes[] = { FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
    struct point zero = { 0 }, below = { 0 };
    uint64_t hash = 0, hash_below = 1;
    bool is_equal = false;
    (void)unused;
    below.x = -0.0;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        fesetround(modes[i]);
        hf_status status = hf_struct_equal(&point_hf_type, &zero, &below, &is_equal, NULL);
        status = status == HF_OK ? hf_struct_hash(&point_hf_type, &zero, &hash, NULL) : status;
        status = status == HF_OK ? hf_struct_hash(&point_hf_type, &below, &hash_below, NULL) : status;
        fesetround(FE_TONEAREST);
        assert_int_equal(status, HF_OK);
        assert_true(is_equal);
        assert_true(hash == hash_below);
    }
}

static void test_gen_numbers__of_every_length_are_written(void **unused)
{
    (void)unused;
    for (unsigned length = 0; length < 20; length++)
        for (int64_t i = -12; i <= 12; i++) {
            uint64_t magnitude = 1;
            for (unsigned digit = 0; digit < length; digit++)
                magnitude *= 10;
            magnitude += (uint64_t)i;
            plain all = { .i8 = (signed char)magnitude, .u8 = (unsigned char)magnitude, .i16 = (short)magnitude, .u16 = (unsigned short)magnitude,
                          .i32 = (int)magnitude, .u32 = (unsigned)magnitude, .i64 = (int64_t)(i % 2 == 0 ? magnitude : 0 - magnitude), .u64 = magnitude };
            expect_same_text(&plain_hf_type, &all);
        }
    for (int millionths = 0; millionths < 1000000; millionths += 17) {
        struct point point = { millionths / 1e6, -(1234567 + millionths / 1e6) };
        expect_same_text(&point_hf_type, &point);
    }
}

static void test_gen_numbers__texts_of_every_length(void **unused)
{
    static const char odd[] = { 0, '"', '\\', '\n', 0x1f, 0x7f, (char)0xc3, (char)0xff, '/' };
    (void)unused;
    for (size_t length = 0; length < 70; length++)
        for (size_t at = 0; at < length; at++)
            for (size_t i = 0; i < sizeof odd; i++) {
                shelf labels = { .first = { NULL } };
                char *text = guard_create(length + 1);
                memset(text, 'a', length);
                text[length] = 0;
                text[at] = odd[i];
                if (odd[i] == (char)0xc3 && at + 1 < length)
                    text[at + 1] = (char)0xa4;
                labels.first.label = text;
                expect_same_text(&shelf_hf_type, &labels);
                guard_destroy(text, length + 1);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gen_numbers__are_read_as_by_tables),
        cmocka_unit_test(test_gen_numbers__are_written_as_by_tables),
        cmocka_unit_test(test_gen_numbers__zeros_have_one_hash),
        cmocka_unit_test(test_gen_numbers__of_every_length_are_written),
        cmocka_unit_test(test_gen_numbers__texts_of_every_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
