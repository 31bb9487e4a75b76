/* struct_release.c - giving back what a struct owns.
 *
 * Trees: blocks wait on a stack; a block is looked through, by generated steps or by tables, what it leads
 * to is put on the stack, and the block is freed. When the stack cannot grow, the part that does not fit is
 * released without memory, from its deepest block upwards: slow, but exact. Graphs: every block is found
 * once first and listed, then all are freed, so a failure leaves the graph whole. */
#include "bind/struct_release.h"

#include <stdlib.h>

#include <holdfast/bind_code.h>

#include "bind/object_map.h"

struct hf__releaser {
    hf__block_stack stack; /* of a graph: all blocks, in the order in which they were found */
    hf__object_map  met;
    bool            is_graph;
    bool            is_libc;    /* blocks are from malloc, whatever their size */
    bool            has_memory; /* of a graph: none was left to list a block */
};

static bool is_released(const hf_type *type)
{
    return type->ownership == HF_OWN || type->ownership == HF_SHARED;
}

static bool leads_on(const hf__link *link)
{
    return link->type->shape != HF_SHAPE_STRING && (link->type->item->flags & HF_TYPE_LINKS) != 0;
}

/* type NULL: a text. */
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
    free_block(allocator, false, link->type->shape == HF_SHAPE_STRING ? NULL : link->type->item, hf__pointer_at(link->place), link->count);
    hf__pointer_set(link->place, NULL);
}

/* Frees the leaves of a block; true with *ret_link when something deeper hangs on it. */
static bool find_deeper(const hf_allocator *allocator, hf__block block, hf__link *ret_link)
{
    hf__links links;
    hf__link link;
    hf__links_begin(&links, block);
    while (hf__links_next(&links, &link)) {
        if (link.type->shape == HF_SHAPE_OPAQUE || !is_released(link.type))
            continue;
        if (leads_on(&link)) {
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

/* ---- steps ------------------------------------------------------------------------------- */

/* A block of a graph is listed when it is met first. */
static void list_block(hf__releaser *with, const hf_type *type, char *at, size_t count)
{
    bool is_new = false;
    if (!with->has_memory)
        return;
    with->has_memory = hf__object_map_add(&with->met, at, &is_new) != NULL && (!is_new || hf__stack_push(&with->stack, type, at, NULL, count));
}

void hf__release_string(hf__releaser *with, const char *text)
{
    if (text == NULL)
        return;
    if (with->is_graph)
        list_block(with, NULL, (char *)text, 1);
    else
        free_block(with->stack.allocator, with->is_libc, NULL, (char *)text, 1);
}

void hf__release_objects(hf__releaser *with, const hf_type *type, const void *objects, size_t count)
{
    char *at = (char *)objects;
    if (at == NULL)
        return;
    if (with->is_graph) {
        list_block(with, type, at, count);
        return;
    }
    if ((type->flags & HF_TYPE_LINKS) != 0) {
        if (hf__stack_push(&with->stack, type, at, NULL, count))
            return;
        release_slowly(with->stack.allocator, (hf__block){ type, at, count });
    }
    free_block(with->stack.allocator, with->is_libc, type, at, count);
}

void hf__release_by_tables(hf__releaser *with, const hf_type *type, void *object)
{
    hf__links links;
    hf__link link;
    hf__links_begin(&links, (hf__block){ type, object, 1 });
    while (hf__links_next(&links, &link)) {
        if (link.type->shape == HF_SHAPE_OPAQUE || !is_released(link.type))
            continue;
        if (link.type->shape == HF_SHAPE_STRING)
            hf__release_string(with, hf__pointer_at(link.place));
        else
            hf__release_objects(with, link.type->item, hf__pointer_at(link.place), link.count);
    }
}

/* ---- the whole --------------------------------------------------------------------------- */

/* What `count` objects lead to. */
static void release_parts(hf__releaser *with, const hf_type *type, char *at, size_t count)
{
    if (type == NULL || (type->flags & HF_TYPE_LINKS) == 0)
        return;
    for (size_t i = 0; i < count; i++, at += type->size) {
        if (type->code != NULL && type->code->release != NULL)
            type->code->release(with, at);
        else
            hf__release_by_tables(with, type, at);
    }
}

static void begin(hf__releaser *with, const hf_allocator *allocator, bool is_graph)
{
    hf__stack_init(&with->stack, allocator);
    hf__object_map_init(&with->met, allocator);
    with->is_graph = is_graph;
    with->is_libc = with->stack.allocator == hf_allocator_libc();
    with->has_memory = true;
}

static void end(hf__releaser *with)
{
    hf__object_map_release(&with->met);
    hf__stack_release(&with->stack);
}

void hf__struct_release(const hf_type *type, void *objects, size_t count, const hf_allocator *allocator)
{
    hf__releaser with;
    begin(&with, allocator, false);
    release_parts(&with, type, objects, count);
    while (with.stack.used > 0) {
        hf__waiting one = with.stack.items[--with.stack.used];
        release_parts(&with, one.type, one.at, one.count);
        free_block(with.stack.allocator, with.is_libc, one.type, one.at, one.count);
    }
    end(&with);
}

static hf_status release_graph(const hf_type *type, void *object, const hf_allocator *allocator)
{
    hf__releaser with;
    begin(&with, allocator, true);
    list_block(&with, type, object, 1);
    for (size_t i = 0; with.has_memory && i < with.stack.used; i++) {
        hf__waiting one = with.stack.items[i];
        release_parts(&with, one.type, one.at, one.count);
    }
    for (size_t i = 1; with.has_memory && i < with.stack.used; i++) /* the first is the object itself */
        free_block(with.stack.allocator, with.is_libc, with.stack.items[i].type, with.stack.items[i].at, with.stack.items[i].count);
    end(&with);
    return with.has_memory ? HF_OK : HF_NO_MEMORY;
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
