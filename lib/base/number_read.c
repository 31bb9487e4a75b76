/* number_read.c - JSON number text to int64, uint64 or double.
 *
 * Up to 19 significant digits fit a word and are rounded by one or two multiplications with a
 * 128-bit power of five: D. Lemire, "Number Parsing at a Gigabyte per Second" (2021), with the proof
 * of N. Mushtak and D. Lemire, "Fast Number Parsing Without Fallback" (2023), that the second is
 * always enough. More digits are rounded by their first 19 and by the next number; where those two
 * round apart, they are compared exactly with the value halfway between. */
#include "base/number_read.h"

#include "base/number_decimal.h"
#include "base/number_power.h"
#include "base/wide.h"

#include <holdfast/base.h>

#include <string.h>

enum { DIGITS_FIT = 19 };

static const uint64_t ten_to_19 = 10000000000000000000u;
static const uint64_t infinity_bits = (uint64_t)0x7ff << 52;
static const uint64_t sign_bit = (uint64_t)1 << 63;

/* ---- rounding ---------------------------------------------------------------------------- */

/* The bits of the double nearest to significand * 10^power, without sign. */
static uint64_t round_to_bits(uint64_t significand, int64_t power)
{
    if (significand == 0 || power < HF__POWER_MIN)
        return 0;
    if (power > 308)
        return infinity_bits;
    int zeros = __builtin_clzll(significand);
    significand <<= zeros;
    const uint64_t *five = hf__power_of_five[power - HF__POWER_MIN];
    hf__u128        product = (hf__u128)significand * five[0];
    uint64_t        high = (uint64_t)(product >> 64), low = (uint64_t)product;
    if (HF_UNLIKELY((high & 0x1ff) == 0x1ff)) { /* the cut half of the power might carry into the bits kept */
        uint64_t more = (uint64_t)((hf__u128)significand * five[1] >> 64);
        low += more;
        high += low < more;
    }
    int      upper = (int)(high >> 63);
    uint64_t mantissa = high >> (upper + 9); /* 54 bits: one more than kept */
    /* floor(power * log2(10)) by a fraction (2^14 more while it is shifted, which is for no negative numbers),
     * plus what normalising took, plus the bias. */
    int exponent = (int)((217706 * power + (1 << 30)) >> 16) - (1 << 14) + 63 + upper - zeros + 1023;
    if (HF_UNLIKELY(exponent <= 0)) { /* subnormal */
        if (exponent <= -63)
            return 0;
        mantissa >>= 1 - exponent;
        return (mantissa + (mantissa & 1)) >> 1; /* a carry into bit 52 makes the smallest normal number */
    }
    /* Halfway exactly, which only small powers can be: to even. */
    if (low <= 1 && power >= -4 && power <= 23 && (mantissa & 3) == 1 && mantissa << (upper + 9) == high)
        mantissa--;
    mantissa = (mantissa + (mantissa & 1)) >> 1;
    /* The hidden bit adds one to the exponent, and a carry out of the mantissa another one. */
    uint64_t bits = ((uint64_t)(exponent - 1) << 52) + mantissa;
    return bits >= infinity_bits ? infinity_bits : bits;
}

/* The first digits say `below`, the next number `below` + 1 ulp: which is nearer? */
static uint64_t round_exactly(const hf__decimal *decimal, uint64_t below)
{
    uint64_t mantissa = below & (((uint64_t)1 << 52) - 1);
    int      exponent = (int)(below >> 52);
    if (exponent != 0)
        mantissa |= (uint64_t)1 << 52;
    else
        exponent = 1;
    int side = hf__decimal_compare_binary(decimal, 2 * mantissa + 1, exponent - 1076);
    return below + (side > 0 || (side == 0 && (below & 1) != 0));
}

/* The bits of the double nearest to any decimal, without sign. */
static uint64_t round_decimal(const hf__decimal *decimal)
{
    unsigned digits;
    uint64_t head = hf__decimal_head(decimal, &digits);
    int64_t  power = hf__decimal_magnitude(decimal) - digits;
    uint64_t below = round_to_bits(head, power);
    if (decimal->digit_count == digits || below == round_to_bits(head + 1, power))
        return below;
    return round_exactly(decimal, below);
}

