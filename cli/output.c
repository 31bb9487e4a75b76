/* output.c - see output.h. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input.h"

static int failed(const char *what, const char *path)
{
    fprintf(stderr, "holdfast: %s %s: %s\n", what, path, strerror(errno));
    return EXIT_BAD_DATA;
}

static int told(hf_status status, const hf_error *error)
{
    if (status == HF_IO && error->system_error == EPIPE)
        return EXIT_DONE; /* whoever read our output has seen enough */
    if (status != HF_OK) {
        fprintf(stderr, "holdfast: ");
        hf_error_print(stderr, error);
    }
    return exit_code_of(status);
}

/* The permissions a new file would have, or those of the file that is replaced. */
static mode_t mode_for(const char *path)
{
    struct stat there;
    if (stat(path, &there) == 0)
        return there.st_mode & 07777;
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static int write_file(hf_value value, const hf_write_options *options, const char *path)
{
    char beside[4096];
    if (snprintf(beside, sizeof beside, "%s.XXXXXX", path) >= (int)sizeof beside) {
        errno = ENAMETOOLONG;
        return failed("write", path);
    }
    int descriptor = mkstemp(beside);
    if (descriptor < 0)
        return failed("create", path);
    hf_error error;
    hf_status status = hf_write_descriptor(value, options, descriptor, &error);
    bool is_whole = status == HF_OK && fchmod(descriptor, mode_for(path)) == 0;
    if (close(descriptor) != 0 || !is_whole || rename(beside, path) != 0) {
        int code = status != HF_OK ? told(status, &error) : failed("write", path);
        unlink(beside);
        return code;
    }
    return EXIT_DONE;
}

int output_write(hf_value value, const hf_write_options *options, const char *path)
{
    if (path != NULL && strcmp(path, "-") != 0)
        return write_file(value, options, path);
    hf_error error;
    signal(SIGPIPE, SIG_IGN);
    hf_status status = hf_write_descriptor(value, options, STDOUT_FILENO, &error);
    return told(status, &error);
}

bool output_has_colour(void)
{
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");
    return isatty(STDOUT_FILENO) && (no_colour == NULL || no_colour[0] == 0) &&
           (terminal == NULL || strcmp(terminal, "dumb") != 0);
}
