/* collect_inside.h - the parts of the collector share this; nobody else includes it. */
#ifndef HOLDFAST_COLLECT_INSIDE_H
#define HOLDFAST_COLLECT_INSIDE_H

#include "collect.h"
#include "collect_windows.h"
#include "recording_write.h"
#include "trace_session.h"
#include "trace_ticks.h"
#include "trace_trie.h"

#include <sys/types.h>

/* One in so many bytes is sampled to begin with when there is a budget of time. */
enum { BUDGET_PERIOD = 4 << 10 };

/* A piece of the stream that waits to be put in order. */
typedef struct hf__piece {
    uint64_t   ticks;
    uint64_t   number;        /* order of arrival: decides between equal ticks */
    hf__record tag;
    uint32_t   ring;          /* of HF__RECORD_SEGMENT */
    uint32_t   batch;         /* that it arrived with */
    size_t     start, size;   /* bytes in there */
    bool       older;         /* arrived in an earlier round */
} hf__piece;

/* Bytes that arrived in one round. */
typedef struct hf__batch {
    uint8_t *bytes;
    size_t   filled, room;
    size_t   waiting;         /* pieces of it that were not written yet */
} hf__batch;

typedef struct hf__known_module {
    uint64_t start, end;
    uint32_t number;
} hf__known_module;

/* What the collector knows of a process slot. */
typedef struct hf__collected {
    bool     known, ended;
    int      handle;           /* pidfd, or -1 */
    uint32_t number, pid;
    uint32_t nodes;            /* nodes up to here were looked at */
    uint32_t holes[64];        /* nodes that were not ready then */
    uint32_t holes_count;
    uint64_t last_address;
    hf__known_module modules[HF__MODULES_MAX];
    uint32_t modules_count;
    uint64_t lost_untold;      /* events lost that no event tells of */
    uint64_t cost_own, cost_cpu;
    uint32_t looks;            /* at what pointers lead to */
    bool     budget_told;      /* that it cannot be kept */
    uint64_t waited_ns;        /* by its main thread, for a processor */
} hf__collected;

typedef struct hf__collector {
    const hf__collect_options *options;
    hf__session   *session;
    int            session_file;
    hf__recording *recording;
    hf__windows   *windows;    /* NULL until the recording has reached its size */
    pid_t          child;
    uint64_t       start_ticks, ticks_per_second;
    int64_t        start_ns;   /* monotonic */
    hf__batch     *batches;    /* of this round, and of those before that have pieces waiting */
    size_t         batches_count, batches_room, current;
    hf__piece     *pieces;
    size_t         pieces_count, pieces_room, pieces_bytes;
    uint64_t       pieces_numbered;
    hf__collected *processes;  /* HF__PROCESSES_MAX */
    uint32_t       processes_seen;
    uint64_t       lost_events;
    bool           out_of_memory;
    bool           child_ended;    /* seen while its threads were being stopped: */
    int            child_status;
} hf__collector;

/* ---- collect_session.c ------------------------------------------------------------------- */
hf_status hf__session_create(hf__collector *collector, hf_error *reterr);
void hf__session_destroy(hf__collector *collector);
static inline hf__trie *hf__collector_trie(const hf__collector *collector, uint32_t slot)
{
    return (hf__trie *)((uint8_t *)collector->session + hf__area_offset(slot, sizeof(hf__trie)) + HF__MODULES_SIZE);
}
static inline hf__module_entry *hf__collector_modules(const hf__collector *collector, uint32_t slot)
{
    return (hf__module_entry *)((uint8_t *)collector->session + hf__area_offset(slot, sizeof(hf__trie)));
}
/* Slots of processes from here on were never used. */
static inline uint32_t hf__slots_used(const hf__collector *collector)
{
    uint32_t used = atomic_load_explicit(&collector->session->slots_used, memory_order_acquire);
    return used < HF__PROCESSES_MAX ? used : HF__PROCESSES_MAX;
}
/* Gives memory of the session back to the system; it reads as zeros from then on. */
void hf__session_punch(hf__collector *collector, uint64_t offset, uint64_t size);

/* ---- collect_drain.c --------------------------------------------------------------------- */
/* Takes everything out of the rings, tells new processes, modules and stacks, and writes what
 * arrived in rounds before. Returns the bytes taken. */
size_t hf__drain_round(hf__collector *collector);
/* Rounds until all is written that had arrived by the first of them. */
void hf__drain_settle(hf__collector *collector);
/* Takes nothing more, and writes all that there is. */
void hf__drain_last(hf__collector *collector);
void hf__drain_release(hf__collector *collector);
/* Takes what `slot` has left in its rings, and frees them when its threads are gone. */
void hf__drain_process(hf__collector *collector, uint32_t slot, bool gone);
/* Rings of threads that are gone become free for others of their process. */
void hf__drain_dead_threads(hf__collector *collector);
/* A record without a time of its own: a definition, that only has to come before its use. */
void hf__put_now(hf__collector *collector, hf__record tag, const uint8_t *fields, const uint8_t *end);
/* A record with a time: put in order with the events. */
void hf__put_ordered(hf__collector *collector, hf__record tag, uint64_t ticks, const void *fields, size_t size);
/* Bytes of the stacks and modules that were made since the last call. */
void hf__tell_definitions(hf__collector *collector, uint32_t slot);

/* ---- collect_process.c -------------------------------------------------------------------- */
/* Notices new and ended processes. */
void hf__processes_look(hf__collector *collector);
/* Ends the record of `slot`. */
void hf__process_finish(hf__collector *collector, uint32_t slot, hf__process_ending how, int value);
void hf__processes_check_ended(hf__collector *collector);
void hf__processes_finish_all(hf__collector *collector, int wait_status);
/* Asks all processes for a checkpoint, or takes those that were not answered. */
void hf__checkpoints_request(hf__collector *collector, hf__checkpoint_reason reason);
void hf__checkpoints_take_unanswered(hf__collector *collector);
void hf__budget_keep(hf__collector *collector);
void hf__progress_sum(const hf__collector *collector, hf__collect_progress *ret_progress);
void hf__notice(hf__collector *collector, uint32_t process, const char *text);

uint64_t hf__process_cpu_ns(pid_t pid);

/* ---- collect_reach.c ---------------------------------------------------------------------- */
/* Looks through the memory of processes that wait for it at their end. */
void hf__reach_look(hf__collector *collector);
/* Looks through the memory of all processes, now; when it was asked for at all. */
void hf__reach_look_at_all(hf__collector *collector);

#endif
