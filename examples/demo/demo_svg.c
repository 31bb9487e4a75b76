/* demo_svg.c - the curves as a picture that needs nothing but itself. */
#include "demo.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LEFT = 70, TOP = 56, WIDTH = 760, HEIGHT = 360, MARGIN = 30, LEGEND_ROW = 22 };

static const char *const colours[] = { "#0b7a75", "#3b6fb6", "#c8372d", "#8a5fbf", "#b8860b" };
static const char *const dashes[] = { "none", "7 4", "none", "2 3", "9 3 2 3" };
enum { STYLES = sizeof colours / sizeof colours[0] };

typedef struct axes {
    double seconds_max, mib_max, mib_step;
} axes;

/* A step of 1, 2 or 5 times a power of ten that gives at most six lines. */
static double nice_step(double range)
{
    double power = pow(10, floor(log10(range / 6)));
    double times = range / 6 / power;
    return power * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
}

static axes find_axes(const demo_run *runs, size_t count)
{
    axes a = { 0.001, 1, 1 };
    for (size_t at = 0; at < count; at++)
        for (size_t sample = 0; sample < runs[at].samples_count; sample++) {
            a.seconds_max = fmax(a.seconds_max, runs[at].samples[sample].seconds);
            a.mib_max = fmax(a.mib_max, (double)runs[at].samples[sample].resident_bytes / 1048576);
        }
    a.mib_step = nice_step(a.mib_max);
    a.mib_max = ceil(a.mib_max / a.mib_step) * a.mib_step;
    return a;
}

static double x_of(const axes *a, double seconds)
{
    return LEFT + seconds / a->seconds_max * WIDTH;
}

static double y_of(const axes *a, double mib)
{
    return TOP + HEIGHT - mib / a->mib_max * HEIGHT;
}

static void write_axes(FILE *file, const axes *a)
{
    for (int line = 0; line * a->mib_step <= a->mib_max * 1.0001; line++) {
        double mib = line * a->mib_step;
        fprintf(file,
                "<line class='grid' x1='%d' x2='%d' y1='%.1f' y2='%.1f'/>"
                "<text class='tick' x='%d' y='%.1f' text-anchor='end'>%g</text>\n",
                LEFT, LEFT + WIDTH, y_of(a, mib), y_of(a, mib), LEFT - 8, y_of(a, mib) + 4, mib);
    }
    double step = nice_step(a->seconds_max);
    for (int tick = 0; tick * step <= a->seconds_max * 1.0001; tick++) {
        double seconds = tick * step;
        fprintf(file, "<text class='tick' x='%.1f' y='%d' text-anchor='middle'>%g</text>\n", x_of(a, seconds),
                TOP + HEIGHT + 20, seconds);
    }
    fprintf(file, "<text class='tick' x='%d' y='%d'>MiB resident</text>\n", LEFT - 50, TOP - 12);
    fprintf(file, "<text class='tick' x='%d' y='%d' text-anchor='end'>seconds</text>\n", LEFT + WIDTH,
            TOP + HEIGHT + 38);
}

static void write_curve(FILE *file, const axes *a, const demo_run *run, size_t number)
{
    fprintf(file, "<polyline fill='none' stroke='%s' stroke-width='2.5' stroke-dasharray='%s' points='",
            colours[number % STYLES], dashes[number % STYLES]);
    for (size_t at = 0; at < run->samples_count; at++)
        fprintf(file, "%.1f,%.1f ", x_of(a, run->samples[at].seconds),
                y_of(a, (double)run->samples[at].resident_bytes / 1048576));
    int row = TOP + HEIGHT + 62 + (int)number * LEGEND_ROW;
    fprintf(file,
            "'/>\n<line x1='%d' x2='%d' y1='%d' y2='%d' stroke='%s' stroke-width='3' stroke-dasharray='%s'/>"
            "<text x='%d' y='%d'>%s: %llu rounds, %+.1f MiB after warm-up</text>\n",
            LEFT, LEFT + 34, row - 4, row - 4, colours[number % STYLES], dashes[number % STYLES], LEFT + 44,
            row, run->form->name, (unsigned long long)run->outcome.rounds,
            (double)(run->outcome.resident_end - run->outcome.resident_warm) / 1048576);
}

bool demo_write_svg(const char *path, const demo_run *runs, size_t count)
{
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        fprintf(stderr, "demo: %s: %s\n", path, strerror(errno));
        return false;
    }
    axes a = find_axes(runs, count);
    int  height = TOP + HEIGHT + 62 + (int)count * LEGEND_ROW + MARGIN / 2;
    fprintf(file,
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' "
            "font-size='14'>\n"
            "<style>.grid{stroke:#d8d8d8}.tick{fill:#555;font-size:12px}</style>\n"
            "<rect width='100%%' height='100%%' fill='white'/>\n"
            "<text x='%d' y='26' font-size='17'>One recursive job over nested data: resident memory</text>\n",
            LEFT + WIDTH + MARGIN, height, LEFT);
    write_axes(file, &a);
    for (size_t at = 0; at < count; at++)
        write_curve(file, &a, &runs[at], at);
    fputs("</svg>\n", file);
    bool done = ferror(file) == 0;
    done = fclose(file) == 0 && done;
    if (!done)
        fprintf(stderr, "demo: %s: cannot be written\n", path);
    return done;
}
