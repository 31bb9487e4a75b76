/* utf8_tables.h - the three tables of the lookup algorithm for UTF-8.
 *
 * J. Keiser and D. Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte" (2021): each bit
 * stands for one kind of error in two neighbouring bytes; the three tables, asked with the first
 * byte's halves and the second byte's upper half, agree on a bit exactly where that error is. TWO is
 * no error where a lead two or three bytes before asks for it. */
#ifndef HOLDFAST_UTF8_TABLES_H
#define HOLDFAST_UTF8_TABLES_H

#include <stdint.h>

enum {
    SHORT = 1 << 0,      /* a lead without its continuation */
    LONG = 1 << 1,       /* a continuation without its lead */
    OVERLONG_3 = 1 << 2, /* e0 80..9f */
    LARGE = 1 << 3,      /* f4 90..bf, f5..ff */
    SURROGATE = 1 << 4,  /* ed a0..bf */
    OVERLONG_2 = 1 << 5, /* c0, c1 */
    LARGE_1000 = 1 << 6, /* f5..ff 80..8f */
    OVERLONG_4 = 1 << 6, /* f0 80..8f */
    TWO = 1 << 7,        /* two continuations */
    ANY = SHORT | LONG | TWO
};

#define HF__UTF8_FIRST_HIGH                                                                     \
    LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG, (char)TWO, (char)TWO, (char)TWO, (char)TWO, \
        SHORT | OVERLONG_2, SHORT, SHORT | OVERLONG_3 | SURROGATE, SHORT | LARGE | LARGE_1000

#define HF__UTF8_FIRST_LOW                                                                              \
    (char)(ANY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4), (char)(ANY | OVERLONG_2), (char)ANY, (char)ANY, \
        (char)(ANY | LARGE), (char)(ANY | LARGE | LARGE_1000), (char)(ANY | LARGE | LARGE_1000),        \
        (char)(ANY | LARGE | LARGE_1000), (char)(ANY | LARGE | LARGE_1000),                             \
        (char)(ANY | LARGE | LARGE_1000), (char)(ANY | LARGE | LARGE_1000),                             \
        (char)(ANY | LARGE | LARGE_1000), (char)(ANY | LARGE | LARGE_1000),                             \
        (char)(ANY | LARGE | LARGE_1000 | SURROGATE), (char)(ANY | LARGE | LARGE_1000),                 \
        (char)(ANY | LARGE | LARGE_1000)

#define HF__UTF8_SECOND_HIGH                                                    \
    SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT,                     \
        (char)(LONG | OVERLONG_2 | TWO | OVERLONG_3 | LARGE_1000 | OVERLONG_4), \
        (char)(LONG | OVERLONG_2 | TWO | OVERLONG_3 | LARGE),                   \
        (char)(LONG | OVERLONG_2 | TWO | SURROGATE | LARGE),                    \
        (char)(LONG | OVERLONG_2 | TWO | SURROGATE | LARGE), SHORT, SHORT, SHORT, SHORT

#endif
