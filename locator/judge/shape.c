/* shape.c - the tests on one series. See docs/verdicts.md for why they are what they are.
 *
 * Two curves are looked at. L is what is live at the end of each window. K is what was born in
 * each window and is still alive at the reference, the end of what is judged: it has no noise from
 * blocks in flight, and exists where single blocks were followed. Where it does not, the
 * increments of L stand in for it. */
#include "shape.h"

#include <math.h>
#include <string.h>

#include "floor.h"
#include "statistics.h"

typedef struct swing {
    size_t peak, trough;
} swing;

typedef struct look {
    const hf__series *series;
    hf__shape        *shape;
    size_t            windows;              /* that are judged: up to the reference */
    double            level[HF_WINDOWS_MAX]; /* L, in bytes, or in blocks for what has no bytes */
    double            kept[HF_WINDOWS_MAX], kept_blocks[HF_WINDOWS_MAX];
    double            settled[HF_WINDOWS_MAX]; /* growth of what outlives the window after its birth */
    swing             swings[HF_WINDOWS_MAX];
    size_t            swings_count;
    double            noise;                /* variance for each byte */
    double            age_cut_max;          /* of the run: the most that is cut off its end because it may still die */
} look;

static const char *const verdict_names[] = { "leak", "undecided", "fragmentation", "filling", "churn", "steady" };

const char *hf__verdict_name(hf__verdict verdict)
{
    return verdict_names[verdict];
}

static double begin_of(const hf__series *series, size_t window)
{
    return window == 0 ? series->begin_s : series->seconds[window - 1];
}

static void say(look *at, hf__verdict verdict, hf__reason reason, double confidence)
{
    at->shape->verdict = verdict;
    at->shape->reason = reason;
    at->shape->confidence = confidence;
}

/* What was born in each window and is alive at the end of window `at->windows - 1`. */
static void find_kept(look *at)
{
    const hf__series *series = at->series;
    size_t reference = at->windows - 1;
    if (!series->has_cohorts) {
        for (size_t i = 0; i < at->windows; i++) {
            at->kept[i] = at->level[i] - (i > 0 ? at->level[i - 1] : 0);
            at->kept_blocks[i] = series->live_blocks[i] - (i > 0 ? series->live_blocks[i - 1] : 0);
            at->settled[i] = at->kept[i];
        }
        return;
    }
    for (size_t i = 0; i < at->windows; i++) {
        at->kept[i] = series->born_bytes[i] - series->died_bytes[i];
        at->kept_blocks[i] = series->born_blocks[i] - series->died_blocks[i];
    }
    for (size_t i = 0; i < series->deaths_count; i++) {
        const hf__death *death = &series->deaths[i];
        if (death->died > reference)
            continue;
        at->kept[death->born] -= (double)death->bytes;   /* died later */
        at->kept_blocks[death->born] -= (double)death->blocks;
        at->kept[death->died] += (double)death->bytes;   /* not a death of what was born in that window */
        at->kept_blocks[death->died] += (double)death->blocks;
    }
    /* What dies young only blurs the level, by however large it is. */
    for (size_t i = 0; i < at->windows; i++)
        at->settled[i] = at->kept[i];
    for (size_t i = 0; i < series->deaths_count; i++) {
        const hf__death *death = &series->deaths[i];
        if (death->died > reference || death->died < death->born + 2)
            continue;
        at->settled[death->born] += (double)death->bytes;
        at->settled[death->died] -= (double)death->bytes;
    }
}

/* The age that nearly all which die stay below: what is older at the reference will stay. */
static double age_of_dying(const look *at)
{
    const hf__series *series = at->series;
    double total = 0, by_windows[HF_WINDOWS_MAX] = { 0 };
    for (size_t i = 0; i < at->windows; i++)
        total += series->died_blocks[i];
    for (size_t i = 0; i < series->deaths_count; i++)
        if (series->deaths[i].died < at->windows)
            by_windows[series->deaths[i].died - series->deaths[i].born] += (double)series->deaths[i].blocks;
    double older = 0;
    size_t apart = at->windows;
    while (apart > 1 && older + by_windows[apart - 1] <= HF_OLD_DEATHS * total)
        older += by_windows[--apart];
    double length = series->seconds[at->windows - 1] - series->begin_s;
    return length * (double)(apart < at->windows ? apart : at->windows - 1) / (double)at->windows;
}

static double highest(const double *values, size_t count)
{
    double top = 0;
    for (size_t i = 0; i < count; i++)
        top = values[i] > top ? values[i] : top;
    return top;
}

/* What was small beside all that came later tells nothing of it: two blocks in flight are no sawtooth, though one of
 * them falls by half. */
