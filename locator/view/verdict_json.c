/* verdict_json.c - a judgement as one line of JSON, schema holdfast.verdict/1.
 *
 * The judgement is laid out as verdict_model.h says, in an arena, and written by the code that
 * `holdfast gen` made of that header. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "hypothesis.h"
#include "room.h"
#include "verdict_model.hf.h"
#include "view.h"

enum { STACK_MAX = 64 };

/* `failed` is set when memory is out; what was made then is not written. */
typedef struct page {
    hf_arena      arena;
    const hf__case *shown;
    bool          failed;
} page;

/* ---- parts ------------------------------------------------------------------------------- */

static void *take(page *on, size_t count, size_t size)
{
    void *bytes = hf_arena_allocate_array(&on->arena, count, size, _Alignof(max_align_t));
    on->failed |= bytes == NULL;
    return bytes;
}

/* What is not UTF-8 is replaced, so that it can be written. */
static char *text_of(page *on, hf_text text)
{
    static const char replacement[] = "\xef\xbf\xbd";
    size_t room = text.length, at = 0;
    for (size_t i = 0, length; i < text.length; i += length > 0 ? length : 1) {
        length = hf__utf8_length((const uint8_t *)text.bytes + i, text.length - i);
        room += length == 0 ? sizeof replacement - 1 : 0;
    }
    char *made = take(on, room + 1, 1);
    if (made == NULL)
        return NULL;
    for (size_t i = 0; i < text.length;) {
        size_t length = hf__utf8_length((const uint8_t *)text.bytes + i, text.length - i);
        memcpy(made + at, length > 0 ? text.bytes + i : replacement, length > 0 ? length : sizeof replacement - 1);
        at += length > 0 ? length : sizeof replacement - 1;
        i += length > 0 ? length : 1;
    }
    made[at] = 0;
    return made;
}

static char *words_of(page *on, const char *words)
{
    return text_of(on, hf_text_from_cstr(words));
}

static char *function_of(page *on, uint32_t function)
{
    return text_of(on, hf__function_name(on->shown->model, function));
}

/* Nine digits mean something; NULL for what is no number. */
static double *number_of(page *on, double value)
{
    char digits[32];
    double *made = isfinite(value) ? take(on, 1, sizeof *made) : NULL;
    if (made == NULL)
        return NULL;
    snprintf(digits, sizeof digits, "%.9g", value);
    *made = strtod(digits, NULL);
    return made;
}

static int64_t *amount_of(page *on, int64_t value, bool is_known)
{
    int64_t *made = is_known ? take(on, 1, sizeof *made) : NULL;
    if (made != NULL)
        *made = value;
    return made;
}

/* Of sampled blocks, which stand for a broken number of others. */
static int64_t whole_of(double value)
{
    return isfinite(value) ? (int64_t)llround(value) : 0;
}

/* ---- one finding ------------------------------------------------------------------------- */

const char *hf__finding_kind(const hf__finding *finding)
{
    switch (finding->kind) {
    case HF_PATH_MAPPING: return "mapping";
    case HF_PATH_THREAD: return "thread";
    case HF_PATH_GOROUTINE: return "goroutine";
    default: break;
    }
    return finding->reach == HF_REACH_LOST ? "unreachable" : finding->reach == HF_REACH_KEPT ? "reachable" : "unknown";
}

static char *file_of(page *on, const hf__finding *finding)
{
    hf_text file = finding->function != HF_NONE ? hf__model_file(on->shown->model, finding->function) : hf_text_of("", 0);
    return file.length > 0 ? text_of(on, file) : NULL;
}

static void fill_stack(page *on, uint32_t path, hf__written_finding *into)
{
    uint32_t functions[STACK_MAX];
    size_t count = path != HF_NONE ? hf__folded_stack(on->shown->model, path, true, functions, STACK_MAX) : 0;
    into->stack = take(on, count, sizeof *into->stack);
    into->n_stack = into->stack != NULL ? count : 0;
    for (size_t i = 0; i < into->n_stack; i++)
        into->stack[i] = function_of(on, functions[i]);
}

static hf__written_reach *reach_of(page *on, const hf__finding *finding)
{
    static const char *const from[] = { NULL, "global", "thread-local", "stack", "mapping" };
    const hf__model *model = on->shown->model;
    const hf__reached *reached = &finding->reached;
    char words[HF_SENTENCE_MAX];
    hf__written_reach *made = finding->reach != HF_REACH_UNKNOWN ? take(on, 1, sizeof *made) : NULL;
    if (made == NULL)
        return NULL;
    *made = (hf__written_reach){ .unreachable_blocks = reached->lost, .unreachable_bytes = reached->lost_bytes,
                                 .held_by_unreachable = reached->held, .reachable_blocks = reached->kept,
                                 .reachable_bytes = reached->kept_bytes };
    if (from[reached->from] != NULL)
        made->from = words_of(on, from[reached->from]);
    if (reached->from == HF_FROM_GLOBAL)
        *(reached->is_file ? &made->from_file : &made->from_name) = text_of(on, hf__intern_text(&model->texts, reached->name));
    if (reached->kept > 0 && reached->via != HF_NONE)
        made->through = function_of(on, reached->via);
    hf__explain_reach(model, finding, words, sizeof words);
    made->words = words_of(on, words);
    return made;
}

