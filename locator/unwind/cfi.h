/* cfi.h - how to step from a frame to its caller, by the unwind tables (.eh_frame) of its module.
 *
 * A rule is all that remains of the tables for one address: where the frame ends (the canonical
 * frame address, CFA) and where the caller's frame pointer was saved. Rules are found in a table
 * with binary search (.eh_frame_hdr) and evaluated once per address; rules.h keeps them.
 *
 * Formats: Linux Standard Base Core 5.0 chapter 10.6, DWARF 5 chapter 6.4.
 * Not: general expressions. The four that compilers and libc emit for calls are known by shape
 * (procedure linkage table, realigned stacks, signal frames); anything else gives HF__CFA_NONE.
 *
 * Safe in signal handlers, allocates nothing, reads only the module's tables. */
#ifndef HOLDFAST_CFI_H
#define HOLDFAST_CFI_H

#include <stdbool.h>
#include <stdint.h>

typedef enum hf__cfa_kind {
    HF__CFA_NONE = 0,   /* not known: no table, or a construct outside of what is supported */
    HF__CFA_SP,         /* sp + offset */
    HF__CFA_BP,         /* bp + offset */
    HF__CFA_BP_DEREF,   /* what lies at bp + offset (offset <= 0); caller's bp lies at bp (realigned stack) */
    HF__CFA_PLT,        /* sp + 8, or sp + 16 in the second half of a 16-byte entry */
    HF__CFA_SIGNAL,     /* registers were saved by the kernel for a signal handler */
    HF__CFA_END         /* the outermost frame: it has no caller */
} hf__cfa_kind;

typedef struct hf__rule {
    hf__cfa_kind kind;
    int32_t      offset;     /* of the CFA */
    int32_t      bp_offset;  /* where the caller's bp lies, from the CFA; 0: bp is unchanged */
} hf__rule;

/* The rule for the instruction at `address`, in the module whose PT_GNU_EH_FRAME segment begins
 * at `header`. Gives HF__CFA_NONE when there is none. */
hf__rule hf__cfi_rule(const uint8_t *header, uint64_t address);

#endif
