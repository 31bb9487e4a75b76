/* read_block.c - the block of a reading: taken, grown in few large steps, trimmed, given a header.
 *
 * A reading of a buffer allocates at most: this block, two growths of it (the second to what the
 * rest of the text needs at worst), and the document object. */
#include "text/read_state.h"

#include <string.h>

static size_t round_up(size_t bytes, size_t to)
{
    return (bytes + to - 1) & ~(to - 1);
}

/* Bytes that the slots take when there is room for `slots` and the spare ones. */
static size_t slot_bytes(size_t slots)
{
    return (slots + HF__READ_SPARE) * sizeof(hf__slot);
}

static bool is_into(const hf__slot *slot, int64_t offset, const char *low, const char *high)
{
    uintptr_t target = (uintptr_t)slot + (uintptr_t)offset;
    return target >= (uintptr_t)low && target < (uintptr_t)high;
}

void hf__move_references(hf__slot *slots, size_t count, const char *low, const char *high, int64_t bytes)
{
    for (hf__slot *slot = slots, *end = slots + count; slot < end; slot++) {
        int64_t offset;
        switch (hf__kind(slot)) {
        case HF__LONG_TEXT:
            offset = hf__offset48(slot->hi);
            break;
        case HF__CLOSE:
            offset = hf__bracket_offset(slot);
            break;
        default:
            offset = hf__offset48(slot->lo);
        }
        if (is_into(slot, offset, low, high))
            hf__move_slot_references(slot, bytes);
    }
}

/* Changes the size of the block. The text of the caller does not move with it. */
static hf_status resize_block(hf__reading *reading, size_t new_bytes, size_t slots_used, hf_error *reterr)
{
    void *block = reading->block;
    hf_status status = hf__memory_resize(&reading->memory, &block, reading->block_bytes, new_bytes, HF__BLOCK_ALIGNMENT,
                                         reterr);
    if (status != HF_OK)
        return status;
    int64_t moved = (char *)block - reading->block;
    if (reading->is_inside)
        reading->text += moved;
    reading->block = block;
    reading->block_bytes = new_bytes;
    if (!reading->is_inside && reading->keep_text && moved != 0) {
        /* Seen from the slots that moved, the text seems to have moved too. */
        const char *seen = (const char *)((uintptr_t)reading->text + (uintptr_t)moved);
        hf__move_references(hf__reading_slots(reading), slots_used, seen, seen + reading->length, -moved);
    }
    return HF_OK;
}

/* Moves the side text to `new_offset` in the block, which has room there. */
static void move_side(hf__reading *reading, size_t new_offset, size_t slots_used)
{
    char *side = hf__reading_side(reading);
    int64_t moved = (int64_t)new_offset - (int64_t)reading->side_offset;
    reading->side_offset = new_offset;
    if (moved == 0 || reading->side_used == 0)
        return;
    hf__move_references(hf__reading_slots(reading), slots_used, side, side + reading->side_used, moved);
    memmove(side + moved, side, reading->side_used);
}

hf_status hf__reading_begin(hf__reading *reading, size_t source, size_t slots, size_t side)
{
    size_t padding = source < HF__READ_STAGED_MIN ? HF__READ_PADDING : HF__READ_STAGED_PADDING;
    size_t text_bytes = source != 0 ? round_up(source + padding, sizeof(hf__slot)) : 0;
    size_t slots_offset = sizeof(hf__block_header) + text_bytes;
    size_t bytes = slots_offset + slot_bytes(slots) + side;
    void *block = NULL;
    bytes = round_up(hf__good_size(bytes), sizeof(hf__slot));
    hf_status status = hf__memory_allocate(&reading->memory, bytes, HF__BLOCK_ALIGNMENT, &block, reading->reterr);
    if (status != HF_OK)
        return status;
    reading->block = block;
    reading->block_bytes = bytes;
    reading->slots_offset = slots_offset;
    reading->side_offset = bytes - side;
    reading->side_capacity = side;
    reading->slot_capacity = (reading->side_offset - slots_offset) / sizeof(hf__slot) - HF__READ_SPARE;
    return HF_OK;
}

