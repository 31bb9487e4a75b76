/* struct_copy.c - a copy of a struct with all it owns.
 *
 * A block is taken, and its bits copied, when the first pointer to it is met; when its turn comes, each pointer
 * in the copy still shows where the original leads. Trees: blocks wait on a stack. Graphs: they are listed
 * with their copies and taken in the order of the list, and a map finds the copy of a block; a ref whose
 * block is not copied yet is looked up again at the end, and one into the middle of a block finds the block by
 * its range.
 *
 * Failure: pointers that were not settled become NULL, so what was made so far is a tree that can be
 * released; the blocks of a graph are all in the list. */
#include "bind/block_list.h"
#include "bind/object_map.h"
#include "bind/struct_release.h"

typedef struct copier {
    hf_copy_options options;
    const hf_type  *type;     /* of the whole */
    hf_error       *reterr;
    hf_status       status;   /* of a failure */
    uint64_t        objects;
    /* Of a graph. */
    hf__object_map  copies;
    hf__block_stack list;     /* at: the original, other: its copy; type NULL: a text, counted in bytes */
    hf__block_stack refs;     /* at: where it led, other: its place in the copy */
} copier;

/* ---- failing ----------------------------------------------------------------------------- */

static bool no_memory(copier *with)
{
    bool is_limit = with->options.store.arena != NULL && hf_arena_failure(with->options.store.arena, with->reterr) == HF_LIMIT_BYTES;
    with->status = is_limit ? HF_LIMIT_BYTES
                            : hf__fail(with->reterr, HF_NO_MEMORY, "while copying object %llu", (unsigned long long)with->objects);
    return false;
}

static bool too_large(copier *with)
{
    with->status = hf__fail(with->reterr, HF_OUT_OF_RANGE, "a counter is larger than memory");
    return false;
}

static char *too_many(copier *with)
{
    with->status = hf__fail(with->reterr, HF_LIMIT_COUNT, "more than %llu objects", (unsigned long long)with->options.objects_max);
    return NULL;
}

/* ---- blocks ------------------------------------------------------------------------------ */

/* A block with the bits of another one; NULL when it fails. */
HF__INLINED char *copy_block(copier *with, const char *from, size_t bytes, size_t alignment)
{
    if (HF_UNLIKELY(with->options.objects_max != 0 && with->objects >= with->options.objects_max))
        return too_many(with);
    char *copy = hf__store_take(&with->options.store, bytes, alignment);
    if (HF_UNLIKELY(copy == NULL)) {
        no_memory(with);
        return NULL;
    }
    with->objects++;
    hf__bits_copy(copy, from, bytes);
    return copy;
}

static void free_copy(copier *with, char *copy, size_t bytes, size_t alignment)
{
    if (with->options.store.arena == NULL)
        hf__allocator_free(hf__work_allocator(with->options.store.allocator), copy, bytes, alignment);
}

/* Pointers that still lead into the original must not be released with the copy. */
HF__INLINED void cut_links(hf__links *links)
{
    hf__link link;
    while (hf__links_next(links, &link))
        if (link.type->shape != HF_SHAPE_OPAQUE)
            hf__pointer_set(link.place, NULL);
}

/* ---- trees ------------------------------------------------------------------------------- */

HF__INLINED bool copy_tree_link(copier *with, hf__block_stack *stack, hf__links *links, const hf__link *link)
{
    size_t bytes = 0;
    if (HF_UNLIKELY(link->type->shape == HF_SHAPE_OPAQUE)) {
        memset(link->place, 0, link->type->size);
        return true;
    }
    if (!hf__link_bytes(link, &bytes))
        return too_large(with);
    size_t alignment = hf__link_alignment(link);
    char *copy = copy_block(with, hf__pointer_at(link->place), bytes, alignment);
    if (HF_UNLIKELY(copy == NULL))
        return false;
    if (hf__link_leads_on(link) && !hf__links_follow(links, stack, (hf__block){ link->type->item, copy, link->count })) {
        free_copy(with, copy, bytes, alignment);
        return no_memory(with);
    }
    hf__pointer_set(link->place, copy);
    return true;
}

static void cut_waiting(const hf__block_stack *stack, hf__place *outer)
{
    hf__links links;
    for (const hf__waiting *one = stack->items; one != stack->top; one++) {
        hf__links_begin(&links, outer, (hf__block){ one->type, one->at, one->count }, 0);
        cut_links(&links);
    }
}

