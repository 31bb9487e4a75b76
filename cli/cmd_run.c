/* cmd_run.c - `holdfast run -- CMD`: records a program until it ends, then reports on it. */
#define _GNU_SOURCE
#include "collect.h"
#include "judge_options.h"
#include "output.h"
#include "recording_follow.h"
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT, SAMPLE, BUDGET, DURATION, PASSTHRU, REACHABILITY, SIZE_MAX_, RECORDER, JUDGE };

static const verb_option option_table[] = {
    [OUTPUT] = { "output", 'o', "FILE", "keeps the recording, for holdfast report" },
    [SAMPLE] = { "sample", 's', "BYTES", "samples: one in so many bytes, such as 512k; cheaper, with intervals" },
    [BUDGET] = { "budget", 'b', "PERCENT", "thins itself out past this share of the program's time, such as 5%" },
    [DURATION] = { "for", 'f', "TIME", "ends the program after 30s, 5m, 2h" },
    [PASSTHRU] = { "passthru", 'p', NULL, "returns the program's own exit status" },
    [REACHABILITY] = { "reachability", 'r', NULL, "looks at the end whether pointers still lead to what leaks, and from where" },
    [SIZE_MAX_] = { "size-max", 0, "BYTES", "single events up to so many, then sums for each stretch of time; 256m unless given" },
    [RECORDER] = { "recorder", 0, "FILE", "the object to preload, when it is not beside the command" },
    JUDGE_OPTION_TABLE(JUDGE),
};

typedef struct run_options {
    hf__collect_options collect;
    hf__report_options  report;
    const char         *output;
    const char         *recorder;
    bool                passthru;
    bool                is_new; /* the file of the recording: made by us */
} run_options;

/* "512k", "16M", "30s": a number and what it counts. */
static bool parse_scaled(const char *text, const char *units, const uint64_t *factors, uint64_t *ret_value)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (end == text || errno != 0 || text[0] == '-')
        return false;
    uint64_t factor = factors[0];
    if (*end != '\0') {
        const char *unit = strchr(units, *end | 0x20);
        if (unit == NULL || end[1] != '\0')
            return false;
        factor = factors[unit - units];
    }
    return !__builtin_mul_overflow((uint64_t)number, factor, ret_value) && *ret_value != 0;
}

static bool parse_bytes(const char *text, uint64_t *ret_value)
{
    static const uint64_t factors[] = { 1, 1 << 10, 1 << 20, 1 << 30 };
    return parse_scaled(text, "bkmg", factors, ret_value);
}

static bool parse_time(const char *text, uint64_t *ret_ms)
{
    static const uint64_t factors[] = { 1000, 60000, 3600000 };
    return parse_scaled(text, "smh", factors, ret_ms);
}

static bool parse_percent(const char *text, uint32_t *ret_per_mille)
{
    char *end;
    double percent = strtod(text, &end);
    if (end == text || !(percent > 0) || percent > 1000 || (strcmp(end, "") != 0 && strcmp(end, "%") != 0))
        return false;
    *ret_per_mille = percent < 0.1 ? 1 : (uint32_t)(percent * 10);
    return true;
}

/* False after a message. */
static bool set_option(run_options *run, const options *args, int option)
{
    bool fine = true;
    switch (option) {
    case OUTPUT:    run->output = args->value; return true;
    case PASSTHRU:  run->passthru = true; return true;
    case RECORDER:  run->recorder = args->value; return true;
    case REACHABILITY: run->collect.reachability = true; return true;
    case SAMPLE:    fine = parse_bytes(args->value, &run->collect.period); break;
    case BUDGET:    fine = parse_percent(args->value, &run->collect.budget); break;
    case DURATION:  fine = parse_time(args->value, &run->collect.time_ms); break;
    case SIZE_MAX_: fine = parse_bytes(args->value, &run->collect.size_max); break;
    default:        return judge_take(args, option - JUDGE, &run->report);
    }
    if (!fine)
        usage_error(args->self, "--%s: '%s' is no %s", option_table[option].name, args->value,
                    option == DURATION ? "time: 30s, 5m, 2h" : option == BUDGET ? "share: 5%" : "number of bytes: 4096, 512k, 16m, 1g");
    return fine;
}

