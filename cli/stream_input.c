/* stream_input.c - see stream_input.h. */
#include "stream_input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input.h"
#include "progress.h"

enum { PIECE_BYTES = 1 << 20 };

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

/* Is nothing at hand, so that reading would wait? */
static bool would_wait(int descriptor)
{
    return poll(&(struct pollfd){ .fd = descriptor, .events = POLLIN }, 1, 0) == 0;
}

static int visit_all(hf_stream *stream, int descriptor, progress *line, stream_visit *visit, stream_idle *idle, void *context)
{
    stream_here here = { stream, line };
    for (;;) {
        hf_document *document = NULL;
        hf_error error;
        hf_status status = hf_stream_next(stream, &document, &error);
        if (status == HF_END)
            return EXIT_DONE;
        if (status == HF_NOT_FOUND) {
            int code = EXIT_DONE;
            if (idle != NULL && would_wait(descriptor)) {
                progress_clear(line);
                code = idle(context);
            }
            if (code != EXIT_DONE)
                return code;
            status = hf_stream_pull(stream, descriptor, &error);
            hf_stream_counts counts = hf_stream_count(stream);
            progress_show(line, counts.bytes_consumed, counts.documents);
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

int stream_each(const char *path, stream_visit *visit, stream_idle *idle, void *context)
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
        struct stat facts;
        progress_begin(&line, fstat(descriptor, &facts) == 0 ? &facts : NULL, "documents");
        code = visit_all(stream, descriptor, &line, visit, idle, context);
        progress_clear(&line);
    } else {
        code = tell(&error);
    }
    hf_stream_destroy(stream);
    if (!is_standard)
        close(descriptor);
    return code;
}
