/* gzip.h - gzip in and out, with a limit on what comes out. */
#ifndef HOLDFAST_GZIP_H
#define HOLDFAST_GZIP_H

#include <holdfast/base.h>

static inline bool hf__is_gzip(hf_text bytes)
{
    return bytes.length >= 2 && (uint8_t)bytes.bytes[0] == 0x1f && (uint8_t)bytes.bytes[1] == 0x8b;
}

/* Inflates all members of `packed`. *ret_bytes is owned (hf__room_free), at most `bytes_max`.
 * HF_BAD_PROFILE when damaged or cut off, HF_LIMIT_BYTES beyond the limit. */
hf_status hf__gzip_read(hf_text packed, size_t bytes_max, char **ret_bytes, size_t *ret_length, hf_error *reterr);

/* *ret_bytes is owned (hf__room_free). */
hf_status hf__gzip_write(hf_text bytes, char **ret_packed, size_t *ret_length, hf_error *reterr);

#endif
