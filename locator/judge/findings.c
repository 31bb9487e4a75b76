/* findings.c - groups, blame, and what is one bug. */
#define _GNU_SOURCE

#include "findings.h"

#include <math.h>
#include <stdlib.h>

#include "base/fail.h"
#include "calibrate.h"
#include "chains.h"
#include "gather.h"
#include "merge.h"
#include "reconcile.h"
#include "room.h"

typedef struct court {
    const hf__model         *model;
    const hf__judge_options *options;
    hf__judgement           *judgement;
    hf__chains               chains;
    hf__gather               gather;
    double                   died[HF_WINDOWS_MAX]; /* blocks of the whole program, by the end of each window */
    double                   active[HF_WINDOWS_MAX]; /* blocks of the whole program that were born or died within it */
    uint32_t                *order; /* paths, by group */
    bool                     unmeasured; /* something is held that too few windows tell of */
    bool                     failed;
} court;

enum { DISMISSED_MAX = 20, BLAME_LEVELS_MAX = 16, PARTS_MAX = 64 };

static const char *const kind_names[] = { "heap", "mapping", "thread", "goroutine" };

const char *hf__path_kind_name(hf__path_kind kind)
{
    return kind_names[kind];
}

/* ---- one group -------------------------------------------------------------------------------- */

static void gather_paths(court *at, const uint32_t *paths, size_t count, hf__shape *ret_shape)
{
    hf__gather_begin(&at->gather, at->model);
    for (size_t i = 0; i < count; i++)
        hf__gather_add(&at->gather, at->model, paths[i]);
    at->failed |= !hf__gather_end(&at->gather);
    hf__series *series = &at->gather.series;
    series->active = at->active;
    while (series->first + 1 < series->end && series->seconds[series->first] <= at->options->since_s &&
           at->options->since_s > 0)
        series->first++;
    hf__shape_of(series, ret_shape);
    hf__shape_by_activity(series, at->died, ret_shape);
    hf__shape_of_moment(series, at->died, ret_shape);
}

/* What a path holds at the reference. */
static int64_t held_by(const court *at, uint32_t path)
{
    const hf__path *from = &at->model->paths[path];
    int64_t held = 0;
    for (size_t i = 0; i < from->points_count; i++) {
        const hf__point *point = &at->model->points[from->point_first + i];
        if (point->window <= at->judgement->reference)
            held = point->live_bytes > 0 ? point->live_bytes : point->live_blocks;
    }
    return held;
}

static uint32_t heaviest(const court *at, const uint32_t *paths, size_t count)
{
    uint32_t best = paths[0];
    int64_t most = -1;
    for (size_t i = 0; i < count; i++) {
        int64_t held = held_by(at, paths[i]);
        if (held > most)
            most = held, best = paths[i];
    }
    return best;
}

static uint64_t fingerprint_of(const hf__model *model, uint32_t function, hf__path_kind kind)
{
    hf_text parts[2] = { hf_text_of("", 0), hf_text_of("", 0) };
    if (function != HF_NONE) {
        parts[0] = hf__model_name(model, function);
        parts[1] = hf__model_file(model, function);
        const char *slash = parts[1].length > 0 ? memrchr(parts[1].bytes, '/', parts[1].length) : NULL;
        if (slash != NULL) /* folders differ between machines */
            parts[1] = hf_text_of(slash + 1, (size_t)(parts[1].bytes + parts[1].length - slash - 1));
    }
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ (uint64_t)kind;
    for (size_t p = 0; p < 2; p++) {
        for (size_t i = 0; i < parts[p].length; i++)
            hash = (hash ^ (uint8_t)parts[p].bytes[i]) * UINT64_C(0x100000001b3);
        hash = (hash ^ 0xff) * UINT64_C(0x100000001b3);
    }
    return hash;
}

