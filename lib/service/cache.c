/* cache.c - the life of a cache, hits, puts, and its budget. */
#define _GNU_SOURCE
#include "cache_state.h"

#include "base/clock.h"
#include "base/checked.h"
#include "base/misuse.h"
#include "value/home.h"

enum { BUCKETS_MIN = 64, CACHE_ALIGNMENT = 16 };

/* ---- life -------------------------------------------------------------------------------- */

/* The cache's budget would refuse: what can be evicted for it? */
static uint64_t reclaim(void *context, uint64_t bytes)
{
    return hf__cache_let_go(context, bytes);
}

static hf_status make_parts(hf_cache *cache, hf_error *reterr)
{
    hf_status status = hf_budget_create(&(hf_budget_options){ .parent = cache->options.budget,
                                                              .bytes_max = cache->options.bytes_max,
                                                              .name = "cache",
                                                              .reclaim = reclaim,
                                                              .reclaim_context = cache },
                                        &cache->memory.budget, reterr);
    if (status != HF_OK)
        return status;
    status = hf__cache_make_table(&cache->own, BUCKETS_MIN, &cache->table, reterr);
    if (status != HF_OK)
        hf_budget_drop(cache->memory.budget);
    return status;
}

static void init_locks(hf_cache *cache)
{
    pthread_rwlockattr_t writers_first;
    pthread_condattr_t   monotonic;
    pthread_rwlockattr_init(&writers_first);
    pthread_rwlockattr_setkind_np(&writers_first, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&cache->table_lock, &writers_first);
    pthread_rwlockattr_destroy(&writers_first);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&cache->flights_changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&cache->flights_lock, NULL);
}

hf_status hf_cache_create(const hf_cache_options *options, hf_cache **ret_cache, hf_error *reterr)
{
    hf_cache_options filled = { .load = NULL };
    void            *block = NULL;
    if (options != NULL)
        filled = *options;
    if (filled.bytes_max == 0)
        filled.bytes_max = HF_CACHE_BYTES_MAX;
    if (filled.entries_max == 0)
        filled.entries_max = HF_CACHE_ENTRIES_MAX;
    hf__memory own = { filled.allocator, filled.budget };
    hf_status  status = hf__memory_allocate(&own, sizeof(hf_cache), CACHE_ALIGNMENT, &block, reterr);
    if (status != HF_OK)
        return status;
    hf_cache *cache = memset(block, 0, sizeof(hf_cache));
    cache->options = filled;
    cache->own = own;
    cache->memory.allocator = filled.allocator;
    status = make_parts(cache, reterr);
    if (status != HF_OK) {
        hf__memory_free(&own, cache, sizeof *cache, CACHE_ALIGNMENT);
        return status;
    }
    init_locks(cache);
    hf_budget_hold(own.budget);
    *ret_cache = cache;
    return HF_OK;
}

static void remove_all(hf_cache *cache)
{
    hf__cache_entry *removed = NULL;
    pthread_rwlock_wrlock(&cache->table_lock);
    while (cache->earliest != NULL)
        hf__cache_unlink(cache, cache->earliest, &removed);
    pthread_rwlock_unlock(&cache->table_lock);
    hf__cache_free_removed(cache, removed);
}

hf_status hf_cache_destroy(hf_cache *cache)
{
    if (cache == NULL)
        return HF_OK;
    if (hf_cache_count(cache).loading > 0)
        return hf__misuse(NULL, "cache destroyed while a load is under way");
    hf__budget_reclaim_stop(cache->memory.budget);
    remove_all(cache);
    hf__memory own = cache->own;
    hf__cache_free_table(&own, cache->table);
    pthread_rwlock_destroy(&cache->table_lock);
    pthread_mutex_destroy(&cache->flights_lock);
    pthread_cond_destroy(&cache->flights_changed);
    hf_budget_drop(cache->memory.budget);
    hf__memory_free(&own, cache, sizeof *cache, CACHE_ALIGNMENT);
    hf_budget_drop(own.budget);
    return HF_OK;
}

