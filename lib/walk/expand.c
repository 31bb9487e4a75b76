/* expand.c - copying through mounts and chunks: one walk measures, a second one writes.
 *
 * Long text and the spelling of numbers go to the new block's own text. While a container is open,
 * its span holds the distance to the container around it, as in the builder. Where links lead is
 * collected before writing; the new places are noted while writing, and joined at the end. A document that is
 * mounted in several places has its links once in each: they lead to what is shown by the same mount. */
#include <holdfast/walk.h>

#include <stdlib.h>

#include "base/fail.h"
#include "value/builder.h"
#include "value/part_memo.h"
#include "walk/clone.h"

/* Expanding beyond this is refused, before anything is walked. */
static const uint64_t values_most = (uint64_t)1 << 32; /* 64 GiB of slots */

typedef struct measure {
    uint64_t slots, values, text;
    uint32_t depth, links, foreigns;
} measure;

/* A link target on its way: the value, the place in its home that the link names, and by which showing of that
 * home; where it is now. */
typedef struct moved {
    const hf__slot *from, *place;
    uint64_t        showing;
    uint64_t        to;    /* UINT64_MAX: not met */
    uint64_t        first; /* of the first entry for the value: where it was met first, in whatever place */
} moved;

/* Where the mounts around the present value begin in the copy. */
typedef struct showings {
    uint64_t begins[HF__HOPS_MAX + 1];
} showings;

typedef struct copy {
    hf__block_header *block;
    hf__slot         *slots;
    uint64_t          at, open; /* next slot; innermost open container */
    char             *text;     /* where the next text goes */
    hf__link_target  *targets;
    hf__tables        tables;
    moved            *linked;
    uint32_t          link_count, linked_count; /* linked: sorted */
    showings          shown;
} copy;

static uint64_t text_bytes(const hf__slot *slot)
{
    hf__slot_kind kind = hf__kind(slot);
    if (kind == HF__LONG_TEXT || kind == HF__BYTES)
        return slot->lo >> 16;
    return hf__is_number(slot) ? hf__number_source(slot).length : 0;
}

static void measure_value(measure *sum, hf_value root)
{
    hf_walk walk;
    hf_walk_init(&walk, root, NULL);
    while (hf_walk_next(&walk)) {
        sum->slots++;
        if (walk.event == HF_LEAVE)
            continue;
        if (walk.key.bytes != NULL) {
            sum->slots++;
            sum->text += walk.key.length > HF__INLINE_MAX ? walk.key.length : 0;
        }
        sum->values++;
        sum->depth = walk.depth > sum->depth ? walk.depth : sum->depth;
        sum->text += text_bytes(walk.value.slot);
        sum->links += walk.event == HF_LINK;
        sum->foreigns += hf__kind(walk.value.slot) == HF__EXTENSION;
    }
    hf_walk_finish(&walk);
}

/* How many values a view of a draft shows: what lies in no chunk is counted, not walked. */
static uint64_t count_in_draft(hf_value root)
{
    uint64_t values = 0;
    hf_walk walk;
    hf__part_memo memo;
    hf__part_memo_init(&memo);
    hf_walk_init(&walk, root, NULL);
    while (values <= values_most && hf_walk_next(&walk)) {
        uint64_t mounted = 0;
        uint32_t depth;
        values += walk.event != HF_LEAVE;
        if (walk.event != HF_ENTER || walk.value.slot->lo & HF__EDITED)
            continue;
        hf__value_expanded_noting(walk.value, &memo, &mounted, &depth);
        values = mounted < values_most ? values + mounted - 1 : mounted;
        hf_walk_prune(&walk);
    }
    hf_walk_finish(&walk);
    hf__part_memo_release(&memo);
    return values;
}

static void put_text(copy *to, hf__slot *slot, hf_text text)
{
    memcpy(to->text, text.bytes, text.length);
    slot->hi = (slot->hi & 0xffff) | (uint64_t)(to->text - (const char *)slot) << 16;
    to->text += text.length;
}

