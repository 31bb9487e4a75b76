/* clone.c - private copies: of a whole document, of a part, of anything with mounts below it.
 *
 * Three ways, the cheapest that fits:
 *   whole      one block without mounts and outer text: memcpy of the block
 *   part       slots that lie in one run without mounts: the run is copied, and of the text just the
 *              stretch that it refers to; places of text move by one constant for each stretch
 *   expanded   anything: one walk measures, a second one writes the slots (expand.c)
 * Nothing is visible before all has succeeded. */
#include <holdfast/document.h>

#include "base/fail.h"
#include "base/misuse.h"
#include "value/ended.h"
#include "value/builder.h"
#include "value/place.h"
#include "walk/clone.h"

/* ---- foreign values ---------------------------------------------------------------------- */

void hf__foreigns_drop(hf__foreign *foreigns, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        hf__foreign_release(&foreigns[i]);
}

hf_status hf__foreign_clone(hf__foreign *to, const hf__foreign *from, hf_error *reterr)
{
    if (from->hooks->clone == NULL)
        return hf__fail(reterr, HF_FOREIGN, "%s cannot be copied", from->hooks->name);
    void *object = NULL;
    hf_status status = from->hooks->clone(from->object, &object);
    if (status != HF_OK)
        return hf__fail(reterr, status, "copying %s", from->hooks->name);
    if (object == NULL)
        return hf__misuse(reterr, "the clone hook of %s gave no object", from->hooks->name);
    *to = (hf__foreign){ .hooks = from->hooks, .object = object };
    return HF_OK;
}

/* Clones the foreign values below `slots` and renumbers them in the copy. */
static hf_status clone_foreigns(const hf__home *home, const hf__slot *from, hf__slot *slots, uint64_t count,
                                const hf__memory *memory, hf__tables *ret_tables, hf_error *reterr)
{
    uint32_t wanted = 0;
    for (uint64_t i = 0; i < count && home->foreign_count > 0; i++)
        wanted += hf__kind(&slots[i]) == HF__EXTENSION;
    if (wanted == 0)
        return HF_OK;
    void *array = NULL;
    hf_status status =
        hf__memory_allocate(memory, wanted * sizeof(hf__foreign), HF__BLOCK_ALIGNMENT, &array, reterr);
    uint32_t made = 0;
    for (uint64_t i = 0; i < count && status == HF_OK; i++) {
        if (hf__kind(&slots[i]) != HF__EXTENSION)
            continue;
        status = hf__foreign_clone((hf__foreign *)array + made, &home->foreigns[(uint32_t)slots[i].hi], reterr);
        if (status == HF_OK)
            slots[i].hi = made++;
        else
            hf__place_of(from, from + i, reterr); /* within the run: what is around may lie in other blocks */
    }
    if (status == HF_OK) {
        ret_tables->foreigns = array;
        ret_tables->foreign_count = wanted;
    } else {
        hf__foreigns_drop(array, made);
        hf__memory_free(memory, array, wanted * sizeof(hf__foreign), HF__BLOCK_ALIGNMENT);
    }
    return status;
}

/* ---- a document around the copied block -------------------------------------------------- */

hf_status hf__clone_finish(hf__block_header *block, const hf__memory *memory, const hf__tables *tables,
                           hf_document **ret_document, hf_error *reterr)
{
    hf_document *document;
    hf_status status = hf__document_create(block, block->block_bytes, memory->allocator, memory->budget, &document, reterr);
    if (status != HF_OK) {
        hf__foreigns_drop(tables->foreigns, tables->foreign_count);
        hf__memory_free(memory, tables->foreigns, tables->foreign_count * sizeof(hf__foreign), HF__BLOCK_ALIGNMENT);
        return status;
    }
    hf__document_give_tables(document, tables);
    *ret_document = document;
    return HF_OK;
}

static hf_status finish_with_foreigns(hf__block_header *block, const hf__home *home, const hf__slot *from,
                                      const hf__memory *memory, hf_document **ret_document, hf_error *reterr)
{
    hf__tables tables = { .mounts = NULL };
    hf_status status =
        clone_foreigns(home, from, hf__block_slots(block), block->slot_count, memory, &tables, reterr);
    if (status != HF_OK) {
        hf__memory_free(memory, block, block->block_bytes, HF__BLOCK_ALIGNMENT);
        return status;
    }
    return hf__clone_finish(block, memory, &tables, ret_document, reterr);
}

/* ---- whole ------------------------------------------------------------------------------- */

static hf_status clone_whole(const hf_document *document, const hf__memory *memory, hf_document **ret_document,
                             hf_error *reterr)
{
    size_t bytes = document->block->block_bytes;
    void *block;
    hf_status status = hf__memory_allocate(memory, bytes, HF__BLOCK_ALIGNMENT, &block, reterr);
    if (status != HF_OK)
        return status;
    memcpy(block, document->block, bytes);
    return finish_with_foreigns(block, &document->home, document->home.slots, memory, ret_document, reterr);
}

