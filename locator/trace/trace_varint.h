/* trace_varint.h - numbers of 1 to 10 bytes, small ones first; inline, for recorder and readers.
 *
 * Seven bits per byte, low ones first, the top bit says that more follow (LEB128). Signed numbers
 * are folded (zigzag) so that small negative ones stay short. */
#ifndef HOLDFAST_TRACE_VARINT_H
#define HOLDFAST_TRACE_VARINT_H

#include <stdbool.h>
#include <stdint.h>

enum { HF__VARINT_MAX = 10 };

static inline uint64_t hf__zigzag(int64_t value)
{
    return ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
}
static inline int64_t hf__unzigzag(uint64_t value)
{
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

/* Writes at most HF__VARINT_MAX bytes; returns the place after them. */
static inline uint8_t *hf__varint_put(uint8_t *at, uint64_t value)
{
    while (value >= 0x80) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}

/* The same for numbers below 2^28, without a branch: addresses are of any length, and a guess at it
 * costs more than this. Writes 4 bytes, of which those up to the returned place count. */
static inline uint8_t *hf__varint_put_28(uint8_t *at, uint32_t value)
{
    uint32_t spread = (value & 0x7f) | (value & 0x3f80) << 1 | (value & 0x1fc000) << 2 | (value & 0xfe00000) << 3;
    uint32_t length = (38 - (uint32_t)__builtin_clz(value | 1)) * 37 >> 8;   /* (bits + 6) / 7 */
    uint32_t bytes = spread | 0x808080u >> (32 - 8 * length);
    __builtin_memcpy(at, &bytes, sizeof bytes); /* little endian, as is the format */
    return at + length;
}

/* Reads one number in [*at, end) and moves *at behind it. False when it is cut off or longer than
 * 64 bits; then *at is not moved. */
static inline bool hf__varint_get(const uint8_t **at, const uint8_t *end, uint64_t *ret_value)
{
    const uint8_t *p = *at;
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && p < end; shift += 7) {
        uint8_t byte = *p++;
        if (shift == 63 && byte > 1)
            return false;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            *ret_value = value;
            *at = p;
            return true;
        }
    }
    return false;
}

#endif
