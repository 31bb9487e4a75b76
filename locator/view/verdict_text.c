/* verdict_text.c - a judgement for people: what leaks, how fast, how sure, what to do. */
#define _GNU_SOURCE

#include <math.h>
#include <stdlib.h>

#include "base/plain.h"
#include "hypothesis.h"
#include "view.h"

enum { STACK_SHOWN = 6, TOP_DEFAULT = 10, AGE_BINS = 6, SECONDS_FOR_AN_HOUR = 10 };

static const char *paint(const hf__case *shown, const char *code)
{
    return shown->colour ? code : "";
}

static void put_place(FILE *out, const hf__case *shown, const hf__finding *finding)
{
    hf_text name = hf__function_name(shown->model, finding->function);
    fprintf(out, "%.*s", HF_ARG(name));
    if (finding->function == HF_NONE)
        return;
    hf_text file = hf__model_file(shown->model, finding->function);
    const char *slash = file.length > 0 ? memrchr(file.bytes, '/', file.length) : NULL;
    if (slash != NULL)
        file = hf_text_of(slash + 1, (size_t)(file.bytes + file.length - slash - 1));
    if (file.length > 0 && finding->line > 0)
        fprintf(out, " (%.*s:%u)", HF_ARG(file), finding->line);
    else if (file.length > 0)
        fprintf(out, " (%.*s)", HF_ARG(file));
}

/* What a verdict without a finding means, for somebody who knows none of its words. */
static const char *meaning_of(hf__verdict verdict)
{
    switch (verdict) {
    case HF_VERDICT_FRAGMENTATION: return "but the allocator holds much free memory that it cannot give back (fragmentation)";
    case HF_VERDICT_FILLING: return "memory grew and then stopped or slowed down, as what fills up does (filling)";
    case HF_VERDICT_CHURN: return "memory comes and goes, and nothing piles up (churn)";
    default: return "memory stands still (steady)";
    }
}

/* How many findings are of that verdict. */
static size_t count_of(const hf__judgement *judgement, hf__verdict verdict)
{
    size_t count = 0;
    for (size_t i = 0; i < judgement->findings_count; i++)
        count += judgement->findings[i].verdict == verdict;
    return count;
}

static void put_leaks(FILE *out, const hf__judgement *judgement, size_t leaks)
{
    char rate[48], hour[32];
    const char *s = leaks == 1 ? "s" : "", *places = leaks == 1 ? "" : "s";
    if (!(judgement->bytes_per_second > 0)) {
        fprintf(out, ": %zu place%s keep%s growing", leaks, places, s);
        return;
    }
    fprintf(out, ": %zu place%s take%s memory and never give%s it back: %s", leaks, places, s, s,
            hf__rate_words(judgement->bytes_per_second, rate, sizeof rate));
    if (judgement->seconds < SECONDS_FOR_AN_HOUR)
        fputs(", for as long as it was recorded", out);
    else if (judgement->bytes_per_second >= 1) /* what is slower is told by the hour anyway */
        fprintf(out, ", %s an hour", hf__bytes_words(3600 * judgement->bytes_per_second, hour, sizeof hour));
}

static void put_undecided(FILE *out, const hf__judgement *judgement, size_t undecided)
{
    if (undecided > 0)
        fprintf(out, ": %zu place%s may leak; this recording cannot tell, what would is said below", undecided, undecided == 1 ? "" : "s");
    else if (judgement->cut)
        fprintf(out, ": the recording breaks off at second %.3g, too early to see growth", judgement->seconds);
    else
        fputs(": too short to see growth; record for longer", out);
}

static void put_no_leak(FILE *out, const hf__judgement *judgement)
{
    char bytes[32], seconds[32];
    if (judgement->cut)
        fprintf(out, " up to second %.3g, where the recording breaks off", judgement->seconds);
    if (judgement->is_moment && judgement->live_bytes > 0)
        fprintf(out, " to be seen: it was over after %s, too soon to tell growth from a start, and held %s in %.0f block%s then",
                hf__seconds_words(judgement->seconds, seconds, sizeof seconds),
                hf__bytes_words(judgement->live_bytes, bytes, sizeof bytes), judgement->live_blocks,
                judgement->live_blocks < 1.5 ? "" : "s");
    else
        fprintf(out, ": %s", meaning_of(judgement->verdict));
}