static hf__written_recursion *recursion_of(page *on, const hf__finding *finding)
{
    hf__written_recursion *made = finding->depth_max > 1 ? take(on, 1, sizeof *made) : NULL;
    if (made != NULL)
        *made = (hf__written_recursion){ function_of(on, finding->recursion), finding->depth_max };
    return made;
}

static void fill_rates(page *on, const hf__finding *finding, hf__written_finding *into)
{
    const hf__shape *shape = &finding->shape;
    into->bytes_per_second = number_of(on, hf__finding_rate(finding, shape->rate));
    into->low = number_of(on, hf__finding_rate(finding, shape->rate_low));
    into->high = number_of(on, hf__finding_rate(finding, shape->rate_high));
    into->blocks_per_second =
        number_of(on, shape->until_s > shape->since_s ? shape->growth_blocks / (shape->until_s - shape->since_s) : 0);
    into->since_s = number_of(on, shape->since_s);
    into->age_median_s = number_of(on, shape->age_median_s >= 0 ? shape->age_median_s : (double)NAN);
    into->age_oldest_s = number_of(on, shape->age_oldest_s >= 0 ? shape->age_oldest_s : (double)NAN);
    into->kept_share = number_of(on, shape->kept_share);
    into->confidence = number_of(on, shape->confidence);
    if (finding->verdict == HF_VERDICT_UNDECIDED)
        into->more_s = number_of(on, shape->more_s);
}

static void fill_finding(page *on, size_t index, hf__written_finding *into)
{
    const hf__case *shown = on->shown;
    const hf__finding *finding = &shown->judgement->findings[index];
    hf__words words;
    char fingerprint[17];
    hf__explain(shown->model, shown->judgement, finding, &words);
    snprintf(fingerprint, sizeof fingerprint, "%016" PRIx64, finding->fingerprint);
    memset(into, 0, sizeof *into);
    into->verdict = words_of(on, hf__verdict_name(finding->verdict));
    into->function = function_of(on, finding->function);
    into->file = file_of(on, finding);
    into->line = amount_of(on, finding->line, finding->line > 0);
    fill_rates(on, finding, into);
    into->live_bytes = whole_of(finding->live_bytes);
    into->blocks = whole_of(finding->live_blocks);
    into->kind = words_of(on, hf__finding_kind(finding));
    into->recursion = recursion_of(on, finding);
    if (finding->site != HF_NONE)
        into->allocates_in = function_of(on, finding->site);
    if (finding->other != HF_NONE)
        into->released_for = function_of(on, finding->other);
    if (finding->caller != HF_NONE)
        into->common_caller = function_of(on, finding->caller);
    into->reachability = reach_of(on, finding);
    into->merged = finding->merged;
    if (finding->processes > 0)
        into->processes = amount_of(on, 1 + (int64_t)finding->processes, true);
    into->fingerprint = words_of(on, fingerprint);
    if (shown->known != NULL && (into->known = take(on, 1, sizeof *into->known)) != NULL)
        *into->known = shown->known[index];
    fill_stack(on, finding->path, into);
    into->hypothesis = words_of(on, words.hypothesis);
    into->next = words_of(on, words.next);
    if (words.remedy[0] != 0)
        into->remedy = words_of(on, words.remedy);
}

static void fill_dismissed(page *on, const hf__finding *finding, hf__written_dismissed *into)
{
    char why[HF_SENTENCE_MAX];
    hf__explain_dismissal(finding, why, sizeof why);
    *into = (hf__written_dismissed){
        .verdict = words_of(on, hf__verdict_name(finding->verdict)),
        .function = function_of(on, finding->function),
        .file = file_of(on, finding),
        .line = amount_of(on, finding->line, finding->line > 0),
        .live_bytes = whole_of(finding->live_bytes),
        .peak_bytes = finding->kind == HF_PATH_GOROUTINE ? 0 : whole_of(finding->shape.peak_bytes),
        .why = words_of(on, why),
    };
}

/* ---- the whole --------------------------------------------------------------------------- */

