/* size_rows.c - see size_rows.h: finding and making rows. */
#include "walk/size_rows.h"

#include "base/fail.h"

enum { KINDS_MAX = 65536, OBJECTS_MAX = 0x7fffffff, FIRST_CELLS = 256 };

/* ---- arrays ------------------------------------------------------------------------------ */

void *hf__rows_add(const hf__memory *memory, hf__rows *rows, size_t item_bytes)
{
    if (rows->count == rows->room) {
        size_t room = rows->room == 0 ? 64 : rows->room * 2;
        hf_status status = rows->items == NULL
                               ? hf__memory_allocate(memory, room * item_bytes, HF__ROWS_ALIGNMENT, &rows->items, NULL)
                               : hf__memory_resize(memory, &rows->items, rows->room * item_bytes, room * item_bytes, HF__ROWS_ALIGNMENT, NULL);
        if (status != HF_OK)
            return NULL;
        rows->room = room;
    }
    return memset((char *)rows->items + rows->count++ * item_bytes, 0, item_bytes);
}

void hf__rows_release(const hf__memory *memory, hf__rows *rows, size_t item_bytes)
{
    hf__memory_free(memory, rows->items, rows->room * item_bytes, HF__ROWS_ALIGNMENT);
    *rows = (hf__rows){ NULL, 0, 0 };
}

/* ---- kinds ------------------------------------------------------------------------------- */

uint32_t hf__size_kind_of(hf_size_report *report, hf_text name)
{
    hf__size_kind *kinds = hf__kinds_of(report);
    for (size_t i = 0; i < report->kinds.count; i++)
        if (hf_text_equal(kinds[i].name, name))
            return (uint32_t)i;
    if (report->kinds.count >= KINDS_MAX)
        return 0;
    char *copy = hf_arena_copy(&report->names, name.bytes, name.length, 1);
    hf__size_kind *made = copy != NULL ? hf__rows_add(&report->memory, &report->kinds, sizeof *made) : NULL;
    if (made == NULL)
        return HF__NO_ROW;
    made->name = hf_text_of(copy, name.length);
    return (uint32_t)report->kinds.count - 1;
}

/* ---- paths ------------------------------------------------------------------------------- */

static uint64_t hash_of(uint32_t parent, hf__step_kind step, hf_text key)
{
    uint64_t hash = (parent * 4ull + step + 1) * 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < key.length; i++)
        hash = (hash ^ (unsigned char)key.bytes[i]) * 0x100000001b3u;
    return hash ^ hash >> 29;
}

static bool grow_cells(hf_size_report *report)
{
    uint32_t count = report->cell_count == 0 ? FIRST_CELLS : report->cell_count * 2;
    void *memory;
    if (hf__memory_allocate(&report->memory, count * sizeof(uint32_t), HF__ROWS_ALIGNMENT, &memory, NULL) != HF_OK)
        return false;
    uint32_t *cells = memset(memory, 0, count * sizeof(uint32_t));
    for (uint32_t i = 1; i < report->paths.count; i++) {
        uint32_t at = (uint32_t)(hf__paths_of(report)[i].hash & (count - 1));
        while (cells[at] != 0)
            at = (at + 1) & (count - 1);
        cells[at] = i;
    }
    hf__memory_free(&report->memory, report->cells, report->cell_count * sizeof(uint32_t), HF__ROWS_ALIGNMENT);
    report->cells = cells;
    report->cell_count = count;
    return true;
}

static uint32_t add_path(hf_size_report *report, uint32_t parent, hf__step_kind step, hf_text key, uint64_t hash)
{
    if (key.length > 0 && (key.bytes = hf_arena_copy(&report->names, key.bytes, key.length, 1)) == NULL)
        return HF__NO_ROW;
    hf__size_path *made = hf__rows_add(&report->memory, &report->paths, sizeof *made);
    if (made == NULL)
        return HF__NO_ROW;
    uint32_t number = (uint32_t)report->paths.count - 1;
    hf__size_path *above = &hf__paths_of(report)[parent];
    made->parent = parent;
    made->depth = number == 0 ? 0 : above->depth + 1;
    made->step = (uint8_t)step;
    made->key = key;
    made->hash = hash;
    if (number != 0)
        above->children++;
    return number;
}

/* The cell that holds such a step, or the free one where it belongs. */
static uint32_t *cell_of(const hf_size_report *report, uint32_t parent, hf__step_kind step, hf_text key, uint64_t hash)
{
    uint32_t mask = report->cell_count - 1, at = (uint32_t)(hash & mask);
    for (; report->cells[at] != 0; at = (at + 1) & mask) {
        const hf__size_path *path = &hf__paths_of(report)[report->cells[at]];
        if (path->hash == hash && path->parent == parent && path->step == step && hf_text_equal(path->key, key))
            break;
    }
    return &report->cells[at];
}

