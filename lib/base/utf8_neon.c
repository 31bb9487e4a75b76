/* utf8_neon.c - UTF-8 validation, 16 bytes at a time. */
#include "base/utf8.h"
#include "base/utf8_tables.h"

#include <arm_neon.h>
#include <string.h>

static const char first_high_table[16] = { HF__UTF8_FIRST_HIGH };
static const char first_low_table[16] = { HF__UTF8_FIRST_LOW };
static const char second_high_table[16] = { HF__UTF8_SECOND_HIGH };

static inline uint8x16_t load(const char *at)
{
    return vld1q_u8((const uint8_t *)at);
}

/* Bytes other than zero where something is wrong. */
static inline uint8x16_t errors_of(uint8x16_t block, uint8x16_t previous)
{
    uint8x16_t first = vextq_u8(previous, block, 15);
    uint8x16_t first_high = vqtbl1q_u8(load(first_high_table), vshrq_n_u8(first, 4));
    uint8x16_t first_low = vqtbl1q_u8(load(first_low_table), vandq_u8(first, vdupq_n_u8(0x0f)));
    uint8x16_t second_high = vqtbl1q_u8(load(second_high_table), vshrq_n_u8(block, 4));
    uint8x16_t pairs = vandq_u8(vandq_u8(first_high, first_low), second_high);
    /* The upper bit where a third or fourth byte must stand. */
    uint8x16_t third = vqsubq_u8(vextq_u8(previous, block, 14), vdupq_n_u8(0xe0 - 0x80));
    uint8x16_t fourth = vqsubq_u8(vextq_u8(previous, block, 13), vdupq_n_u8(0xf0 - 0x80));
    uint8x16_t must = vandq_u8(vorrq_u8(third, fourth), vdupq_n_u8(0x80));
    return veorq_u8(must, pairs);
}

/* Text that ends inside a sequence is found by the zeros that follow it. */
size_t hf__utf8_fault_neon(const char *text, size_t length)
{
    uint8x16_t previous = vdupq_n_u8(0);
    size_t     at = 0;
    for (;;) {
        uint8x16_t block;
        while (length - at >= 64) { /* all ASCII, with nothing open before */
            uint8x16_t any = vorrq_u8(vorrq_u8(load(text + at), load(text + at + 16)),
                                      vorrq_u8(load(text + at + 32), load(text + at + 48)));
            if (vmaxvq_u8(vorrq_u8(any, previous)) >= 0x80)
                break;
            previous = any;
            at += 64;
        }
        if (length - at >= 16) {
            block = load(text + at);
        } else {
            char rest[16] = { 0 };
            memcpy(rest, text + at, length - at);
            block = load(rest);
        }
        if (vmaxvq_u8(errors_of(block, previous)) != 0)
            return hf__utf8_fault_base(text, length, hf__utf8_step_back(text, at));
        if (length - at < 16)
            return length;
        previous = block;
        at += 16;
    }
}
