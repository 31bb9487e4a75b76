/* shape.c - the tests on one series. See docs/verdicts.md for why they are what they are. */
#include "shape.h"

#include <math.h>
#include <string.h>

#include "curves.h"
#include "floor.h"
#include "special.h"
#include "statistics.h"
#include "stretch.h"
#include "survival.h"

static const char *const verdict_names[] = { "leak", "undecided", "fragmentation", "filling", "churn", "steady" };

const char *hf__verdict_name(hf__verdict verdict)
{
    return verdict_names[verdict];
}

static void set_growth(hf__look *at, const hf__growth_test *test, size_t first, size_t end)
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
    shape->growth_blocks = test->blocks;
    shape->resized = test->steps > fmax(test->blocks, 0);
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
    shape->kept_share = born > 0 ? fmin(test->blocks / born, 1) : 1;
}

/* Does what is old die as fast as new comes? */
static bool is_turnover(const hf__look *at, const hf__growth_test *test)
{
    return test->turnover < HF_TURNOVER_MIN && at->series->has_cohorts;
}

/* How much longer a run must be, in seconds, given what was missing. */
static double more_for(const hf__look *at, double factor)
{
    double length = at->series->seconds[at->windows - 1] - at->series->begin_s;
    return fmax(length * factor, 1);
}

static void decide_not_growing(hf__look *at, double growth_all, size_t first)
{
    const hf__series *series = at->series;
    double died = 0, length = series->seconds[at->windows - 1] - series->begin_s;
    for (size_t i = 0; i < at->windows; i++)
        died += series->died_bytes[i];
    bool grew_for_long = hf__begin_of(series, first) - series->begin_s > 0.15 * length;
    if (at->noise > 0 && at->shape->peak_bytes < HF_SAMPLES_MIN * at->noise) /* a single sample has no course */
        hf__say(at, HF_VERDICT_STEADY, HF_REASON_FLAT, 0.5);
    else if (at->swings_count > 0)
        hf__say(at, HF_VERDICT_CHURN, HF_REASON_SAWTOOTH, 0.95);
    else if (grew_for_long && growth_all > 0.25 * at->shape->peak_bytes)
        hf__say(at, HF_VERDICT_FILLING, HF_REASON_PLATEAU, 0.95);
    else if (died > 4 * at->shape->peak_bytes)
        hf__say(at, HF_VERDICT_CHURN, HF_REASON_TURNOVER, 0.95);
    else
        hf__say(at, HF_VERDICT_STEADY, HF_REASON_FLAT, 0.95);
}

/* Few blocks that stay are no leak where others of their age still die: they only live long. Nor is what was added to
 * blocks, where as much as that, and as old, has gone with others. Is there an age that enough of it has reached, and beyond
 * which hardly any has died? */
static bool outlives(const hf__look *at, const hf__growth_test *test, size_t first, size_t end)
{
    bool by_bytes = test->steps > 0;
    double enough = by_bytes ? HF_LEVEL_SHARE_MIN * at->shape->growth_bytes : HF_EVENTS_LEAK;
    double died[HF_WINDOWS_MAX] = { 0 }, older = 0, survivors = 0;
    const double *kept = by_bytes ? at->kept : at->kept_blocks;
    for (size_t i = 0; i < at->series->deaths_count; i++) {
        const hf__death *death = &at->series->deaths[i];
        if (death->died < at->windows)
            died[death->died - death->born] += (double)(by_bytes ? death->bytes : death->blocks);
    }
    for (size_t age = at->windows; age-- > 0;) {
        size_t born = at->windows - 1 - age;
        older += died[age];
        survivors += born >= first && born < end ? kept[born] : 0;
        if (survivors >= enough && older <= HF_OUTLIVED_SHARE * survivors)
            return true;
    }
    return false;
}