static void put_key(copy *to, hf_text key)
{
    hf__slot *slot = &to->slots[to->at++];
    uint64_t flags = HF__KEY | hf__text_flags(key);
    if (key.length <= HF__INLINE_MAX) {
        memset(slot, 0, sizeof *slot);
        memcpy((char *)slot + 2, key.bytes, key.length);
        slot->lo |= HF__TEXT | flags | (uint64_t)key.length << 8;
    } else {
        *slot = (hf__slot){ HF__LONG_TEXT | flags | (uint64_t)key.length << 16, 0 };
        put_text(to, slot, key);
    }
}

/* ---- where links lead -------------------------------------------------------------------- */

/* A value begins at slot `at` of the copy: so do the mounts that it stands at. */
static void note_mounts(showings *shown, const hf_walk *walk, uint64_t at)
{
    if (walk->value.slot != walk->top)
        return;
    for (uint32_t i = walk->returns_used; i > 0; i--) {
        shown->begins[i - 1] = at;
        if (walk->returns[i - 1].from != walk->returns[i - 1].top)
            break;
    }
}

/* By which showing `home` is seen, `level` mounts inside of the root; parts of earlier blocks are of the same. */
static uint64_t showing_of(const showings *shown, const hf_walk *walk, const hf__home *home, uint32_t level)
{
    while (level > 0 && walk->returns[level - 1].home == home)
        level--;
    return level > 0 ? shown->begins[level - 1] + 1 : 0;
}

static int by_target(const void *a, const void *b)
{
    const moved *left = a, *right = b;
    if (left->from != right->from)
        return left->from < right->from ? -1 : 1;
    if (left->place != right->place)
        return left->place < right->place ? -1 : 1;
    return (left->showing > right->showing) - (left->showing < right->showing);
}

/* Where the link that the walk stands at leads; false when its target is gone. */
static bool target_of(const showings *shown, const hf_walk *walk, moved *ret_target)
{
    hf_value target = hf__link_target_of(walk->value);
    if (hf_is_absent(target))
        return false;
    *ret_target = (moved){ target.slot, hf__link_place_of(walk->value),
                           showing_of(shown, walk, walk->home, walk->returns_used), UINT64_MAX, UINT64_MAX };
    return true;
}

static moved *find_target(const copy *to, const moved *wanted)
{
    return to->linked_count == 0 ? NULL : bsearch(wanted, to->linked, to->linked_count, sizeof *wanted, by_target);
}

/* The first entry for a value, or NULL. */
static moved *first_of(const copy *to, const hf__slot *from)
{
    uint32_t low = 0, high = to->linked_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (to->linked[middle].from < from)
            low = middle + 1;
        else
            high = middle;
    }
    return low < to->linked_count && to->linked[low].from == from ? &to->linked[low] : NULL;
}

/* The value that the walk stands at is written at `at`: in its own place, and in those of the mounts before it. */
static void note_place(copy *to, const hf_walk *walk)
{
    if (to->linked_count == 0)
        return;
    note_mounts(&to->shown, walk, to->at);
    moved *first = first_of(to, walk->value.slot), wanted = { walk->value.slot, walk->value.slot, 0, 0, 0 };
    if (first == NULL)
        return;
    first->first = first->first == UINT64_MAX ? to->at : first->first;
    const hf__home *home = walk->home;
    const hf__slot *top = walk->top;
    for (uint32_t level = walk->returns_used;; level--) {
        wanted.showing = showing_of(&to->shown, walk, home, level);
        moved *found = find_target(to, &wanted);
        if (found != NULL)
            found->to = to->at;
        if (level == 0 || wanted.place != top)
            return;
        wanted.place = walk->returns[level - 1].from;
        home = walk->returns[level - 1].home;
        top = walk->returns[level - 1].top;
    }
}

/* ---- slots ------------------------------------------------------------------------------- */

