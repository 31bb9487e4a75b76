/* stream.c - documents from text that comes in pieces.
 *
 *     bytes  [consumed ....][the current value's text ...][more ...][room]
 *                           begin                          end       capacity
 *
 * What is consumed goes when room is needed. The end of a value is found by looking at each byte
 * once (stream_scan.h, or the next line feed); then its text is read as any other. */
#include <holdfast/stream.h>

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/fail.h"
#include "memory/allocate.h"
#include "text/stream_scan.h"

enum { ALIGNMENT = 16, PIECE_BYTES = 256 << 10, KEPT_MIN = 4096 };

/* A place in the whole text; line and column from 0. */
typedef struct place {
    uint64_t offset, line, column;
} place;

struct hf_stream {
    hf_stream_options options;
    hf__memory        memory;
    char             *bytes;
    size_t            begin, end, capacity;
    hf__stream_scan   scan;
    size_t            ready;    /* bytes of a text that was found whole and waits; 0: none */
    place             here;     /* of `begin` */
    place             last;     /* where the document that came out last begins */
    uint64_t          number;   /* of the last document, bad ones counted */
    hf_stream_counts  counts;
    hf_status         failure;  /* stays, but among lines */
    hf_error          error;
    bool              is_finished;
};

static uint64_t bytes_max(const hf_stream *stream)
{
    uint64_t most = 0xffffffffu, wanted = stream->options.read.bytes_max;
    return wanted != 0 && wanted < most ? wanted : most;
}

/* ---- life -------------------------------------------------------------------------------- */

static const hf_stream_options no_options;

hf_status hf_stream_create(const hf_stream_options *options, hf_stream **ret_stream, hf_error *reterr)
{
    if (options == NULL)
        options = &no_options;
    hf__memory memory = { options->read.allocator, options->read.budget };
    void *block = NULL;
    hf_status status = hf__memory_allocate(&memory, sizeof(hf_stream), ALIGNMENT, &block, reterr);
    if (status != HF_OK)
        return status;
    hf_stream *stream = block;
    memset(stream, 0, sizeof *stream);
    stream->options = *options;
    stream->options.read.text = HF_TEXT_COPIED;
    stream->options.read.release = NULL;
    stream->memory = memory;
    stream->scan.comments = options->read.allow_comments;
    hf_budget_hold(memory.budget);
    *ret_stream = stream;
    return HF_OK;
}

void hf_stream_destroy(hf_stream *stream)
{
    if (stream == NULL)
        return;
    hf__memory memory = stream->memory;
    hf__memory_free(&memory, stream->bytes, stream->capacity, ALIGNMENT);
    hf__memory_free(&memory, stream, sizeof *stream, ALIGNMENT);
    hf_budget_drop(memory.budget);
}

hf_stream_counts hf_stream_count(const hf_stream *stream)
{
    hf_stream_counts counts = stream->counts;
    counts.bytes_kept = sizeof *stream + stream->capacity;
    return counts;
}

/* ---- bytes in ---------------------------------------------------------------------------- */

/* Room for `bytes` more behind the end; moves the unread part to the front first. */
static hf_status make_room(hf_stream *stream, size_t bytes, hf_error *reterr)
{
    if (stream->capacity - stream->end >= bytes)
        return HF_OK;
    size_t unread = stream->end - stream->begin;
    if (unread != 0 && stream->begin != 0)
        memmove(stream->bytes, stream->bytes + stream->begin, unread);
    stream->begin = 0;
    stream->end = unread;
    if (stream->capacity - unread >= bytes)
        return HF_OK;
    size_t wanted = unread + bytes, doubled = unread * 2 + KEPT_MIN;
    size_t capacity = hf__good_size(wanted > doubled ? wanted : doubled);
    void *block = stream->bytes;
    hf_status status = block == NULL
                           ? hf__memory_allocate(&stream->memory, capacity, ALIGNMENT, &block, reterr)
                           : hf__memory_resize(&stream->memory, &block, stream->capacity, capacity, ALIGNMENT, reterr);
    if (status != HF_OK)
        return status;
    stream->bytes = block;
    stream->capacity = capacity;
    return HF_OK;
}

hf_status hf_stream_give(hf_stream *stream, hf_text piece, hf_error *reterr)
{
    if (stream->is_finished)
        return hf__fail(reterr, HF_MISUSE, "the stream is finished");
    if (piece.length == 0)
        return HF_OK;
    hf_status status = make_room(stream, piece.length, reterr);
    if (status != HF_OK)
        return status;
    memcpy(stream->bytes + stream->end, piece.bytes, piece.length);
    stream->end += piece.length;
    stream->counts.bytes_given += piece.length;
    return HF_OK;
}

