/* output.c - see output.h. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input.h"
#include "plain_text.h"

static int failed(const char *what, const char *path)
{
    int system_error = errno;
    fprintf(stderr, "holdfast: %s ", what);
    print_plain(stderr, path[0] != 0 ? hf_text_from_cstr(path) : HF_T("''"));
    fprintf(stderr, ": %s\n", strerror(system_error));
    return EXIT_BAD_DATA;
}

/* ---- the file beside ----------------------------------------------------------------------- */

/* The one that is being written, for who interrupts us: a command writes one file at a time. */
static char *volatile unfinished;
static const int      interruptions[] = { SIGINT, SIGTERM, SIGHUP };

enum { INTERRUPTIONS = sizeof interruptions / sizeof *interruptions };

static void on_interruption(int number)
{
    char *gone = unfinished;
    if (gone != NULL)
        unlink(gone);
    raise(number); /* as it would have ended us, once this handler is left */
}

/* `beside` is taken away when somebody interrupts us; NULL: no more. What is ignored stays ignored. */
static void guard(char *beside)
{
    unfinished = beside;
    for (int i = 0; i < INTERRUPTIONS; i++) {
        struct sigaction now, end = { .sa_handler = beside != NULL ? on_interruption : SIG_DFL, .sa_flags = (int)SA_RESETHAND };
        if (sigaction(interruptions[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
            sigaction(interruptions[i], &end, NULL);
    }
}

/* A file beside to->place, whose name goes into to->beside. A new file gets the permissions that the system
 * gives new files; one that will replace another is for nobody else until it has those of the other. */
static int create_beside(output *to)
{
    size_t room = strlen(to->place) + 48;
    to->beside = malloc(room);
    if (to->beside == NULL)
        return -1;
    int descriptor = -1;
    for (unsigned turn = 0; descriptor < 0 && turn < 100; turn++) {
        snprintf(to->beside, room, "%s.%ld.%u.new", to->place, (long)getpid(), turn);
        descriptor = open(to->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, to->replaces ? 0600 : 0666);
        if (descriptor < 0 && errno != EEXIST)
            break;
    }
    if (descriptor < 0) {
        free(to->beside);
        to->beside = NULL;
    } else {
        guard(to->beside);
    }
    return descriptor;
}

static bool is_standard_output(output *to)
{
    struct stat standard;
    to->replaces = stat(to->path, &to->there) == 0;
    return to->replaces && fstat(STDOUT_FILENO, &standard) == 0 && standard.st_dev == to->there.st_dev &&
           standard.st_ino == to->there.st_ino;
}

/* Where the bytes go: into a device, a pipe or a socket as they are; else beside the file, for a symbolic link
 * beside the one that it leads to. */
static int open_output(output *to)
{
    if (to->replaces && !S_ISREG(to->there.st_mode))
        return open(to->path, O_WRONLY | O_CLOEXEC);
    to->place = to->replaces ? realpath(to->path, NULL) : strdup(to->path);
    return to->place != NULL ? create_beside(to) : -1;
}

int output_begin(output *to, const char *path)
{
    memset(to, 0, sizeof *to);
    hf_buffer_init(&to->canonical, SIZE_MAX, NULL, NULL);
    to->descriptor = STDOUT_FILENO;
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error to tell, and nothing is left beside it */
    to->bytes = malloc(OUTPUT_ROOM);
    if (to->bytes == NULL)
        return failed("write", "the output");
    if (path == NULL || strcmp(path, "-") == 0) {
        signal(SIGPIPE, SIG_IGN);
        return EXIT_DONE;
    }
    to->path = path;
    if (is_standard_output(to)) { /* /dev/stdout, /dev/fd/1 */
        to->path = NULL;
        return EXIT_DONE;
    }
    to->descriptor = open_output(to);
    return to->descriptor >= 0 ? EXIT_DONE : failed(to->replaces ? "write" : "create", path);
}

/* Writes out what was gathered; false with errno, once. */
static bool flush(output *to)
{
    for (size_t done = 0; done < to->length && !to->is_closed && !to->is_broken;) {
        ssize_t written = write(to->descriptor, to->bytes + done, to->length - done);
        if (written > 0)
            done += (size_t)written;
        else if (written < 0 && errno == EPIPE && to->path == NULL)
            to->is_closed = true; /* whoever read our output has seen enough */
        else if (written < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) /* a pipe or terminal that others made so */
            poll(&(struct pollfd){ .fd = to->descriptor, .events = POLLOUT }, 1, -1);
        else if (written < 0 && errno != EINTR)
            to->is_broken = true;
    }
    to->length = 0;
    return !to->is_broken;
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
    if (here == NULL && to->from != NULL) { /* the end of a path tells more than its beginning */
        size_t length = strlen(to->from), room = sizeof error->name - 1;
        snprintf(error->name, sizeof error->name, "%s", to->from + (length > room ? length - room : 0));
    }
    tell_error(error);
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

int output_show(output *to)
{
    if (to->place == NULL && !flush(to))
        return failed("write", to->path != NULL ? to->path : "standard output");
    return to->is_closed ? EXIT_FINDING : EXIT_DONE;
}

int output_put_text(output *to, hf_text text)
{
    return told(to, gather(to, text.bytes, text.length), NULL, NULL);
}

/* Owner, as far as we may, and permissions of the file that is replaced. */
static bool resemble(const output *to)
{
    const struct stat *there = &to->there;
    if (there->st_uid != geteuid() || there->st_gid != getegid())
        (void)!fchown(to->descriptor, there->st_uid, there->st_gid);
    return fchmod(to->descriptor, there->st_mode & 07777) == 0;
}

/* Puts the file in its place, or takes it away. */
static int settle(output *to, int code)
{
    if (code == EXIT_DONE && to->beside != NULL && to->replaces && !resemble(to))
        code = failed("write", to->path);
    if (close(to->descriptor) != 0 && code == EXIT_DONE)
        code = failed("write", to->path);
    if (to->beside == NULL)
        return code;
    if (code == EXIT_DONE && rename(to->beside, to->place) != 0)
        code = failed("write", to->path);
    if (code != EXIT_DONE)
        unlink(to->beside);
    guard(NULL);
    return code;
}

int output_end(output *to, int code)
{
    bool is_wanted = code == EXIT_DONE || to->path == NULL;
    if (is_wanted && to->bytes != NULL && !to->is_broken && !flush(to))
        code = failed("write", to->path != NULL ? to->path : "standard output");
    if (to->path != NULL && to->descriptor >= 0)
        code = settle(to, code);
    free(to->beside);
    free(to->place);
    free(to->bytes);
    hf_buffer_release(&to->canonical);
    memset(to, 0, sizeof *to);
    return code;
}

int output_write(hf_value value, const hf_write_options *options, const char *path, const char *from)
{
    output to;
    int code = output_begin(&to, path);
    to.from = from != NULL && strcmp(from, "-") != 0 ? from : "<stdin>";
    if (code == EXIT_DONE)
        code = output_put(&to, value, options, NULL);
    return output_end(&to, code);
}

int output_put_file(const char *path, hf_text bytes)
{
    output to;
    int code = output_begin(&to, path);
    if (code == EXIT_DONE)
        code = output_put_text(&to, bytes);
    return output_end(&to, code);
}

int output_flush(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    return errno == EPIPE ? code : failed("write", "standard output");
}

bool output_has_colour(int descriptor)
{
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");
    return isatty(descriptor) && (no_colour == NULL || no_colour[0] == 0) &&
           (terminal == NULL || strcmp(terminal, "dumb") != 0);
}
