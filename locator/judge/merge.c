/* merge.c - which findings are one bug?
 *
 * Two findings belong together when their growth has the same course, and
 *   - one is laid at a function that calls the other (what a constructor's helpers ask for is the
 *     constructor's), or
 *   - both are called by the same function, which is not the outermost of the program's own, and
 *     they keep pace block for block: parts of one thing, forgotten together.
 * The finding is laid at the function further out of the first, and of parts at the one that grows by most
 * bytes: their caller asks for nothing itself, but is told. What threads or goroutines hold on the heap, and
 * that grows as they do, is theirs; and so is what the function that starts them asks for, in whatever course: groups
 * are made by function, and only their kinds keep these two apart. */
#include "merge.h"

#include <math.h>

#include "room.h"

enum { MERGED_MAX = 128 };

typedef struct course {
    double grown[HF_WINDOWS_MAX]; /* blocks kept, or bytes where there are no more blocks, summed up, as a share of all */
    double samples; /* behind them, when sampled; else 0 */
    size_t windows;
} course;

/* How the growth of the paths blamed on one finding went: all with the function at its place. */
static bool is_path_of(const hf__chains *chains, const hf__finding *finding, uint32_t path, const hf__model *model)
{
    if (model->paths[path].kind != finding->kind)
        return false;
    uint32_t site = finding->site != HF_NONE ? finding->site : finding->function;
    return hf__chain_at(chains, path, 0) == site &&
           hf__chain_find(chains, path, finding->function) < chains->chains[path].count;
}

static bool make_course(const hf__model *model, const hf__chains *chains, hf__gather *gather, const hf__finding *finding,
                        course *ret)
{
    hf__gather_begin(gather, model);
    for (uint32_t path = 0; path < model->paths_count; path++)
        if (is_path_of(chains, finding, path, model))
            hf__gather_add(gather, model, path);
    if (!hf__gather_end(gather))
        return false;
    const hf__series *series = &gather->series;
    double sum = 0, before = 0, low = HUGE_VAL;
    const double *live = finding->shape.resized ? series->live_bytes : series->live_blocks;
    ret->windows = series->end;
    /* What stays: the lowest level from there on. */
    for (size_t i = series->end; i-- > 0;) {
        low = fmin(low, live[i]);
        ret->grown[i] = low;
    }
    before = series->end > 0 ? ret->grown[0] : 0;
    sum = series->end > 0 ? ret->grown[series->end - 1] - before : 0;
    for (size_t i = 0; i < series->end; i++)
        ret->grown[i] = sum > 0 ? (ret->grown[i] - before) / sum : 0;
    ret->samples = series->noise_bytes > 0 ? finding->shape.growth_bytes / series->noise_bytes : 0;
    return true;
}

static double apart(const course *a, const course *b)
{
    double most = 0;
    for (size_t i = 0; i < a->windows && i < b->windows; i++)
        most = fmax(most, fabs(a->grown[i] - b->grown[i]));
    return most;
}

/* How far apart the courses of one thing may lie: few samples wander (Smirnov's bound at 95 %). */
static double course_limit(const course *a, const course *b, double exact)
{
    if (!(a->samples > 0) || !(b->samples > 0))
        return exact;
    return exact + 1.36 * sqrt(1 / a->samples + 1 / b->samples);
}

/* Is `outer`'s function among the callers of `inner`? */
static bool calls(const hf__chains *chains, const hf__finding *outer, const hf__finding *inner)
{
    size_t at = hf__chain_find(chains, inner->path, outer->function);
    size_t own = hf__chain_find(chains, inner->path, inner->function);
    return at < chains->chains[inner->path].count && at > own;
}

/* The function that calls both, directly or through one more, and has a caller of its own; else HF_NONE. */
static uint32_t common_caller(const hf__chains *chains, const hf__finding *a, const hf__finding *b)
{
    const hf__chain *chain = &chains->chains[a->path];
    size_t own = hf__chain_find(chains, a->path, a->function);
    for (size_t i = own + 1; i <= own + 2 && i + 1 < chain->count; i++) {
        uint32_t function = hf__chain_at(chains, a->path, i);
        size_t other_own = hf__chain_find(chains, b->path, b->function);
        size_t other = hf__chain_find(chains, b->path, function);
        if (other < chains->chains[b->path].count && other > other_own && other <= other_own + 2)
            return function;
    }
    return HF_NONE;
}

