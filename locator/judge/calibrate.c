/* calibrate.c - sampled findings against exact totals. */
#include "calibrate.h"

#include <math.h>

#include "room.h"

#define HF_CALIBRATE_AGREE 0.5 /* the whole must have grown by so much of what the findings claim, and less than its double */

/* The series of one exact amount; false where it is not known at every checkpoint. */
static bool total_series(const hf__model *model, const hf__judgement *judgement, bool stacks, hf__series *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->count = ret->end = judgement->windows;
    for (size_t i = 0; i < ret->count; i++) {
        const hf__memory *memory = &model->checkpoints[i].memory;
        int64_t amount = stacks ? memory->stacks : memory->requested_live >= 0 ? memory->requested_live : memory->allocator_live;
        if (amount < 0 && i == 0 && model->has_cohorts)
            amount = 0; /* before the first checkpoint of a recording */
        if (amount < 0)
            return false;
        ret->seconds[i] = model->checkpoints[i].seconds;
        ret->live_bytes[i] = (double)amount;
        /* Blocks only serve to count events; a window's growth is at least one. */
        ret->live_blocks[i] = memory->blocks >= 0 && !stacks ? (double)memory->blocks : (double)amount / 64;
    }
    return ret->count >= 3;
}

static double grown_between(const hf__series *total, double since_s, double until_s)
{
    size_t first = 0, last = total->count - 1;
    while (first + 1 < total->count && total->seconds[first] < since_s)
        first++;
    while (last > first && total->seconds[last] > until_s)
        last--;
    return total->live_bytes[last] - total->live_bytes[first];
}

static bool is_sampled_heap(const hf__finding *finding)
{
    return finding->kind == HF_PATH_HEAP &&
           (finding->verdict == HF_VERDICT_LEAK || finding->verdict == HF_VERDICT_UNDECIDED);
}

static bool dismiss(hf__judgement *judgement, size_t index, hf__verdict verdict, hf__reason reason)
{
    if (!HF_RESERVE(judgement->dismissed, judgement->dismissed_room, judgement->dismissed_count + 1))
        return false;
    hf__finding finding = judgement->findings[index];
    finding.verdict = finding.shape.verdict = verdict;
    finding.shape.reason = reason;
    judgement->dismissed[judgement->dismissed_count++] = finding;
    memmove(judgement->findings + index, judgement->findings + index + 1,
            (--judgement->findings_count - index) * sizeof finding);
    return true;
}

/* Was a verdict held back by what few samples do to growth? */
static bool may_be_chance(hf__reason reason)
{
    return reason == HF_REASON_NOISY || reason == HF_REASON_MAYBE_FULL || reason == HF_REASON_FEW ||
           reason == HF_REASON_SLOWING || reason == HF_REASON_RECENT;
}

/* The whole grows evenly and nothing that was found does: the place that alone may be it was dismissed for the
 * unevenness of its few samples. */
static bool recall(hf__judgement *judgement, double grown)
{
    size_t best = judgement->dismissed_count;
    for (size_t i = 0; i < judgement->dismissed_count; i++) {
        const hf__finding *finding = &judgement->dismissed[i];
        if (finding->kind == HF_PATH_HEAP && finding->verdict == HF_VERDICT_FILLING && may_be_chance(finding->shape.reason) &&
            finding->shape.growth_bytes > HF_CALIBRATE_AGREE * grown && finding->shape.growth_bytes < grown / HF_CALIBRATE_AGREE &&
            (best == judgement->dismissed_count ||
             finding->shape.growth_bytes > judgement->dismissed[best].shape.growth_bytes))
            best = i;
    }
    if (best == judgement->dismissed_count)
        return true;
    if (!HF_RESERVE(judgement->findings, judgement->findings_room, judgement->findings_count + 1))
        return false;
    hf__finding finding = judgement->dismissed[best];
    finding.verdict = finding.shape.verdict = HF_VERDICT_UNDECIDED; /* the rest decides */
    judgement->findings[judgement->findings_count++] = finding;
    memmove(judgement->dismissed + best, judgement->dismissed + best + 1,
            (--judgement->dismissed_count - best) * sizeof finding);
    return true;
}

static double half_of(const hf__shape *shape)
{
    return (shape->rate_high - shape->rate_low) / 2;
}

