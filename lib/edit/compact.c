/* compact.c - memory given back: after each change where it pays, and on demand.
 *
 * Chunks look after themselves (chunk.c). Here the tables shrink, and the blocks that a draft refers to
 * are let go when they are mostly dead: what the draft still shows of them is written to one new block,
 *
 *     [array][part][part][text of a key] ... [close]
 *
 * an element for each slot of a chunk that refers to an old block, in the order of chunks and slots, so
 * that a second pass over the chunks finds each one's new place. Nothing changes before all of the
 * memory is there. */
#include "edit/freezer.h"

enum { TABLE_MIN = 256 };
static const uint64_t dead_bytes_min = 1024 * 1024;

/* ---- tables ------------------------------------------------------------------------------ */

/* Live chunks get the lowest numbers. */
static void renumber_chunks(hf_draft *draft)
{
    uint32_t next = 0;
    for (uint32_t number = 0; number < draft->chunk_count; number++) {
        hf__chunk *chunk = draft->chunks[number];
        if ((uintptr_t)chunk & 1)
            continue;
        if (chunk->owner != NULL)
            chunk->owner->hi = (chunk->owner->hi & UINT32_MAX) | (uint64_t)next << 32;
        for (uint32_t id = chunk->first_pin; id != 0; id = draft->pins[id].next)
            draft->pins[id].chunk = next;
        chunk->number = next;
        draft->chunks[next++] = chunk;
    }
    draft->chunk_count = next;
    draft->chunk_free = 0;
    for (uint32_t number = 0; number < next; number++) {
        hf__chunk *chunk = draft->chunks[number];
        for (uint32_t i = 0; i < chunk->used; i++)
            if (hf__is_container(&chunk->slots[i]))
                hf__chunk_of(draft, &chunk->slots[i])->parent = number;
    }
    void *chunks = draft->chunks;
    size_t unit = sizeof *draft->chunks;
    if (hf__draft_resize(draft, &chunks, draft->chunk_capacity * unit, next * unit, NULL) == HF_OK)
        draft->chunk_capacity = next;
    draft->chunks = chunks;
}

/* Free pins at the end of the table go; ids in use stay. */
static void trim_pins(hf_draft *draft)
{
    uint32_t count = draft->pin_count;
    while (count > 1 && draft->pins[count - 1].kind == HF__PIN_FREE)
        count--;
    draft->pin_count = count;
    draft->pin_free = 0;
    for (uint32_t id = count; id-- > 1;) {
        if (draft->pins[id].kind != HF__PIN_FREE)
            continue;
        draft->pins[id].chunk = draft->pin_free;
        draft->pin_free = id;
    }
    void *pins = draft->pins;
    size_t unit = sizeof *draft->pins;
    uint32_t wanted = count + count / 4;
    if (wanted < draft->pin_capacity &&
        hf__draft_resize(draft, &pins, draft->pin_capacity * unit, wanted * unit, NULL) == HF_OK)
        draft->pin_capacity = wanted;
    draft->pins = pins;
}

/* ---- blocks ------------------------------------------------------------------------------ */

static bool is_in_blocks(const hf_draft *draft, const char *bytes)
{
    for (uint32_t i = 0; i < draft->home.base_count; i++) {
        const hf_document *document = draft->home.bases[i].document;
        if ((uintptr_t)bytes - (uintptr_t)document->block < document->block_bytes ||
            (uintptr_t)bytes - (uintptr_t)document->text.bytes < document->text.length)
            return true;
    }
    return false;
}

static bool is_own_part(const hf__slot *slot)
{
    return hf__kind(slot) == HF__MOUNT && hf__byte1(slot) == HF__MOUNT_OWN;
}

static bool refers(const hf_draft *draft, const hf__slot *slot)
{
    hf_text outer = hf__slot_outer(slot);
    return is_own_part(slot) || (outer.length > 0 && is_in_blocks(draft, outer.bytes));
}

static hf_status write_element(hf__freezer *to, const hf__slot *slot)
{
    if (is_own_part(slot))
        return hf__freezer_part(to, slot->hi);
    hf__slot text = *slot;
    text.lo &= ~(uint64_t)HF__LINKED;
    if (hf__is_text(slot))
        text.lo &= ~(uint64_t)HF__KEY;
    return hf__freezer_put(to, &text, hf__slot_outer(slot));
}

static hf_status write_elements(hf__freezer *to, const hf_draft *draft)
{
    static const hf__slot array = { HF__ARRAY, 0 };
    uint64_t open, count = 0;
    hf_status status = hf__freezer_open(to, &array);
    for (uint32_t number = 0; number < draft->chunk_count; number++) {
        const hf__chunk *chunk = draft->chunks[number];
        for (uint32_t i = 0; !((uintptr_t)chunk & 1) && i < chunk->used && status == HF_OK; i++) {
            if (!refers(draft, &chunk->slots[i]))
                continue;
            status = write_element(to, &chunk->slots[i]);
            count++;
        }
    }
    if (status == HF_OK && count >= UINT32_MAX)
        status = hf__fail(to->reterr, HF_LIMIT_COUNT, NULL);
    if (status == HF_OK)
        status = hf__freezer_close(to, &open);
    if (status == HF_OK)
        to->slots[0].hi = count;
    return status;
}

