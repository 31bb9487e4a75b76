/* collect.c - starts the program and looks after the session until it ends. */
#define _GNU_SOURCE
#include "collect_inside.h"

#include "base/fail.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 10, FIRST_INTERVAL_MS = 5, CHECKPOINTS_PER_STEP = 128, PROGRESS_MS = 100, CLOCK_MS = 500, BUDGET_MS = 100,
       SECOND_MS = 1000, FLUSH_MS = 1000, FOLLOW_MS = 50, GRACE_MS = 5000 };
enum { FOLLOW_BYTES = 16 << 10 };   /* less is not worth a block of its own */

static volatile sig_atomic_t stop_signal;      /* 0, or the signal that asked to stop */
static volatile sig_atomic_t stop_from_user;   /* sent by a process, not by the terminal */
static volatile sig_atomic_t checkpoint_asked;
static volatile sig_atomic_t hangup_from_user;

static void on_stop(int number, siginfo_t *info, void *context)
{
    (void)context;
    stop_from_user = info->si_code <= 0;       /* the terminal sends to the program as well */
    stop_signal = number;
}

/* The terminal is gone, and whatever that means to the program: what was recorded is kept either way. */
static void on_hangup(int number, siginfo_t *info, void *context)
{
    (void)number, (void)context;
    hangup_from_user = info->si_code <= 0;     /* the terminal sends to the program as well */
}

static void on_checkpoint(int number)
{
    (void)number;
    checkpoint_asked = 1;
}

/* What the collector sleeps on: the program's end must wake it at once. */
static _Atomic uint32_t *volatile bell_of_child;

static void on_child(int number)
{
    (void)number;
    if (bell_of_child != NULL)
        atomic_fetch_add(bell_of_child, 1);
}

typedef struct handlers {
    struct sigaction interrupt, terminate, hangup, user, child;
} handlers;

/* What is ignored, as in the background of a script or under nohup, stays so: the program inherits it. */
static void handler_set(int number, const struct sigaction *action, struct sigaction *before)
{
    sigaction(number, NULL, before);
    if (before->sa_handler != SIG_IGN)
        sigaction(number, action, NULL);
}

static void handlers_set(handlers *before, _Atomic uint32_t *doorbell)
{
    struct sigaction child = { .sa_handler = on_child, .sa_flags = SA_RESTART | SA_NOCLDSTOP };
    bell_of_child = doorbell;
    sigaction(SIGCHLD, &child, &before->child);
    struct sigaction stop = { .sa_sigaction = on_stop, .sa_flags = SA_SIGINFO };
    struct sigaction hangup = { .sa_sigaction = on_hangup, .sa_flags = SA_SIGINFO };
    struct sigaction checkpoint = { .sa_handler = on_checkpoint };
    stop_signal = stop_from_user = checkpoint_asked = hangup_from_user = 0;
    handler_set(SIGINT, &stop, &before->interrupt);
    handler_set(SIGTERM, &stop, &before->terminate);
    handler_set(SIGHUP, &hangup, &before->hangup);
    handler_set(SIGUSR1, &checkpoint, &before->user);
}

static void handlers_restore(const handlers *before)
{
    sigaction(SIGINT, &before->interrupt, NULL);
    sigaction(SIGTERM, &before->terminate, NULL);
    sigaction(SIGHUP, &before->hangup, NULL);
    sigaction(SIGUSR1, &before->user, NULL);
    sigaction(SIGCHLD, &before->child, NULL);
    bell_of_child = NULL;
}

/* ---- starting ------------------------------------------------------------------------------ */

static char *preload_value(const char *recorder)
{
    static const char name[] = "LD_PRELOAD=";
    const char *before = getenv("LD_PRELOAD");
    size_t size = sizeof name + strlen(recorder) + (before != NULL ? strlen(before) : 0) + 1;
    char *value = malloc(size);
    if (value != NULL)
        snprintf(value, size, "%s%s%s%s", name, recorder, before != NULL && *before ? ":" : "", before != NULL ? before : "");
    return value;
}

