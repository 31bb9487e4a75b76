/* recording_threads.h - the threads of one process, as far as their stacks matter.
 *
 * A thread's stack is alive in the table of blocks until the thread has ended and was joined or detached,
 * under an odd address, which no block has. */
#ifndef HOLDFAST_RECORDING_THREADS_H
#define HOLDFAST_RECORDING_THREADS_H

#include "live.h"
#include "trace.h"

typedef struct hf__thread {
    uint32_t number;
    bool     ended, let_go; /* let_go: joined or detached */
} hf__thread;

typedef struct hf__threads {
    hf__thread *items; /* in no order; gone when ended and let go */
    size_t      count, room;
    size_t      running;
} hf__threads;

/* A thread begins, ends, or is let go. `path`: of its stack's mapping. False when memory is out. */
bool hf__threads_play(hf__threads *threads, hf__live *live, const hf__trace_event *event, uint32_t path);
void hf__threads_release(hf__threads *threads);

#endif
