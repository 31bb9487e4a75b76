/* number_decimal.c - exact arithmetic on spelled numbers, for the cases that words cannot decide.
 *
 * A double, or a value halfway between two doubles, has at most 768 significant decimal digits. So
 * when a text has more, all digits beyond DIGITS_USED may be replaced by a single 1: it stays on the
 * same side of every such value. That bounds the big integers, which live on the stack. */
#include "base/number_decimal.h"

#include "base/hash.h"
#include "base/wide.h"

#include <string.h>

enum { DIGITS_USED = 800, HEAD_DIGITS = 19 };

/* ---- taking apart ------------------------------------------------------------------------ */

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static const char *skip_zeros(const char *at, const char *end)
{
    while (at < end && *at == '0')
        at++;
    return at;
}

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && is_digit(*at))
        at++;
    return at;
}

/* Finds the first and last significant digit among whole part [whole, dot) and fraction (dot, last). */
static void trim_digits(hf__decimal *decimal, const char *whole, const char *dot, const char *last)
{
    const char *first = skip_zeros(whole, dot);
    if (first == dot && dot < last)
        first = skip_zeros(dot + 1, last);
    while (last > first && (last[-1] == '0' || last[-1] == '.'))
        last--;
    decimal->digits = first;
    decimal->digits_end = last;
    if (first == last)
        return;
    decimal->point = first < dot ? dot - first : dot + 1 - first;
    decimal->digit_count = (uint64_t)(last - first) - (first < dot && last > dot);
}

hf__decimal hf__decimal_of(const char *begin, const char *end)
{
    hf__decimal decimal = { 0 };
    decimal.negative = begin < end && *begin == '-';
    const char *whole = begin + decimal.negative;
    const char *dot = skip_digits(whole, end);
    const char *last = dot < end && *dot == '.' ? skip_digits(dot + 1, end) : dot;
    trim_digits(&decimal, whole, dot, last);
    const char *exponent = last;
    if (exponent < end) { /* 'e' or 'E' */
        exponent++;
        decimal.exponent_negative = *exponent == '-';
        exponent += *exponent == '-' || *exponent == '+';
    }
    decimal.exponent = skip_zeros(exponent, end);
    decimal.exponent_end = end;
    return decimal;
}

int64_t hf__decimal_magnitude(const hf__decimal *decimal)
{
    const int64_t limit = 1000000000000000000;
    int64_t       exponent = 0;
    for (const char *at = decimal->exponent; at < decimal->exponent_end && exponent < limit; at++)
        exponent = exponent >= limit / 10 ? limit : exponent * 10 + (*at - '0');
    int64_t sum = decimal->point + (decimal->exponent_negative ? -exponent : exponent);
    return sum > limit ? limit : sum < -limit ? -limit : sum;
}

uint64_t hf__decimal_head(const hf__decimal *decimal, unsigned *ret_digits)
{
    uint64_t value = 0;
    unsigned digits = 0;
    for (const char *at = decimal->digits; at < decimal->digits_end && digits < HEAD_DIGITS; at++) {
        if (*at == '.')
            continue;
        value = value * 10 + (uint64_t)(*at - '0');
        digits++;
    }
    *ret_digits = digits;
    return value;
}

/* ---- big integers ------------------------------------------------------------------------ */

/* Little end first, no zero word on top. The largest that occurs is 2^54 * 5^1125, 2667 bits. */
enum { BIG_WORDS = 48 };

typedef struct big {
    unsigned count;
    uint64_t word[BIG_WORDS];
} big;

static void big_multiply_add(big *b, uint64_t factor, uint64_t carry)
{
    for (unsigned i = 0; i < b->count; i++) {
        hf__u128 product = (hf__u128)b->word[i] * factor + carry;
        b->word[i] = (uint64_t)product;
        carry = (uint64_t)(product >> 64);
    }
    if (carry != 0)
        b->word[b->count++] = carry;
}

static void big_multiply_power_of_five(big *b, unsigned power)
{
    const uint64_t five_to_27 = 7450580596923828125u;
    for (; power >= 27; power -= 27)
        big_multiply_add(b, five_to_27, 0);
    uint64_t rest = 1;
    for (; power > 0; power--)
        rest *= 5;
    big_multiply_add(b, rest, 0);
}

static void big_shift_left(big *b, unsigned bits)
{
    unsigned words = bits / 64;
    if (bits % 64 != 0)
        big_multiply_add(b, (uint64_t)1 << (bits % 64), 0);
    if (words == 0 || b->count == 0)
        return;
    memmove(b->word + words, b->word, b->count * sizeof b->word[0]);
    memset(b->word, 0, words * sizeof b->word[0]);
    b->count += words;
}

static int big_compare(const big *a, const big *b)
{
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    for (unsigned i = a->count; i-- > 0;)
        if (a->word[i] != b->word[i])
            return a->word[i] < b->word[i] ? -1 : 1;
    return 0;
}

