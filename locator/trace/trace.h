/* trace.h - the decoded events of a recording: what everything above the recorder builds on.
 *
 * A recording is a stream of these events in the order in which they happened; trace_read.h
 * hands them out one by one. This header has types only, needs no library, allocates nothing.
 *
 * Order:      for one address of one process, events come in the order in which the program made
 *             them, also across threads: allocate, release, allocate, ... A release is recorded
 *             before the block is freed, an allocation after it was made. time_ns never goes back.
 *             It is the time of the last stamp, so that events within about 128 of one thread
 *             share a time.
 * Processes:  numbered from 1 in order of appearance. The image that exec starts is a process of
 *             its own (same pid). A forked child begins with an empty table: releases of blocks
 *             that its parent made name addresses the child never allocated; count and ignore them.
 * Threads:    numbered from 1 across the whole recording; never reused.
 * Stacks:     numbered densely from 1 across the whole recording, in order of definition. A stack
 *             is a node of a trie: its parent is the stack of the caller and has a smaller number,
 *             0 is the root (nothing). The address is a return address, except that of a frame
 *             that a signal interrupted (HF__STACK_EXACT); so look up address - 1 for its source.
 *             An address belongs to the module that its process had mapped there when the stack
 *             was defined; a node whose module is unloaded is never used again.
 * Sampling:   period 0 means every allocation is there. Otherwise an allocation stands for
 *             `weight` blocks and weight * size bytes; releases of blocks that were not sampled
 *             may or may not be there and are ignored when their address is unknown. A recording
 *             can thin from full to sampled on the way (HF__TRACE_SAMPLING): then blocks from
 *             before stay exact (weight 1), and all releases keep coming.
 * Exactness:  HF__TRACE_CHECKPOINT carries counters that count every call in every mode.
 * Text:       `path`, `text` and `build_id` are borrowed until the next event is read; not NUL-terminated. */
#ifndef HOLDFAST_TRACE_H
#define HOLDFAST_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum hf__trace_kind {
    HF__TRACE_END = 0,          /* never handed out; the reader returns HF_END instead */
    HF__TRACE_PROCESS_START,    /* .process_start */
    HF__TRACE_PROCESS_END,      /* .process_end: its live blocks were given back by the kernel */
    HF__TRACE_MODULE_LOAD,      /* .module_load */
    HF__TRACE_MODULE_UNLOAD,    /* .module_unload */
    HF__TRACE_STACK,            /* .stack */
    HF__TRACE_THREAD_START,     /* .thread_start: `thread` is the new thread */
    HF__TRACE_THREAD_STATE,     /* .thread_state: `thread` was joined or detached */
    HF__TRACE_THREAD_END,       /* `thread` ended; its stack is given back once joined or detached */
    HF__TRACE_ALLOCATE,         /* .allocate */
    HF__TRACE_RELEASE,          /* .release */
    HF__TRACE_RESTORE,          /* .release: a realloc failed; the block that `thread` last released at this
                                   address lives on as if it had not been released */
    HF__TRACE_MAP,              /* .map: mmap and mremap from 16 KiB on */
    HF__TRACE_UNMAP,            /* .map (address, size): may cover parts of, or several, mappings */
    HF__TRACE_SAMPLING,         /* .sampling: from here on, for this process */
    HF__TRACE_CHECKPOINT,       /* .checkpoint */
    HF__TRACE_PATH_WINDOW,      /* .path_window: only in recordings past their size bound */
    HF__TRACE_PATH_COHORT,      /* .path_cohort: the same */
    HF__TRACE_REACH,            /* .reach: of all live blocks of one stack, when memory was looked through */
    HF__TRACE_REGION,           /* .region: an arena of libholdfast has a name from here on */
    HF__TRACE_REGION_USE,       /* .region_use */
    HF__TRACE_LOST,             /* .lost */
    HF__TRACE_NOTICE,           /* .notice */
    HF__TRACE_WAITED,           /* .waited: of a process that has ended */
    HF__TRACE_KIND_COUNT
} hf__trace_kind;

enum {
    HF__BUILD_ID_MAX = 32,
    HF__SEGMENTS_MAX = 4
};

/* Flags of HF__TRACE_ALLOCATE and HF__TRACE_RELEASE. */
enum {
    HF__FROM_REALLOC = 1, /* one half of a realloc; the halves are adjacent within their thread */
    HF__FROM_SIGNAL  = 2  /* made by a signal handler that interrupted the recorder */
};
/* Flags of HF__TRACE_STACK. */
enum {
    HF__STACK_EXACT     = 1, /* `address` is the instruction itself, not the one after a call */
    HF__STACK_TRUNCATED = 2  /* a first frame with missing callers: the stack was deeper than the recorder
                                keeps, or the callers could not be unwound */
};
/* Flags of HF__TRACE_MAP. */
enum {
    HF__MAP_FILE      = 1,
    HF__MAP_SHARED    = 2,
    HF__MAP_ALLOCATOR = 4, /* by the allocator, for the blocks that it gives out */
    HF__MAP_RESERVED  = 8  /* without access: address space, no memory */
};

