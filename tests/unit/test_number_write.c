/* test_number_write.c - writing numbers: spelling, shortest and nearest digits, and reading back. */
#include "base/number_read.h"
#include "base/number_write.h"

#include "random.h"
#include "rfc8785_numbers.h"
#include "unit.h"

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

static double double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void expect_text(const char *got, size_t length, const char *expected)
{
    if (length != strlen(expected) || memcmp(got, expected, length) != 0)
        fail_msg("%.*s, expected %s", (int)length, got, expected);
}

static void expect_spelling(double value, const char *plain, const char *canonical)
{
    char out[HF__NUMBER_WRITE_ROOM];
    expect_text(out, hf__number_write_double(out, value), plain);
    expect_text(out, hf__number_write_canonical(out, value), canonical);
}

static void test_number_write__spells_doubles(void **state)
{
    (void)state;
    expect_spelling(0.0, "0.0", "0");
    expect_spelling(-0.0, "-0.0", "0");
    expect_spelling(1.0, "1.0", "1");
    expect_spelling(-100.0, "-100.0", "-100");
    expect_spelling(0.1, "0.1", "0.1");
    expect_spelling(1.5, "1.5", "1.5");
    expect_spelling(-123.456, "-123.456", "-123.456");
    expect_spelling(1e-6, "0.000001", "0.000001");
    expect_spelling(1.25e-6, "0.00000125", "0.00000125");
    expect_spelling(1e-7, "1e-7", "1e-7");
    expect_spelling(9007199254740991.0, "9007199254740991.0", "9007199254740991");
    expect_spelling(9007199254740992.0, "9007199254740992.0", "9007199254740992");
    expect_spelling(123456789012345680000.0, "123456789012345680000.0", "123456789012345680000");
    expect_spelling(1e20, "100000000000000000000.0", "100000000000000000000");
    expect_spelling(999999999999999868928.0, "999999999999999900000.0", "999999999999999900000");
    expect_spelling(1e21, "1e21", "1e+21");
    expect_spelling(1e22, "1e22", "1e+22");
    expect_spelling(1e23, "1e23", "1e+23");
    expect_spelling(2e-44, "2e-44", "2e-44");
    expect_spelling(5e-324, "5e-324", "5e-324");
    expect_spelling(1.7976931348623157e308, "1.7976931348623157e308", "1.7976931348623157e+308");
    expect_spelling(2.2250738585072014e-308, "2.2250738585072014e-308", "2.2250738585072014e-308");
    expect_spelling(2.225073858507201e-308, "2.225073858507201e-308", "2.225073858507201e-308");
    expect_spelling(-0.000001234567890123456, "-0.000001234567890123456", "-0.000001234567890123456");
    expect_spelling(9007199254740993e1, "90071992547409940.0", "90071992547409940");
    expect_spelling(INFINITY, "", "");
    expect_spelling(-INFINITY, "", "");
    expect_spelling(NAN, "", "");
}

/* The samples of RFC 8785, appendix B. */
static void test_number_write__canonical_samples_of_rfc_8785(void **state)
{
    (void)state;
    char out[HF__NUMBER_WRITE_ROOM];
    for (size_t i = 0; i < sizeof rfc8785_numbers / sizeof rfc8785_numbers[0]; i++)
        expect_text(out, hf__number_write_canonical(out, double_of(rfc8785_numbers[i].bits)), rfc8785_numbers[i].text);
}

static void test_number_write__integers(void **state)
{
    (void)state;
    char     out[HF__NUMBER_WRITE_ROOM], expected[32];
    uint64_t seed = 3, power = 1;
    for (int i = 0; i < 20; i++, power *= 10) {
        for (int step = -1; step <= 1; step++) {
            uint64_t value = power + (uint64_t)(int64_t)step;
            sprintf(expected, "%llu", (unsigned long long)value);
            expect_text(out, hf__number_write_u64(out, value), expected);
            sprintf(expected, "%lld", (long long)(0 - value));
            expect_text(out, hf__number_write_i64(out, (int64_t)(0 - value)), expected);
        }
    }
    expect_text(out, hf__number_write_i64(out, INT64_MIN), "-9223372036854775808");
    expect_text(out, hf__number_write_u64(out, UINT64_MAX), "18446744073709551615");
    for (long round = 0; round < random_rounds(300000); round++) {
        uint64_t value = random_next(&seed) >> random_below(&seed, 64);
        sprintf(expected, "%llu", (unsigned long long)value);
        expect_text(out, hf__number_write_u64(out, value), expected);
    }
}

