/* cmd_report.c - `holdfast report`: a recording, or profiles captured over time, judged. */
#include <stdlib.h>

#include "options.h"
#include "report.h"

enum { AS_JSON, PPROF, JUNIT, SARIF, TOP, AGES, SINCE, DIFF, FOCUS, FAIL_ON, BASELINE, WRITE_BASELINE };

enum { TOP_MAX = 100000, PATHS_MAX = 100000 };

static const verb_option option_table[] = {
    [AS_JSON] = { "json", 0, "[FILE]", "one line of JSON at the end of standard output, or in FILE" },
    [PPROF] = { "pprof", 0, "FILE", "writes a heap profile for `go tool pprof`" },
    [JUNIT] = { "junit", 0, "FILE", "writes JUnit XML" },
    [SARIF] = { "sarif", 0, "FILE", "writes SARIF" },
    [TOP] = { "top", 'n', "N", "shows N places; 10 unless given" },
    [AGES] = { "ages", 0, NULL, "shows how old what is alive is" },
    [SINCE] = { "since", 0, "SECONDS", "judges only what happened after that time" },
    [DIFF] = { "diff", 0, "OTHER", "shows first what grew since another recording or folder, or since @SECONDS of this one" },
    [FOCUS] = { "focus", 0, "FUNCTION", "lays blame at FUNCTION where it is among the callers" },
    [FAIL_ON] = { "fail-on", 0, "WHAT", "leak, undecided (both then exit 1) or nothing; leak unless given" },
    [BASELINE] = { "baseline", 0, "FILE", "accepts the findings listed there, or of a saved verdict, unless they grow faster" },
    [WRITE_BASELINE] = { "write-baseline", 0, "FILE", "writes the findings as such a list" },
    { NULL, 0, NULL, NULL },
};

static bool take_fail_on(const options *args, hf__report_options *report)
{
    static const char *const words[] = { "leak", "undecided", "nothing" };
    for (int i = 0; i < 3; i++)
        if (strcmp(args->value, words[i]) == 0) {
            report->fail_on = (hf__fail_on)i;
            return true;
        }
    usage_error(args->self, "--fail-on is leak, undecided or nothing, not '%s'", args->value);
    return false;
}

static bool take_since(const options *args, hf__report_options *report)
{
    char *end;
    report->since_s = strtod(args->value, &end);
    if (end != args->value && (*end == 0 || strcmp(end, "s") == 0) && report->since_s >= 0 && report->since_s < 1e12)
        return true;
    usage_error(args->self, "--since takes seconds, not '%s'", args->value);
    return false;
}

static bool take_top(const options *args, hf__report_options *report)
{
    uint64_t top;
    if (!options_number(args, 1, TOP_MAX, &top))
        return false;
    report->top = (size_t)top;
    return true;
}

static bool take(const options *args, int option, hf__report_options *report)
{
    switch (option) {
    case AS_JSON: report->json = args->value != NULL ? args->value : "-"; return true;
    case PPROF: report->pprof = args->value; return true;
    case JUNIT: report->junit = args->value; return true;
    case SARIF: report->sarif = args->value; return true;
    case TOP: return take_top(args, report);
    case AGES: report->ages = true; return true;
    case SINCE: return take_since(args, report);
    case DIFF: report->diff = args->value; return true;
    case FOCUS: report->focus = args->value; return true;
    case FAIL_ON: return take_fail_on(args, report);
    case BASELINE: report->baseline = args->value; return true;
    case WRITE_BASELINE: report->write_baseline = args->value; return true;
    default: return false;
    }
}

static int run_report(const verb *self, int argument_count, char **arguments)
{
    const char **paths = calloc((size_t)argument_count + 1, sizeof *paths);
    hf__report_options report = { .paths = paths };
    options args;
    bool fine = paths != NULL;
    options_begin(&args, self, argument_count, arguments);
    for (int option; fine && (option = options_next(&args)) != OPTIONS_END;) {
        if (option == OPTIONS_POSITIONAL)
            paths[report.paths_count++] = args.value;
        else
            fine = take(&args, option, &report);
    }
    int code = EXIT_USAGE;
    if (fine && report.paths_count == 0)
        code = usage_error(self, "a recording, or profiles, were expected");
    else if (fine)
        code = hf__report(&report);
    free(paths);
    return code;
}

const verb verb_report = {
    .name = "report",
    .summary = "a recording, or profiles captured over time: which function leaks, how fast, how sure",
    .usage = "[options] FILE...",
    .options = option_table,
    .details = "FILE is a recording of `holdfast run -o`, or heap profiles (pprof of Go, jemalloc, tcmalloc) and\n"
               "memory statistics captured over time, or a folder of them: files of one checkpoint share their\n"
               "name up to the first dot, as 0007.heap.pb.gz and 0007.memstats.json.\n"
               "Exit: 0 no leak, 1 a leak, 3 undecided, 5 bad data, or cannot be read.\n",
    .run = run_report,
};
