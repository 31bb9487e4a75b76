/* clone_following.c - a copy in which the values that links lead to stand in their places.
 *
 * One walk that follows links writes the slots (freezer.h); where a container comes again, the caller's
 * choice is written. For links, the places of all containers are noted, and looked up at the end. The same
 * part shown in two places is two containers, so it is the place that counts. */
#include <holdfast/link.h>
#include <holdfast/walk.h>

#include <stdlib.h>

#include "edit/freezer.h"
#include "walk/clone.h"
#include "walk/walk_place.h"

/* The place of a container and where its copy begins; or of one that came again and the link to it. */
typedef struct place {
    const hf__slot *from;
    uint64_t        to;
} place;

typedef struct places {
    place   *all;
    uint64_t count, capacity;
} places;

typedef struct following {
    hf__freezer        to;
    const hf_expand_options *options;
    places             entered, again;
    hf__tables         tables; /* foreign values */
    uint32_t           foreign_capacity;
} following;

static hf_status grow(following *copy, void **array, uint64_t *capacity, size_t unit)
{
    uint64_t wanted = *capacity * 2 + 16;
    const hf__memory *memory = &copy->to.memory;
    hf_status status =
        *capacity == 0 ? hf__memory_allocate(memory, wanted * unit, HF__BLOCK_ALIGNMENT, array, copy->to.reterr)
                       : hf__memory_resize(memory, array, *capacity * unit, wanted * unit, HF__BLOCK_ALIGNMENT, copy->to.reterr);
    if (status == HF_OK)
        *capacity = wanted;
    return status;
}

static hf_status note(following *copy, places *list, const hf__slot *from, uint64_t to)
{
    if (list->count == list->capacity) {
        void *grown = list->all;
        hf_status status = grow(copy, &grown, &list->capacity, sizeof *list->all);
        if (status != HF_OK)
            return status;
        list->all = grown;
    }
    list->all[list->count++] = (place){ from, to };
    return HF_OK;
}

/* ---- events ------------------------------------------------------------------------------ */

static hf_status put_text(following *copy, hf_text text, uint64_t flags)
{
    hf__fresh fresh;
    hf_status status = hf__fresh_text(&fresh, text, flags, copy->to.reterr);
    return status == HF_OK ? hf__freezer_put(&copy->to, &fresh.slot, fresh.text) : status;
}

static hf_status put_foreign(following *copy, hf_value value)
{
    uint64_t capacity = copy->foreign_capacity;
    if (copy->tables.foreign_count == capacity) {
        void *grown = copy->tables.foreigns;
        hf_status status = grow(copy, &grown, &capacity, sizeof(hf__foreign));
        if (status != HF_OK)
            return status;
        copy->tables.foreigns = grown;
        copy->foreign_capacity = (uint32_t)capacity;
    }
    hf__foreign *entry = &copy->tables.foreigns[copy->tables.foreign_count];
    hf_status status = hf__foreign_clone(entry, &value.home->foreigns[(uint32_t)value.slot->hi], copy->to.reterr);
    if (status != HF_OK)
        return status;
    hf__slot slot = { HF__EXTENSION | HF__EXT_FOREIGN << 8, copy->tables.foreign_count++ };
    return hf__freezer_put(&copy->to, &slot, hf_text_of(NULL, 0));
}

static hf_status put_again(following *copy, const hf_walk *walk)
{
    const hf_text none = { NULL, 0 };
    switch (copy->options->repeated) {
    case HF_REPEATED_NULL:
        return hf__freezer_put(&copy->to, &(hf__slot){ HF__NULL, 0 }, none);
    case HF_REPEATED_TEXT:
        return put_text(copy, copy->options->placeholder, 0);
    case HF_REPEATED_REFUSE:
        return hf__fail(copy->to.reterr, HF_CYCLE, "a value comes again");
    default: {
        bool can_repeat;
        hf_status status = note(copy, &copy->again, hf__walk_place(walk, &can_repeat), copy->to.slot_count);
        return status == HF_OK ? hf__freezer_put(&copy->to, &(hf__slot){ HF__LINK, 0 }, none) : status;
    }
    }
}

static hf_status note_entered(following *copy, const hf_walk *walk)
{
    bool can_repeat;
    const hf__slot *at = hf__walk_place(walk, &can_repeat);
    return at != NULL && can_repeat ? note(copy, &copy->entered, at, copy->to.slot_count) : HF_OK;
}

static hf_status put_event(following *copy, const hf_walk *walk)
{
    uint64_t unused;
    if (walk->event == HF_LEAVE)
        return hf__freezer_close(&copy->to, &unused);
    hf_status status = walk->key.bytes != NULL ? put_text(copy, walk->key, HF__KEY) : HF_OK;
    if (status != HF_OK)
        return status;
    hf__slot slot = *walk->value.slot;
    switch (walk->event) {
    case HF_ENTER:
        status = note_entered(copy, walk);
        slot.lo &= ~(uint64_t)HF__LINKED;
        return status == HF_OK ? hf__freezer_open(&copy->to, &slot) : status;
    case HF_AGAIN:
        return put_again(copy, walk);
    case HF_LINK: /* gone, or links that lead to each other */
        return hf__freezer_put(&copy->to, &(hf__slot){ HF__NULL, 0 }, hf_text_of(NULL, 0));
    default:
        if (hf__kind(walk->value.slot) == HF__EXTENSION)
            return put_foreign(copy, walk->value);
        return hf__freezer_scalar(&copy->to, walk->value.slot);
    }
}

