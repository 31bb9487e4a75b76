/* expanded.c - how many values a reader sees where others are mounted, and how deep.
 *
 * Each mount entry has the counts of its value, taken when it was mounted. Parts have none: they are counted
 * in the pass that meets them, each once. */
#include "value/part_memo.h"

/* A value that is being counted: parts of other blocks lead from one to the next. */
typedef struct run {
    const hf__home *home;
    const hf__slot *part, *at, *end;
    uint64_t        values;
    uint32_t        depth, deepest;
} run;

static void begin(run *now, hf_value value)
{
    *now = (run){ value.home, value.slot, value.slot, hf__behind(value.slot), 0, 0, 0 };
}

/* So many values stand here, so deep below. */
static void count_in(run *now, uint64_t values, uint32_t depth)
{
    uint32_t reach = depth > UINT32_MAX - now->depth ? UINT32_MAX : now->depth + depth;
    now->values = values > UINT64_MAX - now->values ? UINT64_MAX : now->values + values;
    now->deepest = reach > now->deepest ? reach : now->deepest;
}

/* Goes on to the end, or to a part that must be counted first, which is begun: then true. */
static bool count_run(run *now, run *ret_below, const hf__part_memo *memo)
{
    while (now->at != now->end) {
        const hf__slot *at = now->at++;
        if (hf__is_close(at)) {
            now->depth--;
        } else if (hf__is_key(at)) {
            continue;
        } else if (hf__kind(at) != HF__MOUNT) {
            count_in(now, 1, 0);
            now->depth += hf__is_container(at);
        } else if (hf__byte1(at) == HF__MOUNT_ENTRY) {
            const hf__mount *entry = &now->home->mounts[(uint32_t)at->hi];
            count_in(now, entry->values_expanded, entry->depth);
        } else {
            hf_value part = hf__mount_target(now->home, at);
            uint64_t values, depth;
            if (!hf__part_is_noted(part) || !hf__part_memo_get(memo, part.slot, NULL, &values, &depth)) {
                begin(ret_below, part);
                return true;
            }
            count_in(now, values, (uint32_t)depth);
        }
    }
    return false;
}

static void count_slots(hf_value value, hf__part_memo *memo, uint64_t *ret_values, uint32_t *ret_depth)
{
    /* A part leads to an earlier block, or into a mounted document, which may have parts of others in turn. */
    run runs[HF__HOPS_MAX + 1];
    unsigned level = 0;
    begin(&runs[0], value);
    for (;;) {
        run *now = &runs[level];
        if (count_run(now, now + 1, memo)) {
            level++;
            continue;
        }
        if (level == 0)
            break;
        if (hf__part_is_noted((hf_value){ now->home, now->part }))
            hf__part_memo_put(memo, &(hf__part_note){ now->part, NULL, now->values, now->deepest });
        count_in(&runs[--level], now->values, now->deepest);
    }
    *ret_values = runs[0].values;
    *ret_depth = runs[0].deepest;
}

/* Counted when first asked for, so that freezing need not look at what it shares. Several threads may
 * come to the same numbers at once. */
static void count_document(hf_document *document, hf__part_memo *memo)
{
    if (atomic_load_explicit(&document->values_expanded, memory_order_acquire) != 0)
        return;
    uint64_t values;
    uint32_t depth;
    count_slots((hf_value){ &document->home, document->home.slots }, memo, &values, &depth);
    atomic_store_explicit(&document->depth_expanded, depth, memory_order_relaxed);
    atomic_store_explicit(&document->values_expanded, values, memory_order_release);
}

void hf__value_expanded_noting(hf_value value, hf__part_memo *memo, uint64_t *ret_values, uint32_t *ret_depth)
{
    if (value.home->kind != HF__HOME_DOCUMENT || value.slot != value.home->slots) {
        count_slots(value, memo, ret_values, ret_depth);
        return;
    }
    hf_document *document = (hf_document *)(uintptr_t)hf__home_document(value.home);
    count_document(document, memo);
    *ret_values = atomic_load_explicit(&document->values_expanded, memory_order_acquire);
    *ret_depth = atomic_load_explicit(&document->depth_expanded, memory_order_relaxed);
}

void hf__value_expanded(hf_value value, uint64_t *ret_values, uint32_t *ret_depth)
{
    hf__part_memo memo;
    hf__part_memo_init(&memo);
    hf__value_expanded_noting(value, &memo, ret_values, ret_depth);
    hf__part_memo_release(&memo);
}
