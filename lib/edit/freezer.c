/* freezer.c - slots, text and link targets of a new block; see freezer.h. */
#include "edit/freezer.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 32, FIRST_TEXT = 256 };
static const uint64_t bytes_most = (uint64_t)1 << 44;
static const uint32_t depth_most = (uint32_t)1 << 24;

void hf__freezer_init(hf__freezer *to, const hf__home *home, const hf__memory *memory, uint64_t bytes_max,
                      uint32_t depth_max, hf_error *reterr)
{
    memset(to, 0, sizeof *to);
    to->home = home;
    to->memory = *memory;
    to->bytes_max = bytes_max != 0 ? bytes_max : bytes_most;
    to->depth_max = depth_max != 0 ? depth_max : depth_most;
    to->reterr = reterr;
}

void hf__freezer_release(hf__freezer *to)
{
    hf__memory_free(&to->memory, to->slots, to->slot_capacity * sizeof(hf__slot), HF__BLOCK_ALIGNMENT);
    hf__memory_free(&to->memory, to->text, to->text_capacity, HF__BLOCK_ALIGNMENT);
    hf__memory_free(&to->memory, to->targets, to->target_count * sizeof *to->targets, HF__BLOCK_ALIGNMENT);
}

/* ---- writing slots ----------------------------------------------------------------------- */

static hf_status grow(hf__freezer *to, void **block, uint64_t *capacity, uint64_t needed, size_t unit, uint64_t first)
{
    uint64_t wanted = *capacity == 0 ? first : *capacity * 2;
    wanted = wanted < needed ? needed : wanted;
    hf_status status =
        *capacity == 0
            ? hf__memory_allocate(&to->memory, wanted * unit, HF__BLOCK_ALIGNMENT, block, to->reterr)
            : hf__memory_resize(&to->memory, block, *capacity * unit, wanted * unit, HF__BLOCK_ALIGNMENT, to->reterr);
    if (status == HF_OK)
        *capacity = wanted;
    return status;
}

hf_status hf__freezer_reserve(hf__freezer *to, uint64_t slots)
{
    uint64_t most = to->bytes_max / sizeof(hf__slot), taken = to->text_length / sizeof(hf__slot) + 4;
    if (to->slot_count + slots > most || most - to->slot_count - slots < taken)
        return HF_OK; /* the limit will be met on the way, or nearly */
    if (to->slot_capacity < to->slot_count + slots) {
        void *memory = to->slots;
        hf_status status = grow(to, &memory, &to->slot_capacity, to->slot_count + slots, sizeof(hf__slot), 0);
        to->slots = memory;
        if (status != HF_OK)
            return status;
    }
    to->slot_room = to->slot_count + slots;
    to->text_room = to->bytes_max - (to->slot_room + 2) * sizeof(hf__slot);
    return HF_OK;
}

hf_status hf__freezer_put(hf__freezer *to, const hf__slot *slot, hf_text text)
{
    void *memory;
    hf_status status = HF_OK;
    if ((to->slot_count + 2) * sizeof *slot + to->text_length + text.length > to->bytes_max)
        return hf__fail(to->reterr, HF_LIMIT_BYTES, NULL);
    if (to->slot_count == to->slot_capacity) {
        memory = to->slots;
        status = grow(to, &memory, &to->slot_capacity, 0, sizeof *slot, FIRST_SLOTS);
        to->slots = memory;
    }
    if (status == HF_OK && to->text_capacity - to->text_length < text.length) {
        memory = to->text;
        status = grow(to, &memory, &to->text_capacity, to->text_length + text.length, 1, FIRST_TEXT);
        to->text = memory;
    }
    if (status != HF_OK)
        return status;
    uint64_t lo = slot->lo, hi = slot->hi;
    if (text.length > 0) {
        if (hf__is_number(slot))
            lo = (lo & 0xffff) | to->text_length << 16;
        else
            hi = (hi & 0xffff) | to->text_length << 16;
        memcpy(to->text + to->text_length, text.bytes, text.length);
        to->text_length += text.length;
    }
    if (!hf__is_close(slot) && !hf__is_key(slot)) {
        to->values++;
        to->deepest = to->depth > to->deepest ? to->depth : to->deepest;
    }
    to->slots[to->slot_count].lo = lo;
    to->slots[to->slot_count].hi = hi;
    to->slot_count++;
    return HF_OK;
}

