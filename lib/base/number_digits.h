/* number_digits.h - up to eight decimal digits at once, inline where short integers are written. */
#ifndef HOLDFAST_NUMBER_DIGITS_H
#define HOLDFAST_NUMBER_DIGITS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "digits are laid out in little-endian words"
#endif

#define HF__ASCII_ZEROS 0x3030303030303030u

/* Eight digits of value < 10^8, the first in the lowest byte, as 0 to 9: halves, quarters and digits
 * are split by multiplication in lanes of one word. */
static inline uint64_t hf__eight_digits(uint32_t value)
{
    uint64_t halves = value / 10000 | (uint64_t)(value % 10000) << 32;
    uint64_t quotient = (halves * 10486 >> 20) & 0x0000007f0000007fu;
    uint64_t quarters = quotient | (halves - 100 * quotient) << 16;
    quotient = (quarters * 103 >> 10) & 0x000f000f000f000fu;
    return quotient | (quarters - 10 * quotient) << 8;
}

static inline void hf__put_word(char *out, uint64_t word)
{
    memcpy(out, &word, sizeof word);
}

/* Fewer than 9 digits, none in front of the first. */
static inline size_t hf__write_short(char *out, uint32_t value)
{
    uint64_t digits = hf__eight_digits(value);
    unsigned skip = value != 0 ? (unsigned)__builtin_ctzll(digits) / 8 : 7;
    hf__put_word(out, (digits | HF__ASCII_ZEROS) >> (8 * skip));
    return 8 - skip;
}

#endif
