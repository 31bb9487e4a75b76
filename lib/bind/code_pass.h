/* code_pass.h - passing over what nothing wants, 64 bytes a step.
 *
 * As strict as reading it: strings, escapes, numbers, words, and what may follow what. It says only
 * that something is wrong, not what. */
#ifndef HOLDFAST_CODE_PASS_H
#define HOLDFAST_CODE_PASS_H

#include <holdfast/bind_code.h>

/* keys NULL: from the bracket of a container to behind its end. Else from the quote of a key, over
 * whole members, to the next key that may be wanted, or to the '}' of its object.
 * NULL when something is wrong; `at` itself when this is beyond it, as deep nesting is. UTF-8 was
 * checked before. */
const char *hf__pass_avx512(const hf__in *in, const char *at, const hf__keys *keys);

/* Behind a number as the grammar has it, its value unseen; NULL when it is none. */
static inline const char *hf__pass_number(const char *at)
{
    at += *at == '-';
    if (*at == '0') {
        at++;
    } else {
        const char *begin = at;
        while ((unsigned char)(*at - '0') < 10)
            at++;
        if (at == begin)
            return NULL;
    }
    if (*at == '.') {
        const char *begin = ++at;
        while ((unsigned char)(*at - '0') < 10)
            at++;
        if (at == begin)
            return NULL;
    }
    if ((*at | 0x20) == 'e') {
        at++;
        at += *at == '+' || *at == '-';
        const char *begin = at;
        while ((unsigned char)(*at - '0') < 10)
            at++;
        if (at == begin)
            return NULL;
    }
    return at;
}

#endif
