/* gather.h - sums the sparse series of some paths into one dense series. */
#ifndef HOLDFAST_GATHER_H
#define HOLDFAST_GATHER_H

#include "series.h"

#define HF_WAITED_SHARE 0.20 /* of the run, kept waiting for a processor: from here on time may not tell */

/* Zeroed at first; used again and again; release at the end. `series` stands until the next begin. */
typedef struct hf__gather {
    hf__series series;
    hf__death *deaths;
    size_t     deaths_room;
    double     noise_sum, noise_bytes;
    bool       failed; /* memory ran out: deaths are missing */
} hf__gather;

/* Starts a new series over the windows of a sealed model. */
void hf__gather_begin(hf__gather *gather, const hf__model *model);
void hf__gather_add(hf__gather *gather, const hf__model *model, uint32_t path);
/* Ends it. False when memory ran out. */
bool hf__gather_end(hf__gather *gather);
void hf__gather_release(hf__gather *gather);

#endif
