/* gen_preprocess.c - starting the compiler and gathering what it prints. */
#include "gen_preprocess.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static gen_place place_in(const char *path)
{
    return (gen_place){ path, 0, 0 };
}

/* $CC may hold flags ("ccache gcc -m32"): split at blanks, unless it is a program as it stands. */
static char **arguments_of(gen_unit *unit, const char *compiler, const char *path, const char *const *flags)
{
    size_t count = 0;
    while (flags != NULL && flags[count] != NULL)
        count++;
    char *words = gen_print(unit, "%s", compiler);
    char **arguments = gen_take(unit, (count + strlen(words) + 8) * sizeof *arguments);
    size_t used = 0;
    if (strchr(words, '/') != NULL && access(words, X_OK) == 0)
        arguments[used++] = words;
    for (char *rest = NULL, *word = used > 0 ? NULL : strtok_r(words, " \t", &rest); word != NULL; word = strtok_r(NULL, " \t", &rest))
        arguments[used++] = word;
    arguments[used++] = (char *)"-E";
    arguments[used++] = (char *)"-D__HOLDFAST__";
    for (size_t i = 0; i < count; i++)
        arguments[used++] = (char *)flags[i];
    arguments[used++] = (char *)"-x";
    arguments[used++] = (char *)"c";
    arguments[used++] = (char *)path;
    return arguments;
}

/* The last word counts, as it does for the compiler. */
static bool promotes_named(char *const *arguments)
{
    bool is_on = false;
    for (; *arguments != NULL; arguments++) {
        bool turns_on = strcmp(*arguments, "-fms-extensions") == 0 || strcmp(*arguments, "-fplan9-extensions") == 0;
        bool turns_off = strcmp(*arguments, "-fno-ms-extensions") == 0 || strcmp(*arguments, "-fno-plan9-extensions") == 0;
        is_on = turns_on || (is_on && !turns_off);
    }
    return is_on;
}

static void read_pipe(gen_unit *unit, int from, const char *path, char **ret_text, size_t *ret_length)
{
    size_t capacity = 1 << 18, length = 0;
    char *text = gen_take(unit, capacity);
    for (;;) {
        ssize_t got = read(from, text + length, capacity - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            gen_fail(unit, HF_IO, place_in(path), "what the compiler prints cannot be read: %s", strerror(errno));
        if (got == 0)
            break;
        length += (size_t)got;
        if (length == capacity) {
            char *grown = gen_take(unit, capacity * 2);
            memcpy(grown, text, length);
            text = grown;
            capacity *= 2;
        }
    }
    *ret_text = text;
    *ret_length = length;
}

static pid_t start(gen_unit *unit, char **arguments, const char *path, int *ret_from)
{
    int ends[2];
    if (pipe(ends) != 0)
        gen_fail(unit, HF_IO, place_in(path), "no pipe to the compiler: %s", strerror(errno));
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    int wrong = posix_spawn_file_actions_init(&actions);
    if (wrong == 0) {
        wrong = posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        if (wrong == 0)
            wrong = posix_spawn_file_actions_addclose(&actions, ends[0]);
        if (wrong == 0)
            wrong = posix_spawnp(&child, arguments[0], &actions, NULL, arguments, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    close(ends[1]);
    if (wrong != 0) {
        close(ends[0]);
        gen_fail(unit, HF_IO, place_in(path), "the compiler '%s' cannot be started: %s", arguments[0], strerror(wrong));
    }
    *ret_from = ends[0];
    return child;
}

void gen_preprocess(gen_unit *unit, const char *compiler, const char *path, const char *const *flags,
                    const char **ret_text, size_t *ret_length)
{
    if (compiler == NULL)
        compiler = getenv("CC");
    if (compiler == NULL || compiler[strspn(compiler, " \t")] == 0)
        compiler = "cc";
    char **arguments = arguments_of(unit, compiler, path, flags), *text = NULL;
    int from = -1, status = 0;
    unit->promotes_named = promotes_named(arguments);
    pid_t child = start(unit, arguments, path, &from);
    read_pipe(unit, from, path, &text, ret_length);
    close(from);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        gen_fail(unit, HF_BAD_DECLARATION, place_in(path), "the compiler '%s' refused the header", arguments[0]);
    *ret_text = text;
}
