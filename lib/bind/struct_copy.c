/* struct_copy.c - a copy of a struct with all it owns.
 *
 * A block is taken when the first pointer to it is met, and filled when its turn comes: the bits are
 * copied, then each pointer in the copy still shows where the original leads. Graphs keep a memo from
 * original to copy, in which a ref is looked up at the end, when all copies exist; a ref into the
 * middle of a block finds the block by its range.
 *
 * Failure: pointers that were not settled become NULL, so what was made so far is a tree that can be
 * released; the blocks of a graph are all in the memo. */
#include <stdlib.h>

#include "bind/code_copy.h"
#include "bind/struct_release.h"

typedef struct copier {
    hf_copy_options options;
    const hf_type  *type;     /* of the whole */
    bool            is_graph;
    hf__memo        memo;
    hf__block_stack stack, refs;
    uint64_t        objects;
    hf_error       *reterr;
} copier;

static bool leads_on(const hf__link *link)
{
    return link->type->shape != HF_SHAPE_STRING && (link->type->item->flags & HF_TYPE_LINKS) != 0;
}

static hf_status no_memory(copier *with)
{
    if (with->options.store.arena != NULL && hf_arena_failure(with->options.store.arena, with->reterr) == HF_LIMIT_BYTES)
        return HF_LIMIT_BYTES;
    return hf__fail(with->reterr, HF_NO_MEMORY, "while copying object %llu", (unsigned long long)with->objects);
}

/* ---- one pointer ------------------------------------------------------------------------- */

static void free_copy(copier *with, const hf__link *link, char *copy, size_t bytes)
{
    if (with->options.store.arena == NULL)
        hf__allocator_free(hf__work_allocator(with->options.store.allocator), copy, bytes, hf__link_alignment(link));
}

/* Makes the block for a target that is met for the first time. In a graph it is in the memo from
 * then on, which frees it at a failure. */
static hf_status copy_new(copier *with, const hf__link *link, hf__block target, size_t bytes, hf__seen *seen)
{
    if (with->options.objects_max != 0 && with->objects >= with->options.objects_max)
        return hf__fail(with->reterr, HF_LIMIT_COUNT, "more than %llu objects", (unsigned long long)with->options.objects_max);
    char *copy = hf__store_take(&with->options.store, bytes, hf__link_alignment(link));
    if (copy == NULL)
        return no_memory(with);
    if (seen != NULL)
        *seen = (hf__seen){ target.at, copy, link->type, bytes, target.count, false };
    with->objects++;
    if (!leads_on(link)) {
        memcpy(copy, target.at, bytes);
    } else if (!hf__stack_push(&with->stack, target.type, target.at, copy, target.count)) {
        if (seen == NULL)
            free_copy(with, link, copy, bytes);
        return no_memory(with);
    }
    hf__pointer_set(link->place, copy);
    return HF_OK;
}

/* On the heap the placeholder is one more block of the graph, which is released with the copy. */
static hf_status put_holder(copier *with, const hf__link *link)
{
    char *holder = with->options.placeholder;
    bool fits = link->type->shape != HF_SHAPE_STRING && link->count == 1 && link->type->item->members == with->type->members, is_new = false;
    size_t bytes = 0;
    hf__pointer_set(link->place, NULL);
    if (!fits || holder == NULL)
        return HF_OK;
    if (with->options.store.arena != NULL) {
        hf__pointer_set(link->place, holder);
        return HF_OK;
    }
    if (!hf__object_bytes(link->type->item, holder, &bytes))
        return hf__fail(with->reterr, HF_OUT_OF_RANGE, "a counter is larger than memory");
    hf__seen *seen = hf__memo_add(&with->memo, holder, &is_new);
    if (seen == NULL)
        return no_memory(with);
    if (is_new)
        return copy_new(with, link, (hf__block){ link->type->item, holder, 1 }, bytes, seen);
    hf__pointer_set(link->place, seen->value);
    return HF_OK;
}

static hf_status copy_again(copier *with, const hf__link *link, const hf__seen *seen)
{
    switch (with->options.repeat) {
    case HF_REPEAT_LINK: hf__pointer_set(link->place, seen->value); return HF_OK;
    case HF_REPEAT_NULL: hf__pointer_set(link->place, NULL); return HF_OK;
    case HF_REPEAT_HOLDER: return put_holder(with, link);
    case HF_REPEAT_REFUSE: break;
    }
    return hf__fail(with->reterr, HF_CYCLE, "object %llu is met again, and the options refuse that",
                    (unsigned long long)with->objects);
}