/* Blocks that pointers lead to, or do not, over all paths. */
static void weigh_reach(const hf__model *model, const uint32_t *paths, size_t count, hf__finding *finding)
{
    hf__reached sum = { .via = HF_NONE };
    for (size_t i = 0; i < count; i++) {
        uint32_t place = model->paths[paths[i]].reached;
        if (place != 0 && finding->kind == HF_PATH_HEAP)
            hf__reached_add(&sum, &model->reached[place - 1]);
    }
    finding->reached = sum;
    finding->reach = hf__reach_of(&sum);
}

static hf__finding make_finding(const court *at, const hf__shape *shape, const uint32_t *paths, size_t count, size_t level)
{
    hf__finding finding = { .shape = *shape, .verdict = shape->verdict, .other = HF_NONE, .site = HF_NONE, .caller = HF_NONE,
                            .recursion = HF_NONE };
    finding.path = heaviest(at, paths, count);
    finding.kind = at->model->paths[finding.path].kind;
    const hf__chain *chain = &at->chains.chains[finding.path];
    finding.function = hf__chain_at(&at->chains, finding.path, level);
    finding.line = level < chain->count ? at->chains.lines[chain->first + level] : 0;
    if (level > 0)
        finding.site = hf__chain_at(&at->chains, finding.path, 0);
    for (size_t i = 0; i < count; i++) {
        const hf__chain *other = &at->chains.chains[paths[i]];
        if (other->recursion != HF_NONE && other->depth_max > finding.depth_max)
            finding.recursion = other->recursion, finding.depth_max = other->depth_max;
    }
    weigh_reach(at->model, paths, count, &finding);
    finding.live_bytes = shape->held_bytes;
    finding.live_blocks = shape->held_blocks;
    finding.fingerprint = fingerprint_of(at->model, finding.function, finding.kind);
    return finding;
}

/* Too few windows to say how it grew: no place is named for what it holds. */
static bool is_unmeasured(const hf__shape *shape)
{
    return shape->verdict == HF_VERDICT_UNDECIDED && shape->reason == HF_REASON_SHORT && !(shape->growth_blocks > 0);
}

static bool is_small(const court *at, hf__path_kind kind, const hf__shape *shape)
{
    if (shape->verdict != HF_VERDICT_UNDECIDED)
        return false;
    double grown = shape->reason == HF_REASON_RELEASED_LAST ? shape->peak_bytes : shape->growth_bytes;
    if (kind == HF_PATH_GOROUTINE)
        grown *= HF_GOROUTINE_BYTES;
    return grown < fmax(HF_SMALL_BYTES, HF_SMALL_SHARE * at->judgement->peak_bytes);
}

static void keep(court *at, hf__finding finding)
{
    hf__judgement *judgement = at->judgement;
    bool found = finding.verdict == HF_VERDICT_LEAK || finding.verdict == HF_VERDICT_UNDECIDED;
    bool put = found ? HF_RESERVE(judgement->findings, judgement->findings_room, judgement->findings_count + 1)
                     : HF_RESERVE(judgement->dismissed, judgement->dismissed_room, judgement->dismissed_count + 1);
    if (!put)
        at->failed = true;
    else if (found)
        judgement->findings[judgement->findings_count++] = finding;
    else
        judgement->dismissed[judgement->dismissed_count++] = finding;
}

/* ---- blame ------------------------------------------------------------------------------------ */

typedef struct part {
    uint32_t  function;      /* the caller */
    size_t    first, count;  /* of the group's paths */
    hf__shape shape;
    double    born, died;
} part;

typedef struct caller_order {
    const hf__chains *chains;
    size_t            level;
} caller_order;

static int compare_callers(const void *left, const void *right, void *by)
{
    const caller_order *order = by;
    uint32_t a = hf__chain_at(order->chains, *(const uint32_t *)left, order->level);
    uint32_t b = hf__chain_at(order->chains, *(const uint32_t *)right, order->level);
    return (a > b) - (a < b);
}

