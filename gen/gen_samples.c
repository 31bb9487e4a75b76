/* gen_samples.c - see gen_samples.h.
 *
 * A stream of the library reads the values. Of an array it is given the elements alone: the brackets around them and
 * the commas between them are scanned here and become blanks, so that every place stays what it is in the file. */
#include "gen_samples.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE_BYTES = 1 << 18 };

static const hf_read_options strictly = { .duplicates = HF_DUPLICATES_REFUSE };

static gen_place place_in(const gen_samples *samples, uint64_t line, uint64_t column)
{
    return (gen_place){ samples->path, (uint32_t)line, (uint32_t)column };
}

void gen_samples_init(gen_unit *unit, gen_samples *samples, const char *path, gen_watch watch)
{
    bool is_standard = strcmp(path, "-") == 0;
    *samples = (gen_samples){ .path = is_standard ? "<stdin>" : path, .watch = watch, .line = 1, .column = 1 };
    samples->descriptor = is_standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (samples->descriptor < 0)
        gen_fail(unit, HF_IO, place_in(samples, 0, 0), "cannot be read: %s", strerror(errno));
}

void gen_samples_release(gen_samples *samples)
{
    hf_document_drop(samples->document);
    hf_stream_destroy(samples->stream);
    free(samples->piece);
    if (samples->descriptor > STDIN_FILENO)
        close(samples->descriptor);
}

_Noreturn static void fail_to_read(gen_unit *unit, const gen_samples *samples, const hf_error *error)
{
    gen_fail(unit, error->status, place_in(samples, error->line, error->column), "%s%s%s", hf_status_text(error->status),
             error->detail[0] != 0 ? ": " : "", error->detail);
}

/* ---- the elements of an array ------------------------------------------------------------ */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* One byte of an element. What is no JSON there is the stream's to refuse. */
static void scan_element(gen_samples *samples, char c)
{
    if (samples->in_text) {
        bool ends = c == '"' && !samples->is_escaped;
        samples->is_escaped = c == '\\' && !samples->is_escaped;
        samples->in_text = !ends;
    } else if (c == '"') {
        samples->in_text = true;
    } else if (c == '{' || c == '[') {
        samples->depth++;
        return;
    } else if (c == '}' || c == ']') {
        samples->depth -= samples->depth > 0;
    }
    if (samples->depth == 0 && !samples->in_text && (c == '"' || c == '}' || c == ']'))
        samples->state = SAMPLES_BEHIND_ELEMENT;
}

/* One byte between elements: the blank that stands for it, or 0 for what does not belong there. */
static char scan_between(gen_samples *samples, char c)
{
    gen_samples_state state = samples->state;
    if (is_blank(c))
        return c;
    if (c == '[' && state == SAMPLES_BEFORE_ARRAY)
        samples->state = SAMPLES_NO_ELEMENT;
    else if (c == ']' && (state == SAMPLES_NO_ELEMENT || state == SAMPLES_BEHIND_ELEMENT))
        samples->state = SAMPLES_BEHIND_ARRAY;
    else if (c == ',' && state == SAMPLES_BEHIND_ELEMENT)
        samples->state = SAMPLES_WANT_ELEMENT;
    else if (state == SAMPLES_BEFORE_ARRAY) /* a byte order mark */
        return c;
    else
        return 0;
    return ' ';
}

static const char *expected_in(gen_samples_state state)
{
    switch (state) {
    case SAMPLES_NO_ELEMENT: return "unexpected character, expected a sample or ']'";
    case SAMPLES_WANT_ELEMENT: return "unexpected character, expected a sample after ','";
    case SAMPLES_BEHIND_ARRAY: return "text behind the array, expected its end";
    default: return "unexpected character, expected ',' or ']' after a sample";
    }
}

/* Blanks what stands around the elements, up to the first byte that is wrong there: the stream gets what is before. */
static void scan(gen_samples *samples)
{
    for (size_t i = 0; i < samples->length; i++) {
        char c = samples->piece[i];
        bool may_begin = samples->state == SAMPLES_NO_ELEMENT || samples->state == SAMPLES_WANT_ELEMENT;
        if (may_begin && !is_blank(c) && c != ',' && c != ']') {
            samples->state = SAMPLES_IN_ELEMENT;
            samples->depth = 0;
        }
        bool ends_scalar = samples->state == SAMPLES_IN_ELEMENT && samples->depth == 0 && !samples->in_text && (is_blank(c) || c == ',' || c == ']');
        if (ends_scalar)
            samples->state = SAMPLES_BEHIND_ELEMENT;
        if (samples->state == SAMPLES_IN_ELEMENT) {
            scan_element(samples, c);
        } else {
            gen_samples_state state = samples->state;
            samples->piece[i] = scan_between(samples, c);
            if (samples->piece[i] == 0) {
                samples->wrong = expected_in(state);
                samples->length = i;
                return;
            }
        }
        samples->column = c == '\n' ? 1 : samples->column + 1;
        samples->line += c == '\n';
    }
}

