/* number_write.c - integers and doubles to JSON text, without divisions per digit.
 *
 * A double's digits are brought to seventeen: one in front and sixteen in a 128-bit word, in which
 * the decimal point is inserted by shifting. */
#include "base/number_write.h"

#include "base/number_digits.h"
#include "base/number_shortest.h"
#include "base/wide.h"

#include <holdfast/base.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static const uint64_t power_of_ten[20] = {
    1u,
    10u,
    100u,
    1000u,
    10000u,
    100000u,
    1000000u,
    10000000u,
    100000000u,
    1000000000u,
    10000000000u,
    100000000000u,
    1000000000000u,
    10000000000000u,
    100000000000000u,
    1000000000000000u,
    10000000000000000u,
    100000000000000000u,
    1000000000000000000u,
    10000000000000000000u,
};

size_t hf__number_write_u64(char *out, uint64_t value)
{
    if (value < 100000000)
        return hf__write_short(out, (uint32_t)value);
    uint64_t high = value / 100000000, length;
    if (high < 100000000) {
        length = hf__write_short(out, (uint32_t)high);
    } else {
        length = hf__write_short(out, (uint32_t)(high / 100000000));
        hf__put_word(out + length, hf__eight_digits((uint32_t)(high % 100000000)) | HF__ASCII_ZEROS);
        length += 8;
    }
    hf__put_word(out + length, hf__eight_digits((uint32_t)(value % 100000000)) | HF__ASCII_ZEROS);
    return length + 8;
}

size_t hf__number_write_i64(char *out, int64_t value)
{
    bool negative = value < 0;
    out[0] = '-';
    return negative + hf__number_write_u64(out + negative, negative ? 0 - (uint64_t)value : (uint64_t)value);
}

/* ---- doubles ----------------------------------------------------------------------------- */

/* Significant digits: the first, sixteen more, how many until the last that is not zero, and how
 * many stand before the decimal point. */
typedef struct spelling {
    char     first;
    hf__u128 others;
    int      count, point;
} spelling;

/* Sixteen digits of the two halves as 0 to 9, and where the last that is not zero ends. */
static inline hf__u128 sixteen_digits(uint32_t upper, uint32_t lower, int *ret_used)
{
#ifdef __SSE2__
    /* As hf__eight_digits, both halves at once; by hand, for compilers turn two of those into slow code. */
    __m128i halves = _mm_set_epi64x(lower, upper);
    __m128i quotient = _mm_srli_epi64(_mm_mul_epu32(halves, _mm_set1_epi64x(3518437209)), 45); /* / 10000 */
    __m128i rest = _mm_sub_epi64(halves, _mm_mul_epu32(quotient, _mm_set1_epi64x(10000)));
    __m128i fours = _mm_or_si128(quotient, _mm_slli_epi64(rest, 32));
    quotient = _mm_srli_epi16(_mm_mulhi_epu16(fours, _mm_set1_epi16(5243)), 3); /* / 100 */
    rest = _mm_sub_epi16(fours, _mm_mullo_epi16(quotient, _mm_set1_epi16(100)));
    __m128i twos = _mm_or_si128(quotient, _mm_slli_epi32(rest, 16));
    quotient = _mm_mulhi_epu16(twos, _mm_set1_epi16(6554)); /* / 10 */
    rest = _mm_sub_epi16(twos, _mm_mullo_epi16(quotient, _mm_set1_epi16(10)));
    __m128i  ones = _mm_or_si128(quotient, _mm_slli_epi16(rest, 8));
    unsigned zeros = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(ones, _mm_setzero_si128()));
    *ret_used = 32 - __builtin_clz((~zeros & 0xffff) << 1 | 1) - 1;
    uint64_t words[2] = { (uint64_t)_mm_cvtsi128_si64(ones),
                          (uint64_t)_mm_cvtsi128_si64(_mm_srli_si128(ones, 8)) };
#else
    uint64_t words[2] = { hf__eight_digits(upper), hf__eight_digits(lower) };
    *ret_used = words[1] != 0   ? 16 - __builtin_clzll(words[1]) / 8
                : words[0] != 0 ? 8 - __builtin_clzll(words[0]) / 8
                                : 0;
#endif
    return (hf__u128)words[1] << 64 | words[0];
}