hf_status hf__freezer_scalar(hf__freezer *to, const hf__slot *from)
{
    hf__slot slot = *from;
    hf_text text = hf__slot_outer(from);
    switch (hf__kind(from)) {
    case HF__NULL:
    case HF__BOOL:
        slot.lo &= 0xff;
        break;
    case HF__INT64:
    case HF__UINT64:
    case HF__DOUBLE:
    case HF__NUMTEXT:
        if (text.length == 0 || hf__is_plain_integer(from, text)) {
            slot.lo &= 0xff;
            text.length = 0;
        }
        break;
    case HF__BYTES:
        slot.hi &= text.length == 0 ? 0 : UINT64_MAX;
        break;
    default:
        break;
    }
    return hf__freezer_put(to, &slot, text);
}

hf_status hf__freezer_open(hf__freezer *to, const hf__slot *from)
{
    uint64_t around = to->depth > 0 ? to->slot_count - to->open : 0, open = to->slot_count;
    if (to->depth >= to->depth_max)
        return hf__fail(to->reterr, HF_LIMIT_DEPTH, NULL);
    hf__slot slot = { (from->lo & (15 | HF__LINKED)) | around << 24, hf__count(from) };
    hf_status status = hf__freezer_put(to, &slot, hf_text_of(NULL, 0));
    to->open = open;
    to->depth++;
    return status;
}

hf_status hf__freezer_close(hf__freezer *to, uint64_t *ret_open)
{
    uint64_t way_back = to->slot_count - to->open;
    bool is_object = hf__kind(&to->slots[to->open]) == HF__OBJECT;
    hf__slot slot = { HF__CLOSE | (is_object ? HF__KEY : 0u) | way_back << 24, HF__SOURCE_UNKNOWN };
    hf_status status = hf__freezer_put(to, &slot, hf_text_of(NULL, 0));
    if (status != HF_OK)
        return status;
    hf__slot *container = &to->slots[to->open];
    uint64_t around = hf__span(container);
    container->lo = (container->lo & 0xff) | (way_back + 1) << 24;
    *ret_open = to->open;
    to->open -= around;
    to->depth--;
    return HF_OK;
}

/* ---- links ------------------------------------------------------------------------------- */

static int by_address(const void *a, const void *b)
{
    const hf__base_target *left = a, *right = b;
    return (left->address > right->address) - (left->address < right->address);
}

/* Whether an entry's target lies in an earlier block. */
static bool is_in_base(const hf__link_target *target)
{
    return target->flags == 0 && target->slot != UINT64_MAX;
}

hf_status hf__freezer_collect_targets(hf__freezer *to, const hf__link_target *links, uint32_t link_count)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < link_count; i++)
        count += is_in_base(&links[i]);
    if (count == 0)
        return HF_OK;
    void *memory;
    hf_status status =
        hf__memory_allocate(&to->memory, count * sizeof *to->targets, HF__BLOCK_ALIGNMENT, &memory, to->reterr);
    if (status != HF_OK)
        return status;
    to->targets = memory;
    to->target_count = count;
    for (uint32_t i = 0, at = 0; i < link_count; i++)
        if (is_in_base(&links[i]))
            to->targets[at++] = (hf__base_target){ links[i].slot, UINT64_MAX, i };
    qsort(to->targets, count, sizeof *to->targets, by_address);
    return HF_OK;
}

/* Several entries may have the same target. */
static void note_target(hf__freezer *to, uint64_t address, uint64_t slot)
{
    hf__base_target wanted = { address, 0, 0 };
    hf__base_target *found = to->target_count > 0
                                 ? bsearch(&wanted, to->targets, to->target_count, sizeof wanted, by_address)
                                 : NULL;
    if (found == NULL)
        return;
    while (found > to->targets && found[-1].address == address)
        found--;
    for (; found < to->targets + to->target_count && found->address == address; found++)
        found->slot = slot;
}

/* ---- blocks that are written out --------------------------------------------------------- */

/* A run of an earlier block, through parts of still earlier ones. */
hf_status hf__freezer_part(hf__freezer *to, uint64_t address)
{
    const hf__home *home = to->home;
    struct {
        const hf__slot *at, *end;
        uint64_t        address;
    } levels[HF__BASES_MAX + 1];
    unsigned level = 0;
    levels[0].at = hf__slot_at(home, address);
    levels[0].end = hf__behind(levels[0].at);
    levels[0].address = address;
    for (;;) {
        if (levels[level].at == levels[level].end) {
            if (level-- == 0)
                return HF_OK;
            continue;
        }
        const hf__slot *at = levels[level].at++;
        uint64_t here = levels[level].address++, unused;
        bool is_part = hf__kind(at) == HF__MOUNT && hf__byte1(at) == HF__MOUNT_OWN;
        if (is_part && hf__address_base(at->hi) >= to->kept) {
            level++;
            levels[level].at = hf__slot_at(home, at->hi);
            levels[level].end = hf__behind(levels[level].at);
            levels[level].address = at->hi;
            continue;
        }
        if (at->lo & HF__LINKED && !hf__is_close(at) && !is_part)
            note_target(to, here, to->slot_count);
        hf_status status = hf__is_close(at)       ? hf__freezer_close(to, &unused)
                           : hf__is_container(at) ? hf__freezer_open(to, at)
                                                  : hf__freezer_scalar(to, at);
        if (status != HF_OK)
            return status;
    }
}