static void decide_growing(hf__look *at, const hf__growth_test *test, size_t first, size_t end, bool had_warm_up)
{
    const hf__series *series = at->series;
    double length = series->seconds[at->windows - 1] - series->begin_s;
    double lasted = test->kept.until_s - test->kept.from_s;
    size_t freedom = test->kept.count - 1;
    double t = test->error > 0 ? test->mean / test->error : 1e9;
    double confidence = fmin(hf__t_below(t, freedom), 0.999);
    if (is_turnover(at, test)) {
        hf__say(at, test->turnover < 0.25 ? HF_VERDICT_CHURN : HF_VERDICT_STEADY, HF_REASON_TURNOVER, 0.9);
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
        hf__say(at, HF_VERDICT_FILLING, HF_REASON_PLATEAU, 0.9);
        return;
    }
    if ((slowing && test->pace < HF_PACE_FILLING) || (had_warm_up && small_rest && (!proven || test->events < HF_REST_EVENTS_MIN))) {
        hf__say(at, HF_VERDICT_FILLING, HF_REASON_SLOWING, 0.9);
        return;
    }
    if (test->events < HF_EVENTS_LEAK) {
        at->shape->more_s = more_for(at, 1);
        hf__say(at, HF_VERDICT_UNDECIDED, HF_REASON_FEW, 0.5);
    } else if (end - first < HF_WINDOWS_MIN && at->windows - series->first >= HF_STEP_WINDOWS) {
        hf__say(at, HF_VERDICT_STEADY, HF_REASON_STEP, 0.7);
    } else if (end - first < HF_WINDOWS_MIN) {
        at->shape->more_s = more_for(at, (double)HF_WINDOWS_MIN * 2 / (double)at->windows);
        hf__say(at, HF_VERDICT_UNDECIDED, HF_REASON_SHORT, 0.5);
    } else if (t < hf__t_quantile(HF_T_99_ONE_SIDED, freedom) || test->coverage < HF_COVERAGE_MIN) {
        if (at->swings_count > 0) {
            hf__say(at, HF_VERDICT_CHURN, HF_REASON_SAWTOOTH, 0.8);
            return;
        }
        if (test->pace < HF_PACE_FILLING || (test->events < 4 * HF_EVENTS_MIN && test->pace < HF_PACE_LEAK)) {
            hf__say(at, HF_VERDICT_FILLING, HF_REASON_FEW, 0.7);
            return;
        }
        at->shape->more_s = more_for(at, t > 0.5 ? fmin(fmax(9 / (t * t), 1), 20) : 20);
        hf__say(at, HF_VERDICT_UNDECIDED, HF_REASON_NOISY, confidence);
    } else if (lasted < HF_TAIL_SHARE_MIN * length) {
        at->shape->more_s = more_for(at, 0.25);
        hf__say(at, HF_VERDICT_UNDECIDED, HF_REASON_RECENT, confidence);
    } else if (!steady || (had_warm_up && !proven && test->pace < 1) || (at->shape->resized && !proven)) {
        at->shape->more_s = more_for(at, 1);
        hf__say(at, HF_VERDICT_UNDECIDED, HF_REASON_MAYBE_FULL, 0.5);
    } else if (!(at->noise > 0) && hf__sizes_turn_over(at, first, end)) {
        hf__say(at, HF_VERDICT_CHURN, HF_REASON_TURNOVER, 0.8);
    } else if ((test->blocks < HF_REST_EVENTS_MIN || test->steps > 0) && series->has_cohorts && !(at->noise > 0) &&
               !outlives(at, test, first, end)) {
        at->shape->more_s = more_for(at, 1);
        if (test->steps > 0 && hf__blocks_turn_over(at, first, end))
            hf__say(at, HF_VERDICT_CHURN, HF_REASON_TURNOVER, 0.8);
        else
            hf__say(at, HF_VERDICT_UNDECIDED, test->steps > 0 ? HF_REASON_NOISY : HF_REASON_FEW, 0.5);
    } else {
        hf__say(at, HF_VERDICT_LEAK, HF_REASON_GROWS, confidence);
    }
}

