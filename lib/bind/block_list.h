/* block_list.h - the blocks of a graph in a list, and which of them holds an address: for refs into the middle of one.
 *
 * In the list a text has no type and is counted in bytes. */
#ifndef HOLDFAST_BLOCK_LIST_H
#define HOLDFAST_BLOCK_LIST_H

#include "bind/struct_links.h"
#include "bind/struct_store.h"

static inline size_t hf__listed_bytes(const hf__waiting *one)
{
    if (one->type == NULL)
        return one->count;
    size_t bytes = one->count * one->type->size; /* it was taken, so it does not overflow */
    if (one->count == 1)
        hf__object_bytes(one->type, one->at, &bytes);
    return bytes;
}

/* Lists the object and every block that hangs on it, each once. False without memory. */
bool hf__block_list_fill(hf__block_stack *list, const hf_type *type, const char *object);
/* By address. */
void hf__block_list_sort(hf__block_stack *list);
/* In a list that is sorted: the block that the byte at `at` belongs to, or NULL. */
const hf__waiting *hf__block_list_find(const hf__block_stack *list, const char *at);

#endif
