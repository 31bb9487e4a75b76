/* cancel.h - asking running work to stop: a flag, a deadline, or both.
 *
 * A token is a small struct of yours. Whoever may stop the work calls hf_cancel_request; the work
 * looks at it between steps: walks, task groups and caches take a token in their options. Tokens
 * form a chain: what stops a parent stops its children, so the deadline of a request reaches the
 * walk inside a task. Nothing is interrupted: work ends where it next looks.
 *
 * Threads: every call is safe from any thread; hf_cancel_request is safe in a signal handler too. */
#ifndef HOLDFAST_CANCEL_H
#define HOLDFAST_CANCEL_H

#include <holdfast/base.h>

HF_EXTERN_BEGIN

/* Fields are the library's. Must not move while somebody may look at it, and must outlive its
 * children. All zero is a token without parent and deadline that nobody cancelled. */
typedef struct hf_cancel {
    const struct hf_cancel *parent;
    uint64_t                deadline_ns; /* CLOCK_MONOTONIC; 0: none here nor above */
    uint32_t                requested; /* atomic; use the calls */
    uint32_t                reserved;
} hf_cancel;

/* parent: borrowed until the token is used no more; NULL: none. time_ms: from now, 0: no
 * deadline of its own. The earliest deadline of the chain counts. */
HF_API void hf_cancel_init(hf_cancel *cancel, const hf_cancel *parent, uint64_t time_ms);

/* From now on the token and its children say HF_CANCELLED. */
HF_API void hf_cancel_request(hf_cancel *cancel);

/* Makes the token itself usable again, once nothing looks at it any more; its deadline stays. */
HF_API void hf_cancel_reset(hf_cancel *cancel);

/* Was it cancelled, here or above? Does not look at the clock: a load per token of the chain.
 * NULL: no. */
static inline bool hf_cancel_is_requested(const hf_cancel *cancel)
{
    for (; cancel != NULL; cancel = cancel->parent)
        if (__atomic_load_n(&cancel->requested, __ATOMIC_ACQUIRE) != 0)
            return true;
    return false;
}

/* HF_OK, HF_CANCELLED, or HF_LIMIT_TIME when the deadline has passed. Reads the clock when there
 * is a deadline (some 20 ns): ask every thousand steps or so. NULL: HF_OK. */
HF_API hf_status hf_cancel_check(const hf_cancel *cancel);

/* The deadline of the chain in CLOCK_MONOTONIC nanoseconds, UINT64_MAX when there is none. */
static inline uint64_t hf_cancel_deadline_ns(const hf_cancel *cancel)
{
    return cancel != NULL && cancel->deadline_ns != 0 ? cancel->deadline_ns : UINT64_MAX;
}

HF_EXTERN_END

#endif
