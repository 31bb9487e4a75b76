/* record.h - for tests: records a program into memory and reads the recording back. */
#ifndef HOLDFAST_TEST_RECORD_H
#define HOLDFAST_TEST_RECORD_H

#include "collect.h"
#include "trace_read.h"

typedef struct recorded {
    hf__collect_result result;
    int   file;                  /* the recording */
    char  path[64];
    char  output[1 << 16];       /* the program's standard output */
} recorded;

/* Records `command` (ended by NULL) with the recorder at RECORDER_PATH. False after a message. */
bool record_program(char *const *command, const hf__collect_options *options, recorded *ret_recorded);
void recorded_release(recorded *run);

/* What is alive at the end of a recording, and how often things happened. */
typedef struct live_block {
    uint64_t address, size;
    uint32_t process, stack;
    double   weight;
    bool     alive;
} live_block;

typedef struct stack_node {
    uint64_t address;
    uint32_t parent, flags, module;
} stack_node;

/* What was told of one thread, how often. */
typedef struct thread_told {
    unsigned starts, ends, joined, detached; /* detached: from its start on, or later */
    bool     has_stack;                      /* its creator's stack, and the bytes of its own */
} thread_told;

typedef struct replayed {
    live_block *blocks;          /* open addressing, by address and process */
    size_t      blocks_count, blocks_room;
    stack_node *stacks;          /* by number */
    size_t      stacks_count, stacks_room;
    uint64_t    kinds[HF__TRACE_KIND_COUNT];
    uint64_t    strangers, doubled;  /* releases of unknown blocks, births at living addresses */
    uint64_t    lost;
    char        lost_last[96];       /* which events those of the last loss were */
    uint64_t    reasons[8];      /* checkpoints by reason */
    uint64_t    stamps, stamp_ns; /* how often the clock was read for allocations and releases; the last time */
    double      allocated_weighted;
    hf__trace_counters counters; /* of the last checkpoint of process 1 */
    hf__trace_allocator_statistics statistics; /* the last that process 1 told */
    char      (*modules)[256];   /* paths, by number */
    uint32_t    modules_count, modules_room;
    uint64_t    detached, joined; /* threads */
    thread_told *threads;        /* by number */
    size_t      threads_room;
    char        endings[256];    /* "1:exit 0 2:signal 9 ..." */
} replayed;

bool replay(const char *path, replayed *ret_replayed);
void replayed_release(replayed *all);

extern unsigned cases_passed, cases_failed;
/* Counts a case and tells when it fails. */
bool check(bool holds, const char *format, ...) HF_PRINTF(2, 3);
/* Prints the line that the test runner reads; returns the exit status. */
int check_summary(void);

#endif
