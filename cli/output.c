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

/* A file beside `to->path`, whose name goes into to->beside. A new file gets the permissions that the system
 * gives new files; one that will replace another is for nobody else until it has those of the other. */
static int create_beside(output *to)
{
    struct stat there;
    size_t room = strlen(to->path) + 48;
    to->replaces = stat(to->path, &there) == 0;
    to->mode = to->replaces ? there.st_mode & 07777 : 0;
    to->beside = malloc(room);
    if (to->beside == NULL)
        return -1;
    int descriptor = -1;
    for (unsigned turn = 0; descriptor < 0 && turn < 100; turn++) {
        snprintf(to->beside, room, "%s.%ld.%u.new", to->path, (long)getpid(), turn);
        descriptor = open(to->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, to->replaces ? 0600 : 0666);
        if (descriptor < 0 && errno != EEXIST)
            break;
    }
    if (descriptor < 0) {
        free(to->beside);
        to->beside = NULL;
    }
    return descriptor;
}

int output_begin(output *to, const char *path)
{
    memset(to, 0, sizeof *to);
    hf_buffer_init(&to->canonical, SIZE_MAX, NULL, NULL);
    to->descriptor = STDOUT_FILENO;
    to->bytes = malloc(OUTPUT_ROOM);
    if (to->bytes == NULL)
        return failed("write", "the output");
    if (path == NULL || strcmp(path, "-") == 0) {
        signal(SIGPIPE, SIG_IGN);
        return EXIT_DONE;
    }
    to->path = path;
    to->descriptor = create_beside(to);
    return to->descriptor >= 0 ? EXIT_DONE : failed("create", path);
}

/* Writes out what was gathered; false with errno. */
static bool flush(output *to)
{
    for (size_t done = 0; done < to->length && !to->is_closed;) {
        ssize_t written = write(to->descriptor, to->bytes + done, to->length - done);
        if (written > 0)
            done += (size_t)written;
        else if (written < 0 && errno == EPIPE && to->path == NULL)
            to->is_closed = true; /* whoever read our output has seen enough */
        else if (written < 0 && errno != EINTR)
            return false;
    }
    to->length = 0;
    return true;
}

static hf_status gather(void *context, const char *bytes, size_t length)
{
    output *to = context;
    while (length > 0) {
        size_t part = OUTPUT_ROOM - to->length < length ? OUTPUT_ROOM - to->length : length;
        memcpy(to->bytes + to->length, bytes, part);
        to->length += part;
        bytes += part;
        length -= part;
        if (to->length == OUTPUT_ROOM && !flush(to))
            return HF_IO;
    }
    return to->is_closed ? HF_END : HF_OK;
}

static int told(const output *to, hf_status status, stream_here *here, hf_error *error)
{
    if (status == HF_OK || status == HF_END)
        return EXIT_DONE;
    stream_locate(here, error);
    if (status == HF_IO)
        return failed("write", to->path != NULL ? to->path : "standard output");
    fprintf(stderr, "holdfast: ");
    hf_error_print(stderr, error);
    return exit_code_of(status);
}

int output_put(output *to, hf_value value, const hf_write_options *options, stream_here *here)
{
    hf_error error;
    hf_status status;
    if (options->canonical) {
        hf_buffer_reset(&to->canonical);
        status = hf_write(value, options, &to->canonical, &error);
        if (status == HF_OK)
            status = gather(to, to->canonical.bytes, to->canonical.length);
    } else {
        status = hf_write_to(value, options, gather, to, &error);
    }
    return told(to, status, here, &error);
}

int output_put_text(output *to, hf_text text)
{
    return told(to, gather(to, text.bytes, text.length), NULL, NULL);
}

/* Puts the file in its place, or takes it away. */
static int settle(output *to, int code)
{
    if (code == EXIT_DONE && to->replaces && fchmod(to->descriptor, to->mode) != 0)
        code = failed("write", to->path);
    if (close(to->descriptor) != 0 && code == EXIT_DONE)
        code = failed("write", to->path);
    if (code == EXIT_DONE && rename(to->beside, to->path) != 0)
        code = failed("write", to->path);
    if (code != EXIT_DONE)
        unlink(to->beside);
    return code;
}

int output_end(output *to, int code)
{
    bool is_wanted = code == EXIT_DONE || to->path == NULL;
    if (is_wanted && to->bytes != NULL && !flush(to))
        code = failed("write", to->path != NULL ? to->path : "standard output");
    if (to->beside != NULL)
        code = settle(to, code);
    free(to->beside);
    free(to->bytes);
    hf_buffer_release(&to->canonical);
    memset(to, 0, sizeof *to);
    return code;
}

int output_write(hf_value value, const hf_write_options *options, const char *path)
{
    output to;
    int code = output_begin(&to, path);
    if (code == EXIT_DONE)
        code = output_put(&to, value, options, NULL);
    return output_end(&to, code);
}

bool output_has_colour(void)
{
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");
    return isatty(STDOUT_FILENO) && (no_colour == NULL || no_colour[0] == 0) &&
           (terminal == NULL || strcmp(terminal, "dumb") != 0);
}
