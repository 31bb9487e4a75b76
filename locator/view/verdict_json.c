/* verdict_json.c - a judgement as one line of JSON, schema holdfast.verdict/1. */
#include <inttypes.h>
#include <math.h>

#include "hypothesis.h"
#include "view.h"

enum { STACK_MAX = 64 };

size_t hf__utf8_length(const uint8_t *at, size_t left)
{
    static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t length = *at < 0x80 ? 1 : *at >> 5 == 6 ? 2 : *at >> 4 == 14 ? 3 : *at >> 3 == 30 ? 4 : 0;
    if (length == 0 || length > left)
        return 0;
    uint32_t code = length == 1 ? *at : *at & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if (at[i] >> 6 != 2)
            return 0;
        code = code << 6 | (at[i] & 0x3f);
    }
    if (length > 1 && (code < smallest[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)))
        return 0;
    return length;
}

void hf__put_json_text(FILE *out, hf_text text)
{
    const uint8_t *at = (const uint8_t *)text.bytes, *end = at + text.length;
    while (at < end) {
        size_t length = hf__utf8_length(at, (size_t)(end - at));
        if (length == 0)
            fputs("\xef\xbf\xbd", out);
        else if (*at == '"' || *at == '\\')
            fprintf(out, "\\%c", *at);
        else if (*at < 0x20)
            fprintf(out, "\\u%04x", *at);
        else
            fwrite(at, 1, length, out);
        at += length > 0 ? length : 1;
    }
}

static void put_string(FILE *out, const char *key, hf_text text)
{
    fprintf(out, "\"%s\":\"", key);
    hf__put_json_text(out, text);
    fputc('"', out);
}

static void put_number(FILE *out, const char *key, double value)
{
    if (!isfinite(value))
        fprintf(out, "\"%s\":null", key);
    else if (value == floor(value) && fabs(value) < 1e15)
        fprintf(out, "\"%s\":%.0f", key, value);
    else
        fprintf(out, "\"%s\":%.9g", key, value);
}

/* Unknown amounts are null. */
static void put_amount(FILE *out, const char *key, int64_t value, bool known)
{
    if (known)
        fprintf(out, "\"%s\":%" PRId64, key, value);
    else
        fprintf(out, "\"%s\":null", key);
}

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

static void put_stack(FILE *out, const hf__model *model, uint32_t path)
{
    uint32_t functions[STACK_MAX];
    size_t count = path != HF_NONE ? hf__folded_stack(model, path, true, functions, STACK_MAX) : 0;
    fputs("\"stack\":[", out);
    for (size_t i = 0; i < count; i++) {
        fputs(i > 0 ? ",\"" : "\"", out);
        hf__put_json_text(out, hf__function_name(model, functions[i]));
        fputc('"', out);
    }
    fputc(']', out);
}

static void put_place(FILE *out, const hf__model *model, const hf__finding *finding)
{
    put_string(out, "function", hf__function_name(model, finding->function));
    fputc(',', out);
    if (finding->function != HF_NONE && hf__model_file(model, finding->function).length > 0)
        put_string(out, "file", hf__model_file(model, finding->function));
    else
        fputs("\"file\":null", out);
    fputc(',', out);
    put_amount(out, "line", finding->line, finding->line > 0);
}

static void put_reached(FILE *out, const hf__model *model, const hf__finding *finding)
{
    static const char *const from[] = { NULL, "global", "thread-local", "stack", "mapping" };
    const hf__reached *reached = &finding->reached;
    char words[HF_SENTENCE_MAX];
    if (finding->reach == HF_REACH_UNKNOWN)
        return;
    fprintf(out, "\"reachability\":{\"unreachable_blocks\":%" PRIu64 ",\"unreachable_bytes\":%" PRIu64 ",\"held_by_unreachable\":%" PRIu64
                 ",\"reachable_blocks\":%" PRIu64 ",\"reachable_bytes\":%" PRIu64 ",",
            reached->lost, reached->lost_bytes, reached->held, reached->kept, reached->kept_bytes);
    if (from[reached->from] != NULL)
        fprintf(out, "\"from\":\"%s\",", from[reached->from]);
    if (reached->from == HF_FROM_GLOBAL)
        put_string(out, reached->is_file ? "from_file" : "from_name", hf__intern_text(&model->texts, reached->name)), fputc(',', out);
    if (reached->kept > 0 && reached->via != HF_NONE)
        put_string(out, "through", hf__function_name(model, reached->via)), fputc(',', out);
    hf__explain_reach(model, finding, words, sizeof words);
    put_string(out, "words", hf_text_from_cstr(words));
    fputs("},", out);
}