static hf_status copy_target(copier *with, const hf__link *link)
{
    hf__block target = hf__link_target(link);
    size_t bytes = 0;
    bool is_new = true;
    if (!hf__link_bytes(link, &bytes))
        return hf__fail(with->reterr, HF_OUT_OF_RANGE, "a counter is larger than memory");
    hf__seen *seen = NULL;
    if (with->is_graph) {
        seen = hf__memo_add(&with->memo, target.at, &is_new);
        if (seen == NULL)
            return no_memory(with);
    }
    return is_new ? copy_new(with, link, target, bytes, seen) : copy_again(with, link, seen);
}

static hf_status copy_link(copier *with, const hf__link *link)
{
    if (link->type->shape == HF_SHAPE_OPAQUE) {
        memset(link->place, 0, link->type->size);
        return HF_OK;
    }
    if (link->type->ownership == HF_STATIC)
        return HF_OK;
    if (link->type->ownership != HF_REF)
        return copy_target(with, link);
    if (!hf__stack_push(&with->refs, link->type, link->place, hf__pointer_at(link->place), link->count))
        return no_memory(with);
    return HF_OK;
}

/* ---- one block --------------------------------------------------------------------------- */

static size_t waiting_bytes(const hf__waiting *one)
{
    size_t bytes = one->count * one->type->size; /* it was taken, so it does not overflow */
    if (one->count == 1)
        hf__object_bytes(one->type, one->at, &bytes);
    return bytes;
}

/* Pointers that still lead into the original must not be released with the copy. */
static void cut_links(hf__links *links)
{
    hf__link link;
    while (hf__links_next(links, &link))
        if (link.type->shape != HF_SHAPE_OPAQUE)
            hf__pointer_set(link.place, NULL);
}

static hf_status fill(copier *with, const hf__waiting *one)
{
    hf__links links;
    hf__link link;
    memcpy(one->other, one->at, waiting_bytes(one));
    hf__links_begin(&links, (hf__block){ one->type, one->other, one->count });
    while (hf__links_next(&links, &link)) {
        hf_status status = copy_link(with, &link);
        if (status != HF_OK) {
            if (link.type->shape != HF_SHAPE_OPAQUE)
                hf__pointer_set(link.place, NULL);
            cut_links(&links);
            return status;
        }
    }
    return HF_OK;
}

/* ---- refs -------------------------------------------------------------------------------- */

static int by_key(const void *a, const void *b)
{
    uintptr_t left = (uintptr_t)((const hf__seen *)a)->key, right = (uintptr_t)((const hf__seen *)b)->key;
    return left < right ? -1 : left > right;
}

/* The copy of the place `at` inside a block, NULL when no block holds it. `sorted` by key. */
static char *copy_of_place(const hf__seen *sorted, size_t count, const char *at)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((uintptr_t)sorted[middle].key <= (uintptr_t)at)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    const hf__seen *block = &sorted[low - 1];
    size_t offset = (size_t)((uintptr_t)at - (uintptr_t)block->key);
    return offset < block->bytes ? block->value + offset : NULL;
}

static hf_status settle_inner_refs(copier *with, size_t unsettled)
{
    if (unsettled == 0)
        return HF_OK;
    const hf_allocator *allocator = with->memo.allocator;
    size_t count = 0, bytes = with->memo.used * sizeof(hf__seen);
    hf__seen *sorted = allocator->resize(allocator->context, NULL, 0, bytes, _Alignof(hf__seen));
    if (sorted == NULL)
        return no_memory(with);
    for (size_t i = 0; i <= with->memo.mask; i++)
        if (with->memo.table[i].key != NULL)
            sorted[count++] = with->memo.table[i];
    qsort(sorted, count, sizeof *sorted, by_key);
    for (size_t i = 0; i < unsettled; i++) {
        char *copy = copy_of_place(sorted, count, with->refs.items[i].other);
        if (copy != NULL)
            hf__pointer_set(with->refs.items[i].at, copy);
    }
    hf__allocator_free(allocator, sorted, bytes, _Alignof(hf__seen));
    return HF_OK;
}

