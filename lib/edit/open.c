/* open.c - a container of a block becomes one that can be changed: its children, one level of them,
 * are copied into a chunk. What the draft shows stays the same. */
#include "edit/draft_state.h"

enum { SLACK = 2, RUNS = 8, BATCH = RUNS * HF__POSITION_STEP, FAR_APART = 8 };

/* What copying the children of a container takes. */
typedef struct needs {
    uint64_t text;  /* to be copied */
    uint64_t pins;  /* of scalars that links lead to */
    uint64_t parts; /* slots that will refer to the mount entry */
    uint64_t dead;  /* slots that are shown no more */
} needs;

static needs count_needs(const hf__origin *origin, const hf__slot *open)
{
    needs sum = { 0, 0, 0, 2 };
    for (const hf__slot *at = open + 1; !hf__is_close(at); at = hf__behind(at)) {
        hf__fresh fresh;
        hf__import(origin, at, &fresh);
        bool is_part = hf__kind(&fresh.slot) == HF__MOUNT && hf__kind(at) != HF__MOUNT;
        sum.text += fresh.copies ? fresh.text.length : 0;
        sum.parts += hf__kind(&fresh.slot) == HF__MOUNT;
        sum.dead += !is_part;
        sum.pins += !is_part && (fresh.slot.lo & HF__LINKED) && !hf__is_key(at);
    }
    return sum;
}

static void copy_children(hf_draft *draft, const hf__origin *origin, const hf__slot *open, hf__chunk *chunk,
                          const hf__slot *wanted, uint32_t *ret_wanted)
{
    uint32_t used = 0;
    for (const hf__slot *at = open + 1; !hf__is_close(at); at = hf__behind(at)) {
        hf__fresh fresh;
        hf__import(origin, at, &fresh);
        hf__fresh_put(draft, chunk, used, &fresh, 0);
        if (at == wanted)
            *ret_wanted = used;
        bool is_part = hf__kind(&fresh.slot) == HF__MOUNT && hf__kind(at) != HF__MOUNT;
        if (!is_part && (fresh.slot.lo & HF__LINKED) && !hf__is_key(at))
            hf__link_pin(draft, origin->address + (uint64_t)(at - origin->first), chunk->number, used);
        used++;
    }
    chunk->used = used;
    draft->live_slots += used;
    hf__chunk_end(chunk);
}

/* ---- the plain case: an own block, and no links ------------------------------------------ */

/* Children that are far apart cost a cache miss each, and where one ends is only known once it is read.
 * An object's index leads to all of its members at once; of others every 16th position is known, and eight
 * runs are fetched side by side. */
static void fetch_batch(const hf__slot *open, const uint32_t *positions, uint64_t first)
{
    uint64_t count = hf__count(open), step = hf__kind(open) == HF__OBJECT;
    const hf__slot *at[RUNS];
    uint64_t runs = 0;
    for (; runs < RUNS && first + runs * HF__POSITION_STEP < count; runs++) {
        at[runs] = open + positions[first / HF__POSITION_STEP + runs];
        __builtin_prefetch(at[runs] + step);
    }
    for (uint64_t i = 1; i < HF__POSITION_STEP; i++) {
        for (uint64_t run = 0; run < runs && first + run * HF__POSITION_STEP + i < count; run++) {
            at[run] = hf__behind(at[run] + step);
            __builtin_prefetch(at[run] + step);
        }
    }
}

/* Copies slots up to `end` or the closing slot; what most of them are needs no second look. */
static const hf__slot *copy_plain(hf_draft *draft, const hf__origin *origin, const hf__slot *at, uint64_t count,
                                  hf__chunk *chunk, const hf__slot *wanted, uint32_t *ret_wanted)
{
    hf__slot *to = chunk->slots + chunk->used;
    bool has_outer = false;
    for (; count > 0 && !hf__is_close(at); count--, to++) {
        uint64_t lo = at->lo, hi = at->hi, kind = lo & 15;
        if (at == wanted)
            *ret_wanted = (uint32_t)(to - chunk->slots);
        if ((kind & 14) == HF__ARRAY) {
            to->lo = HF__MOUNT | HF__MOUNT_OWN << 8;
            to->hi = origin->address + (uint64_t)(at - origin->first);
            at += lo >> 24;
            continue;
        }
        if (kind == HF__TEXT) {
            to->lo = lo;
            to->hi = hi;
        } else if (kind == HF__LONG_TEXT && (lo & HF__KEY || lo >> 16 <= HF__SHARED_TEXT)) {
            to->lo = lo;
            to->hi = hi + ((uint64_t)((uintptr_t)at - (uintptr_t)to) << 16);
            has_outer = true;
        } else {
            hf__fresh fresh;
            hf__import(origin, at, &fresh);
            hf__fresh_put(draft, chunk, (uint32_t)(to - chunk->slots), &fresh, 0);
        }
        at++;
    }
    chunk->used = (uint32_t)(to - chunk->slots);
    chunk->has_fixups |= has_outer;
    return at;
}

