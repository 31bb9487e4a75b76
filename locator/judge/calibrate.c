/* calibrate.c - sampled findings against exact totals. */
#include "calibrate.h"

#include <math.h>

#include "room.h"

enum { CANDIDATES_MAX = 4 };

/* The series of one exact amount; false where it is not known at every checkpoint. */
static bool total_series(const hf__model *model, const hf__judgement *judgement, bool stacks, hf__series *ret)
{
    bool before_first = model->has_cohorts; /* a recording begins with the program, and counts from its first checkpoint on */
    memset(ret, 0, sizeof *ret);
    ret->count = ret->end = judgement->windows;
    for (size_t i = 0; i < ret->count; i++) {
        const hf__memory *memory = &model->checkpoints[i].memory;
        int64_t amount = stacks ? memory->stacks : memory->usable_live >= 0 ? memory->usable_live : memory->allocator_live;
        before_first &= amount < 0;
        if (before_first)
            amount = 0;
        if (amount < 0)
            return false;
        ret->seconds[i] = model->checkpoints[i].seconds;
        ret->live_bytes[i] = (double)amount;
        /* Blocks only serve to count events; a window's growth is at least one. */
        ret->live_blocks[i] = memory->blocks >= 0 && !stacks ? (double)memory->blocks : (double)amount / 64;
    }
    return ret->count >= 3 && !before_first;
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
           reason == HF_REASON_SLOWING || reason == HF_REASON_RECENT || reason == HF_REASON_SAMPLES;
}

/* Bytes of a growth as the allocator counts them: glibc keeps 8 of each block for itself and rounds to 16. Profiles are
 * of rounded sizes already. */
static double as_counted(const hf__model *model, const hf__shape *shape)
{
    double each = shape->growth_blocks > 0 ? shape->growth_bytes / shape->growth_blocks : 0;
    if (!model->has_cohorts || !(each > 0))
        return shape->growth_bytes;
    return shape->growth_bytes * fmax(24, 16 * ceil((each + 8) / 16) - 8) / each;
}

static double claimed_by_findings(const hf__model *model, const hf__judgement *judgement)
{
    double claimed = 0;
    for (size_t i = 0; i < judgement->findings_count; i++)
        if (is_sampled_heap(&judgement->findings[i]))
            claimed += as_counted(model, &judgement->findings[i].shape);
    return claimed;
}

/* ---- the whole grows, and what was found does not account for it ------------------------------- */

/* Could this be where the whole grows, by the samples that stayed? Profiles have but levels, which wander: there a
 * place must have grown for itself. */
static bool is_candidate(const hf__model *model, const hf__finding *finding, double grown)
{
    double growth = as_counted(model, &finding->shape);
    if (finding->kind != HF_PATH_HEAP || growth < HF_CALIBRATE_PART * grown || growth > grown / HF_CALIBRATE_AGREE)
        return false;
    if (model->has_cohorts)
        return finding->shape.samples >= HF_SAMPLES_MIN;
    return finding->verdict == HF_VERDICT_FILLING && may_be_chance(finding->shape.reason) && growth > HF_CALIBRATE_AGREE * grown;
}

/* Moves a dismissed finding back among those that are open: the rest decides. */
static bool reopen(hf__judgement *judgement, size_t index)
{
    if (!HF_RESERVE(judgement->findings, judgement->findings_room, judgement->findings_count + 1))
        return false;
    hf__finding finding = judgement->dismissed[index];
    finding.verdict = finding.shape.verdict = HF_VERDICT_UNDECIDED;
    finding.shape.reason = HF_REASON_SAMPLES;
    judgement->findings[judgement->findings_count++] = finding;
    memmove(judgement->dismissed + index, judgement->dismissed + index + 1,
            (--judgement->dismissed_count - index) * sizeof finding);
    return true;
}