/* Why a region tells what it has in use. */
typedef enum hf__region_change {
    HF__REGION_USE     = 0, /* a block was taken, or somebody counted */
    HF__REGION_REWOUND = 1,
    HF__REGION_RESET   = 2,
    HF__REGION_GONE    = 3  /* the arena, or its name */
} hf__region_change;

typedef enum hf__process_origin { HF__PROCESS_COMMAND = 0, HF__PROCESS_FORK = 1, HF__PROCESS_EXEC = 2 } hf__process_origin;

typedef enum hf__process_ending {
    HF__ENDED_UNKNOWN = 0,  /* not known how: a child of the recorded program, or the recording was cut */
    HF__ENDED_EXIT    = 1,  /* value: exit status */
    HF__ENDED_SIGNAL  = 2,  /* value: signal number */
    HF__ENDED_EXEC    = 3,  /* replaced by another image */
    HF__ENDED_RUNNING = 4   /* still ran when the recording ended */
} hf__process_ending;

typedef enum hf__checkpoint_reason {
    HF__CHECKPOINT_TIME    = 0, /* by the clock */
    HF__CHECKPOINT_SIGNAL  = 1, /* SIGUSR1 to the command */
    HF__CHECKPOINT_PROGRAM = 2, /* hf_checkpoint() in the program; `name` is its text */
    HF__CHECKPOINT_EXIT    = 3, /* after the program's exit handlers: all is released that will be */
    HF__CHECKPOINT_ENDED   = 4, /* by the collector, after the process was gone */
    HF__CHECKPOINT_STOP    = 5, /* Ctrl-C or --for is about to end the recording */
    HF__CHECKPOINT_MAIN_RETURNED = 6 /* main returned, or exit, _exit was entered: no exit handler ran yet */
} hf__checkpoint_reason;

typedef enum hf__allocator {
    HF__ALLOCATOR_UNKNOWN = 0, HF__ALLOCATOR_GLIBC = 1, HF__ALLOCATOR_JEMALLOC = 2,
    HF__ALLOCATOR_TCMALLOC = 3, HF__ALLOCATOR_MIMALLOC = 4
} hf__allocator;

/* Where the pointers begin that lead to a block. */
typedef enum hf__root_kind {
    HF__ROOT_NONE    = 0,
    HF__ROOT_GLOBAL  = 1, /* data of the program or of a library */
    HF__ROOT_THREAD  = 2, /* a variable that each thread has for itself */
    HF__ROOT_STACK   = 3, /* stack or registers of a thread */
    HF__ROOT_MAPPING = 4  /* memory that was mapped, not allocated */
} hf__root_kind;

typedef enum hf__thread_state { HF__THREAD_JOINED = 1, HF__THREAD_DETACHED = 2 } hf__thread_state;

typedef struct hf__trace_text {
    const char *bytes;
    size_t      length;
} hf__trace_text;

/* Executable part of a module: `start`..`end` in memory holds the file from `file_offset` on. */
typedef struct hf__trace_segment {
    uint64_t start, end, file_offset;
} hf__trace_segment;

/* Exact in every mode; since the process began. "Usable" is what the allocator really gave
 * (malloc_usable_size); both are 0 when has_usable is false. Live is allocated minus released. */
typedef struct hf__trace_counters {
    uint64_t allocations, releases;           /* calls that succeeded; free(NULL) is not one */
    uint64_t requested_bytes;                 /* asked for, all allocations */
    uint64_t usable_bytes, released_bytes;    /* usable bytes allocated, usable bytes released */
    uint64_t foreign_releases;                /* of blocks from before the recorder was ready */
    bool     has_usable;
} hf__trace_counters;

/* The allocator's own view. Every figure is in bytes; 0 where the allocator does not tell. */
typedef struct hf__trace_allocator_statistics {
    hf__allocator allocator;
    bool     present;          /* false: not asked (busy in a signal handler, or the process did not run) */
    uint64_t allocated;        /* in use by the program: glibc uordblks + hblkhd, jemalloc stats.allocated, ... */
    uint64_t free_bytes;       /* held by the allocator, free to reuse: glibc fordblks */
    uint64_t mapped;           /* blocks that are mappings of their own: glibc hblkhd */
    uint64_t footprint;        /* taken from the system: glibc arena + hblkhd, jemalloc stats.mapped, ... */
    uint64_t releasable;       /* at the top, could be given back: glibc keepcost */
} hf__trace_allocator_statistics;

