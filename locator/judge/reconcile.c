/* reconcile.c - totals side by side; the rest gets a name. */
#include "reconcile.h"

#include "room.h"

static int64_t less(int64_t whole, int64_t part)
{
    return whole >= 0 && part >= 0 ? whole - part : -1;
}

/* The last checkpoint at or before the reference that knows what the allocator or the system says. */
static const hf__memory *memory_at(const hf__model *model, size_t reference)
{
    for (size_t i = reference + 1; i-- > 0;) {
        const hf__memory *memory = &model->checkpoints[i].memory;
        if (memory->allocator_live >= 0 || memory->rss >= 0)
            return memory;
    }
    return NULL;
}

void hf__reconcile(const hf__model *model, const hf__series *whole, hf__reconciled *ret_reconciled)
{
    static const hf__memory unknown = { -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 };
    size_t reference = whole->end > 0 ? whole->end - 1 : 0;
    const hf__memory *memory = whole->end > 0 ? memory_at(model, reference) : NULL;
    if (memory == NULL)
        memory = &unknown;
    hf__reconciled all = { .recorded_live = whole->end > 0 ? (int64_t)whole->live_bytes[reference] : 0 };
    all.allocator_live = memory->allocator_live;
    all.allocator_held = memory->allocator_held;
    all.rss = memory->rss;
    all.anonymous = memory->anonymous;
    all.stacks = memory->stacks;
    all.overhead = less(memory->allocator_live, all.recorded_live);
    all.free_held = less(memory->allocator_held, memory->allocator_live);
    all.files = less(memory->rss, memory->anonymous);
    int64_t named = all.recorded_live + (memory->allocator_live >= 0 ? all.overhead : 0) +
                    (all.free_held > 0 ? all.free_held : 0) + (all.files > 0 ? all.files : 0) +
                    (memory->stacks > 0 ? memory->stacks : 0);
    all.unexplained = memory->rss >= 0 ? memory->rss - named : all.overhead;
    const hf__memory *first = &model->checkpoints[0].memory;
    if (whole->end > 2 && first->allocator_live >= 0 && memory->allocator_live >= 0) {
        double beyond = (double)(memory->allocator_live - first->allocator_live) -
                        (whole->live_bytes[reference] - whole->live_bytes[0]);
        all.allocator_grows_beyond = beyond > 1 << 20 && beyond > 0.5 * (double)memory->allocator_live;
    }
    *ret_reconciled = all;
}

static bool is_fragmented(const hf__memory *memory)
{
    int64_t gap = less(memory->allocator_held, memory->allocator_live);
    return gap >= HF_FRAGMENTED_BYTES && (double)gap >= HF_FRAGMENTED_SHARE * (double)memory->allocator_held;
}

bool hf__find_fragmentation(const hf__model *model, hf__judgement *judgement)
{
    if (judgement->windows < HF_WINDOWS_MIN)
        return true;
    double since = judgement->seconds * (1 - HF_FRAGMENTED_TIME);
    size_t first = judgement->windows;
    for (size_t i = 0; i < judgement->windows; i++) {
        const hf__checkpoint *checkpoint = &model->checkpoints[i];
        if (!is_fragmented(&checkpoint->memory))
            first = judgement->windows;
        else if (first == judgement->windows)
            first = i;
    }
    if (first == judgement->windows || model->checkpoints[first].seconds > since)
        return true;
    const hf__memory *memory = &model->checkpoints[judgement->reference].memory;
    /* What is scattered over the pages that cannot be given back: the group that holds most. */
    hf__finding finding = { .verdict = HF_VERDICT_FRAGMENTATION, .function = HF_NONE, .path = HF_NONE, .site = HF_NONE,
                            .other = HF_NONE, .caller = HF_NONE, .recursion = HF_NONE };
    double most = 0;
    for (size_t i = 0; i < judgement->dismissed_count; i++)
        if (judgement->dismissed[i].shape.held_bytes > most) {
            most = judgement->dismissed[i].shape.held_bytes;
            finding.function = judgement->dismissed[i].function;
            finding.line = judgement->dismissed[i].line;
            finding.path = judgement->dismissed[i].path;
            finding.live_blocks = judgement->dismissed[i].live_blocks;
            finding.fingerprint = ~judgement->dismissed[i].fingerprint;
        }
    finding.live_bytes = (double)(memory->allocator_held - memory->allocator_live);
    finding.shape.verdict = HF_VERDICT_FRAGMENTATION;
    finding.shape.since_s = model->checkpoints[first].seconds;
    finding.shape.until_s = model->checkpoints[judgement->reference].seconds;
    finding.shape.age_median_s = finding.shape.age_oldest_s = -1;
    finding.shape.confidence = 0.9;
    if (!HF_RESERVE(judgement->findings, judgement->findings_room, judgement->findings_count + 1))
        return false;
    judgement->findings[judgement->findings_count++] = finding;
    return true;
}
