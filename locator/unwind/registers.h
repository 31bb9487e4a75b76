/* registers.h - the registers that a walk up the stack needs, and where they are found.
 *
 * The only place that knows the processor. A port gives: the numbers that DWARF uses for the stack
 * pointer, frame pointer and return address; the interrupted registers in a signal frame. */
#ifndef HOLDFAST_REGISTERS_H
#define HOLDFAST_REGISTERS_H

#include <stdint.h>

/* A place in a program: the next instruction of a frame, the stack and frame pointer in it. */
typedef struct hf__registers {
    uint64_t pc, sp, bp;
} hf__registers;

#if defined(__x86_64__)

enum {
    HF__DWARF_BP = 6, HF__DWARF_SP = 7, HF__DWARF_RETURN = 16,
    HF__RETURN_BELOW_CFA = 8,     /* the return address lies this far below the frame's end */
    HF__WORD = 8,
    /* Offsets from the stack pointer at the return into the restorer of a signal handler
     * (struct rt_sigframe of Linux: ucontext_t first). */
    HF__SIGNAL_BP = 120, HF__SIGNAL_SP = 160, HF__SIGNAL_PC = 168
};

/* The frame of the function that uses this. It must keep a frame pointer; naming the frame address
 * makes the compiler do so. */
#define HF__OWN_FRAME() ((const uint64_t *)__builtin_frame_address(0))

/* The caller of the function whose frame this is, as seen right after its return. */
static inline hf__registers hf__caller_of(const uint64_t *frame)
{
    return (hf__registers){ frame[1], (uint64_t)(frame + 2), frame[0] };
}
#define HF__CALLER_REGISTERS() hf__caller_of(HF__OWN_FRAME())

#else
#error "stack capture knows x86-64 only so far; see registers.h for what a port needs"
#endif

#endif
