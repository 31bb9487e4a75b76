/* model_pprof.c - a model as a heap profile: what is live at the reference, what was ever allocated. */
#include "base/fail.h"
#include "pprof.h"
#include "room.h"
#include "view.h"

enum { FRAMES_MAX = 4096 };

static bool put_path(hf__pprof_writer *writer, const hf__model *model, uint32_t path, size_t reference, uint64_t *locations)
{
    const hf__path *from = &model->paths[path];
    int64_t values[4] = { 0 };
    double oldest = -1;
    for (size_t i = 0; i < from->points_count; i++) {
        const hf__point *point = &model->points[from->point_first + i];
        if (point->window > reference)
            break;
        values[0] += (int64_t)point->born_blocks;
        values[1] += (int64_t)point->born_bytes;
        values[2] = point->live_blocks;
        values[3] = point->live_bytes;
        if (oldest < 0 || (i > 0 && model->points[from->point_first + i - 1].live_blocks == 0))
            oldest = model->checkpoints[point->window].seconds;
    }
    if (values[0] == 0 && values[2] == 0)
        return true;
    size_t count = 0;
    for (uint32_t frame = from->frame; frame != 0 && count < FRAMES_MAX; frame = model->frames[frame].parent) {
        const hf__function *function = &model->functions[model->frames[frame].function];
        uint64_t id = hf__pprof_put_function(writer, hf__intern_text(&model->texts, function->name),
                                             hf__intern_text(&model->texts, function->file), function->line);
        locations[count++] = hf__pprof_put_location(writer, id, model->frames[frame].line, 0);
    }
    double now = model->checkpoints[reference].seconds;
    int64_t age = model->has_cohorts && values[2] > 0 ? (int64_t)(now - oldest) : -1;
    return hf__pprof_put_sample(writer, locations, count, values, hf__path_kind_name(from->kind), age);
}

hf_status hf__view_pprof(FILE *out, const hf__model *model, const hf__judgement *judgement, hf_error *reterr)
{
    int64_t duration = (int64_t)(judgement->seconds * 1e9);
    hf__pprof_writer *writer = hf__pprof_writer_create(model->started_ns + duration, duration, 1);
    uint64_t *locations = hf__room_zeroed(FRAMES_MAX, sizeof *locations);
    if (writer == NULL || locations == NULL) {
        hf__room_free(locations);
        if (writer != NULL) {
            char *none = NULL;
            size_t none_length;
            if (hf__pprof_writer_finish(writer, &none, &none_length, NULL) == HF_OK)
                hf__room_free(none);
        }
        return hf__fail(reterr, HF_NO_MEMORY, NULL);
    }
    hf__pprof_put_mapping(writer, hf__intern_text(&model->texts, model->program));
    bool fine = true;
    for (uint32_t path = 0; fine && path < model->paths_count && judgement->windows > 0; path++)
        fine = put_path(writer, model, path, judgement->reference, locations);
    hf__room_free(locations);
    char *packed = NULL;
    size_t length = 0;
    hf_status status = hf__pprof_writer_finish(writer, &packed, &length, reterr);
    if (status != HF_OK)
        return status;
    if (!fine || fwrite(packed, 1, length, out) != length)
        status = hf__fail(reterr, HF_IO, "writing the profile");
    hf__room_free(packed);
    return status;
}