static void copy_plain_children(hf_draft *draft, const hf__origin *origin, const hf__slot *open, hf__chunk *chunk,
                                const hf__slot *wanted, uint32_t *ret_wanted)
{
    uint64_t step = hf__kind(open) == HF__OBJECT ? 2 : 1, count = hf__count(open);
    const uint32_t *positions = NULL;
    if (hf__span(open) > FAR_APART * step * count && !hf__index_fetch_members(&draft->home, open))
        positions = hf__index_positions(&draft->home, open);
    const hf__slot *at = open + 1;
    for (uint64_t first = 0; first < count; first += BATCH) {
        if (positions != NULL)
            fetch_batch(open, positions, first);
        at = copy_plain(draft, origin, at, BATCH * step, chunk, wanted, ret_wanted);
    }
    draft->live_slots += chunk->used;
    hf__chunk_end(chunk);
}

/* ---- opening ----------------------------------------------------------------------------- */

/* The entry whose document the children lie in; HF__OWN for an own block. */
static hf_status entry_for(hf_draft *draft, const hf__slot *mount, hf_value container, uint32_t *ret_entry,
                           bool *ret_is_new, hf_error *reterr)
{
    *ret_is_new = false;
    *ret_entry = HF__OWN;
    if (container.home == &draft->home)
        return HF_OK;
    if (hf__byte1(mount) != HF__MOUNT_OWN) {
        *ret_entry = hf__mount_number(mount);
        if (&draft->home.mounts[*ret_entry].document->home == container.home)
            return HF_OK;
    }
    *ret_is_new = true; /* a mounted document mounts another one right here */
    return hf__mount_entry_add(draft, container, ret_entry, reterr);
}

static hf_status open_part(hf_draft *draft, uint32_t number, uint32_t position, hf_value container,
                           const hf__slot *wanted, uint32_t *ret_wanted, uint32_t *ret_chunk, hf_error *reterr)
{
    hf__slot mount = draft->chunks[number]->slots[position];
    const hf__slot *open = container.slot;
    uint64_t slots = (uint64_t)hf__count(open) * (hf__kind(open) == HF__OBJECT ? 2 : 1) + SLACK;
    if (slots > HF__SLOTS_MAX)
        return hf__fail(reterr, HF_LIMIT_COUNT, "in one container");
    uint32_t entry;
    bool is_new;
    hf_status status = entry_for(draft, &mount, container, &entry, &is_new, reterr);
    if (status != HF_OK)
        return status;
    hf__origin origin = hf__origin_of(draft, container, entry);
    hf__chunk *chunk = NULL;
    needs sum = { 0, 0, 0, 2 + slots - SLACK };
    bool is_plain = entry == HF__OWN && draft->home.link_count == 0;
    if (!is_plain)
        sum = count_needs(&origin, open);
    if (entry != HF__OWN && sum.parts > UINT32_MAX - draft->home.mounts[entry].uses)
        status = hf__fail(reterr, HF_LIMIT_COUNT, "places that show one document");
    if (status == HF_OK)
        status = hf__pins_reserve(draft, sum.pins + 1, reterr);
    if (status == HF_OK)
        status = hf__chunk_create(draft, hf__kind(open) == HF__OBJECT, (uint32_t)slots, &chunk, reterr);
    if (status == HF_OK && sum.text > 0)
        status = hf__chunk_reserve(draft, chunk->number, 0, sum.text, reterr);
    if (status != HF_OK) {
        if (chunk != NULL)
            hf__chunk_free(draft, chunk);
        if (is_new)
            hf__mount_entry_free(draft, entry);
        return status;
    }
    if (is_plain)
        copy_plain_children(draft, &origin, open, chunk, wanted, ret_wanted);
    else
        copy_children(draft, &origin, open, chunk, wanted, ret_wanted);
    if (entry == HF__OWN)
        draft->home.bases[hf__address_base(origin.address)].dead_slots += sum.dead;
    else
        draft->home.mounts[entry].uses += (uint32_t)sum.parts;
    hf__chunk *parent = draft->chunks[number];
    hf__slot *slot = &parent->slots[position];
    slot->lo = (uint64_t)hf__kind(open) | HF__EDITED | (mount.lo & HF__LINKED) | (uint64_t)1 << 24;
    slot->hi = (uint64_t)chunk->number << 32 | hf__count(open);
    chunk->owner = slot;
    chunk->parent = number;
    parent->has_fixups = true;
    if (entry == HF__OWN && open->lo & HF__LINKED)
        hf__link_pin(draft, origin.address, number, position);
    if (entry != HF__OWN)
        hf__mount_entry_free(draft, is_new ? entry : hf__mount_number(&mount));
    if (is_new && hf__byte1(&mount) != HF__MOUNT_OWN)
        hf__mount_entry_free(draft, hf__mount_number(&mount));
    draft->opened++;
    *ret_chunk = chunk->number;
    return HF_OK;
}

hf_status hf__open(hf_draft *draft, uint32_t chunk, uint32_t position, const hf__slot *wanted, uint32_t *ret_wanted,
                   uint32_t *ret_chunk, hf_error *reterr)
{
    const hf__slot *slot = &draft->chunks[chunk]->slots[position];
    hf_value container = hf__resolve((hf_value){ &draft->home, slot });
    if (!hf_is_container(container))
        return hf__fail(reterr, HF_WRONG_KIND, NULL);
    if (container.slot->lo & HF__EDITED) {
        *ret_chunk = hf__wide_number(container.slot);
        return HF_OK;
    }
    return open_part(draft, chunk, position, container, wanted, ret_wanted, ret_chunk, reterr);
}