static void forget_small_swings(look *at)
{
    size_t kept = 0;
    for (size_t i = 0; i < at->swings_count; i++) {
        swing one = at->swings[i];
        if (at->level[one.peak] - at->level[one.trough] >= HF_LEVEL_SHARE_MIN * at->shape->peak_bytes)
            at->swings[kept++] = one;
    }
    at->swings_count = kept;
}

/* Falls from a peak by more than HF_DROP_SHARE of it and more than noise can do. */
static void find_swings(look *at)
{
    size_t peak = 0, trough = 0;
    bool falling = false;
    for (size_t i = 1; i < at->windows; i++) {
        double level = at->level[i];
        if (!falling) {
            if (level >= at->level[peak])
                peak = i;
            double noise = HF_DROP_ERRORS * sqrt(at->noise * at->level[peak]);
            double fall = at->level[peak] - level;
            if (fall > HF_DROP_SHARE * at->level[peak] && fall > noise) {
                falling = true;
                trough = i;
            }
        } else if (level <= at->level[trough]) {
            trough = i;
        } else if (level - at->level[trough] > HF_DROP_SHARE * (at->level[peak] - at->level[trough])) {
            at->swings[at->swings_count++] = (swing){ peak, trough };
            falling = false;
            peak = i;
        }
    }
    if (falling)
        at->swings[at->swings_count++] = (swing){ peak, trough };
    forget_small_swings(at);
    for (size_t i = 0; i < at->swings_count; i++) {
        double share = 1 - at->level[at->swings[i].trough] / at->level[at->swings[i].peak];
        if (share > at->shape->dropped_share)
            at->shape->dropped_share = share;
    }
    at->shape->drops = at->swings_count;
}

/* ---- cells: equal stretches of time with the growth in each --------------------------------- */

typedef struct cells {
    size_t count;
    double from_s, until_s;
    double growth[HF_WINDOWS_MAX];
} cells;

/* Spreads the growth of windows [first, end) over `count` cells, by the time that they share. */
static void make_cells(const look *at, const double *growth, size_t first, size_t end, size_t count, cells *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->count = count;
    ret->from_s = begin_of(at->series, first);
    ret->until_s = at->series->seconds[end - 1];
    double width = (ret->until_s - ret->from_s) / (double)count;
    for (size_t i = first; i < end; i++) {
        double from = begin_of(at->series, i) - ret->from_s, until = at->series->seconds[i] - ret->from_s;
        size_t cell = width > 0 ? (size_t)(from / width) : 0;
        if (!(until > from)) {
            ret->growth[cell < count ? cell : count - 1] += growth[i];
            continue;
        }
        for (; cell < count && (double)cell * width < until; cell++) {
            double left = fmax(from, (double)cell * width), right = fmin(until, (double)(cell + 1) * width);
            if (right > left)
                ret->growth[cell] += growth[i] * (right - left) / (until - from);
        }
    }
}

/* ---- where does the stretch begin that counts? ---------------------------------------------- */

/* Where a fit with two paces is better than one with a single pace by the most; 0 for nowhere. */
static size_t find_break(const look *at, size_t first, size_t end, double *ret_head, double *ret_tail)
{
    double time_all = at->series->seconds[end - 1] - begin_of(at->series, first), sum_all = 0, squares = 0;
    double shortest = time_all / (double)(end - first) / 2; /* a pace within less is chance, or a spike that hides all others */
    for (size_t i = first; i < end; i++) {
        double time = at->series->seconds[i] - begin_of(at->series, i);
        sum_all += at->kept[i];
        squares += shortest > 0 ? at->kept[i] * at->kept[i] / fmax(time, shortest) : 0;
    }
    double spread = time_all > 0 ? squares - sum_all * sum_all / time_all : 0, best = HF_BREAK_SHARE * spread, sum = 0;
    size_t split = 0;
    for (size_t i = first; i + HF_WINDOWS_MIN < end; i++) {
        sum += at->kept[i];
        double time = at->series->seconds[i] - begin_of(at->series, first);
        if (!(time > 0) || time < shortest || !(time_all > time))
            continue;
        double head = sum / time, tail = (sum_all - sum) / (time_all - time);
        double gain = time * (time_all - time) / time_all * (head - tail) * (head - tail);
        /* Few samples break by chance. */
        double chance = sqrt(at->noise * (fmax(head, 0) / time + fmax(tail, 0) / (time_all - time)));
        if (gain > best && fabs(head - tail) >= HF_BREAK_ERRORS * chance)
            best = gain, split = i + 1, *ret_head = head, *ret_tail = tail;
    }
    return split;
}