static void expect_reads_back(double value)
{
    char            out[HF__NUMBER_WRITE_ROOM];
    hf__number_kind kind;
    uint64_t        bits;
    size_t          length = hf__number_write_double(out, value);
    assert_true(length > 0 && length <= HF__NUMBER_WRITE_MAX);
    if (!hf__number_read(out, out + length, &kind, &bits) || kind != HF__NUMBER_DOUBLE ||
        bits != bits_of(value))
        fail_msg("%a written as %.*s", value, (int)length, out);
    length = hf__number_write_canonical(out, value);
    assert_true(length > 0 && length <= HF__NUMBER_WRITE_MAX);
    if (!(hf__number_nearest(out, out + length) == value))
        fail_msg("%a written canonically as %.*s", value, (int)length, out);
}

/* Significant digits and exponent of a spelling. */
static int significant(const char *text, size_t length, char *ret_digits)
{
    int count = 0;
    for (size_t i = 0; i < length && text[i] != 'e'; i++)
        if (text[i] >= '0' && text[i] <= '9' && (count > 0 || text[i] != '0'))
            ret_digits[count++] = text[i];
    while (count > 0 && ret_digits[count - 1] == '0')
        count--;
    ret_digits[count] = '\0';
    return count;
}

/* One digit less does not read back, and of this length it is the nearest: what printf gives. Next to
 * a power of two printf's nearest can lie outside of the interval where another one is inside. */
static void expect_shortest(double value)
{
    char   out[HF__NUMBER_WRITE_ROOM], digits[40], text[64], nearest[64];
    size_t length = hf__number_write_double(out, value);
    int    count = significant(out, length, digits);
    snprintf(text, sizeof text, "%.*e", count - 1, value);
    significant(text, strlen(text), nearest);
    if (strcmp(digits, nearest) != 0 && strtod(text, NULL) == value)
        fail_msg("%a: %s, nearer is %s", value, digits, text);
    if (count > 1) {
        snprintf(text, sizeof text, "%.*e", count - 2, value);
        if (strtod(text, NULL) == value)
            fail_msg("%a: %s, shorter is %s", value, digits, text);
    }
}

static void test_number_write__all_powers_of_two(void **state)
{
    (void)state;
    for (uint64_t exponent = 1; exponent < 0x7ff; exponent++) {
        for (int step = -2; step <= 2; step++) {
            uint64_t bits = (exponent << 52) + (uint64_t)(int64_t)step;
            expect_reads_back(double_of(bits));
            expect_shortest(double_of(bits));
        }
    }
    for (int i = 0; i < 52; i++) {
        expect_reads_back(double_of((uint64_t)1 << i));
        expect_shortest(double_of((uint64_t)1 << i));
    }
}

static double random_double(uint64_t *seed, long round)
{
    static const double scales[] = { 1, 10, 100, 1000, 10000, 1e6, 1e9, 1e15 };
    uint64_t            bits = random_next(seed);
    if (round % 3 == 1)
        return (double)(int64_t)(random_below(seed, 2000000000) - 1000000000) / scales[random_below(seed, 8)];
    if (round % 97 == 0)
        bits &= 0x800fffffffffffffu; /* subnormal */
    if (round % 89 == 0)
        bits &= 0xfffffffff0000000u; /* few bits, so that intervals end on integers */
    double value = double_of(bits);
    return isfinite(value) ? value : 1.5;
}

static void test_number_write__random_doubles_read_back(void **state)
{
    (void)state;
    uint64_t seed = 88172645463325252u;
    for (long round = 0; round < random_rounds(500000); round++)
        expect_reads_back(random_double(&seed, round));
}

static void test_number_write__random_doubles_are_shortest(void **state)
{
    (void)state;
    uint64_t seed = 1234567;
    for (long round = 0; round < random_rounds(150000); round++)
        expect_shortest(random_double(&seed, round));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number_write__spells_doubles),
        cmocka_unit_test(test_number_write__canonical_samples_of_rfc_8785),
        cmocka_unit_test(test_number_write__integers),
        cmocka_unit_test(test_number_write__all_powers_of_two),
        cmocka_unit_test(test_number_write__random_doubles_read_back),
        cmocka_unit_test(test_number_write__random_doubles_are_shortest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
