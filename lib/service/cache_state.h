/* cache_state.h - the structs of a cache: entries in buckets, in queues, and by age.
 *
 * Locks, in the order in which they are taken: flights_lock (loads under way), table_lock (all of
 * the entries; hits only read). Nothing is allocated, no document dropped and no loader called
 * under either: the first could ask this very cache to let go of something, the second may call
 * hooks of foreign values.
 *
 * Invariants under table_lock: every entry is in one bucket, in one of the two queues, and in the
 * list by age; a queue's weight is the sum over its entries; beside is the sum of the entries'
 * bytes that were charged elsewhere, and the budget's limit is bytes_max - beside. */
#ifndef HOLDFAST_CACHE_STATE_H
#define HOLDFAST_CACHE_STATE_H

#include "memory/allocate.h"

#include <holdfast/cache.h>
#include <pthread.h>
#include <stdatomic.h>

enum { HF__CACHE_SMALL, HF__CACHE_MAIN, HF__CACHE_QUEUES, HF__CACHE_FREQUENCY_MAX = 3 };

typedef struct hf__cache_entry {
    struct hf__cache_entry *chain;            /* in its bucket; among the removed */
    struct hf__cache_entry *newer, *older;    /* in its queue */
    struct hf__cache_entry *later, *earlier;  /* by age */
    hf_document            *document;         /* held */
    uint64_t                hash, loaded_ns;
    uint64_t                weight;           /* bytes of the document when it came */
    uint64_t                beside;           /* the same if it was charged elsewhere, else 0 */
    size_t                  key_length;
    _Atomic uint32_t        frequency;
    uint32_t                queue;
    char                    key[];
} hf__cache_entry;

typedef struct hf__cache_queue {
    hf__cache_entry *newest, *oldest;
    uint64_t         weight;
} hf__cache_queue;

/* Buckets, and a fingerprint of the last key of that bucket that left the small queue. */
typedef struct hf__cache_table {
    size_t            mask;
    uint32_t         *ghosts;
    hf__cache_entry  *buckets[];
} hf__cache_table;

typedef struct hf__cache_flight {
    struct hf__cache_flight *next;
    struct hf__cache_flight *waits_for; /* the load that this load's thread waits for */
    hf_text                  key;
    uint64_t                 hash;
    pthread_t                thread;
    hf_document             *document;
    hf_status                status;
    bool                     done;
    uint64_t                 waiters;
    hf_error                 error;
} hf__cache_flight;

struct hf_cache {
    hf_cache_options options;
    hf__memory       own;    /* for the cache itself and its table */
    hf__memory       memory; /* for entries and documents */

    pthread_rwlock_t table_lock;
    hf__cache_table *table;
    hf__cache_queue  queues[HF__CACHE_QUEUES];
    hf__cache_entry *earliest, *latest;
    uint64_t         entries, beside;

    pthread_mutex_t   flights_lock;
    pthread_cond_t    flights_changed;
    hf__cache_flight *flights;
    uint64_t          loading;

    _Atomic uint64_t hits, misses, loads, load_failures, load_waits, uncached, evicted, expired, replaced;
};

/* ---- cache_table.c: the entries; under table_lock unless it says otherwise ---------------- */

uint64_t hf__cache_hash(hf_text key);
hf__cache_entry *hf__cache_lookup(const hf_cache *cache, hf_text key, uint64_t hash);
bool hf__cache_is_expired(const hf_cache *cache, const hf__cache_entry *entry, uint64_t now_ns);
/* Into bucket, queue and age list; the queue follows from the ghosts. */
void hf__cache_link(hf_cache *cache, hf__cache_entry *entry);
/* Out of all of them, onto *removed. */
void hf__cache_unlink(hf_cache *cache, hf__cache_entry *entry, hf__cache_entry **removed);
/* Evicts one entry onto *removed by S3-FIFO. for_bytes: not one whose document others hold, since
 * that would free nothing. False when there is none. */
bool hf__cache_evict(hf_cache *cache, bool for_bytes, hf__cache_entry **removed);
void hf__cache_evict_expired(hf_cache *cache, hf__cache_entry **removed);
/* Without the lock: drops the documents and frees the entries. Returns the bytes that no longer count. */
uint64_t hf__cache_free_removed(hf_cache *cache, hf__cache_entry *removed);
/* Without the lock: more buckets when there are more entries. Failing to is no failure. */
void hf__cache_grow_table(hf_cache *cache);
hf_status hf__cache_make_table(const hf__memory *memory, size_t buckets, hf__cache_table **ret_table, hf_error *reterr);
void hf__cache_free_table(const hf__memory *memory, hf__cache_table *table);

/* Evicts until `bytes` were let go, or nothing can be. Takes and leaves the lock. */
uint64_t hf__cache_let_go(hf_cache *cache, uint64_t bytes);

/* ---- cache.c ------------------------------------------------------------------------------ */

/* Puts the document in, in place of what was there; a hold of the cache's own. Without a lock. */
hf_status hf__cache_insert(hf_cache *cache, hf_text key, uint64_t hash, hf_document *document, hf_error *reterr);
/* A hit: holds the document. Without the lock. */
bool hf__cache_hit(hf_cache *cache, hf_text key, uint64_t hash, hf_document **ret_document);

#endif
