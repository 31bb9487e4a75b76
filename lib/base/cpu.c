/* cpu.c - detection of the vector level, once, and its forcing. */
#include "cpu.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* The level plus one; 0 before detection. Threads that race detect the same. */
static _Atomic int known;

enum hf__cpu_level hf__cpu_best(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("bmi2") ||
        !__builtin_cpu_supports("popcnt") || !__builtin_cpu_supports("pclmul"))
        return HF__CPU_BASE;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") &&
        __builtin_cpu_supports("vpclmulqdq") && __builtin_cpu_supports("avx512cd"))
        return HF__CPU_AVX512;
    return HF__CPU_AVX2;
#elif defined(__aarch64__) && defined(__ARM_NEON)
    return HF__CPU_NEON;
#else
    return HF__CPU_BASE;
#endif
}

const char *hf__cpu_level_name(enum hf__cpu_level level)
{
    static const char *const names[] = { "base", "avx2", "avx512", "neon" };
    return names[level];
}

/* BASE is below all; AVX2 below AVX512; NEON stands beside them. */
static bool can_run(enum hf__cpu_level best, enum hf__cpu_level level)
{
    return level == HF__CPU_BASE || level == best || (level == HF__CPU_AVX2 && best == HF__CPU_AVX512);
}

static enum hf__cpu_level detect(void)
{
    enum hf__cpu_level best = hf__cpu_best();
    const char        *wanted = getenv("HOLDFAST_CPU");
    for (int level = HF__CPU_BASE; wanted != NULL && level <= HF__CPU_NEON; level++)
        if (strcmp(wanted, hf__cpu_level_name((enum hf__cpu_level)level)) == 0 &&
            can_run(best, (enum hf__cpu_level)level))
            return (enum hf__cpu_level)level;
    return best;
}

enum hf__cpu_level hf__cpu_level(void)
{
    int level = atomic_load_explicit(&known, memory_order_relaxed);
    if (level == 0) {
        int detected = (int)detect() + 1;
        if (atomic_compare_exchange_strong(&known, &level, detected))
            level = detected;
    }
    return (enum hf__cpu_level)(level - 1);
}

bool hf__cpu_force(enum hf__cpu_level level)
{
    if (!can_run(hf__cpu_best(), level))
        return false;
    atomic_store(&known, (int)level + 1);
    return true;
}
