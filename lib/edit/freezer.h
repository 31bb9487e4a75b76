/* freezer.h - writing the slots of a new block, one after the other; shared by freezing, compaction and
 * the making of links.
 *
 * Slots and text grow in two buffers; the block is made of both at their exact size. While writing, the
 * places of text count from the text buffer, and an open container's span is the distance to the one
 * around it, so that depth needs no stack. */
#ifndef HOLDFAST_FREEZER_H
#define HOLDFAST_FREEZER_H

#include "edit/draft_state.h"

/* A link target in an earlier block, by its address, and where it was written. */
typedef struct hf__base_target {
    uint64_t address, slot;
    uint32_t entry;
} hf__base_target;

typedef struct hf__freezer {
    const hf__home *home;   /* whose slots are written: a draft, or a document */
    hf__memory      memory; /* charged */
    uint32_t        kept;   /* earlier blocks that stay */
    hf__slot       *slots;
    char           *text;
    uint64_t        slot_count, slot_capacity, text_length, text_capacity;
    uint64_t        slot_room, text_room; /* within both, a slot fits without a look at the limit */
    uint64_t        open;   /* innermost open container */
    uint64_t        values, bytes_max;
    uint32_t        depth, deepest, depth_max;
    hf__base_target *targets; /* sorted by address */
    uint32_t        target_count;
    hf_error       *reterr;
} hf__freezer;

/* Limits 0: the defaults. */
void hf__freezer_init(hf__freezer *to, const hf__home *home, const hf__memory *memory, uint64_t bytes_max,
                      uint32_t depth_max, hf_error *reterr);
void hf__freezer_release(hf__freezer *to);

/* Room for so many slots at once, as far as the limit allows; without it they grow one after the other. */
hf_status hf__freezer_reserve(hf__freezer *to, uint64_t slots);
/* A slot as it is to stand there; its text, if it has some, is copied. */
hf_status hf__freezer_put(hf__freezer *to, const hf__slot *slot, hf_text text);
/* The same for one without text that is no closing slot, where there is room; else false. */
static inline bool hf__freezer_put_short(hf__freezer *to, const hf__slot *slot)
{
    if (to->slot_count >= to->slot_room || to->text_length > to->text_room)
        return false;
    if (!hf__is_key(slot)) {
        to->values++;
        to->deepest = to->depth > to->deepest ? to->depth : to->deepest;
    }
    /* Word by word: what was written as two words is slow to read as one. */
    to->slots[to->slot_count].lo = slot->lo;
    to->slots[to->slot_count].hi = slot->hi;
    to->slot_count++;
    return true;
}
/* A slot of a block or chunk: anything but a container; beginning and end of a container. */
hf_status hf__freezer_scalar(hf__freezer *to, const hf__slot *from);
hf_status hf__freezer_open(hf__freezer *to, const hf__slot *from);
/* ret_open: the slot of the container that ends. */
hf_status hf__freezer_close(hf__freezer *to, uint64_t *ret_open);
/* What an address of the home leads to, through parts of earlier blocks from `kept` on. */
hf_status hf__freezer_part(hf__freezer *to, uint64_t address);

/* What stands at a slot of a chunk, and all below it. `notes`: the slots of containers and of what links lead to
 * say where they were written from now on; the draft is of no other use then. */
hf_status hf__freezer_chunks(hf__freezer *to, const hf_draft *draft, hf__slot *root, bool notes);

/* Collects the targets that lie in earlier blocks; hf__freezer_part notes where they are written. */
hf_status hf__freezer_collect_targets(hf__freezer *to, const hf__link_target *links, uint32_t count);

/* A block of what was written, with these link targets. */
hf_status hf__freezer_block(const hf__freezer *to, const hf__link_target *links, uint32_t link_count,
                            hf__block_header **ret_block);

#endif
