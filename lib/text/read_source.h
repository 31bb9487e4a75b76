/* read_source.h - from text in the block, or at the caller's, to a document. Shared by the ways in:
 * buffers (read.c), files (read_file.c), streams (read_stream.c). */
#ifndef HOLDFAST_READ_SOURCE_H
#define HOLDFAST_READ_SOURCE_H

#include "text/read_state.h"

/* Options with their defaults filled in; HF_MISUSE for those that contradict each other. */
hf_status hf__reading_init(hf__reading *reading, const hf_read_options *options, hf_error *reterr);

/* The text that is read: `length` bytes at `text`, which lie in the block (padded) or stay outside.
 * A byte order mark is skipped; one of another encoding is refused. */
hf_status hf__reading_give_text(hf__reading *reading, const char *text, size_t length, bool is_inside);

/* The text is outside and shall be inside: it is copied while it is read. The block has room for it. */
void hf__reading_copy_later(hf__reading *reading);

/* Reads the text with the reader that suits it, applies the options that need all slots, and makes
 * the document; the block is gone afterwards, into the document or freed. Errors are filled in,
 * but for the name. */
hf_status hf__reading_run(hf__reading *reading, const hf_read_options *options, hf_document **ret_document,
                          hf_error *reterr);

#endif
