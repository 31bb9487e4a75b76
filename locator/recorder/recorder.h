/* recorder.h - the inside of the preloaded object.
 *
 * A guest in somebody's program: it imports what imports.txt lists, never calls malloc, holds no
 * lock across a call of the real allocator, keeps errno, and stops for good when it cannot go on.
 *
 * One event goes like this: enter (a context: ring and memo of this thread at this nesting level),
 * room for it (a new segment when due), its stack, the shard of its address, its bytes, publish,
 * leave. A signal handler that interrupts this uses the context of the next level.
 *
 * Invariants: a context is used by one thread, at one level, at a time. What lies beyond
 * ring->head was not published and does not count, so that an event cut short (a longjmp out of a
 * handler, a kill) never shows. After fork the page `hf__live` reads 0 in the child, whatever made
 * it; the first event there starts a process of its own. */
#ifndef HOLDFAST_RECORDER_H
#define HOLDFAST_RECORDER_H

#include "trace_session.h"
#include "trace_ticks.h"
#include "stack_walk.h"

#include <stdbool.h>
#include <stddef.h>

#define HF__EXPORT     __attribute__((visibility("default")))
#define HF__LIKELY(x)   __builtin_expect(!!(x), 1)
#define HF__UNLIKELY(x) __builtin_expect(!!(x), 0)
#define HF__COLD       __attribute__((noinline, cold))

enum { HF__LEVELS_MAX = 3, HF__SHARDS = 1 << 16, HF__RANGES_KEPT = 4 };

/* Recording state of one thread at one nesting level. In memory of its own, reused by later threads. */
typedef struct hf__context {
    hf__ring  *ring;
    uint8_t   *bytes;
    hf__stamp *stamps;
    uint64_t   position;        /* where the next event goes; equals ring->head between events */
    uint64_t   limit;           /* an event may begin before this */
    uint64_t   floor;           /* bytes below this are known to be taken */
    uint64_t   last_address, last_size;
    uint64_t   segment_ticks;
    uint64_t   period;          /* as of the last OTHER_SAMPLING in this ring */
    uint64_t   lost;            /* events not written since the last OTHER_LOST */
    uint32_t   last_stack;
    uint32_t   token;           /* number of the ring, plus 1 */
    uint32_t   level;           /* 0, or how many recordings of its thread it may interrupt */
    uint32_t   until_stamp;     /* events until this one looks whether a segment is due; set by hf__stamp_after */
    uint32_t   stamp_set;       /* what until_stamp was set to */
    uint32_t   segment_events;  /* in this segment, up to that moment */
    uint32_t   tick;
    uint64_t   measured_from;   /* ticks; 0: the time of this event is not taken */
    int64_t    event_cost;      /* of an event, in 1/16 ticks: the moving mean of those that were measured */
    bool       may_ask;         /* the allocator just answered this thread: it can be asked for statistics */
    bool       measure_next;    /* that of an event of this segment is: it stands for four segments */
    bool       impatient;       /* waited in vain: do not wait again until there was room */
    bool       begun;           /* OTHER_BEGIN was written for this thread */
    struct hf__context *next;   /* in the list of unused ones */
    uint32_t   range_epoch;
    uint32_t   range_next;
    hf__stack_range ranges[HF__RANGES_KEPT];
    hf__walker walker;
} hf__context;

typedef struct hf__thread_local {
    uint32_t     generation;    /* of the process that the contexts belong to */
    uint32_t     inside;        /* calls of the real allocator under way */
    _Atomic uint32_t number;    /* of the thread, in the recording; 0: none yet; given by itself, or by who
                                   joins or detaches it */
    hf__context *contexts[HF__LEVELS_MAX];
    /* Recordings under way, one interrupting the other: their stack pointers, by which abandoned ones are
     * noticed; 0 when there is none. One word each, so that a handler finds each of them entered, or not. */
    uint64_t     entered_at[HF__LEVELS_MAX];
    /* The outermost context while it is written to for samples only, so that other calls are just
     * counted; and the same where releases of unsampled blocks need no more either. */
    hf__context *counts_allocations, *counts_releases;
    int64_t      until_sample;  /* bytes */
    uint64_t     random;
    hf__stack_range stack;      /* when the thread was started through pthread_create */
    uint32_t     exit_rounds;
} hf__thread_local;

