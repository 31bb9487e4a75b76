/* link.c - links of a draft: where they lead, and what becomes of their targets.
 *
 * The target table is the document's, by entry and generation. A target that was not opened is an
 * address in an own block; one that lies in a chunk has a pin, whose id is in the entry's `flags`. Entries
 * whose target is gone are used again, each with the next generation; their `flags` lead to the next one.
 *
 * Which entries lead to an address is asked for each target that is opened or goes. Where there are more than
 * a few they are sorted by address at the first such question, so that a million of them cost a search each. */
#include <holdfast/link.h>

#include <stdlib.h>

#include "edit/draft_state.h"

#define GONE UINT64_MAX
#define GENERATION_LAST (UINT32_MAX - 1) /* an entry that came so far is not used again */
enum { FEW = 16 };

static bool is_of(const hf__link_target *target, uint64_t address)
{
    return target->flags == 0 && target->slot == address;
}

/* ---- entries by address ------------------------------------------------------------------ */

void hf__link_places_drop(hf_draft *draft)
{
    void *places = draft->link_places;
    if (places != NULL)
        (void)hf__draft_resize(draft, &places, (draft->link_place_count + (size_t)1) * sizeof *draft->link_places, 0, NULL);
    draft->link_places = NULL;
    draft->link_place_count = 0;
}

static int by_address(const void *a, const void *b)
{
    const hf__link_place *left = a, *right = b;
    if (left->address != right->address)
        return left->address < right->address ? -1 : 1;
    return (left->entry > right->entry) - (left->entry < right->entry);
}

/* New entries lead into chunks, so the places that are made once stay all that there are. The last one leads
 * nowhere. Without memory for them, the entries are gone through. */
static void make_places(hf_draft *draft)
{
    uint32_t count = 0;
    void *memory = NULL;
    for (uint32_t entry = 0; entry < draft->home.link_count; entry++)
        count += draft->links[entry].flags == 0 && draft->links[entry].slot != GONE;
    if (hf__draft_resize(draft, &memory, 0, (count + (size_t)1) * sizeof(hf__link_place), NULL) != HF_OK)
        return;
    hf__link_place *places = memory;
    draft->link_places = places;
    draft->link_place_count = count;
    for (uint32_t entry = 0; entry < draft->home.link_count; entry++)
        if (draft->links[entry].flags == 0 && draft->links[entry].slot != GONE)
            *places++ = (hf__link_place){ draft->links[entry].slot, entry, 0 };
    *places = (hf__link_place){ GONE, 0, 0 };
    qsort(draft->link_places, count, sizeof *draft->link_places, by_address);
}

/* The next entry that leads to an address, or link_count; *at is that of first_entry. */
static uint32_t next_entry(const hf_draft *draft, uint64_t address, uint32_t *at)
{
    const hf__link_place *places = draft->link_places;
    uint32_t count = draft->home.link_count;
    if (places == NULL) {
        while (*at < count && !is_of(&draft->links[*at], address))
            ++*at;
        return *at < count ? (*at)++ : count;
    }
    for (; places[*at].address == address; ++*at)
        if (is_of(&draft->links[places[*at].entry], address))
            return places[(*at)++].entry;
    return count;
}

static uint32_t first_entry(hf_draft *draft, uint64_t address, uint32_t *ret_at)
{
    if (draft->link_places == NULL && draft->home.link_count > FEW)
        make_places(draft);
    uint32_t low = 0, high = draft->link_place_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (draft->link_places[middle].address < address)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_at = low;
    return next_entry(draft, address, ret_at);
}

/* ---- what becomes of targets ------------------------------------------------------------- */