static bool find_candidates(const hf__model *model, hf__judgement *judgement, double grown)
{
    if (claimed_by_findings(model, judgement) >= HF_CALIBRATE_AGREE * grown)
        return true;
    for (int found = 0; found < CANDIDATES_MAX && claimed_by_findings(model, judgement) < HF_CALIBRATE_WHOLE * grown; found++) {
        size_t best = judgement->dismissed_count;
        for (size_t i = 0; i < judgement->dismissed_count; i++)
            if (is_candidate(model, &judgement->dismissed[i], grown) &&
                (best == judgement->dismissed_count ||
                 judgement->dismissed[i].shape.growth_bytes > judgement->dismissed[best].shape.growth_bytes))
                best = i;
        if (best == judgement->dismissed_count)
            return true;
        if (!reopen(judgement, best))
            return false;
    }
    return true;
}

/* The program may grow, and nothing tells where. */
static bool add_nameless(hf__judgement *judgement, const hf__shape *whole, hf__reason reason)
{
    if (!HF_RESERVE(judgement->findings, judgement->findings_room, judgement->findings_count + 1))
        return false;
    hf__finding finding = { .shape = *whole, .verdict = HF_VERDICT_UNDECIDED, .kind = HF_PATH_HEAP, .function = HF_NONE,
                            .path = HF_NONE, .site = HF_NONE, .other = HF_NONE, .caller = HF_NONE, .recursion = HF_NONE,
                            .live_bytes = whole->held_bytes, .live_blocks = whole->held_blocks };
    finding.shape.verdict = HF_VERDICT_UNDECIDED;
    finding.shape.reason = reason;
    finding.shape.samples = 0;
    judgement->findings[judgement->findings_count++] = finding;
    return true;
}

/* A program that ends tidies up: a fall at the very end says nothing of the time before. */
static void leave_out_end(hf__series *total)
{
    size_t last = total->end - 1, peak = last;
    double from_s = total->begin_s + (1 - HF_TIDY_SHARE) * (total->seconds[last] - total->begin_s);
    for (size_t i = total->end; i-- > 0 && total->seconds[i] >= from_s;)
        if (total->live_bytes[i] > total->live_bytes[peak])
            peak = i;
    if (peak + 1 >= 3)
        total->count = total->end = peak + 1;
}

static bool whole_shape(const hf__model *model, const hf__judgement *judgement, hf__series *ret_total, hf__shape *ret_whole)
{
    if (!total_series(model, judgement, false, ret_total))
        return false;
    if (model->has_cohorts)
        leave_out_end(ret_total);
    hf__shape_of(ret_total, ret_whole);
    return true;
}

bool hf__calibrate_candidates(const hf__model *model, hf__judgement *judgement)
{
    hf__series total;
    hf__shape whole;
    if (!model->sampled || !whole_shape(model, judgement, &total, &whole) || whole.verdict != HF_VERDICT_LEAK)
        return true;
    if (!model->has_cohorts && judgement->findings_count > 0)
        return true;
    if (!find_candidates(model, judgement, grown_between(&total, whole.since_s, whole.until_s)))
        return false;
    return !model->has_cohorts || judgement->findings_count > 0 || add_nameless(judgement, &whole, HF_REASON_SAMPLES);
}

/* ---- what was found, held against the whole ----------------------------------------------------- */

static double half_of(const hf__shape *shape)
{
    return (shape->rate_high - shape->rate_low) / 2;
}