/* The window from which on growth has one pace: warm-up and quiet before it are cut off. */
static size_t find_start(const look *at, size_t first, size_t end, bool *ret_warm_up)
{
    *ret_warm_up = false;
    for (int round = 0; round < 3; round++) {
        double head = 0, tail = 0;
        size_t split = find_break(at, first, end, &head, &tail);
        bool late = tail > 0 && tail > HF_LATE_RATIO * fmax(head, 0);
        bool warm = head > 0 && tail < HF_HEAD_RATIO * head;
        if (split == 0 || (!late && !warm))
            break;
        *ret_warm_up |= warm;
        first = split;
    }
    return first;
}

/* ---- special shapes -------------------------------------------------------------------------- */

/* One block that moves to a larger one at ever longer intervals: a vector that never stops. */
static bool is_doubling(look *at)
{
    const hf__series *series = at->series;
    if (highest(series->live_blocks, at->windows) > HF_DOUBLING_BLOCKS)
        return false;
    double step_s[HF_WINDOWS_MAX], before[HF_WINDOWS_MAX];
    size_t steps = 0;
    for (size_t i = 1; i < at->windows; i++) {
        double low = at->level[i - 1], high = at->level[i];
        if (high < low * 0.99)
            return false;
        if (low > 0 && high > 1.15 * low) {
            step_s[steps] = (begin_of(series, i) + series->seconds[i]) / 2;
            before[steps++] = low;
        }
    }
    if (steps < HF_DOUBLING_STEPS)
        return false;
    double last_gap = step_s[steps - 1] - step_s[steps - 2], gap_before = step_s[steps - 2] - step_s[steps - 3];
    double now = series->seconds[at->windows - 1], ratio = at->level[at->windows - 1] / before[steps - 1];
    if (!(last_gap > 1.15 * gap_before) || now - step_s[steps - 1] > 1.25 * ratio * last_gap)
        return false;
    /* Between two steps the content grew from one size to the next: a table that fills slows down here too. */
    double pace = (before[steps - 1] - before[steps - 2]) / last_gap;
    double pace_before = (before[steps - 2] - before[steps - 3]) / gap_before;
    if (pace < HF_PACE_LEAK * pace_before)
        return false;
    /* A step happens when the content has reached the size before it: two steps give the pace. */
    size_t from = steps - HF_DOUBLING_STEPS;
    hf__shape *shape = at->shape;
    shape->rate = (before[steps - 1] - before[from]) / (step_s[steps - 1] - step_s[from]);
    shape->rate_low = shape->rate * 0.8;
    shape->rate_high = shape->rate * 1.25;
    shape->since_s = step_s[0];
    shape->until_s = now;
    shape->growth_bytes = at->level[at->windows - 1] - before[0];
    shape->growth_blocks = 0;
    shape->pace_end = 1;
    say(at, HF_VERDICT_LEAK, HF_REASON_GROWS_DOUBLING, 0.9);
    return true;
}

/* Has what came after the last fall lasted so long that it is no tooth of a saw like those before? */
static bool last_tooth_is_none(const look *at)
{
    const hf__series *series = at->series;
    double longest = 0, begin = series->begin_s;
    for (size_t i = 0; i < at->swings_count; i++) {
        double fallen = series->seconds[at->swings[i].trough];
        longest = fmax(longest, fallen - begin);
        begin = fallen;
    }
    return series->seconds[at->windows - 1] - begin > HF_TOOTH_RATIO * longest;
}

/* Judges the time up to the end of window `last`, as if the program had ended there. */
static void shape_before(const look *at, size_t last, hf__shape *ret_shape)
{
    hf__series before = *at->series;
    before.end = last + 1;
    hf__shape_of(&before, ret_shape);
}

/* Were single things taken out all the while, until the end of window `last`? A batch only puts in. */
static bool is_store(const look *at, size_t last)
{
    const hf__series *series = at->series;
    double born = 0, erased = 0;
    for (size_t i = 0; i <= last; i++)
        born += series->born_blocks[i];
    for (size_t i = 0; i < series->deaths_count; i++)
        if (series->deaths[i].died <= last)
            erased += (double)series->deaths[i].blocks;
    return erased >= HF_ERASED_SHARE * born;
}

