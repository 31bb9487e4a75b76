/* writer.c - the calls that write JSON text, and the place of what cannot be written. */
#include "text/writer.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include <holdfast/walk.h>

#include "base/fail.h"
#include "memory/allocate.h"
#include "value/ended.h"

static void writer_init(hf__writer *w, hf_value value, const hf_write_options *options, hf_error *reterr)
{
    memset(w, 0, offsetof(hf__writer, returns));
    if (options != NULL)
        w->options = *options;
    if (w->options.indent == 0)
        w->options.indent = 2;
    if (w->options.indent > HF__WRITE_INDENT_MAX)
        w->options.indent = HF__WRITE_INDENT_MAX;
    w->bytes_max = w->options.bytes_max != 0 ? w->options.bytes_max : UINT64_MAX;
    w->reterr = reterr;
    hf__writer_set_home(w, value.home, value.slot);
    w->at = value.slot;
    w->end_slot = hf__behind(value.slot);
}

/* The JSON Pointer of the value at fault: that of the foreign value that brought it, if one did. It is found from
 * the inside out, by the mounts that the writer went through. */
static void set_place(const hf__writer *w, hf_value root)
{
    char     pointer[1024];
    hf_walk  walk;
    hf_value at = { w->home, w->fault };
    uint32_t levels = w->returns_used;
    for (uint32_t i = levels; i > 0; i--) {
        if (w->returns[i - 1].owned != NULL) {
            at = (hf_value){ w->returns[i - 1].home, w->returns[i - 1].at - 1 };
            levels = i - 1;
        }
    }
    if (at.slot == NULL || w->reterr == NULL || levels > HF__WALK_RETURNS)
        return;
    hf_walk_init(&walk, root, NULL);
    for (; walk.returns_used < levels; walk.returns_used++) {
        const hf__write_return *back = &w->returns[walk.returns_used];
        walk.returns[walk.returns_used] = (hf__walk_return){ back->home, back->at - 1, walk.top, 0 };
        walk.top = hf__resolve((hf_value){ back->home, back->at - 1 }).slot;
    }
    walk.home = at.home;
    walk.value = at;
    size_t length = hf_walk_pointer(&walk, pointer, sizeof pointer);
    if (length >= sizeof pointer) {
        length = sizeof pointer - 1;
        memcpy(pointer + length - 4, "/...", 4);
    }
    hf__error_set_pointer(w->reterr, pointer, length);
}

/* All of it, from the window being set to everything having gone. */
static hf_status run(hf__writer *w, hf_value value)
{
    bool done = w->options.canonical ? hf__writer_canonical(w)
                : w->options.pretty  ? hf__writer_pretty(w)
                                     : hf__writer_minified(w);
    if (done && w->options.line_feed)
        *w->to++ = '\n'; /* in the place of the comma taken back */
    if (done)
        done = hf__writer_flush(w, w->to);
    if (!done)
        set_place(w, value);
    while (hf__writer_return(w)) /* drops what is owned on the way back from a failure */
        continue;
    return w->status;
}

hf_status hf_write(hf_value value, const hf_write_options *options, hf_buffer *buffer, hf_error *reterr)
{
    if (hf__view_is_none(value))
        return hf__fail(reterr, HF_NOT_FOUND, "there is no value to write");
    hf__writer w;
    writer_init(&w, value, options, reterr);
    w.buffer = buffer;
    w.buffer_base = buffer->length;
    w.begin = w.to = w.end = buffer->bytes != NULL ? buffer->bytes + buffer->length : w.small;
    hf_status status = run(&w, value);
    if (status != HF_OK)
        buffer->length = w.buffer_base;
    return status;
}

/* Through one block; the sink fills reterr itself. */
static hf_status write_pieces(hf_value value, const hf_write_options *options, hf_write_sink sink,
                              void *context, hf_error *reterr)
{
    if (hf__view_is_none(value))
        return hf__fail(reterr, HF_NOT_FOUND, "there is no value to write");
    hf__writer w;
    writer_init(&w, value, options, reterr);
    hf__memory memory = { w.options.allocator, w.options.budget };
    void      *piece = NULL;
    hf_status  status = hf__memory_allocate(&memory, HF_WRITE_PIECE, 16, &piece, reterr);
    if (status != HF_OK)
        return status;
    w.begin = w.to = piece;
    w.end = w.begin + HF_WRITE_PIECE;
    w.sink = sink;
    w.context = context;
    status = run(&w, value);
    hf__memory_free(&memory, piece, HF_WRITE_PIECE, 16);
    return status;
}

/* The caller's sink, which knows nothing of reterr. */
typedef struct called {
    hf_write_sink sink;
    void         *context;
    hf_error     *reterr;
} called;

static hf_status call_sink(void *context, const char *bytes, size_t length)
{
    const called *caller = context;
    hf_status     status = caller->sink(caller->context, bytes, length);
    return status == HF_OK ? HF_OK : hf__fail(caller->reterr, status, "the sink ended the writing");
}

hf_status hf_write_to(hf_value value, const hf_write_options *options, hf_write_sink sink, void *context,
                      hf_error *reterr)
{
    called caller = { sink, context, reterr };
    return write_pieces(value, options, call_sink, &caller, reterr);
}

/* ---- descriptors ------------------------------------------------------------------------- */

typedef struct output {
    int       descriptor;
    hf_error *reterr;
} output;

static hf_status write_all(void *context, const char *bytes, size_t length)
{
    const output *to = context;
    while (length > 0) {
        ssize_t written = write(to->descriptor, bytes, length);
        if (written >= 0) {
            bytes += written;
            length -= (size_t)written;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            struct pollfd ready = { .fd = to->descriptor, .events = POLLOUT };
            if (poll(&ready, 1, -1) < 0 && errno != EINTR)
                return hf__fail_system(to->reterr, errno, "poll");
        } else if (errno != EINTR) {
            return hf__fail_system(to->reterr, errno, "write");
        }
    }
    return HF_OK;
}

hf_status hf_write_descriptor(hf_value value, const hf_write_options *options, int descriptor,
                              hf_error *reterr)
{
    output to = { descriptor, reterr };
    return write_pieces(value, options, write_all, &to, reterr);
}
