/* struct_release.h - releasing, for the calls that make structs. */
#ifndef HOLDFAST_STRUCT_RELEASE_H
#define HOLDFAST_STRUCT_RELEASE_H

#include "bind/struct_links.h"
#include "bind/struct_store.h"

/* Releases what `count` objects own, shared pointers taken as owned: for what was just made and
 * is known to be a tree. Takes no memory that it needs. */
void hf__struct_release(const hf_type *type, void *objects, size_t count, const hf_allocator *allocator);

#endif
