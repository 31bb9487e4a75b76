/* number_compare.h - order, equality and hash of numbers by their exact mathematical value.
 *
 * 1, 1.0, 1e0 and 10e-1 are one value whatever the kind, and so are 0 and -0. 2^53 + 1 as an integer
 * is above 2^53 as a double. Spelled numbers take time linear in their text, at any exponent.
 * Nothing allocates. */
#ifndef HOLDFAST_NUMBER_COMPARE_H
#define HOLDFAST_NUMBER_COMPARE_H

#include "base/number_read.h"

/* One number of any kind. */
typedef struct hf__number {
    hf__number_kind kind;
    uint64_t        bits; /* as hf__number_read gives them; a double is finite */
    const char     *text; /* for TEXT: a JSON number, borrowed; else unused */
    size_t          length;
} hf__number;

/* Negative, 0 or positive as a is below, equal to or above b. A total order. */
int hf__number_compare(hf__number a, hf__number b);

/* Equal for numbers that hf__number_compare finds equal. */
uint64_t hf__number_hash(hf__number number, uint64_t seed);

#endif