/* ---- finding ----------------------------------------------------------------------------- */

bool hf__cache_hit(hf_cache *cache, hf_text key, uint64_t hash, hf_document **ret_document)
{
    uint64_t now_ns = cache->options.time_to_live_ms != 0 ? hf__clock_ns() : 0;
    pthread_rwlock_rdlock(&cache->table_lock);
    hf__cache_entry *entry = hf__cache_lookup(cache, key, hash);
    bool             hit = entry != NULL && !hf__cache_is_expired(cache, entry, now_ns);
    if (hit) {
        uint32_t frequency = atomic_load_explicit(&entry->frequency, memory_order_relaxed);
        if (frequency < HF__CACHE_FREQUENCY_MAX)
            atomic_store_explicit(&entry->frequency, frequency + 1, memory_order_relaxed);
        *ret_document = hf_document_hold(entry->document);
    }
    pthread_rwlock_unlock(&cache->table_lock);
    return hit;
}

hf_status hf_cache_find(hf_cache *cache, hf_text key, hf_document **ret_document)
{
    return hf__cache_hit(cache, key, hf__cache_hash(key), ret_document) ? HF_OK : HF_NOT_FOUND;
}

/* ---- putting ----------------------------------------------------------------------------- */

static void change_beside(hf_cache *cache, uint64_t add, uint64_t remove)
{
    cache->beside += add - remove;
    hf__budget_limit_to(cache->memory.budget, cache->options.bytes_max - cache->beside);
}

/* Room for a document that was charged elsewhere: the limit goes down first, so that nobody else
 * takes what is evicted for it. */
static hf_status reserve_beside(hf_cache *cache, uint64_t bytes, hf_error *reterr)
{
    pthread_rwlock_wrlock(&cache->table_lock);
    bool fits = bytes <= cache->options.bytes_max - cache->beside;
    for (hf__cache_entry *removed = NULL; !fits; removed = NULL) {
        /* More than what is charged to the cache must go: entries beside as well. */
        if (bytes > cache->options.bytes_max || !hf__cache_evict(cache, true, &removed))
            break;
        pthread_rwlock_unlock(&cache->table_lock);
        hf__cache_free_removed(cache, removed);
        pthread_rwlock_wrlock(&cache->table_lock);
        fits = bytes <= cache->options.bytes_max - cache->beside;
    }
    if (fits)
        change_beside(cache, bytes, 0);
    pthread_rwlock_unlock(&cache->table_lock);
    while (fits) {
        hf_budget_counts counts = hf_budget_count(cache->memory.budget);
        if (counts.current <= counts.bytes_max)
            return HF_OK;
        if (hf__cache_let_go(cache, counts.current - counts.bytes_max) == 0) {
            pthread_rwlock_wrlock(&cache->table_lock);
            change_beside(cache, 0, bytes);
            pthread_rwlock_unlock(&cache->table_lock);
            fits = false;
        }
    }
    return hf__fail(reterr, HF_LIMIT_BYTES, "cache: a document of %llu bytes, all others are in use or too large",
                    (unsigned long long)bytes);
}

static hf_status make_entry(hf_cache *cache, hf_text key, uint64_t hash, hf__cache_entry **ret_entry, hf_error *reterr)
{
    size_t bytes;
    void  *block = NULL;
    if (!hf__size_add(sizeof(hf__cache_entry), key.length, &bytes))
        return hf__fail(reterr, HF_NO_MEMORY, "a key of %zu bytes", key.length);
    hf_status status = hf__memory_allocate(&cache->memory, bytes, CACHE_ALIGNMENT, &block, reterr);
    if (status != HF_OK)
        return status;
    hf__cache_entry *entry = block;
    *entry = (hf__cache_entry){ .hash = hash, .loaded_ns = hf__clock_ns(), .key_length = key.length };
    if (key.length > 0)
        memcpy(entry->key, key.bytes, key.length);
    *ret_entry = entry;
    return HF_OK;
}