/* ---- part -------------------------------------------------------------------------------- */

/* Text that the run refers to, as addresses; begin > end: none. */
typedef struct stretch {
    const char *base, *limit; /* the whole text of this kind */
    const char *begin, *end;
} stretch;

typedef struct part {
    const hf__home *home;
    const hf__slot *slots;
    uint64_t        count;
    stretch         side, source; /* source: in the block, or outside of it */
    uint32_t        links;
} part;

static void stretch_over(part *run, const char *begin, size_t length)
{
    stretch *text = begin >= run->side.base && begin < run->side.limit ? &run->side : &run->source;
    if (begin < text->begin)
        text->begin = begin;
    if (begin + length > text->end)
        text->end = begin + length;
}

/* The text that a slot refers to; bytes NULL: none. */
static hf_text outer_text_of(const hf__slot *slot)
{
    hf_text none = { NULL, 0 };
    hf__slot_kind kind = hf__kind(slot);
    if (kind == HF__LONG_TEXT || kind == HF__BYTES)
        return hf__slot_text(slot);
    if (hf__is_number(slot))
        return hf__number_source(slot);
    return hf__is_container(slot) ? hf__container_source(slot) : none;
}

/* What the run refers to; false when it has mounts. */
static bool measure(part *run)
{
    for (uint64_t i = 0; i < run->count; i++) {
        const hf__slot *slot = &run->slots[i];
        hf__slot_kind kind = hf__kind(slot);
        if (kind == HF__MOUNT || (hf__is_container(slot) && (slot->lo & HF__EDITED)))
            return false;
        run->links += kind == HF__LINK;
        hf_text text = outer_text_of(slot);
        if (text.bytes != NULL)
            stretch_over(run, text.bytes, text.length);
    }
    return true;
}

static uint64_t length_of(const stretch *text)
{
    return text->end > text->begin ? (uint64_t)(text->end - text->begin) : 0;
}

/* How far a place moves, from slot-relative to slot-relative. */
static uint64_t move_of(const part *run, const hf__slot *slots, const stretch *text, const char *copy)
{
    int64_t before = (int64_t)((intptr_t)text->begin - (intptr_t)run->slots);
    return (uint64_t)((int64_t)(copy - (const char *)slots) - before);
}

/* Source places of null and bool are left behind: they only name places in errors. */
static void move_slots(const part *run, hf__slot *slots, uint64_t side_move, uint64_t source_move)
{
    for (uint64_t i = 0; i < run->count; i++) {
        const hf__slot *from = &run->slots[i];
        hf__slot *to = &slots[i];
        hf__slot_kind kind = hf__kind(from);
        *to = *from;
        if (kind == HF__LONG_TEXT || kind == HF__BYTES) {
            const char *text = hf__slot_text(from).bytes;
            to->hi += (text >= run->side.base && text < run->side.limit ? side_move : source_move) << 16;
        } else if (hf__is_number(from)) {
            hf_text text = hf__number_source(from);
            if (text.length > 0)
                to->lo += (text.bytes >= run->side.base && text.bytes < run->side.limit ? side_move : source_move) << 16;
        } else if (kind == HF__NULL || kind == HF__BOOL) {
            to->lo &= 0xffff;
        } else if (kind == HF__CLOSE && (uint32_t)from->hi != HF__SOURCE_UNKNOWN) {
            uint64_t offset = ((from->lo >> 16 & 255) << 32 | from->hi >> 32) + source_move;
            to->lo = (to->lo & ~(uint64_t)0xff0000) | (offset >> 32 & 255) << 16;
            to->hi = (to->hi & UINT32_MAX) | offset << 32;
        }
    }
}

/* The targets of links in the run, counted from its first slot. */
static hf_status copy_links(const part *run, hf__slot *slots, hf__link_target *targets, hf_error *reterr)
{
    uint32_t made = 0;
    for (uint64_t i = 0; i < run->count; i++) {
        if (hf__kind(&slots[i]) != HF__LINK)
            continue;
        hf_value target = hf__link_target_of((hf_value){ run->home, &run->slots[i] });
        targets[made] = (hf__link_target){ UINT64_MAX, 0, 0 };
        if (!hf_is_absent(target)) {
            if (target.slot < run->slots || target.slot >= run->slots + run->count) {
                hf__fail(reterr, HF_LINK_LEAVES, NULL);
                hf__place_of(run->slots, &run->slots[i], reterr);
                return HF_LINK_LEAVES;
            }
            targets[made].slot = (uint64_t)(target.slot - run->slots);
        }
        slots[i].hi = made++;
    }
    return HF_OK;
}

