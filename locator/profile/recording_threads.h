/* recording_threads.h - the threads of one process, as far as their stacks and what they released last matter.
 *
 * A thread's stack is alive in the table of blocks until the thread has ended and was joined or detached,
 * under an odd address, which no block has. */
#ifndef HOLDFAST_RECORDING_THREADS_H
#define HOLDFAST_RECORDING_THREADS_H

#include "live.h"
#include "trace.h"

typedef struct hf__thread {
    uint32_t number;
    bool     ended, let_go;           /* let_go: joined or detached */
    uint64_t last_address, last_size; /* what it released last: a failed realloc takes that back */
    uint32_t last_path, last_weight;
} hf__thread;

typedef struct hf__threads {
    hf__thread *items; /* in no order; gone when ended and let go */
    size_t      count, room;
    size_t      running;
} hf__threads;

/* A thread begins, ends, or is let go. `path`: of its stack's mapping. All: false when memory is out. */
bool hf__threads_play(hf__threads *threads, hf__live *live, const hf__trace_event *event, uint32_t path);
/* The block at `address` is about to be released by a realloc, which may fail. */
bool hf__threads_remember(hf__threads *threads, const hf__live *live, uint32_t number, uint64_t address);
/* That realloc failed. */
bool hf__threads_restore(hf__threads *threads, hf__live *live, uint32_t number, uint64_t address);
void hf__threads_release(hf__threads *threads);

#endif