/* As read does, but goes on after interruptions, and waits where the descriptor would block. */
static ssize_t read_waiting(int descriptor, char *into, size_t size)
{
    for (;;) {
        ssize_t got = read(descriptor, into, size);
        if (got >= 0)
            return got;
        struct pollfd ready = { .fd = descriptor, .events = POLLIN };
        bool blocks = errno == EAGAIN || errno == EWOULDBLOCK;
        if (blocks ? poll(&ready, 1, -1) < 0 && errno != EINTR : errno != EINTR)
            return -1;
    }
}

hf_status hf_stream_pull(hf_stream *stream, int descriptor, hf_error *reterr)
{
    if (stream->is_finished)
        return hf__fail(reterr, HF_MISUSE, "the stream is finished");
    size_t piece = stream->options.piece_bytes != 0 ? stream->options.piece_bytes : PIECE_BYTES;
    hf_status status = make_room(stream, piece, reterr);
    if (status != HF_OK)
        return status;
    ssize_t got = read_waiting(descriptor, stream->bytes + stream->end, piece);
    if (got < 0) {
        status = hf__fail_system(reterr, errno, "read");
        if (stream->options.read.name != NULL)
            hf__error_set_name(reterr, stream->options.read.name);
        return status;
    }
    stream->end += (size_t)got;
    stream->counts.bytes_given += (uint64_t)got;
    stream->is_finished = got == 0;
    return HF_OK;
}

void hf_stream_finish(hf_stream *stream)
{
    stream->is_finished = true;
}

/* ---- documents out ----------------------------------------------------------------------- */

/* Where what is not consumed begins; also before anything came. */
static const char *unread(const hf_stream *stream)
{
    return stream->bytes != NULL ? stream->bytes + stream->begin : "";
}

/* The place `bytes` behind `begin`, lines counted. */
static place place_behind(const hf_stream *stream, size_t bytes)
{
    const char *at = unread(stream), *end = at + bytes, *feed;
    place behind = stream->here;
    behind.offset += bytes;
    while (at < end && (feed = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        behind.line++;
        behind.column = 0;
        at = feed + 1;
    }
    behind.column += (uint64_t)(end - at);
    return behind;
}

static bool has_mark(const char *text, size_t length)
{
    return length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
}

/* Where the value in the next `length` bytes begins. */
static place place_of_value(const hf_stream *stream, size_t length)
{
    const char *text = unread(stream);
    size_t mark = has_mark(text, length) ? 3 : 0;
    return place_behind(stream, mark + hf__stream_find_begin(stream->options.read.allow_comments, text + mark, length - mark));
}

/* Goes `bytes` on. */
static void consume(hf_stream *stream, size_t bytes)
{
    stream->here = place_behind(stream, bytes);
    stream->begin += bytes;
    stream->counts.bytes_consumed = stream->here.offset;
    stream->scan.state = HF__STREAM_BETWEEN;
    stream->scan.depth = 0;
    stream->scan.at = 0;
    stream->ready = 0;
}

/* Whether the next text to read is whole, and its length. */
static bool find_text(hf_stream *stream, size_t *ret_length)
{
    const char *text = unread(stream);
    size_t length = stream->end - stream->begin;
    bool whole = stream->ready != 0;
    if (whole) {
        *ret_length = stream->ready;
    } else if (stream->options.form == HF_STREAM_VALUES) {
        if (stream->here.offset == 0 && stream->scan.at == 0 && has_mark(text, length))
            stream->scan.at = 3;
        bool may_begin = stream->here.offset != 0 || length >= 3 || stream->is_finished || (length > 0 && text[0] != '\xef');
        whole = length > 0 && may_begin && hf__stream_find_end(&stream->scan, text, length);
        *ret_length = stream->scan.at;
    } else if (stream->options.form == HF_STREAM_LINES && stream->scan.at < length) {
        const char *feed = memchr(text + stream->scan.at, '\n', length - stream->scan.at);
        whole = feed != NULL;
        stream->scan.at = whole ? (size_t)(feed - text) + 1 : length;
        *ret_length = stream->scan.at;
    }
    if (whole || !stream->is_finished)
        return whole;
    *ret_length = length;
    return true;
}

/* Whether the `length` bytes at `begin` are a line and the line feed that ends it. */
static bool has_line_end(const hf_stream *stream, size_t length)
{
    return stream->options.form == HF_STREAM_LINES && length > 0 && unread(stream)[length - 1] == '\n';
}

/* Puts an error at a place of the whole text, and says whose it is. */
static void set_place(const hf_stream *stream, place at, uint64_t number, hf_error *error)
{
    error->offset = at.offset;
    error->line = at.line + 1;
    error->column = at.column + 1;
    if (stream->options.form != HF_STREAM_ONE)
        error->document = number;
    if (stream->options.read.name != NULL)
        hf__error_set_name(error, stream->options.read.name);
}

void hf_stream_place(const hf_stream *stream, hf_error *error)
{
    set_place(stream, stream->last, stream->number, error);
}

/* The failure of the document in the next `length` bytes, told of the whole text. */
static hf_status fail(hf_stream *stream, size_t length, hf_error *error, hf_error *reterr)
{
    hf_status status = error->status;
    place at = stream->here;
    stream->counts.failures++;
    if (error->line != 0) {
        at.offset += error->offset;
        at.column = error->line == 1 ? at.column + error->column - 1 : error->column - 1;
        at.line += error->line - 1;
    } else {
        at = place_of_value(stream, length);
    }
    set_place(stream, at, stream->number + 1, error);
    if (reterr != NULL)
        *reterr = *error;
    if (stream->options.form != HF_STREAM_LINES && status != HF_NO_MEMORY) {
        stream->failure = status;
        stream->error = *error;
    }
    return status;
}

static bool is_blank(hf_text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.bytes[i] != ' ' && text.bytes[i] != '\t' && text.bytes[i] != '\r' && text.bytes[i] != '\n')
            return false;
    return true;
}