/* Grew and was then released as a whole, once, and nothing came after. */
static bool is_released_whole(look *at)
{
    if (at->swings_count != 1)
        return false;
    swing fall = at->swings[0];
    size_t last = at->windows - 1;
    if (at->level[last] > HF_RELEASED_SHARE * at->level[fall.peak])
        return false;
    const hf__series *series = at->series;
    double length = series->seconds[last] - series->begin_s;
    if (last_tooth_is_none(at))
        return false;
    /* Did it stand still, as what is built and then used does, before it was released? */
    size_t full = fall.peak;
    while (full > 0 && at->level[full - 1] >= 0.98 * at->level[fall.peak])
        full--;
    size_t release = fall.peak;
    while (release + 1 < at->windows && at->level[release + 1] >= 0.98 * at->level[fall.peak])
        release++;
    double stood = series->seconds[release] - series->seconds[full];
    double quiet = series->seconds[last] - series->seconds[fall.trough];
    bool last_act = quiet <= 0.1 * length;
    size_t grown = 0;
    for (size_t i = 0; i <= full; i++)
        grown += at->level[i] > (i > 0 ? at->level[i - 1] : 0) * 1.001;
    if (last_act && stood <= 0.05 * length && grown >= HF_WINDOWS_MIN && series->seconds[full] > 0.6 * length) {
        hf__shape before;
        shape_before(at, fall.peak, &before);
        if (before.verdict == HF_VERDICT_LEAK && is_store(at, fall.peak)) {
            before.released_last = true;
            *at->shape = before;
            return true;
        }
        if (before.verdict >= HF_VERDICT_FILLING) { /* its last height was chance: what came went, or had stopped to come */
            say(at, HF_VERDICT_CHURN, HF_REASON_BATCH, 0.9);
            return true;
        }
        at->shape->rate = at->level[full] / fmax(series->seconds[full] - series->begin_s, 1e-9);
        at->shape->rate_low = 0;
        at->shape->rate_high = at->shape->rate;
        at->shape->more_s = length;
        say(at, HF_VERDICT_UNDECIDED, HF_REASON_RELEASED_LAST, 0.5);
    } else {
        say(at, HF_VERDICT_CHURN, HF_REASON_BATCH, 0.9);
    }
    return true;
}

/* ---- the main test --------------------------------------------------------------------------- */

typedef struct growth_test {
    cells  kept, level;
    double mean, error, coverage, recency, pace, pace_error, turnover, events, bursts;
} growth_test;

static size_t cells_for(double bursts, size_t windows)
{
    double wanted = bursts / 2;
    size_t count = wanted > HF_CELLS_MAX ? HF_CELLS_MAX : wanted < HF_CELLS_MIN ? HF_CELLS_MIN : (size_t)wanted;
    return count > windows ? windows : count;
}

/* A saw is lowest right after each fall. Where growth begins only after some fall, does it show from the low point before it
 * to the last one? If things are kept for some teeth and then taken out, they are young at any time, and the low points
 * stay where they were. Lowers the turnover to what the low points have risen, unless they go up and down by more. */
static void look_at_low_points(const look *at, size_t first, size_t end, double kept_sum, growth_test *test)
{
    if (!(kept_sum > 0) || at->swings_count < 2 || end != at->swings[at->swings_count - 1].trough)
        return;
    size_t before = at->swings_count;
    double squares = 0;
    for (size_t i = 0; i < at->swings_count; i++) {
        double step = i > 0 ? at->level[at->swings[i].trough] - at->level[at->swings[i - 1].trough] : 0;
        squares += step * step;
        if (at->swings[i].trough <= first)
            before = i;
    }
    if (before == at->swings_count) /* growing since before the first fall */
        return;
    double risen = at->level[end] - at->level[at->swings[before].trough];
    double chance = HF_LOW_POINT_ERRORS * sqrt(squares / (double)(at->swings_count - 1));
    if (kept_sum - risen > chance)
        test->turnover = fmin(test->turnover, risen / kept_sum);
}

