/* hypothesis.c - from evidence to words. */
#include "hypothesis.h"

#include "gather.h"

#include <math.h>

const char *hf__bytes_words(double bytes, char *out, size_t size)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
    size_t unit = 0;
    double amount = fabs(bytes);
    while (amount >= 1000 && unit + 1 < sizeof units / sizeof *units)
        amount /= 1024, unit++;
    int digits = unit == 0 && amount == floor(amount) ? 0 : amount < 10 ? 2 : amount < 100 ? 1 : 0;
    snprintf(out, size, "%s%.*f %s", bytes < 0 ? "-" : "", digits, amount, units[unit]);
    return out;
}

hf__rate_unit hf__unit_of(double bytes_per_second)
{
    static const hf__rate_unit units_of_time[] = { { "/s", 1 }, { " an hour", 3600 }, { " a day", 86400 } };
    enum { LAST = sizeof units_of_time / sizeof *units_of_time - 1 };
    size_t slow = 0;
    while (slow < LAST && bytes_per_second != 0 && fabs(bytes_per_second) * units_of_time[slow].seconds < 1)
        slow++;
    return units_of_time[slow];
}

const char *hf__rate_words(double bytes_per_second, char *out, size_t size)
{
    char bytes[32];
    hf__rate_unit unit = hf__unit_of(bytes_per_second);
    snprintf(out, size, "%s%s", hf__bytes_words(bytes_per_second * unit.seconds, bytes, sizeof bytes), unit.words);
    return out;
}

const char *hf__seconds_words(double seconds, char *out, size_t size)
{
    if (seconds < 0.01)
        snprintf(out, size, "%.2g ms", 1000 * seconds);
    else if (seconds < 0.95)
        snprintf(out, size, "%.2g s", seconds);
    else if (seconds < 120)
        snprintf(out, size, "%.3g s", seconds);
    else if (seconds < 7200)
        snprintf(out, size, "%.0f min", seconds / 60);
    else
        snprintf(out, size, "%.1f h", seconds / 3600);
    return out;
}

hf_text hf__function_name(const hf__model *model, uint32_t function)
{
    return function == HF_NONE ? HF_T("unknown code") : hf__model_name(model, function);
}

/* Of a count that is shown without its fraction. */
static const char *plural(double count)
{
    return count >= 0.5 && count < 1.5 ? "" : "s";
}

#define HF_SAY(field, ...) snprintf(ret_words->field, sizeof ret_words->field, __VA_ARGS__)

static void explain_thread(const hf__finding *finding, hf_text name, hf__words *ret_words)
{
    if (finding->kind == HF_PATH_GOROUTINE) {
        HF_SAY(hypothesis, "goroutines started here do not end; each keeps its stack and all that it refers to");
        HF_SAY(next, "find out what the goroutines of %.*s wait for, and give each a way to end: a context, a closed channel, a deadline",
               HF_ARG(name));
    } else {
        HF_SAY(hypothesis, "threads started here end without being joined or detached, or do not end; each keeps its stack");
        HF_SAY(next, "join or detach each thread that %.*s starts, and bound how many there are", HF_ARG(name));
    }
    HF_SAY(remedy, "hf_task_group bounds threads, queued tasks and the bytes that they capture");
}

