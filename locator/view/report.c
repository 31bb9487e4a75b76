/* report.c - from files to an answer and an exit code. */
#include "report.h"

#include <errno.h>
#include <stdlib.h>

#include "base/fail.h"
#include "baseline.h"
#include "difference.h"
#include "profiles.h"
#include "recording_read.h"
#include "room.h"
#include "together.h"
#include "trace_read.h"
#include "view.h"

enum { CODE_CLEAN = 0, CODE_LEAK = 1, CODE_USAGE = 2, CODE_UNDECIDED = 3, CODE_UNREACHABLE = 4, CODE_BAD_DATA = 5, BASELINE_BYTES_MAX = 1 << 24 };

/* What was read: one process for profiles, perhaps more for a recording. */
typedef struct evidence {
    hf__recording       recording;
    hf__profiles_report profiles;
    hf__model           model;      /* of profiles */
    bool                is_recording, is_borrowed;
} evidence;

typedef struct verdict {
    hf__judgement judgement;
    bool         *known;
    bool          went_on; /* as another program (exec), and what it held is gone */
} verdict;

static int code_of(hf_status status)
{
    return status == HF_NO_MEMORY ? CODE_UNREACHABLE : CODE_BAD_DATA;
}

static int tell(const hf_error *error)
{
    char line[sizeof *error + 256];
    const char *colon = error->name[0] != 0 ? ": " : "";
    hf_error_format(error, line, sizeof line);
    /* Of a file that is missing, or is something else, the reason alone says all. */
    if (error->status == HF_IO && error->system_error != 0)
        fprintf(stderr, "holdfast: %s%s%s\n", error->name, colon, strerror(error->system_error));
    else if (error->status == HF_NOT_FOUND)
        fprintf(stderr, "holdfast: %s%s%s\n", error->name, colon, error->detail);
    else
        fprintf(stderr, "holdfast: %s\n", line);
    return code_of(error->status);
}

static bool is_recording(const char *path)
{
    char first[8];
    FILE *file = fopen(path, "re");
    bool is = file != NULL && fread(first, 1, sizeof first, file) == sizeof first && hf__trace_is_recording(first, sizeof first);
    if (file != NULL)
        fclose(file);
    return is;
}

static hf_status read_evidence(const char *const *paths, size_t count, evidence *ret, hf_error *reterr)
{
    memset(ret, 0, sizeof *ret);
    for (size_t i = 0; count > 1 && i < count; i++) {
        if (!is_recording(paths[i]))
            continue;
        hf__fail(reterr, HF_NOT_FOUND, "a recording is judged alone; --diff tells what grew between two");
        hf__error_set_name(reterr, paths[i]);
        return HF_NOT_FOUND;
    }
    ret->is_recording = count == 1 && is_recording(paths[0]);
    if (ret->is_recording)
        return hf__recording_read(paths[0], &ret->recording, reterr);
    return hf__profiles_read(paths, count, &ret->model, &ret->profiles, reterr);
}

static void release_evidence(evidence *gone)
{
    if (gone->is_borrowed)
        return;
    if (gone->is_recording)
        hf__recording_release(&gone->recording);
    else
        hf__model_release(&gone->model);
}

static size_t models_of(const evidence *from)
{
    return from->is_recording ? from->recording.processes_count : 1;
}

static const hf__model *model_at(const evidence *from, size_t index)
{
    return from->is_recording ? &from->recording.processes[index].model : &from->model;
}

/* ---- one file out ----------------------------------------------------------------------------- */

typedef bool (*view_call)(FILE *, const hf__case *);

static int put_file(const hf__report_options *options, const char *path, view_call view, const hf__case *shown)
{
    char *bytes = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&bytes, &length);
    bool fine = out != NULL && view(out, shown);
    if (out != NULL)
        fine = fclose(out) == 0 && fine;
    int code = CODE_UNREACHABLE;
    if (fine)
        code = options->put(path, hf_text_of(bytes, length));
    else
        fprintf(stderr, "holdfast: %s: %s\n", path, hf_status_text(HF_NO_MEMORY));
    free(bytes);
    return code;
}

static bool put_baseline(FILE *out, const hf__case *shown)
{
    return hf__baseline_write(out, shown->model, shown->judgement);
}

static bool put_pprof(FILE *out, const hf__case *shown)
{
    return hf__view_pprof(out, shown->model, shown->judgement, NULL) == HF_OK;
}

