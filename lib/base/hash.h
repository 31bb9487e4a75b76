/* hash.h - a fast 64-bit hash of bytes, and the secret that makes it hard to attack.
 *
 * The core is the folded multiply: two 64-bit words are multiplied to 128 bits and the halves
 * are combined by XOR (the idea of wyhash by Wang Yi and of the hashes after it). Not
 * cryptographic. With hf__hash_seed() as seed, keys from input cannot be chosen to collide
 * without knowing the seed; results must therefore never leave the process. With a fixed seed
 * the result is the same on every machine of one byte order. */
#ifndef HOLDFAST_HASH_H
#define HOLDFAST_HASH_H

#include "wide.h"

#include <stddef.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t hf__hash_fold(uint64_t a, uint64_t b)
{
    hf__u128 product = (hf__u128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t hf__hash_load64(const void *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static inline uint64_t hf__hash_load32(const void *bytes)
{
    uint32_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* Odd, half of the bits set, no short period: digits of the fractional parts of the square
 * roots of 2, 3, 5 and 7. */
#define HF__HASH_A 0x6a09e667f3bcc909u
#define HF__HASH_B 0xbb67ae8584caa73bu
#define HF__HASH_C 0x3c6ef372fe94f82bu
#define HF__HASH_D 0xa54ff53a5f1d36f1u

/* More than 16 bytes. */
uint64_t hf__hash_long(const void *bytes, size_t length, uint64_t seed);

/* Two words, for keys that already lie in registers. */
static inline uint64_t hf__hash_words(uint64_t a, uint64_t b, uint64_t seed)
{
    uint64_t mixed = hf__hash_fold(a ^ HF__HASH_A ^ seed, b ^ HF__HASH_B);
    return hf__hash_fold(mixed ^ HF__HASH_C, seed ^ HF__HASH_D);
}

static inline uint64_t hf__hash_bytes(const void *bytes, size_t length, uint64_t seed)
{
    const unsigned char *at = (const unsigned char *)bytes;
    uint64_t             a = 0, b = 0;
    if (length > 16)
        return hf__hash_long(bytes, length, seed);
    if (length >= 8) {
        a = hf__hash_load64(at);
        b = hf__hash_load64(at + length - 8);
    } else if (length >= 4) {
        a = hf__hash_load32(at);
        b = hf__hash_load32(at + length - 4);
    } else if (length > 0) {
        a = (uint64_t)at[0] << 16 | (uint64_t)at[length >> 1] << 8 | at[length - 1];
    }
    return hf__hash_words(a, b, seed ^ length * HF__HASH_C);
}

/* The secret of this process: drawn from the system once, never 0. Safe from any thread;
 * a forked child keeps it. Inline, since each lookup asks for it. */
extern _Atomic uint64_t hf__hash_seed_known; /* 0: not drawn yet */
uint64_t hf__hash_seed_draw(void);

static inline uint64_t hf__hash_seed(void)
{
    uint64_t seed = atomic_load_explicit(&hf__hash_seed_known, memory_order_relaxed);
    return seed != 0 ? seed : hf__hash_seed_draw();
}

#endif
