/* recorder_refuses.c - programs that cannot be recorded are refused at once, with one line that
 * says why; the others leave their status. */
#define _GNU_SOURCE
#include "record.h"
#include "trace_session.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *limits = ""; /* of the shell that starts the command */

/* Runs the command and gives its exit status and what it said. */
static int run_command(const char *arguments, char *said, size_t size)
{
    char line[2048];
    size_t filled = 0;
    snprintf(line, sizeof line, "%s%s %s 2>&1", limits, COMMAND_PATH, arguments);
    FILE *stream = popen(line, "r");
    if (stream == NULL)
        return -1;
    filled = fread(said, 1, size - 1, stream);
    said[filled] = '\0';
    int status = pclose(stream);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void refuses(const char *what, const char *arguments, int expected, const char *words)
{
    char said[4096];
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    int status = run_command(arguments, said, sizeof said);
    clock_gettime(CLOCK_MONOTONIC, &to);
    /* Ours is one line; the system's loader may have said something before it. */
    const char *own = strstr(said, "holdfast run: ");
    const char *end = own != NULL ? strchr(own, '\n') : NULL;
    check(status == expected, "%s: status %d, expected %d: %s", what, status, expected, said);
    check(strstr(said, words) != NULL, "%s: says %s", what, said);
    check(end != NULL && end[1] == '\0', "%s: one line, not %s", what, said);
    check(to.tv_sec - from.tv_sec < 5, "%s: takes too long", what);
}

/* What a Go program keeps is not in the recording, and NO LEAK of it would say too much. */
static void test_go_with_c(void)
{
    char said[4096];
    int status = run_command("run -- " GO_DYNAMIC_PATH, said, sizeof said);
    check(strstr(said, "is a Go program: recorded is what its C code allocates") != NULL, "Go with C: says %s", said);
    check(status == 0 || status == 3, "Go with C: status %d", status);
    run_command("run -- /bin/true", said, sizeof said);
    check(strstr(said, "Go program") == NULL, "no Go: says %s", said);
}

static void test_refusals(void)
{
    char folder[] = "/tmp/holdfast-refuses-XXXXXX", arguments[1024], path[256];
    if (!check(mkdtemp(folder) != NULL, "a folder for test programs"))
        return;
    refuses("missing", "run -- /nowhere/at/all", 4, "no such program");
    refuses("missing in PATH", "run -- no-program-has-this-name", 4, "no such program");
    refuses("folder", "run -- /tmp", 4, "not a file that can be run");
    snprintf(path, sizeof path, "%s/text", folder);
    FILE *file = fopen(path, "w");
    if (file != NULL) {
        fputs("no program\n", file);
        fclose(file);
    }
    snprintf(arguments, sizeof arguments, "run -- %s", path);
    if (getuid() != 0)
        refuses("not executable", arguments, 4, "chmod +x");
    chmod(path, 0755);
    refuses("text", arguments, 4, "neither an executable nor a script");
    unlink(path);
    rmdir(folder);
    if (STATIC_PATH[0] != '\0')
        refuses("static", "run -- " STATIC_PATH, 4, "statically linked");
    refuses("Go without C", "run -- " GO_STATIC_PATH, 4, "a Go program: capture its profiles");
    if (MUSL_PATH[0] != '\0')
        refuses("musl", "run -- " MUSL_PATH, 4, "musl");
    refuses("dies at once", "run -- " DIES_PATH, 4, "before it could be recorded");
}

/* A recorder whose stamp differs in one digit is one of another build: told before the program is started. */
static void test_other_build(void)
{
    char path[] = "/tmp/holdfast-recorder-XXXXXX", arguments[256];
    static char bytes[4 << 20];
    FILE *own = fopen(RECORDER_PATH, "rb");
    int file = mkstemp(path);
    size_t size = own != NULL ? fread(bytes, 1, sizeof bytes, own) : 0;
    char *words = memmem(bytes, size, HF__STAMP_WORDS, sizeof HF__STAMP_WORDS - 1);
    if (own != NULL)
        fclose(own);
    if (check(file >= 0 && size > 0 && size < sizeof bytes && words != NULL, "a recorder and its stamp")) {
        char *digit = words + sizeof HF__STAMP_WORDS - 1 + HF__STAMP_LENGTH - 1;
        *digit = *digit == '0' ? '1' : '0';
        check(write(file, bytes, size) == (ssize_t)size, "a recorder of another build");
        snprintf(arguments, sizeof arguments, "run --recorder %s -- /bin/echo it ran", path);
        refuses("recorder of another build", arguments, 4, "of another build than the command");
    }
    snprintf(arguments, sizeof arguments, "run --recorder /bin/true -- /bin/echo it ran");
    refuses("no recorder", arguments, 4, "is no recorder");
    if (file >= 0)
        close(file);
    unlink(path);
}

static void test_setuid(void)
{
    char path[] = "/tmp/holdfast-setuid-XXXXXX", arguments[256], copy[512];
    int file = mkstemp(path);
    if (file < 0 || getuid() != 0)
        return;
    close(file);
    snprintf(copy, sizeof copy, "cp /bin/true %s && chown 1:1 %s && chmod 4755 %s", path, path, path);
    snprintf(arguments, sizeof arguments, "run -- %s", path);
    if (check(system(copy) == 0, "a copy that is setuid"))
        refuses("setuid", arguments, 4, "setuid");
    unlink(path);
}

/* Less than the session needs: told, whatever the program would have done. */
static void test_limits(void)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they need more of it themselves */
    limits = "ulimit -v 4000000; ";
    refuses("little address space", "run -- /bin/true", 4, "6 GB of address space (ulimit -v");
#endif
    limits = "ulimit -f 0; ";
    refuses("small files", "run -- /bin/true", 4, "(ulimit -f");
    limits = "";
}

static void test_statuses(void)
{
    char said[1 << 16];
    check(run_command("run -q -- /bin/true", said, sizeof said) != 4, "true is recorded: %s", said);
    check(run_command("run -q --passthru -- /bin/sh -c 'exit 7'", said, sizeof said) == 7, "passthru: %s", said);
    check(run_command("run -q --passthru -- /bin/sh -c 'kill -9 $$'", said, sizeof said) == 137, "signal: %s", said);
    check(run_command("run", said, sizeof said) == 2, "no program: %s", said);
    check(run_command("run --sample x -- /bin/true", said, sizeof said) == 2, "bad option: %s", said);
    check(run_command("run -q --json -- /bin/echo -n words", said, sizeof said) != 4 && strncmp(said, "words\n{\"schema\"", 15) == 0,
          "JSON begins a line: %s", said);
    check(run_command("run -q --for 1s --passthru -- /bin/sleep 60", said, sizeof said) == 143, "--for: %s", said);
}

int main(void)
{
    test_refusals();
    test_go_with_c();
    test_other_build();
    test_setuid();
    test_limits();
    test_statuses();
    return check_summary();
}
