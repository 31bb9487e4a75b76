/* number_write.h - integers and doubles to JSON text.
 *
 * A double is written with the fewest digits that read back as the same double, and of those the
 * nearest to it. Plain from 1e-6 up to below 1e21, else with an exponent. A whole one gets ".0", so
 * that it reads back as a double and not as an integer; a zero keeps its sign:
 *
 *     0.1   100.0   -0.0   0.000001   1e-7   123456789012345680000.0   1e21   1.7976931348623157e308
 *
 * The canonical form is that of ECMAScript, as RFC 8785 asks: no ".0", "0" for both zeros, and a
 * sign in every exponent:
 *
 *     0.1   100     0      0.000001   1e-7   123456789012345680000     1e+21  1.7976931348623157e+308
 *
 * Every call returns the length, at most HF__NUMBER_WRITE_MAX, and may use all HF__NUMBER_WRITE_ROOM
 * bytes at `out`. Nothing is terminated. No locale, no rounding mode, no allocation. */
#ifndef HOLDFAST_NUMBER_WRITE_H
#define HOLDFAST_NUMBER_WRITE_H

#include <stddef.h>
#include <stdint.h>

enum { HF__NUMBER_WRITE_MAX = 25, HF__NUMBER_WRITE_ROOM = 48 };

size_t hf__number_write_i64(char *out, int64_t value);
size_t hf__number_write_u64(char *out, uint64_t value);

/* Returns 0, writing nothing that counts, for what JSON cannot say: infinities and NaN. */
size_t hf__number_write_double(char *out, double value);
size_t hf__number_write_canonical(char *out, double value);

#endif