/* What is told while the program runs. */
typedef struct run_talk {
    struct status_line *line;
    hf__follow *follow;
} run_talk;

/* ---- the status line ------------------------------------------------------------------------- */

enum { SPARKS = 12 };

typedef struct status_line {
    double   values[SPARKS];
    unsigned count;
    double   next_s, last_s;
    uint64_t last_live;
    double   rate;
    bool     shown, is_utf8;
} status_line;

static void print_bytes(char *out, size_t size, double bytes)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
    size_t unit = 0;
    while ((bytes >= 1000 || bytes <= -1000) && unit + 1 < sizeof units / sizeof units[0]) {
        bytes /= 1024;
        unit++;
    }
    snprintf(out, size, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
}

static void add_spark(status_line *line, double value)
{
    if (line->count == SPARKS)
        memmove(line->values, line->values + 1, (SPARKS - 1) * sizeof line->values[0]);
    else
        line->count++;
    line->values[line->count - 1] = value;
}

/* One character for each value, the highest for the largest. */
static void draw_sparks(const status_line *line, char out[SPARKS * 4 + 1])
{
    static const char *const bars[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
    static const char *const plain[] = { "_", ".", ".", "-", "-", "=", "=", "#" };
    double top = 1;
    out[0] = '\0';
    for (unsigned i = 0; i < line->count; i++)
        top = line->values[i] > top ? line->values[i] : top;
    for (unsigned i = 0; i < line->count; i++)
        strcat(out, (line->is_utf8 ? bars : plain)[(unsigned)(line->values[i] * 7 / top)]);
}

static void print_status(void *user, const hf__collect_progress *now)
{
    status_line *line = ((run_talk *)user)->line;
    char live[32], rate[32], sparks[SPARKS * 4 + 1], text[256];
    if (now->seconds < line->next_s)
        return;
    line->next_s = now->seconds + 0.25;
    double passed = now->seconds - line->last_s;
    if (passed >= 1) {
        line->rate = ((double)now->live_bytes - (double)line->last_live) / passed;
        line->last_live = now->live_bytes;
        line->last_s = now->seconds;
        add_spark(line, (double)now->live_bytes);
    }
    draw_sparks(line, sparks);
    print_bytes(live, sizeof live, (double)now->live_bytes);
    print_bytes(rate, sizeof rate, line->rate);
    size_t length = (size_t)snprintf(text, sizeof text, "  %02u:%02u  live %s  %s%s/s  %.1f M allocations  recording costs %.1f %%%s",
                                (unsigned)now->seconds / 60, (unsigned)now->seconds % 60, live, line->rate >= 0 ? "+" : "", rate,
                                (double)now->allocations / 1e6, now->own_share * 100, now->period != 0 ? " (sampled)" : "");
    if (length + 2 + line->count < terminal_columns()) /* all of them, or none */
        snprintf(text + length, sizeof text - length, "  %s", sparks);
    terminal_put_line(text);
    line->shown = true;
}

/* ---- running ------------------------------------------------------------------------------- */

/* The preloaded object lies beside the command: in the build folder, or as it is installed. */
static bool find_recorder(const char *given, char *path, size_t size)
{
    static const char *const places[] = { "/../lib/holdfast/libholdfast_recorder.so", "/../lib/libholdfast_recorder.so",
                                          "/../lib/x86_64-linux-gnu/holdfast/libholdfast_recorder.so" };
    char self[2048], candidate[2200];
    if (given != NULL)
        return realpath(given, path) != NULL;
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0 || size < 4096)
        return false;
    self[length] = '\0';
    *strrchr(self, '/') = '\0';
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        snprintf(candidate, sizeof candidate, "%s%s", self, places[i]);
        if (access(candidate, R_OK) == 0 && realpath(candidate, path) != NULL)
            return true;
    }
    return false;
}

static int open_temporary(void)
{
    const char *folder = getenv("TMPDIR");
    if (folder == NULL || *folder == '\0')
        folder = "/tmp";
    int file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return file >= 0 ? file : memfd_create("holdfast recording", MFD_CLOEXEC);
}

