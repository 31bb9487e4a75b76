/* foreign.c - looking at foreign values and releasing them. */
#include <holdfast/foreign.h>

#include "value/home.h"

static const hf__foreign *entry_of(hf_value value)
{
    if (value.slot == NULL || hf__kind(value.slot) != HF__EXTENSION)
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

void hf__foreign_release(hf__foreign *foreign)
{
    void *object = foreign->object;
    foreign->object = NULL;
    if (object != NULL)
        foreign->hooks->release(object);
}