static void run_test(const look *at, size_t first, size_t end, growth_test *ret)
{
    memset(ret, 0, sizeof *ret);
    double level_growth[HF_WINDOWS_MAX] = { 0 }, kept_sum = 0, settled_sum = 0;
    for (size_t i = first; i < end; i++) {
        level_growth[i] = at->level[i] - (i > 0 ? at->level[i - 1] : 0);
        kept_sum += at->kept[i];
        settled_sum += at->settled[i];
        ret->events += at->kept_blocks[i];
        ret->bursts += at->kept[i] > 0;
    }
    size_t count = cells_for(ret->bursts, end - first);
    make_cells(at, at->kept, first, end, count, &ret->kept);
    make_cells(at, level_growth, first, end, count, &ret->level);
    const double *growth = ret->kept.growth;
    double deviation = hf__deviation(growth, count);
    ret->mean = hf__mean(growth, count);
    double sampling = sqrt(at->noise * fmax(kept_sum, 0)) / (double)count;
    ret->error = fmax(deviation / sqrt((double)count), sampling);
    size_t grown = 0, last = count / 4 > 0 ? count / 4 : 1;
    for (size_t i = 0; i < count; i++)
        grown += growth[i] > 0.25 * ret->mean;
    ret->coverage = (double)grown / (double)count;
    double latest = hf__mean(growth + count - last, last);
    ret->recency = ret->mean > 0 ? latest / ret->mean : 0;
    /* What sampling may have missed of the last quarter, at most: two errors, and not less than those of one sample. */
    if (ret->mean > 0 && at->noise > 0)
        ret->recency += 2 * sqrt(at->noise * fmax(latest * (double)last, at->noise)) / (double)last / ret->mean;
    ret->turnover = kept_sum > 0 ? settled_sum / kept_sum : 0;
    /* What is in flight moves up and down by chance: only a fall beyond that is turnover. */
    double in_flight[HF_WINDOWS_MAX];
    for (size_t i = first; i < end; i++)
        in_flight[i - first] = at->settled[i] - at->kept[i];
    if (kept_sum - settled_sum < 3 * hf__deviation(in_flight, end - first))
        ret->turnover = fmax(ret->turnover, 1);
    look_at_low_points(at, first, end, kept_sum, ret);
    ret->pace = 1;
    if (count >= 4) {
        hf__line kept = hf__fit_line(growth, count), level = hf__fit_line(ret->level.growth, count);
        double by_kept = kept.at_start > 0 ? kept.at_end / kept.at_start : 9;
        double by_level = level.at_start > 0 ? level.at_end / level.at_start : 9;
        /* More of what is young is left where things die in time: then only the level tells the pace. */
        bool use_level = by_kept > 1 / HF_PACE_FILLING && by_level < by_kept;
        const hf__line *line = use_level ? &level : &kept;
        ret->pace = use_level ? by_level : by_kept;
        ret->pace_error = line->at_start > 0 ? line->end_error / line->at_start : 9;
        if (kept_sum > 0) /* what sampling does to the difference of the ends of a line */
            ret->pace_error = fmax(ret->pace_error, sqrt(12 * at->noise / kept_sum));
    }
}

static void set_growth(look *at, const growth_test *test, size_t first, size_t end)
{
    hf__shape *shape = at->shape;
    size_t count = test->kept.count;
    double width = (test->kept.until_s - test->kept.from_s) / (double)count;
    if (!(width > 0))
        return;
    double half = hf__t_quantile(HF_T_95_TWO_SIDED, count - 1) * test->error / width;
    shape->rate = test->mean / width;
    shape->rate_low = shape->rate - half;
    shape->rate_high = shape->rate + half;
    shape->since_s = test->kept.from_s;
    shape->until_s = test->kept.until_s;
    shape->growth_bytes = test->mean * (double)count;
    shape->growth_blocks = test->events;
    shape->samples = at->noise > 0 ? fmin(test->events, shape->growth_bytes / at->noise) : test->events;
    shape->sampling_error = shape->growth_bytes > 0 ? sqrt(at->noise / shape->growth_bytes) : 0;
    shape->pace_end = test->pace;
    shape->pace_error = test->pace_error;
    double born = 0, died = 0, old = 0;
    for (size_t i = first; i < end; i++) {
        born += at->series->born_blocks[i];
        died += at->series->died_blocks[i];
    }
    for (size_t i = 0; i < at->series->deaths_count; i++) {
        const hf__death *death = &at->series->deaths[i];
        if (death->died >= first && death->died < end && death->died >= death->born + 2)
            old += (double)death->blocks;
    }
    shape->taken_out_share = died > 0 ? old / died : 0;
    shape->kept_share = born > 0 ? fmin(test->events / born, 1) : 1;
}

/* Does what is old die as fast as new comes? */
static bool is_turnover(const look *at, const growth_test *test)
{
    return test->turnover < HF_TURNOVER_MIN && at->series->has_cohorts;
}

/* How much longer a run must be, in seconds, given what was missing. */
static double more_for(const look *at, double factor)
{
    double length = at->series->seconds[at->windows - 1] - at->series->begin_s;
    return fmax(length * factor, 1);
}

static void decide_not_growing(look *at, double growth_all, size_t first)
{
    const hf__series *series = at->series;
    double died = 0, length = series->seconds[at->windows - 1] - series->begin_s;
    for (size_t i = 0; i < at->windows; i++)
        died += series->died_bytes[i];
    bool grew_for_long = begin_of(series, first) - series->begin_s > 0.15 * length;
    if (at->swings_count > 0)
        say(at, HF_VERDICT_CHURN, HF_REASON_SAWTOOTH, 0.95);
    else if (grew_for_long && growth_all > 0.25 * at->shape->peak_bytes)
        say(at, HF_VERDICT_FILLING, HF_REASON_PLATEAU, 0.95);
    else if (died > 4 * at->shape->peak_bytes)
        say(at, HF_VERDICT_CHURN, HF_REASON_TURNOVER, 0.95);
    else
        say(at, HF_VERDICT_STEADY, HF_REASON_FLAT, 0.95);
}

