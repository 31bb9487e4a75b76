/* reach_process.h - a process that stands still: its threads, and what of its memory holds roots.
 *
 * By ptrace, which leaves no trace in the program: a thread that waits in the kernel may see its
 * call interrupted and begun again, as after any stop. */
#ifndef HOLDFAST_REACH_PROCESS_H
#define HOLDFAST_REACH_PROCESS_H

#include <sys/types.h>

#include "reach_scan.h"

enum { HF_REACH_REGISTERS = 16 };

typedef struct hf__stopped_thread {
    pid_t    tid;
    int      signal;                        /* that it was about to take: it takes it when it goes on */
    uint64_t stack, thread_pointer;
    uint64_t registers[HF_REACH_REGISTERS];
} hf__stopped_thread;

enum { HF_REACH_WINDOWS = 64, HF_REACH_WINDOW_BYTES = 1 << 16 };

/* A piece of memory that was read: blocks lie close together, and a call of the system for each would cost more. */
typedef struct hf__reach_window {
    uint64_t number; /* + 1; 0: nothing was read */
    size_t   filled;
    uint8_t  bytes[HF_REACH_WINDOW_BYTES];
} hf__reach_window;

typedef struct hf__stopped {
    pid_t   pid;
    int     memory, pages;                  /* /proc/pid/mem and pagemap, or -1 */
    hf__stopped_thread *threads;
    size_t  threads_count, threads_room;
    hf__reach_window *windows;              /* HF_REACH_WINDOWS */
    bool    leader_ended;                   /* while it was being stopped: */
    int     leader_status;                  /* the status that waitpid gave for it */
} hf__stopped;

/* Stops all threads. On failure nothing is stopped, and `reterr` says why; leader_ended may be set. Always
 * followed by hf__stopped_release, which lets them go on. */
hf_status hf__stopped_init(hf__stopped *stopped, pid_t pid, hf_error *reterr);
void      hf__stopped_release(hf__stopped *stopped);

/* hf__reach_memory's read; `user` is the hf__stopped. Pages that were never touched are left alone. */
bool hf__stopped_read(void *user, uint64_t address, void *out, size_t size);

/* One mapping of the process. */
typedef struct hf__reach_map {
    uint64_t start, end;
    bool     readable, writable, shared;
    bool     is_stack, is_heap;             /* of the main thread; of brk */
    uint32_t path;                          /* offset into `paths`; 0: no file */
} hf__reach_map;

typedef struct hf__reach_maps {
    hf__reach_map *maps;
    char          *paths;
    size_t         maps_count, maps_room, paths_count, paths_room;
} hf__reach_maps;

hf_status hf__reach_maps_read(pid_t pid, hf__reach_maps *ret_maps, hf_error *reterr);
void      hf__reach_maps_release(hf__reach_maps *maps);
/* The file mapped at `address`, or the one whose data goes on there; "" when there is none. */
const char *hf__reach_maps_file(const hf__reach_maps *maps, uint64_t address);

/* What is known about the process besides. */
typedef struct hf__reach_about {
    bool     is_glibc;                      /* the allocator */
    uint32_t waiting_thread;                /* the recorder has it waiting: its stack begins at waiting_stack */
    uint64_t waiting_stack;
    const struct hf__own_map *own_maps;     /* left out */
    size_t   own_maps_count;
} hf__reach_about;

typedef struct hf__reach_roots {
    hf__reach_range *ranges;
    hf__reach_word  *words;
    size_t           ranges_count, ranges_room, words_count, words_room;
} hf__reach_roots;

/* Where pointers begin, in the order in which they count. `blocks`: all live ones, ordered by address. */
hf_status hf__reach_roots_find(const hf__stopped *stopped, const hf__reach_maps *maps, const hf__reach_about *about,
                               const hf__reach_block *blocks, size_t blocks_count, hf__reach_roots *ret_roots, hf_error *reterr);
void      hf__reach_roots_release(hf__reach_roots *roots);

#endif
