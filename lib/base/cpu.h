/* cpu.h - which vector instructions this run may use.
 *
 * Code with several versions asks hf__cpu_level() and takes the best version not above it. The
 * answer is detected once, with what the operating system saves of the registers taken into
 * account. HOLDFAST_CPU=base|avx2|avx512|neon forces it lower, never higher, so every version can
 * be tested on one machine. All versions give the same results. */
#ifndef HOLDFAST_CPU_H
#define HOLDFAST_CPU_H

#include <stdbool.h>

/* BASE is what the compiler may use anyway: SSE2 on x86-64, plain C elsewhere.
 * AVX2 stands for AVX2, BMI, BMI2, POPCNT and PCLMUL; AVX512 for AVX2 with F, BW, DQ, VL, VBMI,
 * VBMI2 and VPCLMULQDQ. NEON is always there on AArch64. */
enum hf__cpu_level { HF__CPU_BASE, HF__CPU_AVX2, HF__CPU_AVX512, HF__CPU_NEON };

/* One relaxed load after the first call. Safe from any thread. */
enum hf__cpu_level hf__cpu_level(void);

/* The best level of this machine, whatever is forced. */
enum hf__cpu_level hf__cpu_best(void);

/* For tests: every later hf__cpu_level() answers `level`. False when this machine cannot; then
 * nothing changes. HF__CPU_BASE always works. */
bool hf__cpu_force(enum hf__cpu_level level);

/* "base", "avx2", "avx512", "neon". */
const char *hf__cpu_level_name(enum hf__cpu_level level);

#endif
