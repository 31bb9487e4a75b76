/* hash.c - the hash of more than 16 bytes, and the seed of the process. */
#include "hash.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

uint64_t hf__hash_long(const void *bytes, size_t length, uint64_t seed)
{
    const unsigned char *at = (const unsigned char *)bytes, *end = at + length;
    uint64_t             state = seed ^ length * HF__HASH_C;
    if (length > 64) {
        /* Three chains side by side, so that one multiplication need not wait for the last. */
        uint64_t second = state ^ HF__HASH_D, third = state + HF__HASH_A;
        for (; end - at > 48; at += 48) {
            state = hf__hash_fold(hf__hash_load64(at) ^ HF__HASH_A, hf__hash_load64(at + 8) ^ state);
            second = hf__hash_fold(hf__hash_load64(at + 16) ^ HF__HASH_B, hf__hash_load64(at + 24) ^ second);
            third = hf__hash_fold(hf__hash_load64(at + 32) ^ HF__HASH_C, hf__hash_load64(at + 40) ^ third);
        }
        state ^= hf__hash_fold(second ^ HF__HASH_B, third ^ HF__HASH_D);
    }
    for (; end - at > 16; at += 16)
        state = hf__hash_fold(hf__hash_load64(at) ^ HF__HASH_A, hf__hash_load64(at + 8) ^ state);
    /* The last 16 bytes overlap what came before where they have to. */
    return hf__hash_words(hf__hash_load64(end - 16), hf__hash_load64(end - 8), state);
}

/* When the system has no randomness to give: what differs from process to process. */
static uint64_t seed_without_system(void)
{
    struct timespec now = { 0, 0 };
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t    seed = hf__hash_words((uint64_t)now.tv_nsec, (uint64_t)now.tv_sec, (uint64_t)getpid());
    const void *random = (const void *)getauxval(AT_RANDOM); /* 16 bytes from the kernel */
    if (random != NULL)
        seed = hf__hash_bytes(random, 16, seed);
    return seed ^ (uint64_t)(uintptr_t)&now;
}

_Atomic uint64_t hf__hash_seed_known;

uint64_t hf__hash_seed_draw(void)
{
    uint64_t seed = 0, drawn = 0;
    int      errno_kept = errno;
    if (getrandom(&drawn, sizeof drawn, GRND_NONBLOCK) != (ssize_t)sizeof drawn)
        drawn = seed_without_system();
    errno = errno_kept;
    drawn |= drawn == 0;
    return atomic_compare_exchange_strong(&hf__hash_seed_known, &seed, drawn) ? drawn : seed;
}
