/* model.c - building the series of a program's paths, within bounds. */
#include "model.h"

#include <stdlib.h>

#include "base/fail.h"
#include "room.h"

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t hash = (a + UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xbf58476d1ce4e5b9);
    hash = (hash ^ hash >> 27 ^ b) * UINT64_C(0x94d049bb133111eb);
    return hash ^ hash >> 31;
}

static uint64_t function_hash(const hf__model *model, size_t index)
{
    const hf__function *function = &model->functions[index];
    return mix((uint64_t)function->name << 32 | function->file, (uint64_t)function->line << 8 | function->origin);
}

static uint64_t frame_hash(const hf__model *model, size_t index)
{
    const hf__frame *frame = &model->frames[index];
    return mix((uint64_t)frame->parent << 32 | frame->function, frame->line);
}

static uint64_t path_hash(const hf__model *model, size_t index)
{
    return mix(model->paths[index].frame, model->paths[index].kind);
}

static bool same_function(const hf__model *model, size_t a, size_t b)
{
    const hf__function *one = &model->functions[a], *other = &model->functions[b];
    return one->name == other->name && one->file == other->file && one->line == other->line && one->origin == other->origin;
}

static bool same_frame(const hf__model *model, size_t a, size_t b)
{
    const hf__frame *one = &model->frames[a], *other = &model->frames[b];
    return one->parent == other->parent && one->function == other->function && one->line == other->line;
}

static bool same_path(const hf__model *model, size_t a, size_t b)
{
    return model->paths[a].frame == model->paths[b].frame && model->paths[a].kind == model->paths[b].kind;
}

typedef uint64_t (*hash_call)(const hf__model *, size_t);
typedef bool (*same_call)(const hf__model *, size_t, size_t);

static bool grow_slots(const hf__model *model, hf__slots *slots, size_t count, hash_call hash)
{
    size_t grown = slots->count > 0 ? slots->count * 2 : 256;
    uint32_t *items = hf__room_zeroed(grown, sizeof *items);
    if (items == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        size_t slot = hash(model, i) & (grown - 1);
        while (items[slot] != 0)
            slot = (slot + 1) & (grown - 1);
        items[slot] = (uint32_t)i + 1;
    }
    hf__room_free(slots->items);
    slots->items = items;
    slots->count = grown;
    return true;
}

/* The item was written at index `count` as a candidate: gives the index of its equal, or keeps it. */
static uint32_t settle(hf__model *model, hf__slots *slots, size_t *count, hash_call hash, same_call same)
{
    if ((*count + 1) * 2 > slots->count && !grow_slots(model, slots, *count, hash)) {
        model->failed = true;
        return HF_NONE;
    }
    size_t slot = hash(model, *count) & (slots->count - 1);
    for (; slots->items[slot] != 0; slot = (slot + 1) & (slots->count - 1))
        if (same(model, slots->items[slot] - 1, *count))
            return slots->items[slot] - 1;
    slots->items[slot] = (uint32_t)*count + 1;
    return (uint32_t)(*count)++;
}

static uint32_t fail_memory(hf__model *model)
{
    model->failed = true;
    return HF_NONE;
}

uint32_t hf__model_text(hf__model *model, hf_text text)
{
    uint32_t number = hf__intern_put(&model->texts, text);
    return number != HF_INTERN_FAILED ? number : fail_memory(model);
}

uint32_t hf__model_function(hf__model *model, uint32_t name, uint32_t file, uint32_t line, hf__origin origin)
{
    if (!HF_RESERVE(model->functions, model->functions_room, model->functions_count + 1))
        return fail_memory(model);
    model->functions[model->functions_count] = (hf__function){ name, file, line, origin };
    return settle(model, &model->function_slots, &model->functions_count, function_hash, same_function);
}

uint32_t hf__model_frame(hf__model *model, uint32_t parent, uint32_t function, uint32_t line)
{
    if (parent == HF_NONE || function == HF_NONE ||
        !HF_RESERVE(model->frames, model->frames_room, model->frames_count + 1))
        return fail_memory(model);
    model->frames[model->frames_count] = (hf__frame){ parent, function, line };
    return settle(model, &model->frame_slots, &model->frames_count, frame_hash, same_frame);
}

uint32_t hf__model_path(hf__model *model, uint32_t frame, hf__path_kind kind)
{
    if (frame == HF_NONE || !HF_RESERVE(model->paths, model->paths_room, model->paths_count + 1))
        return fail_memory(model);
    model->paths[model->paths_count] = (hf__path){ .frame = frame, .kind = kind, .last_point = HF_NONE };
    return settle(model, &model->path_slots, &model->paths_count, path_hash, same_path);
}

