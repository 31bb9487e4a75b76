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
/* A recording that is still being written to `file` (borrowed), of which `length` bytes can be read: its
 * header and command line at least. */
hf_status hf__trace_open_growing(int file, uint64_t length, hf__trace_reader **ret_reader, hf_error *reterr);
/* More can be read now: reading goes on after HF_END. `length` is that of the file, never less than before. */
void hf__trace_grown(hf__trace_reader *reader, uint64_t length);
/* `bytes`: borrowed until the reader is destroyed. */
hf_status hf__trace_open_memory(const void *bytes, size_t length, hf__trace_reader **ret_reader, hf_error *reterr);
void hf__trace_close(hf__trace_reader *reader);

const hf__trace_info *hf__trace_get_info(const hf__trace_reader *reader);

/* The next event. HF_END after the last one; texts in it are borrowed until the next call. */
hf_status hf__trace_next(hf__trace_reader *reader, hf__trace_event *ret_event, hf_error *reterr);

/* Allocations and releases of one thread that follow each other at the reader's place, without flags and with
 * weight 1; what is common to them is in `ret_common`. 0 when something else comes next: hf__trace_next then. */
typedef struct hf__trace_plain {
    uint64_t address, size;
    uint32_t stack;
    bool     released;    /* a release: size and stack are not set */
} hf__trace_plain;
typedef struct hf__trace_plain_common {
    uint32_t process, thread;
    uint64_t time_ns;
} hf__trace_plain_common;
size_t hf__trace_next_plain(hf__trace_reader *reader, hf__trace_plain *ret_plain, size_t room, hf__trace_plain_common *ret_common);

/* After HF_END: the recording does not end with a whole block. */
bool hf__trace_was_cut(const hf__trace_reader *reader);
/* Do the first bytes of a file say that it is a recording? */
bool hf__trace_is_recording(const void *bytes, size_t length);

#endif