static void put_headline(FILE *out, const hf__case *shown)
{
    const hf__judgement *judgement = shown->judgement;
    char seconds[32];
    size_t leaks = count_of(judgement, HF_VERDICT_LEAK);
    bool undecided = judgement->verdict == HF_VERDICT_UNDECIDED;
    const char *colour = leaks > 0 ? "\033[1;31m" : undecided ? "\033[1;33m" : "\033[1;32m";
    fprintf(out, "%s%s%s", paint(shown, colour), leaks > 0 ? "LEAK" : undecided ? "UNDECIDED" : "NO LEAK", paint(shown, "\033[0m"));
    if (leaks > 0)
        put_leaks(out, judgement, leaks);
    else if (undecided)
        put_undecided(out, judgement, count_of(judgement, HF_VERDICT_UNDECIDED));
    else
        put_no_leak(out, judgement);
    fprintf(out, "  [%s, %llu checkpoint%s%s]\n", hf__seconds_words(judgement->seconds, seconds, sizeof seconds),
            (unsigned long long)judgement->checkpoints, judgement->checkpoints == 1 ? "" : "s",
            shown->model->sampled ? ", sampled" : "");
    if (judgement->is_moment && judgement->live_bytes > 0 && leaks == 0 && !undecided)
        fputs("  next: nothing, for a program that starts, does its work and ends; to find what it would lose in the long run, let it "
              "do the same work again and again, for a second or more\n", out);
    if (judgement->stands_by_count)
        fputs("  events were lost, and this stands: the exact count of bytes, which loses nothing, does not grow either\n", out);
}

static void put_rate(FILE *out, const hf__finding *finding)
{
    const hf__shape *shape = &finding->shape;
    char one[48], two[32], three[32];
    hf__rate_unit unit = hf__unit_of(shape->rate);
    if (finding->kind == HF_PATH_GOROUTINE)
        fprintf(out, "+%.3g goroutines/s (%.3g to %.3g), +%s of memory", shape->rate, fmax(shape->rate_low, 0), shape->rate_high,
                hf__rate_words(hf__finding_rate(finding, shape->rate), one, sizeof one));
    else if (shape->rate > 0)
        fprintf(out, "+%s (%s to %s)", hf__rate_words(shape->rate, one, sizeof one),
                hf__bytes_words(fmax(shape->rate_low, 0) * unit.seconds, two, sizeof two),
                hf__bytes_words(shape->rate_high * unit.seconds, three, sizeof three));
    else
        fputs("how fast it grows is not known", out);
}

static void put_stack(FILE *out, const hf__case *shown, const hf__finding *finding)
{
    uint32_t functions[64];
    size_t count = finding->path != HF_NONE ? hf__folded_stack(shown->model, finding->path, true, functions, 64) : 0;
    if (count < 2)
        return;
    fputs("      stack: ", out);
    for (size_t i = 0; i < count && i < STACK_SHOWN; i++) {
        hf_text name = hf__function_name(shown->model, functions[i]);
        fprintf(out, "%s%.*s", i > 0 ? ", called by " : "", HF_ARG(name));
    }
    fprintf(out, "%s\n", count > STACK_SHOWN ? ", and so on" : "");
}

/* "service+0x1319", where the file at hand has no names (stripped, or none): what gives it one. */
static void put_nameless(FILE *out, const hf__case *shown, const hf__finding *finding)
{
    hf_text name = hf__function_name(shown->model, finding->function);
    const char *plus = finding->function != HF_NONE ? memrchr(name.bytes, '+', name.length) : NULL;
    size_t length = plus != NULL ? (size_t)(plus - name.bytes) : 0, left = name.length - length;
    if (length == 0 || left < 4 || memcmp(plus, "+0x", 3) != 0)
        return;
    fprintf(out, "      no symbols: addr2line -fe FILE %.*s names it, FILE being the same build of %.*s, not stripped\n", (int)left - 1,
            plus + 1, (int)length, name.bytes);
}

