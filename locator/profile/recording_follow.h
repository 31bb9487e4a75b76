/* recording_follow.h - reads a recording while it is being written, by a thread of its own.
 *
 * When the program ends, most of its recording has been read: only what was written last is left.
 * The thread has a low priority and takes what time the recorded program leaves.
 *
 * hf__follow_written is for one thread, the writer; start and finish for the same. */
#ifndef HOLDFAST_RECORDING_FOLLOW_H
#define HOLDFAST_RECORDING_FOLLOW_H

#include "recording_read.h"

typedef struct hf__follow hf__follow;

/* `file`: borrowed until hf__follow_finish. The thread starts when there is something to read. */
hf_status hf__follow_create(int file, hf__follow **ret_follow, hf_error *reterr);
/* `length` bytes of the file can be read now. */
void hf__follow_written(hf__follow *follow, uint64_t length);
/* All is written: reads the rest, in the calling thread, and ends. As hf__recording_read; `name` is that of
 * the file in an error. */
hf_status hf__follow_finish(hf__follow *follow, const char *name, hf__recording *ret_recording, hf_error *reterr);
/* Ends without a result. NULL is fine. */
void hf__follow_destroy(hf__follow *follow);

#endif
