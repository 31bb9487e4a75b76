/* demo_watch.c - starts a form in a fresh process and collects what it tells. */
#define _GNU_SOURCE /* pipe2, environ */
#include "demo.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILD_OUTPUT = 3 };

static bool receive(int input, void *bytes, size_t size)
{
    for (size_t got = 0; got < size;) {
        ssize_t length = read(input, (char *)bytes + got, size - got);
        if (length < 0 && errno == EINTR)
            continue;
        if (length <= 0)
            return false;
        got += (size_t)length;
    }
    return true;
}

static bool keep_sample(demo_run *run, const demo_sample *sample)
{
    if (run->samples_count == run->samples_room) {
        size_t       room = run->samples_room > 0 ? run->samples_room * 2 : 512;
        demo_sample *samples = realloc(run->samples, room * sizeof *samples);
        if (samples == NULL)
            return false;
        run->samples = samples;
        run->samples_room = room;
    }
    run->samples[run->samples_count++] = *sample;
    return true;
}

static void show_progress(const demo_run *run, const demo_sample *sample)
{
    static double shown;
    if (!isatty(STDERR_FILENO) || (sample->seconds > shown && sample->seconds < shown + 0.2))
        return;
    shown = sample->seconds;
    fprintf(stderr, "\r%-32s %5.1f s %7llu rounds %9.1f MiB ", run->form->name, sample->seconds,
            (unsigned long long)sample->rounds, (double)sample->resident_bytes / 1048576);
}

/* Reads until the outcome has come; false when the pipe ends before. */
static bool collect(int input, demo_run *run)
{
    char        tag;
    demo_sample sample;
    while (receive(input, &tag, 1)) {
        if (tag == 'o')
            return receive(input, &run->outcome, sizeof run->outcome);
        if (!receive(input, &sample, sizeof sample) || !keep_sample(run, &sample))
            return false;
        show_progress(run, &sample);
    }
    return false;
}

static int start(const demo_settings *settings, size_t number, int output, pid_t *ret_child)
{
    char number_text[32], seconds_text[32], bytes_text[32];
    snprintf(number_text, sizeof number_text, "%zu", number);
    snprintf(seconds_text, sizeof seconds_text, "%.3f", settings->seconds);
    snprintf(bytes_text, sizeof bytes_text, "%lld", (long long)settings->bytes_max / 1048576);
    char *arguments[] = { "demo",
                          "--form",
                          number_text,
                          "--seconds",
                          seconds_text,
                          "--memory",
                          bytes_text,
                          settings->input != NULL ? "--input" : NULL,
                          (char *)settings->input,
                          NULL };

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output, CHILD_OUTPUT);
    int trouble = posix_spawn(ret_child, settings->program, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return trouble;
}

bool demo_watch(const demo_settings *settings, size_t number, demo_run *ret_run)
{
    int   pipe_ends[2];
    pid_t child;
    *ret_run = (demo_run){ .form = demo_forms[number] };
    if (pipe2(pipe_ends, O_CLOEXEC) != 0) {
        perror("demo: pipe");
        return false;
    }
    int trouble = start(settings, number, pipe_ends[1], &child);
    close(pipe_ends[1]);
    if (trouble != 0) {
        fprintf(stderr, "demo: cannot start %s: %s\n", settings->program, strerror(trouble));
        close(pipe_ends[0]);
        return false;
    }
    bool told = collect(pipe_ends[0], ret_run);
    close(pipe_ends[0]);
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!told || status != 0) {
        ret_run->outcome.failed = true;
        fprintf(stderr, "demo: %s: did not run to its end\n", ret_run->form->name);
    }
    return true;
}
