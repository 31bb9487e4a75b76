/* pool.h - objects of one size that are used again instead of made again.
 *
 *   hf_pool_get(pool, &object, &error)     as `prepare` made it, or as `reset` left it
 *   hf_pool_put(pool, object)              `reset` cleans it; refused when it cannot be reused
 *
 * What a pool refuses, because reusing it would hand one caller's mistake to the next:
 *   foreign     not an object of this pool, or one that was freed       HF_MISUSE
 *   in a frame  memory of a frame (frame.h), gone when the call returns  HF_MISUSE
 *   twice       it lies in the pool already                              HF_MISUSE
 *   dirty       its reset says it cannot be cleaned, or (by option) it   HF_DIRTY
 *               points into an open frame of the calling thread
 * Each is a status, and a trap in debug builds. A refused object stays the caller's: clean a
 * dirty one and put it again, or hf_pool_discard it. Debug builds also notice an object that was
 * written while it lay in the pool; AddressSanitizer stops at the access.
 *
 * Nothing is kept without bound: at most retained_bytes_max lie idle, and what was not needed
 * through a whole period of idle_ms is freed at its end (so it is idle for less than two).
 * Every object is charged to the budget, idle or not.
 *
 * Threads: get and put from any thread, an object may be put by another thread than got it. Each
 * thread keeps up to 16 idle objects of its own (within the bound) and exchanges them with the
 * shared rest in halves; they go back when the thread ends. Putting one object from two threads
 * in the same instant is not noticed. fork: a child may use a pool when no other thread of the
 * parent was inside one at that moment. */
#ifndef HOLDFAST_POOL_H
#define HOLDFAST_POOL_H

#include <holdfast/memory.h>

HF_EXTERN_BEGIN

#define HF_POOL_RETAINED_BYTES_MAX ((uint64_t)1 << 20)
#define HF_POOL_OBJECTS_MAX        ((uint64_t)1 << 20)
#define HF_POOL_IDLE_MS            ((uint64_t)10000)

typedef struct hf_pool hf_pool;

typedef struct hf_pool_options {
    size_t size;      /* of an object, more than 0 */
    size_t alignment; /* 0: 16 */
    /* Each hook may be NULL. They are called without a lock held, by the thread that gets, puts,
     * trims or destroys, and may use other pools but not this one. */
    hf_status (*prepare)(void *object, void *context); /* zero-filled memory; on failure nothing is left */
    hf_status (*reset)(void *object, void *context);   /* on put; not HF_OK: it is dirty */
    void (*finish)(void *object, void *context);       /* before the memory goes */
    void               *context;
    const hf_allocator *allocator;          /* NULL: the default; borrowed until the pool is gone */
    hf_budget          *budget;             /* NULL: the process budget; held */
    uint64_t            retained_bytes_max; /* idle objects; 0: HF_POOL_RETAINED_BYTES_MAX */
    uint64_t            objects_max;        /* idle and out; 0: HF_POOL_OBJECTS_MAX */
    uint64_t            idle_ms;            /* 0: HF_POOL_IDLE_MS */
    bool                refuse_frame_pointers; /* on put, look for words that point into open frames */
    uint64_t            reserved[4];
} hf_pool_options;

typedef struct hf_pool_counts {
    uint64_t out;                /* objects with callers */
    uint64_t retained;           /* objects idle, over all threads */
    uint64_t retained_bytes;     /* what they take, headers included */
    uint64_t retained_bytes_max; /* the bound; never passed */
    uint64_t created, freed;     /* ever */
    uint64_t refused;            /* objects refused by put and discard */
} hf_pool_counts;

/* ret_pool: owned. HF_MISUSE for size 0 or a bad alignment, HF_NO_MEMORY, HF_LIMIT_BYTES. */
HF_API HF_NODISCARD hf_status hf_pool_create(const hf_pool_options *options, hf_pool **ret_pool, hf_error *reterr);

/* Frees the pool and all idle objects, those of other threads too; no other thread may be
 * inside. HF_MISUSE and no change while objects are out. NULL is fine. */
HF_API hf_status hf_pool_destroy(hf_pool *pool);

/* ret_object: yours until you put or discard it. HF_LIMIT_COUNT at objects_max (what lies idle
 * with other threads counts), HF_LIMIT_BYTES, HF_NO_MEMORY, or what `prepare` returned. */
HF_API HF_NODISCARD hf_status hf_pool_get(hf_pool *pool, void **ret_object, hf_error *reterr);

/* Gives an object back: kept for the next get, or freed when enough lie idle. NULL is fine.
 * HF_MISUSE, HF_DIRTY: refused, see above. */
HF_API hf_status hf_pool_put(hf_pool *pool, void *object);

/* Gives an object back that shall not be used again. NULL is fine. HF_MISUSE as for put. */
HF_API hf_status hf_pool_discard(hf_pool *pool, void *object);

/* Frees idle objects, of the shared rest and of the calling thread, until at most `bytes_kept`
 * of them remain. Returns the bytes freed. */
HF_API uint64_t hf_pool_trim(hf_pool *pool, uint64_t bytes_kept);

/* Ends the period of idle_ms if it is over and frees what was not needed through it. get and put
 * do this now and then; a service that may fall silent calls it from a timer. Returns the bytes
 * freed. */
HF_API uint64_t hf_pool_trim_idle(hf_pool *pool);

/* Exact once no other thread is inside. */
HF_API hf_pool_counts hf_pool_count(hf_pool *pool);

HF_EXTERN_END

#endif