static void put_evidence(FILE *out, const hf__case *shown, const hf__finding *finding)
{
    const hf__shape *shape = &finding->shape;
    char one[48], two[32], three[32];
    double last_rate;
    if (shape->reason == HF_REASON_RELEASED_LAST)
        fputs("      holds nothing any more", out);
    else if (finding->live_blocks < 0.5)
        fprintf(out, "      holds %s that it added to blocks of others", hf__bytes_words(finding->live_bytes, one, sizeof one));
    else
        fprintf(out, "      holds %s in %.0f %s%s", hf__bytes_words(finding->live_bytes, one, sizeof one), finding->live_blocks,
                finding->kind == HF_PATH_GOROUTINE ? "goroutine" : finding->kind == HF_PATH_THREAD ? "thread" : "block",
                finding->live_blocks < 1.5 ? "" : "s");
    if (shape->age_oldest_s >= 0 && shape->reason != HF_REASON_RELEASED_LAST)
        fprintf(out, ", half of them older than %s, the oldest %s", hf__seconds_words(shape->age_median_s, two, sizeof two),
                hf__seconds_words(shape->age_oldest_s, three, sizeof three));
    if (shape->since_s > 0.02 * shown->judgement->seconds)
        fprintf(out, "; growing since second %.3g", shape->since_s);
    if (finding->verdict == HF_VERDICT_LEAK && finding->kind != HF_PATH_GOROUTINE && hf__becomes_faster(shape, &last_rate))
        fprintf(out, "; ever faster, by %s at the end", hf__rate_words(last_rate, one, sizeof one));
    if (finding->depth_max > 1) {
        hf_text name = hf__function_name(shown->model, finding->recursion);
        fprintf(out, "; recursive: %.*s, %u deep", HF_ARG(name), finding->depth_max);
    }
    fputc('\n', out);
    if (finding->processes > 0)
        fprintf(out, "      %u processes do so at the same time: the rate is that of all, the rest tells of process %u\n",
                finding->processes + 1, shown->process);
}

static void put_finding(FILE *out, const hf__case *shown, size_t index)
{
    const hf__finding *finding = &shown->judgement->findings[index];
    hf__words words;
    char reach[HF_SENTENCE_MAX];
    hf__explain(shown->model, shown->judgement, finding, &words);
    fprintf(out, "  #%zu %s%s%s ", index + 1, paint(shown, "\033[1m"),
            finding->verdict == HF_VERDICT_LEAK ? "" : finding->verdict == HF_VERDICT_UNDECIDED ? "perhaps: " : "fragmentation, held up by: ",
            paint(shown, "\033[0m"));
    put_place(out, shown, finding);
    fputs("  ", out);
    if (finding->verdict == HF_VERDICT_FRAGMENTATION) {
        char one[32];
        fprintf(out, "%s held by the allocator and free", hf__bytes_words(finding->live_bytes, one, sizeof one));
    } else {
        put_rate(out, finding);
        if (finding->verdict == HF_VERDICT_LEAK)
            fprintf(out, "  sure %.3g %%", 100 * finding->shape.confidence);
    }
    if (shown->known != NULL && shown->known[index])
        fputs("  known", out);
    fputc('\n', out);
    if (finding->verdict != HF_VERDICT_FRAGMENTATION)
        put_evidence(out, shown, finding);
    put_stack(out, shown, finding);
    put_nameless(out, shown, finding);
    hf__explain_reach(shown->model, finding, reach, sizeof reach);
    if (reach[0] != 0)
        fprintf(out, "      %s\n", reach);
    fprintf(out, "      cause: %s\n", words.hypothesis);
    if (finding->caller != HF_NONE) {
        hf_text caller = hf__function_name(shown->model, finding->caller);
        fprintf(out, "      with it grow%s %u more place%s under %.*s, in step: parts of one thing that is dropped there\n",
                finding->merged == 1 ? "s" : "", finding->merged, finding->merged == 1 ? "" : "s", HF_ARG(caller));
    }
    fprintf(out, "      next: %s\n", words.next);
    if (words.remedy[0] != 0)
        fprintf(out, "      with libholdfast: %s\n", words.remedy);
}

typedef struct amount {
    const char *name;
    int64_t     bytes; /* below 0: not known, left out */
} amount;

static void put_amounts(FILE *out, const char *title, const amount *amounts, size_t count)
{
    char one[32];
    const char *before = title;
    for (size_t i = 0; i < count; i++) {
        if (amounts[i].bytes < 0)
            continue;
        fprintf(out, "%s %s %s", before, amounts[i].name, hf__bytes_words((double)amounts[i].bytes, one, sizeof one));
        before = ",";
    }
    if (before != title)
        fputc('\n', out);
}

