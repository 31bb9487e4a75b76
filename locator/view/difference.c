/* difference.c - two models side by side, by the names of functions. */
#include "difference.h"

#include <math.h>
#include <stdlib.h>

#include "base/fail.h"
#include "chains.h"
#include "hypothesis.h"
#include "room.h"

enum { TOP_DEFAULT = 10 };

/* What a function holds in each of the two. */
typedef struct holding {
    uint32_t name; /* text of `names` */
    int64_t  before, after, blocks_before, blocks_after;
} holding;

typedef struct table {
    hf__intern names;
    holding   *items; /* by number of the name */
    size_t     count, room;
} table;

/* What a path holds at a time; NULL for nothing yet. */
static const hf__point *point_at(const hf__model *model, const hf__path *from, double seconds)
{
    const hf__point *last = NULL;
    for (size_t i = 0; i < from->points_count; i++) {
        const hf__point *point = &model->points[from->point_first + i];
        if (model->checkpoints[point->window].seconds > seconds)
            break;
        last = point;
    }
    return last;
}

static bool add_model(table *into, const hf__model *model, double seconds, bool is_after, hf_error *reterr,
                      hf_status *ret_status)
{
    hf__chains chains;
    *ret_status = hf__chains_make(model, NULL, &chains, reterr);
    if (*ret_status != HF_OK)
        return false;
    bool fine = true;
    for (uint32_t path = 0; fine && path < model->paths_count; path++) {
        const hf__path *from = &model->paths[path];
        const hf__point *last = point_at(model, from, seconds);
        if (last == NULL)
            continue;
        uint32_t name = hf__intern_put(&into->names, hf__function_name(model, hf__chain_at(&chains, path, 0)));
        fine = name != HF_INTERN_FAILED && HF_RESERVE(into->items, into->room, (size_t)name + 1);
        while (fine && into->count <= name)
            into->items[into->count] = (holding){ .name = (uint32_t)into->count }, into->count++;
        if (!fine)
            break;
        holding *held = &into->items[name];
        *(is_after ? &held->after : &held->before) += last->live_bytes;
        *(is_after ? &held->blocks_after : &held->blocks_before) += last->live_blocks;
    }
    hf__chains_release(&chains);
    if (!fine)
        *ret_status = hf__fail(reterr, HF_NO_MEMORY, NULL);
    return fine;
}

static int compare_growth(const void *left, const void *right)
{
    const holding *a = left, *b = right;
    int64_t one = a->after - a->before, other = b->after - b->before;
    return one != other ? (one > other ? -1 : 1) : (a->name > b->name) - (a->name < b->name);
}

static void put_holding(FILE *out, const table *from, const holding *held)
{
    char one[32], two[32], three[32];
    hf_text name = hf__intern_text(&from->names, held->name);
    int64_t grown = held->after - held->before;
    fprintf(out, "  %c%-10s %10s -> %-10s %+lld blocks  %.*s\n", grown >= 0 ? '+' : '-',
            hf__bytes_words(grown >= 0 ? (double)grown : -(double)grown, one, sizeof one),
            hf__bytes_words((double)held->before, two, sizeof two), hf__bytes_words((double)held->after, three, sizeof three),
            (long long)(held->blocks_after - held->blocks_before), HF_ARG(name));
}

hf_status hf__view_difference(FILE *out, const hf__model *before, double before_s, const hf__model *after, size_t top,
                              hf_error *reterr)
{
    table both = { 0 };
    hf_status status;
    if (add_model(&both, before, before_s, false, reterr, &status) &&
        add_model(&both, after, HUGE_VAL, true, reterr, &status)) {
        if (both.count > 0)
            qsort(both.items, both.count, sizeof *both.items, compare_growth);
        if (before == after)
            fprintf(out, "what is live at the end, against %.3g s:\n", before_s);
        else
            fputs("what is live at the end, against the other:\n", out);
        size_t shown = 0;
        for (size_t i = 0; i < both.count && shown < (top > 0 ? top : TOP_DEFAULT); i++) {
            if (both.items[i].after == both.items[i].before)
                continue;
            put_holding(out, &both, &both.items[i]);
            shown++;
        }
        if (shown == 0)
            fputs("  no difference\n", out);
    }
    hf__intern_release(&both.names);
    hf__room_free(both.items);
    return status;
}
