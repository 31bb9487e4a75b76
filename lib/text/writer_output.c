/* writer_output.c - where the writer's bytes go: the caller's buffer, or pieces to a sink. */
#include "text/writer.h"

#include "base/escape.h"
#include "base/fail.h"
#include "text/minify.h"

char *hf__writer_fail(hf__writer *w, hf_status status, const hf__slot *slot, const char *words)
{
    w->status = hf__fail(w->reterr, status, "%s", words);
    w->fault = slot;
    return NULL;
}

/* Sends [begin, to - keep). */
static bool send_piece(hf__writer *w, char *to, size_t keep)
{
    size_t length = (size_t)(to - w->begin) - keep;
    if (length == 0)
        return true;
    if (length > w->bytes_max - w->sent) {
        w->status = hf__fail(w->reterr, HF_LIMIT_BYTES, "the text has more than %llu bytes",
                             (unsigned long long)w->bytes_max);
        return false;
    }
    w->status = w->sink(w->context, w->begin, length);
    w->sent += length;
    return w->status == HF_OK;
}

static hf_status append_piece(void *context, const char *bytes, size_t length)
{
    hf__writer *w = context;
    return hf_buffer_append(w->buffer, hf_text_of(bytes, length), w->reterr);
}

/* From direct to pieces, the last byte comes along. */
static char *leave_buffer(hf__writer *w, char *to)
{
    size_t length = (size_t)(to - w->begin), keep = length > 0;
    w->buffer->length = w->buffer_base + length - keep;
    w->sent = length - keep;
    if (keep)
        w->small[0] = to[-1];
    w->begin = w->small;
    w->end = w->small + sizeof w->small;
    w->sink = append_piece;
    w->context = w;
    return w->begin + keep;
}

static char *grow_buffer(hf__writer *w, char *to, size_t need)
{
    size_t length = (size_t)(to - w->begin);
    w->buffer->length = w->buffer_base + length;
    bool fits = need <= w->bytes_max && length <= w->bytes_max - need;
    if (!fits || hf_buffer_reserve(w->buffer, need, NULL) != HF_OK)
        return leave_buffer(w, to);
    w->begin = w->buffer->bytes + w->buffer_base;
    w->end = w->buffer->bytes + w->buffer->room;
    if ((size_t)(w->end - w->begin) > w->bytes_max)
        w->end = w->begin + w->bytes_max;
    return w->begin + length;
}

char *hf__writer_room(hf__writer *w, char *to, size_t need)
{
    need = need < HF__WRITE_SLACK ? HF__WRITE_SLACK : need;
    if (need <= (size_t)(w->end - to))
        return to;
    if (w->sink == NULL) {
        to = grow_buffer(w, to, need);
        if (need <= (size_t)(w->end - to))
            return to;
    }
    size_t keep = to > w->begin;
    if (!send_piece(w, to, keep))
        return NULL;
    if (keep)
        w->begin[0] = to[-1];
    return w->begin + keep;
}

bool hf__writer_flush(hf__writer *w, char *to)
{
    if (w->sink != NULL)
        return send_piece(w, to, 0);
    w->buffer->length = w->buffer_base + (size_t)(to - w->begin);
    return true;
}

char *hf__writer_text(hf__writer *w, char *to, hf_text text, bool escape)
{
    /* A byte takes six at most; in larger steps, so that the buffer grows by what is needed. */
    const size_t step_max = escape ? 8192 : (size_t)1 << 20;
    while (text.length > 0) {
        size_t want = text.length < step_max ? text.length : step_max;
        to = hf__writer_room(w, to, (escape ? 6 * want : want) + HF__WRITE_SLACK);
        if (to == NULL)
            return NULL;
        size_t room = (size_t)(w->end - to) / (escape ? 6 : 1), step = want < room ? want : room;
        if (escape)
            to += hf__escape(text.bytes, step, to);
        else
            to = (char *)memcpy(to, text.bytes, step) + step;
        text.bytes += step;
        text.length -= step;
    }
    return hf__writer_room(w, to, HF__WRITE_SLACK);
}

char *hf__writer_source(hf__writer *w, char *to, hf_text source)
{
    const size_t step_max = (size_t)1 << 16;
    hf__minifier state = { 0, 0 };
    while (source.length > 0) {
        size_t want = source.length < step_max ? source.length : step_max;
        to = hf__writer_room(w, to, want + HF__WRITE_SLACK);
        if (to == NULL)
            return NULL;
        size_t room = (size_t)(w->end - to),
               step = want <= room ? want : room / HF__MINIFY_STEP * HF__MINIFY_STEP;
        to += hf__minify_piece(&state, source.bytes, step, to);
        source.bytes += step;
        source.length -= step;
    }
    return hf__writer_room(w, to, HF__WRITE_SLACK);
}