hf_status hf__cache_insert(hf_cache *cache, hf_text key, uint64_t hash, hf_document *document, hf_error *reterr)
{
    hf__cache_entry *entry = NULL, *removed = NULL;
    hf_status        status = make_entry(cache, key, hash, &entry, reterr);
    if (status != HF_OK)
        return status;
    entry->weight = atomic_load(&document->bytes);
    if (document->budget != cache->memory.budget) {
        status = reserve_beside(cache, entry->weight, reterr);
        if (status != HF_OK) {
            hf__memory_free(&cache->memory, entry, sizeof *entry + key.length, CACHE_ALIGNMENT);
            return status;
        }
        entry->beside = entry->weight;
    }
    entry->document = hf_document_hold(document);
    hf__cache_grow_table(cache);
    pthread_rwlock_wrlock(&cache->table_lock);
    hf__cache_evict_expired(cache, &removed);
    hf__cache_entry *before = hf__cache_lookup(cache, key, hash);
    if (before != NULL) {
        hf__cache_unlink(cache, before, &removed);
        cache->replaced++;
    }
    while (cache->entries >= cache->options.entries_max && hf__cache_evict(cache, false, &removed)) {
    }
    hf__cache_link(cache, entry);
    pthread_rwlock_unlock(&cache->table_lock);
    hf__cache_free_removed(cache, removed);
    return HF_OK;
}

hf_status hf_cache_put(hf_cache *cache, hf_text key, const hf_document *document, hf_error *reterr)
{
    hf_document *held = hf_document_hold(document);
    if (held == NULL)
        return hf__misuse(reterr, "cache: no document to put");
    hf_status status = hf__cache_insert(cache, key, hf__cache_hash(key), held, reterr);
    hf_document_drop(held);
    return status;
}

/* ---- letting go -------------------------------------------------------------------------- */

hf_status hf_cache_remove(hf_cache *cache, hf_text key)
{
    hf__cache_entry *removed = NULL;
    uint64_t         hash = hf__cache_hash(key);
    pthread_rwlock_wrlock(&cache->table_lock);
    hf__cache_entry *entry = hf__cache_lookup(cache, key, hash);
    if (entry != NULL)
        hf__cache_unlink(cache, entry, &removed);
    pthread_rwlock_unlock(&cache->table_lock);
    hf__cache_free_removed(cache, removed);
    return entry != NULL ? HF_OK : HF_NOT_FOUND;
}

uint64_t hf_cache_trim(hf_cache *cache, uint64_t bytes_kept)
{
    uint64_t before = hf_cache_count(cache).bytes, now;
    hf__cache_let_go(cache, 0); /* what expired */
    while ((now = hf_cache_count(cache).bytes) > bytes_kept && hf__cache_let_go(cache, now - bytes_kept) > 0) {
    }
    return before > now ? before - now : 0;
}

hf_budget *hf_cache_budget(hf_cache *cache)
{
    return cache->memory.budget;
}

hf_cache_counts hf_cache_count(hf_cache *cache)
{
    hf_cache_counts counts = {
        .entries_max = cache->options.entries_max,
        .bytes_max = cache->options.bytes_max,
        .hits = atomic_load(&cache->hits),
        .misses = atomic_load(&cache->misses),
        .loads = atomic_load(&cache->loads),
        .load_failures = atomic_load(&cache->load_failures),
        .load_waits = atomic_load(&cache->load_waits),
        .uncached = atomic_load(&cache->uncached),
        .evicted = atomic_load(&cache->evicted),
        .expired = atomic_load(&cache->expired),
        .replaced = atomic_load(&cache->replaced),
    };
    pthread_rwlock_rdlock(&cache->table_lock);
    counts.entries = cache->entries;
    counts.bytes = cache->beside + hf_budget_count(cache->memory.budget).current;
    pthread_rwlock_unlock(&cache->table_lock);
    pthread_mutex_lock(&cache->flights_lock);
    counts.loading = cache->loading;
    pthread_mutex_unlock(&cache->flights_lock);
    return counts;
}
