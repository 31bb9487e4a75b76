/* link_target.c - where a link leads. */
#include "value/home.h"

hf_value hf__link_target_of(hf_value link)
{
    const hf__home *home = link.home;
    uint32_t entry = (uint32_t)link.slot->hi, generation = (uint32_t)(link.slot->hi >> 32);
    if (home->kind == HF__HOME_DRAFT)
        return home->chunks->link_target(home, link.slot);
    const hf__link_target *target = &home->links[entry];
    if (target->slot == UINT64_MAX || target->generation != generation)
        return hf_absent();
    return hf__resolve((hf_value){ home, hf__slot_at(home, target->slot) });
}