hf_status hf__model_init(hf__model *model, hf_error *reterr)
{
    memset(model, 0, sizeof *model);
    hf__model_text(model, hf_text_of("", 0));
    if (!model->failed && HF_RESERVE(model->frames, model->frames_room, 1)) {
        model->frames[0] = (hf__frame){ HF_NONE, HF_NONE, 0 };
        model->frames_count = 1;
        return HF_OK;
    }
    hf__model_release(model);
    return hf__fail(reterr, HF_NO_MEMORY, NULL);
}

void hf__model_release(hf__model *model)
{
    hf__intern_release(&model->texts);
    hf__room_free(model->functions);
    hf__room_free(model->frames);
    hf__room_free(model->paths);
    hf__room_free(model->points);
    hf__room_free(model->deaths);
    hf__room_free(model->reached);
    hf__room_free(model->regions);
    hf__room_free(model->function_slots.items);
    hf__room_free(model->frame_slots.items);
    hf__room_free(model->path_slots.items);
    memset(model, 0, sizeof *model);
}

void hf__reached_add(hf__reached *into, const hf__reached *more)
{
    bool most = more->kept > into->kept;
    hf__reached sum = most ? *more : *into;
    sum.look = more->look;
    sum.lost = into->lost + more->lost;
    sum.lost_bytes = into->lost_bytes + more->lost_bytes;
    sum.held = into->held + more->held;
    sum.kept = into->kept + more->kept;
    sum.kept_bytes = into->kept_bytes + more->kept_bytes;
    *into = sum;
}

uint32_t hf__model_region(hf__model *model, hf_text name, uint32_t function)
{
    enum { NAMES_MAX = 1000 };
    bool more = model->regions_count >= NAMES_MAX;
    uint32_t text = hf__model_text(model, more ? hf_text_from_cstr("(further names)") : name);
    for (uint32_t i = 0; i < model->regions_count; i++)
        if (model->regions[i].name == text)
            return i;
    if (text == HF_NONE || !HF_RESERVE(model->regions, model->regions_room, model->regions_count + 1))
        return fail_memory(model);
    model->regions[model->regions_count] = (hf__region){ .name = text, .function = function };
    return (uint32_t)model->regions_count++;
}

void hf__model_reached(hf__model *model, uint32_t path, const hf__reached *reached)
{
    if (model->failed || path >= model->paths_count) {
        model->failed = true;
        return;
    }
    uint32_t *place = &model->paths[path].reached;
    if (*place == 0) {
        if (!HF_RESERVE(model->reached, model->reached_room, model->reached_count + 1)) {
            model->failed = true;
            return;
        }
        model->reached[model->reached_count++] = *reached;
        *place = (uint32_t)model->reached_count;
    } else if (model->reached[*place - 1].look != reached->look) {
        model->reached[*place - 1] = *reached;
    } else {
        hf__reached_add(&model->reached[*place - 1], reached);
    }
}

void hf__model_point(hf__model *model, uint32_t path, int64_t live_bytes, int64_t live_blocks, uint64_t born_bytes,
                     uint64_t born_blocks, uint64_t died_bytes, uint64_t died_blocks)
{
    if (path == HF_NONE)
        return;
    uint32_t window = hf__model_window(model), last = model->paths[path].last_point;
    if (last == HF_NONE || model->points[last].window != window) {
        if (!HF_RESERVE(model->points, model->points_room, model->points_count + 1)) {
            model->failed = true;
            return;
        }
        last = (uint32_t)model->points_count++;
        model->points[last] = (hf__point){ .path = path, .window = window };
        model->paths[path].last_point = last;
    }
    hf__point *point = &model->points[last];
    point->live_bytes = live_bytes;
    point->live_blocks = live_blocks;
    point->born_bytes += born_bytes;
    point->born_blocks += born_blocks;
    point->died_bytes += died_bytes;
    point->died_blocks += died_blocks;
}

static int compare_deaths(const void *left, const void *right)
{
    const hf__death *a = left, *b = right;
    if (a->path != b->path)
        return a->path < b->path ? -1 : 1;
    if (a->born != b->born)
        return a->born < b->born ? -1 : 1;
    return (a->died > b->died) - (a->died < b->died);
}

/* Sorts deaths, sums those of the same cohort and window, and drops those within one window. */
static void compact_deaths(hf__model *model)
{
    if (model->deaths_count == 0)
        return;
    qsort(model->deaths, model->deaths_count, sizeof *model->deaths, compare_deaths);
    size_t kept = 0;
    for (size_t i = 0; i < model->deaths_count; i++) {
        const hf__death *death = &model->deaths[i];
        if (death->born == death->died)
            continue;
        if (kept > 0 && compare_deaths(&model->deaths[kept - 1], death) == 0) {
            /* A hostile recording may tell any amounts: they wrap. */
            model->deaths[kept - 1].bytes = (int64_t)((uint64_t)model->deaths[kept - 1].bytes + (uint64_t)death->bytes);
            model->deaths[kept - 1].blocks = (int64_t)((uint64_t)model->deaths[kept - 1].blocks + (uint64_t)death->blocks);
        } else {
            model->deaths[kept++] = *death;
        }
    }
    model->deaths_count = model->deaths_compacted = kept;
}

