/* test_number_read.c - reading numbers: kinds, grammar, and rounding against strtod, to which other code
 * leads. */
#include "base/number_read.h"
#include "base/number_write.h"

#include "random.h"
#include "unit.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Reads from a block of exactly the text's size, so that a sanitizer sees a byte read too far. */
static bool read_exact(const char *text, size_t length, hf__number_kind *kind, uint64_t *bits)
{
    char *copy = malloc(length + (length == 0));
    assert_non_null(copy);
    memcpy(copy, text, length);
    bool valid = hf__number_read(copy, copy + length, kind, bits);
    free(copy);
    return valid;
}

static void expect_number(const char *text, hf__number_kind kind, uint64_t bits)
{
    hf__number_kind got = 0;
    uint64_t        got_bits = 1;
    if (!read_exact(text, strlen(text), &got, &got_bits) || got != kind || got_bits != bits) {
        print_error("%s: kind %d bits %016llx\n", text, (int)got, (unsigned long long)got_bits);
        fail();
    }
}

static void expect_double(const char *text, double value)
{
    expect_number(text, HF__NUMBER_DOUBLE, bits_of(value));
}

static void test_number_read__integers_at_their_edges(void **state)
{
    (void)state;
    expect_number("0", HF__NUMBER_INT64, 0);
    expect_number("7", HF__NUMBER_INT64, 7);
    expect_number("-1", HF__NUMBER_INT64, UINT64_MAX);
    expect_number("12345678", HF__NUMBER_INT64, 12345678);
    expect_number("123456789", HF__NUMBER_INT64, 123456789);
    expect_number("9007199254740993", HF__NUMBER_INT64, 9007199254740993);
    expect_number("9223372036854775807", HF__NUMBER_INT64, INT64_MAX);
    expect_number("9223372036854775808", HF__NUMBER_UINT64, (uint64_t)1 << 63);
    expect_number("9999999999999999999", HF__NUMBER_UINT64, 9999999999999999999u);
    expect_number("10000000000000000000", HF__NUMBER_UINT64, 10000000000000000000u);
    expect_number("18446744073709551615", HF__NUMBER_UINT64, UINT64_MAX);
    expect_number("18446744073709551616", HF__NUMBER_TEXT, 0);
    expect_number("19999999999999999999", HF__NUMBER_TEXT, 0);
    expect_number("20000000000000000000", HF__NUMBER_TEXT, 0);
    expect_number("99999999999999999999", HF__NUMBER_TEXT, 0);
    expect_number("100000000000000000000000000000000000000000", HF__NUMBER_TEXT, 0);
    expect_number("-9223372036854775808", HF__NUMBER_INT64, (uint64_t)1 << 63);
    expect_number("-9223372036854775809", HF__NUMBER_TEXT, 0);
    expect_number("-10000000000000000000", HF__NUMBER_TEXT, 0);
    expect_number("-18446744073709551615", HF__NUMBER_TEXT, 0);
    expect_double("-0", -0.0);
}

static void test_number_read__doubles_and_what_they_cannot_hold(void **state)
{
    (void)state;
    expect_double("0.0", 0.0);
    expect_double("-0.0", -0.0);
    expect_double("0e999999999999999999999999", 0.0);
    expect_double("-0.000000000000000000000000000000e-5", -0.0);
    expect_double("1e0", 1.0);
    expect_double("1E+2", 100.0);
    expect_double("0.1000", 0.1);
    expect_double("1.7976931348623157e308", DBL_MAX);
    expect_number("1.7976931348623159e308", HF__NUMBER_TEXT, 0);
    expect_number("9e308", HF__NUMBER_TEXT, 0);
    expect_number("1e400", HF__NUMBER_TEXT, 0);
    expect_number("-1e99999999999999999999999", HF__NUMBER_TEXT, 0);
    expect_double("5e-324", 0x1p-1074);
    expect_double("3e-324", 0x1p-1074);
    expect_number("2e-324", HF__NUMBER_TEXT, 0);
    expect_number("1e-400", HF__NUMBER_TEXT, 0);
    expect_double("2.2250738585072011e-308", 2.2250738585072011e-308);
    expect_double("2.2250738585072014e-308", DBL_MIN);
    expect_double("123456789012345678901234567890.0", 123456789012345678901234567890.0);
    expect_double("9007199254740992.5", 9007199254740992.0);
    expect_double("9007199254740993.0", 9007199254740992.0);
    expect_double("9007199254740995.0", 9007199254740996.0);
}

