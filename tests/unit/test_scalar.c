/* test_scalar.c - lib/value/value.c: scalars with a fallback and strict ones, by one table of numbers. */
#include "unit.h"

#include <holdfast/read.h>
#include <math.h>
#include <string.h>

#include "documents.h"

#define NO_I64 INT64_C(-77) /* what the calls with a fallback give where nothing fits */
#define NO_U64 UINT64_C(77)

typedef struct number_case {
    const char *spelling;
    int64_t     signed_value;   /* NO_I64: fits no int64_t */
    uint64_t    unsigned_value; /* NO_U64: fits no uint64_t */
    double      real;           /* NAN: beyond the largest double */
} number_case;

static const number_case numbers[] = {
    { "0", 0, 0, 0 },
    { "-0", 0, 0, -0.0 },
    { "-0.0", 0, 0, -0.0 },
    { "1", 1, 1, 1 },
    { "-1", -1, NO_U64, -1 },
    { "3.0", 3, 3, 3 },
    { "30e-1", 3, 3, 3 },
    { "3.5", NO_I64, NO_U64, 3.5 },
    { "0.1", NO_I64, NO_U64, 0.1 },
    { "1e3", 1000, 1000, 1000 },
    { "9007199254740993", 9007199254740993, 9007199254740993, 9007199254740992.0 },
    { "9223372036854775807", INT64_MAX, INT64_MAX, 9223372036854775808.0 },
    { "9223372036854775808", NO_I64, UINT64_C(9223372036854775808), 9223372036854775808.0 },
    { "9223372036854775808.0", NO_I64, UINT64_C(9223372036854775808), 9223372036854775808.0 },
    { "-9223372036854775808", INT64_MIN, NO_U64, -9223372036854775808.0 },
    { "-9223372036854775809", NO_I64, NO_U64, -9223372036854775808.0 },
    { "18446744073709551615", NO_I64, UINT64_MAX, 18446744073709551616.0 },
    { "18446744073709551616", NO_I64, NO_U64, 18446744073709551616.0 },
    /* With a fraction or an exponent it is the nearest double, and that one's value counts. */
    { "18446744073709551615.0", NO_I64, NO_U64, 18446744073709551616.0 },
    { "9007199254740993.0", 9007199254740992, 9007199254740992, 9007199254740992.0 },
    { "1e19", NO_I64, UINT64_C(10000000000000000000), 1e19 },
    { "1e308", NO_I64, NO_U64, 1e308 },
    { "1e400", NO_I64, NO_U64, NAN },
    { "-1e400", NO_I64, NO_U64, NAN },
    { "1e-400", NO_I64, NO_U64, 0 },
    { "0e400", 0, 0, 0 },
};

static void check_number(hf_value value, const number_case *expected)
{
    int64_t  signed_value = NO_I64;
    uint64_t unsigned_value = NO_U64;
    double   real = NAN;
    bool     truth = true;
    hf_text  text = HF_T("as before");
    assert_int_equal(hf_as_i64(value, NO_I64), expected->signed_value);
    assert_int_equal(hf_as_u64(value, NO_U64), expected->unsigned_value);
    assert_int_equal(hf_to_i64(value, &signed_value), expected->signed_value == NO_I64 ? HF_OUT_OF_RANGE : HF_OK);
    assert_int_equal(signed_value, expected->signed_value);
    assert_int_equal(hf_to_u64(value, &unsigned_value), expected->unsigned_value == NO_U64 ? HF_OUT_OF_RANGE : HF_OK);
    assert_int_equal(unsigned_value, expected->unsigned_value);
    assert_int_equal(hf_to_double(value, &real), isnan(expected->real) ? HF_OUT_OF_RANGE : HF_OK);
    HF_EXPECT(isnan(expected->real) ? isnan(real) : real == expected->real && signbit(real) == signbit(expected->real));
    HF_EXPECT(isnan(expected->real) ? hf_as_double(value, 5) == 5 : hf_as_double(value, 5) == expected->real);
    assert_int_equal(hf_to_bool(value, &truth), HF_WRONG_KIND);
    assert_int_equal(hf_to_text(value, &text), HF_WRONG_KIND);
    HF_EXPECT(truth && hf_text_equal(text, HF_T("as before")));
}

static void test_scalar__numbers_whose_value_fits(void **state)
{
    (void)state;
    static const hf_numbers modes[] = { HF_NUMBERS_CONVERT, HF_NUMBERS_AS_TEXT };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        for (size_t mode = 0; mode < 2; mode++) {
            hf_document *document = NULL;
            hf_read_options options = { .numbers = modes[mode] };
            assert_int_equal(hf_read(hf_text_from_cstr(numbers[i].spelling), &options, &document, NULL), HF_OK);
            check_number(hf_root(document), &numbers[i]);
            hf_document_drop(document);
        }
    }
}

