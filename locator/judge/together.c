/* together.c - see together.h. Leaks are the same by their fingerprint; where a process has several of one fingerprint,
 * the fastest goes with the fastest. */
#include "together.h"

#include <math.h>
#include <stdlib.h>

#include "room.h"

typedef struct one_leak {
    hf__finding   *finding;
    hf__judgement *judgement;
    size_t         process, rank;  /* rank: among those of its fingerprint in its process */
    double         from_s, until_s; /* since the epoch */
    double         rate, low, high; /* as judged; low and high: how far away */
} one_leak;

static int compare_leaks(const void *left, const void *right)
{
    const one_leak *a = left, *b = right;
    uint64_t one = a->finding->fingerprint, other = b->finding->fingerprint;
    if (one != other)
        return one < other ? -1 : 1;
    if (a->process != b->process)
        return a->process < b->process ? -1 : 1;
    return (a->rate < b->rate) - (a->rate > b->rate);
}

static size_t collect(const hf__judged *all, size_t count, one_leak *leaks)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        double begin_s = (double)all[i].model->started_ns / 1e9;
        for (size_t k = 0; k < all[i].judgement->findings_count; k++) {
            hf__finding *finding = &all[i].judgement->findings[k];
            const hf__shape *shape = &finding->shape;
            if (finding->verdict != HF_VERDICT_LEAK)
                continue;
            if (leaks != NULL)
                leaks[found] = (one_leak){ finding, all[i].judgement, i, 0, begin_s + shape->since_s, begin_s + shape->until_s,
                                           shape->rate, shape->rate - shape->rate_low, shape->rate_high - shape->rate };
            found++;
        }
    }
    return found;
}

static bool are_together(const one_leak *a, const one_leak *b)
{
    double common = fmin(a->until_s, b->until_s) - fmax(a->from_s, b->from_s);
    return common > HF_TOGETHER * fmin(a->until_s - a->from_s, b->until_s - b->from_s);
}

/* Those of one fingerprint, each from its own judged rates. */
static void add_up(one_leak *leaks, size_t count)
{
    for (size_t i = 1; i < count; i++)
        leaks[i].rank = leaks[i].process == leaks[i - 1].process ? leaks[i - 1].rank + 1 : 0;
    for (size_t i = 0; i < count; i++) {
        hf__finding *finding = leaks[i].finding;
        double low = leaks[i].low, high = leaks[i].high, before = hf__finding_rate(finding, finding->shape.rate);
        for (size_t k = 0; k < count; k++) {
            if (leaks[k].process == leaks[i].process || leaks[k].rank != leaks[i].rank || !are_together(&leaks[i], &leaks[k]))
                continue;
            finding->shape.rate += leaks[k].rate;
            low = hypot(low, leaks[k].low); /* errors of several add up as independent ones do */
            high = hypot(high, leaks[k].high);
            finding->processes++;
        }
        finding->shape.rate_low = finding->shape.rate - low;
        finding->shape.rate_high = finding->shape.rate + high;
        leaks[i].judgement->bytes_per_second += hf__finding_rate(finding, finding->shape.rate) - before;
    }
}

bool hf__add_up_processes(const hf__judged *all, size_t count)
{
    size_t found = count > 1 ? collect(all, count, NULL) : 0;
    if (found < 2)
        return true;
    one_leak *leaks = hf__room_zeroed(found, sizeof *leaks);
    if (leaks == NULL)
        return false;
    collect(all, count, leaks);
    qsort(leaks, found, sizeof *leaks, compare_leaks);
    for (size_t first = 0; first < found;) {
        size_t end = first + 1;
        while (end < found && leaks[end].finding->fingerprint == leaks[first].finding->fingerprint)
            end++;
        add_up(leaks + first, end - first);
        first = end;
    }
    hf__room_free(leaks);
    return true;
}
