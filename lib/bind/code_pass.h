/* code_pass.h - numbers that nothing wants. */
#ifndef HOLDFAST_CODE_PASS_H
#define HOLDFAST_CODE_PASS_H

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
