/* fuzz_stream.c - streams: however a text is cut, the same documents and the same errors come out, and
 * they are what hf_read says of each document alone.
 *
 * The first byte chooses the form and options of the reader, the second how the text is cut, the length the CPU
 * level; the rest is the text. It is given whole, byte by byte and in pieces of varying length. Lines are read once more by
 * hf_read_lines, up to the first failure. */
#define _GNU_SOURCE /* memrchr */
#include <holdfast/lines.h>
#include <holdfast/stream.h>

#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "value/home.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_MAX = 4096, OUTCOMES_MAX = TEXT_MAX + 2, SMALL_LIMIT = 64 };

typedef struct outcome {
    hf_status status;
    uint64_t  document, offset, line, column, consumed;
    uint64_t  said; /* hash of the slots, or of the pointer and message */
} outcome;

typedef struct outcomes {
    outcome list[OUTCOMES_MAX];
    size_t  count;
} outcomes;

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* ---- what came out ----------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ at[i]) * 0x100000001b3u;
    return hash;
}

static uint64_t said_by_document(const hf_document *document)
{
    uint64_t hash = document->block->slot_count;
    for (uint64_t i = 0; i < document->block->slot_count; i++) {
        const hf__slot *slot = document->home.slots + i;
        hash = mix(hash, &slot->lo, sizeof slot->lo);
        if (hf__kind(slot) == HF__LONG_TEXT) {
            hf_text text = hf__slot_text(slot);
            hash = mix(hash, text.bytes, text.length);
        } else {
            hash = mix(hash, &slot->hi, sizeof slot->hi);
        }
    }
    return hash;
}

static void note(outcomes *all, hf_status status, const hf_document *document, const hf_error *error, uint64_t consumed)
{
    must(all->count < OUTCOMES_MAX);
    must((status == HF_OK) == (document != NULL));
    outcome *one = &all->list[all->count++];
    *one = (outcome){ .status = status, .consumed = consumed };
    if (status == HF_END)
        return;
    one->offset = error->offset;
    one->line = error->line;
    one->column = error->column;
    one->document = error->document;
    if (document != NULL) {
        one->said = said_by_document(document);
    } else {
        must(error->status == status);
        one->said = mix(mix(1, error->pointer, strlen(error->pointer)), error->detail, strlen(error->detail));
    }
}

static bool is_alike(const outcome *a, const outcome *b)
{
    return a->status == b->status && a->document == b->document && a->offset == b->offset && a->line == b->line &&
           a->column == b->column && a->consumed == b->consumed && a->said == b->said;
}

static void must_be_alike(const outcomes *a, const outcomes *b)
{
    must(a->count == b->count);
    for (size_t i = 0; i < a->count; i++)
        must(is_alike(&a->list[i], &b->list[i]));
}

/* ---- the stream -------------------------------------------------------------------------- */

/* False when nothing can follow. */
static bool drain(hf_stream *stream, const hf_stream_options *options, outcomes *all)
{
    for (;;) {
        hf_document *document = NULL;
        hf_error error;
        hf_status status = hf_stream_next(stream, &document, &error);
        if (status == HF_NOT_FOUND)
            return true;
        if (status == HF_OK) { /* where it begins, as an error of it would tell */
            memset(&error, 0, sizeof error);
            hf_stream_place(stream, &error);
        }
        note(all, status, document, &error, hf_stream_count(stream).bytes_consumed);
        hf_document_drop(document);
        bool stays = status != HF_OK && (options->form != HF_STREAM_LINES || status == HF_LIMIT_BYTES);
        if (status == HF_END || stays)
            return false;
    }
}

/* Pieces of 0 to `piece` bytes by `seed`; of exactly `piece` when it is 0. */
static void run_in_pieces(hf_text text, const hf_stream_options *options, size_t piece, unsigned seed, outcomes *all)
{
    hf_stream *stream = NULL;
    bool       goes_on = true;
    all->count = 0;
    must(hf_stream_create(options, &stream, NULL) == HF_OK);
    for (size_t at = 0; at < text.length && goes_on;) {
        size_t step = seed != 0 ? (seed = seed * 1103515245u + 12345u) / 65536u % (piece + 1) : piece;
        step = step < text.length - at ? step : text.length - at;
        must(hf_stream_give(stream, hf_text_of(text.bytes + at, step), NULL) == HF_OK);
        at += step;
        goes_on = drain(stream, options, all);
    }
    hf_stream_finish(stream);
    must(!goes_on || !drain(stream, options, all));
    must(hf_stream_count(stream).bytes_consumed <= text.length);
    hf_stream_destroy(stream);
}

