/* escape_neon.c - JSON escapes, 16 bytes at a time. */
#include "base/escape.h"
#include "base/escape_single.h"

#include <arm_neon.h>

/* A mask has four bits for each byte: what NEON's narrowing shift gives. */
enum { BLOCK = 16, BLOCK_STRIDE = 4 };
typedef uint8x16_t block;

static inline block block_load(const char *at)
{
    return vld1q_u8((const uint8_t *)at);
}
static inline void block_store(char *to, block bytes)
{
    vst1q_u8((uint8_t *)to, bytes);
}
static inline uint64_t mask_of(uint8x16_t found)
{
    uint8x8_t narrow = vshrn_n_u16(vreinterpretq_u16_u8(found), 4);
    return vget_lane_u64(vreinterpret_u64_u8(narrow), 0) & 0x8888888888888888u;
}
static inline uint64_t block_backslashes(block bytes)
{
    return mask_of(vceqq_u8(bytes, vdupq_n_u8('\\')));
}
static inline uint64_t block_special(block bytes)
{
    uint8x16_t control = vcltq_u8(bytes, vdupq_n_u8(0x20));
    uint8x16_t quote = vceqq_u8(bytes, vdupq_n_u8('"'));
    uint8x16_t slash = vceqq_u8(bytes, vdupq_n_u8('\\'));
    return mask_of(vorrq_u8(control, vorrq_u8(quote, slash)));
}

#include "base/escape_loop.h"

hf__unescaped hf__unescape_neon(const char *text, size_t length, char *out, bool replace)
{
    return unescape_text(text, length, out, replace);
}

size_t hf__escape_neon(const char *text, size_t length, char *out)
{
    return escape_text(text, length, out);
}

size_t hf__escape_find_neon(const char *text, size_t length)
{
    return find_special(text, length);
}
