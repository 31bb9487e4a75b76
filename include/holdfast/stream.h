/* stream.h - JSON that comes in pieces: documents one after the other, or one document at the end.
 *
 *     hf_stream *stream = NULL;
 *     hf_status status = hf_stream_create(&(hf_stream_options){ .form = HF_STREAM_LINES }, &stream, &error);
 *     while (status == HF_OK) {
 *         hf_document *document = NULL;
 *         status = hf_stream_next(stream, &document, &error);
 *         if (status == HF_NOT_FOUND)                    no whole document at hand: more bytes
 *             status = hf_stream_pull(stream, 0, &error); or hf_stream_give and hf_stream_finish
 *         use(document);
 *         hf_document_drop(document);
 *     }                                                  HF_END: all is read
 *     hf_stream_destroy(stream);
 *
 * Pieces may end anywhere, within a character or an escape too; the documents and errors are the
 * same however the text is cut. What is kept is the unread part of what was given: memory is
 * bounded by the largest document and piece. Each document is whole, your own, and independent of
 * the stream.
 *
 * Errors have offset, line and column in the whole stream, the number of their document, and the JSON
 * Pointer in it. One thread at a time. */
#ifndef HOLDFAST_STREAM_H
#define HOLDFAST_STREAM_H

#include <holdfast/read.h>

HF_EXTERN_BEGIN

typedef struct hf_stream hf_stream;

typedef enum hf_stream_form {
    HF_STREAM_VALUES, /* values one after the other, with or without blanks between (concatenated JSON) */
    HF_STREAM_LINES,  /* a value on each line (NDJSON, JSON Lines); empty lines are skipped */
    HF_STREAM_ONE     /* one document, read at the end exactly as hf_read would */
} hf_stream_form;

typedef struct hf_stream_options {
    /* For each document. `text` and `release` are ignored: documents keep a copy. `bytes_max` bounds
     * a document's text, and with it what the stream keeps. `name` is borrowed for the stream's life. */
    hf_read_options read;
    hf_stream_form  form;
    uint32_t        piece_bytes; /* how much hf_stream_pull reads at once; 0: 256 KiB */
    uint64_t        reserved[4];
} hf_stream_options;

/* ret_stream: owned. options: NULL is HF_STREAM_VALUES with the defaults of hf_read. */
HF_API HF_NODISCARD hf_status hf_stream_create(const hf_stream_options *options, hf_stream **ret_stream,
                                               hf_error *reterr);
/* NULL is fine. */
HF_API void hf_stream_destroy(hf_stream *stream);

/* The next bytes of the text; copied. HF_MISUSE after hf_stream_finish. On failure (HF_NO_MEMORY,
 * HF_LIMIT_BYTES by the budget) nothing of the piece is taken. */
HF_API HF_NODISCARD hf_status hf_stream_give(hf_stream *stream, hf_text piece, hf_error *reterr);
/* Reads the next bytes from a descriptor; at its end finishes. Waits where the descriptor would block. HF_IO. */
HF_API HF_NODISCARD hf_status hf_stream_pull(hf_stream *stream, int descriptor, hf_error *reterr);
/* No more bytes come. */
HF_API void hf_stream_finish(hf_stream *stream);

/* The next document; ret_document: owned. HF_NOT_FOUND: there is none whole yet, give more or
 * finish. HF_END: finished and all read. Otherwise what hf_read says of this document: among lines
 * the next call goes on with the next line; in the other forms the failure stays, and so does
 * HF_LIMIT_BYTES for more than `bytes_max` in every form; blanks before a value count. */
HF_API HF_NODISCARD hf_status hf_stream_next(hf_stream *stream, hf_document **ret_document, hf_error *reterr);

typedef struct hf_stream_counts {
    uint64_t bytes_given;
    uint64_t bytes_consumed; /* up to the end of the last document (or bad line) that came out */
    uint64_t documents;      /* that came out */
    uint64_t failures;       /* bad lines, or 1 */
    uint64_t bytes_kept;     /* memory of the stream itself, charged to the budget */
    uint64_t reserved[3];
} hf_stream_counts;

HF_API hf_stream_counts hf_stream_count(const hf_stream *stream);

/* Of an error that a later call met with the document that came out last, such as hf_write refusing
 * it: sets the document's number, the stream's name, and as offset, line and column where the
 * document begins in the whole stream. status, detail and pointer stay. */
HF_API void hf_stream_place(const hf_stream *stream, hf_error *error);

HF_EXTERN_END

#endif