static void test_number_read__exponents_and_digits_make_up_for_each_other(void **state)
{
    (void)state;
    enum { ZEROS = 200000 };
    char *text = malloc(ZEROS + 64);
    assert_non_null(text);
    memcpy(text, "0.", 2);
    memset(text + 2, '0', ZEROS);
    strcpy(text + 2 + ZEROS, "15e200001");
    expect_double(text, 1.5);
    text[0] = '4';
    memset(text + 1, '0', ZEROS);
    strcpy(text + 1 + ZEROS, "e-200000");
    expect_double(text, 4.0);
    free(text);
}

/* Values halfway between two doubles, exactly and with a digit more far behind. */
static void test_number_read__halfway_with_hundreds_of_digits(void **state)
{
    (void)state;
    uint64_t seed = 42;
    char     text[1600], longer[1700];
    for (long round = 0; round < random_rounds(4000); round++) {
        uint64_t bits = random_next(&seed) & ~((uint64_t)1 << 63);
        if (round % 3 == 0)
            bits &= ((uint64_t)1 << 53) - 1; /* subnormal and just above */
        if ((bits >> 52) >= 0x7fe)
            continue;
        double value, above;
        memcpy(&value, &bits, sizeof value);
        bits++;
        memcpy(&above, &bits, sizeof above);
        /* long double holds the value halfway exactly: 54 bits. */
        long double half = ((long double)value + (long double)above) / 2;
        int         length = snprintf(text, sizeof text, "%.1100Lf", half);
        if (half < 1e-20L || length >= (int)sizeof text)
            length = snprintf(text, sizeof text, "%.800Le", half);
        hf__number_kind kind;
        uint64_t        got = 0;
        double          even = (bits & 1) == 0 ? above : value;
        assert_true(read_exact(text, (size_t)length, &kind, &got));
        if (kind == HF__NUMBER_DOUBLE)
            assert_int_equal(got, bits_of(even));
        else
            assert_true(even == 0);
        char *exponent = strchr(text, 'e');
        int   head = exponent != NULL ? (int)(exponent - text) : length;
        int   total = snprintf(longer, sizeof longer, "%.*s0000000000000000000000000001%s", head, text,
                             exponent != NULL ? exponent : "");
        assert_true(read_exact(longer, (size_t)total, &kind, &got));
        assert_int_equal(kind, HF__NUMBER_DOUBLE);
        assert_int_equal(got, bits_of(above));
    }
}

static void test_number_read__grammar(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t      fault;
    } bad[] = {
        { "", 0 },     { "-", 1 },         { "+1", 0 },
        { "01", 1 },   { "-01", 2 },       { "1.", 2 },
        { "1.e5", 2 }, { ".5", 0 },        { "1e", 2 },
        { "1e+", 3 },  { "1e-", 3 },       { "1e5.", 3 },
        { "1e5e", 3 }, { "1 ", 1 },        { " 1", 0 },
        { "0x1", 1 },  { "1_0", 1 },       { "Infinity", 0 },
        { "NaN", 0 },  { "-Infinity", 1 }, { "1.5.", 3 },
        { "00", 1 },   { "-", 1 },         { "--1", 1 },
        { "1-", 1 },   { "12345678a", 8 }, { "1.12345678x", 10 },
        { "0e", 2 },   { "1,5", 1 },       { "1e1.5", 3 },
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        hf__number_kind kind = 77;
        uint64_t        bits = 77;
        size_t          length = strlen(bad[i].text);
        if (read_exact(bad[i].text, length, &kind, &bits))
            fail_msg("accepted: %s", bad[i].text);
        assert_int_equal(kind, 77);
        assert_int_equal(bits, 77);
        assert_int_equal(hf__number_fault(bad[i].text, bad[i].text + length), bad[i].fault);
    }
    const char     *good = "-12.50e+3,";
    hf__number_kind kind;
    uint64_t        bits;
    assert_ptr_equal(hf__number_read_prefix(good, good + 10, &kind, &bits), good + 9);
    assert_int_equal(bits, bits_of(-12500.0));
    assert_int_equal(hf__number_fault(good, good + 9), 9);
}

