/* escape_single.h - one escape at a time: what all versions do between their blocks. */
#ifndef HOLDFAST_ESCAPE_SINGLE_H
#define HOLDFAST_ESCAPE_SINGLE_H

#include "base/escape.h"
#include "base/utf8.h"

/* By the letter after a backslash, its character; 0 where there is none ('u' included). */
extern const unsigned char hf__escape_meaning[128];
/* By control character, quote or backslash, the letter that stands for it; 0 where there is none. */
extern const char hf__escape_letter[128];
/* The value of a hexadecimal digit, or 0xff. */
extern const unsigned char hf__escape_hex[256];

/* The state of an unescaping loop. */
typedef struct hf__unescaping {
    const char *at, *end;
    char       *to;
    bool        replace, replaced;
} hf__unescaping;

/* The four digits at `at`, or a negative number when one is none. */
static inline int32_t hf__escape_hex4(const char *at)
{
    const unsigned char *digits = (const unsigned char *)at;
    uint32_t             a = hf__escape_hex[digits[0]], b = hf__escape_hex[digits[1]];
    uint32_t             c = hf__escape_hex[digits[2]], d = hf__escape_hex[digits[3]];
    if (((a | b | c | d) & 0x80) != 0)
        return -1;
    return (int32_t)(a << 12 | b << 8 | c << 4 | d);
}

/* s->at stands on the backslash of \u. */
static inline hf_status hf__unescape_unicode(hf__unescaping *s)
{
    int32_t first = s->end - s->at >= 6 ? hf__escape_hex4(s->at + 2) : -1;
    if (first < 0)
        return HF_BAD_ESCAPE;
    uint32_t code = (uint32_t)first;
    size_t   step = 6;
    if ((code & 0xf800) == 0xd800) {
        bool    follows = s->end - s->at >= 12 && s->at[6] == '\\' && s->at[7] == 'u';
        int32_t second = follows ? hf__escape_hex4(s->at + 8) : -1;
        if (code < 0xdc00 && (second & ~0x3ff) == 0xdc00) {
            code = 0x10000 + ((code & 0x3ff) << 10) + ((uint32_t)second & 0x3ff);
            step = 12;
        } else if (s->replace) {
            code = 0xfffd;
            s->replaced = true;
        } else {
            return HF_BAD_SURROGATE;
        }
    }
    s->to += hf__utf8_put(s->to, code);
    s->at += step;
    return HF_OK;
}

/* s->at stands on a backslash. */
static inline hf_status hf__unescape_one(hf__unescaping *s)
{
    if (s->end - s->at < 2)
        return HF_BAD_ESCAPE;
    unsigned char letter = (unsigned char)s->at[1];
    if (letter == 'u')
        return hf__unescape_unicode(s);
    if (letter >= 128 || hf__escape_meaning[letter] == 0)
        return HF_BAD_ESCAPE;
    *s->to++ = (char)hf__escape_meaning[letter];
    s->at += 2;
    return HF_OK;
}

static inline hf__unescaped hf__unescape_result(const hf__unescaping *s, hf_status status, const char *text,
                                                const char *out)
{
    hf__unescaped result = { status, (size_t)(s->to - out), (size_t)(s->at - text), s->replaced };
    return result;
}

static inline bool hf__escape_needed(char c)
{
    return (unsigned char)c < 0x20 || c == '"' || c == '\\';
}

/* Writes the escape of a character that needs one, and returns where it ends. */
static inline char *hf__escape_put(char *to, char c)
{
    unsigned char byte = (unsigned char)c;
    *to++ = '\\';
    if (hf__escape_letter[byte] != 0) {
        *to++ = hf__escape_letter[byte];
        return to;
    }
    memcpy(to, "u00", 3);
    to[3] = (char)('0' + (byte >> 4));
    to[4] = "0123456789abcdef"[byte & 15];
    return to + 5;
}

#endif