static void explain_by_shape(const hf__model *model, const hf__finding *finding, hf_text name, hf__words *ret_words)
{
    const hf__shape *shape = &finding->shape;
    char bytes[32];
    hf_text other = hf__function_name(model, finding->other);
    if (shape->reason == HF_REASON_BACKLOG) {
        HF_SAY(hypothesis, "everything is released in the end, but later and later: it is filled faster than it is drained");
        HF_SAY(next, "bound the queue that %.*s fills, and slow down or refuse what comes when it is full", HF_ARG(name));
        HF_SAY(remedy, "hf_task_group has a bounded queue");
    } else if (shape->reason == HF_REASON_GROWS_DOUBLING) {
        HF_SAY(hypothesis, "a container that only grows: it takes a larger block again and again");
        HF_SAY(next, "look for what is appended to the container that %.*s grows, and for the place that should take it out",
               HF_ARG(name));
    } else if (finding->other != HF_NONE) {
        HF_SAY(hypothesis, "what the same code allocates for %.*s is released, what it allocates for this caller is not",
               HF_ARG(other));
        HF_SAY(next, "compare how %.*s and %.*s treat the result: one releases it on every path", HF_ARG(other), HF_ARG(name));
    } else if (shape->released_last) {
        HF_SAY(hypothesis, "released only when the program ends: while it runs, more is put in than taken out");
        HF_SAY(next, "find out which of what %.*s puts in is never taken out, and take it out when it is done with", HF_ARG(name));
        HF_SAY(remedy, "hf_cache bounds bytes and age of what is kept");
    } else if (shape->released_after_main) {
        HF_SAY(hypothesis, "released only after main, by exit handlers or destructors: while the program runs it is kept and grows");
        HF_SAY(next, "bound the container that %.*s fills, or take entries out when they are done with", HF_ARG(name));
        HF_SAY(remedy, "hf_cache bounds bytes and age of what is kept");
    } else if (shape->resized) {
        HF_SAY(hypothesis, "what it holds is made larger again and again (realloc) and never smaller: text or entries are appended, and nothing "
                           "is taken out");
        HF_SAY(next, "look for what is appended in %.*s, and write it out, drop it or begin anew at a size that you choose", HF_ARG(name));
    } else if (shape->kept_share < 0.98 && shape->taken_out_share >= HF_STORE_SHARE) {
        HF_SAY(hypothesis, "%.0f %% of its blocks are released after some time, the rest never is: what is put in is not all taken out again",
               100 * (1 - shape->kept_share));
        HF_SAY(next, "look at the code that removes what %.*s puts in (eviction, purge, expiry, closing): what does it skip, or drop without free?",
               HF_ARG(name));
        HF_SAY(remedy, "hf_cache takes entries out by age and bytes, and releases the whole of each");
    } else if (shape->kept_share < 0.98) {
        HF_SAY(hypothesis, "freed on some paths only: %.*f %% of its blocks are released, the rest never is", shape->kept_share < 0.01,
               100 * (1 - shape->kept_share));
        HF_SAY(next, "compare where the result of %.*s is released and where not: an early return, an error path, a condition around the free",
               HF_ARG(name));
    } else if (finding->depth_max > 1) {
        HF_SAY(hypothesis, "a recursion builds values that nothing releases");
        HF_SAY(next, "find who owns the result of %.*s, and release the whole of it there", HF_ARG(name));
        HF_SAY(remedy, "hf_document: a nested value is one block with one owner, released as a whole");
    } else {
        HF_SAY(hypothesis, "never freed: none of the blocks that it allocated was released (%s each on average)",
               hf__bytes_words(shape->held_blocks > 0 ? shape->held_bytes / shape->held_blocks : 0, bytes, sizeof bytes));
        HF_SAY(next, "find who should release what %.*s allocates, and do it there; if it is kept on purpose, bound how much", HF_ARG(name));
    }
}

