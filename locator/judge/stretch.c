/* stretch.c - cells of equal time, the break between two paces, and the figures of a stretch of growth. */
#include "stretch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "statistics.h"

/* Spreads the growth of windows [first, end) over `count` cells, by the time that they share. */
static void make_cells(const hf__look *at, const double *growth, size_t first, size_t end, size_t count, hf__cells *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->count = count;
    ret->from_s = hf__begin_of(at->series, first);
    ret->until_s = at->series->seconds[end - 1];
    double width = (ret->until_s - ret->from_s) / (double)count;
    for (size_t i = first; i < end; i++) {
        double from = hf__begin_of(at->series, i) - ret->from_s, until = at->series->seconds[i] - ret->from_s;
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

/* The windows of [first, end) in which work begins again after a rest, of the whole program. */
static size_t find_bursts(const hf__look *at, size_t first, size_t end, size_t *begins)
{
    const hf__series *series = at->series;
    if (series->active == NULL)
        return 0;
    double from = hf__begin_of(series, first), active = 0;
    for (size_t i = first; i < end; i++)
        active += series->active[i];
    double least = HF_REST_PACE * active / (series->seconds[end - 1] - from);
    bool rests = true;
    size_t count = 0;
    for (size_t i = first; i < end; i++) {
        bool rested = rests;
        rests = series->active[i] <= least * (series->seconds[i] - hf__begin_of(series, i));
        if (rested && !rests)
            begins[count++] = i;
    }
    return active >= HF_BURST_BLOCKS * (double)count ? count : 0;
}

static int compare_seconds(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Are all stretches from one burst to the next about as long as their median? The last one may be cut short by the end,
 * and is then left out. ret_end: where the last whole one ends. */
static bool cycles_are_even(const hf__look *at, const size_t *begins, size_t *bursts, size_t end, size_t *ret_end)
{
    double length[HF_WINDOWS_MAX], sorted[HF_WINDOWS_MAX];
    size_t count = *bursts;
    if (count == 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        size_t next = i + 1 < count ? begins[i + 1] : end;
        length[i] = sorted[i] = at->series->seconds[next - 1] - hf__begin_of(at->series, begins[i]);
    }
    qsort(sorted, count - 1, sizeof *sorted, compare_seconds); /* without the last */
    double median = sorted[(count - 1) / 2];
    for (size_t i = 0; i < count; i++) {
        bool is_short = length[i] < (1 - HF_CYCLE_UNEVEN) * median;
        if (length[i] > (1 + HF_CYCLE_UNEVEN) * median || (is_short && i + 1 < count))
            return false;
    }
    bool whole = length[count - 1] >= 0.9 * median;
    *ret_end = whole ? end : begins[count - 1];
    *bursts = whole ? count : count - 1;
    return true;
}

/* Where a program works and rests in turn, equal cells would hold now more work and now less: each is made of as many
 * whole cycles. False where there is no such turn. */
static bool make_cells_of_cycles(const hf__look *at, const double *growth, size_t first, size_t end, hf__cells *ret)
{
    size_t begins[HF_WINDOWS_MAX], bursts = find_bursts(at, first, end, begins), last = end;
    if (bursts <= HF_CELLS_MIN || !cycles_are_even(at, begins, &bursts, end, &last))
        return false;
    size_t each = (bursts + HF_CELLS_MAX - 1) / HF_CELLS_MAX, count = bursts / each, skipped = bursts - count * each;
    memset(ret, 0, sizeof *ret);
    ret->count = count;
    ret->from_s = hf__begin_of(at->series, begins[skipped]);
    ret->until_s = at->series->seconds[last - 1];
    for (size_t cell = 0; cell < count; cell++) {
        size_t next = skipped + (cell + 1) * each;
        for (size_t i = begins[skipped + cell * each]; i < (next < bursts ? begins[next] : last); i++)
            ret->growth[cell] += growth[i];
    }
    return true;
}

/* How much of the spread of the pace a pace explains that changes evenly, from the beginning to the end. */
static double explained_by_line(const hf__look *at, size_t first, size_t end)
{
    double begin = hf__begin_of(at->series, first), middle = (at->series->seconds[end - 1] - begin) / 2, xx = 0, xy = 0;
    for (size_t i = first; i < end; i++) {
        double from = hf__begin_of(at->series, i), until = at->series->seconds[i], off = (from + until) / 2 - begin - middle;
        xx += (until - from) * off * off;
        xy += at->kept[i] * off;
    }
    return xx > 0 ? xy * xy / xx : 0;
}

/* Where a fit with two paces is better than one with a single pace by the most; 0 for nowhere. Growth that becomes ever
 * faster has no beginning: there is none either where a pace that rises evenly explains more. */
static size_t find_break(const hf__look *at, size_t first, size_t end, double *ret_head, double *ret_tail)
{
    double time_all = at->series->seconds[end - 1] - hf__begin_of(at->series, first), sum_all = 0, squares = 0;
    double shortest = time_all / (double)(end - first) / 2; /* a pace within less is chance, or a spike that hides all others */
    for (size_t i = first; i < end; i++) {
        double time = at->series->seconds[i] - hf__begin_of(at->series, i);
        sum_all += at->kept[i];
        squares += shortest > 0 ? at->kept[i] * at->kept[i] / fmax(time, shortest) : 0;
    }
    double spread = time_all > 0 ? squares - sum_all * sum_all / time_all : 0, best = HF_BREAK_SHARE * spread, sum = 0;
    size_t split = 0;
    for (size_t i = first; i + HF_WINDOWS_MIN < end; i++) {
        sum += at->kept[i];
        double time = at->series->seconds[i] - hf__begin_of(at->series, first);
        if (!(time > 0) || time < shortest || !(time_all > time))
            continue;
        double head = sum / time, tail = (sum_all - sum) / (time_all - time);
        double gain = time * (time_all - time) / time_all * (head - tail) * (head - tail);
        /* Few samples break by chance. */
        double chance = sqrt(at->noise * (fmax(head, 0) / time + fmax(tail, 0) / (time_all - time)));
        if (gain > best && fabs(head - tail) >= HF_BREAK_ERRORS * chance)
            best = gain, split = i + 1, *ret_head = head, *ret_tail = tail;
    }
    bool rises_evenly = split != 0 && *ret_tail > *ret_head && explained_by_line(at, first, end) >= best;
    return rises_evenly ? 0 : split;
}

size_t hf__find_start(const hf__look *at, size_t first, size_t end, bool *ret_warm_up)
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

size_t hf__find_head(const hf__look *at, size_t first, size_t end)
{
    double begin = hf__begin_of(at->series, first), time_all = at->series->seconds[end - 1] - begin;
    double sum_all = 0, sum = 0, squares = 0, most = 0;
    size_t split = 0;
    for (size_t i = first; i < end; i++) {
        double time = at->series->seconds[i] - hf__begin_of(at->series, i);
        sum_all += at->kept[i];
        squares += time > 0 ? at->kept[i] * at->kept[i] / time : 0;
    }
    for (size_t i = first; i + HF_WINDOWS_MIN < end; i++) {
        double time = at->series->seconds[i] - begin, rest = time_all - time;
        sum += at->kept[i];
        if (!(time > 0) || rest < HF_HEAD_REST * time_all)
            continue;
        double faster = sum / time - (sum_all - sum) / rest, gain = time * rest / time_all * faster * faster;
        if (faster > 0 && gain > most)
            most = gain, split = i + 1;
    }
    /* A pace that falls all the while, as of what fills up, leaves so much of the spread. */
    double spread = squares - sum_all * sum_all / time_all, unlike_line = spread - explained_by_line(at, first, end);
    double odds = (double)(end - first) / 2 * log(unlike_line / fmax(spread - most, 1e-9 * spread));
    return odds >= HF_HEAD_ODDS ? split : 0;
}

static size_t cells_for(double bursts, size_t windows)
{
    double wanted = bursts / 2;
    size_t count = wanted > HF_CELLS_MAX ? HF_CELLS_MAX : wanted < HF_CELLS_MIN ? HF_CELLS_MIN : (size_t)wanted;
    return count > windows ? windows : count;
}

/* Blocks that died at a greater age than has been reached by anything that was born since window `first`. */
static double died_older(const hf__look *at, size_t first)
{
    const hf__series *series = at->series;
    double age = series->seconds[at->windows - 1] - hf__begin_of(series, first), blocks = 0;
    for (size_t i = 0; i < series->deaths_count; i++) {
        const hf__death *death = &series->deaths[i];
        if (death->died < at->windows && series->seconds[death->died] - series->seconds[death->born] >= age)
            blocks += (double)death->blocks;
    }
    return blocks;
}

/* A saw is lowest right after each fall. Where growth begins only after some fall, does it show from the low point before it
 * to the last one? If things are kept for some teeth and then taken out, they are young at any time, and the low points
 * stay where they were. Lowers the turnover to what the low points have risen, unless they go up and down by more. */
static void look_at_low_points(const hf__look *at, size_t first, size_t end, double kept_sum, hf__growth_test *test)
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
    if (died_older(at, first) >= HF_OUTLIVED_SHARE * test->events) {
        test->turnover = 0;
        return;
    }
    double risen = at->level[end] - at->level[at->swings[before].trough];
    double chance = HF_LOW_POINT_ERRORS * sqrt(squares / (double)(at->swings_count - 1));
    if (kept_sum - risen > chance)
        test->turnover = fmin(test->turnover, risen / kept_sum);
}

/* Blocks that grow do so in steps, of which nothing but the windows is known in which they were made. Of unequal ones the
 * large ones count: as many as equal ones would spread their sum no less (the sum squared, over the sum of squares). A
 * vector that doubles has three. */
static double steps_without_blocks(const hf__look *at, size_t first, size_t end)
{
    double sum = 0, squares = 0;
    for (size_t i = first; i < end; i++)
        if (at->series->has_cohorts && at->kept_blocks[i] <= 0 && at->kept[i] > 0)
            sum += at->kept[i], squares += at->kept[i] * at->kept[i];
    return squares > 0 ? sum * sum / squares : 0;
}

void hf__run_test(const hf__look *at, size_t first, size_t end, hf__growth_test *ret)
{
    memset(ret, 0, sizeof *ret);
    double level_growth[HF_WINDOWS_MAX] = { 0 }, kept_sum = 0, settled_sum = 0;
    for (size_t i = first; i < end; i++) {
        level_growth[i] = at->level[i] - (i > 0 ? at->level[i - 1] : 0);
        kept_sum += at->kept[i];
        settled_sum += at->settled[i];
        ret->blocks += at->kept_blocks[i];
        ret->bursts += at->kept[i] > 0;
    }
    ret->steps = steps_without_blocks(at, first, end);
    ret->events = ret->blocks + ret->steps;
    size_t count = cells_for(ret->bursts, end - first);
    if (make_cells_of_cycles(at, at->kept, first, end, &ret->kept)) {
        make_cells_of_cycles(at, level_growth, first, end, &ret->level);
        count = ret->kept.count;
    } else {
        make_cells(at, at->kept, first, end, count, &ret->kept);
        make_cells(at, level_growth, first, end, count, &ret->level);
    }
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

bool hf__blocks_turn_over(const hf__look *at, size_t first, size_t end)
{
    size_t half = (first + end) / 2;
    double kept = 0;
    for (size_t i = half; i < end; i++)
        kept += at->kept_blocks[i];
    double grown = at->series->live_blocks[end - 1] - (half > 0 ? at->series->live_blocks[half - 1] : 0);
    return kept > 0 && grown < HF_TURNOVER_MIN * kept;
}

bool hf__sizes_turn_over(const hf__look *at, size_t first, size_t end)
{
    size_t half = (first + end) / 2;
    double kept = 0, died = 0;
    for (size_t i = half; i < end; i++)
        kept += at->kept[i], died += at->series->died_blocks[i];
    return at->series->has_cohorts && !(died > 0) && at->level[end - 1] - (half > 0 ? at->level[half - 1] : 0) < HF_TURNOVER_MIN * kept;
}