static hf_status put_value(copy *to, const hf_walk *walk, hf_error *reterr)
{
    hf_value value = walk->value;
    hf__slot *slot = &to->slots[to->at];
    hf__slot_kind kind = hf__kind(value.slot);
    *slot = *value.slot;
    slot->lo &= ~(uint64_t)HF__LINKED;
    note_place(to, walk);
    to->at++;
    if (kind == HF__LONG_TEXT || kind == HF__BYTES) {
        put_text(to, slot, hf__slot_text(value.slot));
    } else if (hf__is_number(value.slot)) {
        hf_text source = hf__number_source(value.slot);
        slot->lo &= 0xffff;
        if (source.length > 0) {
            memcpy(to->text, source.bytes, source.length);
            slot->lo |= (uint64_t)(to->text - (const char *)slot) << 16;
            to->text += source.length;
        }
    } else if (kind == HF__NULL || kind == HF__BOOL) {
        slot->lo &= 0xffff;
    } else if (kind == HF__LINK) {
        moved target;
        bool is_gone = !target_of(&to->shown, walk, &target);
        to->targets[to->link_count].slot = is_gone ? UINT64_MAX : (uint64_t)(find_target(to, &target) - to->linked);
        slot->hi = to->link_count++;
    } else if (kind == HF__EXTENSION) {
        hf_status status = hf__foreign_clone(&to->tables.foreigns[to->tables.foreign_count],
                                             &value.home->foreigns[(uint32_t)value.slot->hi], reterr);
        if (status != HF_OK)
            return status;
        slot->hi = to->tables.foreign_count++;
    }
    return HF_OK;
}

static void put_open(copy *to, const hf_walk *walk)
{
    hf_value container = walk->value;
    uint64_t around = to->at - to->open;
    to->slots[to->at] = (hf__slot){ (uint64_t)hf__kind(container.slot) | around << 24, hf__count(container.slot) };
    note_place(to, walk);
    to->open = to->at++;
}

static void put_close(copy *to)
{
    hf__slot *open = &to->slots[to->open];
    uint64_t around = hf__span(open), way_back = to->at - to->open;
    to->slots[to->at++] =
        (hf__slot){ HF__CLOSE | (hf__kind(open) == HF__OBJECT ? HF__KEY : 0u) | way_back << 24, HF__SOURCE_UNKNOWN };
    open->lo = (open->lo & 0xff) | (way_back + 1) << 24;
    to->open -= around;
}

static hf_status write_values(copy *to, hf_value root, hf_error *reterr)
{
    hf_walk walk;
    hf_status status = HF_OK;
    hf_walk_init(&walk, root, NULL);
    while (status == HF_OK && hf_walk_next(&walk)) {
        if (walk.event == HF_LEAVE) {
            put_close(to);
            continue;
        }
        if (walk.key.bytes != NULL)
            put_key(to, walk.key);
        if (walk.event == HF_ENTER)
            put_open(to, &walk);
        else
            status = put_value(to, &walk, reterr);
    }
    if (status != HF_OK && reterr != NULL) {
        char path[HF_ERROR_POINTER_MAX * 4];
        size_t length = hf_walk_pointer(&walk, path, sizeof path);
        hf__error_set_pointer(reterr, path, length < sizeof path ? length : sizeof path - 1);
    }
    hf_walk_finish(&walk);
    return status;
}

/* ---- links ------------------------------------------------------------------------------- */

/* Where the links below `root` lead, each place once. */
static void collect_places(copy *to, hf_value root)
{
    hf_walk walk;
    uint64_t at = 0;
    hf_walk_init(&walk, root, NULL);
    for (; hf_walk_next(&walk); at++) {
        if (walk.event == HF_LEAVE)
            continue;
        at += walk.key.bytes != NULL;
        note_mounts(&to->shown, &walk, at);
        if (walk.event == HF_LINK && target_of(&to->shown, &walk, &to->linked[to->linked_count]))
            to->linked_count++;
    }
    hf_walk_finish(&walk);
    qsort(to->linked, to->linked_count, sizeof *to->linked, by_target);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < to->linked_count; i++)
        if (kept == 0 || by_target(&to->linked[kept - 1], &to->linked[i]) != 0)
            to->linked[kept++] = to->linked[i];
    to->linked_count = kept;
}

/* Targets become slot numbers. What is not shown where the link names it, since a part of a mounted document is
 * mounted in another place, is where it is shown first. */
