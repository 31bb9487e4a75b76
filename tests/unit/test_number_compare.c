/* test_number_compare.c - order, equality and hash of numbers of all kinds, against a table in ascending
 * order and against arithmetic of long double, which holds every int64, uint64 and double of the random test
 * exactly. */
#include "base/number_compare.h"
#include "base/number_write.h"

#include "random.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static hf__number number_of(const char *text)
{
    hf__number number = { .text = text, .length = strlen(text) };
    if (!hf__number_read(text, text + number.length, &number.kind, &number.bits))
        fail_msg("not a number: %s", text);
    return number;
}

/* The same number, kept as text whatever it is. */
static hf__number spelled(const char *text)
{
    hf__number number = { .kind = HF__NUMBER_TEXT, .text = text, .length = strlen(text) };
    return number;
}

/* Values in ascending order; those on one line are equal. */
static const char *const ascending[][8] = {
    { "-1e10000000000000000000000000000001", "-10e10000000000000000000000000000000" },
    { "-1e10000000000000000000000000000000" },
    { "-1e400", "-0.00001e405" },
    { "-18446744073709551616", "-18446744073709551616.0", "-1.8446744073709551616e19" },
    { "-18446744073709551615" },
    { "-9223372036854775809" },
    { "-9223372036854775808", "-9223372036854775808.0", "-922337203685477580800e-2" },
    { "-9223372036854775807" },
    { "-9007199254740993" },
    { "-9007199254740992", "-9007199254740992.0", "-9007199254740993.0" },
    { "-1.5" },
    { "-1", "-1.0", "-10e-1", "-1e0" },
    { "-5e-324" },
    { "-1e-400", "-0.1e-399" },
    { "-1e-99999999999999999999999999999" },
    { "0", "-0", "0.0", "-0.0", "0e5", "0e-99999999999999999999", "-0.000e99" },
    { "1e-99999999999999999999999999999", "10e-100000000000000000000000000000" },
    { "1e-99999999999999999999999999998" },
    { "1e-400", "0.1e-399", "10000e-404" },
    { "1.00000000000000000001e-400" },
    { "5e-324", "0.5e-323" },
    { "0.1", "0.1000", "1e-1", "1.0E-1" },
    { "0.5", "5e-1", "0.50" },
    { "1", "1.0", "1e0", "10e-1", "0.1e1", "100e-2" },
    { "1.5", "15e-1" },
    { "9007199254740992", "9007199254740992.0" },
    { "9007199254740993" },
    { "9007199254740994", "9007199254740994.0" },
    { "9223372036854775807" },
    { "9223372036854775808", "9223372036854775808.0" },
    { "9223372036854775809" },
    { "18446744073709551615" },
    { "18446744073709551616", "18446744073709551616.0", "1844674407370955161600e-2" },
    { "18446744073709551617" },
    { "18446744073709555712", "18446744073709555712.0" },
    { "1.7976931348623157e308" },
    { "1e309", "10e308" },
    { "1e999999999" },
    { "1e1000000000", "0.000001e1000000006" },
    { "1e99999999999999999999999999999" },
    { "1e100000000000000000000000000000", "0.1e100000000000000000000000000001" },
    { "1.1e100000000000000000000000000000", "11e99999999999999999999999999999" },
};

enum { LINES = sizeof ascending / sizeof ascending[0], COLUMNS = 8 };

static void expect_order(hf__number a, hf__number b, int order)
{
    int got = hf__number_compare(a, b);
    if ((got > 0) - (got < 0) != order)
        fail_msg("%s against %s: %d", a.text, b.text, got);
    if (order == 0 && hf__number_hash(a, 5) != hf__number_hash(b, 5))
        fail_msg("%s and %s hash apart", a.text, b.text);
}

static void test_number_compare__table_in_ascending_order(void **state)
{
    (void)state;
    for (int i = 0; i < LINES * COLUMNS; i++) {
        const char *a = ascending[i / COLUMNS][i % COLUMNS];
        for (int j = 0; a != NULL && j < LINES * COLUMNS; j++) {
            const char *b = ascending[j / COLUMNS][j % COLUMNS];
            if (b == NULL)
                continue;
            int order = (i / COLUMNS > j / COLUMNS) - (i / COLUMNS < j / COLUMNS);
            expect_order(number_of(a), number_of(b), order);
        }
    }
}

