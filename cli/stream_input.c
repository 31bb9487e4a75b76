/* stream_input.c - see stream_input.h. */
#include "stream_input.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "input.h"
#include "terminal.h"

enum { PIECE_BYTES = 1 << 20 };

/* ---- progress ---------------------------------------------------------------------------- */

typedef struct progress {
    bool     is_shown; /* standard error is a terminal */
    bool     is_there; /* a line stands there to be overwritten */
    double   begin, next;
    uint64_t bytes_total; /* 0: not known */
} progress;

static double now_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void progress_begin(progress *line, int descriptor)
{
    struct stat facts;
    *line = (progress){ .is_shown = isatty(STDERR_FILENO), .begin = now_seconds() };
    line->next = line->begin + 0.2;
    if (fstat(descriptor, &facts) == 0 && S_ISREG(facts.st_mode))
        line->bytes_total = (uint64_t)facts.st_size;
}

static void progress_show(progress *line, const hf_stream *stream)
{
    double now = now_seconds();
    if (!line->is_shown || now < line->next)
        return;
    hf_stream_counts counts = hf_stream_count(stream);
    double megabytes = (double)counts.bytes_consumed / 1e6;
    char text[128];
    int length = snprintf(text, sizeof text, "%.0f MB, %llu documents, %.0f MB/s", megabytes, (unsigned long long)counts.documents,
                          megabytes / (now - line->begin));
    if (line->bytes_total > 0)
        snprintf(text + length, sizeof text - (size_t)length, ", %.0f %%", 100 * (double)counts.bytes_consumed / (double)line->bytes_total);
    terminal_put_line(text);
    line->is_there = true;
    line->next = now + 0.2;
}

static void progress_clear(progress *line)
{
    if (line->is_there)
        terminal_clear_line();
    line->is_there = false;
}

/* ---- the stream -------------------------------------------------------------------------- */

static int tell(const hf_error *error)
{
    tell_error(error);
    return exit_code_of(error->status) == EXIT_DONE ? EXIT_BAD_DATA : exit_code_of(error->status);
}

struct stream_here {
    const hf_stream *stream;
    progress        *line;
};

void stream_locate(stream_here *here, hf_error *error)
{
    if (here == NULL)
        return;
    progress_clear(here->line);
    hf_stream_place(here->stream, error);
}

static int visit_all(hf_stream *stream, int descriptor, progress *line, stream_visit *visit, void *context)
{
    stream_here here = { stream, line };
    for (;;) {
        hf_document *document = NULL;
        hf_error error;
        hf_status status = hf_stream_next(stream, &document, &error);
        if (status == HF_END)
            return EXIT_DONE;
        if (status == HF_NOT_FOUND) {
            status = hf_stream_pull(stream, descriptor, &error);
            progress_show(line, stream);
        } else if (status == HF_OK) {
            int code = visit(document, &here, context);
            hf_document_drop(document);
            if (code != EXIT_DONE)
                return code;
        }
        if (status != HF_OK) {
            progress_clear(line);
            return tell(&error);
        }
    }
}

int stream_each(const char *path, stream_visit *visit, void *context)
{
    bool is_standard = path == NULL || strcmp(path, "-") == 0;
    int descriptor = is_standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        tell_system_error(path, errno);
        return EXIT_BAD_DATA;
    }
    hf_stream_options options = { .read = { .name = is_standard ? "<stdin>" : path }, .piece_bytes = PIECE_BYTES };
    hf_stream *stream = NULL;
    hf_error error;
    int code;
    if (hf_stream_create(&options, &stream, &error) == HF_OK) {
        progress line;
        progress_begin(&line, descriptor);
        code = visit_all(stream, descriptor, &line, visit, context);
        progress_clear(&line);
    } else {
        code = tell(&error);
    }
    hf_stream_destroy(stream);
    if (!is_standard)
        close(descriptor);
    return code;
}