static void test_scalar__narrow_integers(void **state)
{
    (void)state;
    hf_document *document = test_read("[2147483647,2147483648,-2147483648,-2147483649,4294967295,4294967296,65535,65536,-1,"
                                      "18446744073709551615,9223372036854775807,\"1\"]");
    static const int64_t as_i32[] = { INT32_MAX, 7, INT32_MIN, 7, 7, 7, 65535, 65536, -1, 7, 7, 7 };
    static const int64_t as_u32[] = { INT32_MAX, 2147483648, 7, 7, UINT32_MAX, 7, 65535, 65536, 7, 7, 7, 7 };
    static const int64_t as_u16[] = { 7, 7, 7, 7, 7, 7, 65535, 7, 7, 7, 7, 7 };
    for (uint64_t i = 0; i < hf_count(hf_root(document)); i++) {
        hf_value value = hf_at(hf_root(document), i);
        assert_int_equal(hf_as_i32(value, 7), as_i32[i]);
        assert_int_equal(hf_as_u32(value, 7), as_u32[i]);
        assert_int_equal(hf_as_u16(value, 7), as_u16[i]);
    }
    hf_document_drop(document);
}

/* Every kind beside every question: one answer each, and results untouched where there is none. */
static void test_scalar__other_kinds(void **state)
{
    (void)state;
    hf_document *document = test_read("[null,true,false,\"text\",\"a longer text than fits a slot\",[],{},1]");
    static const hf_status truths[] = { HF_WRONG_KIND, HF_OK, HF_OK, HF_WRONG_KIND, HF_WRONG_KIND, HF_WRONG_KIND,
                                        HF_WRONG_KIND, HF_WRONG_KIND, HF_NOT_FOUND };
    static const hf_status texts[] = { HF_WRONG_KIND, HF_WRONG_KIND, HF_WRONG_KIND, HF_OK, HF_OK, HF_WRONG_KIND,
                                       HF_WRONG_KIND, HF_WRONG_KIND, HF_NOT_FOUND };
    static const hf_kind kinds[] = { HF_KIND_NULL, HF_KIND_BOOL, HF_KIND_BOOL, HF_KIND_TEXT, HF_KIND_TEXT,
                                     HF_KIND_ARRAY, HF_KIND_OBJECT, HF_KIND_INT64, HF_KIND_ABSENT };
    for (uint64_t i = 0; i < 9; i++) { /* the last is absent */
        hf_value value = hf_at(hf_root(document), i);
        bool     truth = true;
        int64_t  number = 5;
        double   real = 5;
        hf_text  text = HF_T("as before");
        assert_int_equal(hf_kind_of(value), kinds[i]);
        assert_int_equal(hf_to_bool(value, &truth), truths[i]);
        HF_EXPECT(truth == (i != 2));
        HF_EXPECT(hf_as_bool(value, true) == truth && hf_as_bool(value, false) == (truth && i == 1));
        assert_int_equal(hf_to_text(value, &text), texts[i]);
        HF_EXPECT(hf_text_equal(hf_as_text(value, HF_T("as before")), text));
        HF_EXPECT(i == 3 ? hf_text_equal(text, HF_T("text"))
                         : hf_text_equal(text, i == 4 ? HF_T("a longer text than fits a slot") : HF_T("as before")));
        hf_status status = i == 7 ? HF_OK : i == 8 ? HF_NOT_FOUND : HF_WRONG_KIND;
        assert_int_equal(hf_to_i64(value, &number), status);
        assert_int_equal(hf_to_double(value, &real), status);
        HF_EXPECT(number == (i == 7 ? 1 : 5) && real == (i == 7 ? 1.0 : 5.0));
        HF_EXPECT(hf_as_i64(value, 5) == number && hf_as_double(value, 5) == real);
        assert_int_equal(hf_number_text(value).length, i == 7 ? 1 : 0);
    }
    hf_document_drop(document);
}

static void test_scalar__kinds_and_statuses_have_words(void **state)
{
    (void)state;
    for (int kind = HF_KIND_ABSENT; kind <= HF_KIND_FOREIGN; kind++) {
        const char *name = hf_kind_name((hf_kind)kind);
        HF_EXPECT(name != NULL && name[0] != '\0');
        for (int other = HF_KIND_ABSENT; other < kind; other++)
            assert_string_not_equal(name, hf_kind_name((hf_kind)other));
    }
    static const hf_status statuses[] = {
#define LISTED(name, number, words) name,
        HF_STATUS_LIST(LISTED)
#undef LISTED
    };
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        HF_EXPECT(strncmp(hf_status_name(statuses[i]), "HF_", 3) == 0 && hf_status_text(statuses[i])[0] != '\0');
        for (size_t k = 0; k < i; k++) {
            HF_EXPECT(statuses[k] != statuses[i]);
            assert_string_not_equal(hf_status_text(statuses[k]), hf_status_text(statuses[i]));
        }
    }
    assert_string_equal(hf_status_text((hf_status)9999), "unknown status");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalar__numbers_whose_value_fits),
        cmocka_unit_test(test_scalar__narrow_integers),
        cmocka_unit_test(test_scalar__other_kinds),
        cmocka_unit_test(test_scalar__kinds_and_statuses_have_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