/* ---- what hf_read says of each ------------------------------------------------------------ */

/* Blank lines before it are consumed with it; slots know places in their own text. */
static hf_text last_line(hf_text text)
{
    text.length -= text.bytes[text.length - 1] == '\n';
    const char *feed = memrchr(text.bytes, '\n', text.length);
    size_t      before = feed != NULL ? (size_t)(feed - text.bytes) + 1 : 0;
    return hf_text_of(text.bytes + before, text.length - before);
}

/* Each document is what hf_read makes of the bytes that it consumed. */
static void must_be_as_read(hf_text text, const hf_stream_options *options, const outcomes *all)
{
    uint64_t begin = 0;
    for (size_t i = 0; i < all->count; i++) {
        const outcome *one = &all->list[i];
        if (one->status == HF_OK) {
            hf_document *document = NULL;
            hf_text      own = hf_text_of(text.bytes + begin, (size_t)(one->consumed - begin));
            if (options->form == HF_STREAM_LINES)
                own = last_line(own);
            must(hf_read(own, &options->read, &document, NULL) == HF_OK);
            must(said_by_document(document) == one->said);
            hf_document_drop(document);
        }
        must(one->consumed >= begin);
        begin = one->consumed;
    }
}

static void must_be_as_whole(hf_text text, const hf_stream_options *options, const outcomes *all)
{
    hf_document *document = NULL;
    hf_error     error;
    hf_status    status = hf_read(text, &options->read, &document, &error);
    must(all->count > 0 && all->list[0].status == status);
    if (status != HF_OK && status != HF_LIMIT_BYTES)
        must(all->list[0].offset == error.offset && all->list[0].line == error.line &&
             all->list[0].column == error.column);
    hf_document_drop(document);
}

typedef struct follower {
    const outcomes *all;
    size_t          next;
} follower;

static hf_status follow(void *context, uint64_t line, const hf_document *document, hf_error *reterr)
{
    (void)line;
    (void)reterr;
    follower *self = context;
    must(self->next < self->all->count);
    const outcome *one = &self->all->list[self->next++];
    must(one->status == HF_OK && one->said == said_by_document(document));
    return HF_OK;
}

static void must_be_as_lines(hf_text text, const hf_stream_options *options, size_t piece, const outcomes *all)
{
    follower         self = { all, 0 };
    hf_error         error;
    hf_lines_options how = { .read = &options->read, .threads_max = 1, .piece_bytes = piece };
    hf_status        status = hf_read_lines(text, &how, follow, &self, NULL, &error);
    must(self.next < all->count);
    const outcome *one = &all->list[self.next];
    if (status == HF_OK) {
        must(one->status == HF_END);
    } else {
        must(one->status == status);
        must(status == HF_LIMIT_BYTES || (one->offset == error.offset && one->line == error.line));
    }
}

/* ---- the entry --------------------------------------------------------------------------- */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static outcomes whole, cut;
    if (size < 2 || size - 2 > TEXT_MAX)
        return 0;
    unsigned          choice = data[0], seed = data[1];
    hf_text           text = hf_text_of(data + 2, size - 2);
    hf_stream_options options = {
        .form = choice % 3 == 0 ? HF_STREAM_VALUES : choice % 3 == 1 ? HF_STREAM_LINES : HF_STREAM_ONE,
        .read = { .allow_comments = (choice & 16) != 0, .allow_trailing_commas = (choice & 32) != 0,
                  .replace_surrogates = (choice & 32) != 0, .drop_text = (choice & 64) != 0,
                  .duplicates = choice & 64 ? HF_DUPLICATES_LAST : HF_DUPLICATES_KEEP,
                  .bytes_max = choice & 128 ? SMALL_LIMIT : 0 }
    };
    hf__cpu_force(hf__cpu_best());
    hf__cpu_force((enum hf__cpu_level)(size % (HF__CPU_AVX512 + 1))); /* one that is not there: the best */
    run_in_pieces(text, &options, text.length, 0, &whole);
    run_in_pieces(text, &options, 1, 0, &cut);
    must_be_alike(&whole, &cut);
    run_in_pieces(text, &options, 1 + seed % 61, seed + 1, &cut);
    must_be_alike(&whole, &cut);
    must_be_as_read(text, &options, &whole);
    if (options.form == HF_STREAM_ONE)
        must_be_as_whole(text, &options, &whole);
    if (options.form == HF_STREAM_LINES)
        must_be_as_lines(text, &options, 1 + seed, &whole);
    return 0;
}