static void merge_into(hf__finding *outer, const hf__finding *inner)
{
    outer->shape.rate += inner->shape.rate;
    /* The errors of the two add up as independent ones do. */
    double low = hypot(outer->shape.rate - inner->shape.rate - outer->shape.rate_low, inner->shape.rate - inner->shape.rate_low);
    double high = hypot(outer->shape.rate_high - (outer->shape.rate - inner->shape.rate), inner->shape.rate_high - inner->shape.rate);
    outer->shape.rate_low = outer->shape.rate - low;
    outer->shape.rate_high = outer->shape.rate + high;
    double grown = outer->shape.growth_bytes + inner->shape.growth_bytes;
    if (grown > 0)
        outer->shape.sampling_error = hypot(outer->shape.sampling_error * outer->shape.growth_bytes,
                                            inner->shape.sampling_error * inner->shape.growth_bytes) / grown;
    outer->shape.growth_bytes = grown;
    outer->shape.growth_blocks += inner->shape.growth_blocks;
    outer->shape.samples += inner->shape.samples;
    outer->shape.held_bytes += inner->shape.held_bytes;
    outer->shape.held_blocks += inner->shape.held_blocks;
    outer->live_bytes += inner->live_bytes;
    outer->live_blocks += inner->live_blocks;
    if (inner->verdict < outer->verdict)
        outer->verdict = outer->shape.verdict = inner->verdict;
    if (inner->depth_max > outer->depth_max)
        outer->recursion = inner->recursion, outer->depth_max = inner->depth_max;
    outer->merged += 1 + inner->merged;
    hf__reached_add(&outer->reached, &inner->reached);
    outer->reach = hf__reach_of(&outer->reached);
}

/* Is what `heap` holds held by the threads or goroutines of `runner`? */
static bool is_held_by(const hf__chains *chains, const hf__finding *runner, const hf__finding *heap)
{
    if ((runner->kind != HF_PATH_GOROUTINE && runner->kind != HF_PATH_THREAD) || heap->kind != HF_PATH_HEAP)
        return false;
    return hf__chain_find(chains, heap->path, runner->function) < chains->chains[heap->path].count ||
           hf__chain_find(chains, runner->path, heap->function) < chains->chains[runner->path].count;
}

/* What goroutines hold on the heap counts with them. */
static void hold_by(hf__finding *runner, const hf__finding *heap)
{
    if (runner->kind == HF_PATH_THREAD) {
        merge_into(runner, heap);
        return;
    }
    if (runner->shape.growth_blocks > 0)
        runner->bytes_per_block += heap->shape.growth_bytes / runner->shape.growth_blocks;
    runner->live_bytes += heap->live_bytes;
    runner->merged += 1 + heap->merged;
}

bool hf__merge_findings(const hf__model *model, const hf__chains *chains, hf__gather *gather, hf__judgement *judgement)
{
    size_t count = judgement->findings_count;
    if (count < 2 || count > MERGED_MAX)
        return true;
    course *courses = hf__room_zeroed(count, sizeof *courses);
    bool *gone = hf__room_zeroed(count, sizeof *gone);
    bool fine = courses != NULL && gone != NULL;
    for (size_t i = 0; fine && i < count; i++)
        fine = make_course(model, chains, gather, &judgement->findings[i], &courses[i]);
    for (size_t pass = 0; fine && pass < 2; pass++)
        for (size_t i = 0; i < count; i++)
            for (size_t j = 0; j < count; j++) {
                hf__finding *outer = &judgement->findings[i], *inner = &judgement->findings[j];
                if (i == j || gone[i] || gone[j] || outer->function == HF_NONE)
                    continue;
                double distance = apart(&courses[i], &courses[j]);
                if (outer->kind != inner->kind) {
                    bool alike = outer->function == inner->function || distance <= course_limit(&courses[i], &courses[j], HF_COURSE_APART_MAX);
                    if (pass == 1 && alike && is_held_by(chains, outer, inner)) {
                        hold_by(outer, inner);
                        gone[j] = true;
                    }
                } else if (pass == 0 && calls(chains, outer, inner) &&
                           distance <= course_limit(&courses[i], &courses[j], HF_COURSE_APART_MAX)) {
                    merge_into(outer, inner);
                    gone[j] = true;
                } else if (pass == 1 && i < j && distance <= HF_LOCKSTEP_MAX) {
                    uint32_t caller = common_caller(chains, outer, inner);
                    if (caller == HF_NONE)
                        continue;
                    bool first = outer->shape.growth_bytes >= inner->shape.growth_bytes;
                    merge_into(first ? outer : inner, first ? inner : outer);
                    (first ? outer : inner)->caller = caller;
                    gone[first ? j : i] = true;
                }
            }
    size_t kept = 0;
    for (size_t i = 0; fine && i < count; i++)
        if (!gone[i])
            judgement->findings[kept++] = judgement->findings[i];
    if (fine)
        judgement->findings_count = kept;
    hf__room_free(courses);
    hf__room_free(gone);
    return fine;
}