static bool copy_tree(copier *with, char *root)
{
    hf__waiting fixed[HF__STACK_FIRST];
    hf__place outer[HF__PLACES_MAX];
    hf__block_stack stack = hf__stack_begin(fixed, with->options.store.allocator);
    hf__links links;
    hf__link link;
    bool is_fine = true;
    hf__links_begin(&links, outer, (hf__block){ with->type, root, 1 }, 0);
    do {
        while (is_fine && hf__links_next(&links, &link))
            is_fine = copy_tree_link(with, &stack, &links, &link);
    } while (is_fine && hf__links_next_block(&links, &stack));
    if (!is_fine) {
        hf__pointer_set(link.place, NULL);
        cut_links(&links);
        cut_waiting(&stack, outer);
    }
    hf__stack_release(stack);
    return is_fine;
}

/* ---- graphs ------------------------------------------------------------------------------ */

/* A block that is met for the first time; `entry` is its place in the map. */
HF__INLINED bool copy_first(copier *with, const hf__link *link, const char *from, size_t bytes, size_t count, hf__object_entry *entry)
{
    char *copy = copy_block(with, from, bytes, hf__link_alignment(link));
    if (HF_UNLIKELY(copy == NULL))
        return false;
    if (HF_UNLIKELY(!hf__stack_push(&with->list, link->type->item, from, copy, count))) {
        free_copy(with, copy, bytes, hf__link_alignment(link));
        return no_memory(with);
    }
    entry->value = copy;
    hf__pointer_set(link->place, copy);
    return true;
}

/* On the heap the placeholder is one more block of the graph, which is released with the copy. */
static bool put_holder(copier *with, const hf__link *link)
{
    char *holder = with->options.placeholder;
    bool fits = link->type->shape != HF_SHAPE_STRING && link->count == 1 && link->type->item->members == with->type->members, is_new = false;
    size_t bytes = 0;
    hf__pointer_set(link->place, NULL);
    if (!fits || holder == NULL)
        return true;
    if (with->options.store.arena != NULL) {
        hf__pointer_set(link->place, holder);
        return true;
    }
    if (!hf__object_bytes(link->type->item, holder, &bytes))
        return too_large(with);
    hf__object_entry *entry = hf__object_map_add(&with->copies, holder, &is_new);
    if (entry == NULL)
        return no_memory(with);
    if (is_new)
        return copy_first(with, link, holder, bytes, 1, entry);
    hf__pointer_set(link->place, entry->value);
    return true;
}

static bool copy_again(copier *with, const hf__link *link, char *copy)
{
    switch (with->options.repeat) {
    case HF_REPEAT_LINK: hf__pointer_set(link->place, copy); return true;
    case HF_REPEAT_NULL: hf__pointer_set(link->place, NULL); return true;
    case HF_REPEAT_HOLDER: return put_holder(with, link);
    case HF_REPEAT_REFUSE: break;
    }
    with->status = hf__fail(with->reterr, HF_CYCLE, "object %llu is met again, and the options refuse that", (unsigned long long)with->objects);
    return false;
}

/* A borrowed pointer leads to the copy, if there is one. */
HF__INLINED bool copy_ref(copier *with, const hf__link *link)
{
    const char *from = hf__pointer_at(link->place);
    const hf__object_entry *entry = hf__object_map_find(&with->copies, from);
    if (entry != NULL) {
        hf__pointer_set(link->place, entry->value);
        return true;
    }
    return hf__stack_push(&with->refs, NULL, from, link->place, 1) || no_memory(with);
}

HF__INLINED bool copy_graph_link(copier *with, const hf__link *link)
{
    size_t bytes = 0;
    bool is_new = false;
    if (HF_UNLIKELY(link->type->shape == HF_SHAPE_OPAQUE)) {
        memset(link->place, 0, link->type->size);
        return true;
    }
    if (link->type->ownership == HF_REF)
        return copy_ref(with, link);
    if (!hf__link_bytes(link, &bytes))
        return too_large(with);
    const char *from = hf__pointer_at(link->place);
    hf__object_entry *entry = hf__object_map_add(&with->copies, from, &is_new);
    if (HF_UNLIKELY(entry == NULL))
        return no_memory(with);
    if (!is_new)
        return copy_again(with, link, entry->value);
    return copy_first(with, link, from, bytes, link->type->shape == HF_SHAPE_STRING ? bytes : link->count, entry);
}

