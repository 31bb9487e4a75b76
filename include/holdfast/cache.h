/* cache.h - documents kept by key, within a bound in bytes that is never passed.
 *
 *   hf_document *config = NULL;                    held for you: drop it when done
 *   status = hf_cache_get(cache, HF_T("eu/config"), NULL, &config, &error);
 *
 * A key that is absent is loaded by the cache's loader, once: threads that ask for it meanwhile
 * wait for the same load and get the same document, or the same error. Failures are not kept.
 *
 * Bytes. The loader makes its document with the budget it is given, the cache's own, whose limit
 * is bytes_max: entries, their keys, documents, the index a lookup builds in them later, and what
 * is being loaded all count, exactly. When a charge would pass the limit, documents that nobody
 * else holds are evicted for it; when all are in use, the load is refused with HF_LIMIT_BYTES. A
 * document that was evicted while somebody holds it counts until it is dropped. A document that
 * was charged to another budget counts with the bytes it had when it was put, beside that budget.
 *
 * Eviction is S3-FIFO (Yang, Zhang, Qiu, Yue, Rashmi, SOSP 2023): a small queue for what came
 * once, a main queue for what came back, and fingerprints of what left the small one. A hit
 * changes one counter of its entry, so readers do not wait for each other, which LRU would
 * require; and a scan of keys that are asked for once does not empty the cache. Figures against
 * LRU: bench/service/bench_cache.cc.
 *
 * Time to live counts from the load. An expired document is never returned; it is freed by the
 * next load, put or trim.
 *
 * Threads: every call from any thread but destroy. A loader runs without a lock of the cache and
 * may use it, also to load other keys; loads of one cache that wait for each other in a circle are
 * refused with HF_CYCLE. fork: a child may use a cache when no other thread was inside at that moment. */
#ifndef HOLDFAST_CACHE_H
#define HOLDFAST_CACHE_H

#include <holdfast/cancel.h>
#include <holdfast/document.h>

HF_EXTERN_BEGIN

#define HF_CACHE_BYTES_MAX   ((uint64_t)64 << 20)
#define HF_CACHE_ENTRIES_MAX ((uint64_t)65536)

typedef struct hf_cache hf_cache;

/* What a loader is to use for its document. */
typedef struct hf_cache_loading {
    const hf_allocator *allocator;
    hf_budget          *budget;
    const hf_cancel    *cancel; /* of the caller whose request started the load; may be NULL */
} hf_cache_loading;

/* Makes the document of `key`. ret_document: one hold, which the cache takes over. Any failure
 * goes to all who wait; HF_NOT_FOUND is one as well. */
typedef hf_status (*hf_cache_loader)(void *context, hf_text key, const hf_cache_loading *loading,
                                     hf_document **ret_document, hf_error *reterr);

typedef struct hf_cache_options {
    hf_cache_loader     load; /* NULL: nothing is loaded, get finds or answers HF_NOT_FOUND */
    void               *context;
    uint64_t            bytes_max;       /* 0: HF_CACHE_BYTES_MAX */
    uint64_t            entries_max;     /* 0: HF_CACHE_ENTRIES_MAX */
    uint64_t            time_to_live_ms; /* 0: for ever */
    const hf_allocator *allocator;       /* NULL: the default; borrowed until the cache and its documents are gone */
    hf_budget          *budget;          /* above the cache's own; NULL: the process budget */
    uint64_t            reserved[4];
} hf_cache_options;

typedef struct hf_cache_counts {
    uint64_t entries, entries_max;
    uint64_t bytes, bytes_max; /* now: all that counts, see above; the bound */
    uint64_t hits, misses;     /* of hf_cache_get */
    uint64_t loads, load_failures, load_waits; /* begun; failed; callers who waited for another's */
    uint64_t uncached;         /* loaded, but given to the callers only: no room for an entry */
    uint64_t evicted, expired, replaced;
    uint64_t loading;          /* now */
} hf_cache_counts;

/* ret_cache: owned. HF_NO_MEMORY, HF_LIMIT_BYTES. options: NULL is all defaults, without a loader. */
HF_API HF_NODISCARD hf_status hf_cache_create(const hf_cache_options *options, hf_cache **ret_cache, hf_error *reterr);

/* Drops all documents; those that others hold live on, charged as before. No other thread may be
 * inside. HF_MISUSE, and no change, while a load is under way. NULL is fine. */
HF_API hf_status hf_cache_destroy(hf_cache *cache);

/* Finds the document of `key` or loads it. key: borrowed for the call.
 * cancel: ends waiting for another's load, and is handed to the loader; may be NULL.
 * ret_document: held once for you. HF_NOT_FOUND, HF_LIMIT_BYTES, HF_NO_MEMORY, HF_CANCELLED,
 * HF_LIMIT_TIME, HF_CYCLE, or what the loader returned. */
HF_API HF_NODISCARD hf_status hf_cache_get(hf_cache *cache, hf_text key, const hf_cancel *cancel,
                                           hf_document **ret_document, hf_error *reterr);

/* Finds without loading or waiting, and without counting. HF_NOT_FOUND is an answer. */
HF_API hf_status hf_cache_find(hf_cache *cache, hf_text key, hf_document **ret_document);

/* Keeps a document under `key`, in place of what was there. document: the cache takes a hold of
 * its own, yours stays yours. HF_LIMIT_BYTES when it does not fit, HF_NO_MEMORY; then what was
 * there stays. */
HF_API HF_NODISCARD hf_status hf_cache_put(hf_cache *cache, hf_text key, const hf_document *document,
                                           hf_error *reterr);

/* Lets one key go. HF_NOT_FOUND is an answer. A load under way still puts its result. */
HF_API hf_status hf_cache_remove(hf_cache *cache, hf_text key);

/* Lets expired documents go, then evicts until at most `bytes_kept` count or nothing can be
 * evicted. Returns by how much the bytes fell. */
HF_API uint64_t hf_cache_trim(hf_cache *cache, uint64_t bytes_kept);

/* The cache's own budget; borrowed until the cache is gone. */
HF_API hf_budget *hf_cache_budget(hf_cache *cache);

/* Exact once no other thread is inside. */
HF_API hf_cache_counts hf_cache_count(hf_cache *cache);

HF_EXTERN_END

#endif