/* Splits a group by the caller at `level`; 0 when there are too many to tell. */
static size_t split_by_caller(court *at, uint32_t *paths, size_t count, size_t level, part *parts)
{
    caller_order order = { &at->chains, level };
    qsort_r(paths, count, sizeof *paths, compare_callers, &order);
    size_t parts_count = 0;
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;
        while (end < count && compare_callers(&paths[i], &paths[end], &order) == 0)
            end++;
        if (parts_count == PARTS_MAX)
            return 0;
        parts[parts_count++] = (part){ .function = hf__chain_at(&at->chains, paths[i], level), .first = i, .count = end - i };
        i = end;
    }
    return parts_count;
}

static void weigh_part(court *at, const uint32_t *paths, part *one)
{
    gather_paths(at, paths + one->first, one->count, &one->shape);
    const hf__series *series = &at->gather.series;
    for (size_t i = 0; i < series->end; i++) {
        one->born += series->born_blocks[i];
        one->died += series->died_blocks[i];
    }
}

static bool gives_back(const part *one)
{
    return one->shape.verdict != HF_VERDICT_LEAK && one->born >= HF_EVENTS_MIN && one->died >= HF_GIVES_BACK * one->born;
}

static bool grows(const part *one)
{
    return one->shape.verdict == HF_VERDICT_LEAK || one->shape.verdict == HF_VERDICT_UNDECIDED;
}

/* Lays a growing group at the function at `level` of its chains, or at those callers that alone grow. */
static void blame(court *at, const hf__shape *shape, uint32_t *paths, size_t count, size_t level, uint32_t other)
{
    part *parts = hf__room_zeroed(PARTS_MAX, sizeof *parts);
    if (parts == NULL) {
        at->failed = true;
        return;
    }
    size_t parts_count = level < BLAME_LEVELS_MAX ? split_by_caller(at, paths, count, level + 1, parts) : 0;
    const part *giver = NULL;
    size_t growers = 0;
    for (size_t i = 0; parts_count > 1 && i < parts_count; i++) {
        weigh_part(at, paths, &parts[i]);
        growers += grows(&parts[i]);
        if (gives_back(&parts[i]) && (giver == NULL || parts[i].born > giver->born))
            giver = &parts[i];
    }
    if (giver != NULL && growers > 0 && growers < parts_count) {
        for (size_t i = 0; i < parts_count; i++) {
            if (grows(&parts[i]) && parts[i].function != HF_NONE)
                blame(at, &parts[i].shape, paths + parts[i].first, parts[i].count, level + 1, giver->function);
            else
                keep(at, make_finding(at, &parts[i].shape, paths + parts[i].first, parts[i].count, level));
        }
    } else {
        hf__finding finding = make_finding(at, shape, paths, count, level);
        finding.other = other;
        keep(at, finding);
    }
    hf__room_free(parts);
}

/* ---- all groups ------------------------------------------------------------------------------- */

static int compare_groups(const void *left, const void *right, void *by)
{
    const court *at = by;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    hf__path_kind kind_a = at->model->paths[a].kind, kind_b = at->model->paths[b].kind;
    if (kind_a != kind_b)
        return kind_a < kind_b ? -1 : 1;
    uint32_t one = hf__chain_at(&at->chains, a, 0), other = hf__chain_at(&at->chains, b, 0);
    return (one > other) - (one < other);
}

