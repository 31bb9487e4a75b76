/* special.c - what doubles, and what is built and then released as a whole. */
#include "special.h"

#include <math.h>

#include "stretch.h"

/* The moves of a series that grows by steps only, each larger than all that is held at its time by a share. */
typedef struct moves {
    double seconds[HF_WINDOWS_MAX], before[HF_WINDOWS_MAX], size[HF_WINDOWS_MAX];
    size_t count;
} moves;

/* False where it also falls, or grows otherwise: by many blocks at once, or bit by bit. The last moves must each be larger
 * than the one before: blocks of one size that come ever more rarely are no room that is made in advance. */
static bool find_moves(const hf__look *at, moves *ret)
{
    const hf__series *series = at->series;
    double beside = 0;
    ret->count = 0;
    for (size_t i = 1; i < at->windows; i++) {
        double low = at->level[i - 1], high = at->level[i];
        if (high < low * 0.99)
            return false;
        if (!(low > 0) || high <= 1.15 * low) {
            beside += ret->count > 0 ? high - low : 0;
            continue;
        }
        if (ret->count > 0 && series->live_blocks[i] - series->live_blocks[i - 1] > HF_DOUBLING_BLOCKS)
            return false;
        ret->seconds[ret->count] = (hf__begin_of(series, i) + series->seconds[i]) / 2;
        ret->before[ret->count] = low;
        ret->size[ret->count++] = high - low;
    }
    if (ret->count < HF_DOUBLING_STEPS)
        return false;
    for (size_t i = ret->count - HF_DOUBLING_STEPS + 1; i < ret->count; i++)
        if (ret->size[i] <= 1.15 * ret->size[i - 1])
            return false;
    return beside <= 0.01 * at->level[at->windows - 1];
}

/* Room that is made in advance, in ever larger steps at ever longer intervals: a block that moves to a larger one again and
 * again, or a region that gets a larger one besides. Geometric steps at geometric intervals are steady growth. */
bool hf__is_doubling(hf__look *at)
{
    const hf__series *series = at->series;
    moves all;
    if (!find_moves(at, &all))
        return false;
    const double *step_s = all.seconds, *before = all.before;
    size_t steps = all.count;
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
    hf__say(at, HF_VERDICT_LEAK, HF_REASON_GROWS_DOUBLING, 0.9);
    return true;
}

bool hf__last_tooth_is_none(const hf__look *at)
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
static void shape_before(const hf__look *at, size_t last, hf__shape *ret_shape)
{
    hf__series before = *at->series;
    before.end = last + 1;
    hf__shape_of(&before, ret_shape);
}

/* Were single things taken out all the while, until the end of window `last`? A batch only puts in. */
static bool is_store(const hf__look *at, size_t last)
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
bool hf__is_released_whole(hf__look *at)
{
    if (at->swings_count != 1)
        return false;
    hf__swing fall = at->swings[0];
    size_t last = at->windows - 1;
    if (at->level[last] > HF_RELEASED_SHARE * at->level[fall.peak])
        return false;
    const hf__series *series = at->series;
    double length = series->seconds[last] - series->begin_s;
    if (hf__last_tooth_is_none(at))
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
        /* The highest moment was chosen: where as good as that was held for long after it, and no more, the end of that tells. */
        size_t held = fall.trough;
        while (held > release && at->level[held] < HF_HELD_SHARE * at->level[fall.peak])
            held--;
        bool for_long = series->seconds[held] - series->seconds[fall.peak] >= HF_HELD_TIME * length;
        hf__shape before;
        shape_before(at, for_long ? held : fall.peak, &before);
        if (before.verdict == HF_VERDICT_LEAK && is_store(at, fall.peak)) {
            before.released_last = true;
            *at->shape = before;
            return true;
        }
        hf__look until = *at;
        until.windows = fall.peak + 1;
        hf__find_kept(&until);
        if (before.verdict >= HF_VERDICT_FILLING || (before.verdict == HF_VERDICT_UNDECIDED && hf__blocks_turn_over(&until, 0, until.windows))) { /* its last height was chance: what came went, or had stopped to come */
            hf__say(at, HF_VERDICT_CHURN, HF_REASON_BATCH, 0.9);
            return true;
        }
        at->shape->rate = at->level[full] / fmax(series->seconds[full] - series->begin_s, 1e-9);
        at->shape->rate_low = 0;
        at->shape->rate_high = at->shape->rate;
        at->shape->more_s = length;
        hf__say(at, HF_VERDICT_UNDECIDED, HF_REASON_RELEASED_LAST, 0.5);
    } else {
        hf__say(at, HF_VERDICT_CHURN, HF_REASON_BATCH, 0.9);
    }
    return true;
}
