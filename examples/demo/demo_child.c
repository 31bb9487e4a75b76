/* demo_child.c - one form in its own process: rounds until the time is over, readings in between.
 *
 * Readings go straight into a pipe, so that watching keeps no memory. Warm-up ends after three
 * rounds and a tenth of the time; growth is what comes after it. */
#include "demo.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { WARM_ROUNDS = 3, SAMPLES = 400 };

static double now_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A figure in kB from the kernel's facts about this process, in bytes; -1 when it is not there. */
static int64_t kernel_bytes(const char *row_name)
{
    char    text[4096];
    int     file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    ssize_t length = file >= 0 ? read(file, text, sizeof text - 1) : -1;
    if (file >= 0)
        close(file);
    if (length <= 0)
        return -1;
    text[length] = 0;
    const char *row = strstr(text, row_name);
    return row != NULL ? strtoll(row + strlen(row_name), NULL, 10) * 1024 : -1;
}

/* glibc keeps a few freed blocks of each small size per thread and counts them as in use. Filled to
 * the brim before each reading they add the same every time. */
static void fill_thread_cache(void)
{
    enum { SIZES = 64, BLOCKS = 7 };
    for (size_t size = 24; size < 24 + SIZES * 16; size += 16) {
        void *volatile blocks[BLOCKS];
        for (int at = 0; at < BLOCKS; at++)
            blocks[at] = malloc(size);
        for (int at = 0; at < BLOCKS; at++)
            free(blocks[at]);
    }
}

static int64_t heap_bytes(void)
{
    fill_thread_cache();
    struct mallinfo2 facts = mallinfo2();
    return (int64_t)(facts.uordblks + facts.hblkhd);
}

static int64_t live_bytes(const demo_form *form, void *state)
{
    return form->live_bytes != NULL ? form->live_bytes(state) : -1;
}

static bool send(int output, char tag, const void *bytes, size_t size)
{
    return write(output, &tag, 1) == 1 && write(output, bytes, size) == (ssize_t)size;
}

/* What a run keeps to itself; warm_* are about the rounds after warm-up. */
typedef struct watch {
    double   begin, warm_until, next_sample, warm_round_seconds;
    uint64_t warm_rounds;
    int64_t  heap_warm;
    bool     is_warm;
} watch;

static void note_round(watch *w, demo_outcome *outcome, const demo_form *form, void *state, double seconds)
{
    int64_t heap = heap_bytes(), live = live_bytes(form, state);
    outcome->rounds++;
    if (!w->is_warm) {
        if (outcome->rounds >= WARM_ROUNDS && now_seconds() >= w->warm_until) {
            w->is_warm = true;
            w->heap_warm = heap;
            outcome->resident_warm = kernel_bytes("VmRSS:");
            outcome->live_warm = live;
        }
        return;
    }
    w->warm_rounds++;
    w->warm_round_seconds += seconds;
    if (heap - w->heap_warm > outcome->heap_growth_max)
        outcome->heap_growth_max = heap - w->heap_warm;
    if (live - outcome->live_warm > outcome->live_growth_max)
        outcome->live_growth_max = live - outcome->live_warm;
}

/* One round, timed and compared with the first. */
static bool one_round(const demo_form *form, void *state, demo_outcome *outcome, double *ret_seconds)
{
    demo_result result;
    double      begin = now_seconds();
    if (!form->round(state, &result))
        return false;
    *ret_seconds = now_seconds() - begin;
    if (outcome->rounds == 0)
        outcome->result = result;
    if (result.checksum != outcome->result.checksum) {
        fprintf(stderr, "demo: %s: round %llu has another checksum than the first\n", form->name,
                (unsigned long long)outcome->rounds + 1);
        return false;
    }
    return true;
}

static void run_rounds(const demo_settings *settings, const demo_form *form, void *state, int output,
                       demo_outcome *outcome)
{
    watch  w = { .begin = now_seconds() };
    double end = w.begin + settings->seconds;
    w.warm_until = w.begin + settings->seconds / 10;
    while (w.warm_rounds == 0 || now_seconds() < end) {
        double seconds;
        if (!one_round(form, state, outcome, &seconds)) {
            outcome->failed = true;
            return;
        }
        note_round(&w, outcome, form, state, seconds);
        if (now_seconds() < w.next_sample && now_seconds() < end)
            continue;
        w.next_sample = now_seconds() + settings->seconds / SAMPLES;
        demo_sample sample = { now_seconds() - w.begin, outcome->rounds, kernel_bytes("VmRSS:") };
        if (!send(output, 's', &sample, sizeof sample)) {
            outcome->failed = true;
            return;
        }
        if (w.is_warm && sample.resident_bytes > settings->bytes_max) {
            outcome->stopped_early = true;
            break;
        }
    }
    outcome->round_ms = w.warm_rounds > 0 ? w.warm_round_seconds * 1000 / (double)w.warm_rounds : 0;
    outcome->resident_end = kernel_bytes("VmRSS:");
    outcome->live_end = live_bytes(form, state);
}

int demo_child(const demo_settings *settings, size_t number, int output)
{
    const demo_form *form = demo_forms[number];
    demo_input       input;
    /* The kernel joins small pages to huge ones when it likes, and resident memory jumps without
     * anybody having asked for any. Not while memory is being watched; the same for every form. */
    prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    if (!demo_input_load(settings->input, &input))
        return 5;
    demo_outcome outcome = { .live_warm = -1, .live_end = -1 };
    void        *state = form->init(&input);
    outcome.failed = state == NULL;
    if (state != NULL) {
        run_rounds(settings, form, state, output, &outcome);
        form->finish(state);
    }
    outcome.peak_bytes = kernel_bytes("VmHWM:");
    bool told = send(output, 'o', &outcome, sizeof outcome);
    demo_input_release(&input);
    return told && !outcome.failed ? 0 : 5;
}