static int put_files(const hf__report_options *options, const hf__case *shown)
{
    const struct {
        const char *path;
        view_call   view;
    } files[] = { { options->pprof, put_pprof },       { options->junit, hf__view_junit },
                  { options->sarif, hf__view_sarif },  { options->write_baseline, put_baseline },
                  { options->json, hf__view_json } };
    int first = 0; /* what fails keeps nothing else back */
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        int code = files[i].path != NULL ? put_file(options, files[i].path, files[i].view, shown) : 0;
        first = first != 0 ? first : code;
    }
    return first;
}

/* ---- judging ---------------------------------------------------------------------------------- */

static hf_status mark_known(const hf__report_options *options, verdict *of, hf_error *reterr)
{
    of->known = hf__room_zeroed(of->judgement.findings_count, sizeof *of->known);
    if (of->known == NULL)
        return hf__fail(reterr, HF_NO_MEMORY, NULL);
    for (size_t i = 0; i < of->judgement.findings_count; i++)
        of->known[i] = hf__baseline_knows(&options->accepted, &of->judgement.findings[i]);
    return HF_OK;
}

static hf_status judge_model(const hf__report_options *options, const hf__model *model, verdict *ret, hf_error *reterr)
{
    hf__judge_options judge = { .focus = options->focus, .since_s = options->since_s };
    memset(ret, 0, sizeof *ret);
    return hf__judge(model, &judge, &ret->judgement, reterr);
}

/* Every process by itself, then what several of them leak alike. */
static hf_status judge_all(const hf__report_options *options, const evidence *from, verdict *all, hf_error *reterr)
{
    size_t count = models_of(from);
    hf_status status = HF_OK;
    hf__judged *judged = hf__room_zeroed(count, sizeof *judged);
    if (judged == NULL)
        return hf__fail(reterr, HF_NO_MEMORY, NULL);
    for (size_t i = 0; status == HF_OK && i < count; i++) {
        status = judge_model(options, model_at(from, i), &all[i], reterr);
        all[i].went_on = from->is_recording && from->recording.processes[i].ended == HF__ENDED_EXEC;
        judged[i] = (hf__judged){ model_at(from, i), &all[i].judgement };
    }
    if (status == HF_OK && !hf__add_up_processes(judged, count))
        status = hf__fail(reterr, HF_NO_MEMORY, NULL);
    for (size_t i = 0; status == HF_OK && options->baseline != NULL && i < count; i++)
        status = mark_known(options, &all[i], reterr);
    hf__room_free(judged);
    return status;
}

/* Blame at a function that no process has is laid where it is without: that is said, and stops nobody. */
static hf_status check_focus(const hf__report_options *options, const evidence *from, hf_error *reterr)
{
    for (size_t i = 0; i < models_of(from); i++)
        if (hf__focus_occurs(model_at(from, i), options->focus))
            return HF_OK;
    if (hf__tell_unknown_focus(stderr, model_at(from, 0), options->focus, options->nearest))
        return HF_OK;
    return hf__fail(reterr, HF_NO_MEMORY, NULL);
}

/* How bad: leaks first, then undecided. Known findings count for nothing. */
static int code_for(const hf__report_options *options, const verdict *of)
{
    int code = CODE_CLEAN;
    for (size_t i = 0; i < of->judgement.findings_count; i++) {
        if (of->known != NULL && of->known[i])
            continue;
        hf__verdict said = of->judgement.findings[i].verdict;
        if (said == HF_VERDICT_LEAK)
            return options->fail_on == HF_FAIL_ON_NOTHING ? CODE_CLEAN : CODE_LEAK;
        if (said == HF_VERDICT_UNDECIDED)
            code = CODE_UNDECIDED;
    }
    if (of->judgement.verdict == HF_VERDICT_UNDECIDED && of->judgement.findings_count == 0)
        code = CODE_UNDECIDED; /* too few checkpoints to say anything */
    if (options->fail_on == HF_FAIL_ON_NOTHING)
        return CODE_CLEAN;
    return code == CODE_UNDECIDED && options->fail_on == HF_FAIL_ON_UNDECIDED ? CODE_LEAK : code;
}

/* What starts a program (a shell, env) is over long before it, or becomes it. What it was still building then is gone,
 * and nothing to tell, unless it leaks. */
