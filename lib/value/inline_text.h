/* inline_text.h - short texts as the two words of the slot that holds them. */
#ifndef HOLDFAST_INLINE_TEXT_H
#define HOLDFAST_INLINE_TEXT_H

#include <holdfast/value_layout.h>

/* Up to 14 bytes as slot words, zero padded, without reading beyond them and with few branches. */
static inline void hf__inline_words(const char *bytes, size_t length, uint64_t *ret_lo, uint64_t *ret_hi)
{
    uint64_t first = 0, second = 0; /* bytes 0..7 and 8..15 of the text */
    if (length >= 8) {
        uint64_t tail;
        memcpy(&first, bytes, 8);
        memcpy(&tail, bytes + length - 8, 8);
        second = length > 8 ? tail >> (8 * (16 - length)) : 0;
    } else if (length >= 4) {
        uint32_t head, tail;
        memcpy(&head, bytes, 4);
        memcpy(&tail, bytes + length - 4, 4);
        first = head | (uint64_t)tail << (8 * (length - 4));
    } else if (length > 0) {
        first = (uint64_t)(unsigned char)bytes[0] | (uint64_t)(unsigned char)bytes[length / 2] << (8 * (length / 2)) |
                (uint64_t)(unsigned char)bytes[length - 1] << (8 * (length - 1));
    }
    *ret_lo = HF__TEXT | (uint64_t)length << 8 | first << 16;
    *ret_hi = first >> 48 | second << 16;
}

#endif