/* ---- chunks ------------------------------------------------------------------------------ */

/* Short text, and parts of blocks that stay: most slots of most versions, written as they are. */
static bool write_short(hf__freezer *to, const hf__slot *at)
{
    bool is_short = hf__kind(at) == HF__TEXT ||
                    (hf__kind(at) == HF__MOUNT && hf__byte1(at) == HF__MOUNT_OWN && hf__address_base(at->hi) < to->kept);
    return is_short && !(at->lo & HF__LINKED) && hf__freezer_put_short(to, at);
}

hf_status hf__freezer_chunks(hf__freezer *to, const hf_draft *draft, hf__slot *root, bool notes)
{
    for (hf__slot *at = root;;) {
        hf_status status;
        while (at != root && write_short(to, at))
            at++;
        if (hf__is_close(at)) {
            hf__slot *owner = ((hf__chunk *)(void *)(at - hf__way_back(at)))->owner;
            uint64_t open;
            if ((status = hf__freezer_close(to, &open)) != HF_OK)
                return status;
            if (notes)
                owner->hi = open;
            at = owner;
        } else if (hf__is_container(at)) {
            hf__slot *children = hf__chunk_of(draft, at)->slots;
            if ((status = hf__freezer_open(to, at)) != HF_OK)
                return status;
            at = children;
            continue;
        } else {
            uint64_t slot = to->slot_count;
            bool is_part = hf__kind(at) == HF__MOUNT && hf__byte1(at) == HF__MOUNT_OWN;
            if (is_part && hf__address_base(at->hi) >= to->kept)
                status = hf__freezer_part(to, at->hi);
            else
                status = hf__freezer_scalar(to, at);
            if (status != HF_OK)
                return status;
            if (notes && at->lo & HF__LINKED)
                at->hi = slot; /* it is written: the slot is free for the note */
        }
        if (at == root)
            return HF_OK;
        at++;
    }
}

/* ---- the block --------------------------------------------------------------------------- */

static void relate_text(hf__slot *slots, uint64_t count, const char *text)
{
    for (uint64_t i = 0; i < count; i++) {
        hf__slot *slot = &slots[i];
        hf__slot_kind kind = hf__kind(slot);
        if (kind == HF__LONG_TEXT || kind == HF__BYTES)
            hf__slot_point(slot, text + (slot->hi >> 16));
        else if (hf__is_number(slot) && hf__number_source(slot).length != 0)
            hf__slot_point(slot, text + (slot->lo >> 16));
    }
}

hf_status hf__freezer_block(const hf__freezer *to, const hf__link_target *links, uint32_t link_count,
                            hf__block_header **ret_block)
{
    uint64_t text_bytes = (to->text_length + 15) & ~(uint64_t)15;
    uint64_t slots_offset = sizeof(hf__block_header) + text_bytes;
    uint64_t links_offset = slots_offset + to->slot_count * sizeof(hf__slot);
    uint64_t bytes = links_offset + link_count * sizeof(hf__link_target);
    void *memory;
    hf_status status = hf__memory_allocate(&to->memory, bytes, HF__BLOCK_ALIGNMENT, &memory, to->reterr);
    if (status != HF_OK)
        return status;
    hf__block_header *block = memory;
    *block = (hf__block_header){ .magic = HF__BLOCK_MAGIC, .version = HF__BLOCK_VERSION, .block_bytes = bytes,
        .side_offset = sizeof *block, .side_bytes = to->text_length, .source_offset = sizeof *block,
        .slots_offset = slots_offset, .slot_count = to->slot_count, .values = to->values, .depth = to->deepest,
        .links_offset = link_count > 0 ? links_offset : 0, .link_count = link_count };
    if (to->text_length > 0)
        memcpy(block + 1, to->text, to->text_length);
    memset((char *)(block + 1) + to->text_length, 0, text_bytes - to->text_length);
    hf__slot *slots = hf__block_slots(block);
    memcpy(slots, to->slots, to->slot_count * sizeof(hf__slot));
    relate_text(slots, to->slot_count, (const char *)(block + 1));
    block->wide_count = hf__number_wide(slots, to->slot_count);
    if (link_count > 0)
        memcpy((char *)block + links_offset, links, link_count * sizeof(hf__link_target));
    *ret_block = block;
    return HF_OK;
}