static bool sort_groups(court *at)
{
    size_t count = at->model->paths_count;
    at->order = hf__room_zeroed(count, sizeof *at->order);
    if (at->order == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        at->order[i] = (uint32_t)i;
    qsort_r(at->order, count, sizeof *at->order, compare_groups, at);
    return true;
}

static void judge_groups(court *at)
{
    size_t count = at->model->paths_count;
    for (size_t first = 0; first < count && !at->failed;) {
        size_t end = first + 1;
        while (end < count && compare_groups(&at->order[first], &at->order[end], at) == 0)
            end++;
        hf__shape shape;
        gather_paths(at, at->order + first, end - first, &shape);
        bool unmeasured = is_unmeasured(&shape), open = shape.verdict == HF_VERDICT_UNDECIDED;
        if (shape.verdict == HF_VERDICT_LEAK || (open && !unmeasured && !is_small(at, at->model->paths[at->order[first]].kind, &shape))) {
            blame(at, &shape, at->order + first, end - first, 0, HF_NONE);
        } else {
            at->unmeasured |= unmeasured && shape.held_blocks >= HF_EVENTS_MIN;
            if (open) {
                shape.verdict = HF_VERDICT_STEADY;
                shape.reason = unmeasured ? HF_REASON_SHORT : HF_REASON_FEW;
            }
            if (shape.peak_bytes > 0)
                keep(at, make_finding(at, &shape, at->order + first, end - first, 0));
        }
        first = end;
    }
}

/* ---- order ------------------------------------------------------------------------------------ */

static int compare_findings(const void *left, const void *right)
{
    const hf__finding *a = left, *b = right;
    if (a->verdict != b->verdict)
        return a->verdict < b->verdict ? -1 : 1;
    if (a->shape.rate != b->shape.rate)
        return a->shape.rate > b->shape.rate ? -1 : 1;
    return (a->fingerprint > b->fingerprint) - (a->fingerprint < b->fingerprint);
}

static int compare_dismissed(const void *left, const void *right)
{
    const hf__finding *a = left, *b = right;
    if (a->shape.peak_bytes != b->shape.peak_bytes)
        return a->shape.peak_bytes > b->shape.peak_bytes ? -1 : 1;
    return (a->fingerprint > b->fingerprint) - (a->fingerprint < b->fingerprint);
}

/* Of perhaps a hundred thousand, some are shown: one pass keeps the largest so far in order, the rest is left out. */
static void keep_largest_dismissed(hf__judgement *judgement, size_t most)
{
    hf__finding *all = judgement->dismissed;
    size_t kept = 0;
    for (size_t i = 0; i < judgement->dismissed_count; i++) {
        if (kept == most && compare_dismissed(&all[i], &all[kept - 1]) >= 0)
            continue;
        hf__finding one = all[i];
        size_t place = kept < most ? kept++ : kept - 1;
        for (; place > 0 && compare_dismissed(&one, &all[place - 1]) < 0; place--)
            all[place] = all[place - 1];
        all[place] = one;
    }
    judgement->dismissed_count = kept;
}

static void settle(court *at)
{
    hf__judgement *judgement = at->judgement;
    if (judgement->findings_count > 0)
        qsort(judgement->findings, judgement->findings_count, sizeof *judgement->findings, compare_findings);
    judgement->verdict = HF_VERDICT_STEADY;
    for (size_t i = 0; i < judgement->findings_count; i++) {
        if (judgement->findings[i].verdict < judgement->verdict)
            judgement->verdict = judgement->findings[i].verdict;
        if (judgement->findings[i].verdict == HF_VERDICT_LEAK)
            judgement->bytes_per_second += hf__finding_rate(&judgement->findings[i], judgement->findings[i].shape.rate);
    }
    for (size_t i = 0; i < judgement->dismissed_count; i++)
        if (judgement->dismissed[i].verdict < judgement->verdict)
            judgement->verdict = judgement->dismissed[i].verdict;
    keep_largest_dismissed(judgement, at->options->dismissed_max > 0 ? at->options->dismissed_max : DISMISSED_MAX);
}

static void measure_whole(court *at)
{
    hf__judgement *judgement = at->judgement;
    hf__gather_begin(&at->gather, at->model);
    for (uint32_t path = 0; path < at->model->paths_count; path++)
        if (at->model->paths[path].kind == HF_PATH_HEAP)
            hf__gather_add(&at->gather, at->model, path);
    at->failed |= !hf__gather_end(&at->gather);
    const hf__series *series = &at->gather.series;
    judgement->windows = series->end;
    judgement->reference = series->end > 0 ? series->end - 1 : 0;
    judgement->checkpoints = at->model->checkpoints_seen;
    judgement->lost_events = at->model->lost_events;
    judgement->cut = at->model->cut;
    if (series->end == 0)
        return;
    judgement->seconds = at->model->checkpoints[series->count - 1].seconds;
    judgement->is_moment = hf__is_moment(series);
    judgement->live_bytes = series->live_bytes[judgement->reference];
    judgement->live_blocks = series->live_blocks[judgement->reference];
    for (size_t i = 0; i < series->end; i++)
        at->died[i] = series->died_blocks[i] + (i > 0 ? at->died[i - 1] : 0);
    for (size_t i = 0; i < series->end; i++)
        at->active[i] = series->born_blocks[i] + series->died_blocks[i];
    for (size_t i = 0; i < series->end; i++)
        judgement->peak_bytes = fmax(judgement->peak_bytes, series->live_bytes[i]);
    hf__reconcile(at->model, series, &judgement->reconciled);
}

hf_status hf__judge(const hf__model *model, const hf__judge_options *options, hf__judgement *ret_judgement, hf_error *reterr)
{
    static const hf__judge_options plain;
    hf__judgement judgement = { .verdict = HF_VERDICT_STEADY };
    court at = { .model = model, .options = options != NULL ? options : &plain, .judgement = &judgement };
    hf_status status = hf__chains_make(model, at.options->focus, &at.chains, reterr);
    if (status == HF_OK) {
        measure_whole(&at);
        at.failed |= !sort_groups(&at);
        if (!at.failed)
            judge_groups(&at);
        if (!at.failed)
            at.failed |= !hf__calibrate_candidates(model, &judgement);
        if (!at.failed)
            at.failed |= !hf__merge_findings(model, &at.chains, &at.gather, &judgement);
        if (!at.failed)
            at.failed |= !hf__calibrate(model, &judgement) || !hf__weigh_loss(model, &judgement) ||
                         !hf__find_fragmentation(model, &judgement);
        settle(&at);
        if (at.failed)
            status = hf__fail(reterr, HF_NO_MEMORY, NULL);
    }
    /* Too little was seen: of a program that was short, or of a recording whose rest is missing. */
    bool is_short = (at.unmeasured || model->checkpoints_seen < 2) && judgement.live_blocks >= HF_EVENTS_MIN && !judgement.is_moment;
    bool is_torso = model->cut && judgement.windows < HF_WINDOWS_MIN && judgement.findings_count == 0;
    if (status == HF_OK && (is_short || is_torso))
        judgement.verdict = HF_VERDICT_UNDECIDED;
    hf__chains_release(&at.chains);
    hf__gather_release(&at.gather);
    hf__room_free(at.order);
    if (status != HF_OK)
        hf__judgement_release(&judgement);
    else
        *ret_judgement = judgement;
    return status;
}

void hf__judgement_release(hf__judgement *judgement)
{
    hf__room_free(judgement->findings);
    hf__room_free(judgement->dismissed);
    *judgement = (hf__judgement){ 0 };
}

size_t hf__folded_stack(const hf__model *model, uint32_t path, bool from_own, uint32_t *functions, size_t functions_max)
{
    size_t count = 0;
    bool has_own = false;
    for (uint32_t frame = model->paths[path].frame; frame != 0 && !has_own; frame = model->frames[frame].parent)
        has_own = model->functions[model->frames[frame].function].origin == HF_ORIGIN_OWN;
    for (uint32_t frame = model->paths[path].frame; frame != 0 && count < functions_max; frame = model->frames[frame].parent) {
        uint32_t function = model->frames[frame].function;
        hf__origin origin = model->functions[function].origin;
        if (origin == HF_ORIGIN_START || (from_own && has_own && count == 0 && origin != HF_ORIGIN_OWN))
            continue;
        size_t seen = 0;
        while (seen < count && functions[seen] != function)
            seen++;
        if (seen == count)
            functions[count++] = function;
    }
    return count;
}