static hf_status join_links(copy *to, hf_error *reterr)
{
    for (uint32_t i = 0; i < to->link_count; i++) {
        hf__link_target *target = &to->targets[i];
        if (target->slot == UINT64_MAX)
            continue;
        const moved *found = &to->linked[target->slot];
        target->slot = found->to != UINT64_MAX ? found->to : first_of(to, found->from)->first;
        if (target->slot == UINT64_MAX)
            return hf__fail(reterr, HF_LINK_LEAVES, NULL);
        to->slots[target->slot].lo |= HF__LINKED;
    }
    return HF_OK;
}

/* ---- all of it --------------------------------------------------------------------------- */

static void init_block(copy *to, const measure *sum, uint64_t bytes, uint64_t slots_offset)
{
    *to->block = (hf__block_header){ .magic = HF__BLOCK_MAGIC, .version = HF__BLOCK_VERSION, .block_bytes = bytes,
        .side_offset = sizeof *to->block, .side_bytes = sum->text, .source_offset = sizeof *to->block,
        .slots_offset = slots_offset, .slot_count = sum->slots, .values = sum->values, .depth = sum->depth,
        .links_offset = sum->links > 0 ? slots_offset + sum->slots * sizeof(hf__slot) : 0, .link_count = sum->links };
    memset((char *)(to->block + 1) + sum->text, 0, slots_offset - sizeof *to->block - sum->text);
    to->slots = hf__block_slots(to->block);
    to->text = (char *)(to->block + 1);
    to->targets = (hf__link_target *)(to->slots + sum->slots);
    memset(to->targets, 0, sum->links * sizeof *to->targets);
}

hf_status hf__check_expansion(hf_value value, hf_error *reterr)
{
    uint64_t values = 0;
    uint32_t depth = 0;
    if (value.home->kind == HF__HOME_DOCUMENT)
        hf__value_expanded(value, &values, &depth);
    else
        values = count_in_draft(value);
    return values > values_most ? hf__fail(reterr, HF_LIMIT_VALUES, "mounted values expand too far to copy") : HF_OK;
}

hf_status hf__clone_expanded(hf_value value, const hf__memory *memory, hf_document **ret_document, hf_error *reterr)
{
    hf_status possible = hf__check_expansion(value, reterr);
    if (possible != HF_OK)
        return possible;
    measure sum = { 0 };
    measure_value(&sum, value);
    uint64_t slots_offset = (sizeof(hf__block_header) + sum.text + 15) & ~(uint64_t)15;
    uint64_t bytes = slots_offset + sum.slots * sizeof(hf__slot) + sum.links * sizeof(hf__link_target);
    copy to = { 0 };
    void *block = NULL, *foreigns = NULL, *linked = NULL;
    hf_status status = hf__memory_allocate(memory, bytes, HF__BLOCK_ALIGNMENT, &block, reterr);
    if (status == HF_OK && sum.foreigns > 0)
        status = hf__memory_allocate(memory, sum.foreigns * sizeof(hf__foreign), HF__BLOCK_ALIGNMENT, &foreigns, reterr);
    if (status == HF_OK && sum.links > 0)
        status = hf__memory_allocate(memory, sum.links * sizeof(moved), HF__BLOCK_ALIGNMENT, &linked, reterr);
    if (status == HF_OK) {
        to.block = block;
        to.tables.foreigns = foreigns;
        to.linked = linked;
        if (sum.links > 0)
            collect_places(&to, value);
        init_block(&to, &sum, bytes, slots_offset);
        status = write_values(&to, value, reterr);
        if (status == HF_OK && sum.links > 0)
            status = join_links(&to, reterr);
    }
    hf__memory_free(memory, linked, sum.links * sizeof(moved), HF__BLOCK_ALIGNMENT);
    if (status != HF_OK) {
        hf__foreigns_drop(to.tables.foreigns, to.tables.foreign_count);
        hf__memory_free(memory, foreigns, sum.foreigns * sizeof(hf__foreign), HF__BLOCK_ALIGNMENT);
        hf__memory_free(memory, block, bytes, HF__BLOCK_ALIGNMENT);
        return status;
    }
    to.block->wide_count = hf__number_wide(to.slots, sum.slots);
    return hf__clone_finish(to.block, memory, &to.tables, ret_document, reterr);
}
