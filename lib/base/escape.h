/* escape.h - the content of JSON strings, to and from its escaped form.
 *
 * Reading: all escapes of RFC 8259; two \u escapes that form a surrogate pair make one code point.
 * Raw quotes, control characters and UTF-8 are the reader's matter and are copied as they are.
 * Writing: exactly what JSON requires is escaped: '"', '\', and control characters, those with a
 * letter by it (\b \f \n \r \t), the others as \u00xx in lower case. That is also the form of RFC 8785.
 *
 * Several versions, chosen by hf__cpu_level(); all give the same result. Nothing outside the given
 * bytes is read, and nothing outside the stated room is written. */
#ifndef HOLDFAST_ESCAPE_H
#define HOLDFAST_ESCAPE_H

#include <holdfast/base.h>

typedef struct hf__unescaped {
    hf_status status;   /* HF_OK, HF_BAD_ESCAPE or HF_BAD_SURROGATE */
    size_t    length;   /* of the result; where it failed, what was written before the fault */
    size_t    offset;   /* where it failed: that of the backslash; else the length of the input */
    bool      replaced; /* an unpaired surrogate became U+FFFD */
} hf__unescaped;

/* Unescapes what stands between two quotes. out: room for `length` bytes, not overlapping.
 * An unpaired surrogate is refused, or with `replace` becomes U+FFFD. */
hf__unescaped hf__unescape(const char *text, size_t length, char *out, bool replace);

/* Escapes text for writing between two quotes, and returns the length. out: room for
 * hf__escape_room(length) bytes, not overlapping. */
size_t hf__escape(const char *text, size_t length, char *out);

static inline size_t hf__escape_room(size_t length)
{
    return 6 * length;
}

/* The offset of the first byte that must be escaped, or `length`. */
size_t hf__escape_find(const char *text, size_t length);

/* ---- the versions ------------------------------------------------------------------------ */

hf__unescaped hf__unescape_base(const char *text, size_t length, char *out, bool replace);
hf__unescaped hf__unescape_avx2(const char *text, size_t length, char *out, bool replace);
hf__unescaped hf__unescape_avx512(const char *text, size_t length, char *out, bool replace);
hf__unescaped hf__unescape_neon(const char *text, size_t length, char *out, bool replace);
size_t        hf__escape_base(const char *text, size_t length, char *out);
size_t        hf__escape_avx2(const char *text, size_t length, char *out);
size_t        hf__escape_avx512(const char *text, size_t length, char *out);
size_t        hf__escape_neon(const char *text, size_t length, char *out);
size_t        hf__escape_find_base(const char *text, size_t length);
size_t        hf__escape_find_avx2(const char *text, size_t length);
size_t        hf__escape_find_avx512(const char *text, size_t length);
size_t        hf__escape_find_neon(const char *text, size_t length);

#endif
