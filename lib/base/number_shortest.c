/* number_shortest.c - the shortest decimal inside the rounding interval of a double.
 *
 * Regular doubles go the way of J. Jeon, "Dragonbox: A New Floating-Point Binary-to-Decimal
 * Conversion Algorithm" (2020): one multiplication gives the upper end of the interval in units of
 * 10^(k - 2); cut to thousands, it is inside the interval in most cases, and then the answer. Else
 * the hundred nearest to the value is.
 * Powers of two, whose interval is half as long below as above, go the way of R. Giulietti, "The
 * Schubfach way to render doubles" (2020): three multiplications and a choice among four candidates. */
#include "base/number_shortest.h"

#include "base/number_power.h"
#include "base/wide.h"

#include <holdfast/base.h>

typedef struct power {
    uint64_t high, low;
} power;

typedef struct wide {
    uint64_t high, low;
} wide;

/* floor(log10(2^e)), floor(log10(3/4 * 2^e)), floor(log2(10^e)); exact for every e that occurs. */
static inline int floor_log10_power_of_two(int e)
{
    return (e * 315653) >> 20;
}
static inline int floor_log10_three_quarters(int e)
{
    return (e * 1262611 - 524031) >> 22;
}
static inline int floor_log2_power_of_ten(int e)
{
    return (e * 1741647) >> 19;
}

/* 10^q scaled to 128 bits, rounded up: the table is exact or rounded up from -27 to 55, cut elsewhere. */
static inline power power_of_ten(int q)
{
    const uint64_t *five = hf__power_of_five[q - HF__POWER_MIN];
    uint64_t        low = five[1] + ((unsigned)(q + 27) > 82);
    power           result = { five[0] + (low < five[1]), low };
    return result;
}

/* The upper 128 of 192 bits of x * p. */
static inline wide multiply_upper(uint64_t x, power p)
{
    hf__u128 upper = (hf__u128)x * p.high + (uint64_t)((hf__u128)x * p.low >> 64);
    wide     result = { (uint64_t)(upper >> 64), (uint64_t)upper };
    return result;
}

/* ---- regular doubles --------------------------------------------------------------------- */

/* x times 10^q 2^beta: is its integer part odd, and is it an integer? */
typedef struct parity {
    bool odd, whole;
} parity;

static inline parity multiply_parity(uint64_t x, power p, int beta)
{
    hf__u128 lower = (hf__u128)x * p.low + ((hf__u128)(x * p.high) << 64);
    uint64_t high = (uint64_t)(lower >> 64), low = (uint64_t)lower;
    parity   result = { (high >> (64 - beta) & 1) != 0, (high << beta | low >> (64 - beta)) == 0 };
    return result;
}

/* A multiple of 1000 at the very end of the interval, or a value right between two hundreds: the
 * digits cut off decide. Arguments as in shortest_regular; rare. */
static __attribute__((noinline)) hf__shortest settle(uint64_t significand, int k, int beta, wide upper)
{
    bool     even = (significand & 1) == 0; /* then the ends of the interval round to this double, too */
    power    p = power_of_ten(-k);
    uint64_t length = p.high >> (63 - beta), thousands = upper.high / 1000, rest = upper.high % 1000;
    if (rest == 0 && upper.low == 0 && !even) { /* outside by a hair: go on from the thousand below */
        thousands--;
        rest = 1000;
    } else if (rest == length) { /* the lower end may lie above or below the multiple */
        parity lower = multiply_parity(2 * significand - 1, p, beta);
        if (lower.odd || (lower.whole && even)) {
            hf__shortest found = { thousands, k + 3 };
            return found;
        }
    } else if (rest < length) {
        hf__shortest found = { thousands, k + 3 };
        return found;
    }
    uint64_t     distance = rest - length / 2 + 50, hundreds = distance / 100;
    hf__shortest found = { thousands * 10 + hundreds, k + 2 };
    if (hundreds * 100 == distance) {
        parity value = multiply_parity(2 * significand, p, beta);
        bool   guessed_odd = ((distance ^ 50) & 1) != 0;
        found.digits -= value.odd != guessed_odd || (value.whole && (found.digits & 1) != 0);
    }
    return found;
}

/* Whether a multiple of 1000 is inside cannot be predicted, so that both answers are computed. */
static hf__shortest shortest_regular(uint64_t significand, int exponent)
{
    int      k = floor_log10_power_of_two(exponent) - 2;
    power    p = power_of_ten(-k);
    int      beta = exponent + floor_log2_power_of_ten(-k);
    uint64_t length = p.high >> (63 - beta); /* of the interval, cut */
    wide     upper = multiply_upper((2 * significand + 1) << beta, p);
    uint64_t thousands = upper.high / 1000, rest = upper.high - thousands * 1000;
    /* The nearest hundred to the value, which lies half the interval below its upper end. */
    uint32_t distance = (uint32_t)(rest - length / 2 + 50), hundreds = distance / 100;
    bool     inside = rest < length;
    if (HF_UNLIKELY((rest == length) | (hundreds * 100 == distance) | ((rest | upper.low) == 0)))
        return settle(significand, k, beta, upper);
    uint64_t     near = thousands * 10 + hundreds;
    hf__shortest found = { near ^ ((near ^ thousands) & (0 - (uint64_t)inside)), k + 2 + inside };
    return found;
}

/* ---- powers of two ----------------------------------------------------------------------- */

/* The product cut to an integer, its last bit set when anything was cut. */
static uint64_t multiply_to_odd(uint64_t x, power p)
{
    wide product = multiply_upper(x, p);
    return product.high | (product.low > 1);
}

static hf__shortest shortest_power_of_two(uint64_t significand, int exponent)
{
    int   k = floor_log10_three_quarters(exponent);
    power p = power_of_ten(-k);
    int   shift = exponent + floor_log2_power_of_ten(-k) + 1;
    /* All in quarters. A power of two is even, so that both ends belong to the interval. */
    uint64_t lower = multiply_to_odd((4 * significand - 1) << shift, p);
    uint64_t value = multiply_to_odd(4 * significand << shift, p);
    uint64_t upper = multiply_to_odd((4 * significand + 2) << shift, p);
    uint64_t ones = value / 4, tens = ones / 10;
    bool     tens_inside = lower <= 40 * tens, next_tens_inside = 40 * tens + 40 <= upper;
    if (tens_inside != next_tens_inside) {
        hf__shortest found = { tens + next_tens_inside, k + 1 };
        return found;
    }
    bool         ones_inside = lower <= 4 * ones, next_ones_inside = 4 * ones + 4 <= upper;
    bool         next_is_nearer = value > 4 * ones + 2 || (value == 4 * ones + 2 && (ones & 1) != 0);
    bool         next = ones_inside != next_ones_inside ? next_ones_inside : next_is_nearer;
    hf__shortest found = { ones + next, k };
    return found;
}

hf__shortest hf__number_shortest(uint64_t bits)
{
    uint64_t mantissa = bits & (((uint64_t)1 << 52) - 1);
    int      exponent = (int)(bits >> 52 & 0x7ff);
    if (exponent == 0)
        return shortest_regular(mantissa, -1074);
    uint64_t significand = mantissa | (uint64_t)1 << 52;
    if (HF_UNLIKELY(mantissa == 0) && exponent > 1)
        return shortest_power_of_two(significand, exponent - 1075);
    return shortest_regular(significand, exponent - 1075);
}