#define BRIEF_SHARE 0.5 /* of the time that the longest process lasted */

/* The worst of what a baseline does not know. */
static hf__verdict news_of(const verdict *of)
{
    const hf__judgement *judgement = &of->judgement;
    hf__verdict worst = of->known != NULL && judgement->findings_count > 0 ? HF_VERDICT_STEADY : judgement->verdict;
    for (size_t i = 0; of->known != NULL && i < judgement->findings_count; i++)
        if (!of->known[i] && judgement->findings[i].verdict < worst)
            worst = judgement->findings[i].verdict;
    return worst;
}

static bool counts_for(const verdict *of, double longest_s)
{
    bool is_brief = of->judgement.seconds < BRIEF_SHARE * longest_s;
    bool says_nothing = of->judgement.verdict == HF_VERDICT_UNDECIDED && of->judgement.findings_count == 0;
    return news_of(of) == HF_VERDICT_LEAK || !(is_brief || says_nothing || of->went_on);
}

/* Whether `a` is to be shown rather than `b`: the worse verdict first, then what leaks faster, then what held more. */
static bool is_shown_before(const verdict *a, const verdict *b, double longest_s)
{
    bool a_counts = counts_for(a, longest_s), b_counts = counts_for(b, longest_s);
    if (a_counts != b_counts)
        return a_counts;
    if (news_of(a) != news_of(b))
        return news_of(a) < news_of(b);
    if (a->judgement.verdict != b->judgement.verdict)
        return a->judgement.verdict < b->judgement.verdict;
    if (a->judgement.bytes_per_second != b->judgement.bytes_per_second)
        return a->judgement.bytes_per_second > b->judgement.bytes_per_second;
    return a->judgement.peak_bytes > b->judgement.peak_bytes;
}

static int show(const hf__report_options *options, const evidence *from, size_t index, const verdict *of)
{
    char command[256] = "";
    const hf__model *model = model_at(from, index);
    hf__case shown = { .model = model, .judgement = &of->judgement, .top = options->top, .ages = options->ages,
                       .known = of->known, .colour = options->colour };
    shown.note = from->is_recording ? from->recording.notes : from->profiles.note;
    if (from->is_recording) {
        const hf__replayed *one = &from->recording.processes[index];
        hf_text program = hf__intern_text(&model->texts, model->program);
        shown.process = one->pid;
        shown.allocations = one->allocations;
        shown.own_ns = one->own_ns;
        shown.own_share = one->cpu_ns > one->own_ns ? (double)one->own_ns / (double)(one->cpu_ns - one->own_ns) : -1;
        snprintf(command, sizeof command, "%.*s, process %u%s", HF_ARG(program), one->pid, one->forked ? ", forked" : "");
        shown.program = command;
    }
    bool is_told = options->quiet || hf__view_text(stderr, &shown) || errno == EPIPE; /* who read it has seen enough */
    int code = put_files(options, &shown); /* also when the terminal is gone */
    return code != 0 || is_told ? code : CODE_BAD_DATA;
}

/* The one to show, of what was judged. */
static size_t worst_of(const verdict *all, size_t count)
{
    double longest_s = 0;
    size_t worst = 0;
    for (size_t i = 0; i < count; i++)
        longest_s = all[i].judgement.seconds > longest_s ? all[i].judgement.seconds : longest_s;
    for (size_t i = 1; i < count; i++)
        if (is_shown_before(&all[i], &all[worst], longest_s))
            worst = i;
    return worst;
}

/* Judges every process and shows the worst; the others get a line. */
static int judge_and_show(const hf__report_options *options, const evidence *from)
{
    size_t count = models_of(from);
    hf_error error;
    verdict *all = hf__room_zeroed(count, sizeof *all);
    if (all == NULL || count == 0) {
        hf__room_free(all);
        hf__fail(&error, count == 0 ? HF_BAD_PROFILE : HF_NO_MEMORY, count == 0 ? "nothing was recorded" : NULL);
        hf__error_set_name(&error, options->paths[0]);
        return tell(&error);
    }
    int code = CODE_CLEAN;
    hf_status status = options->focus != NULL ? check_focus(options, from, &error) : HF_OK;
    if (status == HF_OK)
        status = judge_all(options, from, all, &error);
    if (status != HF_OK) {
        code = tell(&error);
    } else {
        size_t worst = worst_of(all, count);
        code = show(options, from, worst, &all[worst]);
        int answer = code_for(options, &all[worst]);
        if (!options->quiet && count > 1)
            fprintf(stderr, "  %zu more process%s recorded; none is worse\n", count - 1, count == 2 ? "" : "es");
        code = code != 0 ? code : answer;
    }
    for (size_t i = 0; i < count; i++) {
        hf__judgement_release(&all[i].judgement);
        hf__room_free(all[i].known);
    }
    hf__room_free(all);
    return code;
}