uint32_t hf__size_step(hf_size_report *report, uint32_t parent, hf__step_kind step, hf_text key)
{
    if ((uint32_t)report->paths.count * 2 >= report->cell_count && !grow_cells(report))
        return HF__NO_ROW;
    const hf__size_path *above = &hf__paths_of(report)[parent];
    uint64_t hash = hash_of(parent, step, key), most = report->options.paths_max;
    uint32_t *cell = cell_of(report, parent, step, key, hash);
    if (*cell != 0 || above->step == HF__STEP_OTHERS)
        return *cell != 0 ? *cell : parent;
    if (report->paths.count >= most || above->children >= HF__SIZE_CHILDREN_MAX || above->depth >= HF__SIZE_LEVELS_MAX) {
        step = HF__STEP_OTHERS;
        key = hf_text_of(NULL, 0);
        hash = hash_of(parent, step, key);
        cell = cell_of(report, parent, step, key, hash);
        if (*cell != 0 || report->paths.count >= most + most / 16 + 16)
            return *cell != 0 ? *cell : parent;
    }
    uint32_t made = add_path(report, parent, step, key, hash);
    if (made != HF__NO_ROW)
        *cell = made;
    return made;
}

/* ---- objects ----------------------------------------------------------------------------- */

hf_status hf__size_check_open(hf_size_report *report, hf_error *reterr)
{
    if (report->is_finished || report->is_broken)
        return hf__fail(reterr, HF_MISUSE, report->is_finished ? "the report is finished" : "adding to the report has failed before");
    return HF_OK;
}

hf_status hf__size_break(hf_size_report *report, hf_status status, hf_error *reterr)
{
    report->is_broken = true;
    if (status == HF_LIMIT_COUNT)
        return hf__fail(reterr, status, "more than %llu objects", (unsigned long long)report->options.objects_max);
    return hf__fail(reterr, status, "while measuring");
}

hf_status hf__size_count(hf_size_report *report, uint32_t parent, uint32_t kind, uint32_t path, uint64_t bytes, uint32_t *ret_object,
                         hf_error *reterr)
{
    *ret_object = 0;
    if (++report->objects_seen > report->options.objects_max)
        return hf__size_break(report, HF_LIMIT_COUNT, reterr);
    if (!report->options.retained)
        return HF_OK;
    hf__size_object *made = hf__rows_add(&report->memory, &report->objects, sizeof *made);
    if (made == NULL)
        return hf__size_break(report, HF_NO_MEMORY, reterr);
    *made = (hf__size_object){ .parent = parent, .kind = kind, .path = path, .bytes = bytes };
    *ret_object = (uint32_t)report->objects.count - 1;
    return HF_OK;
}

hf_status hf__size_meet(hf_size_report *report, uint32_t from, uint32_t to, hf_error *reterr)
{
    if (!report->options.retained)
        return HF_OK;
    hf__size_edge *made = report->again.count < OBJECTS_MAX ? hf__rows_add(&report->memory, &report->again, sizeof *made) : NULL;
    if (made == NULL)
        return hf__size_break(report, HF_NO_MEMORY, reterr);
    *made = (hf__size_edge){ from, to };
    return HF_OK;
}

/* ---- life -------------------------------------------------------------------------------- */

hf_status hf_size_report_create(const hf_size_report_options *options, hf_size_report **ret_report, hf_error *reterr)
{
    hf__memory memory = { options != NULL ? options->allocator : NULL, NULL };
    void *block;
    hf_status status = hf__memory_allocate(&memory, sizeof(hf_size_report), HF__ROWS_ALIGNMENT, &block, reterr);
    if (status != HF_OK)
        return status;
    hf_size_report *report = memset(block, 0, sizeof *report);
    report->memory = memory;
    report->lists_all_kinds = report->lists_all_paths = true;
    if (options != NULL)
        report->options = *options;
    if (report->options.paths_max == 0)
        report->options.paths_max = 1u << 20;
    if (report->options.paths_max > 1u << 28)
        report->options.paths_max = 1u << 28;
    if (report->options.objects_max == 0 || report->options.objects_max > OBJECTS_MAX)
        report->options.objects_max = OBJECTS_MAX;
    hf_arena_init(&report->names, &(hf_arena_options){ .allocator = memory.allocator });
    bool has_root = add_path(report, 0, HF__STEP_NAME, hf_text_of(NULL, 0), 0) == 0 &&
                    (!report->options.retained || hf__rows_add(&report->memory, &report->objects, sizeof(hf__size_object)) != NULL);
    if (!has_root) {
        hf_size_report_destroy(report);
        return hf__fail(reterr, HF_NO_MEMORY, NULL);
    }
    *ret_report = report;
    return HF_OK;
}

void hf_size_report_destroy(hf_size_report *report)
{
    if (report == NULL)
        return;
    hf__memory memory = report->memory;
    hf__rows_release(&memory, &report->kinds, sizeof(hf__size_kind));
    hf__rows_release(&memory, &report->paths, sizeof(hf__size_path));
    hf__rows_release(&memory, &report->objects, sizeof(hf__size_object));
    hf__rows_release(&memory, &report->again, sizeof(hf__size_edge));
    hf__memory_free(&memory, report->cells, report->cell_count * sizeof(uint32_t), HF__ROWS_ALIGNMENT);
    hf_arena_release(&report->names);
    hf__memory_free(&memory, report, sizeof *report, HF__ROWS_ALIGNMENT);
}
