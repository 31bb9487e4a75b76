/* block_list.c - gathering the blocks of a graph, and finding one by an address within it. */
#include "bind/block_list.h"

#include <stdlib.h>

#include "bind/object_map.h"

static bool add_block(hf__block_stack *list, hf__object_map *met, const hf__link *link)
{
    const char *at = hf__pointer_at(link->place);
    size_t bytes = 0;
    bool is_new = false;
    if (link->type->shape == HF_SHAPE_OPAQUE || link->type->ownership == HF_REF || link->type->ownership == HF_STATIC)
        return true;
    if (!hf__link_bytes(link, &bytes) || hf__object_map_add(met, at, &is_new) == NULL)
        return false;
    return !is_new || hf__stack_push(list, link->type->item, at, NULL, link->type->shape == HF_SHAPE_STRING ? bytes : link->count);
}

bool hf__block_list_fill(hf__block_stack *list, const hf_type *type, const char *object)
{
    hf__place outer[HF__PLACES_MAX];
    hf__object_map met;
    hf__links links;
    hf__link link;
    bool is_new = false;
    hf__object_map_init(&met, list->allocator);
    bool is_fine = hf__object_map_add(&met, object, &is_new) != NULL && hf__stack_push(list, type, object, NULL, 1);
    for (size_t i = 0; is_fine && i < hf__stack_used(list); i++) {
        hf__waiting one = list->items[i];
        if (one.type == NULL)
            continue;
        hf__links_begin(&links, outer, (hf__block){ one.type, one.at, one.count }, 0);
        while (is_fine && hf__links_next(&links, &link))
            is_fine = add_block(list, &met, &link);
    }
    hf__object_map_release(&met);
    return is_fine;
}

static int by_address(const void *a, const void *b)
{
    uintptr_t left = (uintptr_t)((const hf__waiting *)a)->at, right = (uintptr_t)((const hf__waiting *)b)->at;
    return left < right ? -1 : left > right;
}

void hf__block_list_sort(hf__block_stack *list)
{
    qsort(list->items, hf__stack_used(list), sizeof *list->items, by_address);
}

const hf__waiting *hf__block_list_find(const hf__block_stack *list, const char *at)
{
    size_t low = 0, high = hf__stack_used(list);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((uintptr_t)list->items[middle].at <= (uintptr_t)at)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    const hf__waiting *block = &list->items[low - 1];
    return (size_t)((uintptr_t)at - (uintptr_t)block->at) < hf__listed_bytes(block) ? block : NULL;
}
