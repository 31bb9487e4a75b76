/* minify.h - valid JSON text without its insignificant blanks.
 *
 * Nothing else changes: spelling of numbers, escapes and order stay. The text must be valid JSON, or
 * a part of it that begins outside of strings; other text gives other text, safely. Several versions,
 * chosen by hf__cpu_level(); all give the same result. Nothing outside the given bytes is read, and
 * nothing beyond `length` bytes at `out` is written. They must not overlap. */
#ifndef HOLDFAST_MINIFY_H
#define HOLDFAST_MINIFY_H

#include <stddef.h>
#include <stdint.h>

/* Between pieces of one text; begins as zeros. */
typedef struct hf__minifier {
    uint64_t in_string; /* all bits, or none */
    uint64_t escaped;   /* 1: the next byte stands behind a backslash */
} hf__minifier;

enum { HF__MINIFY_STEP = 64 };

/* Minifies one piece and returns the length of the result. Every piece but the last must have a
 * multiple of HF__MINIFY_STEP bytes. */
size_t hf__minify_piece(hf__minifier *state, const char *text, size_t length, char *out);

/* Minifies a whole text. */
size_t hf__minify(const char *text, size_t length, char *out);

/* ---- the versions ------------------------------------------------------------------------ */

size_t hf__minify_base(hf__minifier *state, const char *text, size_t length, char *out);
size_t hf__minify_avx2(hf__minifier *state, const char *text, size_t length, char *out);
size_t hf__minify_avx512(hf__minifier *state, const char *text, size_t length, char *out);

#endif
