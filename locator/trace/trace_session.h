/* trace_session.h - the memory that the recorder and its collector share.
 *
 * One sparse file without a name (memfd) of the collector; recorded processes map it by
 * /proc/<collector>/fd/<n>. What a thread has written there survives its process, however that
 * ends. Nothing here holds a pointer.
 *
 *   hf__session    options, requests, rings' and processes' tables
 *   ring memory    per ring: bytes, then stamps
 *   process areas  per process: modules, then the trie of stacks
 *
 * Writers: each field says who writes it: [c] collector, [r] recorder, [o] owner of the ring.
 *
 * A ring is a stream of events cut into segments; a stamp opens a segment: from here on, events
 * were made at or after these ticks. Segments and events never wrap around the end of the bytes.
 * head and tail count bytes and never go back; the place in memory is the count modulo the size.
 *
 * Order across rings: every address belongs to a shard, and each shard remembers the ring that
 * wrote about it last. A ring that writes about a shard of another opens a new segment first, and then
 * looks whether the shard is still its own. So, when segments are put in order of their ticks, events
 * about one address are in the order in which they happened: the earlier one was checked before the
 * shard changed hands, hence lies in a segment with earlier ticks than the one that the later ring
 * opened after taking the shard. */
#ifndef HOLDFAST_TRACE_SESSION_H
#define HOLDFAST_TRACE_SESSION_H

#include "trace_wire.h"

#include <stdatomic.h>

#define HF__SESSION_MAGIC 0x31736573646c6f68u
#define HF__SESSION_ENVIRONMENT "HOLDFAST_SESSION"

/* Stands in the file of a recorder, followed by the stamp of its build: the sum of what both sides share. */
#define HF__STAMP_WORDS "holdfast recorder, stamp "

enum {
    HF__STAMP_LENGTH       = 16,
    HF__RINGS_MAX          = 2048,
    HF__PROCESSES_MAX      = 256,
    HF__RING_BYTES         = 1 << 19,
    HF__RING_STAMPS        = 1 << 13,
    HF__MODULES_MAX        = 1024,      /* log of loads and unloads, per process */
    HF__MODULE_PATH_MAX    = 312,
    HF__PROCESS_PATH_MAX   = 256,
    HF__SEGMENT_EVENTS_MAX = 128,
    HF__OWN_MAPS_MAX       = 2048       /* one for each ring, at most */
};

/* What ring bytes and the ticks of their segment are found by. */
typedef struct hf__stamp {
    uint64_t ticks;
    uint32_t start;             /* counts of bytes, modulo 2^32 */
    uint32_t end;               /* once the next stamp is there */
} hf__stamp;

typedef enum hf__ring_state {
    HF__RING_FREE = 0,
    HF__RING_OWNED,             /* a thread writes it */
    HF__RING_IDLE               /* its thread ended; another of the same process may continue it */
} hf__ring_state;

typedef struct hf__ring {
    _Alignas(64) _Atomic uint32_t state;  /* [r] by compare and swap; [c] */
    _Atomic uint32_t process;             /* [o] number of the process, 0: none */
    _Atomic uint32_t slot;                /* [o] of the process */
    _Atomic uint32_t tid;                 /* [o] */
    _Atomic uint32_t waits;               /* [o] is waiting for room: wake it */
    _Atomic uint32_t level;               /* [o] 0, or the nesting of signal handlers */
    /* Exact counters, since this process took the ring. [o] */
    _Atomic uint64_t allocations, releases, requested_bytes, usable_bytes, released_bytes, foreign_releases;
    _Atomic uint64_t own_ticks;           /* [o] spent recording, estimated */
    _Atomic uint64_t lost;                /* [o] events not written */
    _Atomic uint64_t lost_told;           /* [o] of these, told by an event in the ring */
    _Alignas(64) _Atomic uint64_t head;   /* [o] bytes published */
    _Atomic uint64_t stamp_head;          /* [o] stamps published */
    _Alignas(64) _Atomic uint64_t tail;   /* [c] bytes taken */
    _Atomic uint64_t stamp_tail;          /* [c] */
} hf__ring;

typedef enum hf__module_change { HF__MODULE_LOADED = 1, HF__MODULE_UNLOADED = 2 } hf__module_change;

/* One entry of the log of a process. Its place among the stacks is `node`: stacks with smaller
 * numbers were made before. */
typedef struct hf__module_entry {
    uint32_t change;
    uint32_t number;            /* of the module, from 1 */
    uint32_t node;
    uint32_t build_id_length;
    uint64_t base, start, end;
    uint8_t  build_id[HF__BUILD_ID_MAX];
    uint32_t segment_count;
    uint32_t path_length;
    hf__trace_segment segments[HF__SEGMENTS_MAX];
    char     path[HF__MODULE_PATH_MAX];
} hf__module_entry;

typedef enum hf__process_state {
    HF__SLOT_FREE = 0,
    HF__SLOT_CLAIMED,           /* being filled */
    HF__SLOT_LIVE
} hf__process_state;

/* A process at its end waits until its memory was looked through, where that was asked for. */
typedef enum hf__scan_state { HF__SCAN_NONE = 0, HF__SCAN_WAITS, HF__SCAN_DONE } hf__scan_state;