/* The rate of the whole, shared out by what each finding grew by. */
static void share_out(hf__judgement *judgement, const hf__shape *total, double claimed, bool has_cohorts)
{
    double squares = 0;
    for (size_t i = 0; i < judgement->findings_count; i++)
        if (is_sampled_heap(&judgement->findings[i]))
            squares += half_of(&judgement->findings[i].shape) * half_of(&judgement->findings[i].shape);
    for (size_t i = 0; i < judgement->findings_count; i++) {
        hf__finding *finding = &judgement->findings[i];
        if (!is_sampled_heap(finding))
            continue;
        double share = finding->shape.growth_bytes / claimed, half = half_of(&finding->shape);
        /* The share is own / (own + others): both parts have a sampling error. */
        double own = half * (1 - share), others = sqrt(fmax(squares - half * half, 0)) * share;
        double spread = hypot(hypot(own, others), half_of(total) * share);
        finding->shape.rate = total->rate * share;
        finding->shape.rate_low = finding->shape.rate - spread;
        finding->shape.rate_high = finding->shape.rate + spread;
        if (!has_cohorts)
            finding->shape.since_s = total->since_s;
        if (finding->verdict == HF_VERDICT_UNDECIDED && may_be_chance(finding->shape.reason) && share >= HF_CALIBRATE_AGREE) {
            finding->verdict = finding->shape.verdict = HF_VERDICT_LEAK;
            finding->shape.reason = HF_REASON_GROWS;
        }
        if (finding->verdict == HF_VERDICT_LEAK)
            finding->shape.confidence = fmax(finding->shape.confidence, total->confidence * fmin(share + 0.3, 1));
    }
}

/* Goroutines have no size of their own; the stacks of all of them have. */
static void give_stacks(const hf__model *model, hf__judgement *judgement)
{
    hf__series stacks;
    if (!total_series(model, judgement, true, &stacks))
        return;
    double goroutines = 0;
    for (size_t i = 0; i < judgement->findings_count; i++)
        if (judgement->findings[i].kind == HF_PATH_GOROUTINE)
            goroutines += judgement->findings[i].shape.growth_blocks;
    for (size_t i = 0; i < judgement->findings_count; i++) {
        hf__finding *finding = &judgement->findings[i];
        double lasted = finding->shape.until_s - finding->shape.since_s;
        if (finding->kind != HF_PATH_GOROUTINE || !(goroutines > 0) || !(lasted > 0))
            continue;
        double grown = grown_between(&stacks, finding->shape.since_s, finding->shape.until_s);
        double share = finding->shape.growth_blocks / goroutines;
        double each = fmax(grown, 0) * share / finding->shape.growth_blocks;
        finding->bytes_per_block += each;
        finding->live_bytes += each * finding->live_blocks;
    }
}

bool hf__calibrate(const hf__model *model, hf__judgement *judgement)
{
    hf__series total;
    if (!model->sampled)
        return true;
    give_stacks(model, judgement);
    if (!total_series(model, judgement, false, &total))
        return true;
    hf__shape whole;
    hf__shape_of(&total, &whole);
    if (judgement->findings_count == 0 && whole.verdict == HF_VERDICT_LEAK &&
        !recall(judgement, grown_between(&total, whole.since_s, whole.until_s)))
        return false;
    double claimed = 0, since = HUGE_VAL, until = 0;
    for (size_t i = 0; i < judgement->findings_count; i++) {
        const hf__finding *finding = &judgement->findings[i];
        if (!is_sampled_heap(finding))
            continue;
        claimed += finding->shape.growth_bytes;
        since = fmin(since, finding->shape.since_s);
        until = fmax(until, finding->shape.until_s);
    }
    if (!(claimed > 0))
        return true;
    double grown = grown_between(&total, since, until);
    bool agrees = grown > HF_CALIBRATE_AGREE * claimed && grown < claimed / HF_CALIBRATE_AGREE;
    if (whole.verdict == HF_VERDICT_LEAK && agrees) {
        share_out(judgement, &whole, claimed, model->has_cohorts);
        return true;
    }
    if (model->has_cohorts) /* single blocks that stayed are evidence enough */
        return true;
    bool refuted = whole.drops == 0 && grown < HF_CALIBRATE_AGREE * claimed;
    bool fills = whole.verdict == HF_VERDICT_FILLING && agrees;
    for (size_t i = judgement->findings_count; i-- > 0;)
        if (is_sampled_heap(&judgement->findings[i]) && (refuted || fills) &&
            !dismiss(judgement, i, refuted ? HF_VERDICT_STEADY : HF_VERDICT_FILLING, refuted ? HF_REASON_FLAT : whole.reason))
            return false;
    return true;
}