/* ---- times and differences --------------------------------------------------------------------- */

/* When the evidence ends, in seconds since it began. */
static double end_of(const evidence *from)
{
    double end_s = 0;
    for (size_t i = 0; i < models_of(from); i++) {
        const hf__model *model = model_at(from, i);
        size_t windows = hf__model_windows(model);
        if (windows > 0 && model->checkpoints[windows - 1].seconds > end_s)
            end_s = model->checkpoints[windows - 1].seconds;
    }
    return end_s;
}

static int check_time(const evidence *from, const char *option, double seconds)
{
    double end_s = end_of(from);
    if (seconds < end_s || models_of(from) == 0)
        return 0;
    fprintf(stderr, "holdfast: --%s %g: nothing was recorded after %.3g s\n", option, seconds, end_s);
    return CODE_USAGE;
}

/* "@12.5": this evidence itself at that time. */
static bool time_of(const char *diff, double *ret_seconds)
{
    char *end = NULL;
    *ret_seconds = diff[0] == '@' ? strtod(diff + 1, &end) : 0;
    return diff[0] == '@' && end != diff + 1 && (*end == 0 || strcmp(end, "s") == 0) && *ret_seconds >= 0;
}

static int show_difference(const hf__report_options *options, const evidence *from)
{
    evidence other;
    hf_error error;
    double seconds;
    if (time_of(options->diff, &seconds)) {
        int code = check_time(from, "diff", seconds);
        if (code == 0 && !options->quiet && models_of(from) > 0 &&
            hf__view_difference(stderr, model_at(from, 0), seconds, model_at(from, 0), options->top, &error) != HF_OK)
            return tell(&error);
        return code;
    }
    if (read_evidence(&options->diff, 1, &other, &error) != HF_OK)
        return tell(&error);
    int code = 0;
    if (!options->quiet && models_of(from) > 0 && models_of(&other) > 0 &&
        hf__view_difference(stderr, model_at(&other, 0), end_of(&other), model_at(from, 0), options->top, &error) != HF_OK)
        code = tell(&error);
    release_evidence(&other);
    return code;
}

int hf__report_failed(const hf_error *error)
{
    return tell(error);
}

int hf__report_begin(hf__report_options *options)
{
    char *bytes = NULL;
    size_t length = 0;
    hf_error error;
    if (options->baseline == NULL)
        return CODE_CLEAN;
    if (hf__file_read(options->baseline, BASELINE_BYTES_MAX, &bytes, &length, &error) != HF_OK)
        return tell(&error);
    hf_text text = hf_text_of(bytes, length);
    hf_status status = (hf__is_verdict(text) ? hf__baseline_from_verdict : hf__baseline_read)(text, &options->accepted, &error);
    hf__room_free(bytes);
    if (status == HF_OK)
        return CODE_CLEAN;
    hf__error_set_name(&error, options->baseline);
    int code = tell(&error);
    if (status != HF_NO_MEMORY)
        fputs("holdfast: a baseline is a list that --write-baseline has written, or a verdict saved by --json=FILE\n", stderr);
    return code;
}

void hf__report_end(hf__report_options *options)
{
    hf__baseline_release(&options->accepted);
}

int hf__report(const hf__report_options *options)
{
    evidence from = { .is_recording = true, .is_borrowed = true };
    hf_error error;
    if (options->recording != NULL)
        from.recording = *options->recording;
    else if (read_evidence(options->paths, options->paths_count, &from, &error) != HF_OK)
        return tell(&error);
    int code = options->since_s > 0 ? check_time(&from, "since", options->since_s) : 0;
    if (code == 0 && options->diff != NULL)
        code = show_difference(options, &from);
    if (code == 0)
        code = judge_and_show(options, &from);
    release_evidence(&from);
    return code;
}
