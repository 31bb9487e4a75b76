/* code_copy.c - copying by generated steps.
 *
 * Trees: what a pointer leads to waits on a stack, with the place in the copy that is NULL until its
 * turn comes. So at any moment what hangs on the copy is a whole tree, and can be released.
 * Graphs: every block is listed when it is met first, with its copy, and filled in the order of the
 * list; a table finds the entry of a block by its address. A failure frees what is listed. */
#include "bind/code_copy.h"

#include <stdlib.h>

#include "bind/object_map.h"
#include "bind/struct_release.h"

enum { WAITING_FIRST = 64, TABLE_FIRST = 128, TABLE_SMALL = 1 << 16 }; /* a small table grows fourfold: it is filled again less often */

/* Objects to be copied: in trees `to` is the place of the pointer, in graphs the copy. */
typedef struct waiting {
    const char     *from;
    char           *to;
    hf__copy_step  *step; /* NULL: bytes that lead nowhere */
    size_t          count, size;
    size_t          alignment;
} waiting;

/* A block that was met, by its address. */
typedef struct met {
    const char *from;   /* NULL: free */
    char       *to;
} met;

typedef struct ref {
    const char *from;
    char       *place;
} ref;

struct hf__copier {
    hf_copy_options     options;
    const hf_allocator *allocator;
    hf_error           *reterr;
    hf_status           status;
    bool                is_graph;
    uint64_t            objects;
    const hf_type      *type;             /* of the whole */
    waiting            *list;
    size_t              used, room, done; /* done: in graphs, how many are filled */
    met                *table;
    size_t              mask;
    ref                *refs;
    size_t              ref_count, ref_room;
    waiting             fixed[WAITING_FIRST];
};

/* ---- failing ----------------------------------------------------------------------------- */

static bool no_memory(hf__copier *with)
{
    bool is_limit = with->options.store.arena != NULL && hf_arena_failure(with->options.store.arena, with->reterr) == HF_LIMIT_BYTES;
    with->status = is_limit ? HF_LIMIT_BYTES
                            : hf__fail(with->reterr, HF_NO_MEMORY, "while copying object %llu", (unsigned long long)with->objects);
    return false;
}

static bool too_large(hf__copier *with)
{
    with->status = hf__fail(with->reterr, HF_OUT_OF_RANGE, "a counter is larger than memory");
    return false;
}

/* ---- lists ------------------------------------------------------------------------------- */

static void *grown(hf__copier *with, void *list, bool is_fixed, size_t *room, size_t first, size_t size)
{
    size_t more = *room == 0 ? first : *room * 2, bytes;
    if (!hf__size_multiply(more, size, &bytes))
        return NULL;
    void *moved = with->allocator->resize(with->allocator->context, is_fixed ? NULL : list, is_fixed ? 0 : *room * size, bytes, _Alignof(max_align_t));
    if (moved == NULL)
        return NULL;
    if (is_fixed)
        memcpy(moved, list, *room * size);
    *room = more;
    return moved;
}

static bool grow_list(hf__copier *with)
{
    waiting *list = grown(with, with->list, with->list == with->fixed, &with->room, WAITING_FIRST, sizeof *list);
    if (list == NULL)
        return no_memory(with);
    with->list = list;
    return true;
}

static inline bool add_waiting(hf__copier *with, waiting one)
{
    if (HF_UNLIKELY(with->used == with->room) && !grow_list(with))
        return false;
    with->list[with->used++] = one;
    return true;
}

/* The entry of a block, or the free one where it would be. */
static inline met *find_met(const hf__copier *with, const char *from)
{
    size_t at = hf__object_slot(from, with->mask);
    while (with->table[at].from != NULL && with->table[at].from != from)
        at = (at + 1) & with->mask;
    return &with->table[at];
}

/* Keeps the table at most half full when one more block is added to the list. */
static bool need_table(hf__copier *with)
{
    if (with->table != NULL && with->used * 2 < with->mask)
        return true;
    size_t size = with->table == NULL ? TABLE_FIRST : (with->mask + 1) * (with->mask < TABLE_SMALL ? 4 : 2), bytes;
    if (!hf__size_multiply(size, sizeof(met), &bytes))
        return no_memory(with);
    met *table = with->allocator->resize(with->allocator->context, NULL, 0, bytes, _Alignof(met));
    if (table == NULL)
        return no_memory(with);
    memset(table, 0, bytes);
    if (with->table != NULL)
        hf__allocator_free(with->allocator, with->table, (with->mask + 1) * sizeof(met), _Alignof(met));
    with->table = table;
    with->mask = size - 1;
    for (size_t i = 0; i < with->used; i++)
        *find_met(with, with->list[i].from) = (met){ with->list[i].from, with->list[i].to };
    return true;
}

/* ---- blocks ------------------------------------------------------------------------------ */