/* Refs to whole blocks are settled by the memo; the others are gathered at the front. */
static hf_status settle_refs(copier *with)
{
    size_t unsettled = 0;
    for (size_t i = 0; i < with->refs.used; i++) {
        hf__waiting ref = with->refs.items[i];
        const hf__seen *seen = hf__memo_find(&with->memo, ref.other);
        if (seen != NULL)
            hf__pointer_set(ref.at, seen->value);
        else
            with->refs.items[unsettled++] = ref;
    }
    return settle_inner_refs(with, unsettled);
}

/* ---- the whole --------------------------------------------------------------------------- */

static hf_status copy_all(copier *with, const hf_type *type, const char *object, char *copy, size_t bytes)
{
    bool is_new = false;
    if (with->is_graph) {
        hf__seen *root = hf__memo_add(&with->memo, object, &is_new);
        if (root == NULL) {
            memset(copy, 0, bytes);
            return no_memory(with);
        }
        *root = (hf__seen){ object, copy, NULL, bytes, 1, false };
    }
    with->objects = 1;
    hf__stack_push(&with->stack, type, (char *)object, copy, 1); /* the first has room */
    hf_status status = HF_OK;
    for (size_t done = 0; with->is_graph && status == HF_OK && done < with->stack.used;) {
        hf__waiting one = with->stack.items[done++]; /* breadth first, as generated code: what is met again is the same */
        status = fill(with, &one);
    }
    while (!with->is_graph && status == HF_OK && with->stack.used > 0) {
        hf__waiting one = with->stack.items[--with->stack.used];
        status = fill(with, &one);
    }
    if (status == HF_OK && with->is_graph)
        status = settle_refs(with);
    return status;
}

static void undo(copier *with, const hf_type *type, char *copy, size_t bytes, hf_mark mark)
{
    const hf_allocator *allocator = hf__work_allocator(with->options.store.allocator);
    if (with->options.store.arena != NULL) {
        hf_arena_rewind(with->options.store.arena, mark);
        return;
    }
    if (with->is_graph) {
        for (size_t i = 0; with->memo.table != NULL && i <= with->memo.mask; i++) {
            const hf__seen *seen = &with->memo.table[i];
            if (seen->key != NULL && seen->type != NULL)
                hf__allocator_free(allocator, seen->value, seen->bytes,
                                   seen->type->shape == HF_SHAPE_STRING ? 1 : seen->type->item->alignment);
        }
    } else {
        while (with->stack.used > 0) {
            hf__waiting one = with->stack.items[--with->stack.used];
            hf__links links;
            memcpy(one.other, one.at, waiting_bytes(&one)); /* counters stay, they tell its size */
            hf__links_begin(&links, (hf__block){ one.type, one.other, one.count });
            cut_links(&links);
        }
        hf__struct_release(type, copy, 1, allocator);
    }
    hf__allocator_free(allocator, copy, bytes, type->alignment);
}

hf_status hf_struct_copy(const hf_type *type, const void *object, const hf_copy_options *options, void **ret_copy,
                         hf_error *reterr)
{
    copier with = { .reterr = reterr, .type = type, .is_graph = (type->flags & HF_TYPE_GRAPH) != 0 };
    if (options != NULL)
        with.options = *options;
    size_t bytes = 0;
    if (!hf__object_bytes(type, object, &bytes))
        return hf__fail(reterr, HF_OUT_OF_RANGE, "a counter is larger than memory");
    hf_mark mark = { 0 };
    if (with.options.store.arena != NULL)
        mark = hf_arena_mark(with.options.store.arena);
    char *copy = hf__store_take(&with.options.store, bytes, type->alignment);
    if (copy == NULL)
        return no_memory(&with);
    if (type->code != NULL && type->code->copy != NULL) {
        hf_status by_code = hf__copy_by_code(type, object, &with.options, copy, reterr);
        if (by_code == HF_OK)
            *ret_copy = copy;
        else if (with.options.store.arena != NULL)
            hf_arena_rewind(with.options.store.arena, mark);
        else
            hf__allocator_free(hf__work_allocator(with.options.store.allocator), copy, bytes, type->alignment);
        return by_code;
    }
    hf__memo_init(&with.memo, with.options.store.allocator);
    hf__stack_init(&with.stack, with.options.store.allocator);
    hf__stack_init(&with.refs, with.options.store.allocator);
    hf_status status = copy_all(&with, type, object, copy, bytes);
    if (status == HF_OK)
        *ret_copy = copy;
    else
        undo(&with, type, copy, bytes, mark);
    hf__stack_release(&with.refs);
    hf__stack_release(&with.stack);
    hf__memo_release(&with.memo);
    return status;
}
