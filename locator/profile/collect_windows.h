/* collect_windows.h - what keeps a recording bounded: past a size, single events are no longer
 * stored, only what each path did between checkpoints.
 *
 * It begins by reading what was recorded so far, so that every live block is known, and then takes
 * the place of the file for segments: allocations and releases go into a live table, everything
 * else is passed on. Memory: 80 to 160 bytes for each live block (40, in a table that is a quarter to half
 * full) and 64 for each path. */
#ifndef HOLDFAST_COLLECT_WINDOWS_H
#define HOLDFAST_COLLECT_WINDOWS_H

#include "recording_write.h"

typedef struct hf__windows hf__windows;

/* Reads the recording in `file`, which `out` has flushed, calling `meanwhile` now and then. `out`:
 * borrowed; what is passed on goes there. */
hf_status hf__windows_create(int file, hf__recording *out, void (*meanwhile)(void *user), void *user,
                             hf__windows **ret_windows, hf_error *reterr);
void hf__windows_destroy(hf__windows *windows);

/* Calls `visit` for each live block of a process; `stack` as the process numbers it. False when it returned false. */
bool hf__windows_each_block(hf__windows *windows, uint32_t process,
                            bool (*visit)(void *user, uint64_t address, uint64_t size, uint32_t stack), void *user);

/* In the order in which they would have been written. False when memory is out: nothing is passed
 * on any more. */
bool hf__windows_segment(hf__windows *windows, uint64_t ticks, uint32_t ring, const void *bytes, size_t size);
bool hf__windows_record(hf__windows *windows, hf__record tag, uint64_t ticks, const void *fields, size_t size);

#endif