static inline spelling spell(uint64_t bits)
{
    hf__shortest shortest = hf__number_shortest(bits);
    int          log2 = 63 - __builtin_clzll(shortest.digits);
    int          length = ((log2 * 1233) >> 12) + 1; /* of 2^log2 */
    length += shortest.digits >= power_of_ten[length];
    uint64_t digits = shortest.digits * power_of_ten[17 - length];
    uint64_t high = digits / 100000000;
    uint32_t first = (uint32_t)(high / 100000000);
    int      used;
    spelling result;
    result.others = sixteen_digits((uint32_t)(high - first * (uint64_t)100000000),
                                   (uint32_t)(digits - high * 100000000), &used);
    result.others |= (hf__u128)HF__ASCII_ZEROS << 64 | HF__ASCII_ZEROS;
    result.first = (char)('0' + first);
    result.count = 1 + used;
    result.point = length + shortest.exponent;
    return result;
}

static inline void put_others(char *out, hf__u128 others)
{
    memcpy(out, &others, sizeof others);
}

static size_t write_exponent(char *out, const spelling *s, bool canonical)
{
    int exponent = s->point - 1;
    out[0] = s->first;
    put_others(out + 2, s->others);
    out[1] = '.';
    size_t length = s->count > 1 ? (size_t)s->count + 1 : 1;
    out[length++] = 'e';
    out[length] = exponent < 0 ? '-' : '+';
    length += canonical | (exponent < 0);
    /* At most three digits, without a branch: their number cannot be predicted. */
    uint32_t size = (uint32_t)(exponent < 0 ? -exponent : exponent);
    uint32_t hundreds = size * 41 >> 12, rest = size - hundreds * 100, tens = rest * 103 >> 10;
    unsigned skip = (size < 100) + (size < 10);
    uint32_t digits = (hundreds | tens << 8 | (rest - tens * 10) << 16 | 0x303030) >> (8 * skip);
    memcpy(out + length, &digits, sizeof digits);
    return length + 3 - skip;
}

static size_t write_plain(char *out, const spelling *s, bool canonical)
{
    if (s->point <= 0) { /* 0.000ddd */
        memcpy(out, "0.000000", 8);
        out += 2 - s->point;
        out[0] = s->first;
        put_others(out + 1, s->others);
        return (size_t)(2 - s->point + s->count);
    }
    out[0] = s->first;
    put_others(out + 1, s->others);
    if (s->point < s->count) { /* d.ddd */
        put_others(out + s->point + 1, s->others >> (8 * (s->point - 1)));
        out[s->point] = '.';
        return (size_t)s->count + 1;
    }
    hf__put_word(out + 17, HF__ASCII_ZEROS); /* ddd000.0 */
    memcpy(out + s->point, ".0", 2);
    return (size_t)s->point + (canonical ? 0 : 2);
}

static size_t write_zero(char *out, bool negative, bool canonical)
{
    if (canonical) {
        out[0] = '0';
        return 1;
    }
    out[0] = '-';
    memcpy(out + negative, "0.0", 3);
    return 3 + (size_t)negative;
}

static inline size_t write_double(char *out, double value, bool canonical)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bool negative = bits >> 63 != 0;
    int  exponent = (int)(bits >> 52 & 0x7ff);
    if (HF_UNLIKELY(exponent == 0x7ff))
        return 0;
    if (HF_UNLIKELY(bits << 1 == 0))
        return write_zero(out, negative, canonical);
    out[0] = '-';
    out += negative;
    uint64_t significand = (bits & (((uint64_t)1 << 52) - 1)) | (uint64_t)1 << 52;
    int      fraction = 1075 - exponent; /* bits after the point */
    if (fraction >= 0 && fraction <= 52 && (significand & (((uint64_t)1 << fraction) - 1)) == 0) {
        size_t length = hf__number_write_u64(out, significand >> fraction); /* whole and below 2^53 */
        memcpy(out + length, ".0", 2);
        return negative + length + (canonical ? 0 : 2);
    }
    spelling s = spell(bits);
    bool     plain = s.point > -6 && s.point <= 21;
    return negative + (plain ? write_plain(out, &s, canonical) : write_exponent(out, &s, canonical));
}

size_t hf__number_write_double(char *out, double value)
{
    return write_double(out, value, false);
}

size_t hf__number_write_canonical(char *out, double value)
{
    return write_double(out, value, true);
}
