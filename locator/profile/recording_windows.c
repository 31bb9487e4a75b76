/* recording_windows.c - windows are differences to what was told before; cohorts are cut where windows end. */
#include "recording_windows.h"

#include <math.h>

#include "live.h"
#include "room.h"

static hf__told *told_at(hf__told **table, size_t *room, uint32_t index)
{
    size_t before = *room;
    if (!HF_RESERVE(*table, *room, (size_t)index + 1))
        return NULL;
    memset(*table + before, 0, (*room - before) * sizeof **table);
    return *table + index;
}

bool hf__told_windows_play(hf__told_windows *told, hf__model *model, const hf__trace_event *event,
                           uint32_t path, uint64_t period)
{
    hf__told *stack = told_at(&told->stacks, &told->stacks_room, event->path_window.stack);
    hf__told *sum = told_at(&told->paths, &told->paths_room, path);
    if (stack == NULL || sum == NULL)
        return false;
    sum->bytes += (int64_t)event->path_window.live_bytes - stack->bytes;
    sum->blocks += (int64_t)event->path_window.live - stack->blocks;
    *stack = (hf__told){ (int64_t)event->path_window.live_bytes, (int64_t)event->path_window.live };
    hf__model_point(model, path, sum->bytes, sum->blocks, event->path_window.birth_bytes,
                    event->path_window.births, event->path_window.death_bytes, event->path_window.deaths);
    if (!model->failed && sum->blocks > 0)
        model->paths[path].noise_bytes =
            hf__sampling_noise((double)sum->bytes, (double)sum->blocks, (double)period);
    return true;
}

/* The window that a time lies in. */
static size_t window_at(const hf__model *model, double seconds)
{
    size_t low = 0, high = (size_t)hf__model_window(model);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (model->checkpoints[middle].seconds <= seconds)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void hf__told_cohort_play(hf__model *model, const hf__trace_event *event, uint32_t path, uint64_t start_ns)
{
    uint64_t from_ns = event->path_cohort.from_ns;
    double   from_s = from_ns > start_ns ? (double)(from_ns - start_ns) / 1e9 : 0,
           span_s = (double)event->path_cohort.span_ns / 1e9;
    int64_t  bytes_told = 0, blocks_told = 0;
    size_t   end = (size_t)hf__model_window(model);
    for (size_t w = window_at(model, from_s); w <= end; w++) {
        bool     last = w == end || model->checkpoints[w].seconds >= from_s + span_s - 1e-9;
        double   share = last ? 1 : (model->checkpoints[w].seconds - from_s) / span_s;
        int64_t  bytes = last ? event->path_cohort.death_bytes : llround((double)event->path_cohort.death_bytes * share);
        int64_t  blocks = last ? event->path_cohort.deaths : llround((double)event->path_cohort.deaths * share);
        hf__model_death(model, path, (uint64_t)w << model->shift, bytes - bytes_told, blocks - blocks_told);
        bytes_told = bytes;
        blocks_told = blocks;
        if (last)
            break;
    }
}

void hf__told_windows_release(hf__told_windows *told)
{
    hf__room_free(told->stacks);
    hf__room_free(told->paths);
    *told = (hf__told_windows){ 0 };
}