static void decide_growing(look *at, const growth_test *test, size_t first, size_t end, bool had_warm_up)
{
    const hf__series *series = at->series;
    double length = series->seconds[at->windows - 1] - series->begin_s;
    double lasted = test->kept.until_s - test->kept.from_s;
    size_t freedom = test->kept.count - 1;
    double t = test->error > 0 ? test->mean / test->error : 1e9;
    double confidence = fmin(hf__t_below(t, freedom), 0.999);
    if (is_turnover(at, test)) {
        say(at, test->turnover < 0.25 ? HF_VERDICT_CHURN : HF_VERDICT_STEADY, HF_REASON_TURNOVER, 0.9);
        return;
    }
    set_growth(at, test, first, end);
    /* Pace: what the fit says, and whether its own error allows for steadiness. */
    double doubt = HF_PACE_ERRORS * test->pace_error;
    bool slowing = test->pace + doubt < HF_PACE_LEAK;
    bool steady = test->pace >= HF_PACE_LEAK || (test->pace + doubt >= 1 && test->pace >= HF_PACE_FILLING);
    bool proven = test->pace - doubt > HF_PACE_FILLING;
    bool small_rest = test->mean * (double)test->kept.count < HF_REST_SHARE * at->shape->peak_bytes;
    if (test->recency < HF_RECENCY_MIN) {
        say(at, HF_VERDICT_FILLING, HF_REASON_PLATEAU, 0.9);
        return;
    }
    if ((slowing && test->pace < HF_PACE_FILLING) || (had_warm_up && small_rest && (!proven || test->events < HF_REST_EVENTS_MIN))) {
        say(at, HF_VERDICT_FILLING, HF_REASON_SLOWING, 0.9);
        return;
    }
    if (test->events < HF_EVENTS_LEAK) {
        at->shape->more_s = more_for(at, 1);
        say(at, HF_VERDICT_UNDECIDED, HF_REASON_FEW, 0.5);
    } else if (end - first < HF_WINDOWS_MIN) {
        at->shape->more_s = more_for(at, (double)HF_WINDOWS_MIN * 2 / (double)at->windows);
        say(at, HF_VERDICT_UNDECIDED, HF_REASON_SHORT, 0.5);
    } else if (t < hf__t_quantile(HF_T_99_ONE_SIDED, freedom) || test->coverage < HF_COVERAGE_MIN) {
        if (at->swings_count > 0) {
            say(at, HF_VERDICT_CHURN, HF_REASON_SAWTOOTH, 0.8);
            return;
        }
        if (test->pace < HF_PACE_FILLING || (test->events < 4 * HF_EVENTS_MIN && test->pace < HF_PACE_LEAK)) {
            say(at, HF_VERDICT_FILLING, HF_REASON_FEW, 0.7);
            return;
        }
        at->shape->more_s = more_for(at, t > 0.5 ? fmin(fmax(9 / (t * t), 1), 20) : 20);
        say(at, HF_VERDICT_UNDECIDED, HF_REASON_NOISY, confidence);
    } else if (lasted < HF_TAIL_SHARE_MIN * length) {
        at->shape->more_s = more_for(at, 0.25);
        say(at, HF_VERDICT_UNDECIDED, HF_REASON_RECENT, confidence);
    } else if (!steady || (had_warm_up && !proven && test->pace < 1)) {
        at->shape->more_s = more_for(at, 1);
        say(at, HF_VERDICT_UNDECIDED, HF_REASON_MAYBE_FULL, 0.5);
    } else {
        say(at, HF_VERDICT_LEAK, HF_REASON_GROWS, confidence);
    }
}

/* Is growth too small to be worth more than the word steady? */
static bool is_negligible(const look *at, const growth_test *test)
{
    double growth = test->mean * (double)test->kept.count;
    /* Single blocks: only those that stay are sampled noise. A level carries that of all it holds, twice. */
    double noise = HF_GROWTH_ERRORS * sqrt(at->noise * (at->series->has_cohorts ? fmax(growth, 0) : 2 * at->shape->held_bytes));
    if (!at->series->has_cohorts && growth < HF_LEVEL_SHARE_MIN * at->shape->peak_bytes)
        return true;
    return test->events < HF_EVENTS_MIN || test->mean <= 0 || (at->noise > 0 && growth < noise);
}

static void find_ages(look *at)
{
    const hf__series *series = at->series;
    hf__shape *shape = at->shape;
    shape->age_median_s = shape->age_oldest_s = -1;
    if (!series->has_cohorts)
        return;
    double total = 0, sum = 0, now = series->seconds[at->windows - 1];
    for (size_t i = 0; i < at->windows; i++)
        total += fmax(at->kept_blocks[i], 0);
    if (!(total > 0))
        return;
    for (size_t i = 0; i < at->windows && shape->age_median_s < 0; i++) {
        if (at->kept_blocks[i] > 0 && shape->age_oldest_s < 0)
            shape->age_oldest_s = now - (begin_of(series, i) + series->seconds[i]) / 2;
        sum += fmax(at->kept_blocks[i], 0);
        if (sum >= total / 2)
            shape->age_median_s = now - (begin_of(series, i) + series->seconds[i]) / 2;
    }
}

