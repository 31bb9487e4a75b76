/* cancel.h - asking work on other threads to end: walks, tasks.
 *
 * A token is one word in your own memory, zero-filled at first. Requesting is safe from any thread
 * and from a signal handler; it cannot be taken back while work may still look at it. */
#ifndef HOLDFAST_CANCEL_H
#define HOLDFAST_CANCEL_H

#include <holdfast/base.h>

HF_EXTERN_BEGIN

typedef struct hf_cancel {
    int requested; /* atomic; use the calls */
} hf_cancel;

static inline void hf_cancel_request(hf_cancel *cancel) { __atomic_store_n(&cancel->requested, 1, __ATOMIC_RELEASE); }
static inline bool hf_cancel_is_requested(const hf_cancel *cancel)
{
    return __atomic_load_n(&cancel->requested, __ATOMIC_ACQUIRE) != 0;
}
/* Makes the token usable again, once nothing looks at it any more. */
static inline void hf_cancel_reset(hf_cancel *cancel) { __atomic_store_n(&cancel->requested, 0, __ATOMIC_RELEASE); }

HF_EXTERN_END

#endif
