/* curves.c - L and K of a series, what is known of ages, and the falls from a peak to a trough. */
#include "curves.h"

#include <math.h>

double hf__begin_of(const hf__series *series, size_t window)
{
    return window == 0 ? series->begin_s : series->seconds[window - 1];
}

void hf__say(hf__look *at, hf__verdict verdict, hf__reason reason, double confidence)
{
    at->shape->verdict = verdict;
    at->shape->reason = reason;
    at->shape->confidence = confidence;
}

/* Each block counts one, whatever its size. */
static void count_blocks_only(hf__look *at)
{
    for (size_t i = 0; i < at->windows; i++)
        at->kept[i] = at->kept_blocks[i];
}

/* What was born in each window and is alive at the end of window `at->windows - 1`. */
void hf__find_kept(hf__look *at)
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
        /* Born and died would be the same but for what realloc brought from other paths, or took there. */
        at->kept[i] = series->live_bytes[i] - (i > 0 ? series->live_bytes[i - 1] : 0);
        at->kept_blocks[i] = series->live_blocks[i] - (i > 0 ? series->live_blocks[i - 1] : 0);
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
    if (at->by_blocks)
        count_blocks_only(at);
    /* What dies young only blurs the level, by however large it is. */
    for (size_t i = 0; i < at->windows; i++)
        at->settled[i] = at->kept[i];
    for (size_t i = 0; i < series->deaths_count; i++) {
        const hf__death *death = &series->deaths[i];
        if (death->died > reference || death->died < death->born + 2)
            continue;
        double amount = (double)(at->by_blocks ? death->blocks : death->bytes);
        at->settled[death->born] += amount;
        at->settled[death->died] -= amount;
    }
}

double hf__age_of_dying(const hf__look *at)
{
    const hf__series *series = at->series;
    double blocks = 0, bytes = 0, by_windows[HF_WINDOWS_MAX] = { 0 };
    for (size_t i = 0; i < at->windows; i++)
        blocks += series->died_blocks[i], bytes += series->died_bytes[i];
    bool by_bytes = !(blocks > 0);   /* what others asked for is made larger here */
    for (size_t i = 0; i < series->deaths_count; i++) {
        const hf__death *death = &series->deaths[i];
        if (death->died < at->windows)
            by_windows[death->died - death->born] += (double)(by_bytes ? death->bytes : death->blocks);
    }
    double older = 0, total = by_bytes ? bytes : blocks;
    size_t apart = at->windows;
    while (apart > 1 && older + fmax(by_windows[apart - 1], 0) <= HF_OLD_DEATHS * total)
        older += fmax(by_windows[--apart], 0);
    double length = series->seconds[at->windows - 1] - series->begin_s;
    return length * (double)(apart < at->windows ? apart : at->windows - 1) / (double)at->windows;
}

double hf__highest(const double *values, size_t count)
{
    double top = 0;
    for (size_t i = 0; i < count; i++)
        top = values[i] > top ? values[i] : top;
    return top;
}

/* What was small beside all that came later tells nothing of it: two blocks in flight are no sawtooth, though one of
 * them falls by half. */
static void forget_small_swings(hf__look *at)
{
    size_t kept = 0;
    for (size_t i = 0; i < at->swings_count; i++) {
        hf__swing one = at->swings[i];
        if (at->level[one.peak] - at->level[one.trough] >= HF_LEVEL_SHARE_MIN * at->shape->peak_bytes)
            at->swings[kept++] = one;
    }
    at->swings_count = kept;
}

/* Falls from a peak by more than HF_DROP_SHARE of it and more than noise can do. */
void hf__find_swings(hf__look *at)
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
            at->swings[at->swings_count++] = (hf__swing){ peak, trough };
            falling = false;
            peak = i;
        }
    }
    if (falling)
        at->swings[at->swings_count++] = (hf__swing){ peak, trough };
    forget_small_swings(at);
    for (size_t i = 0; i < at->swings_count; i++) {
        double share = 1 - at->level[at->swings[i].trough] / at->level[at->swings[i].peak];
        if (share > at->shape->dropped_share)
            at->shape->dropped_share = share;
    }
    at->shape->drops = at->swings_count;
}

void hf__find_ages(hf__look *at)
{
    const hf__series *series = at->series;
    hf__shape *shape = at->shape;
    shape->age_median_s = shape->age_oldest_s = -1;
    if (!series->has_cohorts)
        return;
    double total = 0, sum = 0, now = series->seconds[at->windows - 1];
    const double *kept = at->kept_blocks;
    if (!(hf__highest(kept, at->windows) > 0))
        kept = at->kept;             /* what others asked for was made larger here */
    for (size_t i = 0; i < at->windows; i++)
        total += fmax(kept[i], 0);
    if (!(total > 0))
        return;
    for (size_t i = 0; i < at->windows && shape->age_median_s < 0; i++) {
        if (kept[i] > 0 && shape->age_oldest_s < 0)
            shape->age_oldest_s = now - (hf__begin_of(series, i) + series->seconds[i]) / 2;
        sum += fmax(kept[i], 0);
        if (sum >= total / 2)
            shape->age_median_s = now - (hf__begin_of(series, i) + series->seconds[i]) / 2;
    }
}

void hf__set_levels(hf__look *at)
{
    const hf__series *series = at->series;
    double bytes = 0;
    for (size_t i = 0; i < series->count; i++)
        bytes += series->live_bytes[i];
    bool by_blocks = at->by_blocks || !(bytes > 0); /* goroutines have no size */
    for (size_t i = 0; i < at->windows; i++)
        at->level[i] = by_blocks ? series->live_blocks[i] : series->live_bytes[i];
    at->noise = by_blocks ? 0 : series->noise_bytes;
    size_t last = at->windows - 1;
    hf__shape *shape = at->shape;
    shape->held_bytes = series->live_bytes[last];
    shape->held_blocks = series->live_blocks[last];
    shape->peak_bytes = hf__highest(at->level, at->windows);
    shape->released_after_main = series->end < series->count && shape->held_bytes > 0 &&
                                 series->live_bytes[series->count - 1] < HF_RELEASED_SHARE * shape->held_bytes;
}

bool hf__is_quiet(const hf__look *at)
{
    const hf__series *series = at->series;
    double half = (series->begin_s + series->seconds[at->windows - 1]) / 2, all = 0, late = 0;
    for (size_t i = 0; i < at->windows; i++) {
        all += fabs(at->kept[i]);
        late += series->seconds[i] > half ? fabs(at->kept[i]) : 0;
    }
    return at->windows >= 2 && late <= 0.02 * all;
}