/* This process's environment with these two set in it; the texts are borrowed. */
static char **environment_with(char *preload, char *session)
{
    size_t count = 0, kept = 0;
    while (environ[count] != NULL)
        count++;
    char **all = malloc((count + 3) * sizeof *all);
    if (all == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (strncmp(environ[i], "LD_PRELOAD=", 11) != 0 &&
            strncmp(environ[i], HF__SESSION_ENVIRONMENT "=", sizeof HF__SESSION_ENVIRONMENT) != 0)
            all[kept++] = environ[i];
    all[kept++] = preload;
    all[kept++] = session;
    all[kept] = NULL;
    return all;
}

/* Without copying this process, which is ready to map a lot. What the program inherits of signals is what this
 * process was started with: those that have a handler here are set back. */
static hf_status start_program(hf__collector *collector, const char *path, hf_error *reterr)
{
    char session[96];
    char *preload = preload_value(collector->options->recorder);
    snprintf(session, sizeof session, HF__SESSION_ENVIRONMENT "=/proc/%d/fd/%d", (int)getpid(), collector->session_file);
    char **all = preload != NULL ? environment_with(preload, session) : NULL;
    int error = all != NULL ? posix_spawn(&collector->child, path, NULL, NULL, collector->options->command, all) : ENOMEM;
    free(all);
    free(preload);
    if (error == 0)
        return HF_OK;
    if (error == ENOMEM)
        return hf__fail(reterr, HF_NO_MEMORY, "starting the program");
    (void)hf__fail_system(reterr, error, "start");
    hf__error_set_name(reterr, path);
    return HF_IO;
}

/* ---- the loop -------------------------------------------------------------------------------- */

typedef struct schedule {
    uint64_t checkpoint_at, interval_ms;
    uint32_t checkpoints;
    uint64_t tick_at, progress_at, clock_at, budget_at, second_at, flush_at, follow_at, follow_little_at;
    uint64_t written;            /* bytes of the recording that were told */
    uint64_t stop_at;            /* when a stop was asked: kill then */
    bool     stopping;
} schedule;

static uint64_t elapsed_ms(const hf__collector *collector)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)((int64_t)now.tv_sec * 1000000000 + now.tv_nsec - collector->start_ns) / 1000000;
}

/* Keeps ticks and nanoseconds together. */
static void put_clock(hf__collector *collector)
{
    uint8_t fields[2 * HF__VARINT_MAX], *at = fields;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t ticks = hf__ticks_now();
    uint64_t ns = (uint64_t)((int64_t)now.tv_sec * 1000000000 + now.tv_nsec - collector->start_ns);
    if (ns > 100000000)
        collector->ticks_per_second = (uint64_t)((double)(ticks - collector->start_ticks) * 1e9 / (double)ns);
    at = hf__varint_put(at, ns);
    at = hf__varint_put(at, collector->ticks_per_second);
    hf__put_ordered(collector, HF__RECORD_CLOCK, ticks, fields, (size_t)(at - fields));
}

static void stop_program(hf__collector *collector, schedule *plan, uint64_t now, int number)
{
    if (!plan->stopping) {
        hf__reach_look_at_all(collector);
        hf__checkpoints_request(collector, HF__CHECKPOINT_STOP);
        plan->stopping = true;
        plan->stop_at = now + GRACE_MS;
        if (number != 0)
            kill(collector->child, number);
    } else {
        kill(collector->child, SIGKILL);
    }
}

static void look_at_signals(hf__collector *collector, schedule *plan, uint64_t now)
{
    if (stop_signal != 0) {
        int number = stop_signal;
        stop_signal = 0;
        stop_program(collector, plan, now, stop_from_user ? number : 0);
    }
    if (plan->stopping && now >= plan->stop_at) {
        kill(collector->child, SIGKILL);
        plan->stop_at = now + GRACE_MS;
    }
    if (!plan->stopping && collector->options->time_ms != 0 && now >= collector->options->time_ms)
        stop_program(collector, plan, now, SIGTERM);
    if (hangup_from_user) {
        hangup_from_user = 0;
        kill(collector->child, SIGHUP);
    }
    if (checkpoint_asked) {
        checkpoint_asked = 0;
        hf__reach_look_at_all(collector);
        hf__checkpoints_request(collector, HF__CHECKPOINT_SIGNAL);
    }
}