/* ---- the file ---------------------------------------------------------------------------- */

/* Reads more behind what the piece has. */
static void read_more(gen_unit *unit, gen_samples *samples)
{
    if (samples->room - samples->length < PIECE_BYTES) {
        size_t room = (samples->room + PIECE_BYTES) * 2;
        char *grown = realloc(samples->piece, room);
        if (grown == NULL)
            gen_fail(unit, HF_NO_MEMORY, place_in(samples, 0, 0), "no memory for %zu bytes of a sample", room);
        samples->piece = grown;
        samples->room = room;
    }
    ssize_t got;
    do
        got = read(samples->descriptor, samples->piece + samples->length, PIECE_BYTES);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        gen_fail(unit, HF_IO, place_in(samples, 0, 0), "cannot be read: %s", strerror(errno));
    samples->is_at_end = got == 0;
    samples->length += (size_t)got;
}

/* Lines when the first one that is not empty is a whole value, or else what stands first is broken or goes on. */
static hf_stream_form form_of(hf_text line)
{
    hf_document *document = NULL;
    bool is_whole = hf_read(line, &strictly, &document, NULL) == HF_OK;
    hf_document_drop(document);
    return is_whole ? HF_STREAM_LINES : HF_STREAM_VALUES;
}

/* Reads until it is known what the file holds. */
static void begin(gen_unit *unit, gen_samples *samples)
{
    static const char mark[] = "\xef\xbb\xbf"; /* of UTF-8 */
    hf_stream_options options = { .read = strictly, .form = HF_STREAM_VALUES };
    hf_error error;
    for (size_t looked = 0;;) {
        read_more(unit, samples);
        size_t first = samples->length >= 3 && memcmp(samples->piece, mark, 3) == 0 ? 3 : 0;
        while (first < samples->length && is_blank(samples->piece[first]))
            first++;
        if (first < samples->length && samples->piece[first] == '[') {
            samples->state = SAMPLES_BEFORE_ARRAY;
            break;
        }
        size_t from = looked > first ? looked : first;
        const char *stop = samples->length > from ? memchr(samples->piece + from, '\n', samples->length - from) : NULL;
        looked = samples->length;
        if (stop == NULL && !samples->is_at_end)
            continue;
        size_t end = stop != NULL ? (size_t)(stop - samples->piece) : samples->length;
        options.form = form_of(hf_text_of(samples->piece + first, end - first));
        break;
    }
    if (hf_stream_create(&options, &samples->stream, &error) != HF_OK)
        fail_to_read(unit, samples, &error);
}

static void give(gen_unit *unit, gen_samples *samples)
{
    hf_error error;
    if (samples->wrong != NULL)
        gen_fail(unit, HF_BAD_TOKEN, place_in(samples, samples->line, samples->column), "%s", samples->wrong);
    if (samples->length == 0 && !samples->is_at_end)
        read_more(unit, samples);
    if (samples->length == 0) {
        if (samples->state != SAMPLES_NO_ARRAY && samples->state != SAMPLES_BEHIND_ARRAY && samples->state != SAMPLES_IN_ELEMENT)
            gen_fail(unit, HF_BAD_END, place_in(samples, samples->line, samples->column), "the text ends, expected %s",
                     samples->state == SAMPLES_BEHIND_ELEMENT ? "',' or ']' after a sample" : "a sample");
        hf_stream_finish(samples->stream);
        return;
    }
    if (samples->state != SAMPLES_NO_ARRAY)
        scan(samples);
    if (hf_stream_give(samples->stream, hf_text_of(samples->piece, samples->length), &error) != HF_OK)
        fail_to_read(unit, samples, &error);
    samples->length = 0;
    if (samples->watch.see != NULL)
        samples->watch.see(hf_stream_count(samples->stream).bytes_given, samples->count, samples->watch.context);
}

bool gen_samples_next(gen_unit *unit, gen_samples *samples, hf_value *ret_sample)
{
    hf_error error;
    if (samples->stream == NULL)
        begin(unit, samples);
    hf_document_drop(samples->document);
    samples->document = NULL;
    for (;;) {
        hf_status status = hf_stream_next(samples->stream, &samples->document, &error);
        if (status == HF_END)
            return false;
        if (status == HF_OK)
            break;
        if (status != HF_NOT_FOUND)
            fail_to_read(unit, samples, &error);
        give(unit, samples);
    }
    hf_value sample = hf_root(samples->document);
    if (!hf_is_object(sample)) {
        hf_stream_place(samples->stream, &error);
        gen_fail(unit, HF_WRONG_KIND, place_in(samples, error.line, error.column), "%s, expected an object as a sample",
                 hf_kind_name(hf_kind_of(sample)));
    }
    samples->count++;
    *ret_sample = sample;
    return true;
}