/* The first DIGITS_USED digits, and a 1 for all that follow. Returns how many digits that makes. */
static unsigned big_from_digits(big *b, const hf__decimal *decimal)
{
    unsigned digits = 0;
    uint64_t chunk = 0, scale = 1;
    b->count = 0;
    for (const char *at = decimal->digits; at < decimal->digits_end && digits < DIGITS_USED; at++) {
        if (*at == '.')
            continue;
        chunk = chunk * 10 + (uint64_t)(*at - '0');
        scale *= 10;
        digits++;
        if (scale == 10000000000000000000u) {
            big_multiply_add(b, scale, chunk);
            chunk = 0;
            scale = 1;
        }
    }
    big_multiply_add(b, scale, chunk);
    if (decimal->digit_count > digits) {
        big_multiply_add(b, 10, 1);
        digits++;
    }
    return digits;
}

static int floor_log2_power_of_ten(int power)
{
    return (power * 1741647) >> 19; /* exact for |power| <= 1233 */
}

int hf__decimal_compare_binary(const hf__decimal *decimal, uint64_t significand, int exponent)
{
    if (significand == 0 || decimal->digit_count == 0)
        return (decimal->digit_count != 0) - (significand != 0);
    int64_t magnitude = hf__decimal_magnitude(decimal);
    int     bits = 64 - __builtin_clzll(significand) + exponent; /* the second is in [2^(bits - 1), 2^bits) */
    if (magnitude > 310 || (magnitude > -330 && floor_log2_power_of_ten((int)magnitude - 1) >= bits))
        return 1;
    if (magnitude < -324 || floor_log2_power_of_ten((int)magnitude) + 1 <= bits - 1)
        return -1;
    /* Now both have about the same size, so that no shift below is a long one. */
    big left, right = { .count = 1, .word = { significand } };
    int power = (int)magnitude - (int)big_from_digits(&left, decimal);
    if (power >= 0)
        big_multiply_power_of_five(&left, (unsigned)power);
    else
        big_multiply_power_of_five(&right, (unsigned)-power);
    int shift = power - exponent;
    big_shift_left(shift >= 0 ? &left : &right, (unsigned)(shift >= 0 ? shift : -shift));
    return big_compare(&left, &right);
}

/* ---- two spelled numbers ----------------------------------------------------------------- */

/* a's exponent minus b's, digits of any number; held within plus and minus 2^58. */
static int64_t exponent_difference(const hf__decimal *a, const hf__decimal *b)
{
    const int64_t limit = (int64_t)1 << 58;
    size_t        a_length = (size_t)(a->exponent_end - a->exponent),
           b_length = (size_t)(b->exponent_end - b->exponent);
    size_t  length = a_length > b_length ? a_length : b_length;
    int64_t difference = 0;
    for (size_t left = length; left > 0; left--) {
        int a_digit = left <= a_length ? a->exponent_end[-(ptrdiff_t)left] - '0' : 0;
        int b_digit = left <= b_length ? b->exponent_end[-(ptrdiff_t)left] - '0' : 0;
        difference = difference * 10 + (a->exponent_negative ? -a_digit : a_digit) -
                     (b->exponent_negative ? -b_digit : b_digit);
        if (difference > limit || difference < -limit) /* what follows cannot bring it back */
            return difference > 0 ? limit : -limit;
    }
    return difference;
}

int hf__decimal_compare(const hf__decimal *a, const hf__decimal *b)
{
    if (a->digit_count == 0 || b->digit_count == 0)
        return (a->digit_count != 0) - (b->digit_count != 0);
    int64_t difference = exponent_difference(a, b) + a->point - b->point;
    if (difference != 0)
        return difference < 0 ? -1 : 1;
    const char *x = a->digits, *y = b->digits;
    for (;;) {
        x += x < a->digits_end && *x == '.';
        y += y < b->digits_end && *y == '.';
        if (x == a->digits_end || y == b->digits_end)
            return (x < a->digits_end) - (y < b->digits_end);
        if (*x != *y)
            return *x < *y ? -1 : 1;
        x++;
        y++;
    }
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    return hf__hash_fold(hash ^ word, HF__HASH_A);
}

uint64_t hf__decimal_hash(const hf__decimal *decimal, uint64_t seed)
{
    uint64_t exponent = 0, hash = mix(seed, decimal->digit_count);
    if (decimal->digit_count == 0)
        return hash;
    /* Modulo 2^64 is enough: equal exponents stay equal. */
    for (const char *at = decimal->exponent; at < decimal->exponent_end; at++)
        exponent = exponent * 10 + (uint64_t)(*at - '0');
    hash = mix(hash, (uint64_t)decimal->point + (decimal->exponent_negative ? 0 - exponent : exponent));
    for (const char *at = decimal->digits; at < decimal->digits_end; at++)
        if (*at != '.')
            hash = mix(hash, (uint64_t)*at + 0x100);
    return hash;
}
