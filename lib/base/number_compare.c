/* number_compare.c - order and hash of numbers by their exact value. */
#include "base/number_compare.h"

#include "base/hash.h"
#include "base/number_decimal.h"
#include "base/number_write.h"

#include <string.h>

static const double two_to_63 = 9223372036854775808.0, two_to_64 = 18446744073709551616.0;

static double double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static int sign_of(int64_t value)
{
    return (value > 0) - (value < 0);
}

/* ---- words ------------------------------------------------------------------------------- */

static int compare_integers(hf__number a, hf__number b)
{
    if (a.kind == b.kind && a.kind == HF__NUMBER_INT64)
        return ((int64_t)a.bits > (int64_t)b.bits) - ((int64_t)a.bits < (int64_t)b.bits);
    bool a_negative = a.kind == HF__NUMBER_INT64 && (int64_t)a.bits < 0;
    bool b_negative = b.kind == HF__NUMBER_INT64 && (int64_t)b.bits < 0;
    if (a_negative != b_negative)
        return a_negative ? -1 : 1;
    return (a.bits > b.bits) - (a.bits < b.bits);
}

/* The double is cut to an integer, which is exact; its fraction decides only between equals. */
static int compare_integer_double(hf__number integer, double value)
{
    hf__number whole = { .kind = HF__NUMBER_INT64 };
    if (value >= two_to_64)
        return -1;
    if (value < -two_to_63)
        return 1;
    if (value >= two_to_63) {
        whole.kind = HF__NUMBER_UINT64;
        whole.bits = (uint64_t)value;
        return compare_integers(integer, whole);
    }
    int64_t cut = (int64_t)value;
    whole.bits = (uint64_t)cut;
    int order = compare_integers(integer, whole);
    if (order != 0)
        return order;
    return ((double)cut > value) - ((double)cut < value);
}

/* ---- spelled numbers --------------------------------------------------------------------- */

/* |value| = significand * 2^exponent. */
static uint64_t take_apart(double value, int *ret_exponent)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    int      exponent = (int)(bits >> 52 & 0x7ff);
    uint64_t mantissa = bits & (((uint64_t)1 << 52) - 1);
    *ret_exponent = (exponent != 0 ? exponent : 1) - 1075;
    return exponent != 0 ? mantissa | (uint64_t)1 << 52 : mantissa;
}

static int decimal_sign(const hf__decimal *decimal)
{
    return decimal->digit_count == 0 ? 0 : decimal->negative ? -1 : 1;
}

static int compare_text_double(hf__number text, double value)
{
    hf__decimal decimal = hf__decimal_of(text.text, text.text + text.length);
    int         sign = decimal_sign(&decimal), other = (value > 0) - (value < 0), exponent;
    if (sign != other || sign == 0)
        return sign_of(sign - other);
    /* Rounding keeps order: only a text that rounds to the value itself needs the big integers. */
    double nearest = hf__number_nearest(text.text, text.text + text.length);
    if (nearest != value)
        return nearest < value ? -1 : 1;
    uint64_t significand = take_apart(value, &exponent);
    return sign * hf__decimal_compare_binary(&decimal, significand, exponent);
}

static int compare_text_text(hf__number a, hf__number b)
{
    hf__decimal x = hf__decimal_of(a.text, a.text + a.length), y = hf__decimal_of(b.text, b.text + b.length);
    int         sign = decimal_sign(&x), other = decimal_sign(&y);
    if (sign != other || sign == 0)
        return sign_of(sign - other);
    return sign * hf__decimal_compare(&x, &y);
}

static int compare_text_integer(hf__number text, hf__number integer)
{
    char   spelled[HF__NUMBER_WRITE_ROOM];
    size_t length = integer.kind == HF__NUMBER_INT64 ? hf__number_write_i64(spelled, (int64_t)integer.bits)
                                                     : hf__number_write_u64(spelled, integer.bits);
    hf__number other = { .kind = HF__NUMBER_TEXT, .text = spelled, .length = length };
    return compare_text_text(text, other);
}

static int compare_text(hf__number text, hf__number other)
{
    if (other.kind == HF__NUMBER_TEXT)
        return compare_text_text(text, other);
    if (other.kind == HF__NUMBER_DOUBLE)
        return compare_text_double(text, double_of(other.bits));
    return compare_text_integer(text, other);
}

int hf__number_compare(hf__number a, hf__number b)
{
    if (a.kind == HF__NUMBER_TEXT)
        return compare_text(a, b);
    if (b.kind == HF__NUMBER_TEXT)
        return -compare_text(b, a);
    double x = double_of(a.bits), y = double_of(b.bits);
    if (a.kind == HF__NUMBER_DOUBLE)
        return b.kind == HF__NUMBER_DOUBLE ? (x > y) - (x < y) : -compare_integer_double(b, x);
    return b.kind == HF__NUMBER_DOUBLE ? compare_integer_double(a, y) : compare_integers(a, b);
}

/* ---- hash -------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t value, uint64_t seed)
{
    return hf__hash_words(value, 8, seed);
}

/* A whole value between -2^63 and 2^64 hashes as that integer, any other double by its bits. */
static uint64_t hash_double(double value, uint64_t seed)
{
    uint64_t bits;
    if (value >= -two_to_63 && value < two_to_63) {
        int64_t cut = (int64_t)value;
        if ((double)cut == value)
            return mix((uint64_t)cut, seed);
    } else if (value >= two_to_63 && value < two_to_64) {
        return mix((uint64_t)value, seed);
    }
    memcpy(&bits, &value, sizeof bits);
    return mix(bits, ~seed);
}

/* A spelled number hashes as the word that equals it, or by its digits where there is none. */
static uint64_t hash_text(hf__number text, uint64_t seed)
{
    const char *end = text.text + text.length;
    double      nearest = hf__number_nearest(text.text, end);
    bool        finite = nearest - nearest == 0;
    if (finite && compare_text_double(text, nearest) == 0)
        return hash_double(nearest, seed);
    hf__decimal decimal = hf__decimal_of(text.text, end);
    int64_t     magnitude = hf__decimal_magnitude(&decimal);
    if (magnitude > 0 && magnitude <= 20 && decimal.digit_count <= (uint64_t)magnitude) {
        uint64_t    value = 0;
        const char *at = decimal.digits;
        bool        fits = true;
        for (int64_t i = 0; i < magnitude; i++) {
            at += at < decimal.digits_end && *at == '.';
            uint64_t digit = at < decimal.digits_end ? (uint64_t)(*at++ - '0') : 0;
            fits = fits && !__builtin_mul_overflow(value, 10, &value) &&
                   !__builtin_add_overflow(value, digit, &value);
        }
        if (fits && (!decimal.negative || value <= (uint64_t)1 << 63))
            return mix(decimal.negative ? 0 - value : value, seed);
    }
    return hf__decimal_hash(&decimal, decimal.negative ? ~seed : seed);
}

uint64_t hf__number_hash(hf__number number, uint64_t seed)
{
    if (number.kind == HF__NUMBER_TEXT)
        return hash_text(number, seed);
    return number.kind == HF__NUMBER_DOUBLE ? hash_double(double_of(number.bits), seed)
                                            : mix(number.bits, seed);
}
