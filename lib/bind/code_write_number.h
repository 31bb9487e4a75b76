/* code_write_number.h - numbers for generated writing: short ones in a few steps, all others as everywhere.
 *
 * Two digits at once come from a table, which is faster here than eight by multiplications in one word
 * (number_digits.h): most numbers of records are short. */
#ifndef HOLDFAST_CODE_WRITE_NUMBER_H
#define HOLDFAST_CODE_WRITE_NUMBER_H

#include "bind/code_write.h"

#include "base/number_digits.h"
#include "base/number_read.h"
#include "base/number_write.h"
#include "base/rounding.h"

extern const char hf__digit_pairs[201];

static inline uint32_t hf__two_digits(uint32_t value)
{
    uint16_t pair;
    memcpy(&pair, hf__digit_pairs + 2 * value, sizeof pair);
    return pair;
}

/* Of a value below 10^4, the first one lowest. */
static inline uint32_t hf__four_digits(uint32_t value)
{
    uint32_t upper = value * 5243 >> 19; /* / 100 */
    return hf__two_digits(upper) | hf__two_digits(value - 100 * upper) << 16;
}

/* How many of four digits are zeros in front; the last one is written. */
static inline unsigned hf__zeros_of_four(uint32_t value)
{
    return (value < 1000) + (value < 100) + (value < 10);
}

/* Below 10^8. */
static inline char *hf__put_short(char *at, uint32_t value)
{
    if (value < 10000) {
        unsigned zeros = hf__zeros_of_four(value);
        uint32_t digits = hf__four_digits(value) >> 8 * zeros;
        memcpy(at, &digits, sizeof digits);
        return at + 4 - zeros;
    }
    uint32_t upper = value / 10000;
    unsigned zeros = hf__zeros_of_four(upper);
    hf__put_word(at, (hf__four_digits(upper) | (uint64_t)hf__four_digits(value - 10000 * upper) << 32) >> 8 * zeros);
    return at + 8 - zeros;
}

/* Below 10^8, with zeros in front. */
static inline char *hf__put_eight(char *at, uint32_t value)
{
    uint32_t upper = value / 10000;
    hf__put_word(at, hf__four_digits(upper) | (uint64_t)hf__four_digits(value - 10000 * upper) << 32);
    return at + 8;
}

static inline char *hf__put_u64(char *at, uint64_t value)
{
    if (value < 100000000)
        return hf__put_short(at, (uint32_t)value);
    uint64_t high = value / 100000000;
    uint32_t low = (uint32_t)(value - high * 100000000);
    if (high < 100000000) {
        at = hf__put_short(at, (uint32_t)high);
    } else {
        uint32_t top = (uint32_t)(high / 100000000);
        at = hf__put_short(at, top);
        at = hf__put_eight(at, (uint32_t)(high - top * (uint64_t)100000000));
    }
    return hf__put_eight(at, low);
}

static inline char *hf__put_i64(char *at, int64_t value)
{
    bool is_negative = value < 0;
    *at = '-';
    return hf__put_u64(at + is_negative, is_negative ? 0 - (uint64_t)value : (uint64_t)value);
}

/* Six decimals at most, as prices and places on earth have: NULL for any other number. No other text of up
 * to fifteen digits reads as the same double, so one that does is the shortest. A quotient of two numbers that doubles
 * hold exactly is the nearest one, where division rounds to the nearest. */
static inline char *hf__put_decimals(hf__out *out, char *at, double value)
{
    double size = __builtin_fabs(value);
    if (!(size >= 1e-5 && size < 1e8))
        return NULL;
    int64_t millionths = (int64_t)(size * 1e6 + 0.5);
    uint32_t whole = (uint32_t)((uint64_t)millionths / 1000000), fraction = (uint32_t)((uint64_t)millionths % 1000000);
    if (HF_UNLIKELY(out->rounding == HF__OUT_UNKNOWN))
        out->rounding = hf__divides_to_nearest() ? HF__OUT_TO_NEAREST : HF__OUT_OTHERWISE;
    double nearest = HF_LIKELY(out->rounding == HF__OUT_TO_NEAREST) ? (double)millionths / 1e6 : hf__number_round((uint64_t)millionths, -6);
    if (fraction == 0 || nearest != size)
        return NULL;
    *at = '-';
    at = hf__put_short(at + (value < 0), whole);
    *at = '.';
    /* A fixed point in front of which two digits come at a time: after J. Anhalt, jeaiii_to_text. Right for all of them. */
    uint64_t pairs = fraction * (uint64_t)429497, digits = hf__two_digits((uint32_t)(pairs >> 32));
    pairs = (pairs & UINT32_MAX) * 100;
    digits |= hf__two_digits((uint32_t)(pairs >> 32)) << 16;
    pairs = (pairs & UINT32_MAX) * 100;
    digits |= (uint64_t)hf__two_digits((uint32_t)(pairs >> 32)) << 32;
    hf__put_word(at + 1, digits);
    return at + 9 - __builtin_clzll(digits ^ 0x303030303030u) / 8;
}

static inline char *hf__put_double(hf__out *out, char *at, double value)
{
    char *end = hf__put_decimals(out, at, value);
    if (HF_LIKELY(end != NULL))
        return end;
    size_t length = hf__number_write_double(at, value);
    return length > 0 ? at + length : NULL;
}

static inline char *hf__put_float_at(hf__out *out, char *at, const char *place)
{
    float value;
    memcpy(&value, place, sizeof value);
    return hf__put_double(out, at, (double)value);
}

static inline char *hf__put_double_at(hf__out *out, char *at, const char *place)
{
    double value;
    memcpy(&value, place, sizeof value);
    return hf__put_double(out, at, value);
}

static inline char *hf__put_bool(char *at, bool value)
{
    memcpy(at, value ? "true" : "false", 5);
    return at + 5 - value;
}

#endif
