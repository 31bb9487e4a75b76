/* read_block.c - the block of a reading: taken, grown in few large steps, trimmed, given a header.
 *
 * A reading of a buffer allocates at most: this block, two growths of it (the second to what the
 * rest of the text needs at worst), and the document object. A block that was taken too large costs
 * addresses only, since what is not written is not touched. */
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

/* Moves the side text so that it ends at `new_end` in the block, which has room there. */
static void move_side(hf__reading *reading, size_t new_end, size_t slots_used)
{
    char *side = hf__reading_side(reading);
    int64_t moved = (int64_t)new_end - (int64_t)reading->side_end;
    reading->side_end = new_end;
    if (moved == 0 || reading->side_used == 0)
        return;
    hf__move_references(hf__reading_slots(reading), slots_used, side, side + reading->side_used, moved);
    memmove(side + moved, side, reading->side_used);
}

/* The size to ask for when at least `least` bytes are needed: what can be recycled, up to half as much
 * again, since a block that is too large is better than one that has to grow. */
static size_t choose_size(const hf__reading *reading, size_t least)
{
    size_t good = hf__memory_kept_size(&reading->memory, least, least + least / 2);
    if (good > least && hf__budget_room(reading->memory.budget) < good)
        good = least;
    return round_up(good, sizeof(hf__slot));
}

hf_status hf__reading_begin(hf__reading *reading, size_t source, size_t slots, size_t side)
{
    size_t padding = source < HF__READ_STAGED_MIN ? HF__READ_PADDING : HF__READ_STAGED_PADDING;
    size_t text_bytes = source != 0 ? round_up(source + padding, sizeof(hf__slot)) : 0;
    size_t slots_offset = sizeof(hf__block_header) + text_bytes;
    size_t bytes = choose_size(reading, slots_offset + slot_bytes(slots) + side);
    void *block = NULL;
    hf_status status = hf__memory_allocate(&reading->memory, bytes, HF__BLOCK_ALIGNMENT, &block, reading->reterr);
    if (status != HF_OK)
        return status;
    reading->block = block;
    reading->block_bytes = bytes;
    reading->slots_offset = slots_offset;
    reading->side_end = bytes;
    return HF_OK;
}

/* To a size that holds `slots` and `side` bytes of side text. */
static hf_status grow_to(hf__reading *reading, size_t used, size_t slots, size_t side, hf_error *reterr)
{
    size_t bytes = choose_size(reading, reading->slots_offset + slot_bytes(slots) + side);
    if (bytes <= reading->block_bytes) /* never smaller: the side text lies at the end */
        return HF_OK;
    hf_status status = resize_block(reading, bytes, used, reterr);
    if (status == HF_OK)
        move_side(reading, bytes, used);
    return status;
}

void hf__reading_foresee(hf__reading *reading)
{
    size_t slots, side;
    hf__reading_estimate(reading, reading->text, reading->length, &slots, &side);
    if (!hf__reading_has_room(reading, slots, side))
        (void)grow_to(reading, 0, slots, side, NULL);
}

/* What a part will have come to at the end, when it goes on as so far, and a quarter more; but not
 * more than `worst`. */
static size_t extrapolate(size_t used, size_t done, size_t rest, size_t worst)
{
    double expected = (double)used + (double)used * (double)rest / (double)(done + 1) * 1.25 + 64;
    return expected < (double)worst ? (size_t)expected : worst;
}

hf_status hf__reading_grow(hf__reading *reading, size_t used, size_t done, size_t side_bytes)
{
    /* Each byte of the rest gives a slot or a byte of side text at most. */
    size_t rest = reading->length - done, side_least = reading->side_used + side_bytes;
    size_t slots = used + rest + 8, side = side_least + rest;
    if (reading->growths++ == 0) {
        slots = extrapolate(used, done, rest, slots);
        side = side_least == 0 ? 0 : extrapolate(side_least, done, rest, side);
    }
    /* A step that gives room in any case, also where what lies behind says little about the rest. */
    size_t slots_least = used + (side_bytes == 0 ? used / 8 + 64 : 1);
    if (slots < slots_least)
        slots = slots_least;
    if (grow_to(reading, used, slots, side, NULL) == HF_OK)
        return HF_OK;
    /* No room for so much: a smaller step may do. */
    return grow_to(reading, used, slots_least, side_least, reading->reterr);
}

/* Moves slots and side text to the front when the source between is not kept. */
static void drop_source(hf__reading *reading)
{
    hf__slot *slots = hf__reading_slots(reading);
    size_t bytes = reading->slot_count * sizeof *slots, offset = sizeof(hf__block_header);
    char *side = hf__reading_side(reading), *front = reading->block + offset;
    char *new_side = front + bytes;
    int64_t moved = (new_side - side) - (front - (char *)slots);
    hf__move_references(slots, reading->slot_count, side, side + reading->side_used, moved);
    memmove(front, slots, bytes);
    memmove(new_side, side, reading->side_used);
    reading->slots_offset = offset;
    reading->side_end = offset + bytes + reading->side_used;
}

static void trim(hf__reading *reading)
{
    size_t slots_end = reading->slots_offset + reading->slot_count * sizeof(hf__slot);
    size_t needed = slots_end + reading->side_used;
    size_t slack = reading->block_bytes - needed;
    /* What is not used of a large block is not touched, and shrinking it costs more than a little slack. */
    size_t allowed = needed >= ((size_t)256 << 10) ? needed / 4 : needed / 32 + 128;
    if (slack <= allowed) {
        hf__memory_give_back(&reading->memory, reading->block, slots_end, reading->side_end - reading->side_used);
        return;
    }
    move_side(reading, needed, reading->slot_count);
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
    size_t side_offset = reading->side_used != 0 ? reading->side_end - reading->side_used : slots_end;
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