static inline char *take(hf__copier *with, size_t bytes, size_t alignment)
{
    if (HF_UNLIKELY(with->options.objects_max != 0 && with->objects >= with->options.objects_max)) {
        with->status = hf__fail(with->reterr, HF_LIMIT_COUNT, "more than %llu objects", (unsigned long long)with->options.objects_max);
        return NULL;
    }
    char *block = hf__store_take(&with->options.store, bytes, alignment);
    if (HF_UNLIKELY(block == NULL))
        no_memory(with);
    else
        with->objects++;
    return block;
}

/* Takes and lists the copy of a block that is met first; `entry` is where it belongs in the table. */
static bool copy_first(hf__copier *with, waiting one, size_t bytes, met *entry, void *place)
{
    one.to = take(with, bytes, one.alignment);
    if (one.to == NULL)
        return false;
    if (!add_waiting(with, one)) {
        if (with->options.store.arena == NULL)
            hf__allocator_free(hf__work_allocator(with->options.store.allocator), one.to, bytes, one.alignment);
        return false;
    }
    *entry = (met){ one.from, one.to };
    if (one.step == NULL)
        memcpy(one.to, one.from, bytes);
    hf__pointer_set(place, one.to);
    return true;
}

/* On the heap the placeholder is one more block of the graph, which is released with the copy. */
static bool put_holder(hf__copier *with, waiting one, void *place)
{
    bool fits = one.count == 1 && one.step == with->type->code->copy;
    one.from = with->options.placeholder;
    hf__pointer_set(place, NULL);
    if (!fits || one.from == NULL)
        return true;
    if (with->options.store.arena != NULL) {
        hf__pointer_set(place, with->options.placeholder);
        return true;
    }
    met *entry = find_met(with, one.from);
    if (entry->from == NULL)
        return copy_first(with, one, one.size, entry, place);
    hf__pointer_set(place, entry->to);
    return true;
}

static bool put_again(hf__copier *with, waiting one, char *copy, void *place)
{
    switch (with->options.repeat) {
    case HF_REPEAT_LINK: hf__pointer_set(place, copy); return true;
    case HF_REPEAT_NULL: hf__pointer_set(place, NULL); return true;
    case HF_REPEAT_HOLDER: return put_holder(with, one, place);
    case HF_REPEAT_REFUSE: break;
    }
    with->status = hf__fail(with->reterr, HF_CYCLE, "object %llu is met again, and the options refuse that", (unsigned long long)with->objects);
    return false;
}

/* A block of a graph: its copy, made and listed when it is met first. */
static bool copy_met(hf__copier *with, waiting one, size_t bytes, void *place)
{
    if (!need_table(with))
        return false;
    met *entry = find_met(with, one.from);
    return entry->from == NULL ? copy_first(with, one, bytes, entry, place) : put_again(with, one, entry->to, place);
}

static bool copy_block(hf__copier *with, const void *from, void *place, size_t bytes, size_t alignment)
{
    if (with->is_graph)
        return copy_met(with, (waiting){ .from = from, .count = 1, .size = bytes, .alignment = alignment }, bytes, place);
    char *copy = take(with, bytes, alignment);
    if (copy == NULL)
        return false;
    memcpy(copy, from, bytes);
    hf__pointer_set(place, copy);
    return true;
}

bool hf__copy_string(hf__copier *with, const char *from, void *place)
{
    return from == NULL || copy_block(with, from, place, strlen(from) + 1, 1);
}

bool hf__copy_string_step(hf__copier *with, const void *from, void *place)
{
    hf__pointer_set(place, NULL);
    return hf__copy_string(with, hf__pointer_at(from), place);
}

bool hf__copy_bytes(hf__copier *with, const void *from, void *place, size_t count, size_t size, size_t alignment)
{
    size_t bytes = 0;
    if (from == NULL)
        return true;
    return hf__size_multiply(count, size, &bytes) ? copy_block(with, from, place, bytes, alignment) : too_large(with);
}

bool hf__copy_objects(hf__copier *with, const void *from, void *place, size_t count, size_t size, size_t alignment, hf__copy_step *step)
{
    waiting one = { from, place, step, count, size, alignment };
    size_t bytes = 0;
    if (from == NULL)
        return true;
    if (!with->is_graph)
        return add_waiting(with, one);
    return hf__size_multiply(count, size, &bytes) ? copy_met(with, one, bytes, place) : too_large(with);
}

/* What is copied later is looked up again at the end. */
bool hf__copy_ref(hf__copier *with, const void *from, void *place)
{
    if (from == NULL)
        return true;
    const met *entry = find_met(with, from);
    if (entry->from != NULL) {
        hf__pointer_set(place, entry->to);
        return true;
    }
    if (with->ref_count == with->ref_room) {
        ref *refs = grown(with, with->refs, false, &with->ref_room, WAITING_FIRST, sizeof *refs);
        if (refs == NULL)
            return no_memory(with);
        with->refs = refs;
    }
    with->refs[with->ref_count++] = (ref){ from, place };
    return true;
}