/* What is there already stays until the recording begins. */
static int open_output(run_options *run)
{
    int file = open(run->output, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    run->is_new = file >= 0;
    return file >= 0 || errno != EEXIST ? file : open(run->output, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
}

static int refuse(const hf_error *error)
{
    fprintf(stderr, "holdfast run: %s: %s\n", error->name[0] != 0 ? error->name : "''", error->detail);
    return EXIT_UNREACHABLE;
}

/* The recorder was preloaded, yet no process appeared. */
static int tell_not_recorded(const char *program, int wait_status)
{
    if (WIFSIGNALED(wait_status))
        fprintf(stderr, "holdfast run: %s: ended by signal %d (%s) before it could be recorded: run it alone first\n",
                program, WTERMSIG(wait_status), strsignal(WTERMSIG(wait_status)));
    else
        fprintf(stderr,
                "holdfast run: %s: ended with status %d before it could be recorded: run it alone first, with "
                "LD_DEBUG=libs\n",
                program, WEXITSTATUS(wait_status));
    return EXIT_UNREACHABLE;
}

static int status_of(int wait_status)
{
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

static void on_written(void *user, uint64_t length)
{
    hf__follow_written(((run_talk *)user)->follow, length);
}

/* The program may have ended its output within a line. */
static int put_behind_program(const char *path, hf_text bytes)
{
    output to;
    int code = output_begin(&to, path);
    if (code == EXIT_DONE && strcmp(path, "-") == 0)
        code = output_put_text(&to, HF_T("\n"));
    if (code == EXIT_DONE)
        code = output_put_text(&to, bytes);
    return output_end(&to, code);
}

/* Reads what is left of the recording, and reports. */
static int report(run_options *run, hf__follow *follow)
{
    char name[64];
    hf__recording recording;
    hf_error error;
    signal(SIGPIPE, SIG_IGN); /* when nobody listens any more, files are written all the same */
    snprintf(name, sizeof name, "/proc/self/fd/%d", run->collect.file);
    const char *const paths[] = { run->output != NULL ? run->output : name };
    if (hf__follow_finish(follow, paths[0], &recording, &error) != HF_OK)
        return hf__report_failed(&error);
    run->report.paths = paths;
    run->report.paths_count = 1;
    run->report.recording = &recording;
    int code = hf__report(&run->report);
    run->report.paths = NULL; /* they end here */
    run->report.recording = NULL;
    hf__recording_release(&recording);
    return code;
}

static int record_and_report(run_options *run)
{
    status_line line = { .is_utf8 = terminal_is_utf8() };
    run_talk talk = { .line = &line };
    hf__collect_result result = { 0 };
    hf_error error;
    if (!run->report.quiet && isatty(STDERR_FILENO))
        run->collect.progress = print_status;
    hf_status status = hf__follow_create(run->collect.file, &talk.follow, &error);
    if (status == HF_OK) {
        run->collect.written = on_written;
        run->collect.user = &talk;
        status = hf__collect_run(&run->collect, &result, &error);
    }
    if (run->is_new && result.file_bytes == 0) /* the program was not started */
        unlink(run->output);
    if (line.shown)
        terminal_clear_line();
    if (status == HF_OK && result.processes != 0) {
        int code = report(run, talk.follow);
        return run->passthru ? status_of(result.wait_status) : code;
    }
    hf__follow_destroy(talk.follow);
    if (status == HF_OK)
        return tell_not_recorded(run->collect.command[0], result.wait_status);
    if (status == HF_NOT_FOUND || status == HF_MISUSE)
        return refuse(&error);
    fputs("holdfast run: ", stderr);
    hf_error_print(stderr, &error);
    return EXIT_UNREACHABLE;
}

/* The options of the verb; what is behind "--" is the program's. EXIT_DONE, or the exit code after a message. */
static int take_options(const verb *self, run_options *run, int argument_count, char **arguments)
{
    struct options args;
    int first = 0;
    while (first < argument_count && strcmp(arguments[first], "--") != 0)
        first++;
    options_begin(&args, self, first, arguments);
    for (int option; (option = options_next(&args)) != OPTIONS_END;) {
        if (option == OPTIONS_POSITIONAL)
            return usage_error(self, "'%s': the program comes after --", args.value);
        if (option < 0 || !set_option(run, &args, option))
            return EXIT_USAGE;
    }
    if (run->collect.reachability && (run->collect.period != 0 || run->collect.budget != 0))
        return usage_error(self, "--reachability needs to know every block: leave out --sample and --budget");
    if (run->output != NULL && strcmp(run->output, "-") == 0)
        return usage_error(self, "--output -: a recording needs a file of its own, standard output is the program's");
    if (first + 1 >= argument_count)
        return usage_error(self, "which program? holdfast run -- ./program arguments");
    run->collect.command = arguments + first + 1;
    return EXIT_DONE;
}

static int check_recorder(const char *recorder)
{
    if (strpbrk(recorder, ": ") == NULL)
        return EXIT_DONE;
    fprintf(stderr, "holdfast run: %s: LD_PRELOAD allows no blanks and colons: install it elsewhere\n", recorder);
    return EXIT_UNREACHABLE;
}

/* A recording that is there already stays when the program cannot be recorded. */
static int open_recording(run_options *run)
{
    char path[4096];
    hf_error error;
    hf_status status = hf__collect_check(run->collect.command[0], path, sizeof path, &error);
    if (status == HF_OK)
        status = hf__collect_check_recorder(run->collect.recorder, &error);
    if (status != HF_OK)
        return refuse(&error);
    if (!run->report.quiet && hf__collect_is_go(path))
        fprintf(stderr, "holdfast run: %s is a Go program: recorded is what its C code allocates; of its own heap capture profiles, "
                        "and judge them by `holdfast report`\n", run->collect.command[0]);
    run->collect.file = run->output != NULL ? open_output(run) : open_temporary();
    struct stat there;
    const char *name = run->output != NULL ? run->output : "a temporary file";
    if (run->collect.file < 0)
        fprintf(stderr, "holdfast run: %s: cannot be written: %s\n", name, strerror(errno));
    else if (fstat(run->collect.file, &there) != 0 || !S_ISREG(there.st_mode))
        fprintf(stderr, "holdfast run: %s: is no file, and a recording needs one: it is read again at the end\n", name);
    else if (flock(run->collect.file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) /* file systems without locks do without */
        fprintf(stderr, "holdfast run: %s: another run records into it\n", name);
    else
        return EXIT_DONE;
    return EXIT_BAD_DATA;
}

/* A file that may not grow, by ulimit -f: writing says so. A handler, since the program inherits what is ignored. */
static void on_file_limit(int number)
{
    (void)number;
}

static int run(const verb *self, int argument_count, char **arguments)
{
    char recorder[4096];
    run_options run = { 0 };
    if (signal(SIGXFSZ, on_file_limit) == SIG_IGN)
        signal(SIGXFSZ, SIG_IGN);
    judge_begin(&run.report);
    run.report.put = put_behind_program;
    int code = take_options(self, &run, argument_count, arguments);
    if (code != EXIT_DONE)
        return code;
    if (!find_recorder(run.recorder, recorder, sizeof recorder)) {
        if (run.recorder != NULL)
            fprintf(stderr, "holdfast run: --recorder %s: %s\n", run.recorder, strerror(errno));
        else
            fprintf(stderr, "holdfast run: libholdfast_recorder.so is not beside the command: name it with --recorder FILE\n");
        return EXIT_UNREACHABLE;
    }
    run.collect.recorder = recorder;
    code = check_recorder(recorder);
    if (code == EXIT_DONE && !judge_can_deliver(self, &run.report))
        code = EXIT_BAD_DATA;
    if (code == EXIT_DONE)
        code = hf__report_begin(&run.report);
    if (code == EXIT_DONE)
        code = open_recording(&run);
    if (code == EXIT_DONE) {
        code = record_and_report(&run);
        close(run.collect.file);
    }
    hf__report_end(&run.report);
    return code;
}

const verb verb_run = {
    .name = "run",
    .summary = "records a program and judges what it does with memory",
    .usage = "[options] -- PROGRAM [arguments]",
    .options = option_table,
    .details = "The program's own standard output is left alone. Ctrl-C ends it and reports; a second one kills it.\n"
               "SIGUSR1 to this command takes a checkpoint. Exit status: 0 no leak, 1 a leak, 3 undecided, 4 the program\n"
               "cannot be recorded (the line says why and what to do instead), 5 a file cannot be read or written.\n",
    .run = run,
};