void hf__link_pin(hf_draft *draft, uint64_t address, uint32_t chunk, uint32_t position)
{
    uint32_t at;
    for (uint32_t entry = first_entry(draft, address, &at); entry < draft->home.link_count;
         entry = next_entry(draft, address, &at)) {
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

void hf__link_entry_free(hf_draft *draft, uint32_t entry)
{
    bool is_used_up = draft->links[entry].generation >= GENERATION_LAST;
    draft->links[entry].flags = is_used_up ? 0 : draft->link_free;
    draft->link_free = is_used_up ? draft->link_free : entry + 1;
}

void hf__link_target_gone(hf_draft *draft, uint32_t entry)
{
    draft->links[entry].slot = GONE;
    draft->links[entry].generation += draft->links[entry].generation < GENERATION_LAST;
    hf__link_entry_free(draft, entry);
}

void hf__link_base_gone(hf_draft *draft, uint64_t address)
{
    uint32_t at;
    for (uint32_t entry = first_entry(draft, address, &at); entry < draft->home.link_count;
         entry = next_entry(draft, address, &at))
        hf__link_target_gone(draft, entry);
}

const hf__slot *hf__draft_link_place(const hf__home *home, const hf__slot *link)
{
    const hf_draft *draft = hf__draft_of(home);
    const hf__link_target *target = &draft->links[(uint32_t)link->hi];
    if (target->slot == GONE || target->generation != (uint32_t)(link->hi >> 32))
        return NULL;
    if (target->flags == 0)
        return hf__slot_at(home, target->slot);
    const hf__pin *pin = &draft->pins[target->flags];
    return draft->chunks[pin->chunk]->slots + pin->position;
}

void hf__link_copy(hf__fresh *fresh, const hf__slot *link)
{
    *fresh = (hf__fresh){ { HF__LINK, link->hi }, { NULL, 0 }, false, false };
}

/* ---- making ------------------------------------------------------------------------------ */

hf_value hf_link_target(hf_value link)
{
    return !hf__view_has_ended(link) && hf_is_link(link) ? hf__link_target_of(link) : hf_absent();
}

/* The entry of a target, or link_count. */
static uint32_t entry_of(hf_draft *draft, const hf__chunk *chunk, uint32_t position)
{
    const hf__slot *slot = &chunk->slots[position];
    if (!(slot->lo & HF__LINKED))
        return draft->home.link_count;
    for (uint32_t id = chunk->first_pin; id != 0; id = draft->pins[id].next)
        if (draft->pins[id].kind == HF__PIN_LINK && draft->pins[id].position == position)
            return draft->pins[id].link;
    uint32_t at;
    if (hf__kind(slot) != HF__MOUNT || hf__byte1(slot) != HF__MOUNT_OWN)
        return draft->home.link_count;
    return first_entry(draft, slot->hi, &at);
}

/* An entry that is not used, for which there is room. */
static uint32_t fresh_entry(hf_draft *draft)
{
    uint32_t entry = draft->link_free;
    if (entry == 0) {
        draft->links[draft->home.link_count] = (hf__link_target){ 0, 0, 0 };
        return draft->home.link_count++;
    }
    draft->link_free = draft->links[--entry].flags;
    draft->links[entry].generation++; /* in a copy, links whose target had gone carry the one before */
    return entry;
}

static void drop_entry(hf_draft *draft, uint32_t entry)
{
    uint32_t id = draft->links[entry].flags;
    hf__chunk *chunk = draft->chunks[draft->pins[id].chunk];
    chunk->slots[draft->pins[id].position].lo &= ~(uint64_t)HF__LINKED;
    hf__pin_remove(draft, id);
    hf__link_target_gone(draft, entry);
}

hf_status hf_draft_link(hf_draft *draft, hf_place place, hf_place target, hf_error *reterr)
{
    hf__spot leads, at;
    hf_status status = hf__draft_check(draft, reterr);
    if (status == HF_OK)
        status = hf__place_keep(draft, &place, 0, reterr);
    if (status == HF_OK)
        status = hf__place_keep(draft, &target, 1, reterr);
    if (status == HF_OK)
        status = hf__locate(draft, &target, true, &leads, reterr);
    if (status == HF_OK)
        status = hf__locate(draft, &place, false, &at, reterr);
    if (status != HF_OK)
        return status;
    if (at.position != HF__NO_POSITION && hf__goes_with(draft, &at, leads.chunk, leads.position))
        return hf__place_fail(&place, place.text.length, HF_CYCLE, reterr);
    void *links = draft->links;
    status = hf__draft_grow(draft, &links, &draft->link_capacity, (uint64_t)draft->home.link_count + 1,
                            sizeof *draft->links, reterr);
    draft->links = links;
    draft->home.links = links;
    if (status == HF_OK)
        status = hf__pins_reserve(draft, 2, reterr);
    if (status != HF_OK)
        return status;
    hf__chunk *chunk = draft->chunks[leads.chunk];
    uint32_t entry = entry_of(draft, chunk, leads.position);
    bool is_new = entry == draft->home.link_count;
    if (is_new) {
        entry = fresh_entry(draft);
        uint32_t id = hf__pin_add(draft, HF__PIN_LINK, leads.chunk, leads.position);
        draft->pins[id].link = entry;
        draft->links[entry].flags = id;
        draft->links[entry].slot = 0;
        chunk->slots[leads.position].lo |= HF__LINKED;
    }
    hf__fresh fresh = { { HF__LINK, entry | (uint64_t)draft->links[entry].generation << 32 }, { NULL, 0 }, false, false };
    status = hf__put_set(draft, &place, &fresh, reterr);
    if (status != HF_OK && is_new)
        drop_entry(draft, entry);
    return status;
}