static hf_status status_of(hf_walk_end end)
{
    switch (end) {
    case HF_WALK_DONE: return HF_OK;
    case HF_WALK_LIMIT_VALUES: return HF_LIMIT_VALUES;
    case HF_WALK_LIMIT_DEPTH: return HF_LIMIT_DEPTH;
    default: return HF_NO_MEMORY;
    }
}

static hf_status write_values(following *copy, hf_value value, hf_arena *arena)
{
    hf_walk walk;
    hf_walk_options options;
    hf_status status = HF_OK;
    memset(&options, 0, sizeof options);
    options.follow_links = true;
    options.arena = arena;
    options.values_max = copy->options->values_max;
    hf_walk_init(&walk, value, &options);
    while (status == HF_OK && hf_walk_next(&walk))
        status = put_event(copy, &walk);
    if (status != HF_OK && copy->to.reterr != NULL) {
        char path[HF_ERROR_POINTER_MAX * 4];
        size_t length = hf_walk_pointer(&walk, path, sizeof path);
        hf__error_set_pointer(copy->to.reterr, path, length < sizeof path ? length : sizeof path - 1);
    }
    hf_walk_end end = hf_walk_finish(&walk);
    if (status == HF_OK && end != HF_WALK_DONE)
        status = hf__fail(copy->to.reterr, status_of(end), NULL);
    return status;
}

/* ---- links ------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
    const place *left = a, *right = b;
    return (left->from > right->from) - (left->from < right->from);
}

/* An entry for each container that came again. */
static hf_status make_links(following *copy, hf__link_target **ret_links, uint32_t *ret_count)
{
    uint32_t count = 0;
    void *memory;
    if (copy->again.count == 0)
        return HF_OK;
    qsort(copy->entered.all, copy->entered.count, sizeof(place), by_place);
    qsort(copy->again.all, copy->again.count, sizeof(place), by_place);
    hf_status status = hf__memory_allocate(&copy->to.memory, copy->again.count * sizeof(hf__link_target),
                                           HF__BLOCK_ALIGNMENT, &memory, copy->to.reterr);
    if (status != HF_OK)
        return status;
    hf__link_target *links = memory;
    for (uint64_t i = 0; i < copy->again.count; i++) {
        const place *again = &copy->again.all[i];
        if (i == 0 || again[-1].from != again->from) {
            const place *first = bsearch(again, copy->entered.all, copy->entered.count, sizeof(place), by_place);
            links[count++] = (hf__link_target){ first->to, 0, 0 };
            copy->to.slots[first->to].lo |= HF__LINKED;
        }
        copy->to.slots[again->to].hi = count - 1;
    }
    *ret_links = links;
    *ret_count = count;
    return HF_OK;
}

/* ---- all of it --------------------------------------------------------------------------- */

static hf_status make_document(following *copy, hf_document **ret_document)
{
    const hf__memory *memory = &copy->to.memory;
    hf__link_target *links = NULL;
    uint32_t link_count = 0;
    hf__block_header *block;
    hf_document *document;
    void *foreigns = copy->tables.foreigns;
    hf_status status = make_links(copy, &links, &link_count);
    if (status == HF_OK && copy->foreign_capacity > copy->tables.foreign_count) {
        status = hf__memory_resize(memory, &foreigns, copy->foreign_capacity * sizeof(hf__foreign),
                                   copy->tables.foreign_count * sizeof(hf__foreign), HF__BLOCK_ALIGNMENT, copy->to.reterr);
        copy->tables.foreigns = foreigns;
        copy->foreign_capacity = status == HF_OK ? copy->tables.foreign_count : copy->foreign_capacity;
    }
    if (status == HF_OK)
        status = hf__freezer_block(&copy->to, links, link_count, &block);
    hf__memory_free(memory, links, copy->again.count * sizeof *links, HF__BLOCK_ALIGNMENT);
    if (status == HF_OK)
        status = hf__document_create(block, block->block_bytes, memory->allocator, memory->budget, &document, copy->to.reterr);
    if (status != HF_OK)
        return status;
    hf__document_give_tables(document, &copy->tables);
    memset(&copy->tables, 0, sizeof copy->tables);
    copy->foreign_capacity = 0;
    *ret_document = document;
    return HF_OK;
}

hf_status hf_clone_following(hf_value value, const hf_expand_options *options, hf_document **ret_document,
                             hf_error *reterr)
{
    static const hf_expand_options defaults;
    following copy;
    hf_arena arena;
    memset(&copy, 0, sizeof copy);
    copy.options = options != NULL ? options : &defaults;
    const hf__memory memory = { copy.options->allocator, copy.options->budget };
    if (hf_is_absent(value))
        return hf__fail(reterr, HF_NOT_FOUND, "nothing to copy");
    hf_status status = hf__text_check_all(value.home, reterr);
    if (status != HF_OK)
        return status;
    hf__freezer_init(&copy.to, value.home, &memory, 0, copy.options->depth_max, reterr);
    hf_arena_init(&arena, &(hf_arena_options){ .allocator = memory.allocator, .budget = memory.budget });
    status = write_values(&copy, value, &arena);
    if (status == HF_OK)
        status = make_document(&copy, ret_document);
    hf_arena_release(&arena);
    hf__foreigns_drop(copy.tables.foreigns, copy.tables.foreign_count);
    hf__memory_free(&memory, copy.tables.foreigns, copy.foreign_capacity * sizeof(hf__foreign), HF__BLOCK_ALIGNMENT);
    hf__memory_free(&memory, copy.entered.all, copy.entered.capacity * sizeof(place), HF__BLOCK_ALIGNMENT);
    hf__memory_free(&memory, copy.again.all, copy.again.capacity * sizeof(place), HF__BLOCK_ALIGNMENT);
    hf__freezer_release(&copy.to);
    return status;
}