typedef enum hf__state { HF__COLD_STATE = 0, HF__STARTING, HF__READY, HF__OFF } hf__state;

typedef struct hf__process {
    _Atomic uint32_t  state;             /* hf__state */
    hf__session      *session;
    hf__process_slot *slot;
    hf__module_entry *modules;           /* log, shared */
    hf__trie         *trie;
    uint32_t          slot_number, number, pid;
    uint32_t          generation;
    _Atomic uint16_t *shards;
    _Atomic uint32_t  range_epoch;       /* raised when mappings go away */
    _Atomic uint32_t  registering;       /* lock: modules */
    _Atomic uint32_t  contexts_lock;
    hf__context      *contexts_unused;
    hf__unwinder      unwinder;
    bool              keeps_releases;
    uint64_t          clock_ticks;       /* that reading the clock takes */
    hf__stack_range   main_stack;
} hf__process;

extern hf__process hf__self;
extern _Atomic uint32_t *hf__live;       /* generation; zeroed by fork */
extern __thread hf__thread_local hf__thread __attribute__((tls_model("initial-exec")));

/* The functions that ours stand in front of. */
typedef struct hf__real_functions {
    void *(*malloc)(size_t);
    void *(*calloc)(size_t, size_t);
    void *(*realloc)(void *, size_t);
    void  (*free)(void *);
    void *(*memalign)(size_t, size_t);
    void *(*aligned_alloc)(size_t, size_t);
    int   (*posix_memalign)(void **, size_t, size_t);
    void *(*valloc)(size_t);
    void *(*pvalloc)(size_t);
    size_t (*usable)(void *);            /* NULL when it belongs to another allocator */
    _Atomic int32_t chunks_agreed;       /* blocks whose usable size was in their header, as in glibc */
    int   (*dlclose)(void *);
    hf__allocator allocator;
} hf__real_functions;
extern hf__real_functions hf__real;

/* ---- real.c ----------------------------------------------------------------------------- */

/* Finds the real functions on the first call. False while that is under way: use early memory. */
bool hf__real_ready(void);
void *hf__early_allocate(size_t size, size_t alignment);
bool hf__early_owns(const void *block);
size_t hf__early_size(const void *block);

/* ---- process.c -------------------------------------------------------------------------- */

/* Starts recording this process when that has not been tried, after a fork too. */
bool hf__process_ready(void);
/* Stops recording for good, with one line on standard error when `reason` is not NULL. */
void hf__process_stop(const char *reason);
/* Zeroed private memory from the system, or NULL. */
void *hf__map_memory(size_t size);

/* ---- context.c -------------------------------------------------------------------------- */

hf__context *hf__enter_slowly(uint64_t sp);
/* Gives a thread's contexts to later threads. */
void hf__contexts_drop(void);
/* Waits for room, opens a new segment. False: no room, the event is lost and counted. */
bool hf__segment_open(hf__context *context);
/* Room for an event, when the short way does not find it. */
bool hf__room_slowly(hf__context *context);
/* Adds the time of the event that was measured. */
void hf__measure_end(hf__context *context);
/* Makes this ring the one that wrote about the shard last. */
bool hf__shard_take(hf__context *context, _Atomic uint16_t *shard);
bool hf__range_of(uint64_t sp, hf__stack_range *ret_range);
/* Recordings of this thread that are under way. */
uint32_t hf__levels_entered(const hf__thread_local *thread);
/* Wakes the collector when it sleeps. */
void hf__ring_doorbell(void);
/* The number of a thread in the recording. */
uint32_t hf__thread_number(hf__thread_local *thread);

