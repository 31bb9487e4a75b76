/* struct_release.c - giving back what a struct owns.
 *
 * Trees: blocks wait on a stack; a block is looked through, what it leads to is put on the stack, and the
 * block is freed. When the stack cannot grow, the part that does not fit is released without memory, from its
 * deepest block upwards: slow, but exact. Graphs: every block is found once first and listed, then all are
 * freed, so a failure leaves the graph whole. */
#include "bind/struct_release.h"

#include <stdlib.h>

#include "bind/object_map.h"

static inline bool is_released(const hf__link *link)
{
    return link->type->ownership == HF_OWN || link->type->ownership == HF_SHARED; /* skipped members are static */
}

/* type NULL: a text, which has no items. */
static void free_block(const hf_allocator *allocator, bool is_libc, const hf_type *type, char *at, size_t count)
{
    size_t bytes = 0;
    if (is_libc) {
        free(at);
        return;
    }
    bool fits = true;
    if (type == NULL)
        bytes = strlen(at) + 1;
    else
        fits = count == 1 ? hf__object_bytes(type, at, &bytes) : hf__size_multiply(count, type->size, &bytes);
    if (fits)
        hf__allocator_free(allocator, at, bytes, type != NULL ? type->alignment : 1);
}

/* ---- without memory ---------------------------------------------------------------------- */

static void free_link(const hf_allocator *allocator, const hf__link *link)
{
    free_block(allocator, false, link->type->item, hf__pointer_at(link->place), link->count);
    hf__pointer_set(link->place, NULL);
}

/* Frees the leaves of a block; true with *ret_link when something deeper hangs on it. */
static bool find_deeper(const hf_allocator *allocator, hf__block block, hf__link *ret_link)
{
    hf__place outer[HF__PLACES_MAX];
    hf__links links;
    hf__link link;
    hf__links_begin(&links, outer, block, 0);
    while (hf__links_next(&links, &link)) {
        if (!is_released(&link))
            continue;
        if (hf__link_leads_on(&link)) {
            *ret_link = link;
            return true;
        }
        free_link(allocator, &link);
    }
    return false;
}

/* Releases what hangs on a block: goes down to a block with nothing below it, frees that, and starts again
 * from the top. */
static void release_slowly(const hf_allocator *allocator, hf__block block)
{
    hf__link link, last;
    while (find_deeper(allocator, block, &link)) {
        do
            last = link;
        while (find_deeper(allocator, hf__link_target(&last), &link));
        free_link(allocator, &last);
    }
}

/* ---- trees ------------------------------------------------------------------------------- */

/* What a pointer leads to. Texts, and blocks that lead nowhere, go at once. */
HF__INLINED void release_link(hf__block_stack *stack, bool is_libc, const hf__link *link)
{
    const hf_type *type = link->type->item; /* NULL: a text */
    if (!is_released(link))
        return;
    char *at = hf__pointer_at(link->place);
    if (hf__link_leads_on(link)) {
        if (HF_LIKELY(hf__stack_push(stack, type, at, NULL, link->count)))
            return;
        release_slowly(stack->allocator, (hf__block){ type, at, link->count });
    }
    free_block(stack->allocator, is_libc, type, at, link->count);
}

void hf__struct_release(const hf_type *type, void *objects, size_t count, const hf_allocator *allocator)
{
    hf__waiting fixed[HF__STACK_FIRST];
    hf__place outer[HF__PLACES_MAX];
    hf__block_stack stack = hf__stack_begin(fixed, allocator);
    bool is_libc = stack.allocator == hf_allocator_libc(); /* blocks are from malloc, whatever their size */
    hf__waiting one = { type, NULL, NULL, 0 };              /* the objects themselves are not freed */
    hf__links links;
    hf__link link;
    for (hf__links_begin(&links, outer, (hf__block){ type, objects, count }, 0);;) {
        while (hf__links_next(&links, &link))
            release_link(&stack, is_libc, &link);
        if (one.at != NULL)
            free_block(stack.allocator, is_libc, one.type, one.at, one.count);
        if (stack.top == stack.items)
            break;
        one = *--stack.top;
        hf__links_begin(&links, outer, (hf__block){ one.type, one.at, one.count }, 0);
    }
    hf__stack_release(stack);
}

/* ---- graphs ------------------------------------------------------------------------------ */

/* A block is listed when it is met first. type NULL: a text. False without memory. */
static inline bool list_block(hf__object_map *met, hf__block_stack *list, const hf_type *type, const char *at, size_t count)
{
    bool is_new = false;
    return hf__object_map_add(met, at, &is_new) != NULL && (!is_new || hf__stack_push(list, type, at, NULL, count));
}

/* Lists every block that hangs on those in the list. */
static bool list_graph(hf__object_map *met, hf__block_stack *list)
{
    hf__place outer[HF__PLACES_MAX];
    hf__links links;
    hf__link link;
    for (size_t i = 0; i < hf__stack_used(list); i++) {
        hf__waiting one = list->items[i];
        if (one.type == NULL)
            continue;
        hf__links_begin(&links, outer, (hf__block){ one.type, one.at, one.count }, 0);
        while (hf__links_next(&links, &link)) {
            if (is_released(&link) && HF_UNLIKELY(!list_block(met, list, link.type->item, hf__pointer_at(link.place), link.count)))
                return false;
        }
    }
    return true;
}

static hf_status release_graph(const hf_type *type, void *object, const hf_allocator *allocator)
{
    hf__waiting fixed[HF__STACK_FIRST];
    hf__block_stack list = hf__stack_begin(fixed, allocator);
    hf__object_map met;
    hf__object_map_init(&met, allocator);
    bool is_libc = list.allocator == hf_allocator_libc();
    bool is_listed = list_block(&met, &list, type, object, 1) && list_graph(&met, &list);
    for (size_t i = 1; is_listed && i < hf__stack_used(&list); i++) /* the first is the object itself */
        free_block(list.allocator, is_libc, list.items[i].type, list.items[i].at, list.items[i].count);
    hf__object_map_release(&met);
    hf__stack_release(list);
    return is_listed ? HF_OK : HF_NO_MEMORY;
}

/* ---- calls ------------------------------------------------------------------------------- */

hf_status hf_struct_release(const hf_type *type, void *object, const hf_allocator *allocator)
{
    if (object == NULL)
        return HF_OK;
    hf_status status = HF_OK;
    if ((type->flags & HF_TYPE_GRAPH) != 0)
        status = release_graph(type, object, allocator);
    else
        hf__struct_release(type, object, 1, allocator);
    if (status == HF_OK)
        memset(object, 0, type->size);
    return status;
}

hf_status hf_struct_destroy(const hf_type *type, void *object, const hf_allocator *allocator)
{
    if (object == NULL)
        return HF_OK;
    size_t bytes = type->size;
    if (!hf__object_bytes(type, object, &bytes))
        return HF_OUT_OF_RANGE;
    hf_status status = hf_struct_release(type, object, allocator);
    if (status == HF_OK)
        hf__allocator_free(hf__work_allocator(allocator), object, bytes, type->alignment);
    return status;
}
