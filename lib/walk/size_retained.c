/* size_retained.c - what would go with the objects of a row.
 *
 * An object retains the bytes of all objects that it dominates. A row retains what its objects do, of those
 * that no other object of the row dominates, so that no byte counts twice: one pass over the dominator tree
 * that knows, of each row, whether an object of it is open. */
#include "walk/dominators.h"

typedef struct tree {
    uint32_t *dominator, *first_child, *next_sibling;
    uint64_t *bytes; /* retained */
} tree;

/* Children get higher numbers than their dominators: ways of meeting lead upwards. */
static void add_up(const hf_size_report *report, tree *over)
{
    const hf__size_object *objects = report->objects.items;
    for (size_t i = 0; i < report->objects.count; i++) {
        over->bytes[i] = objects[i].bytes;
        over->first_child[i] = 0;
    }
    for (size_t i = report->objects.count - 1; i > 0; i--) {
        uint32_t above = over->dominator[i];
        over->bytes[above] += over->bytes[i];
        over->next_sibling[i] = over->first_child[above];
        over->first_child[above] = (uint32_t)i;
    }
}

static void open_object(hf_size_report *report, const tree *over, uint32_t number)
{
    const hf__size_object *object = (const hf__size_object *)report->objects.items + number;
    hf__size_kind *kind = &hf__kinds_of(report)[object->kind];
    hf__size_path *path = &hf__paths_of(report)[object->path];
    if (kind->open++ == 0)
        kind->amounts[HF_SIZE_RETAINED] += (int64_t)over->bytes[number];
    if (path->open++ == 0)
        path->amounts[HF_SIZE_RETAINED] += (int64_t)over->bytes[number];
}

static void close_object(hf_size_report *report, uint32_t number)
{
    const hf__size_object *object = (const hf__size_object *)report->objects.items + number;
    hf__kinds_of(report)[object->kind].open--;
    hf__paths_of(report)[object->path].open--;
}

static void give_to_rows(hf_size_report *report, const tree *over)
{
    for (uint32_t at = over->first_child[0]; at != 0;) {
        open_object(report, over, at);
        if (over->first_child[at] != 0) {
            at = over->first_child[at];
            continue;
        }
        close_object(report, at);
        while (at != 0 && over->next_sibling[at] == 0) {
            at = over->dominator[at];
            if (at != 0)
                close_object(report, at);
        }
        at = over->next_sibling[at];
    }
}

hf_status hf__size_retain(hf_size_report *report, hf_error *reterr)
{
    uint32_t count = (uint32_t)report->objects.count;
    size_t bytes = (size_t)count * (sizeof(uint64_t) + 3 * sizeof(uint32_t));
    void *block;
    hf_status status = hf__memory_allocate(&report->memory, bytes, HF__ROWS_ALIGNMENT, &block, reterr);
    if (status != HF_OK)
        return status;
    tree over = { .bytes = block };
    over.dominator = (uint32_t *)(over.bytes + count);
    over.first_child = over.dominator + count;
    over.next_sibling = over.first_child + count;
    over.next_sibling[0] = 0;
    status = hf__dominators(&report->memory, report->objects.items, count, report->again.items, (uint32_t)report->again.count,
                            over.dominator, reterr);
    if (status == HF_OK) {
        add_up(report, &over);
        give_to_rows(report, &over);
        report->total.amounts[HF_SIZE_RETAINED] = (int64_t)over.bytes[0];
    }
    hf__memory_free(&report->memory, block, bytes, HF__ROWS_ALIGNMENT);
    return status;
}