/* The second pass: each slot that refers to an old block leads to its element. */
static void follow_elements(hf_draft *draft, const hf__slot *slots)
{
    const hf__slot *element = slots + 1;
    for (uint32_t number = 0; number < draft->chunk_count; number++) {
        hf__chunk *chunk = draft->chunks[number];
        for (uint32_t i = 0; !((uintptr_t)chunk & 1) && i < chunk->used; i++) {
            hf__slot *slot = &chunk->slots[i];
            if (!refers(draft, slot))
                continue;
            if (is_own_part(slot))
                slot->hi = (uint64_t)(element - slots);
            else
                hf__slot_point(slot, hf__slot_outer(element).bytes);
            element = hf__behind(element);
        }
    }
}

static hf_status leave_blocks(hf_draft *draft, hf_error *reterr)
{
    hf__freezer to;
    hf__block_header *block;
    hf_document *document = NULL;
    hf__freezer_init(&to, &draft->home, &draft->memory, 0, UINT32_MAX, reterr);
    uint64_t live = draft->live_slots + 2; /* what chunks refer to, and what is shown of the blocks */
    for (uint32_t i = 0; i < draft->home.base_count; i++)
        if (draft->home.bases[i].dead_slots < draft->home.bases[i].slot_count)
            live += draft->home.bases[i].slot_count - draft->home.bases[i].dead_slots;
    hf_status status = hf__text_check_all(&draft->home, reterr);
    if (status == HF_OK)
        status = hf__freezer_collect_targets(&to, draft->links, draft->home.link_count);
    if (status == HF_OK)
        status = hf__freezer_reserve(&to, live);
    if (status == HF_OK)
        status = write_elements(&to, draft);
    if (status == HF_OK)
        status = hf__freezer_block(&to, NULL, 0, &block);
    if (status == HF_OK)
        status = hf__document_create(block, block->block_bytes, draft->memory.allocator, draft->memory.budget, &document, reterr);
    if (status == HF_OK) {
        follow_elements(draft, document->home.slots);
        for (uint32_t i = 0; i < to.target_count; i++)
            draft->links[to.targets[i].entry].slot = to.targets[i].slot;
        for (uint32_t i = 0; i < draft->home.base_count; i++)
            hf__block_drop(draft->home.bases[i].document);
        hf__block_hold(document);
        draft->home.bases[0] = (hf__base){ document, document->home.slots, document->home.slot_count, 0 };
        draft->home.base_count = 1;
        draft->copied = NULL;
        hf__link_places_drop(draft);
        hf_document_drop(document); /* its block stays */
    }
    hf__freezer_release(&to);
    return status;
}

/* Whether the blocks would really go with the draft's hold. */
static bool holds_alone(const hf_draft *draft)
{
    for (uint32_t i = 0; i < draft->home.base_count; i++)
        if (atomic_load_explicit(&draft->home.bases[i].document->block_holders, memory_order_relaxed) > 1)
            return false;
    return true;
}

static void measure_blocks(const hf_draft *draft, uint64_t *ret_live, uint64_t *ret_dead)
{
    *ret_live = *ret_dead = 0;
    for (uint32_t i = 0; i < draft->home.base_count; i++) {
        uint64_t live = hf__base_live(&draft->home.bases[i]);
        *ret_live += live;
        *ret_dead += draft->home.bases[i].document->block_bytes - live;
    }
}

/* ---- when -------------------------------------------------------------------------------- */

void hf__draft_settle(hf_draft *draft)
{
    hf__scratch_trim(draft);
    if (draft->chunk_capacity > TABLE_MIN && draft->chunks_live < draft->chunk_capacity / 4)
        renumber_chunks(draft);
    if (draft->pin_capacity > TABLE_MIN && draft->pins_live < draft->pin_capacity / 4)
        trim_pins(draft);
    uint64_t live, dead;
    measure_blocks(draft, &live, &dead);
    if (dead > dead_bytes_min / 2 && dead > live + draft->bytes && dead > draft->dead_kept * 2 && holds_alone(draft)) {
        /* When there is no memory for it now, it is tried again once twice as much is dead. */
        draft->dead_kept = leave_blocks(draft, NULL) == HF_OK ? 0 : dead;
    }
}

hf_status hf_draft_compact(hf_draft *draft, hf_error *reterr)
{
    uint64_t live, dead;
    hf_status valid = hf__draft_check(draft, reterr);
    if (valid != HF_OK)
        return valid;
    measure_blocks(draft, &live, &dead);
    if (dead > live / 4) {
        hf_status status = leave_blocks(draft, reterr);
        if (status != HF_OK)
            return status;
    }
    for (uint32_t i = 0; i < draft->chunk_count; i++)
        if (!((uintptr_t)draft->chunks[i] & 1))
            hf__chunk_fit(draft, draft->chunks[i]);
    renumber_chunks(draft);
    trim_pins(draft);
    return HF_OK;
}
