/* trace_read.h - reads a recording, event by event.
 *
 * Strict: what the format does not allow is an error with the offset of the block in the file. A
 * recording may be cut off anywhere, as when the collector was killed: then reading ends at the
 * last whole block and hf__trace_was_cut tells. Memory is bounded by what the recording defines:
 * stacks, modules, threads; not by the number of events.
 *
 * Not safe for use by two threads at once. */
#ifndef HOLDFAST_TRACE_READ_H
#define HOLDFAST_TRACE_READ_H

#include <holdfast/base.h>

#include "trace.h"

typedef struct hf__trace_reader hf__trace_reader;

typedef struct hf__trace_info {
    uint64_t start_unix_ns;
    uint64_t period;           /* as it was asked for; 0: every allocation */
    hf_text  command;          /* arguments, each ended by NUL; borrowed until the reader is destroyed */
} hf__trace_info;

/* ret_reader: owned. HF_BAD_PROFILE when it is not a recording, HF_BAD_VERSION when a newer one. */
hf_status hf__trace_open_file(const char *path, hf__trace_reader **ret_reader, hf_error *reterr);
/* `bytes`: borrowed until the reader is destroyed. */
hf_status hf__trace_open_memory(const void *bytes, size_t length, hf__trace_reader **ret_reader, hf_error *reterr);
void hf__trace_close(hf__trace_reader *reader);

const hf__trace_info *hf__trace_get_info(const hf__trace_reader *reader);

/* The next event. HF_END after the last one; texts in it are borrowed until the next call. */
hf_status hf__trace_next(hf__trace_reader *reader, hf__trace_event *ret_event, hf_error *reterr);

/* After HF_END: the recording does not end with a whole block. */
bool hf__trace_was_cut(const hf__trace_reader *reader);
/* Do the first bytes of a file say that it is a recording? */
bool hf__trace_is_recording(const void *bytes, size_t length);

#endif
