/* release.c - values that leave a draft: chunks are freed, pins and link targets end, foreign values
 * and mounted documents are let go.
 *
 * The chunks below a value that goes are threaded through their `parent` field: no stack, whatever
 * the depth. Slots of a block are visited only when something in them is counted beside the block. */
#include "edit/draft_state.h"

/* ---- slots of blocks --------------------------------------------------------------------- */

/* Whether slots of block `base` may hold what is counted: parts of other blocks, table entries,
 * targets of links. */
static bool has_counted(const hf_draft *draft, uint32_t base)
{
    return base > 0 || draft->home.mount_count > 0 || draft->home.foreign_count > 0 || draft->home.link_count > 0;
}

void hf__visit_part(hf_draft *draft, uint64_t address, void (*visit)(hf_draft *, uint64_t, const hf__slot *))
{
    /* A part leads only to blocks with lower numbers: the way back is at most as long as the table. */
    struct {
        const hf__slot *at, *end;
        uint64_t        address; /* of `at` */
    } levels[HF__BASES_MAX + 1];
    unsigned depth = 0;
    const hf__slot *first = hf__slot_at(&draft->home, address);
    levels[0].at = first;
    levels[0].end = hf__behind(first);
    levels[0].address = address;
    for (;;) {
        if (levels[depth].at == levels[depth].end) {
            if (depth-- == 0)
                return;
            continue;
        }
        const hf__slot *at = levels[depth].at++;
        uint64_t here = levels[depth].address++;
        visit(draft, here, at);
        if (hf__kind(at) == HF__MOUNT && hf__byte1(at) == HF__MOUNT_OWN) {
            const hf__slot *part = hf__slot_at(&draft->home, at->hi);
            depth++;
            levels[depth].at = part;
            levels[depth].end = hf__behind(part);
            levels[depth].address = at->hi;
        }
    }
}

static void release_block_slot(hf_draft *draft, uint64_t address, const hf__slot *slot)
{
    draft->home.bases[hf__address_base(address)].dead_slots++;
    if (slot->lo & HF__LINKED && !hf__is_close(slot))
        hf__link_base_gone(draft, address);
    if (hf__kind(slot) == HF__MOUNT || hf__kind(slot) == HF__EXTENSION)
        hf__release_entry(draft, slot);
}

static void release_part(hf_draft *draft, uint64_t address)
{
    uint32_t base = hf__address_base(address);
    if (has_counted(draft, base))
        hf__visit_part(draft, address, release_block_slot);
    else
        draft->home.bases[base].dead_slots += hf__step(hf__slot_at(&draft->home, address));
}

/* ---- table entries ----------------------------------------------------------------------- */

void hf__mount_entry_free(hf_draft *draft, uint32_t number)
{
    hf__mount *entry = &draft->home.mounts[number];
    if (--entry->uses > 0)
        return;
    hf_document *document = entry->document;
    draft->copied = draft->copied_entry == number ? NULL : draft->copied;
    memset(entry, 0, sizeof *entry);
    entry->slot = draft->mount_free;
    draft->mount_free = number + 1;
    hf_document_drop(document);
}

/* Of a mount or foreign slot that goes. */
void hf__release_entry(hf_draft *draft, const hf__slot *slot)
{
    if (hf__kind(slot) == HF__EXTENSION)
        hf__foreign_end(draft, (uint32_t)slot->hi, true);
    else if (hf__byte1(slot) != HF__MOUNT_OWN)
        hf__mount_entry_free(draft, hf__mount_number(slot));
}

void hf__release_slot(hf_draft *draft, const hf__slot *slot)
{
    hf__slot_kind kind = hf__kind(slot);
    if (kind == HF__MOUNT && hf__byte1(slot) == HF__MOUNT_OWN)
        release_part(draft, slot->hi);
    else if (kind == HF__MOUNT || kind == HF__EXTENSION)
        hf__release_entry(draft, slot);
}

/* ---- chunks ------------------------------------------------------------------------------ */

void hf__release_tree(hf_draft *draft, hf__chunk *top)
{
    uint32_t waiting = top->number;
    top->parent = HF__CHUNK_ROOT; /* ends the list: the root's chunk is never in it */
    while (waiting != HF__CHUNK_ROOT) {
        hf__chunk *chunk = draft->chunks[waiting];
        waiting = chunk->parent;
        hf__pins_end_all(draft, chunk);
        for (uint32_t i = 0; i < chunk->used; i++) {
            const hf__slot *slot = &chunk->slots[i];
            if (hf__is_container(slot)) {
                hf__chunk *child = hf__chunk_of(draft, slot);
                child->parent = waiting;
                waiting = child->number;
            } else {
                hf__release_slot(draft, slot);
            }
        }
        hf__chunk_free(draft, chunk);
    }
}

void hf__release_value(hf_draft *draft, hf__chunk *chunk, uint32_t position)
{
    hf__pins_end_at(draft, chunk, position);
    hf__release_content(draft, chunk, position);
    chunk->slots[position].lo = HF__NULL;
}

void hf__release_content(hf_draft *draft, hf__chunk *chunk, uint32_t position)
{
    hf__slot slot = chunk->slots[position];
    hf__chunk_forget_text(chunk, &chunk->slots[position]);
    chunk->slots[position] = (hf__slot){ HF__NULL | (slot.lo & HF__LINKED), 0 };
    if (hf__is_container(&slot))
        hf__release_tree(draft, hf__chunk_of(draft, &slot));
    else
        hf__release_slot(draft, &slot);
}
