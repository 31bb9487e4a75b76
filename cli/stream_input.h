/* stream_input.h - documents one after the other, from a file or standard input, each handed on. */
#ifndef HOLDFAST_STREAM_INPUT_H
#define HOLDFAST_STREAM_INPUT_H

#include <holdfast/stream.h>

#include "verb.h"

/* The document of a stream that is being visited; NULL where a document is of no stream. */
typedef struct stream_here stream_here;

/* What to do with each document, which stays the caller's; anything but EXIT_DONE ends the stream and
 * is its result. */
typedef int stream_visit(const hf_document *document, stream_here *here, void *context);

/* Called with the same context before the stream waits for more: what was made of it so far can be shown. As above. */
typedef int stream_idle(void *context);

/* Before an error that was met with the document is told: says in it where the document stands in the
 * stream, and clears the line for it. */
void stream_locate(stream_here *here, hf_error *error);

/* Reads `path` (NULL or "-": standard input) as values one after the other, with or without blanks
 * between, NDJSON included. Memory is bounded by the largest document. On a terminal, progress is
 * shown on standard error after 200 ms. `idle` may be NULL. Returns the exit code; the error is told. */
int stream_each(const char *path, stream_visit *visit, stream_idle *idle, void *context);

#endif
