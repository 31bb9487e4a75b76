/* utf8.h - is it UTF-8? */
#ifndef HOLDFAST_UTF8_H
#define HOLDFAST_UTF8_H

#include <stddef.h>

/* The offset of the first byte that does not belong to valid UTF-8 (overlong forms, surrogates and
 * code points above U+10FFFF are not valid; a cut-off sequence counts at its first byte), or
 * `length` when all is well. */
size_t hf__utf8_fault(const char *bytes, size_t length);

#endif
