/* number_read.h - JSON number text to a value, exactly.
 *
 * Which kind a number gets:
 *   INT64   spelled without '.', 'e' and 'E', from -2^63 to 2^63 - 1
 *   UINT64  spelled so, from 2^63 to 2^64 - 1
 *   DOUBLE  spelled with one of them: the nearest double, ties to even, for any number of digits.
 *           Also "-0", which only a double can hold.
 *   TEXT    where none of them holds the value: an integer beyond these ranges, a magnitude that
 *           rounds to infinity (1e400), and a number other than zero that rounds to zero (1e-400).
 *           Nothing is lost: the caller keeps the text.
 * How a double was spelled (0.1000, 1e0, -0) is kept by whoever keeps the text.
 *
 * No locale, no rounding mode, no allocation; linear in the length of the text. Nothing outside
 * [begin, end) is read. */
#ifndef HOLDFAST_NUMBER_READ_H
#define HOLDFAST_NUMBER_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The values are those of the slot kinds. */
typedef enum hf__number_kind {
    HF__NUMBER_INT64 = 3,
    HF__NUMBER_UINT64 = 4,
    HF__NUMBER_DOUBLE = 5,
    HF__NUMBER_TEXT = 6
} hf__number_kind;

/* Reads a number that fills [begin, end). ret_bits: the int64 in two's complement, the uint64, the
 * bits of the double, or 0 for TEXT. Returns false, writing nothing, when it is not a JSON number. */
bool hf__number_read(const char *begin, const char *end, hf__number_kind *ret_kind, uint64_t *ret_bits);

/* Reads the longest number at `begin`. Returns where it ends, or NULL when there is none. */
const char *hf__number_read_prefix(const char *begin, const char *end, hf__number_kind *ret_kind,
                                   uint64_t *ret_bits);

/* The offset of the first byte because of which [begin, end) is not a JSON number: its length when
 * the number ends too early, or when nothing is wrong. */
size_t hf__number_fault(const char *begin, const char *end);

/* The double nearest to [begin, end), which must be a JSON number: infinite when the magnitude is
 * too large, zero when it is too small, with the number's sign. */
double hf__number_nearest(const char *begin, const char *end);

/* significand * 10^power as the nearest double; for any significand and power, exact. */
double hf__number_round(uint64_t significand, int64_t power);

#endif