/* The rate of the whole, shared out by what each finding grew by. */
static void share_out(const hf__model *model, hf__judgement *judgement, const hf__shape *total, double claimed)
{
    double squares = 0;
    for (size_t i = 0; i < judgement->findings_count; i++)
        if (is_sampled_heap(&judgement->findings[i]))
            squares += half_of(&judgement->findings[i].shape) * half_of(&judgement->findings[i].shape);
    for (size_t i = 0; i < judgement->findings_count; i++) {
        hf__finding *finding = &judgement->findings[i];
        if (!is_sampled_heap(finding))
            continue;
        double counted = as_counted(model, &finding->shape), share = counted / claimed, rounding = finding->shape.growth_bytes / counted;
        double half = half_of(&finding->shape);
        /* The share is own / (own + others): both parts have a sampling error. */
        double own = half * (1 - share), others = sqrt(fmax(squares - half * half, 0)) * share;
        double spread = hypot(hypot(own, others), half_of(total) * share);
        if (!model->has_cohorts || finding->shape.sampling_error > HF_PRECISE) {
            finding->shape.rate = total->rate * share * rounding;
            finding->shape.rate_low = finding->shape.rate - spread;
            finding->shape.rate_high = finding->shape.rate + spread;
        }
        if (!model->has_cohorts)
            finding->shape.since_s = total->since_s;
        bool enough = !model->has_cohorts || finding->shape.samples >= HF_SAMPLES_LEAK;
        if (finding->verdict == HF_VERDICT_UNDECIDED && may_be_chance(finding->shape.reason) && share >= HF_CALIBRATE_AGREE && enough) {
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

/* Do both estimates of the pace together say that growth is steady? */
static bool is_steady(const hf__shape *one, const hf__shape *whole)
{
    double near = 1e-3, own = 1 / fmax(one->pace_error * one->pace_error, near), other = 1 / fmax(whole->pace_error * whole->pace_error, near);
    double pace = (one->pace_end * own + whole->pace_end * other) / (own + other), error = 1 / sqrt(own + other);
    return pace >= HF_PACE_LEAK || (pace >= HF_PACE_FILLING && pace + 2 * error >= 1);
}

/* Few samples cannot tell a steady pace from one that falls. Where the whole has grown by what was found, its pace tells:
 * it fills, and this is what it fills with. Else a leak must prove that its own pace is steady; by less where the
 * whole tells nothing. Single blocks that stayed are otherwise evidence enough, since other places may shrink. */
static bool follow_pace(hf__judgement *judgement, const hf__shape *whole, bool agrees)
{
    bool slows = whole->verdict == HF_VERDICT_FILLING && whole->pace_end + HF_PACE_ERRORS * whole->pace_error < HF_PACE_LEAK;
    bool fills = agrees && slows, tells = whole->drops == 0 && (slows || whole->verdict == HF_VERDICT_STEADY);
    double errors = tells ? 2 : 1;
    for (size_t i = judgement->findings_count; i-- > 0;) {
        hf__finding *finding = &judgement->findings[i];
        hf__shape *shape = &finding->shape;
        bool is_leak = finding->verdict == HF_VERDICT_LEAK;
        bool proven = is_leak && shape->pace_end - errors * shape->pace_error > HF_PACE_FILLING;
        bool together = agrees && !slows && is_steady(shape, whole);
        if (!is_sampled_heap(finding) || !(shape->sampling_error > 0) || (is_leak && together) || (proven && !fills))
            continue;
        if (fills && !proven && !dismiss(judgement, i, HF_VERDICT_FILLING, whole->reason))
            return false;
        if (is_leak && (proven || !fills)) {
            finding->verdict = shape->verdict = HF_VERDICT_UNDECIDED;
            shape->reason = HF_REASON_MAYBE_FULL;
            shape->more_s = fmax(judgement->seconds, whole->more_s);
        }
    }
    return true;
}

/* A place that only few samples speak for is not called a leak. */
static void hold_back(hf__judgement *judgement, double seconds)
{
    for (size_t i = 0; i < judgement->findings_count; i++) {
        hf__finding *finding = &judgement->findings[i];
        if (!is_sampled_heap(finding))
            continue;
        if (finding->verdict == HF_VERDICT_LEAK && finding->shape.samples < HF_SAMPLES_LEAK &&
            finding->shape.samples < finding->shape.growth_blocks) {
            finding->verdict = finding->shape.verdict = HF_VERDICT_UNDECIDED;
            finding->shape.reason = HF_REASON_SAMPLES;
        }
        /* As long as it takes for twice as many samples as are needed. */
        if (finding->verdict == HF_VERDICT_UNDECIDED && finding->shape.reason == HF_REASON_SAMPLES)
            finding->shape.more_s = seconds * fmax(2 * HF_SAMPLES_LEAK / fmax(finding->shape.samples, 1) - 1, 1);
    }
}

/* Profiles have but levels, which wander while the heap stands still: the whole overrules them. */
static bool refute(hf__judgement *judgement, const hf__shape *whole, double claimed, double grown, bool agrees)
{
    bool refuted = whole->drops == 0 && grown < HF_CALIBRATE_AGREE * claimed;
    bool fills = whole->verdict == HF_VERDICT_FILLING && agrees;
    for (size_t i = judgement->findings_count; i-- > 0;)
        if (is_sampled_heap(&judgement->findings[i]) && (refuted || fills) &&
            !dismiss(judgement, i, refuted ? HF_VERDICT_STEADY : HF_VERDICT_FILLING, refuted ? HF_REASON_FLAT : whole->reason))
            return false;
    return true;
}

/* What is open by its few samples, and holds most of what the whole holds, goes the way of the whole, unless the
 * whole has grown by what it claims. */
static bool follow_whole(hf__judgement *judgement, const hf__series *total, const hf__shape *whole)
{
    bool known = whole->verdict == HF_VERDICT_FILLING || whole->verdict == HF_VERDICT_STEADY || whole->verdict == HF_VERDICT_CHURN;
    for (size_t i = judgement->findings_count; known && i-- > 0;) {
        const hf__finding *finding = &judgement->findings[i];
        const hf__shape *shape = &finding->shape;
        bool has_grown = shape->growth_bytes > 0 &&
                         grown_between(total, shape->since_s, shape->until_s) > HF_CALIBRATE_AGREE * shape->growth_bytes;
        if (is_sampled_heap(finding) && finding->verdict == HF_VERDICT_UNDECIDED && !has_grown &&
            shape->peak_bytes > HF_CALIBRATE_AGREE * whole->peak_bytes && !dismiss(judgement, i, whole->verdict, whole->reason))
            return false;
    }
    return true;
}

bool hf__calibrate(const hf__model *model, hf__judgement *judgement)
{
    hf__series total;
    hf__shape whole;
    if (!model->sampled)
        return true;
    give_stacks(model, judgement);
    double claimed = claimed_by_findings(model, judgement), since = HUGE_VAL, until = 0;
    bool counted = whole_shape(model, judgement, &total, &whole);
    if (counted && claimed > 0) {
        for (size_t i = 0; i < judgement->findings_count; i++) {
            const hf__finding *finding = &judgement->findings[i];
            if (!is_sampled_heap(finding))
                continue;
            since = fmin(since, finding->shape.since_s);
            until = fmax(until, finding->shape.until_s);
        }
        double grown = grown_between(&total, since, until);
        bool agrees = grown > HF_CALIBRATE_AGREE * claimed && grown < claimed / HF_CALIBRATE_AGREE;
        bool fine = true;
        if (whole.verdict == HF_VERDICT_LEAK && agrees)
            share_out(model, judgement, &whole, claimed);
        else if (!model->has_cohorts)
            fine = refute(judgement, &whole, claimed, grown, agrees);
        else
            fine = follow_pace(judgement, &whole, agrees);
        if (!fine)
            return false;
    }
    if (model->has_cohorts && counted && !follow_whole(judgement, &total, &whole))
        return false;
    if (model->has_cohorts)
        hold_back(judgement, judgement->seconds);
    return true;
}

/* ---- lost events ---------------------------------------------------------------------------------- */

bool hf__weigh_loss(const hf__model *model, hf__judgement *judgement)
{
    hf__series total;
    hf__shape whole = { .verdict = HF_VERDICT_UNDECIDED, .more_s = judgement->seconds };
    if (model->lost_events == 0)
        return true;
    bool counted = whole_shape(model, judgement, &total, &whole);
    bool grows = counted && whole.verdict == HF_VERDICT_LEAK;
    bool found = false;
    for (size_t i = 0; i < judgement->findings_count; i++) {
        hf__finding *finding = &judgement->findings[i];
        found = true;
        if (finding->kind != HF_PATH_HEAP || finding->verdict != HF_VERDICT_LEAK || grows ||
            finding->shape.growth_blocks > (double)model->lost_events)
            continue;
        finding->verdict = finding->shape.verdict = HF_VERDICT_UNDECIDED;
        finding->shape.reason = HF_REASON_LOST;
        finding->shape.more_s = judgement->seconds;
    }
    judgement->stands_by_count = !found && counted && !grows && whole.verdict != HF_VERDICT_UNDECIDED;
    return found || judgement->stands_by_count || add_nameless(judgement, &whole, HF_REASON_LOST);
}