static void count_values(hf__block_header *block)
{
    const hf__slot *slots = hf__block_slots(block);
    uint32_t depth = 0;
    for (uint64_t i = 0; i < block->slot_count; i++) {
        if (hf__is_close(&slots[i])) {
            depth--;
        } else if (!hf__is_key(&slots[i])) {
            block->values++;
            block->depth = depth > block->depth ? depth : block->depth;
            depth += hf__is_container(&slots[i]);
        }
    }
}

static hf_status clone_run(part *run, uint32_t flags, const hf__memory *memory, hf_document **ret_document,
                           hf_error *reterr)
{
    uint64_t side = length_of(&run->side), source = length_of(&run->source);
    uint64_t slots_offset = (sizeof(hf__block_header) + side + source + 15) & ~(uint64_t)15;
    uint64_t links_offset = slots_offset + run->count * sizeof(hf__slot);
    uint64_t bytes = links_offset + run->links * sizeof(hf__link_target);
    void *memory_block;
    hf_status status = hf__memory_allocate(memory, bytes, HF__BLOCK_ALIGNMENT, &memory_block, reterr);
    if (status != HF_OK)
        return status;
    hf__block_header *block = memory_block;
    memset(block, 0, sizeof *block);
    *block = (hf__block_header){ .magic = HF__BLOCK_MAGIC, .version = HF__BLOCK_VERSION,
        .flags = flags & ~(uint32_t)HF__BLOCK_OUTER_TEXT, .block_bytes = bytes,
        .side_offset = sizeof *block, .side_bytes = side, .source_offset = sizeof *block + side, .source_bytes = source,
        .slots_offset = slots_offset, .slot_count = run->count,
        .links_offset = run->links > 0 ? links_offset : 0, .link_count = run->links };
    char *side_copy = (char *)(block + 1), *source_copy = side_copy + side;
    if (side > 0)
        memcpy(side_copy, run->side.begin, side);
    if (source > 0)
        memcpy(source_copy, run->source.begin, source);
    memset(source_copy + source, 0, slots_offset - sizeof *block - side - source);
    hf__slot *slots = hf__block_slots(block);
    move_slots(run, slots, side > 0 ? move_of(run, slots, &run->side, side_copy) : 0,
               source > 0 ? move_of(run, slots, &run->source, source_copy) : 0);
    count_values(block);
    block->wide_count = hf__number_wide(slots, run->count);
    status = copy_links(run, slots, (hf__link_target *)((char *)block + links_offset), reterr);
    if (status != HF_OK) {
        hf__memory_free(memory, block, bytes, HF__BLOCK_ALIGNMENT);
        return status;
    }
    return finish_with_foreigns(block, run->home, run->slots, memory, ret_document, reterr);
}

/* ---- which way --------------------------------------------------------------------------- */

/* The document is the one whose block the run lies in: an earlier version, perhaps. */
static void text_of_document(part *run, const hf_document *document)
{
    const char *block = (const char *)document->block;
    run->side.base = block + document->block->side_offset;
    run->side.limit = run->side.base + document->block->side_bytes;
    run->side.begin = run->source.begin = (const char *)UINTPTR_MAX;
    run->side.end = run->source.end = NULL;
}

hf_status hf_clone_part(hf_value value, const hf_allocator *allocator, hf_budget *budget, hf_document **ret_document,
                        hf_error *reterr)
{
    const hf__memory memory = { allocator, budget };
    if (hf__view_is_none(value))
        return hf__fail(reterr, HF_NOT_FOUND, "nothing to copy");
    hf_status status = hf__text_check_all(value.home, reterr);
    if (status != HF_OK)
        return status;
    if (value.home->kind == HF__HOME_DRAFT)
        return hf__clone_expanded(value, &memory, ret_document, reterr);
    const hf_document *document = hf__home_document(value.home);
    bool is_whole = value.slot == document->home.slots;
    if (is_whole && document->home.mount_count == 0 && document->home.base_count == 0 && !(document->block->flags & HF__BLOCK_OUTER_TEXT))
        return clone_whole(document, &memory, ret_document, reterr);
    const hf_document *owner = hf__home_document(hf__block_home(value.home, value.slot));
    part run = { value.home, value.slot, hf__step(value.slot), { 0 }, { 0 }, 0 };
    text_of_document(&run, owner);
    if (!measure(&run))
        return hf__clone_expanded(value, &memory, ret_document, reterr);
    return clone_run(&run, owner->block->flags, &memory, ret_document, reterr);
}

hf_status hf_document_clone(const hf_document *document, const hf_allocator *allocator, hf_budget *budget,
                            hf_document **ret_document, hf_error *reterr)
{
    return hf_clone_part(hf_root(document), allocator, budget, ret_document, reterr);
}
