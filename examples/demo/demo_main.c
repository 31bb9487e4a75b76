/* demo_main.c - `make demo`: runs every form, compares, tells.
 *
 * Exit status: 0 when all is as promised; 1 when checksums differ or a form grew that must not;
 * 2 usage; 5 when the input cannot be used. */
#include "demo.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RUNS_MAX = 8, CHILD_OUTPUT = 3 };

typedef struct request {
    demo_settings settings;
    const char   *svg;
    long          form; /* -1: all, as the parent */
} request;

static int usage(void)
{
    fputs("usage: demo [--input FILE] [--seconds N] [--memory MIB] [--svg FILE]\n"
          "  --input FILE    any JSON file instead of the package iso-codes\n"
          "  --seconds N     how long each form runs (10)\n"
          "  --memory MIB    a form that holds more is stopped (1024)\n"
          "  --svg FILE      where the curves go (demo.svg beside the program's folder)\n",
          stderr);
    return 2;
}

static bool parse_number(const char *text, double minimum, double maximum, double *ret_number)
{
    char  *end;
    double number;
    errno = 0;
    number = strtod(text, &end);
    if (errno != 0 || end == text || *end != 0 || !(number >= minimum && number <= maximum)) {
        fprintf(stderr, "demo: not a number from %g to %g: %s\n", minimum, maximum, text);
        return false;
    }
    *ret_number = number;
    return true;
}

static bool parse(int count, char **arguments, request *ret)
{
    for (int at = 1; at < count; at += 2) {
        const char *name = arguments[at], *value = at + 1 < count ? arguments[at + 1] : NULL;
        double      number = 0;
        if (value == NULL)
            return false;
        if (strcmp(name, "--input") == 0) {
            ret->settings.input = value;
        } else if (strcmp(name, "--svg") == 0) {
            ret->svg = value;
        } else if (strcmp(name, "--seconds") == 0) {
            if (!parse_number(value, 0.01, 86400, &ret->settings.seconds))
                return false;
        } else if (strcmp(name, "--memory") == 0) {
            if (!parse_number(value, 1, 1 << 20, &number))
                return false;
            ret->settings.bytes_max = (int64_t)number * 1048576;
        } else if (strcmp(name, "--form") == 0) {
            if (!parse_number(value, 0, (double)demo_forms_count - 1, &number))
                return false;
            ret->form = (long)number;
        } else {
            return false;
        }
    }
    return true;
}

/* Do all forms that ran agree on what they read? */
static bool results_agree(const demo_run *runs, size_t count)
{
    const demo_run *first = NULL;
    bool            agree = true;
    for (size_t at = 0; at < count; at++) {
        if (runs[at].outcome.failed)
            continue;
        if (first == NULL)
            first = &runs[at];
        const demo_result *a = &first->outcome.result, *b = &runs[at].outcome.result;
        if (a->checksum == b->checksum && a->values == b->values && a->containers == b->containers &&
            a->depth_max == b->depth_max && a->text_bytes == b->text_bytes)
            continue;
        fprintf(stderr, "demo: %s and %s do not agree on what they read\n", first->form->name,
                runs[at].form->name);
        agree = false;
    }
    return agree;
}

static void print_job(const demo_input *input, const demo_run *runs, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        const demo_result *r = &runs[at].outcome.result;
        if (runs[at].outcome.failed)
            continue;
        printf("one round: %zu %s, %.2f MB of text read; %llu values in %llu containers, depth %llu, and "
               "%.2f MB of\n"
               "keys and strings in the shared wholes, %.2f MB written; checksum %016llx\n\n",
               input->count, input->count == 1 ? "file" : "files", (double)input->bytes / 1e6,
               (unsigned long long)r->values, (unsigned long long)r->containers,
               (unsigned long long)r->depth_max, (double)r->text_bytes / 1e6, (double)r->written_bytes / 1e6,
               (unsigned long long)r->checksum);
        return;
    }
}

static int tell(const request *asked, const demo_input *input, const demo_run *runs, size_t count)
{
    int status = results_agree(runs, count) ? 0 : 1;
    print_job(input, runs, count);
    demo_print_table(runs, count);
    putchar('\n');
    demo_print_chart(runs, count);
    if (demo_write_svg(asked->svg, runs, count))
        printf("\ncurves: %s\n", asked->svg);
    else
        status = 5;
    for (size_t at = 0; at < count; at++) {
        if (runs[at].outcome.failed)
            status = 5;
        else if (runs[at].form->growth_fails && demo_has_grown(&runs[at].outcome)) {
            fprintf(stderr, "demo: %s: memory grew, and it must not\n", runs[at].form->name);
            status = 1;
        }
    }
    return status;
}

/* demo.svg in the folder above the program's own (bin/), the build folder. */
static void default_svg(const char *program, char *out, size_t size)
{
    snprintf(out, size, "%s", program);
    for (int level = 0; level < 2; level++) {
        char *slash = strrchr(out, '/');
        if (slash != NULL)
            *slash = 0;
    }
    size_t length = strlen(out);
    snprintf(out + length, size - length, "/demo.svg");
}

int main(int count, char **arguments)
{
    request asked = { .settings = { .seconds = 10, .bytes_max = (int64_t)1024 << 20 }, .form = -1 };
    char    program[4096], svg[4200];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (!parse(count, arguments, &asked))
        return usage();
    if (asked.form >= 0)
        return demo_child(&asked.settings, (size_t)asked.form, CHILD_OUTPUT);
    if (length <= 0) {
        perror("demo: /proc/self/exe");
        return 5;
    }
    program[length] = 0;
    asked.settings.program = program;
    if (asked.svg == NULL) {
        default_svg(program, svg, sizeof svg);
        asked.svg = svg;
    }

    demo_input input;
    demo_run   runs[RUNS_MAX] = { 0 };
    if (!demo_input_load(asked.settings.input, &input))
        return 5;
    int status = 0;
    for (size_t at = 0; status == 0 && at < demo_forms_count; at++)
        if (!demo_watch(&asked.settings, at, &runs[at]))
            status = 5;
    if (status == 0)
        status = tell(&asked, &input, runs, demo_forms_count);
    for (size_t at = 0; at < demo_forms_count; at++)
        free(runs[at].samples);
    demo_input_release(&input);
    return status;
}
