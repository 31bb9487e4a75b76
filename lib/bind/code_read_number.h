/* code_read_number.h - numbers into members, most of them eight digits at once.
 *
 * The fast ways are for few digits and for texts that do not end soon; everything else is read by
 * lib/base/number_read.h. What a key says of its number holds; without a key nothing is said. */
#ifndef HOLDFAST_CODE_READ_NUMBER_H
#define HOLDFAST_CODE_READ_NUMBER_H

#include "base/number_read.h"

#include "bind/code_read.h"
#include "bind/struct_access.h"

/* However it is spelled: a whole number of that many bits; a finite double. */
const char *hf__in_any_whole(const hf__in *in, const char *at, unsigned width, bool is_signed, uint64_t *ret_bits);
const char *hf__in_any_double(const hf__in *in, const char *at, double *ret_value);
/* What the tables check. */
bool hf__in_keeps_i64(const hf_rule *rule, int64_t value);
bool hf__in_keeps_u64(const hf_rule *rule, uint64_t value);

/* ---- digits ------------------------------------------------------------------------------ */

enum {
    HF__RUN_MAX = 16 /* digits of a run */
};

static const uint64_t hf__powers_of_ten[HF__RUN_MAX + 1] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000,
    10000000000000, 100000000000000, 1000000000000000, 10000000000000000
};

static const double hf__double_powers_of_ten[HF__RUN_MAX + 1] = {
    1, 10, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16
};

/* How many of eight bytes are digits before the first that is none. */
static inline unsigned hf__count_digits(uint64_t word)
{
    uint64_t others = ((word + 0x4646464646464646u) | (word - 0x3030303030303030u)) & 0x8080808080808080u;
    return others == 0 ? 8 : (unsigned)__builtin_ctzll(others) / 8;
}

/* The number that the first `count` digits say, 1 to 8: the others are pushed out by zeroes in front. */
static inline uint64_t hf__eight_digits(uint64_t word, unsigned count)
{
    uint64_t digits = (word - 0x3030303030303030u) << (64 - 8 * count);
    digits = digits * 10 + (digits >> 8); /* pairs in every other byte */
    return ((digits & 0x000000ff000000ffu) * 0x000f424000000064u + ((digits >> 16) & 0x000000ff000000ffu) * 0x0000271000000001u) >> 32;
}

/* Up to HF__RUN_MAX digits, and how many; one more may follow. */
static inline uint64_t hf__read_digits(const char *at, unsigned *ret_count)
{
    uint64_t word;
    memcpy(&word, at, 8);
    unsigned count = hf__count_digits(word);
    *ret_count = count;
    if (count == 0)
        return 0;
    uint64_t value = hf__eight_digits(word, count);
    if (HF_LIKELY(count < 8))
        return value;
    memcpy(&word, at + 8, 8);
    count = hf__count_digits(word);
    *ret_count = 8 + count;
    return count == 0 ? value : value * hf__powers_of_ten[count] + hf__eight_digits(word, count);
}