typedef struct hf__trace_event {
    hf__trace_kind kind;
    uint32_t       process;  /* 0 only for HF__TRACE_NOTICE and HF__TRACE_LOST about the whole recording */
    uint32_t       thread;   /* 0 when the collector wrote the event */
    uint64_t       time_ns;  /* since the recording began */
    union {
        struct {
            uint32_t pid, parent_pid, parent_process; /* parent_process 0: not recorded */
            hf__process_origin origin;
            hf__allocator      allocator;
            hf__trace_text     path;                  /* executable */
        } process_start;
        struct {
            hf__process_ending how;
            int32_t            value;
        } process_end;
        struct {
            uint32_t       module;                    /* number, from 1 across the recording */
            uint64_t       base;                      /* add to addresses of the file */
            uint64_t       start, end;                /* the whole range */
            hf__trace_text path;                      /* "[vdso]" for the kernel's */
            uint8_t        build_id[HF__BUILD_ID_MAX];
            uint32_t       build_id_length;
            hf__trace_segment segments[HF__SEGMENTS_MAX];
            uint32_t       segment_count;
        } module_load;
        struct {
            uint32_t module;
        } module_unload;
        struct {
            uint32_t stack, parent;
            uint32_t flags;
            uint32_t module;                          /* in which the address lies; 0: in none (generated code) */
            uint64_t address;
        } stack;
        struct {
            uint32_t stack;                           /* of pthread_create; 0 for the main thread or an unseen one */
            uint32_t creator;                         /* thread, or 0 */
            uint32_t tid;
            uint64_t stack_bytes;                     /* 0: unknown */
            bool     detached;
        } thread_start;
        struct {
            hf__thread_state state;
        } thread_state;
        struct {
            uint64_t address;
            uint64_t size;                            /* as asked for */
            uint64_t usable;                          /* 0: not recorded */
            uint32_t stack;
            uint32_t flags;
            double   weight;                          /* blocks this one stands for; 1.0 when full */
        } allocate;
        struct {
            uint64_t address;
            uint32_t flags;
        } release;
        struct {
            uint64_t address, size;
            uint32_t stack;                           /* of HF__TRACE_MAP */
            uint32_t flags;
        } map;
        struct {
            uint64_t       period;                    /* bytes; 0: every allocation */
            hf__trace_text text;                      /* why, such as "the ring stayed full for 100 ms" */
        } sampling;
        struct {
            uint32_t number;                          /* from 1 per process */
            hf__checkpoint_reason reason;
            hf__trace_text        name;               /* of HF__CHECKPOINT_PROGRAM */
            hf__trace_counters    counters;
            hf__trace_allocator_statistics statistics;
            uint64_t rss, anonymous;                  /* resident bytes, and those without a file; 0: unknown */
            uint64_t own_bytes;                       /* of rss (not of anonymous), taken by the recorder */
            uint64_t own_ns;                          /* estimated time spent recording, all threads */
            uint64_t cpu_ns;                          /* of the process, all threads; 0: unknown */
        } checkpoint;
        struct {                                      /* one per path that changed since the last window, */
            uint32_t stack;                           /* just before the checkpoint that closes the window */
            uint64_t births, birth_bytes;             /* in this window; bytes also by what realloc added to blocks */
            uint64_t deaths, death_bytes;             /* in this window; bytes also by what realloc gave back of them */
            uint64_t live, live_bytes;                /* at its end */
        } path_window;
        struct {                                      /* of what died in a window, or went to another path by realloc, */
            uint32_t stack;                           /* the part of one age: before the path_window of its path. What was */
            uint64_t from_ns, span_ns;                /* born in the window itself is not told. Born from from_ns on, within */
            int64_t  deaths, death_bytes;             /* span_ns; both ends are checkpoints. Less than 0: came from another path */
        } path_cohort;
        struct {
            uint32_t stack;                           /* that asked for the blocks */
            uint32_t look;                            /* number, from 1: a later look replaces an earlier one */
            uint64_t lost, lost_bytes;                /* no pointer leads to these */
            uint64_t held;                            /* of the lost: other lost ones point at them */
            uint64_t kept, kept_bytes;                /* a pointer was found */
            hf__root_kind root;                       /* most of the kept: where it begins */
            uint64_t address;                         /* there */
            uint32_t module;                          /* in which that address lies; 0: not known, see file */
            uint32_t thread_id;                       /* of the system; of HF__ROOT_THREAD and _STACK */
            uint32_t via;                             /* stack of blocks between the root and these; 0: none */
            hf__trace_text file;                      /* mapped at that address; may be empty */
        } reach;
        struct {
            uint32_t region;                          /* from 1 per process; those of its parent live on in a forked child */
            uint32_t stack;                           /* that named it */
            hf__trace_text name;
        } region;
        struct {
            uint32_t region;
            hf__region_change change;
            uint64_t used, reserved;                  /* bytes */
            uint64_t most;                            /* in use since it was last told */
        } region_use;
        struct {
            uint64_t events;                          /* at least so many; live figures are bounds from here on */
            hf__trace_text text;
        } lost;
        struct {
            hf__trace_text text;                      /* one line for the user */
        } notice;
        struct {
            uint64_t ns;                              /* its main thread could have run, and had no processor */
        } waited;
    };
} hf__trace_event;

#endif
