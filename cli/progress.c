/* progress.c - see progress.h. */
#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "terminal.h"

static double now_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void progress_begin(progress *line, const struct stat *facts, const char *things)
{
    *line = (progress){ .is_shown = isatty(STDERR_FILENO), .begin = now_seconds(), .things = things };
    line->next = line->begin + 0.2;
    if (facts != NULL && S_ISREG(facts->st_mode))
        line->bytes_total = (uint64_t)facts->st_size;
}

void progress_show(progress *line, uint64_t bytes, uint64_t count)
{
    double now = line->is_shown ? now_seconds() : 0;
    if (!line->is_shown || now < line->next)
        return;
    double megabytes = (double)bytes / 1e6;
    char text[128];
    int length = snprintf(text, sizeof text, "%.0f MB, %llu %.*s, %.0f MB/s", megabytes, (unsigned long long)count,
                          (int)strlen(line->things) - (count == 1), line->things, megabytes / (now - line->begin));
    if (line->bytes_total > 0)
        snprintf(text + length, sizeof text - (size_t)length, ", %.0f %%", 100 * (double)bytes / (double)line->bytes_total);
    terminal_put_line(text);
    line->is_there = true;
    line->next = now + 0.2;
}

void progress_clear(progress *line)
{
    if (line->is_there)
        terminal_clear_line();
    line->is_there = false;
}
