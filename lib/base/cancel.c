/* cancel.c - tokens: setting, and looking with the clock. */
#include "clock.h"

#include <holdfast/cancel.h>

void hf_cancel_init(hf_cancel *cancel, const hf_cancel *parent, uint64_t time_ms)
{
    uint64_t deadline_ns = hf_cancel_deadline_ns(parent);
    if (time_ms != 0) {
        uint64_t own = hf__clock_after_ms(hf__clock_ns(), time_ms);
        if (own < deadline_ns)
            deadline_ns = own;
    }
    *cancel = (hf_cancel){ .parent = parent, .deadline_ns = deadline_ns != UINT64_MAX ? deadline_ns : 0 };
}

void hf_cancel_request(hf_cancel *cancel)
{
    __atomic_store_n(&cancel->requested, 1, __ATOMIC_RELEASE);
}

void hf_cancel_reset(hf_cancel *cancel)
{
    __atomic_store_n(&cancel->requested, 0, __ATOMIC_RELEASE);
}

hf_status hf_cancel_check(const hf_cancel *cancel)
{
    if (hf_cancel_is_requested(cancel))
        return HF_CANCELLED;
    uint64_t deadline_ns = hf_cancel_deadline_ns(cancel);
    if (deadline_ns != UINT64_MAX && hf__clock_ns() >= deadline_ns)
        return HF_LIMIT_TIME;
    return HF_OK;
}
