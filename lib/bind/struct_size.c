/* struct_size.c - how much memory hangs on a struct, each block counted once.
 *
 * Trees need no memo: every block has one way to it. In graphs a map has the bytes of each block that was
 * counted, doubled, and one more when it was met again. */
#include <malloc.h>

#include "bind/object_map.h"
#include "bind/struct_links.h"

typedef struct measurer {
    hf_struct_size  size;
    hf__object_map *met; /* of a graph; else NULL, and known to be */
    hf_status       status;
    bool            is_malloced;
} measurer;

HF__INLINED void count_block(measurer *with, const char *at, size_t bytes)
{
    with->size.deep += bytes;
    with->size.objects++;
    if (HF_UNLIKELY(with->is_malloced))
        with->size.slack += malloc_usable_size((void *)(uintptr_t)at) - bytes;
}

/* True when the block is met for the first time. */
HF__INLINED bool meet(measurer *with, const char *at, size_t bytes)
{
    bool is_new = false;
    if (with->met == NULL)
        return true;
    hf__object_entry *entry = hf__object_map_add(with->met, at, &is_new);
    if (HF_UNLIKELY(entry == NULL)) {
        with->status = HF_NO_MEMORY;
        return false;
    }
    uintptr_t known = (uintptr_t)entry->value;
    if (is_new)
        entry->value = (char *)((uintptr_t)bytes * 2);
    else if ((known & 1) == 0) {
        with->size.shared += known / 2;
        entry->value = (char *)(known | 1);
    }
    return is_new;
}

/* False when it cannot go on: `status` says why. */
HF__INLINED bool measure_block(measurer *with, hf__block_stack *stack, hf__links *links, hf__block block, size_t bytes, bool leads_on)
{
    if (!meet(with, block.at, bytes))
        return with->status == HF_OK;
    count_block(with, block.at, bytes);
    if (leads_on && !hf__links_follow(links, stack, block)) {
        with->status = HF_NO_MEMORY;
        return false;
    }
    return true;
}

HF__INLINED bool measure_link(measurer *with, hf__block_stack *stack, hf__links *links, const hf__link *link)
{
    const hf_type *type = link->type->item;
    size_t bytes = 0;
    if (hf__is_object(link->type))
        return measure_block(with, stack, links, (hf__block){ type, hf__pointer_at(link->place), 1 }, type->size, true);
    if (link->type->ownership == HF_REF || link->type->ownership == HF_STATIC)
        return true;
    if (HF_UNLIKELY(!hf__link_bytes(link, &bytes))) {
        with->status = HF_OUT_OF_RANGE;
        return false;
    }
    return measure_block(with, stack, links, hf__link_target(link), bytes, hf__link_leads_on(link));
}

HF__INLINED measurer measure_all(measurer with, const hf_type *type, char *object, size_t bytes)
{
    hf__waiting fixed[HF__STACK_FIRST];
    hf__place outer[HF__PLACES_MAX];
    hf__block_stack stack = hf__stack_begin(fixed, NULL);
    hf__links links;
    hf__link link;
    bool is_fine = meet(&with, object, bytes);
    count_block(&with, object, bytes);
    hf__links_begin(&links, outer, (hf__block){ type, object, 1 }, 0);
    do {
        while (is_fine && hf__links_next(&links, &link))
            is_fine = measure_link(&with, &stack, &links, &link);
    } while (is_fine && hf__links_next_block(&links, &stack));
    hf__stack_release(stack);
    return with;
}

static measurer measure_tree(measurer with, const hf_type *type, char *object, size_t bytes)
{
    with.met = NULL;
    return measure_all(with, type, object, bytes);
}

static measurer measure_graph(measurer with, const hf_type *type, char *object, size_t bytes)
{
    hf__object_map met;
    hf__object_map_init(&met, NULL);
    with.met = &met;
    with = measure_all(with, type, object, bytes);
    hf__object_map_release(&met);
    return with;
}

hf_status hf_size_of(const hf_type *type, const void *object, bool is_malloced, hf_struct_size *ret_size, hf_error *reterr)
{
    measurer with = { .is_malloced = is_malloced, .status = HF_OK };
    char *at = (char *)(uintptr_t)object;
    if (!hf__object_bytes(type, object, &with.size.shallow))
        return hf__fail(reterr, HF_OUT_OF_RANGE, "a counter is larger than memory");
    bool is_graph = (type->flags & HF_TYPE_GRAPH) != 0;
    with = is_graph ? measure_graph(with, type, at, with.size.shallow) : measure_tree(with, type, at, with.size.shallow);
    if (with.status != HF_OK)
        return hf__fail(reterr, with.status, with.status == HF_OUT_OF_RANGE ? "a counter is larger than memory" : "while measuring");
    *ret_size = with.size;
    return HF_OK;
}
