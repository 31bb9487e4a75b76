/* pool_front.h - the structs of a pool, and the idle objects that each thread keeps.
 *
 *   block:  padding | header | object        the object's address is in the pool's set while it lives
 *
 * A front is a small stack of idle objects that only its thread touches, so get and put need no
 * lock. When it runs empty or full, half of it is exchanged with the back, a list under the
 * pool's lock. Fronts are found by the pool's index; the serial tells a pool from an earlier one
 * with the same index. A front outlives its pool and serves the next one with that index.
 *
 * Invariants: back_count <= retained_max - front_reserved, and a front holds at most the room
 * that it reserved: together never more than retained_max idle objects. An object is in the set
 * from before its first get until it is freed; whether it is idle stands in its header. */
#ifndef HOLDFAST_POOL_FRONT_H
#define HOLDFAST_POOL_FRONT_H

#include "address_set.h"

#include <holdfast/pool.h>
#include <pthread.h>

enum { HF__FRONT_OBJECTS = 16, HF__FRONT_POOLS = 32 };

typedef struct hf__pool_header {
    struct hf__pool_header *next;     /* in the back */
    uint64_t                contents; /* debug: hash of the idle object */
    _Atomic uint32_t        state;
    uint32_t                unused;
    uint64_t                unused_too; /* keeps the object 16-byte aligned */
} hf__pool_header;

_Static_assert(sizeof(hf__pool_header) % 16 == 0, "the object after the header is aligned");

typedef struct hf__front {
    hf_pool          *pool; /* NULL: attached to none */
    uint64_t          serial;
    struct hf__front *next; /* among the pool's fronts */
    _Atomic uint32_t  count;
    uint32_t          room; /* reserved in the pool */
    hf__pool_header  *objects[HF__FRONT_OBJECTS];
} hf__front;

struct hf_pool {
    hf_pool_options options;
    hf__memory      memory;
    size_t          head_bytes, block_bytes, block_alignment; /* of an object */
    uint64_t        serial;
    unsigned        index; /* HF__FRONT_POOLS: no fronts */
    hf__address_set objects;

    pthread_mutex_t  lock; /* over what follows, and over changes of the set */
    hf__pool_header *back;
    uint64_t         back_count, back_low; /* the lowest count since period_ns */
    uint64_t         period_ns;
    uint64_t         retained_max, front_reserved; /* in objects */
    uint64_t         live, created, freed;
    _Atomic uint64_t refused;
    hf__front       *fronts;
};

extern _Thread_local hf__front *hf__fronts[HF__FRONT_POOLS] __attribute__((tls_model("initial-exec")));

/* Gives the pool an index and a serial. */
void hf__fronts_open(hf_pool *pool);
/* Takes the index back and detaches all fronts of the pool; their objects go to the back. */
void hf__fronts_close(hf_pool *pool);

/* Makes the calling thread's front for this pool; NULL when there is none to be had. */
hf__front *hf__front_attach(hf_pool *pool);

/* Frees what the back holds above its share of the bound. Without the lock. */
void hf__pool_free_excess(hf_pool *pool);

/* The calling thread's front for this pool, or NULL. */
static inline hf__front *hf__front_of(hf_pool *pool)
{
    if (HF_UNLIKELY(pool->index >= HF__FRONT_POOLS))
        return NULL;
    hf__front *front = hf__fronts[pool->index];
    if (HF_LIKELY(front != NULL && front->serial == pool->serial))
        return front;
    return hf__front_attach(pool);
}

static inline uint32_t hf__front_count(const hf__front *front)
{
    return atomic_load_explicit(&front->count, memory_order_relaxed);
}

/* Only the front's thread, or whoever detaches it, calls these two. */
static inline void hf__front_push(hf__front *front, hf__pool_header *head)
{
    uint32_t count = hf__front_count(front);
    front->objects[count] = head;
    atomic_store_explicit(&front->count, count + 1, memory_order_relaxed);
}

static inline hf__pool_header *hf__front_pop(hf__front *front)
{
    uint32_t count = hf__front_count(front) - 1;
    atomic_store_explicit(&front->count, count, memory_order_relaxed);
    return front->objects[count];
}

/* Under the pool's lock. */
static inline void hf__back_push(hf_pool *pool, hf__pool_header *head)
{
    head->next = pool->back;
    pool->back = head;
    pool->back_count++;
}

static inline hf__pool_header *hf__back_pop(hf_pool *pool)
{
    hf__pool_header *head = pool->back;
    pool->back = head->next;
    pool->back_count--;
    if (pool->back_count < pool->back_low)
        pool->back_low = pool->back_count;
    return head;
}

#endif