/* ---- refs into the middle ---------------------------------------------------------------- */

static int by_from(const void *a, const void *b)
{
    uintptr_t left = (uintptr_t)((const waiting *)a)->from, right = (uintptr_t)((const waiting *)b)->from;
    return left < right ? -1 : left > right;
}

/* The copy of the place `at` inside a block, NULL when no block holds it. `sorted` by address. */
static char *copy_of_place(const waiting *sorted, size_t count, const char *at)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((uintptr_t)sorted[middle].from <= (uintptr_t)at)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    const waiting *block = &sorted[low - 1];
    size_t offset = (size_t)((uintptr_t)at - (uintptr_t)block->from);
    return offset < block->count * block->size ? block->to + offset : NULL;
}

/* All is copied: what a ref leads to is known by now, by its beginning or by its range. The list is
 * sorted for that, so it must not be needed in its order any more. */
static void settle_refs(hf__copier *with)
{
    size_t unsettled = 0;
    for (size_t i = 0; i < with->ref_count; i++) {
        const met *entry = find_met(with, with->refs[i].from);
        if (entry->from != NULL)
            hf__pointer_set(with->refs[i].place, entry->to);
        else
            with->refs[unsettled++] = with->refs[i];
    }
    if (unsettled > 0)
        qsort(with->list, with->used, sizeof *with->list, by_from);
    for (size_t i = 0; i < unsettled; i++) {
        char *copy = copy_of_place(with->list, with->used, with->refs[i].from);
        if (copy != NULL)
            hf__pointer_set(with->refs[i].place, copy);
    }
}

/* ---- the whole --------------------------------------------------------------------------- */

/* Fills `count` copies; those that are not reached are zero. */
static bool fill(hf__copier *with, const waiting *one, char *to)
{
    for (size_t i = 0; i < one->count; i++)
        if (HF_UNLIKELY(!one->step(with, one->from + i * one->size, to + i * one->size))) {
            memset(to + (i + 1) * one->size, 0, (one->count - i - 1) * one->size);
            return false;
        }
    return true;
}

static bool copy_tree(hf__copier *with)
{
    while (with->used > 0) {
        waiting one = with->list[--with->used];
        size_t bytes = 0;
        if (!hf__size_multiply(one.count, one.size, &bytes))
            return too_large(with);
        char *copy = take(with, bytes, one.alignment);
        if (copy == NULL)
            return false;
        hf__pointer_set(one.to, copy);
        if (!fill(with, &one, copy))
            return false;
    }
    return true;
}

static bool copy_graph(hf__copier *with)
{
    while (with->done < with->used) {
        waiting one = with->list[with->done++];
        if (one.step != NULL && !fill(with, &one, one.to))
            return false;
    }
    settle_refs(with);
    return true;
}

static void undo(hf__copier *with, const hf_type *type, char *copy)
{
    const hf_allocator *allocator = hf__work_allocator(with->options.store.allocator);
    if (!with->is_graph) {
        hf__struct_release(type, copy, 1, allocator);
        return;
    }
    for (size_t i = 0; i < with->used; i++)
        if (with->list[i].to != copy)
            hf__allocator_free(allocator, with->list[i].to, with->list[i].count * with->list[i].size, with->list[i].alignment);
}

hf_status hf__copy_by_code(const hf_type *type, const void *object, const hf_copy_options *options, void *copy, hf_error *reterr)
{
    hf__copier with;
    memset(&with, 0, offsetof(hf__copier, fixed));
    with.options = *options;
    with.allocator = hf__work_allocator(options->store.allocator);
    with.reterr = reterr;
    with.is_graph = (type->flags & HF_TYPE_GRAPH) != 0;
    with.type = type;
    with.list = with.fixed;
    with.room = WAITING_FIRST;
    with.objects = 1;
    bool is_done = false;
    if (with.is_graph) {
        add_waiting(&with, (waiting){ object, copy, type->code->copy, 1, type->size, type->alignment }); /* the first has room */
        is_done = need_table(&with) && copy_graph(&with);
    } else {
        is_done = type->code->copy(&with, object, copy) && copy_tree(&with);
    }
    if (!is_done && options->store.arena == NULL)
        undo(&with, type, copy);
    if (with.table != NULL)
        hf__allocator_free(with.allocator, with.table, (with.mask + 1) * sizeof(met), _Alignof(met));
    if (with.refs != NULL)
        hf__allocator_free(with.allocator, with.refs, with.ref_room * sizeof(ref), _Alignof(max_align_t));
    if (with.list != with.fixed)
        hf__allocator_free(with.allocator, with.list, with.room * sizeof(waiting), _Alignof(max_align_t));
    return is_done ? HF_OK : with.status;
}
