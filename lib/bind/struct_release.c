/* struct_release.c - giving back what a struct owns.
 *
 * Trees: blocks wait on a stack; a block is looked through, what it leads to is put on the stack,
 * and the block is freed. When the stack cannot grow, the part that does not fit is released without
 * memory, from its deepest block upwards: slow, but exact. Graphs: every block is found once first,
 * then all are freed, so a failure leaves the graph whole. */
#include "bind/struct_release.h"

static bool is_released(const hf_type *type, bool as_tree)
{
    return type->ownership == HF_OWN || (type->ownership == HF_SHARED && as_tree);
}

static void free_link(const hf_allocator *allocator, const hf__link *link)
{
    size_t bytes = 0;
    if (hf__link_bytes(link, &bytes))
        hf__allocator_free(allocator, hf__pointer_at(link->place), bytes, hf__link_alignment(link));
    hf__pointer_set(link->place, NULL);
}

static bool leads_on(const hf__link *link)
{
    return link->type->shape != HF_SHAPE_STRING && (link->type->item->flags & HF_TYPE_LINKS) != 0;
}

/* ---- trees ------------------------------------------------------------------------------- */

/* Frees the leaves of a block; true with *ret_link when something deeper hangs on it. */
static bool find_deeper(const hf_allocator *allocator, hf__block block, hf__link *ret_link)
{
    hf__links links;
    hf__link link;
    hf__links_begin(&links, block);
    while (hf__links_next(&links, &link)) {
        if (!is_released(link.type, true))
            continue;
        if (leads_on(&link)) {
            *ret_link = link;
            return true;
        }
        free_link(allocator, &link);
    }
    return false;
}

/* Releases what hangs on a block, without memory: goes down to a block with nothing below it, frees
 * that, and starts again from the top. */
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

/* Looks through one block: leaves are freed, the rest waits on the stack or is released slowly. */
static void release_links(hf__block_stack *stack, hf__block block)
{
    hf__links links;
    hf__link link;
    hf__links_begin(&links, block);
    while (hf__links_next(&links, &link)) {
        if (!is_released(link.type, true))
            continue;
        hf__block target = hf__link_target(&link);
        if (leads_on(&link) && hf__stack_push(stack, target.type, target.at, NULL, target.count)) {
            hf__pointer_set(link.place, NULL);
            continue;
        }
        if (leads_on(&link))
            release_slowly(stack->allocator, target);
        free_link(stack->allocator, &link);
    }
}

static void free_block(const hf_allocator *allocator, const hf_type *type, char *at, size_t count)
{
    size_t bytes = 0;
    bool fits = count == 1 ? hf__object_bytes(type, at, &bytes) : hf__size_multiply(count, type->size, &bytes);
    if (fits)
        hf__allocator_free(allocator, at, bytes, type->alignment);
}

void hf__struct_release(const hf_type *type, void *objects, size_t count, const hf_allocator *allocator)
{
    hf__block_stack stack;
    hf__stack_init(&stack, allocator);
    release_links(&stack, (hf__block){ type, objects, count });
    while (stack.used > 0) {
        hf__waiting one = stack.items[--stack.used];
        release_links(&stack, (hf__block){ one.type, one.at, one.count });
        free_block(stack.allocator, one.type, one.at, one.count);
    }
    hf__stack_release(&stack);
}

/* ---- graphs ------------------------------------------------------------------------------ */

hf_status hf__struct_find_blocks(const hf_type *type, void *object, hf__memo *memo, hf__block_stack *stack)
{
    bool is_new = false;
    hf__seen *root = hf__memo_add(memo, object, &is_new);
    if (root == NULL || !hf__stack_push(stack, type, object, NULL, 1))
        return HF_NO_MEMORY;
    while (stack->used > 0) {
        hf__waiting one = stack->items[--stack->used];
        hf__links links;
        hf__link link;
        hf__links_begin(&links, (hf__block){ one.type, one.at, one.count });
        while (hf__links_next(&links, &link)) {
            if (!is_released(link.type, true))
                continue;
            hf__block target = hf__link_target(&link);
            size_t bytes = 0;
            if (!hf__link_bytes(&link, &bytes))
                return HF_OUT_OF_RANGE;
            hf__seen *seen = hf__memo_add(memo, target.at, &is_new);
            if (seen == NULL)
                return HF_NO_MEMORY;
            if (!is_new) {
                seen->again = true;
                continue;
            }
            seen->type = link.type;
            seen->bytes = bytes;
            seen->count = target.count;
            if (leads_on(&link) && !hf__stack_push(stack, target.type, target.at, NULL, target.count))
                return HF_NO_MEMORY;
        }
    }
    return HF_OK;
}

static hf_status release_graph(const hf_type *type, void *object, const hf_allocator *allocator)
{
    hf__memo memo;
    hf__block_stack stack;
    hf__memo_init(&memo, allocator);
    hf__stack_init(&stack, allocator);
    hf_status status = hf__struct_find_blocks(type, object, &memo, &stack);
    for (size_t i = 0; status == HF_OK && memo.table != NULL && i <= memo.mask; i++) {
        const hf__seen *seen = &memo.table[i];
        if (seen->key != NULL && seen->key != (const char *)object && seen->type != NULL)
            hf__allocator_free(memo.allocator, (char *)seen->key, seen->bytes,
                               seen->type->shape == HF_SHAPE_STRING ? 1 : seen->type->item->alignment);
    }
    hf__stack_release(&stack);
    hf__memo_release(&memo);
    return status;
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
