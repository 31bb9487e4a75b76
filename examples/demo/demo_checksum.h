/* demo_checksum.h - what every form does with what it reads, so that the forms can be compared.
 *
 * Order matters, kinds matter, the bytes of keys and strings matter, a number counts as its double. */
#ifndef HOLDFAST_DEMO_CHECKSUM_H
#define HOLDFAST_DEMO_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    DEMO_SUM_OBJECT = 1,
    DEMO_SUM_ARRAY,
    DEMO_SUM_LEAVE,
    DEMO_SUM_KEY,
    DEMO_SUM_STRING,
    DEMO_SUM_NUMBER,
    DEMO_SUM_TRUE,
    DEMO_SUM_FALSE,
    DEMO_SUM_NULL
};

static inline uint64_t demo_sum_word(uint64_t sum, uint64_t word)
{
    sum = (sum ^ word) * 0x9E3779B97F4A7C15u;
    return sum ^ (sum >> 29);
}

/* A key or a string. */
static inline uint64_t demo_sum_text(uint64_t sum, int kind, const char *bytes, size_t length)
{
    sum = demo_sum_word(sum, (uint64_t)kind << 56 | length);
    for (; length >= 8; length -= 8, bytes += 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        sum = demo_sum_word(sum, word);
    }
    uint64_t rest = 0;
    memcpy(&rest, bytes, length);
    return length > 0 ? demo_sum_word(sum, rest) : sum;
}

static inline uint64_t demo_sum_number(uint64_t sum, double number)
{
    uint64_t word;
    number = number == 0 ? 0 : number; /* a minus zero counts as zero */
    memcpy(&word, &number, 8);
    return demo_sum_word(demo_sum_word(sum, DEMO_SUM_NUMBER), word);
}

#endif
