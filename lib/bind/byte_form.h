/* byte_form.h - bytes and times as JSON texts: base64 (RFC 4648, padded), hex, and seconds since 1970
 * as "2026-11-22T21:00:00Z" (RFC 3339, UTC, whole seconds). Strict: one spelling for each value, but
 * hex digits of either case. */
#ifndef HOLDFAST_BYTE_FORM_H
#define HOLDFAST_BYTE_FORM_H

#include <holdfast/base.h>

/* Bytes that the text stands for, SIZE_MAX when it is none. out: room for as many; NULL only counts. */
size_t hf__base64_read(hf_text text, unsigned char *out);
size_t hf__hex_read(hf_text text, unsigned char *out);
static inline size_t hf__base64_length(size_t bytes) { return (bytes + 2) / 3 * 4; }
/* out: hf__base64_length(length), or 2 * length bytes. */
void hf__base64_write(const unsigned char *bytes, size_t length, char *out);
void hf__hex_write(const unsigned char *bytes, size_t length, char *out);

enum { HF__TIME_ROOM = 32 };
/* Years 0 to 9999; false beyond. */
bool hf__time_read(hf_text text, int64_t *ret_seconds);
size_t hf__time_write(char *out, int64_t seconds); /* 0 when it has no such form */

#endif