/* For who reads the recording while it is written. */
static void tell_written(hf__collector *collector, schedule *plan, uint64_t now)
{
    const hf__collect_options *options = collector->options;
    if (options->written == NULL)
        return;
    if (now >= plan->follow_at) {
        if (hf__recording_waiting(collector->recording) >= FOLLOW_BYTES || now >= plan->follow_little_at) {
            (void)hf__recording_flush(collector->recording, NULL);
            plan->follow_little_at = 2 * now;   /* names are looked up early, also where little is recorded */
        }
        plan->follow_at = now + FOLLOW_MS;
    }
    uint64_t size = hf__recording_size(collector->recording);
    if (size != plan->written)
        options->written(options->user, size);
    plan->written = size;
}

static void do_what_is_due(hf__collector *collector, schedule *plan, uint64_t now)
{
    if (now >= plan->checkpoint_at) {
        hf__checkpoints_take_unanswered(collector);
        hf__checkpoints_request(collector, HF__CHECKPOINT_TIME);
        if (++plan->checkpoints % CHECKPOINTS_PER_STEP == 0)
            plan->interval_ms *= 2;
        plan->checkpoint_at = now + plan->interval_ms;
    }
    if (now >= plan->tick_at) {
        atomic_fetch_add(&collector->session->tick, 1);
        hf__processes_check_ended(collector);
        plan->tick_at = now + TICK_MS;
    }
    if (now >= plan->clock_at) {
        put_clock(collector);
        plan->clock_at = now + CLOCK_MS;
    }
    if (now >= plan->budget_at) {
        hf__budget_keep(collector);
        plan->budget_at = now + BUDGET_MS;
    }
    if (now >= plan->second_at) {
        hf__drain_dead_threads(collector);
        plan->second_at = now + SECOND_MS;
    }
    if (now >= plan->flush_at) {
        (void)hf__recording_flush(collector->recording, NULL);
        plan->flush_at = now + FLUSH_MS;
    }
    if (collector->options->progress != NULL && now >= plan->progress_at) {
        hf__collect_progress progress;
        hf__progress_sum(collector, &progress);
        progress.seconds = (double)now / 1000;
        collector->options->progress(collector->options->user, &progress);
        plan->progress_at = now + PROGRESS_MS;
    }
}

static void sleep_until_due(hf__collector *collector, const schedule *plan, uint64_t now, uint32_t doorbell)
{
    uint64_t until = plan->tick_at < plan->checkpoint_at ? plan->tick_at : plan->checkpoint_at;
    uint64_t wait_ms = until > now ? until - now : 1;
    struct timespec timeout = { (time_t)(wait_ms / 1000), (long)(wait_ms % 1000) * 1000000 };
    atomic_store(&collector->session->collector_sleeps, 1);
    syscall(SYS_futex, &collector->session->doorbell, FUTEX_WAIT, doorbell, &timeout, NULL, 0);
    atomic_store(&collector->session->collector_sleeps, 0);
}

enum { SPARSE_BYTES = 128 << 10 };

static int watch_program(hf__collector *collector)
{
    schedule plan = { .interval_ms = FIRST_INTERVAL_MS };
    int status = 0;
    if (collector->options->checkpoint_ms != 0)
        plan.interval_ms = collector->options->checkpoint_ms;
    plan.checkpoint_at = plan.interval_ms;
    plan.follow_at = plan.follow_little_at = FOLLOW_MS;
    plan.written = hf__recording_size(collector->recording);
    for (;;) {
        uint32_t doorbell = atomic_load(&collector->session->doorbell);
        /* Asked before the rings are emptied: what the program did until then is in them. */
        bool ended = waitpid(collector->child, &status, WNOHANG) == collector->child;
        size_t taken = hf__drain_round(collector);
        if (ended)
            return status;
        hf__reach_look(collector);
        if (collector->child_ended)
            return collector->child_status;
        uint64_t now = elapsed_ms(collector);
        look_at_signals(collector, &plan, now);
        do_what_is_due(collector, &plan, now);
        tell_written(collector, &plan, now);
        if (taken < SPARSE_BYTES)
            sleep_until_due(collector, &plan, now, doorbell);
    }
}

