/* lines.h - many documents, one per line (NDJSON, JSON Lines), read on several threads, in order.
 *
 * The text is cut at line ends into pieces, which the threads read; the documents come to `each`
 * in the order of their lines, in the thread that called. Lines that are blank, or hold nothing but
 * comments where these are allowed, are skipped. A bounded number of pieces is under way, so memory
 * depends on `each` and the options, not on the text.
 *
 * Reading stops at the first line that is no document, after all before it were given: the error
 * has the line and the offset in the whole text. */
#ifndef HOLDFAST_LINES_H
#define HOLDFAST_LINES_H

#include <holdfast/cancel.h>
#include <holdfast/read.h>

HF_EXTERN_BEGIN

/* document: borrowed for the call; hold it to keep it. line: from 1. Anything but HF_OK ends the
 * reading, which then returns it (HF_END too: enough was seen). */
typedef hf_status (*hf_line_function)(void *context, uint64_t line, const hf_document *document, hf_error *reterr);

typedef struct hf_lines_options {
    const hf_read_options *read;        /* for each line; NULL: defaults. Text copied or borrowed, not consumed */
    unsigned               threads_max; /* 0: one per processor this process may use; 1: the caller alone; where there
                                           are so many pieces, at most 65,536 (HF_OUT_OF_RANGE) */
    size_t                 piece_bytes; /* text per piece; 0: 256 KiB; a longer line is a piece of its own */
    const hf_cancel       *cancel;      /* looked at between lines; NULL: none */
    uint64_t               reserved[4];
} hf_lines_options;

/* text: borrowed until the call returns, or, with borrowed text in the options, until the documents
 * that `each` held are dropped. ret_lines: documents given; written also on failure; may be NULL.
 * Fails as hf_read does, or with what `each` returned, HF_CANCELLED, HF_LIMIT_TIME, HF_MISUSE. */
HF_API hf_status hf_read_lines(hf_text text, const hf_lines_options *options, hf_line_function each, void *context,
                               uint64_t *ret_lines, hf_error *reterr);

HF_EXTERN_END

#endif