static void explain_undecided(const hf__finding *finding, double waited, hf__words *ret_words)
{
    const hf__shape *shape = &finding->shape;
    char longer[32];
    hf__seconds_words(shape->more_s, longer, sizeof longer);
    switch (shape->reason) {
    case HF_REASON_RELEASED_LAST:
        HF_SAY(hypothesis, "grew until the end and was then released by the program itself: a batch that is done, or a service that "
                           "cleans up only when it is stopped");
        HF_SAY(next, "if this runs as a service, record it for %s longer, or while it does its work only: holdfast run --for", longer);
        return;
    case HF_REASON_MAYBE_FULL:
        HF_SAY(hypothesis, "grows, at a falling pace: a cache that is filling, or a leak under a falling load");
        break;
    case HF_REASON_RECENT:
        HF_SAY(hypothesis, "began to grow a short time before the end");
        break;
    case HF_REASON_FEW:
        if (shape->resized)
            HF_SAY(hypothesis, "was made larger a few times only: a table that finds its size does this, and a leak in large steps too");
        else
            HF_SAY(hypothesis, "grew by %.0f block%s only: things that are set up once may come like this, and a rare leak too",
                   shape->growth_blocks, plural(shape->growth_blocks));
        break;
    case HF_REASON_LOST:
        if (finding->function == HF_NONE)
            HF_SAY(hypothesis, "events were lost while recording: what grows may be among them");
        else
            HF_SAY(hypothesis, "as many events were lost while recording as blocks seem to be kept here: they may have been released");
        HF_SAY(next, "record again with --sample 64k, so that recording keeps up with the program");
        return;
    case HF_REASON_SAMPLES:
        if (finding->function == HF_NONE)
            HF_SAY(hypothesis, "the program's memory keeps growing, by the exact count; too little of it was sampled to tell where");
        else
            HF_SAY(hypothesis, "the program's memory keeps growing, by the exact count; %.0f sampled blocks point here, too few to be sure",
                   fmax(shape->samples, 1));
        HF_SAY(next, "sample more finely (a smaller --sample, or none), or record for about %s longer", longer);
        return;
    case HF_REASON_MOMENT:
        HF_SAY(hypothesis, "grew to the end of a run that was over in a moment: what a program builds up and keeps looks the same");
        HF_SAY(next, "let it do the same work again and again, for about %s", longer);
        return;
    case HF_REASON_SHORT:
        HF_SAY(hypothesis, "too few checkpoints to tell growth from a start");
        break;
    default:
        HF_SAY(hypothesis, "grew, by no more than chance could explain");
        break;
    }
    if (waited >= HF_WAITED_SHARE)
        HF_SAY(next, "record again when the machine has time for it: the program was kept waiting for a processor for %.0f %% of this run",
               100 * waited);
    else
        HF_SAY(next, "record for about %s longer under the same load", longer);
}

void hf__explain(const hf__model *model, const hf__judgement *judgement, const hf__finding *finding, hf__words *ret_words)
{
    double waited = judgement->seconds > 0 ? model->waited_s / judgement->seconds : 0;
    memset(ret_words, 0, sizeof *ret_words);
    hf_text name = hf__function_name(model, finding->function);
    if (finding->verdict == HF_VERDICT_FRAGMENTATION) {
        HF_SAY(hypothesis, "the allocator holds much more than lives in it: blocks that live long are scattered among those that "
                           "were freed");
        HF_SAY(next, "allocate what lives long apart from what lives briefly, or in arenas; malloc_trim(0) shows what can be given back");
        HF_SAY(remedy, "hf_arena keeps what lives and dies together on pages of its own");
    } else if (finding->verdict == HF_VERDICT_UNDECIDED) {
        explain_undecided(finding, waited, ret_words);
    } else if (finding->kind == HF_PATH_THREAD || finding->kind == HF_PATH_GOROUTINE) {
        explain_thread(finding, name, ret_words);
    } else if (finding->kind == HF_PATH_MAPPING) {
        HF_SAY(hypothesis, "mappings made here are not unmapped");
        HF_SAY(next, "find the munmap that should follow each mmap of %.*s", HF_ARG(name));
    } else {
        explain_by_shape(model, finding, name, ret_words);
    }
    if (finding->reach == HF_REACH_LOST && finding->verdict == HF_VERDICT_LEAK)
        HF_SAY(next, "nothing points at these blocks any more: the last pointer is dropped after %.*s returns; release there", HF_ARG(name));
}

static void explain_root(const hf__model *model, const hf__reached *reached, char *out, size_t size)
{
    hf_text name = hf__intern_text(&model->texts, reached->name);
    if (reached->from == HF_FROM_GLOBAL && reached->is_file)
        snprintf(out, size, "data of %.*s", HF_ARG(name));
    else if (reached->from == HF_FROM_GLOBAL)
        snprintf(out, size, "the global %.*s", HF_ARG(name));
    else
        snprintf(out, size, "%s", reached->from == HF_FROM_THREAD  ? "a variable that each thread has for itself"
                                  : reached->from == HF_FROM_STACK ? "the stack of a thread"
                                                                   : "mapped memory");
}