/* ---- sample.c --------------------------------------------------------------------------- */

/* Bytes until the next sample, drawn from the exponential distribution with mean `period`. */
int64_t hf__sample_distance(uint64_t *random, uint64_t period);
/* Sampled blocks of this process that live. False when there are too many. */
bool hf__sample_add(uint64_t address);
bool hf__sample_remove(uint64_t address);
void hf__sample_forget(void);
bool hf__sample_init(void);
extern _Atomic uint16_t *hf__sample_counts;   /* per home; for the inline check */
enum { HF__SAMPLE_HOMES = 1 << 14, HF__SAMPLE_WAYS = 8 };
static inline uint32_t hf__sample_home(uint64_t address)
{
    return (uint32_t)((address >> 4) * 0x9e3779b97f4a7c15u >> 50);
}

/* ---- modules.c -------------------------------------------------------------------------- */

/* Puts the module of `address` on the log if it is new. */
void hf__module_notice(uint64_t address);
/* After code was unloaded: forgets the rules, stacks and memos that it made. */
void hf__modules_check(void);
void hf__modules_reset(void);

/* ---- hooks_thread.c ---------------------------------------------------------------------- */

void hf__threads_init(void);
/* Has this thread's contexts given back when it ends. */
void hf__thread_watch(void);

/* ---- checkpoint.c ----------------------------------------------------------------------- */

/* Writes a checkpoint into the context's ring; it must have room for HF__EVENT_MAX bytes. Asks the
 * allocator unless this thread is inside of it, or inside of fork. */
void hf__checkpoint_write(hf__context *context, hf__checkpoint_reason reason, const char *name);

/* ---- the path of an event, inline ---------------------------------------------------------- */

/* Counters have one writing thread. One instruction, so that a signal handler's additions are not
 * lost; no atomic one, since readers only need whole words. */
static inline void hf__add(_Atomic uint64_t *counter, uint64_t amount)
{
#if defined(__x86_64__)
    __asm__ volatile("addq %1, %0" : "+m"(*counter) : "er"(amount) : "cc");
#else
    atomic_fetch_add_explicit(counter, amount, memory_order_relaxed);
#endif
}

enum { HF__CHUNKS_AGREE = 64 };

/* Usable bytes of a block; 0 when the allocator does not tell. glibc keeps the size of a chunk in the
 * word before the block: taken from there once that agreed with its answers for a number of blocks. */
uint64_t hf__usable_asked(void *block);
static inline uint64_t hf__usable(void *block)
{
    if (HF__UNLIKELY(atomic_load_explicit(&hf__real.chunks_agreed, memory_order_relaxed) != HF__CHUNKS_AGREE))
        return hf__usable_asked(block);
    uint64_t head = ((const uint64_t *)block)[-1];
    return (head & ~(uint64_t)7) - (head & 2 ? 16 : 8);
}

static inline void hf__count_allocation(hf__ring *ring, void *block, size_t size)
{
    hf__add(&ring->allocations, 1);
    hf__add(&ring->requested_bytes, size);
    hf__add(&ring->usable_bytes, hf__usable(block));
}
static inline void hf__count_release(hf__ring *ring, void *block)
{
    hf__add(&ring->releases, 1);
    hf__add(&ring->released_bytes, hf__usable(block));
}

/* NULL: this event is not recorded. Otherwise hf__leave must follow. */
static inline hf__context *hf__enter(void)
{
    hf__thread_local *thread = &hf__thread;
    uint64_t sp = (uint64_t)__builtin_frame_address(0);
    hf__context *context = thread->contexts[0];
    if (HF__UNLIKELY(context == NULL || thread->entered_at[0] != 0 ||
                     thread->generation != atomic_load_explicit(hf__live, memory_order_relaxed)))
        return hf__enter_slowly(sp);
    thread->entered_at[0] = sp;
    atomic_signal_fence(memory_order_seq_cst);
    return context;
}