static void set_levels(look *at)
{
    const hf__series *series = at->series;
    double bytes = 0;
    for (size_t i = 0; i < series->count; i++)
        bytes += series->live_bytes[i];
    bool by_blocks = !(bytes > 0); /* goroutines have no size */
    for (size_t i = 0; i < at->windows; i++)
        at->level[i] = by_blocks ? series->live_blocks[i] : series->live_bytes[i];
    at->noise = by_blocks ? 0 : series->noise_bytes;
    size_t last = at->windows - 1;
    hf__shape *shape = at->shape;
    shape->held_bytes = series->live_bytes[last];
    shape->held_blocks = series->live_blocks[last];
    shape->peak_bytes = highest(at->level, at->windows);
    shape->released_after_main = series->end < series->count && shape->held_bytes > 0 &&
                                 series->live_bytes[series->count - 1] < HF_RELEASED_SHARE * shape->held_bytes;
    shape->median_bytes = shape->held_blocks > 0 ? shape->held_bytes / shape->held_blocks : 0;
}

/* The windows [*ret_first, *ret_end) that may tell something about growth. */
static void find_stretch(const look *at, size_t *ret_first, size_t *ret_end)
{
    const hf__series *series = at->series;
    size_t end = at->windows, first = series->has_cohorts ? 0 : 1; /* without: the first level is where it starts */
    if (at->swings_count > 0) {
        size_t trough = at->swings[at->swings_count - 1].trough;
        if (last_tooth_is_none(at))
            first = trough + 1;
        else /* what grew since the last fall proves nothing: it falls again. The next tooth begins within that window. */
            end = trough;
    }
    if (series->has_cohorts && end == at->windows) {
        /* What is younger than those which die may still die. */
        double age = age_of_dying(at), length = series->seconds[end - 1] - series->begin_s;
        double cut = age <= at->age_cut_max * length ? series->seconds[end - 1] - age : series->seconds[end - 1];
        while (end > first + HF_WINDOWS_MIN && begin_of(series, end - 1) >= cut)
            end--;
    }
    if (first < series->first)
        first = series->first;
    while (first < end && at->kept[first] <= 0 && at->level[first] <= 0)
        first++;
    *ret_first = first;
    *ret_end = end;
}

static void judge_stretch(look *at)
{
    size_t first, end;
    find_stretch(at, &first, &end);
    if (first >= end) {
        decide_not_growing(at, 0, 0);
        return;
    }
    double growth_all = 0;
    for (size_t i = first; i < end; i++)
        growth_all += at->kept[i];
    bool had_warm_up;
    size_t start = find_start(at, first, end, &had_warm_up);
    growth_test test;
    run_test(at, start, end, &test);
    if (!is_negligible(at, &test)) {
        decide_growing(at, &test, start, end, had_warm_up);
        return;
    }
    if (at->noise > 0 && !is_turnover(at, &test)) /* too little for this place alone, but the whole may tell more */
        set_growth(at, &test, start, end);
    decide_not_growing(at, growth_all, start);
}

/* Everything dies in the end, yet the level keeps growing: judged by the level alone. */
static void judge_backlog(look *at)
{
    hf__series by_level = *at->series;
    by_level.has_cohorts = false;
    hf__shape shape = *at->shape;
    look level_only = *at;
    level_only.series = &by_level;
    level_only.shape = &shape;
    find_kept(&level_only);
    judge_stretch(&level_only);
    double length = by_level.seconds[at->windows - 1] - by_level.begin_s, lasted = shape.until_s - shape.since_s;
    bool large = shape.growth_bytes > HF_BACKLOG_SHARE * shape.peak_bytes && lasted > HF_BACKLOG_SHARE * length;
    if (shape.verdict == HF_VERDICT_LEAK && large) {
        shape.reason = HF_REASON_BACKLOG;
        *at->shape = shape;
    }
}

/* Most of it dies, at ages so different that nothing young can be believed. Is what is older than nearly all that dies
 * even, and more than the few that chance lets live so long? Of lives that end at random, ever fewer are left the older
 * they are. */