static void finish(hf__collector *collector, int status)
{
    hf__processes_finish_all(collector, status);
    put_clock(collector);
    if (collector->session->processes_refused != 0)
        hf__notice(collector, 0, "more processes at once than can be recorded: some are missing");
    hf__drain_last(collector);
    atomic_store(&collector->session->open, 0);
}

static size_t join_command(char *const *command, char *out, size_t size)
{
    size_t filled = 0;
    for (; *command != NULL; command++) {
        size_t length = strlen(*command) + 1;
        if (length > size - filled)
            break;
        memcpy(out + filled, *command, length);
        filled += length;
    }
    return filled;
}

static hf_status open_recording(hf__collector *collector, hf_error *reterr)
{
    char command[HF__TRACE_COMMAND_MAX];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    hf__trace_file_header header = { .version = HF__TRACE_VERSION,
                                     .start_unix_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec,
                                     .start_ticks = collector->start_ticks,
                                     .ticks_per_second = collector->ticks_per_second,
                                     .period = collector->session->period };
    memcpy(header.magic, HF__TRACE_MAGIC, sizeof header.magic);
    header.command_length = (uint32_t)join_command(collector->options->command, command, sizeof command);
    return hf__recording_create(collector->options->file, &header, command, &collector->recording, reterr);
}

static void fill_result(const hf__collector *collector, int status, hf__collect_result *result)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    *result = (hf__collect_result){
        .wait_status = status,
        .processes = collector->processes_seen,
        .processes_refused = atomic_load(&collector->session->processes_refused),
        .lost_events = collector->lost_events,
        .file_bytes = hf__recording_size(collector->recording),
        .seconds = (double)elapsed_ms(collector) / 1000,
        .own_cpu_ns = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000u +
                      (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000u,
    };
}

static void release(hf__collector *collector)
{
    hf__windows_destroy(collector->windows);
    hf__recording_destroy(collector->recording);
    hf__session_destroy(collector);
    hf__drain_release(collector);
    free(collector->processes);
    free(collector);
}

hf_status hf__collect_run(const hf__collect_options *options, hf__collect_result *ret_result, hf_error *reterr)
{
    char path[4096];
    handlers before;
    hf_status status = hf__collect_check(options->command[0], path, sizeof path, reterr);
    if (status == HF_OK)
        status = hf__collect_check_recorder(options->recorder, reterr);
    if (status != HF_OK)
        return status;
    hf__collector *collector = calloc(1, sizeof *collector);
    if (collector == NULL)
        return hf__fail(reterr, HF_NO_MEMORY, "the collector");
    collector->options = options;
    collector->processes = calloc(HF__PROCESSES_MAX, sizeof *collector->processes);
    if (collector->processes == NULL)
        status = hf__fail(reterr, HF_NO_MEMORY, "the collector");
    if (status == HF_OK)
        status = hf__session_create(collector, reterr);
    if (status == HF_OK)
        status = open_recording(collector, reterr);
    if (status == HF_OK) {
        handlers_set(&before, &collector->session->doorbell);
        status = start_program(collector, path, reterr);
        if (status == HF_OK) {
            int wait_status = watch_program(collector);
            finish(collector, wait_status);
            status = hf__recording_flush(collector->recording, reterr);
            if (status == HF_OK && collector->out_of_memory)
                status = hf__fail(reterr, HF_NO_MEMORY, "the collector");
            fill_result(collector, wait_status, ret_result);
        }
        handlers_restore(&before);
    }
    release(collector);
    return status;
}