static inline void hf__leave(hf__context *context)
{
    if (HF__UNLIKELY(context->measured_from != 0))
        hf__measure_end(context);
    atomic_signal_fence(memory_order_seq_cst);
    hf__thread.entered_at[context->level] = 0;
}

/* Is there room for an event in the segment that is open? */
static inline bool hf__has_room(hf__context *context)
{
    return HF__LIKELY(--context->until_stamp != 0 && context->position < context->limit &&
                      context->tick == atomic_load_explicit(&hf__self.session->tick, memory_order_relaxed));
}

/* Looks for a new segment after so many events, the next one included. Those of this segment stay counted. */
static inline void hf__stamp_after(hf__context *context, uint32_t events)
{
    context->segment_events += context->stamp_set - context->until_stamp;
    context->stamp_set = context->until_stamp = events;
}

/* Before an event: room, and a new segment when one is due. */
static inline bool hf__room(hf__context *context)
{
    return hf__has_room(context) || hf__room_slowly(context);
}

static inline bool hf__own_shard(hf__context *context, uint64_t address)
{
    _Atomic uint16_t *shard = &hf__self.shards[(address >> 12) * 0x9e3779b97f4a7c15u >> 48];
    if (HF__LIKELY(atomic_load_explicit(shard, memory_order_relaxed) == context->token))
        return true;
    return hf__shard_take(context, shard);
}

static inline uint8_t *hf__event_begin(const hf__context *context)
{
    return context->bytes + (context->position & (HF__RING_BYTES - 1));
}

static inline void hf__event_end(hf__context *context, const uint8_t *begin, const uint8_t *end)
{
    context->position += (uint64_t)(end - begin);
    atomic_store_explicit(&context->ring->head, context->position, memory_order_release);
}

static inline uint32_t hf__stack_here(hf__context *context, hf__registers from)
{
    return hf__walk_stack(&hf__self.unwinder, &context->walker, from);
}

/* ---- event.c ---------------------------------------------------------------------------- */

/* Is there nothing to do for this allocation but to count it? Then that was done. */
static inline bool hf__only_counted_allocation(void *block, size_t size)
{
    hf__thread_local *thread = &hf__thread;
    hf__context *context = thread->counts_allocations;
    if (HF__LIKELY(context == NULL) || thread->until_sample <= (int64_t)size || (int64_t)size <= 0 ||
        thread->generation != atomic_load_explicit(hf__live, memory_order_relaxed) ||
        context->tick != atomic_load_explicit(&hf__self.session->tick, memory_order_relaxed))
        return false;
    thread->until_sample -= (int64_t)size;
    hf__count_allocation(context->ring, block, size);
    return true;
}
static inline bool hf__only_counted_release(void *block)
{
    hf__thread_local *thread = &hf__thread;
    hf__context *context = thread->counts_releases;
    if (HF__LIKELY(context == NULL) || thread->generation != atomic_load_explicit(hf__live, memory_order_relaxed) ||
        atomic_load_explicit(&hf__sample_counts[hf__sample_home((uint64_t)block)], memory_order_relaxed) != 0)
        return false;
    hf__count_release(context->ring, block);
    return true;
}

/* An allocation that succeeded, after the real call. `flags` as in trace.h; `frame` of the hook. */
void hf__record_allocation(void *block, size_t size, uint32_t flags, const uint64_t *frame);
/* A release, before the real call. */
void hf__record_release(void *block, uint32_t flags);
/* A realloc failed: `block` lives on. */
void hf__record_restore(const void *block);
void hf__record_map(const void *address, size_t size, uint32_t flags, hf__registers from);
void hf__record_unmap(const void *address, size_t size);
/* `code` and its numbers, as trace_wire.h has them. Opens a new segment, so that its time is exact. */
void hf__record_other(hf__other_event code, const uint64_t *numbers, unsigned count);

#endif