void hf__explain_reach(const hf__model *model, const hf__finding *finding, char *out, size_t size)
{
    const hf__reached *reached = &finding->reached;
    char root[256], via[256] = "";
    double all = (double)reached->lost + (double)reached->kept;
    out[0] = 0;
    if (finding->reach == HF_REACH_LOST) {
        double share = 100 * (double)reached->lost / all;
        bool by_others = reached->held * 2 > reached->lost;
        const char *others = by_others ? ", but from others that are lost as well" : "";
        if (share >= 99.5)
            snprintf(out, size, "unreachable: no pointer in the program leads to these blocks any more%s", others);
        else
            snprintf(out, size, "unreachable: no pointer in the program leads to %.0f %% of these blocks any more%s", share, others);
    } else if (finding->reach == HF_REACH_KEPT) {
        hf_text through = hf__function_name(model, reached->via);
        explain_root(model, reached, root, sizeof root);
        if (reached->via != HF_NONE && reached->via != finding->function)
            snprintf(via, sizeof via, ", through what %.*s allocated", HF_ARG(through));
        snprintf(out, size, "reachable: from %s%s", root, via);
        if (reached->lost * 20 > reached->kept) {
            size_t length = strlen(out);
            snprintf(out + length, size - length, " (%.0f %% of the blocks are not)", 100 * (double)reached->lost / all);
        }
    }
}

/* Bytes; or goroutines, whose shapes count themselves. */
static const char *amount_words(const hf__finding *finding, double amount, char *out, size_t size)
{
    if (finding->kind != HF_PATH_GOROUTINE)
        return hf__bytes_words(amount, out, size);
    snprintf(out, size, "%.0f goroutine%s", amount, plural(amount));
    return out;
}

/* Of what has grown by a few blocks. */
static void explain_few(const hf__finding *finding, char *out, size_t size)
{
    const hf__shape *shape = &finding->shape;
    double blocks = fmax(shape->growth_blocks, 0);
    char one[32];
    amount_words(finding, fmax(shape->growth_bytes, 0), one, sizeof one);
    if (finding->kind == HF_PATH_GOROUTINE)
        snprintf(out, size, "grew by %s only", one);
    else if (shape->resized)
        snprintf(out, size, "was made larger by %s, in a few steps", one);
    else
        snprintf(out, size, "grew by %.0f block%s only (%s)", blocks, plural(blocks), one);
}

void hf__explain_dismissal(const hf__finding *finding, char *out, size_t size)
{
    const hf__shape *shape = &finding->shape;
    char one[32], two[32];
    switch (shape->reason) {
    case HF_REASON_PLATEAU:
        snprintf(out, size, "grew, then stopped at %s", amount_words(finding, shape->held_bytes, one, sizeof one));
        return;
    case HF_REASON_SLOWING:
        snprintf(out, size, "grows ever more slowly: at the end at %.0f %% of its first pace", 100 * fmax(shape->pace_end, 0));
        return;
    case HF_REASON_TURNOVER:
        snprintf(out, size, "what is old goes as fast as new comes; never more than %s",
                 amount_words(finding, shape->peak_bytes, one, sizeof one));
        return;
    case HF_REASON_SAWTOOTH:
        if (shape->drops == 1)
            snprintf(out, size, "fell back once, by %.0f %%", 100 * shape->dropped_share);
        else
            snprintf(out, size, "falls back again and again (%zu times, by up to %.0f %%)", shape->drops, 100 * shape->dropped_share);
        return;
    case HF_REASON_BATCH:
        snprintf(out, size, "grew to %s and was released as a whole", amount_words(finding, shape->peak_bytes, one, sizeof one));
        return;
    case HF_REASON_STEP:
        snprintf(out, size, "grew by %s in a short time before the end, and not before",
                 amount_words(finding, shape->growth_bytes, one, sizeof one));
        return;
    case HF_REASON_SHORT:
    case HF_REASON_MOMENT:
        two[0] = 0;
        if (finding->kind != HF_PATH_GOROUTINE)
            snprintf(two, sizeof two, " in %.0f block%s", shape->held_blocks, plural(shape->held_blocks));
        snprintf(out, size, "holds %s%s, %s", amount_words(finding, shape->held_bytes, one, sizeof one), two,
                 shape->reason == HF_REASON_SHORT ? "by too few checkpoints to see growth" : "too soon to tell growth from a start");
        return;
    case HF_REASON_FEW:
        explain_few(finding, out, size);
        return;
    default:
        snprintf(out, size, "holds %s, at most %s", amount_words(finding, shape->held_bytes, one, sizeof one),
                 amount_words(finding, shape->peak_bytes, two, sizeof two));
        return;
    }
}
