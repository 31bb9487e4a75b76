/* gather.c - from sparse series of paths to the dense series of a group. */
#include "gather.h"

#include <string.h>

#include "room.h"

void hf__gather_begin(hf__gather *gather, const hf__model *model)
{
    hf__series *series = &gather->series;
    memset(series, 0, sizeof *series);
    series->count = hf__model_windows(model);
    series->end = series->count;
    series->has_cohorts = model->has_cohorts;
    for (size_t i = 0; i < series->count; i++) {
        series->seconds[i] = model->checkpoints[i].seconds;
        if (i > 0 && i < series->end && (model->checkpoints[i].flags & HF_CHECKPOINT_EXIT) != 0)
            series->end = i;
    }
    double seconds = series->count > 0 ? series->seconds[series->count - 1] : 0;
    series->waited = model->waited_s > 0 && model->waited_s >= HF_WAITED_SHARE * seconds;
    gather->noise_sum = gather->noise_bytes = 0;
}

void hf__gather_add(hf__gather *gather, const hf__model *model, uint32_t path)
{
    hf__series *series = &gather->series;
    const hf__path *from = &model->paths[path];
    int64_t bytes = 0, blocks = 0;
    for (size_t i = 0; i < from->points_count; i++) {
        const hf__point *point = &model->points[from->point_first + i];
        size_t window = point->window;
        /* Differences for now; summed up by hf__gather_end. */
        series->live_bytes[window] += (double)(point->live_bytes - bytes);
        series->live_blocks[window] += (double)(point->live_blocks - blocks);
        bytes = point->live_bytes;
        blocks = point->live_blocks;
        series->born_bytes[window] += (double)point->born_bytes;
        series->born_blocks[window] += (double)point->born_blocks;
        series->died_bytes[window] += (double)point->died_bytes;
        series->died_blocks[window] += (double)point->died_blocks;
    }
    series->kind = from->kind;
    gather->noise_sum += from->noise_bytes * ((double)bytes + 1);
    gather->noise_bytes += (double)bytes + 1;
    if (from->deaths_count == 0)
        return;
    if (!HF_RESERVE(gather->deaths, gather->deaths_room, series->deaths_count + from->deaths_count)) {
        gather->failed = true;
        return;
    }
    memcpy(gather->deaths + series->deaths_count, model->deaths + from->death_first,
           from->deaths_count * sizeof *gather->deaths);
    series->deaths_count += from->deaths_count;
}

bool hf__gather_end(hf__gather *gather)
{
    hf__series *series = &gather->series;
    for (size_t i = 1; i < series->count; i++) {
        series->live_bytes[i] += series->live_bytes[i - 1];
        series->live_blocks[i] += series->live_blocks[i - 1];
    }
    series->deaths = gather->deaths;
    series->noise_bytes = gather->noise_bytes > 0 ? gather->noise_sum / gather->noise_bytes : 0;
    return !gather->failed;
}

void hf__gather_release(hf__gather *gather)
{
    hf__room_free(gather->deaths);
    memset(gather, 0, sizeof *gather);
}