/* All is copied: what a ref leads to is known by now, by its beginning or by its range. The list is
 * sorted for that, so it must not be needed in its order any more. */
static void settle_refs(copier *with)
{
    hf__waiting *unsettled = with->refs.items;
    for (const hf__waiting *ref = with->refs.items; ref != with->refs.top; ref++) {
        const hf__object_entry *entry = hf__object_map_find(&with->copies, ref->at);
        if (entry != NULL)
            hf__pointer_set(ref->other, entry->value);
        else
            *unsettled++ = *ref;
    }
    if (unsettled != with->refs.items)
        hf__block_list_sort(&with->list);
    for (const hf__waiting *ref = with->refs.items; ref != unsettled; ref++) {
        const hf__waiting *block = hf__block_list_find(&with->list, ref->at);
        if (block != NULL)
            hf__pointer_set(ref->other, block->other + (ref->at - block->at));
    }
}

/* In the order of the list, which is what a block is found to be met again by. */
static bool fill_graph(copier *with, const char *object, char *root)
{
    hf__place outer[HF__PLACES_MAX];
    hf__links links;
    hf__link link;
    bool is_new = false;
    hf__object_entry *entry = hf__object_map_add(&with->copies, object, &is_new);
    if (entry == NULL)
        return no_memory(with);
    entry->value = root;
    hf__stack_push(&with->list, with->type, object, root, 1); /* the first has room */
    for (size_t done = 0; done < hf__stack_used(&with->list); done++) {
        hf__waiting one = with->list.items[done];
        if (one.type == NULL)
            continue;
        hf__links_begin(&links, outer, (hf__block){ one.type, one.other, one.count }, 0);
        while (hf__links_next(&links, &link))
            if (HF_UNLIKELY(!copy_graph_link(with, &link)))
                return false;
    }
    settle_refs(with);
    return true;
}

/* All but the copy of the whole. */
static void free_listed(copier *with, const char *root)
{
    for (const hf__waiting *one = with->list.items; one != with->list.top; one++)
        if (one->other != root)
            free_copy(with, one->other, hf__listed_bytes(one), one->type != NULL ? one->type->alignment : 1);
}

static bool copy_graph(copier *with, const char *object, char *root)
{
    hf__waiting listed[HF__STACK_FIRST], refs[HF__STACK_FIRST];
    with->list = hf__stack_begin(listed, with->options.store.allocator);
    with->refs = hf__stack_begin(refs, with->options.store.allocator);
    hf__object_map_init(&with->copies, with->options.store.allocator);
    bool is_fine = fill_graph(with, object, root);
    if (!is_fine)
        free_listed(with, root);
    hf__object_map_release(&with->copies);
    hf__stack_release(with->refs);
    hf__stack_release(with->list);
    return is_fine;
}

/* ---- the whole --------------------------------------------------------------------------- */

hf_status hf_struct_copy(const hf_type *type, const void *object, const hf_copy_options *options, void **ret_copy, hf_error *reterr)
{
    copier with = { .type = type, .reterr = reterr };
    if (options != NULL)
        with.options = *options;
    hf_arena *arena = with.options.store.arena;
    bool is_graph = (type->flags & HF_TYPE_GRAPH) != 0;
    size_t bytes = 0;
    if (!hf__object_bytes(type, object, &bytes))
        return hf__fail(reterr, HF_OUT_OF_RANGE, "a counter is larger than memory");
    hf_mark mark = { 0 };
    if (arena != NULL)
        mark = hf_arena_mark(arena);
    char *copy = hf__store_take(&with.options.store, bytes, type->alignment);
    if (copy == NULL) {
        no_memory(&with);
        return with.status;
    }
    with.objects = 1;
    hf__bits_copy(copy, object, bytes);
    if (is_graph ? copy_graph(&with, object, copy) : copy_tree(&with, copy)) {
        *ret_copy = copy;
        return HF_OK;
    }
    if (arena != NULL) {
        hf_arena_rewind(arena, mark);
        return with.status;
    }
    if (!is_graph)
        hf__struct_release(type, copy, 1, with.options.store.allocator);
    free_copy(&with, copy, bytes, type->alignment);
    return with.status;
}
