/* struct_release.h - releasing and finding blocks, for the calls that make structs. */
#ifndef HOLDFAST_STRUCT_RELEASE_H
#define HOLDFAST_STRUCT_RELEASE_H

#include "bind/struct_links.h"
#include "bind/struct_store.h"

/* Releases what `count` objects own, shared pointers taken as owned: for what was just made and
 * is known to be a tree. Takes no memory that it needs. */
void hf__struct_release(const hf_type *type, void *objects, size_t count, const hf_allocator *allocator);

/* Every block that the object owns or shares, once, into the memo; the object itself too, with type
 * NULL. HF_NO_MEMORY, HF_OUT_OF_RANGE. */
hf_status hf__struct_find_blocks(const hf_type *type, void *object, hf__memo *memo, hf__block_stack *stack);

#endif
