/* code_read_number.c - numbers into members, most of them eight digits at once.
 *
 * The fast ways are for few digits and for texts that do not end soon; everything else is read by
 * lib/base/number_read.h. */
#include "bind/code_read.h"

#include "base/number_read.h"

#include "bind/struct_rule.h"

/* ---- digits ------------------------------------------------------------------------------ */

enum {
    FAST_BYTES = 48, /* that must be readable for the fast ways: two runs of digits, sign and point */
    RUN_MAX    = 16  /* digits of a run */
};

static const uint64_t power_of_ten[RUN_MAX + 1] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000,
    10000000000000, 100000000000000, 1000000000000000, 10000000000000000
};

/* How many of eight bytes are digits before the first that is none. */
static inline unsigned count_digits(uint64_t word)
{
    uint64_t others = ((word + 0x4646464646464646u) | (word - 0x3030303030303030u)) & 0x8080808080808080u;
    return others == 0 ? 8 : (unsigned)__builtin_ctzll(others) / 8;
}

/* The number that the first `count` digits say, 1 to 8: the others are pushed out by zeroes in front. */
static inline uint64_t eight_digits(uint64_t word, unsigned count)
{
    uint64_t digits = (word - 0x3030303030303030u) << (64 - 8 * count);
    digits = digits * 10 + (digits >> 8); /* pairs in every other byte */
    return ((digits & 0x000000ff000000ffu) * 0x000f424000000064u + ((digits >> 16) & 0x000000ff000000ffu) * 0x0000271000000001u) >> 32;
}

/* Up to RUN_MAX digits, and how many; one more may follow. */
static inline uint64_t read_run(const char *at, unsigned *ret_count)
{
    uint64_t word;
    memcpy(&word, at, 8);
    unsigned count = count_digits(word);
    *ret_count = count;
    if (count == 0)
        return 0;
    uint64_t value = eight_digits(word, count);
    if (HF_LIKELY(count < 8))
        return value;
    memcpy(&word, at + 8, 8);
    count = count_digits(word);
    *ret_count = 8 + count;
    return count == 0 ? value : value * power_of_ten[count] + eight_digits(word, count);
}