double hf__number_round(uint64_t significand, int64_t power)
{
    uint64_t bits = round_to_bits(significand, power);
    double   value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double hf__number_nearest(const char *begin, const char *end)
{
    hf__decimal decimal = hf__decimal_of(begin, end);
    uint64_t    bits = round_decimal(&decimal) | (decimal.negative ? sign_bit : 0);
    double      value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* ---- digits ------------------------------------------------------------------------------ */

static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* Reads digits while there are some; *value is right as long as it had at most 19 in all. */
static inline const char *read_digits(const char *at, const char *end, uint64_t *value)
{
    uint64_t sum = *value;
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        word = __builtin_bswap64(word);
#endif
        uint64_t digits = word - 0x3030303030303030u;
        if ((((word + 0x4646464646464646u) | digits) & 0x8080808080808080u) != 0)
            break;
        digits = digits * 10 + (digits >> 8); /* pairs in every other byte */
        digits = ((digits & 0x000000ff000000ffu) * 0x000f424000000064u +
                  ((digits >> 16) & 0x000000ff000000ffu) * 0x0000271000000001u) >>
                 32;
        sum = sum * 100000000 + digits;
        at += 8;
    }
    for (; at < end && is_digit(*at); at++)
        sum = sum * 10 + (uint64_t)(*at - '0');
    *value = sum;
    return at;
}

/* Reads "e-12"; an exponent beyond 10^17 is held there, which no fraction can make up for. */
static const char *read_exponent(const char *at, const char *end, int64_t *ret_exponent)
{
    bool negative = at < end && *at == '-';
    at += at < end && (*at == '-' || *at == '+');
    if (at == end || !is_digit(*at))
        return NULL;
    int64_t exponent = 0;
    for (; at < end && is_digit(*at); at++)
        if (exponent < 100000000000000000)
            exponent = exponent * 10 + (*at - '0');
    *ret_exponent = negative ? -exponent : exponent;
    return at;
}

/* ---- kinds ------------------------------------------------------------------------------- */

static void classify_integer(bool negative, uint64_t value, ptrdiff_t digits, char first,
                             hf__number_kind *ret_kind, uint64_t *ret_bits)
{
    /* Twenty digits that begin with 1 wrapped around at most once, to less than 10^19. */
    bool fits = digits <= DIGITS_FIT || (digits == DIGITS_FIT + 1 && first == '1' && value >= ten_to_19);
    if (negative && value == 0 && fits) {
        *ret_kind = HF__NUMBER_DOUBLE;
        *ret_bits = sign_bit;
    } else if (!fits || (negative && value > sign_bit)) {
        *ret_kind = HF__NUMBER_TEXT;
        *ret_bits = 0;
    } else {
        *ret_kind = !negative && value > INT64_MAX ? HF__NUMBER_UINT64 : HF__NUMBER_INT64;
        *ret_bits = negative ? 0 - value : value;
    }
}

static void classify_real(bool negative, bool zero, uint64_t bits, hf__number_kind *ret_kind,
                          uint64_t *ret_bits)
{
    bool holds = bits < infinity_bits && (bits != 0 || zero);
    *ret_kind = holds ? HF__NUMBER_DOUBLE : HF__NUMBER_TEXT;
    *ret_bits = holds ? bits | (negative ? sign_bit : 0) : 0;
}

static ptrdiff_t count_leading_zeros(const char *at, const char *end)
{
    const char *begin = at;
    ptrdiff_t   dots = 0;
    for (; at < end && (*at == '0' || *at == '.'); at++)
        dots += *at == '.';
    return at - begin - dots;
}

const char *hf__number_read_prefix(const char *begin, const char *end, hf__number_kind *ret_kind,
                                   uint64_t *ret_bits)
{
    bool        negative = begin < end && *begin == '-';
    const char *whole = begin + negative, *at = whole;
    uint64_t    value = 0;
    if (at == end || !is_digit(*at))
        return NULL;
    at = *at == '0' ? at + 1 : read_digits(at, end, &value);
    ptrdiff_t digits = at - whole;
    if (at == end || (*at != '.' && (*at | 0x20) != 'e')) {
        classify_integer(negative, value, digits, *whole, ret_kind, ret_bits);
        return at;
    }
    int64_t power = 0, exponent = 0;
    if (*at == '.') {
        const char *fraction = ++at;
        at = read_digits(at, end, &value);
        power = fraction - at;
        digits -= power;
        if (power == 0)
            return NULL;
    }
    if (at < end && (*at | 0x20) == 'e') {
        at = read_exponent(at + 1, end, &exponent);
        if (at == NULL)
            return NULL;
    }
    if (HF_UNLIKELY(digits > DIGITS_FIT && digits - count_leading_zeros(whole, at) > DIGITS_FIT)) {
        hf__decimal decimal = hf__decimal_of(begin, at);
        classify_real(negative, decimal.digit_count == 0, round_decimal(&decimal), ret_kind, ret_bits);
    } else {
        classify_real(negative, value == 0, round_to_bits(value, power + exponent), ret_kind, ret_bits);
    }
    return at;
}

bool hf__number_read(const char *begin, const char *end, hf__number_kind *ret_kind, uint64_t *ret_bits)
{
    hf__number_kind kind;
    uint64_t        bits;
    if (hf__number_read_prefix(begin, end, &kind, &bits) != end || begin == end)
        return false;
    *ret_kind = kind;
    *ret_bits = bits;
    return true;
}

size_t hf__number_fault(const char *begin, const char *end)
{
    const char *at = begin;
    at += at < end && *at == '-';
    if (at == end || !is_digit(*at))
        return (size_t)(at - begin);
    bool zero = *at++ == '0';
    while (!zero && at < end && is_digit(*at))
        at++;
    for (int part = 0; part < 2; part++) {
        bool exponent = part == 1;
        if (at == end || (exponent ? (*at | 0x20) != 'e' : *at != '.'))
            continue;
        at++;
        at += exponent && at < end && (*at == '+' || *at == '-');
        if (at == end || !is_digit(*at))
            return (size_t)(at - begin);
        while (at < end && is_digit(*at))
            at++;
    }
    return (size_t)(at - begin);
}
