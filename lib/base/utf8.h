/* utf8.h - is it valid UTF-8?
 *
 * As Unicode defines it: no surrogates, nothing above U+10FFFF, no longer form than needed. Several
 * versions, chosen by hf__cpu_level(); all give the same answer. Nothing outside the text is read. */
#ifndef HOLDFAST_UTF8_H
#define HOLDFAST_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The offset at which the first sequence begins that is not valid, or `length` when all are. */
size_t hf__utf8_fault(const char *text, size_t length);

/* Writes a code point as 1 to 4 bytes and returns how many. Not for surrogates. */
static inline size_t hf__utf8_put(char *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

/* The versions. From `at` on, where a sequence begins; the vector ones find the block, and this the
 * place in it. */
size_t hf__utf8_fault_base(const char *text, size_t length, size_t at);
size_t hf__utf8_fault_avx2(const char *text, size_t length);
size_t hf__utf8_fault_avx512(const char *text, size_t length);
size_t hf__utf8_fault_neon(const char *text, size_t length);

/* Where the sequence begins that holds or precedes `at`, when all before `at` is valid as far as it
 * goes. */
static inline size_t hf__utf8_step_back(const char *text, size_t at)
{
    for (size_t back = 1; back <= 3 && back <= at; back++)
        if (((unsigned char)text[at - back] & 0xc0) != 0x80)
            return at - back;
    return at;
}

#endif
