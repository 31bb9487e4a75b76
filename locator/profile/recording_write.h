/* recording_write.h - puts records into blocks, packs blocks, appends them to a file.
 *
 * A recording that ends anywhere is readable up to its last whole block; so flush when what was
 * written so far should survive. A failure to write is remembered: later calls do nothing, and
 * hf__recording_flush tells. */
#ifndef HOLDFAST_RECORDING_WRITE_H
#define HOLDFAST_RECORDING_WRITE_H

#include <holdfast/base.h>

#include "trace_wire.h"

typedef struct hf__recording hf__recording;

/* Empties `file` (borrowed until hf__recording_destroy), which is at its begin, and writes the header. ret_recording: owned. */
hf_status hf__recording_create(int file, const hf__trace_file_header *header, const char *command,
                               hf__recording **ret_recording, hf_error *reterr);
void hf__recording_destroy(hf__recording *recording);

/* A record of `size` bytes after its tag and ticks: at most HF__TRACE_BLOCK_MAX / 2. */
void hf__recording_put(hf__recording *recording, hf__record tag, uint64_t ticks, const void *fields, size_t size);
/* Bytes of a ring, all made at or after `ticks`. */
void hf__recording_put_segment(hf__recording *recording, uint64_t ticks, uint32_t ring, const void *bytes, size_t size);
/* The ticks of the last record: for records that have no time of their own. */
uint64_t hf__recording_ticks(const hf__recording *recording);

hf_status hf__recording_flush(hf__recording *recording, hf_error *reterr);
/* Bytes that wait to be packed and written. */
size_t hf__recording_waiting(const hf__recording *recording);
/* Bytes in the file so far. */
uint64_t hf__recording_size(const hf__recording *recording);

#endif