static void put_reconciled(FILE *out, const hf__reconciled *all)
{
    const amount totals[] = { { "live as recorded", all->recorded_live },
                              { "by the allocator's own count", all->allocator_live },
                              { "resident", all->rss } };
    const amount parts[] = { { "rounding and blocks from before the start", all->allocator_live >= 0 ? all->overhead : -1 },
                             { "free but held", all->free_held },
                             { "stacks", all->stacks },
                             { "files", all->files },
                             { "unexplained", all->unexplained } };
    put_amounts(out, "  memory at the end:", totals, sizeof totals / sizeof *totals);
    if (all->rss < 0 && all->allocator_live < 0)
        return;
    put_amounts(out, "      the difference:", parts, sizeof parts / sizeof *parts);
    if (all->allocator_grows_beyond)
        fputs("      the allocator's own count grows beyond what is recorded: some code allocates past malloc\n", out);
}

/* The largest by what they ever reserved of those that come after: smaller than `below`, or as large and at
 * `after` or behind it. NULL when there is none. */
static const hf__region *next_region(const hf__model *model, uint64_t below, size_t after)
{
    const hf__region *next = NULL;
    for (size_t i = 0; i < model->regions_count; i++) {
        const hf__region *region = &model->regions[i];
        bool comes = region->reserved_peak < below || (region->reserved_peak == below && i >= after);
        if (comes && (next == NULL || region->reserved_peak > next->reserved_peak))
            next = region;
    }
    return next;
}

static void put_region(FILE *out, const hf__model *model, const hf__region *region)
{
    char one[32], two[32], three[32];
    hf_text name = hf__intern_text(&model->texts, region->name);
    fprintf(out, "      %.*s: %s in use of %s reserved, at most %s in use", HF_ARG(name),
            hf__bytes_words((double)region->used, one, sizeof one), hf__bytes_words((double)region->reserved, two, sizeof two),
            hf__bytes_words((double)region->used_peak, three, sizeof three));
    if (region->made > 1)
        fprintf(out, "; %llu arenas of %llu", (unsigned long long)region->arenas, (unsigned long long)region->made);
    if (region->function != HF_NONE) {
        hf_text function = hf__function_name(model, region->function);
        fprintf(out, "; first in %.*s", HF_ARG(function));
    }
    fputc('\n', out);
}

/* As many as findings are shown. */
static void put_regions(FILE *out, const hf__case *shown)
{
    const hf__model *model = shown->model;
    size_t top = shown->top > 0 ? shown->top : TOP_DEFAULT, put = 0;
    const hf__region *next = next_region(model, UINT64_MAX, 0);
    if (next != NULL)
        fputs("  arenas, by name:\n", out);
    for (; put < top && next != NULL; put++) {
        put_region(out, model, next);
        next = next_region(model, next->reserved_peak, (size_t)(next - model->regions) + 1);
    }
    if (next != NULL)
        fprintf(out, "      and %zu more; --json tells all\n", model->regions_count - put);
}

/* What is beside the heap, and not in the sums above. */
static const char *beside_heap(hf__path_kind kind)
{
    switch (kind) {
    case HF_PATH_THREAD:  return " (stacks of threads)";
    case HF_PATH_MAPPING: return " (mapped, not by malloc)";
    default:              return "";
    }
}

static void put_dismissed(FILE *out, const hf__case *shown)
{
    const hf__judgement *judgement = shown->judgement;
    size_t top = shown->top > 0 ? shown->top : TOP_DEFAULT;
    if (judgement->dismissed_count == 0)
        return;
    fputs("  not leaks:\n", out);
    for (size_t i = 0; i < judgement->dismissed_count && i < top; i++) {
        const hf__finding *finding = &judgement->dismissed[i];
        char why[HF_SENTENCE_MAX];
        hf__explain_dismissal(finding, why, sizeof why);
        fprintf(out, "      %-8s ", hf__verdict_name(finding->verdict));
        put_place(out, shown, finding);
        fprintf(out, ": %s%s\n", why, beside_heap(finding->kind));
    }
}

#define SMALL_LOAD 0.05 /* of a processor: nobody waits for it */

static void put_recorded(FILE *out, const hf__case *shown)
{
    char count[32];
    if (shown->allocations == 0)
        return;
    if (shown->allocations < 1000000)
        snprintf(count, sizeof count, "%llu", (unsigned long long)shown->allocations);
    else
        snprintf(count, sizeof count, "%.1f million", (double)shown->allocations / 1e6);
    fprintf(out, "  recorded: %s allocation%s", count, shown->allocations == 1 ? "" : "s");
    /* Beside a program that sleeps all the time, whatever it takes is many times that of the program: tell what it is
     * of the time that passed. */
    double elapsed_share = shown->judgement->seconds > 0 ? (double)shown->own_ns / 1e9 / shown->judgement->seconds : 1;
    if (shown->own_share >= 2 * SMALL_LOAD && elapsed_share < SMALL_LOAD)
        fprintf(out, "; recording took %.1f %% of a processor", 100 * elapsed_share);
    else if (shown->own_share >= 0)
        fprintf(out, "; recording took %.*f %% of the program's processor time", shown->own_share < 0.1, 100 * shown->own_share);
    fputc('\n', out);
}