/* Reads what stands at `begin`. HF_EMPTY: nothing but blanks or comments. */
static hf_status read_text(hf_stream *stream, size_t length, hf_document **ret_document, hf_error *reterr)
{
    hf_text text = hf_text_of(unread(stream), length);
    text.length -= has_line_end(stream, length); /* what is cut off by it ends there, not on the next line */
    if (stream->options.form != HF_STREAM_ONE && is_blank(text)) {
        consume(stream, length);
        return HF_EMPTY;
    }
    hf_error error;
    hf_status status;
    if (stream->options.form == HF_STREAM_VALUES && stream->here.offset != 0 && has_mark(text.bytes, text.length)) {
        /* hf_read would skip it: here it is not at the start of anything. */
        status = hf__fail(&error, HF_BAD_TOKEN, "a byte order mark, expected a value");
        hf__error_set_place(&error, text.bytes, text.length, 0);
    } else {
        status = hf_read(text, &stream->options.read, ret_document, &error);
    }
    if (status == HF_EMPTY && stream->options.form != HF_STREAM_ONE) {
        consume(stream, length);
        return status;
    }
    if (status == HF_NO_MEMORY) { /* the text stays, so that it may be tried again */
        stream->ready = length;
        return fail(stream, length, &error, reterr);
    }
    if (status != HF_OK) {
        fail(stream, length, &error, reterr);
    } else {
        stream->last = place_of_value(stream, length);
        stream->counts.documents++;
    }
    stream->number++;
    consume(stream, length);
    return status;
}

/* Its end may not have come yet, so nothing can follow, among lines neither: the same however it is cut,
 * as is its place, since a byte more than the limit is there. */
static hf_status refuse_length(hf_stream *stream, hf_error *reterr)
{
    hf_error error;
    hf_status status = hf__fail(&error, HF_LIMIT_BYTES, "a document of more than %llu bytes",
                                (unsigned long long)bytes_max(stream));
    fail(stream, (size_t)bytes_max(stream) + 1, &error, reterr);
    stream->failure = status;
    stream->error = error;
    return status;
}

hf_status hf_stream_next(hf_stream *stream, hf_document **ret_document, hf_error *reterr)
{
    for (;;) {
        if (stream->failure != HF_OK) {
            if (reterr != NULL)
                *reterr = stream->error;
            return stream->failure;
        }
        bool is_one = stream->options.form == HF_STREAM_ONE;
        bool is_read = is_one ? stream->counts.documents != 0 : stream->begin == stream->end;
        if (stream->is_finished && is_read)
            return HF_END;
        size_t length = 0;
        bool is_whole = find_text(stream, &length);
        if (!is_whole)
            length = stream->end - stream->begin;
        if (length - has_line_end(stream, length) > bytes_max(stream))
            return refuse_length(stream, reterr);
        if (!is_whole)
            return HF_NOT_FOUND;
        hf_status status = read_text(stream, length, ret_document, reterr);
        if (status != HF_EMPTY || is_one)
            return status;
    }
}
