/* recording_read.h - a recording becomes one model for each of its processes.
 *
 * Blocks, mappings and threads are followed one by one; stacks are symbolised when they are first
 * allocated from. Time in a model begins with its process. */
#ifndef HOLDFAST_RECORDING_READ_H
#define HOLDFAST_RECORDING_READ_H

#include "model.h"

enum { HF_REPLAY_NOTES_MAX = 600 };

typedef struct hf__replayed {
    hf__model model;          /* sealed */
    uint32_t  process, pid, parent;
    bool      forked;         /* a child of another recorded process, not by exec */
    uint64_t  events;         /* allocations, releases and mappings */
    uint64_t  allocations;    /* by the recorder's counters: all, also where it sampled */
    uint64_t  own_ns, cpu_ns; /* processor time that recording took, and that of the process; 0: not known */
    uint64_t  strangers;      /* releases of what was not seen to be allocated */
    int       ended, status;  /* hf__process_ending and its value */
} hf__replayed;

typedef struct hf__recording {
    hf__replayed *processes;
    size_t        processes_count, processes_room;
    uint64_t      events;
    bool          cut;                        /* the file ends in the middle */
    char          notes[HF_REPLAY_NOTES_MAX]; /* what the recorder had to say, joined by "; " */
} hf__recording;

/* ret_recording: yours, release it. */
hf_status hf__recording_read(const char *path, hf__recording *ret_recording, hf_error *reterr);
void      hf__recording_release(hf__recording *recording);

/* The same in steps, for a recording that grows. */
typedef struct hf__replay hf__replay;
struct hf__trace_reader;
/* `reader`: consumed, also on failure. */
hf_status hf__replay_begin(struct hf__trace_reader *reader, hf__replay **ret_replay, hf_error *reterr);
/* So many bytes of the recording can be read now. */
void      hf__replay_grown(hf__replay *replay, uint64_t length);
/* Reads on: HF_END when all that can be read was, HF_OK when `stop` (may be NULL) became true before. */
hf_status hf__replay_play(hf__replay *replay, const _Atomic bool *stop, hf_error *reterr);
/* After HF_END. The replay is to be destroyed all the same. */
hf_status hf__replay_finish(hf__replay *replay, hf__recording *ret_recording, hf_error *reterr);
void      hf__replay_destroy(hf__replay *replay);

#endif
