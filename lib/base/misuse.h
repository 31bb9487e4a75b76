/* misuse.h - the answer to a call that the header forbids.
 *
 * A status in release builds; in debug builds (without NDEBUG) also a message and a trap, so
 * that the mistake is found where it is made. Tests set the hook to see the message instead of
 * the trap; the status is returned in every build that goes on. */
#ifndef HOLDFAST_MISUSE_H
#define HOLDFAST_MISUSE_H

#include "fail.h"

#ifdef NDEBUG
#define HF__DEBUG 0
#else
#define HF__DEBUG 1
#endif

/* Fills *reterr with HF_MISUSE and the words, traps in debug builds, returns HF_MISUSE. */
hf_status hf__misuse(hf_error *reterr, const char *format, ...) HF_PRINTF(2, 3);

/* The same for another status on the caller's mistake, such as HF_DIRTY. */
hf_status hf__misuse_as(hf_status status, hf_error *reterr, const char *format, ...) HF_PRINTF(3, 4);

/* For tests; NULL is the trap. Set it while no other thread is inside the library. */
extern void (*hf__misuse_hook)(const char *message);

#endif
