/* dominators.h - in a graph with one root: the last object that every way from the root passes through. */
#ifndef HOLDFAST_DOMINATORS_H
#define HOLDFAST_DOMINATORS_H

#include "walk/size_rows.h"

/* The immediate dominator of each of `count` objects into ret_dominators[1 ..]; that of the root, 0, is 0.
 * Object i > 0 has an edge from objects[i].parent < i, so all are reachable; `again` are the further edges.
 * O((objects + edges) log objects) time. HF_NO_MEMORY. */
hf_status hf__dominators(const hf__memory *memory, const hf__size_object *objects, uint32_t count, const hf__size_edge *again,
                         uint32_t again_count, uint32_t *ret_dominators, hf_error *reterr);

#endif
