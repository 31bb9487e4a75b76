/* cmd_report.c - `holdfast report`: a recording, or profiles captured over time, judged. */
#include <signal.h>
#include <stdlib.h>

#include "judge_options.h"

enum { SINCE, DIFF, JUDGE };

static const verb_option option_table[] = {
    [SINCE] = { "since", 0, "SECONDS", "judges only what happened after that time" },
    [DIFF] = { "diff", 0, "OTHER", "shows first what grew since another recording or folder, or since @SECONDS of this one" },
    JUDGE_OPTION_TABLE(JUDGE),
};

static bool take_since(const options *args, hf__report_options *report)
{
    char *end;
    report->since_s = strtod(args->value, &end);
    if (end != args->value && (*end == 0 || strcmp(end, "s") == 0) && report->since_s >= 0 && report->since_s < 1e12)
        return true;
    usage_error(args->self, "--since takes seconds, not '%s'", args->value);
    return false;
}

static bool take(const options *args, int option, hf__report_options *report)
{
    switch (option) {
    case SINCE: return take_since(args, report);
    case DIFF: report->diff = args->value; return true;
    default: return judge_take(args, option - JUDGE, report);
    }
}

static int run_report(const verb *self, int argument_count, char **arguments)
{
    const char **paths = calloc((size_t)argument_count + 1, sizeof *paths);
    hf__report_options report;
    options args;
    bool fine = paths != NULL;
    signal(SIGPIPE, SIG_IGN); /* when nobody listens any more, files are written all the same */
    judge_begin(&report);
    report.paths = paths;
    options_begin(&args, self, argument_count, arguments);
    for (int option; fine && (option = options_next(&args)) != OPTIONS_END;) {
        if (option == OPTIONS_POSITIONAL)
            paths[report.paths_count++] = args.value;
        else
            fine = take(&args, option, &report);
    }
    int code = EXIT_USAGE;
    if (fine && report.paths_count == 0)
        code = usage_error(self, "which recording, or which profiles? See holdfast run -o");
    else if (fine && (code = hf__report_begin(&report)) == EXIT_DONE)
        code = hf__report(&report);
    hf__report_end(&report);
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
               "Exit status: 0 no leak, 1 a leak, 3 undecided, 5 bad data, or a file that cannot be read or written.\n",
    .run = run_report,
};