static hf__written_reconciled reconciled_of(page *on, const hf__reconciled *all)
{
    return (hf__written_reconciled){
        .recorded_live = amount_of(on, all->recorded_live, true),
        .allocator_live = amount_of(on, all->allocator_live, all->allocator_live >= 0),
        .allocator_held = amount_of(on, all->allocator_held, all->allocator_held >= 0),
        .rss = amount_of(on, all->rss, all->rss >= 0),
        .anonymous = amount_of(on, all->anonymous, all->anonymous >= 0),
        .stacks = amount_of(on, all->stacks, all->stacks >= 0),
        .overhead = amount_of(on, all->overhead, all->allocator_live >= 0),
        .free_held = amount_of(on, all->free_held, all->allocator_held >= 0),
        .unexplained = amount_of(on, all->unexplained, all->rss >= 0 || all->allocator_live >= 0),
    };
}

static void fill_regions(page *on, hf__written_verdict *into)
{
    const hf__model *model = on->shown->model;
    into->regions = take(on, model->regions_count, sizeof *into->regions);
    into->n_regions = into->regions != NULL ? model->regions_count : 0;
    for (size_t i = 0; i < into->n_regions; i++) {
        const hf__region *region = &model->regions[i];
        into->regions[i] = (hf__written_region){
            .name = text_of(on, hf__intern_text(&model->texts, region->name)),
            .function = region->function != HF_NONE ? function_of(on, region->function) : NULL,
            .used_bytes = region->used,
            .reserved_bytes = region->reserved,
            .arenas = region->arenas,
            .used_peak_bytes = region->used_peak,
            .reserved_peak_bytes = region->reserved_peak,
            .arenas_made = region->made,
        };
    }
}

static void fill_lists(page *on, hf__written_verdict *into)
{
    const hf__judgement *judgement = on->shown->judgement;
    into->findings = take(on, judgement->findings_count, sizeof *into->findings);
    into->dismissed = take(on, judgement->dismissed_count, sizeof *into->dismissed);
    into->n_findings = into->findings != NULL ? judgement->findings_count : 0;
    into->n_dismissed = into->dismissed != NULL ? judgement->dismissed_count : 0;
    for (size_t i = 0; i < into->n_findings; i++)
        fill_finding(on, i, &into->findings[i]);
    for (size_t i = 0; i < into->n_dismissed; i++)
        fill_dismissed(on, &judgement->dismissed[i], &into->dismissed[i]);
}

static void fill_verdict(page *on, hf__written_verdict *into)
{
    const hf__case *shown = on->shown;
    const hf__judgement *judgement = shown->judgement;
    double *seconds = number_of(on, judgement->seconds);
    memset(into, 0, sizeof *into);
    into->schema = words_of(on, "holdfast.verdict/1");
    into->verdict = words_of(on, hf__verdict_name(judgement->verdict));
    into->seconds = seconds != NULL ? *seconds : 0;
    into->checkpoints = judgement->checkpoints;
    into->live_bytes = whole_of(judgement->live_bytes);
    into->live_blocks = whole_of(judgement->live_blocks);
    into->peak_bytes = whole_of(judgement->peak_bytes);
    into->bytes_per_second = number_of(on, judgement->bytes_per_second);
    into->sampled = shown->model->sampled;
    if (judgement->lost_events > 0 && (into->lost = take(on, 1, sizeof *into->lost)) != NULL)
        *into->lost = (hf__written_lost){ judgement->lost_events, judgement->stands_by_count };
    into->cut = judgement->cut;
    into->process = shown->process;
    into->has_process = shown->process != 0;
    if (shown->allocations != 0 && (into->recording = take(on, 1, sizeof *into->recording)) != NULL)
        *into->recording = (hf__written_recording){
            shown->allocations, number_of(on, shown->own_share >= 0 ? shown->own_share : (double)NAN)
        };
    into->program = text_of(on, hf__intern_text(&shown->model->texts, shown->model->program));
    if (shown->note != NULL && shown->note[0] != 0)
        into->note = words_of(on, shown->note);
    into->reconciled = reconciled_of(on, &judgement->reconciled);
    fill_regions(on, into);
    fill_lists(on, into);
}

bool hf__view_json(FILE *out, const hf__case *shown)
{
    page on = { .shown = shown };
    hf__written_verdict verdict;
    hf_buffer line;
    hf_arena_init(&on.arena, &(hf_arena_options){ .allocator = hf__room_allocator() });
    hf_buffer_init(&line, SIZE_MAX, hf__room_allocator(), NULL);
    fill_verdict(&on, &verdict);
    bool fine = !on.failed && hf__written_verdict_encode(&verdict, &(hf_encode_options){ .allocator = hf__room_allocator() },
                                                         &line, NULL) == HF_OK;
    hf_text text = hf_buffer_text(&line);
    if (!fine)
        errno = ENOMEM; /* all text is UTF-8 and all numbers are finite: nothing else is left to fail */
    else
        fine = fwrite(text.bytes, 1, text.length, out) == text.length && fputc('\n', out) != EOF && !ferror(out);
    hf_buffer_release(&line);
    hf_arena_release(&on.arena);
    return fine;
}
