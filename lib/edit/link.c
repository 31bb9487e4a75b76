/* link.c - links of a draft: where they lead, and what becomes of their targets.
 *
 * The target table is the document's, by entry and generation. A target that was not opened is an
 * address in an own block; one that lies in a chunk has a pin, whose id is in the entry's `flags`. */
#include "edit/draft_state.h"

#define GONE UINT64_MAX

static bool is_of(const hf__link_target *target, uint64_t address)
{
    return target->flags == 0 && target->slot == address;
}

void hf__link_pin(hf_draft *draft, uint64_t address, uint32_t chunk, uint32_t position)
{
    for (uint32_t entry = 0; entry < draft->home.link_count; entry++) {
        if (!is_of(&draft->links[entry], address))
            continue;
        uint32_t id = hf__pin_add(draft, HF__PIN_LINK, chunk, position);
        draft->pins[id].link = entry;
        draft->links[entry].flags = id;
        draft->links[entry].slot = 0;
    }
}

void hf__link_keep(hf_draft *draft, hf__chunk *chunk, uint32_t position)
{
    const hf__slot *slot = &chunk->slots[position];
    if (hf__kind(slot) == HF__MOUNT && hf__byte1(slot) == HF__MOUNT_OWN && slot->lo & HF__LINKED)
        hf__link_pin(draft, slot->hi, chunk->number, position);
}

void hf__link_target_gone(hf_draft *draft, uint32_t entry)
{
    draft->links[entry].slot = GONE;
    draft->links[entry].flags = 0;
    draft->links[entry].generation++;
}

void hf__link_base_gone(hf_draft *draft, uint64_t address)
{
    for (uint32_t entry = 0; entry < draft->home.link_count; entry++)
        if (is_of(&draft->links[entry], address))
            hf__link_target_gone(draft, entry);
}

hf_value hf__draft_link_target(const hf__home *home, const hf__slot *link)
{
    const hf_draft *draft = hf__draft_of(home);
    const hf__link_target *target = &draft->links[(uint32_t)link->hi];
    if (target->slot == GONE || target->generation != (uint32_t)(link->hi >> 32))
        return hf_absent();
    if (target->flags == 0)
        return hf__resolve((hf_value){ home, hf__slot_at(home, target->slot) });
    const hf__pin *pin = &draft->pins[target->flags];
    return hf__resolve((hf_value){ home, draft->chunks[pin->chunk]->slots + pin->position });
}

hf_status hf__link_copy(hf_draft *draft, hf__fresh *fresh, const hf__slot *link, hf_error *reterr)
{
    (void)draft;
    (void)reterr;
    *fresh = (hf__fresh){ { HF__LINK, link->hi }, { NULL, 0 }, false, false };
    return HF_OK;
}