/* Random characters of the grammar: accepted exactly when a plain automaton accepts. */
static bool automaton_accepts(const char *text, size_t length)
{
    /* Columns: 1-9, 0, point, minus, e; -1 refuses. States: 0 start, 1 minus, 2 zero, 3 whole, 4 point,
     * 5 fraction, 6 e, 7 its sign, 8 exponent. */
    static const short next[9][5] = {
        { 3, 2, -1, 1, -1 }, { 3, 2, -1, -1, -1 }, { -1, -1, 4, -1, 6 },
        { 3, 3, 4, -1, 6 },  { 5, 5, -1, -1, -1 }, { 5, 5, -1, -1, 6 },
        { 8, 8, -1, 7, -1 }, { 8, 8, -1, -1, -1 }, { 8, 8, -1, -1, -1 },
    };
    int at = 0;
    for (size_t i = 0; i < length && at >= 0; i++) {
        char c = text[i];
        int  column = c >= '1' && c <= '9' ? 0 : c == '0' ? 1 : c == '.' ? 2 : c == '-' ? 3 : 4;
        if (c == '+')
            at = at == 6 ? 7 : -1;
        else
            at = next[at][column];
    }
    return at == 2 || at == 3 || at == 5 || at == 8;
}

static void test_number_read__accepts_what_an_automaton_accepts(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789000111.-+eE";
    uint64_t          seed = 7;
    long              accepted = 0;
    for (long round = 0; round < random_rounds(400000); round++) {
        char   text[32];
        size_t length = random_below(&seed, 14);
        for (size_t i = 0; i < length; i++)
            text[i] = alphabet[random_below(&seed, sizeof alphabet - 1)];
        hf__number_kind kind;
        uint64_t        bits;
        bool            valid = hf__number_read(text, text + length, &kind, &bits);
        if (valid != automaton_accepts(text, length))
            fail_msg("%.*s: %d", (int)length, text, valid);
        assert_true(valid || hf__number_fault(text, text + length) <= length);
        accepted += valid;
    }
    assert_true(accepted > 1000);
}

/* Random spellings with any number of digits, against strtod. */
static void test_number_read__rounds_as_strtod_does(void **state)
{
    (void)state;
    uint64_t seed = 99;
    for (long round = 0; round < random_rounds(300000); round++) {
        char text[128], *to = text;
        int  digits = 1 + (int)random_below(&seed, round % 4 == 0 ? 60 : 22);
        int  point = (int)random_below(&seed, (uint64_t)digits + 1);
        *to++ = (char)('1' + random_below(&seed, 9));
        for (int i = 1; i < digits; i++) {
            if (i == point)
                *to++ = '.';
            *to++ = (char)('0' + random_below(&seed, 10));
        }
        int exponent = (int)random_below(&seed, round % 2 == 0 ? 40 : 700) - (round % 2 == 0 ? 20 : 350);
        to += sprintf(to, "e%d", exponent);
        hf__number_kind kind;
        uint64_t        bits;
        double          expected = strtod(text, NULL);
        assert_true(hf__number_read(text, to, &kind, &bits));
        bool holds = isfinite(expected) && expected != 0;
        if (kind != (holds ? HF__NUMBER_DOUBLE : HF__NUMBER_TEXT) || (holds && bits != bits_of(expected)))
            fail_msg("%s: %a, kind %d bits %016llx", text, expected, (int)kind, (unsigned long long)bits);
        assert_int_equal(bits_of(hf__number_nearest(text, to)), bits_of(expected));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number_read__integers_at_their_edges),
        cmocka_unit_test(test_number_read__doubles_and_what_they_cannot_hold),
        cmocka_unit_test(test_number_read__exponents_and_digits_make_up_for_each_other),
        cmocka_unit_test(test_number_read__halfway_with_hundreds_of_digits),
        cmocka_unit_test(test_number_read__grammar),
        cmocka_unit_test(test_number_read__accepts_what_an_automaton_accepts),
        cmocka_unit_test(test_number_read__rounds_as_strtod_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
