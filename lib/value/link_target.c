/* link_target.c - where a link leads. */
#include "value/home.h"

const hf__slot *hf__link_place_of(hf_value link)
{
    const hf__home *home = link.home;
    uint32_t entry = (uint32_t)link.slot->hi, generation = (uint32_t)(link.slot->hi >> 32);
    if (home->kind == HF__HOME_DRAFT)
        return home->chunks->link_place(home, link.slot);
    const hf__link_target *target = &home->links[entry];
    if (target->slot == UINT64_MAX || target->generation != generation)
        return NULL;
    return hf__slot_at(home, target->slot);
}

hf_value hf__link_target_of(hf_value link)
{
    const hf__slot *place = hf__link_place_of(link);
    return place != NULL ? hf__resolve((hf_value){ link.home, place }) : hf_absent();
}