/* Is growth too small to be worth more than the word steady? */
static bool is_negligible(const hf__look *at, const hf__growth_test *test)
{
    double growth = test->mean * (double)test->kept.count;
    /* Single blocks: only those that stay are sampled noise. A level carries that of all it holds, twice. */
    double noise = HF_GROWTH_ERRORS * sqrt(at->noise * (at->series->has_cohorts ? fmax(growth, 0) : 2 * at->shape->held_bytes));
    if (!at->series->has_cohorts && growth < HF_LEVEL_SHARE_MIN * at->shape->peak_bytes)
        return true;
    return test->events < HF_EVENTS_MIN || test->mean <= 0 || (at->noise > 0 && growth < noise);
}

/* The windows [*ret_first, *ret_end) that may tell something about growth. */
static void find_stretch(const hf__look *at, size_t *ret_first, size_t *ret_end)
{
    const hf__series *series = at->series;
    size_t end = at->windows, first = series->has_cohorts ? 0 : 1; /* without: the first level is where it starts */
    if (at->swings_count > 0) {
        size_t trough = at->swings[at->swings_count - 1].trough;
        if (hf__last_tooth_is_none(at))
            first = trough + 1;
        else /* what grew since the last fall proves nothing: it falls again. The next tooth begins within that window. */
            end = trough;
    }
    if (series->has_cohorts && end == at->windows) {
        /* What is younger than those which die may still die. */
        double age = hf__age_of_dying(at), length = series->seconds[end - 1] - series->begin_s;
        double cut = age <= at->age_cut_max * length ? series->seconds[end - 1] - age : series->seconds[end - 1];
        while (end > first + HF_WINDOWS_MIN && hf__begin_of(series, end - 1) >= cut)
            end--;
    }
    if (first < series->first)
        first = series->first;
    while (first < end && at->kept[first] <= 0 && at->level[first] <= 0)
        first++;
    *ret_first = first;
    *ret_end = end;
}

/* Growth that loses pace, but not enough to tell: what fills up has lost it evenly, what started faster only at its start.
 * Of what fills up, a part of the time has lost as much less: the limit is that of the whole, to the power of that part. */
static void judge_after_head(hf__look *at, size_t first, size_t end)
{
    size_t split = hf__find_head(at, first, end);
    if (split == 0)
        return;
    hf__shape shape = *at->shape;
    hf__look rest = *at;
    rest.shape = &shape;
    hf__growth_test test;
    hf__run_test(&rest, split, end, &test);
    if (is_negligible(&rest, &test))
        return;
    decide_growing(&rest, &test, split, end, false);
    double from = hf__begin_of(at->series, first), until = at->series->seconds[end - 1];
    double share = (until - hf__begin_of(at->series, split)) / (until - from);
    bool steady = test.pace - HF_HEAD_ERRORS * test.pace_error >= pow(HF_PACE_LEAK, share);
    if (shape.verdict == HF_VERDICT_LEAK && steady)
        *at->shape = shape;
}

static void judge_stretch(hf__look *at)
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
    size_t start = hf__find_start(at, first, end, &had_warm_up);
    hf__growth_test test;
    hf__run_test(at, start, end, &test);
    if (!is_negligible(at, &test)) {
        decide_growing(at, &test, start, end, had_warm_up);
        if (at->shape->reason == HF_REASON_MAYBE_FULL && !(at->noise > 0))
            judge_after_head(at, start, end);
        return;
    }
    if (at->noise > 0 && !is_turnover(at, &test)) /* too little for this place alone, but the whole may tell more */
        set_growth(at, &test, start, end);
    decide_not_growing(at, growth_all, start);
}