static void put_finding(FILE *out, const hf__case *shown, size_t index)
{
    const hf__finding *finding = &shown->judgement->findings[index];
    const hf__shape *shape = &finding->shape;
    hf__words words;
    hf__explain(shown->model, shown->judgement, finding, &words);
    fprintf(out, "{\"verdict\":\"%s\",", hf__verdict_name(finding->verdict));
    put_place(out, shown->model, finding);
    fputc(',', out);
    put_number(out, "bytes_per_second", hf__finding_rate(finding, shape->rate)), fputc(',', out);
    put_number(out, "low", hf__finding_rate(finding, shape->rate_low)), fputc(',', out);
    put_number(out, "high", hf__finding_rate(finding, shape->rate_high)), fputc(',', out);
    put_number(out, "blocks_per_second", shape->until_s > shape->since_s ? shape->growth_blocks / (shape->until_s - shape->since_s) : 0);
    fputc(',', out);
    put_number(out, "live_bytes", finding->live_bytes), fputc(',', out);
    put_number(out, "blocks", finding->live_blocks);
    fprintf(out, ",\"kind\":\"%s\",", hf__finding_kind(finding));
    put_number(out, "since_s", shape->since_s), fputc(',', out);
    put_number(out, "age_median_s", shape->age_median_s >= 0 ? shape->age_median_s : (double)NAN), fputc(',', out);
    put_number(out, "age_oldest_s", shape->age_oldest_s >= 0 ? shape->age_oldest_s : (double)NAN), fputc(',', out);
    put_number(out, "kept_share", shape->kept_share), fputc(',', out);
    put_number(out, "confidence", shape->confidence), fputc(',', out);
    if (finding->verdict == HF_VERDICT_UNDECIDED)
        put_number(out, "more_s", shape->more_s), fputc(',', out);
    if (finding->depth_max > 1) {
        fputs("\"recursion\":{", out);
        put_string(out, "function", hf__function_name(shown->model, finding->recursion));
        fprintf(out, ",\"depth_max\":%u},", finding->depth_max);
    }
    if (finding->site != HF_NONE)
        put_string(out, "allocates_in", hf__function_name(shown->model, finding->site)), fputc(',', out);
    if (finding->other != HF_NONE)
        put_string(out, "released_for", hf__function_name(shown->model, finding->other)), fputc(',', out);
    put_reached(out, shown->model, finding);
    fprintf(out, "\"merged\":%u,\"fingerprint\":\"%016" PRIx64 "\",", finding->merged, finding->fingerprint);
    if (shown->known != NULL)
        fprintf(out, "\"known\":%s,", shown->known[index] ? "true" : "false");
    put_stack(out, shown->model, finding->path);
    fputc(',', out);
    put_string(out, "hypothesis", hf_text_from_cstr(words.hypothesis)), fputc(',', out);
    put_string(out, "next", hf_text_from_cstr(words.next));
    if (words.remedy[0] != 0)
        fputc(',', out), put_string(out, "remedy", hf_text_from_cstr(words.remedy));
    fputc('}', out);
}

static void put_dismissed(FILE *out, const hf__case *shown, const hf__finding *finding)
{
    char why[HF_SENTENCE_MAX];
    hf__explain_dismissal(finding, why, sizeof why);
    fprintf(out, "{\"verdict\":\"%s\",", hf__verdict_name(finding->verdict));
    put_place(out, shown->model, finding);
    fputc(',', out);
    put_number(out, "live_bytes", finding->live_bytes), fputc(',', out);
    put_number(out, "peak_bytes", finding->shape.peak_bytes), fputc(',', out);
    put_string(out, "why", hf_text_from_cstr(why));
    fputc('}', out);
}

static void put_reconciled(FILE *out, const hf__reconciled *all)
{
    fputs("\"reconciled\":{", out);
    put_amount(out, "recorded_live", all->recorded_live, true), fputc(',', out);
    put_amount(out, "allocator_live", all->allocator_live, all->allocator_live >= 0), fputc(',', out);
    put_amount(out, "allocator_held", all->allocator_held, all->allocator_held >= 0), fputc(',', out);
    put_amount(out, "rss", all->rss, all->rss >= 0), fputc(',', out);
    put_amount(out, "anonymous", all->anonymous, all->anonymous >= 0), fputc(',', out);
    put_amount(out, "stacks", all->stacks, all->stacks >= 0), fputc(',', out);
    put_amount(out, "overhead", all->overhead, all->allocator_live >= 0), fputc(',', out);
    put_amount(out, "free_held", all->free_held, all->allocator_held >= 0), fputc(',', out);
    put_amount(out, "unexplained", all->unexplained, all->rss >= 0 || all->allocator_live >= 0);
    fputc('}', out);
}

bool hf__view_json(FILE *out, const hf__case *shown)
{
    const hf__judgement *judgement = shown->judgement;
    fprintf(out, "{\"schema\":\"holdfast.verdict/1\",\"verdict\":\"%s\",", hf__verdict_name(judgement->verdict));
    put_number(out, "seconds", judgement->seconds);
    fprintf(out, ",\"checkpoints\":%" PRIu64 ",", judgement->checkpoints);
    put_number(out, "live_bytes", judgement->live_bytes), fputc(',', out);
    put_number(out, "live_blocks", judgement->live_blocks), fputc(',', out);
    put_number(out, "peak_bytes", judgement->peak_bytes), fputc(',', out);
    put_number(out, "bytes_per_second", judgement->bytes_per_second), fputc(',', out);
    fprintf(out, "\"sampled\":%s,", shown->model->sampled ? "true" : "false");
    if (shown->process != 0)
        fprintf(out, "\"process\":%u,", shown->process);
    if (shown->allocations != 0) {
        fprintf(out, "\"recording\":{\"allocations\":%" PRIu64 ",", shown->allocations);
        put_number(out, "own_share", shown->own_share >= 0 ? shown->own_share : (double)NAN);
        fputs("},", out);
    }
    put_string(out, "program", shown->program != NULL ? hf_text_from_cstr(shown->program)
                                                       : hf__intern_text(&shown->model->texts, shown->model->program));
    fputc(',', out);
    if (shown->note != NULL && shown->note[0] != 0)
        put_string(out, "note", hf_text_from_cstr(shown->note)), fputc(',', out);
    put_reconciled(out, &judgement->reconciled);
    fputs(",\"findings\":[", out);
    for (size_t i = 0; i < judgement->findings_count; i++) {
        fputs(i > 0 ? "," : "", out);
        put_finding(out, shown, i);
    }
    fputs("],\"dismissed\":[", out);
    for (size_t i = 0; i < judgement->dismissed_count; i++) {
        fputs(i > 0 ? "," : "", out);
        put_dismissed(out, shown, &judgement->dismissed[i]);
    }
    fputs("]}\n", out);
    return !ferror(out);
}
