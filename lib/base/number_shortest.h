/* number_shortest.h - the shortest decimal that reads back as a given double. */
#ifndef HOLDFAST_NUMBER_SHORTEST_H
#define HOLDFAST_NUMBER_SHORTEST_H

#include <stdint.h>

/* value = digits * 10^exponent. The digits may end in zeros. */
typedef struct hf__shortest {
    uint64_t digits;
    int      exponent;
} hf__shortest;

/* For the bits of a finite double other than zero; the sign is ignored. */
hf__shortest hf__number_shortest(uint64_t bits);

#endif
