/* judge_options.c - see judge_options.h. */
#include "judge_options.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen_nearest.h"
#include "output.h"

enum { TOP_MAX = 1000000 };

void judge_begin(hf__report_options *report)
{
    memset(report, 0, sizeof *report);
    report->put = output_put_file;
    report->nearest = gen_nearest;
    report->colour = output_has_colour(STDERR_FILENO);
}

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

static bool take_top(const options *args, hf__report_options *report)
{
    uint64_t top;
    if (!options_number(args, 1, TOP_MAX, &top))
        return false;
    report->top = (size_t)top;
    return true;
}

bool judge_take(const options *args, int option, hf__report_options *report)
{
    switch (option) {
    case JUDGE_JSON: report->json = args->value != NULL ? args->value : "-"; return true;
    case JUDGE_PPROF: report->pprof = args->value; return true;
    case JUDGE_JUNIT: report->junit = args->value; return true;
    case JUDGE_SARIF: report->sarif = args->value; return true;
    case JUDGE_TOP: return take_top(args, report);
    case JUDGE_AGES: report->ages = true; return true;
    case JUDGE_FOCUS: report->focus = args->value; return true;
    case JUDGE_FAIL_ON: return take_fail_on(args, report);
    case JUDGE_BASELINE: report->baseline = args->value; return true;
    case JUDGE_WRITE_BASELINE: report->write_baseline = args->value; return true;
    case JUDGE_QUIET: report->quiet = true; return true;
    default: return false; /* what was wrong is told already */
    }
}

/* May the folder that `path` lies in be written? errno when not. */
static bool folder_is_writable(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return access(".", W_OK) == 0;
    char *folder = strndup(path, slash == path ? 1 : (size_t)(slash - path));
    bool fine = folder != NULL && access(folder, W_OK) == 0;
    free(folder);
    return fine;
}

static bool is_writable(const char *path)
{
    struct stat there;
    if (path == NULL || strcmp(path, "-") == 0)
        return true;
    if (stat(path, &there) != 0)
        return errno == ENOENT && folder_is_writable(path);
    if (S_ISDIR(there.st_mode)) {
        errno = EISDIR;
        return false;
    }
    return access(path, W_OK) == 0;
}

bool judge_can_deliver(const verb *self, const hf__report_options *report)
{
    const char *const written[] = { report->json, report->pprof, report->junit, report->sarif, report->write_baseline };
    for (size_t i = 0; i < sizeof written / sizeof *written; i++)
        if (!is_writable(written[i])) {
            fprintf(stderr, "holdfast %s: %s: cannot be written: %s\n", self->name, written[i], strerror(errno));
            return false;
        }
    return true;
}
