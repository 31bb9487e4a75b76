/* demo_report.c - the table and the small chart in the terminal. */
#include "demo.h"

#include <stdio.h>
#include <string.h>

enum { CHART_COLUMNS = 72, CHART_ROWS = 14 };

/* A sanitizer keeps what was freed, to notice its use: resident memory then says nothing. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { RESIDENT_COUNTS = 0 };
#elif defined(__has_feature)
/* NOLINTNEXTLINE(misc-redundant-expression): two questions, which have the same answer where lint looks */
enum { RESIDENT_COUNTS = !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer) };
#else
enum { RESIDENT_COUNTS = 1 };
#endif

bool demo_has_grown(const demo_outcome *outcome)
{
    bool resident = RESIDENT_COUNTS && outcome->resident_end - outcome->resident_warm > DEMO_RESIDENT_NOISE;
    return resident || outcome->heap_growth_max > 0 || outcome->live_growth_max > 0;
}

static double mib(int64_t bytes)
{
    return (double)bytes / 1048576;
}

/* "+0 B", "+52 KiB", "+301.2 MiB" */
static const char *growth_text(int64_t bytes, char *out, size_t size)
{
    if (bytes > -10240 && bytes < 10240)
        snprintf(out, size, "%+lld B", (long long)bytes);
    else if (bytes > -(10 << 20) && bytes < (10 << 20))
        snprintf(out, size, "%+.0f KiB", (double)bytes / 1024);
    else
        snprintf(out, size, "%+.1f MiB", mib(bytes));
    return out;
}

static void print_row(size_t number, const demo_run *run)
{
    const demo_outcome *o = &run->outcome;
    char                resident[32], heap[32], own[32] = "none";
    if (o->failed) {
        printf("(%zu) %-32s failed, see above\n", number, run->form->name);
        return;
    }
    if (run->form->live_bytes != NULL)
        growth_text(o->live_growth_max, own, sizeof own);
    printf("(%zu) %-32s %7llu %9.2f ms %8.1f %8.1f %8.1f %11s %11s %11s%s\n", number, run->form->name,
           (unsigned long long)o->rounds, o->round_ms, mib(o->peak_bytes), mib(o->resident_warm),
           mib(o->resident_end), growth_text(o->resident_end - o->resident_warm, resident, sizeof resident),
           growth_text(o->heap_growth_max, heap, sizeof heap), own,
           o->stopped_early ? "  stopped: too much" : "");
}

void demo_print_table(const demo_run *runs, size_t count)
{
    printf("%-36s %7s %12s %8s %8s %8s %11s %11s %11s\n", "", "", "", "peak", "warm", "end", "growth",
           "growth", "growth");
    printf("%-36s %7s %12s %8s %8s %8s %11s %11s %11s\n", "form", "rounds", "per round", "MiB", "MiB", "MiB",
           "resident", "allocator", "own count");
    for (size_t at = 0; at < count; at++)
        print_row(at + 1, &runs[at]);
    puts(
        "  warm: resident after three rounds and a tenth of the time. Growth since then; by the allocator's");
    puts("  count (mallinfo2) and the form's own, at the highest after any round. Huge pages are off meanwhile.");
}

/* Each column shows the last reading before its time. */
static void plot(char chart[CHART_ROWS][CHART_COLUMNS + 1], const demo_run *run, char mark,
                 double seconds_max, double bytes_max)
{
    size_t at = 0;
    for (int column = 0; column < CHART_COLUMNS && run->samples_count > 0; column++) {
        double seconds = seconds_max * column / (CHART_COLUMNS - 1);
        while (at + 1 < run->samples_count && run->samples[at + 1].seconds <= seconds)
            at++;
        if (run->samples[at].seconds > seconds ||
            run->samples[run->samples_count - 1].seconds < seconds - seconds_max / 20)
            continue;
        int row = (int)((double)run->samples[at].resident_bytes / bytes_max * (CHART_ROWS - 1) + 0.5);
        chart[CHART_ROWS - 1 - row][column] = mark;
    }
}

void demo_print_chart(const demo_run *runs, size_t count)
{
    char   chart[CHART_ROWS][CHART_COLUMNS + 1];
    double seconds_max = 0, bytes_max = 1;
    for (size_t at = 0; at < count; at++)
        for (size_t sample = 0; sample < runs[at].samples_count; sample++) {
            const demo_sample *s = &runs[at].samples[sample];
            seconds_max = s->seconds > seconds_max ? s->seconds : seconds_max;
            bytes_max = (double)s->resident_bytes > bytes_max ? (double)s->resident_bytes : bytes_max;
        }
    if (seconds_max <= 0)
        return;
    memset(chart, ' ', sizeof chart);
    for (int row = 0; row < CHART_ROWS; row++)
        chart[row][CHART_COLUMNS] = 0;
    for (size_t at = count; at-- > 0;)
        plot(chart, &runs[at], (char)('1' + at), seconds_max, bytes_max);

    puts("resident memory over time");
    for (int row = 0; row < CHART_ROWS; row++) {
        double level = bytes_max * (CHART_ROWS - 1 - row) / (CHART_ROWS - 1);
        if (row % 4 == 0 || row == CHART_ROWS - 1)
            printf("%8.1f MiB |%s\n", level / 1048576, chart[row]);
        else
            printf("%12s |%s\n", "", chart[row]);
    }
    char line[CHART_COLUMNS + 1];
    memset(line, '-', CHART_COLUMNS);
    line[CHART_COLUMNS] = 0;
    printf("%12s +%s\n%12s  0%*.1f s\n", "", line, "", CHART_COLUMNS - 3, seconds_max);
    for (size_t at = 0; at < count; at++)
        printf("%12s  %zu  %s: %s\n", "", at + 1, runs[at].form->name, runs[at].form->explanation);
}
