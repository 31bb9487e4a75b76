/* number_decimal.h - a spelled number, taken apart without copying it.
 *
 * The value is 0.DIGITS times 10^(point + exponent). DIGITS are the characters from `digits` to
 * `digits_end`, without a '.' that may stand among them, and without zeros at either end; none of
 * them is the value zero. The exponent stays text, for it may have any number of digits.
 * Everything here is linear in the length of the text and allocates nothing. */
#ifndef HOLDFAST_NUMBER_DECIMAL_H
#define HOLDFAST_NUMBER_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hf__decimal {
    const char *digits, *digits_end;
    const char *exponent, *exponent_end; /* its digits, no zeros in front; equal when it is 0 */
    uint64_t    digit_count;
    int64_t     point;
    bool        negative, exponent_negative;
} hf__decimal;

/* Takes apart [begin, end), which must be a JSON number. */
hf__decimal hf__decimal_of(const char *begin, const char *end);

/* point + exponent, held within plus and minus 10^18. */
int64_t hf__decimal_magnitude(const hf__decimal *decimal);

/* The first 19 digits, or fewer when there are no more, as a number. */
uint64_t hf__decimal_head(const hf__decimal *decimal, unsigned *ret_digits);

/* Compares |decimal| with significand * 2^exponent exactly: negative, 0 or positive. The second must
 * be a double or a value halfway between two: significand < 2^54, exponent from -1075 to 971. */
int hf__decimal_compare_binary(const hf__decimal *decimal, uint64_t significand, int exponent);

/* Compares |a| with |b| exactly: negative, 0 or positive. */
int hf__decimal_compare(const hf__decimal *a, const hf__decimal *b);

/* The same for equal absolute values, however they are spelled. */
uint64_t hf__decimal_hash(const hf__decimal *decimal, uint64_t seed);

#endif