static void judge_survivors(look *at)
{
    hf__shape shape = *at->shape;
    look old = *at;
    old.shape = &shape;
    old.age_cut_max = HF_AGE_CUT_LAST;
    judge_stretch(&old);
    double length = at->series->seconds[at->windows - 1] - at->series->begin_s;
    bool even = shape.pace_end - HF_PACE_ERRORS * shape.pace_error <= 1 && shape.since_s - at->series->begin_s < HF_TAIL_SHARE_MIN * length;
    if (shape.verdict == HF_VERDICT_LEAK && even && shape.growth_blocks >= HF_REST_EVENTS_MIN)
        *at->shape = shape;
}

/* A sawtooth whose low points rise: a leak behind the turnover. */
static void judge_floor(look *at)
{
    double values[HF_WINDOWS_MAX], seconds[HF_WINDOWS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < at->swings_count; i++) {
        size_t trough = at->swings[i].trough;
        if (trough + 1 == at->windows) /* it may still be falling */
            continue;
        values[count] = at->level[trough];
        seconds[count++] = at->series->seconds[trough];
    }
    hf__floor floor;
    if (!hf__floor_rises(values, seconds, count, at->shape->peak_bytes, &floor))
        return;
    hf__shape *shape = at->shape;
    shape->rate = floor.rate;
    shape->rate_low = floor.rate_low;
    shape->rate_high = floor.rate_high;
    shape->since_s = floor.since_s;
    shape->until_s = floor.until_s;
    shape->growth_bytes = floor.growth;
    shape->pace_end = 1;
    say(at, HF_VERDICT_LEAK, HF_REASON_GROWS, fmin(floor.confidence, 0.999));
}

static void judge(look *at)
{
    judge_stretch(at);
    if (at->shape->reason == HF_REASON_SAWTOOTH)
        judge_floor(at);
    if (at->shape->reason == HF_REASON_TURNOVER && at->swings_count == 0 && at->series->has_cohorts)
        judge_backlog(at);
    if (at->shape->reason == HF_REASON_TURNOVER && at->swings_count == 0 && at->series->has_cohorts && !(at->noise > 0))
        judge_survivors(at);
}

/* Was next to nothing born that stays, in the second half of the time? */
static bool is_quiet(const look *at)
{
    const hf__series *series = at->series;
    double half = (series->begin_s + series->seconds[at->windows - 1]) / 2, all = 0, late = 0;
    for (size_t i = 0; i < at->windows; i++) {
        all += fabs(at->kept[i]);
        late += series->seconds[i] > half ? fabs(at->kept[i]) : 0;
    }
    return at->windows >= 2 && late <= 0.02 * all;
}

void hf__shape_of(const hf__series *series, hf__shape *ret_shape)
{
    look at = { .series = series, .shape = ret_shape, .age_cut_max = HF_AGE_CUT };
    memset(ret_shape, 0, sizeof *ret_shape);
    ret_shape->age_median_s = ret_shape->age_oldest_s = -1;
    say(&at, HF_VERDICT_STEADY, HF_REASON_NOTHING, 1);
    at.windows = series->end > 0 ? series->end : series->count;
    if (at.windows == 0)
        return;
    set_levels(&at);
    if (!(ret_shape->peak_bytes > 0))
        return;
    find_kept(&at);
    find_ages(&at);
    if (at.windows < HF_WINDOWS_MIN && is_quiet(&at)) {
        say(&at, HF_VERDICT_STEADY, HF_REASON_FLAT, 0.8);
        return;
    }
    if (at.windows < 3) {
        ret_shape->more_s = more_for(&at, HF_WINDOWS_MIN);
        say(&at, HF_VERDICT_UNDECIDED, HF_REASON_SHORT, 0);
        return;
    }
    find_swings(&at);
    if (is_doubling(&at) || is_released_whole(&at))
        return;
    judge(&at);
}

void hf__shape_by_activity(const hf__series *series, const double *died, hf__shape *shape)
{
    size_t last = series->end > 0 ? series->end - 1 : 0;
    double length = series->end > 0 ? series->seconds[last] - series->begin_s : 0;
    bool open = shape->verdict == HF_VERDICT_UNDECIDED || shape->verdict == HF_VERDICT_FILLING;
    bool doubtful = series->waited || (length < HF_ACTIVITY_BELOW_S && shape->drops == 0);
    if (!open || !doubtful || series->end < HF_WINDOWS_MIN || died[last] < HF_ACTIVITY_MIN)
        return;
    hf__series by_activity = *series;
    for (size_t i = 0; i < series->end; i++)
        by_activity.seconds[i] = series->begin_s + length * died[i] / died[last];
    hf__shape other;
    hf__shape_of(&by_activity, &other);
    bool even = other.pace_end >= HF_ACTIVITY_PACE && other.pace_end <= 1 / HF_ACTIVITY_PACE;
    bool whole = other.until_s - other.since_s > 0.5 * length;
    if (other.verdict == HF_VERDICT_LEAK && even && whole)
        *shape = other;
}
