/* levels.h - running a test at every CPU level of this machine. */
#ifndef HOLDFAST_TEST_LEVELS_H
#define HOLDFAST_TEST_LEVELS_H

#include "base/cpu.h"

/* for (LEVELS(level)) { ... }; the best is in force afterwards. */
#define LEVELS(level)                                      \
    int level = HF__CPU_BASE;                              \
    level = test_level_from(level), level <= HF__CPU_NEON; \
    level++

/* Forces the first level from `level` on that this machine has, and returns it; above the last one,
 * HF__CPU_NEON + 1 with the best in force. */
static inline int test_level_from(int level)
{
    while (level <= HF__CPU_NEON && !hf__cpu_force((enum hf__cpu_level)level))
        level++;
    if (level > HF__CPU_NEON)
        hf__cpu_force(hf__cpu_best());
    return level;
}

#endif
