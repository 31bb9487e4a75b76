/* recording_mappings.h - what one process has mapped, by address.
 *
 * Each mapping is alive in the table of blocks as well, under an odd address, which no block has. */
#ifndef HOLDFAST_RECORDING_MAPPINGS_H
#define HOLDFAST_RECORDING_MAPPINGS_H

#include "live.h"

typedef struct hf__mapping {
    uint64_t address, size;
    uint32_t path;
} hf__mapping;

typedef struct hf__mappings {
    hf__mapping *items; /* by address; none covers another */
    size_t       count, room;
} hf__mappings;

/* False when memory is out. `made` covers nothing that is mapped; of no size, it is left out. */
bool hf__mappings_add(hf__mappings *mappings, hf__live *live, hf__mapping made);
/* Takes [address, address + size) out: whole mappings, or parts of them. False when memory is out. */
bool hf__mappings_cut(hf__mappings *mappings, hf__live *live, uint64_t address, uint64_t size);
void hf__mappings_release(hf__mappings *mappings);

#endif
