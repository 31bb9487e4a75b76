/* foreign.c - looking at foreign values and releasing them. */
#include <holdfast/foreign.h>

#include "value/ended.h"
#include "value/home.h"

static const hf__foreign *entry_of(hf_value value)
{
    if (value.slot == NULL || hf__view_has_ended(value) || hf__kind(value.slot) != HF__EXTENSION)
        return NULL;
    return &value.home->foreigns[(uint32_t)value.slot->hi];
}

const hf_foreign_hooks *hf_foreign_hooks_of(hf_value value)
{
    const hf__foreign *entry = entry_of(value);
    return entry != NULL ? entry->hooks : NULL;
}

void *hf_foreign_object(hf_value value, const hf_foreign_hooks *hooks)
{
    const hf__foreign *entry = entry_of(value);
    return entry != NULL && entry->hooks == hooks ? entry->object : NULL;
}

/* ---- one object, several versions -------------------------------------------------------- */

/* Counts the homes whose tables have an object: a document and the versions made from it. */
typedef struct hf__foreign_share {
    _Atomic uint64_t homes;
    hf__memory       memory; /* holds the budget */
} share_count;

hf_status hf__foreign_share(hf__foreign *from, const hf__memory *memory, hf__foreign *to, hf_error *reterr)
{
    share_count *share = atomic_load_explicit(&from->share, memory_order_acquire);
    if (share == NULL) {
        void *block;
        hf_status status = hf__memory_allocate(memory, sizeof *share, HF__TABLE_ALIGNMENT, &block, reterr);
        if (status != HF_OK)
            return status;
        share_count *fresh = block, *earlier = NULL;
        atomic_init(&fresh->homes, 1);
        fresh->memory = *memory;
        hf_budget_hold(memory->budget);
        if (atomic_compare_exchange_strong_explicit(&from->share, &earlier, fresh, memory_order_acq_rel,
                                                    memory_order_acquire)) {
            share = fresh;
        } else {
            hf__memory_free(memory, fresh, sizeof *fresh, HF__TABLE_ALIGNMENT);
            hf_budget_drop(memory->budget);
            share = earlier;
        }
    }
    atomic_fetch_add_explicit(&share->homes, 1, memory_order_relaxed);
    to->hooks = from->hooks;
    to->object = from->object;
    atomic_init(&to->share, share);
    return HF_OK;
}

void hf__foreign_release(hf__foreign *foreign)
{
    void *object = foreign->object;
    share_count *share = atomic_load_explicit(&foreign->share, memory_order_acquire);
    foreign->object = NULL;
    atomic_store_explicit(&foreign->share, NULL, memory_order_relaxed);
    if (share != NULL) {
        if (atomic_fetch_sub_explicit(&share->homes, 1, memory_order_acq_rel) != 1)
            return;
        const hf__memory memory = share->memory;
        hf__memory_free(&memory, share, sizeof *share, HF__TABLE_ALIGNMENT);
        hf_budget_drop(memory.budget);
    }
    if (object != NULL)
        foreign->hooks->release(object);
}