/* What is alive at the reference, by age: one column for each sixth of the run. */
static void put_ages(FILE *out, const hf__case *shown)
{
    const hf__model *model = shown->model;
    size_t windows = shown->judgement->windows;
    if (!model->has_cohorts || windows == 0) {
        fputs("  ages: not known from profiles; only recordings follow single blocks\n", out);
        return;
    }
    fputs("  ages of what is alive, in bytes, from the oldest sixth of the run to the youngest:\n", out);
    for (size_t i = 0; i < shown->judgement->findings_count; i++) {
        const hf__finding *finding = &shown->judgement->findings[i];
        if (finding->path == HF_NONE)
            continue;
        double bins[AGE_BINS] = { 0 };
        const hf__path *path = &model->paths[finding->path];
        int64_t before = 0;
        for (size_t p = 0; p < path->points_count; p++) {
            const hf__point *point = &model->points[path->point_first + p];
            if (point->window < windows)
                bins[point->window * AGE_BINS / windows] += (double)(point->live_bytes - before);
            before = point->live_bytes;
        }
        for (size_t d = 0; d < path->deaths_count; d++) {
            const hf__death *death = &model->deaths[path->death_first + d];
            if (death->died >= windows)
                continue;
            bins[death->born * AGE_BINS / windows] -= (double)death->bytes;
            bins[death->died * AGE_BINS / windows] += (double)death->bytes;
        }
        hf_text name = hf__function_name(model, finding->function);
        fprintf(out, "      %.*s:", HF_ARG(name));
        for (size_t b = 0; b < AGE_BINS; b++) {
            char one[32];
            fprintf(out, " %s", hf__bytes_words(fmax(bins[b], 0), one, sizeof one));
        }
        fputc('\n', out);
    }
}

static void put_all(FILE *out, const hf__case *shown)
{
    const hf__judgement *judgement = shown->judgement;
    hf_text program = shown->program != NULL ? hf_text_from_cstr(shown->program)
                                             : hf__intern_text(&shown->model->texts, shown->model->program);
    if (program.length > 0)
        fprintf(out, "holdfast: %.*s\n", HF_ARG(program));
    put_headline(out, shown);
    if (shown->note != NULL && shown->note[0] != 0)
        fprintf(out, "  note: %s\n", shown->note);
    size_t top = shown->top > 0 ? shown->top : TOP_DEFAULT;
    for (size_t i = 0; i < judgement->findings_count && i < top; i++)
        put_finding(out, shown, i);
    if (judgement->findings_count > top)
        fprintf(out, "  and %zu more; --top shows them\n", judgement->findings_count - top);
    if (judgement->windows > 0)
        put_reconciled(out, &judgement->reconciled);
    put_recorded(out, shown);
    put_regions(out, shown);
    put_dismissed(out, shown);
    if (shown->ages)
        put_ages(out, shown);
}

/* How long the colour at `at` is; 0: it is none of ours. */
static size_t colour_length(const char *at)
{
    static const char *const colours[] = { "\033[1;31m", "\033[1;33m", "\033[1;32m", "\033[1m", "\033[0m" };
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++)
        if (strncmp(at, colours[i], strlen(colours[i])) == 0)
            return strlen(colours[i]);
    return 0;
}

/* Names of functions and files are whatever a recording says: they colour nothing, and move no cursor. */
static void make_plain(char *text)
{
    for (char *at = text; *at != 0;) {
        size_t kept = *at == '\n' ? 1 : colour_length(at), control = hf__control_length(at);
        if (kept == 0 && control > 0)
            memset(at, '?', control);
        at += kept > 0 ? kept : control > 0 ? control : 1;
    }
}

bool hf__view_text(FILE *out, const hf__case *shown)
{
    char *text = NULL;
    size_t length = 0;
    FILE *memory = open_memstream(&text, &length);
    if (memory == NULL)
        return false;
    put_all(memory, shown);
    bool fine = fclose(memory) == 0;
    if (fine) {
        make_plain(text);
        fine = fputs(text, out) >= 0 && fflush(out) == 0;
    }
    free(text);
    return fine;
}
