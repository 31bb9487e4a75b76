/* recording_regions.h - the arenas of one process that have a name, followed one by one.
 *
 * Arenas of one name are one region of the model. A forked child has those of its parent, as copies. */
#ifndef HOLDFAST_RECORDING_REGIONS_H
#define HOLDFAST_RECORDING_REGIONS_H

#include "model.h"
#include "trace.h"

enum { HF_REGIONS_MAX = 1 << 20 };   /* in a process, over its life; further ones are left out */

typedef struct hf__region_item {
    uint32_t region;           /* of the model, + 1; 0: none, or gone */
    uint64_t used, reserved;
} hf__region_item;

typedef struct hf__regions {
    hf__region_item *items;    /* by number */
    size_t           count, room;
    bool             left_out; /* there were more than HF_REGIONS_MAX */
} hf__regions;

/* `function` named it, or HF_NONE. False when memory is out. */
bool hf__regions_name(hf__regions *regions, hf__model *model, const hf__trace_event *event, uint32_t function);
void hf__regions_use(hf__regions *regions, hf__model *model, const hf__trace_event *event);
/* A child by fork begins with what its parent has. */
bool hf__regions_inherit(hf__regions *regions, hf__model *model, const hf__regions *parent, const hf__model *from);
void hf__regions_release(hf__regions *regions);

#endif