static hf_status resize_parts(hf__reading *reading, size_t used, size_t slots, size_t side, hf_error *reterr)
{
    size_t bytes = hf__good_size(reading->slots_offset + slot_bytes(slots) + round_up(side, sizeof(hf__slot)));
    hf_status status = resize_block(reading, bytes, used, reterr);
    if (status != HF_OK)
        return status;
    size_t side_offset = (bytes - side) & ~(sizeof(hf__slot) - 1);
    move_side(reading, side_offset, used);
    reading->side_capacity = bytes - side_offset;
    reading->slot_capacity = (side_offset - reading->slots_offset) / sizeof(hf__slot) - HF__READ_SPARE;
    return HF_OK;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* What a part will have come to at the end, when it goes on as so far, and a quarter more; but not
 * more than `worst` nor less than `least`. */
static size_t extrapolate(size_t used, size_t done, size_t rest, size_t least, size_t worst)
{
    double expected = (double)used + (double)used * (double)rest / (double)(done + 1) * 1.25 + 64;
    size_t bounded = expected < (double)worst ? (size_t)expected : worst;
    return larger(bounded, least);
}

hf_status hf__reading_grow(hf__reading *reading, size_t used, size_t done, size_t side_bytes)
{
    /* Each byte of the rest gives a slot or a byte of side text at most. */
    size_t rest = reading->length - done;
    size_t slots = used + rest + 8, side_least = reading->side_used + side_bytes, side = side_least + rest;
    if (reading->growths++ == 0) {
        slots = extrapolate(used, done, rest, 0, slots);
        side = side_least == 0 ? 0 : extrapolate(side_least, done, rest, side_least, side);
    }
    slots = larger(slots, reading->slot_capacity); /* neither part shrinks */
    side = larger(side, reading->side_capacity);
    if (resize_parts(reading, used, slots, side, NULL) == HF_OK)
        return HF_OK;
    /* No room for so much: a smaller step may do. */
    size_t slots_least = larger(side_bytes == 0 ? used + used / 8 + 64 : used, reading->slot_capacity);
    return resize_parts(reading, used, slots_least, larger(side_least, reading->side_capacity), reading->reterr);
}

/* Moves slots and side text to the front when the source between is not kept. */
static void drop_source(hf__reading *reading)
{
    size_t offset = sizeof(hf__block_header);
    size_t gap = reading->slots_offset - offset;
    size_t end = reading->side_used != 0 ? reading->side_offset + reading->side_used
                                         : reading->slots_offset + reading->slot_count * sizeof(hf__slot);
    memmove(reading->block + offset, reading->block + reading->slots_offset, end - reading->slots_offset);
    reading->slots_offset = offset;
    reading->side_offset -= gap;
}

static void trim(hf__reading *reading)
{
    size_t slots_end = reading->slots_offset + reading->slot_count * sizeof(hf__slot);
    size_t needed = slots_end + reading->side_used;
    size_t slack = reading->block_bytes - needed;
    /* A large block that shrinks is not there to be recycled: the next reading would take fresh pages,
     * which costs more than reading. What is not used of it is not touched. */
    size_t allowed = needed >= ((size_t)256 << 10) ? needed * 3 / 8 : needed / 8 + 128;
    if (slack <= allowed)
        return;
    move_side(reading, slots_end, reading->slot_count);
    /* When the allocator refuses to shrink, the block stays as large as it is. */
    (void)resize_block(reading, needed, reading->slot_count, NULL);
}

void hf__reading_finish(hf__reading *reading)
{
    if (!reading->keep_text && reading->slots_offset != sizeof(hf__block_header))
        drop_source(reading);
    trim(reading);
    bool has_source = reading->is_inside && reading->keep_text;
    hf__block_header *header = (hf__block_header *)(void *)reading->block;
    memset(header, 0, sizeof *header);
    header->magic = HF__BLOCK_MAGIC;
    header->version = HF__BLOCK_VERSION;
    header->flags = (has_source ? HF__BLOCK_HAS_SOURCE : 0u) |
                    (reading->keep_text && !reading->is_relaxed ? HF__BLOCK_STRICT : 0u) |
                    (!reading->is_inside && reading->keep_text ? HF__BLOCK_OUTER_TEXT : 0u);
    size_t slots_end = reading->slots_offset + reading->slot_count * sizeof(hf__slot);
    size_t side_offset = reading->side_used != 0 ? reading->side_offset : slots_end;
    header->block_bytes = side_offset + reading->side_used;
    header->side_offset = side_offset;
    header->side_bytes = reading->side_used;
    header->source_offset = has_source ? (uint64_t)(reading->text - reading->block) : sizeof *header;
    header->source_bytes = has_source ? reading->length : 0;
    header->slots_offset = reading->slots_offset;
    header->slot_count = reading->slot_count;
    header->values = reading->values;
    header->wide_count = reading->wide_count;
    header->links_offset = header->block_bytes & ~(uint64_t)7;
    header->depth = reading->depth;
}

void hf__reading_abandon(hf__reading *reading)
{
    hf__memory_free(&reading->memory, reading->block, reading->block_bytes, HF__BLOCK_ALIGNMENT);
    reading->block = NULL;
    reading->block_bytes = 0;
}