/* Everything dies in the end, yet the level keeps growing: judged by the level alone. */
static void judge_backlog(hf__look *at)
{
    hf__series by_level = *at->series;
    by_level.has_cohorts = false;
    hf__shape shape = *at->shape;
    hf__look level_only = *at;
    level_only.series = &by_level;
    level_only.shape = &shape;
    hf__find_kept(&level_only);
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
static void judge_survivors(hf__look *at)
{
    hf__shape shape = *at->shape;
    hf__look old = *at;
    old.shape = &shape;
    old.age_cut_max = HF_AGE_CUT_LAST;
    judge_stretch(&old);
    double length = at->series->seconds[at->windows - 1] - at->series->begin_s;
    bool even = shape.pace_end - HF_PACE_ERRORS * shape.pace_error <= 1 && shape.since_s - at->series->begin_s < HF_TAIL_SHARE_MIN * length;
    if (shape.verdict == HF_VERDICT_LEAK && even && shape.samples >= HF_REST_EVENTS_MIN)
        *at->shape = shape;
}

/* The bytes that were born in [since_s, until_s] and stay, and by how much the window that left most exceeds the mean. */
static double kept_between(const hf__look *at, double since_s, double until_s, double *ret_step)
{
    double sum = 0, most = 0;
    size_t windows = 0;
    for (size_t i = 0; i < at->windows; i++) {
        if (hf__begin_of(at->series, i) < since_s || at->series->seconds[i] > until_s)
            continue;
        sum += at->kept[i];
        most = fmax(most, at->kept[i]);
        windows++;
    }
    *ret_step = windows > 0 ? fmax(most - sum / (double)windows, 0) : 0;
    return sum;
}

/* Where blocks differ much in size, some large ones hide what all others do: a table that is moved to a larger one beside
 * the entries that lie in it. What stays is then counted: a path that keeps ever more blocks, at a steady pace, by all the
 * tests, leaks. Its rate is that of the bytes, to within one step of the largest. */
static void judge_by_blocks(hf__look *at)
{
    hf__shape shape = *at->shape;
    hf__look counted = *at;
    counted.shape = &shape;
    counted.by_blocks = true;
    counted.swings_count = 0;
    hf__set_levels(&counted);
    hf__find_kept(&counted);
    hf__find_swings(&counted);
    judge_stretch(&counted);
    double step, grown = kept_between(at, shape.since_s, shape.until_s, &step), lasted = shape.until_s - shape.since_s;
    if (shape.verdict != HF_VERDICT_LEAK || !(grown > 0) || !(lasted > 0) || hf__blocks_turn_over(at, 0, at->windows))
        return;
    double each = grown / lasted / shape.rate, slack = step / 2 / lasted;
    shape.rate_low = shape.rate_low * each - slack;
    shape.rate_high = shape.rate_high * each + slack;
    shape.rate = grown / lasted;
    shape.growth_bytes = grown;
    shape.peak_bytes = at->shape->peak_bytes;
    shape.drops = at->shape->drops;
    shape.dropped_share = at->shape->dropped_share;
    *at->shape = shape;
}

/* Where things live for long before they die, much of what is young is in flight: the rate is that of what is expected
 * to stay. */
static void expect_deaths(hf__look *at)
{
    const hf__series *series = at->series;
    double length = series->seconds[at->windows - 1] - series->begin_s;
    if (at->shape->verdict != HF_VERDICT_LEAK || !series->has_cohorts || hf__age_of_dying(at) <= at->age_cut_max * length)
        return;
    hf__look expected = *at;
    hf__growth_test test;
    bool had_warm_up;
    size_t first, end;
    find_stretch(at, &first, &end);
    first = hf__find_start(at, first, end, &had_warm_up);
    hf__expect_kept(at, expected.kept);
    hf__run_test(&expected, first, end, &test);
    if (test.mean > 0)
        set_growth(&expected, &test, first, end);
}

/* A sawtooth whose low points rise: a leak behind the turnover. */
static void judge_floor(hf__look *at)
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
    hf__say(at, HF_VERDICT_LEAK, HF_REASON_GROWS, fmin(floor.confidence, 0.999));
}