void hf__model_death(hf__model *model, uint32_t path, uint64_t born, int64_t bytes, int64_t blocks)
{
    uint32_t born_window = hf__model_window_of(model, born), window = hf__model_window(model);
    if (path == HF_NONE || born_window >= window)
        return;
    if (model->deaths_count > 2 * model->deaths_compacted + 65536)
        compact_deaths(model);
    if (!HF_RESERVE(model->deaths, model->deaths_room, model->deaths_count + 1)) {
        model->failed = true;
        return;
    }
    model->deaths[model->deaths_count++] =
        (hf__death){ .path = path, .born = (uint16_t)born_window, .died = (uint16_t)window, .bytes = bytes, .blocks = blocks };
}

/* Merges each pair of windows into one. */
static void halve(hf__model *model)
{
    for (size_t i = 0; i < HF_WINDOWS_MAX / 2; i++) {
        uint32_t flags = model->checkpoints[2 * i].flags | model->checkpoints[2 * i + 1].flags;
        model->checkpoints[i] = model->checkpoints[2 * i + 1];
        model->checkpoints[i].flags = flags;
    }
    for (size_t i = 0; i < model->paths_count; i++)
        model->paths[i].last_point = HF_NONE;
    size_t kept = 0;
    for (size_t i = 0; i < model->points_count; i++) {
        hf__point point = model->points[i];
        point.window /= 2;
        uint32_t last = model->paths[point.path].last_point;
        if (last != HF_NONE && model->points[last].window == point.window) {
            hf__point *into = &model->points[last];
            into->live_bytes = point.live_bytes;
            into->live_blocks = point.live_blocks;
            into->born_bytes += point.born_bytes;
            into->born_blocks += point.born_blocks;
            into->died_bytes += point.died_bytes;
            into->died_blocks += point.died_blocks;
        } else {
            model->paths[point.path].last_point = (uint32_t)kept;
            model->points[kept++] = point;
        }
    }
    model->points_count = kept;
    for (size_t i = 0; i < model->deaths_count; i++) {
        model->deaths[i].born /= 2;
        model->deaths[i].died /= 2;
    }
    compact_deaths(model);
    model->shift++;
}

void hf__model_align(hf__model *model)
{
    model->checkpoints_seen = (uint64_t)hf__model_windows(model) << model->shift;
    if (hf__model_window(model) == HF_WINDOWS_MAX)
        halve(model);
}

unsigned hf__model_rebase(hf__model *model)
{
    unsigned shift = model->shift;
    model->checkpoints_seen = hf__model_windows(model);
    model->shift = 0;
    return shift;
}

void hf__model_checkpoint(hf__model *model, double seconds, const hf__memory *memory, uint32_t flags)
{
    uint32_t window = hf__model_window(model);
    hf__checkpoint *checkpoint = &model->checkpoints[window];
    double before = window > 0 ? model->checkpoints[window - 1].seconds : 0;
    bool continued = (model->checkpoints_seen & (((uint64_t)1 << model->shift) - 1)) != 0;
    if (continued && checkpoint->seconds > before)
        before = checkpoint->seconds;
    if (!(seconds >= before)) { /* also for a time that is not a number */
        seconds = before;
        flags |= HF_CHECKPOINT_CLOCK;
    }
    if (continued)
        flags |= checkpoint->flags;
    *checkpoint = (hf__checkpoint){ .seconds = seconds, .memory = *memory, .flags = flags };
    model->checkpoints_seen++;
    if (hf__model_window(model) == HF_WINDOWS_MAX)
        halve(model);
}

hf_status hf__model_seal(hf__model *model, hf_error *reterr)
{
    compact_deaths(model);
    hf__point *ordered = model->failed ? NULL : hf__room_zeroed(model->points_count, sizeof *ordered);
    if (ordered == NULL)
        return hf__fail(reterr, HF_NO_MEMORY, NULL);
    for (size_t i = 0; i < model->points_count; i++)
        model->paths[model->points[i].path].points_count++;
    size_t first = 0;
    for (size_t i = 0; i < model->paths_count; i++) {
        model->paths[i].point_first = first;
        first += model->paths[i].points_count;
        model->paths[i].points_count = 0;
    }
    for (size_t i = 0; i < model->points_count; i++) {
        hf__path *path = &model->paths[model->points[i].path];
        ordered[path->point_first + path->points_count++] = model->points[i];
    }
    hf__room_free(model->points);
    model->points = ordered;
    model->points_room = model->points_count;
    for (size_t i = 0; i < model->deaths_count; i++) {
        hf__path *path = &model->paths[model->deaths[i].path];
        if (path->deaths_count++ == 0)
            path->death_first = i;
    }
    model->sealed = true;
    return HF_OK;
}