/* A spelled number is compared by its exact value, which a double of the same spelling is not. */
static void test_number_compare__text_is_exact(void **state)
{
    (void)state;
    expect_order(spelled("0.1"), number_of("0.1"), -1); /* the double is a little above 1/10 */
    expect_order(spelled("0.1000000000000000055511151231257827021181583404541015625"), number_of("0.1"), 0);
    expect_order(spelled("0.10000000000000000555111512312578270211815834045410156250001"), number_of("0.1"),
                 1);
    expect_order(spelled("-0.1"), number_of("-0.1"), 1);
    expect_order(spelled("4.9e-324"), number_of("5e-324"), -1);
    expect_order(spelled("5e-324"), number_of("5e-324"), 1);
    expect_order(spelled("1e23"), number_of("1e23"), 1);
    expect_order(spelled("42"), number_of("42"), 0);
    expect_order(spelled("42.00"), number_of("42"), 0);
    expect_order(spelled("18446744073709551615"), number_of("18446744073709551615"), 0);
    expect_order(spelled("18446744073709551615.5"), number_of("18446744073709551615"), 1);
    expect_order(spelled("-9223372036854775808e0"), number_of("-9223372036854775808"), 0);
    expect_order(spelled("-0.0"), number_of("0"), 0);
    expect_order(spelled("1e-1000"), number_of("0"), 1);
    expect_order(spelled("-1e-1000"), number_of("-0.0"), -1);
}

/* A megabyte of digits or zeros, and hostile exponents, in time linear in the text. */
static void test_number_compare__hostile_text_is_linear(void **state)
{
    (void)state;
    enum { LONG = 1 << 20 };
    char *a = malloc(LONG + 32), *b = malloc(LONG + 32);
    assert_non_null(a);
    assert_non_null(b);
    memset(a, '7', LONG);
    memset(b, '7', LONG);
    strcpy(a + LONG, "1");
    strcpy(b + LONG, "2");
    clock_t begin = clock();
    expect_order(spelled(a), spelled(b), -1);
    strcpy(a + LONG, "e-1048570");
    expect_order(spelled(a), number_of("777777.7"), 1); /* 777777.777... */
    expect_order(spelled(a), number_of("777777.8"), -1);
    memcpy(b, "1e", 2);
    strcpy(b + LONG, "8");
    expect_order(spelled(b), number_of("1e400"), 1);
    expect_order(spelled(b), spelled(b), 0);
    assert_true(clock() - begin < 2 * CLOCKS_PER_SEC);
    free(a);
    free(b);
}

/* Words of all kinds near one another. */
static hf__number random_word(uint64_t *seed, char *text)
{
    uint64_t   bits = random_next(seed) >> random_below(seed, 64);
    hf__number number = { .text = text };
    double     value = (double)(int64_t)bits;
    switch (random_below(seed, 5)) {
    case 0: number.kind = HF__NUMBER_INT64; break;
    case 1: number.kind = (int64_t)bits < 0 ? HF__NUMBER_UINT64 : HF__NUMBER_INT64; break;
    case 2: number.kind = HF__NUMBER_DOUBLE; break;
    case 3:
        number.kind = HF__NUMBER_DOUBLE;
        value = (double)bits / (double)(1 << random_below(seed, 5));
        break;
    default:
        number.kind = HF__NUMBER_INT64;
        bits = 0 - bits;
        break;
    }
    if (number.kind == HF__NUMBER_DOUBLE)
        memcpy(&bits, &value, sizeof bits);
    number.bits = bits;
    size_t length = number.kind == HF__NUMBER_DOUBLE  ? (size_t)sprintf(text, "%.9f", value)
                    : number.kind == HF__NUMBER_INT64 ? hf__number_write_i64(text, (int64_t)bits)
                                                      : hf__number_write_u64(text, bits);
    text[length] = '\0';
    number.length = length;
    return number;
}

static long double value_of(hf__number number)
{
    double value;
    memcpy(&value, &number.bits, sizeof value);
    if (number.kind == HF__NUMBER_DOUBLE)
        return value;
    return number.kind == HF__NUMBER_INT64 ? (long double)(int64_t)number.bits : (long double)number.bits;
}

static void test_number_compare__words_and_their_spellings_agree(void **state)
{
    (void)state;
    uint64_t seed = 2024;
    char     a_text[400], b_text[400];
    for (long round = 0; round < random_rounds(200000); round++) {
        hf__number  a = random_word(&seed, a_text), b = random_word(&seed, b_text);
        long double x = value_of(a), y = value_of(b);
        int         order = (x > y) - (x < y);
        expect_order(a, b, order);
        expect_order(spelled(a_text), b, order);
        expect_order(a, spelled(b_text), order);
        expect_order(spelled(a_text), spelled(b_text), order);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number_compare__table_in_ascending_order),
        cmocka_unit_test(test_number_compare__text_is_exact),
        cmocka_unit_test(test_number_compare__hostile_text_is_linear),
        cmocka_unit_test(test_number_compare__words_and_their_spellings_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