typedef struct hf__own_map {
    uint64_t address, size;
} hf__own_map;

typedef struct hf__process_slot {
    _Alignas(64) _Atomic uint32_t state; /* [r] by compare and swap; [c] frees it */
    uint32_t number;                     /* [r] these until LIVE */
    uint32_t pid, parent_pid, parent_process;
    uint32_t origin;
    uint32_t allocator;
    uint32_t path_length;
    uint64_t start_ticks;
    char     path[HF__PROCESS_PATH_MAX];
    _Atomic uint32_t module_head;        /* [r] entries written to the log */
    _Atomic uint32_t module_tail;        /* [c] entries taken */
    _Atomic uint32_t modules_missed;     /* [r] loads that found the log full */
    _Atomic uint32_t checkpoint_number;  /* [r][c] last number given, by compare and swap */
    _Atomic uint32_t checkpoint_answered;/* [r][c] last request answered, by compare and swap */
    _Atomic uint64_t period;             /* [r][c] bytes; 0: every allocation */
    _Atomic uint64_t refused_events;     /* [r] events of threads that found no ring */
    _Atomic uint32_t flags;              /* [r] HF__PROCESS_... */
    _Atomic uint32_t scan;               /* [r] HF__SCAN_WAITS, [c] HF__SCAN_DONE: hf__scan_state */
    uint32_t scan_thread;                /* [r] these two before HF__SCAN_WAITS: who waits, */
    uint64_t scan_stack;                 /* and below which address its stack is the recorder's */
    _Atomic uint32_t own_maps_count;     /* [r] */
    hf__own_map own_maps[HF__OWN_MAPS_MAX]; /* [r] private memory of the recorder that has the program's pointers in it */
} hf__process_slot;

enum {
    HF__PROCESS_HAS_USABLE   = 1,
    HF__PROCESS_EXITED       = 2,        /* ran its exit handlers */
    HF__PROCESS_OWN_MALLOC   = 4,        /* brings a malloc inside of the executable: calls are not seen */
    HF__PROCESS_THREADS_FULL = 8         /* more threads than rings */
};

typedef struct hf__session {
    uint64_t magic;
    char     stamp[HF__STAMP_LENGTH];    /* [c] HF__TRACE_STAMP; it and magic are in the same place in every version */
    uint32_t collector_pid;
    uint64_t period;                     /* [c] to begin with; 0: full */
    uint32_t keeps_releases;             /* [c] 0: releases of unsampled blocks are left out */
    uint32_t map_size_min;
    uint32_t budget;                     /* [c] per mille; 0: none */
    uint32_t wait_ms_max;                /* for room in a ring */
    uint64_t ticks_per_ms;               /* [c] */
    uint32_t scan_wait_ms;               /* [c] a process at its end waits so long for its memory to be scanned; 0: not */
    _Atomic uint32_t open;               /* [c] 1; 0: stop recording, for good */
    _Atomic uint32_t next_process, next_thread, next_module;
    _Atomic uint32_t checkpoint_request; /* [c] raised to ask for one */
    _Atomic uint32_t checkpoint_reason;  /* [c] */
    _Atomic uint32_t doorbell;           /* [r] raised to wake the collector */
    _Atomic uint32_t collector_sleeps;   /* [c] */
    _Atomic uint32_t rings_used;         /* [r] rings from here on were never used */
    _Atomic uint32_t slots_used;         /* [r] the same of processes: memory that nobody looks at is never made */
    _Atomic uint32_t tick;               /* [c] moves every 10 ms: segments get new ticks then */
    _Atomic uint32_t processes_refused;  /* [r] found no slot */
    hf__ring         rings[HF__RINGS_MAX];
    hf__process_slot processes[HF__PROCESSES_MAX];
} hf__session;

/* ---- places in the file --------------------------------------------------------------------- */

#define HF__PAGE_ROUND(size) (((uint64_t)(size) + 4095) & ~(uint64_t)4095)

enum { HF__STAMPS_SIZE = HF__RING_STAMPS * sizeof(hf__stamp), HF__RING_SIZE = HF__RING_BYTES + HF__STAMPS_SIZE };
enum { HF__MODULES_SIZE = HF__PAGE_ROUND(HF__MODULES_MAX * sizeof(hf__module_entry)) };

static inline uint64_t hf__ring_offset(uint32_t ring)
{
    return HF__PAGE_ROUND(sizeof(hf__session)) + (uint64_t)ring * HF__RING_SIZE;
}
/* A process area: HF__MODULES_SIZE bytes of module log, then `trie_size` bytes. */
static inline uint64_t hf__area_size(uint64_t trie_size)
{
    return HF__MODULES_SIZE + HF__PAGE_ROUND(trie_size);
}
static inline uint64_t hf__area_offset(uint32_t slot, uint64_t trie_size)
{
    return hf__ring_offset(HF__RINGS_MAX) + slot * hf__area_size(trie_size);
}
static inline uint64_t hf__session_file_size(uint64_t trie_size)
{
    return hf__area_offset(HF__PROCESSES_MAX, trie_size);
}

#endif
