/* recording_windows.h - what the collector had summed up, where single blocks are not told, into a model.
 *
 * A window tells what is alive of one stack; several stacks may be one path, as two calls in one line are. */
#ifndef HOLDFAST_RECORDING_WINDOWS_H
#define HOLDFAST_RECORDING_WINDOWS_H

#include "model.h"
#include "trace.h"

/* What windows told last. */
typedef struct hf__told {
    int64_t bytes, blocks;
} hf__told;

typedef struct hf__told_windows {
    hf__told *stacks, *paths; /* by stack; by path, the sum of its stacks */
    size_t    stacks_room, paths_room;
} hf__told_windows;

/* One in `period` bytes was sampled. False when memory is out. */
bool hf__told_windows_play(hf__told_windows *told, hf__model *model, const hf__trace_event *event,
                           uint32_t path, uint64_t period);
/* Deaths of what was born within a span, which may lie across windows that were cut while single blocks were
 * told: each gets its share. */
void hf__told_cohort_play(hf__model *model, const hf__trace_event *event, uint32_t path, uint64_t start_ns);
void hf__told_windows_release(hf__told_windows *told);

#endif
