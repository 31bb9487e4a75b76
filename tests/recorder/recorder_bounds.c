/* recorder_bounds.c - recordings past their size hold windows that are as exact as the events;
 * a collector that stands still costs the program a bounded wait, and thins the recording;
 * sampled recordings estimate what was allocated. */
#define _GNU_SOURCE
#include "record.h"

#include <math.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Sums of the windows of one recording. */
typedef struct windows {
    uint64_t births, deaths, cohort_deaths, live, live_bytes, events, notices;
} windows;

static bool read_windows(const char *path, windows *sum)
{
    hf__trace_reader *reader = NULL;
    hf__trace_event event;
    static uint64_t live[1 << 16], live_bytes[1 << 16];
    memset(sum, 0, sizeof *sum);
    memset(live, 0, sizeof live);
    if (hf__trace_open_file(path, &reader, NULL) != HF_OK)
        return false;
    hf_status status;
    while ((status = hf__trace_next(reader, &event, NULL)) == HF_OK) {
        if (event.kind == HF__TRACE_PATH_WINDOW && event.path_window.stack < 1 << 16) {
            uint32_t stack = event.path_window.stack;
            sum->births += event.path_window.births;
            sum->deaths += event.path_window.deaths;
            live[stack] = event.path_window.live;
            live_bytes[stack] = event.path_window.live_bytes;
        }
        if (event.kind == HF__TRACE_PATH_COHORT)
            sum->cohort_deaths += (uint64_t)event.path_cohort.deaths;
        sum->events += event.kind == HF__TRACE_ALLOCATE;
        sum->notices += event.kind == HF__TRACE_NOTICE;
    }
    for (size_t i = 0; i < 1 << 16; i++) {
        sum->live += live[i];
        sum->live_bytes += live_bytes[i];
    }
    hf__trace_close(reader);
    return status == HF_END;
}

static void test_windows(void)
{
    char *const command[] = { GROWS_PATH, "3000", NULL };
    hf__collect_options options = { .size_max = 64 << 10 };
    recorded run;
    windows sum;
    if (!check(record_program(command, &options, &run), "windows: recording"))
        return;
    if (check(read_windows(run.path, &sum), "windows: reading")) {
        check(sum.notices == 1, "windows: %llu notices", (unsigned long long)sum.notices);
        check(sum.events > 0 && sum.events < 603000, "windows: %llu events", (unsigned long long)sum.events);
        check(sum.events + sum.births == 603000, "windows: %llu events and %llu births",
              (unsigned long long)sum.events, (unsigned long long)sum.births);
        check(sum.live == 3000 && sum.live_bytes == 3000000, "windows: %llu live, %llu bytes",
              (unsigned long long)sum.live, (unsigned long long)sum.live_bytes);
        check(sum.cohort_deaths <= sum.deaths, "windows: %llu deaths, %llu of old blocks", (unsigned long long)sum.deaths,
              (unsigned long long)sum.cohort_deaths);
    }
    recorded_release(&run);
}

/* In a process of its own: it is stopped. */
static void test_stopped_collector(void)
{
    char own[32];
    pid_t collector = fork();
    if (collector == 0) {
        snprintf(own, sizeof own, "%d", (int)getpid());
        char *const command[] = { GROWS_PATH, "12000", "stop", own, NULL };
        recorded run;
        replayed all;
        check(record_program(command, NULL, &run), "stopped: recording");
        check(replay(run.path, &all), "stopped: reading");
        check(all.counters.allocations == 12000 * 201 + 200, "stopped: exact counters say %llu",
              (unsigned long long)all.counters.allocations);
        check(all.kinds[HF__TRACE_ALLOCATE] < all.counters.allocations, "stopped: nothing was thinned");
        check(all.kinds[HF__TRACE_SAMPLING] > 0, "stopped: the recording says that it thinned");
        check(all.lost > 0, "stopped: the recording says that events were lost");
        _exit(cases_failed != 0);
    }
    int status = 1;
    waitpid(collector, &status, 0);
    check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "a stopped collector");
}

static void test_sampled(void)
{
    char *const command[] = { GROWS_PATH, "3000", NULL };
    unsigned within = 0;
    enum { RUNS = 10 };
    double truth = 0;
    for (int i = 0; i < RUNS; i++) {
        hf__collect_options options = { .period = 64 << 10 };
        recorded run;
        replayed all;
        if (!check(record_program(command, &options, &run) && replay(run.path, &all), "sampled: recording"))
            return;
        truth = (double)all.counters.requested_bytes;
        /* Samples are about truth / period; 3 standard deviations of a Poisson count. */
        double samples = truth / (64 << 10);
        within += fabs(all.allocated_weighted - truth) < 3 * truth / sqrt(samples);
        check(all.counters.allocations >= 603000 && all.kinds[HF__TRACE_ALLOCATE] < 60000,
              "sampled: %llu allocations, %llu recorded", (unsigned long long)all.counters.allocations,
              (unsigned long long)all.kinds[HF__TRACE_ALLOCATE]);
        check(all.doubled == 0, "sampled: %llu births at living addresses", (unsigned long long)all.doubled);
        replayed_release(&all);
        recorded_release(&run);
    }
    check(within >= RUNS - 1, "sampled: %u of %d runs within their interval", within, RUNS);
}

int main(void)
{
    test_windows();
    test_stopped_collector();
    test_sampled();
    return check_summary();
}