/* Whether a number cannot end before it. */
static inline bool hf__number_goes_on(char c)
{
    static const bool known[256] = { ['.'] = true, ['e'] = true, ['E'] = true, ['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true,
                                     ['4'] = true, ['5'] = true, ['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true };
    return known[(unsigned char)c];
}

/* ---- whole numbers ----------------------------------------------------------------------- */

static inline __attribute__((always_inline)) const char *hf__in_integer(const hf__in *in, const char *at, unsigned width, bool is_signed,
                                                                      uint64_t *ret_bits)
{
    if (HF_LIKELY(at < in->fast_end)) {
        bool is_negative = *at == '-';
        unsigned count;
        const char *digits = at + is_negative;
        uint64_t value = hf__read_digits(digits, &count);
        if (HF_UNLIKELY(count == HF__RUN_MAX)) /* up to as many as always fit 64 bits: identifiers, nanoseconds */
            for (; count < 19 && (unsigned char)(digits[count] - '0') < 10; count++)
                value = value * 10 + (unsigned char)(digits[count] - '0');
        bool is_usual = count != 0 && (*digits != '0' || (count == 1 && !is_negative)) && !hf__number_goes_on(digits[count]) && (is_signed || !is_negative);
        if (HF_LIKELY(is_usual && ((width == 64 && !is_signed) || value >> (width - is_signed) == 0))) {
            *ret_bits = is_negative ? 0 - value : value;
            return digits + count;
        }
    }
    return hf__in_any_whole(in, at, width, is_signed, ret_bits);
}

static inline bool hf__keeps_i64(const hf__key *key, int64_t value)
{
    if (key == NULL || (key->flags & (HF__IN_LIMITS | HF__IN_RULE)) == 0)
        return true;
    if (HF_UNLIKELY((key->flags & HF__IN_RULE) != 0))
        return hf__in_keeps_i64(key->row->member->rule, value);
    return value >= key->limits.i64[0] && value <= key->limits.i64[1];
}

static inline bool hf__keeps_u64(const hf__key *key, uint64_t value)
{
    if (key == NULL || (key->flags & (HF__IN_LIMITS | HF__IN_RULE)) == 0)
        return true;
    if (HF_UNLIKELY((key->flags & HF__IN_RULE) != 0))
        return hf__in_keeps_u64(key->row->member->rule, value);
    return value >= key->limits.u64[0] && value <= key->limits.u64[1];
}

static inline __attribute__((always_inline)) const char *hf__in_signed(const hf__in *in, const char *at, void *place, size_t size, const hf__key *key)
{
    uint64_t bits = 0;
    at = hf__in_integer(in, at, 8 * (unsigned)size, true, &bits);
    if (HF_UNLIKELY(at == NULL || !hf__keeps_i64(key, (int64_t)bits)))
        return NULL;
    hf__uint_set(place, size, bits);
    return at;
}

static inline __attribute__((always_inline)) const char *hf__in_unsigned(const hf__in *in, const char *at, void *place, size_t size, const hf__key *key)
{
    uint64_t bits = 0;
    at = hf__in_integer(in, at, 8 * (unsigned)size, false, &bits);
    if (HF_UNLIKELY(at == NULL || !hf__keeps_u64(key, bits)))
        return NULL;
    hf__uint_set(place, size, bits);
    return at;
}

/* ---- floating numbers -------------------------------------------------------------------- */

/* Usual are up to 18 digits, which fit a word, without an exponent. A quotient of two numbers that doubles hold exactly
 * is the nearest one (W. Clinger, 1990), where division rounds to the nearest. */
static inline __attribute__((always_inline)) const char *hf__in_plain_double(const hf__in *in, const char *at, double *ret_value)
{
    if (HF_UNLIKELY(at >= in->fast_end))
        return hf__in_any_double(in, at, ret_value);
    bool is_negative = *at == '-';
    const char *digits = at + is_negative, *end;
    unsigned count, decimals = 0;
    uint64_t value = hf__read_digits(digits, &count);
    end = digits + count;
    if (*end == '.') {
        uint64_t fraction = hf__read_digits(end + 1, &decimals);
        value = value * hf__powers_of_ten[decimals] + fraction;
        end += 1 + decimals;
        if (HF_UNLIKELY(decimals == 0))
            return NULL;
    }
    bool is_usual = count != 0 && count + decimals <= 18 && (*digits != '0' || count == 1) && !hf__number_goes_on(*end);
    if (HF_UNLIKELY(!is_usual))
        return hf__in_any_double(in, at, ret_value);
    bool is_exact = in->is_to_nearest && value <= (uint64_t)1 << 53;
    double nearest = HF_LIKELY(is_exact) ? (double)(int64_t)value / hf__double_powers_of_ten[decimals] : hf__number_round(value, -(int64_t)decimals);
    uint64_t bits;
    memcpy(&bits, &nearest, sizeof bits);
    bits |= (uint64_t)is_negative << 63; /* a sign cannot be foreseen */
    memcpy(ret_value, &bits, sizeof bits);
    return end;
}

static inline bool hf__keeps_double(const hf__key *key, double value)
{
    return key == NULL || (key->flags & HF__IN_LIMITS) == 0 || (value >= key->limits.f64[0] && value <= key->limits.f64[1]);
}

static inline __attribute__((always_inline)) const char *hf__in_double(const hf__in *in, const char *at, void *place, const hf__key *key)
{
    double value = 0;
    at = hf__in_plain_double(in, at, &value);
    if (HF_UNLIKELY(at == NULL || !hf__keeps_double(key, value)))
        return NULL;
    memcpy(place, &value, sizeof value);
    return at;
}

static inline const char *hf__in_float(const hf__in *in, const char *at, void *place, const hf__key *key)
{
    double value = 0;
    at = hf__in_plain_double(in, at, &value);
    float narrow = (float)value;
    if (at == NULL || narrow - narrow != 0 || !hf__keeps_double(key, value))
        return NULL;
    memcpy(place, &narrow, sizeof narrow);
    return at;
}

#endif