/* Whether a number cannot end before it. */
static inline bool goes_on(char c)
{
    static const bool known[256] = { ['.'] = true, ['e'] = true, ['E'] = true, ['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true,
                                     ['4'] = true, ['5'] = true, ['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true };
    return known[(unsigned char)c];
}

/* ---- whole numbers ----------------------------------------------------------------------- */

/* Spelled with a point, an exponent, or many digits: still whole, or not at all. */
static bool whole_number(hf__number_kind kind, uint64_t bits, bool *ret_negative, uint64_t *ret_bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    *ret_negative = kind == HF__NUMBER_INT64 ? (int64_t)bits < 0 : kind == HF__NUMBER_DOUBLE && value < 0;
    *ret_bits = bits;
    if (kind == HF__NUMBER_INT64 || kind == HF__NUMBER_UINT64)
        return true;
    if (kind != HF__NUMBER_DOUBLE)
        return false;
    if (value < 0) {
        *ret_bits = value >= -0x1p63 ? (uint64_t)(int64_t)value : 0;
        return value >= -0x1p63 && (double)(int64_t)value == value;
    }
    *ret_bits = value < 0x1p64 ? (uint64_t)value : 0;
    return value < 0x1p64 && (double)(uint64_t)value == value;
}

static inline void store(void *place, size_t size, uint64_t bits)
{
    uint32_t u32 = (uint32_t)bits;
    uint16_t u16 = (uint16_t)bits;
    unsigned char u8 = (unsigned char)bits;
    memcpy(place, size == 8 ? (const void *)&bits : size == 4 ? (const void *)&u32 : size == 2 ? (const void *)&u16 : &u8, size);
}

static __attribute__((noinline)) const char *read_any_whole(const hf__in *in, const char *at, unsigned width, bool is_signed, uint64_t *ret_bits)
{
    hf__number_kind kind;
    uint64_t bits;
    bool is_negative;
    const char *end = hf__number_read_prefix(at, in->end, &kind, &bits);
    if (end == NULL || !whole_number(kind, bits, &is_negative, &bits))
        return NULL;
    bool fits = is_negative  ? is_signed && (width == 64 || (int64_t)bits >= -((int64_t)1 << (width - 1)))
                : is_signed  ? bits >> (width - 1) == 0
                : width < 64 ? bits >> width == 0
                             : true;
    *ret_bits = bits;
    return fits ? end : NULL;
}

static inline __attribute__((always_inline)) const char *read_integer(const hf__in *in, const char *at, void *place, size_t size, bool is_signed)
{
    unsigned width = 8 * (unsigned)size;
    if (HF_LIKELY(in->end - at >= FAST_BYTES)) {
        bool is_negative = *at == '-';
        unsigned count;
        const char *digits = at + is_negative;
        uint64_t value = read_run(digits, &count);
        bool is_usual = count != 0 && (*digits != '0' || (count == 1 && !is_negative)) && !goes_on(digits[count]) && (is_signed || !is_negative);
        if (HF_LIKELY(is_usual && (width == 64 || value >> (width - is_signed) == 0))) {
            store(place, size, is_negative ? 0 - value : value);
            return digits + count;
        }
    }
    uint64_t bits;
    at = read_any_whole(in, at, width, is_signed, &bits);
    if (at != NULL)
        store(place, size, bits);
    return at;
}

const char *hf__in_integer_1(const hf__in *in, const char *at, void *place, bool is_signed)
{
    return read_integer(in, at, place, 1, is_signed);
}

const char *hf__in_integer_2(const hf__in *in, const char *at, void *place, bool is_signed)
{
    return read_integer(in, at, place, 2, is_signed);
}

const char *hf__in_integer_4(const hf__in *in, const char *at, void *place, bool is_signed)
{
    return read_integer(in, at, place, 4, is_signed);
}

const char *hf__in_integer_8(const hf__in *in, const char *at, void *place, bool is_signed)
{
    return read_integer(in, at, place, 8, is_signed);
}

/* ---- floating numbers -------------------------------------------------------------------- */

static __attribute__((noinline)) const char *read_any_double(const hf__in *in, const char *at, double *ret_value)
{
    hf__number_kind kind;
    uint64_t bits;
    const char *end = hf__number_read_prefix(at, in->end, &kind, &bits);
    if (end == NULL)
        return NULL;
    switch (kind) {
    case HF__NUMBER_INT64: *ret_value = (double)(int64_t)bits; break;
    case HF__NUMBER_UINT64: *ret_value = (double)bits; break;
    case HF__NUMBER_DOUBLE: memcpy(ret_value, &bits, sizeof bits); break;
    case HF__NUMBER_TEXT: *ret_value = hf__number_nearest(at, end); break;
    }
    return *ret_value - *ret_value == 0 ? end : NULL; /* not infinite */
}

/* Usual are up to 18 digits, which fit a word, without an exponent. */
static inline const char *read_double(const hf__in *in, const char *at, double *ret_value)
{
    if (HF_UNLIKELY(in->end - at < FAST_BYTES))
        return read_any_double(in, at, ret_value);
    bool is_negative = *at == '-';
    const char *digits = at + is_negative, *end;
    unsigned count, decimals = 0;
    uint64_t value = read_run(digits, &count);
    end = digits + count;
    if (*end == '.') {
        uint64_t fraction = read_run(end + 1, &decimals);
        value = value * power_of_ten[decimals] + fraction;
        end += 1 + decimals;
        if (HF_UNLIKELY(decimals == 0))
            return NULL;
    }
    bool is_usual = count != 0 && count + decimals <= 18 && (*digits != '0' || count == 1) && !goes_on(*end);
    if (HF_UNLIKELY(!is_usual))
        return read_any_double(in, at, ret_value);
    double nearest = hf__number_round(value, -(int64_t)decimals);
    uint64_t bits;
    memcpy(&bits, &nearest, sizeof bits);
    bits |= (uint64_t)is_negative << 63; /* a sign cannot be foreseen */
    memcpy(ret_value, &bits, sizeof bits);
    return end;
}

const char *hf__in_double(const hf__in *in, const char *at, void *place)
{
    double value = 0;
    at = read_double(in, at, &value);
    if (at != NULL)
        memcpy(place, &value, sizeof value);
    return at;
}

const char *hf__in_float(const hf__in *in, const char *at, void *place)
{
    double value = 0;
    at = read_double(in, at, &value);
    float narrow = (float)value;
    if (at == NULL || narrow - narrow != 0)
        return NULL;
    memcpy(place, &narrow, sizeof narrow);
    return at;
}

bool hf__keeps_i64(const hf_rule *rule, int64_t value)
{
    return (value < 0 ? hf__rule_check_i64(rule, value, NULL) : hf__rule_check_u64(rule, (uint64_t)value, NULL)) == HF_OK;
}

bool hf__keeps_u64(const hf_rule *rule, uint64_t value)
{
    return hf__rule_check_u64(rule, value, NULL) == HF_OK;
}