static void judge(hf__look *at)
{
    judge_stretch(at);
    bool open = at->shape->verdict == HF_VERDICT_UNDECIDED || at->shape->verdict == HF_VERDICT_FILLING;
    if (open && at->series->has_cohorts && !(at->noise > 0))
        judge_by_blocks(at);
    else
        expect_deaths(at);
    if (at->shape->reason == HF_REASON_SAWTOOTH)
        judge_floor(at);
    if (at->shape->reason == HF_REASON_TURNOVER && at->swings_count == 0 && at->series->has_cohorts)
        judge_backlog(at);
    if (at->shape->reason == HF_REASON_TURNOVER && at->swings_count == 0 && at->series->has_cohorts)
        judge_survivors(at);
}

void hf__shape_of(const hf__series *series, hf__shape *ret_shape)
{
    hf__look at = { .series = series, .shape = ret_shape, .age_cut_max = HF_AGE_CUT };
    memset(ret_shape, 0, sizeof *ret_shape);
    ret_shape->age_median_s = ret_shape->age_oldest_s = -1;
    hf__say(&at, HF_VERDICT_STEADY, HF_REASON_NOTHING, 1);
    at.windows = series->end > 0 ? series->end : series->count;
    if (at.windows == 0)
        return;
    hf__set_levels(&at);
    if (!(ret_shape->peak_bytes > 0))
        return;
    hf__find_kept(&at);
    hf__find_ages(&at);
    if (at.windows < HF_WINDOWS_MIN && hf__is_quiet(&at)) {
        hf__say(&at, HF_VERDICT_STEADY, HF_REASON_FLAT, 0.8);
        return;
    }
    if (at.windows < 3) {
        ret_shape->more_s = more_for(&at, HF_WINDOWS_MIN);
        hf__say(&at, HF_VERDICT_UNDECIDED, HF_REASON_SHORT, 0);
        return;
    }
    hf__find_swings(&at);
    if (hf__is_doubling(&at) || hf__is_released_whole(&at))
        return;
    judge(&at);
}

static double length_of(const hf__series *series)
{
    return series->end > 0 ? series->seconds[series->end - 1] - series->begin_s : 0;
}

void hf__shape_by_activity(const hf__series *series, const double *died, hf__shape *shape)
{
    size_t last = series->end > 0 ? series->end - 1 : 0;
    double length = length_of(series);
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

bool hf__is_moment(const hf__series *series)
{
    return series->has_cohorts && length_of(series) < HF_MOMENT_S;
}

/* Does growth look like that of work which is done again and again: much of it, at an even pace, and much that goes? */
static bool is_repeated(const hf__series *series, const double *died, const hf__shape *shape)
{
    double least = series->kind == HF_PATH_THREAD ? HF_SHORT_THREADS : HF_SHORT_BLOCKS;
    bool even = shape->rate - shape->rate_low <= HF_SHORT_UNEVEN * shape->rate;
    return shape->growth_blocks >= least && died[series->end - 1] >= HF_ACTIVITY_MIN && even;
}

void hf__shape_of_moment(const hf__series *series, const double *died, hf__shape *shape)
{
    bool leaks = shape->verdict == HF_VERDICT_LEAK;
    if (!series->has_cohorts || series->end == 0 || (!leaks && shape->verdict != HF_VERDICT_UNDECIDED))
        return;
    double length = length_of(series);
    bool repeated = leaks && is_repeated(series, died, shape);
    if (length >= HF_SHORT_RUN_S || (length >= HF_MOMENT_S && repeated))
        return;
    if (shape->reason == HF_REASON_RELEASED_LAST) {
        shape->verdict = HF_VERDICT_CHURN;
        shape->reason = HF_REASON_BATCH;
        return;
    }
    if (length < HF_MOMENT_S || leaks)
        shape->reason = HF_REASON_MOMENT;
    if (length < HF_MOMENT_S && !repeated)
        shape->verdict = HF_VERDICT_STEADY;
    else if (leaks)
        shape->verdict = HF_VERDICT_UNDECIDED;
    shape->confidence = 0.5;
    shape->more_s = 1;
}
