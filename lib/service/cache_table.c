/* cache_table.c - buckets, the two queues of S3-FIFO, the ghosts, and what is let go. */
#include "cache_state.h"

#include "base/checked.h"
#include "base/clock.h"
#include "base/hash.h"
#include "value/home.h"

enum { TABLE_ALIGNMENT = 16, SMALL_PERCENT = 10, TO_MAIN_FREQUENCY = 1 };

uint64_t hf__cache_hash(hf_text key)
{
    return hf__hash_bytes(key.bytes, key.length, hf__hash_seed());
}

/* Never 0, which is no ghost. */
static uint32_t fingerprint(uint64_t hash)
{
    return (uint32_t)(hash >> 32) | 1;
}

/* ---- tables ------------------------------------------------------------------------------ */

static bool table_bytes(size_t buckets, size_t *ret_bytes)
{
    return hf__size_array(buckets, sizeof(hf__cache_entry *) + sizeof(uint32_t), sizeof(hf__cache_table), ret_bytes);
}

hf_status hf__cache_make_table(const hf__memory *memory, size_t buckets, hf__cache_table **ret_table, hf_error *reterr)
{
    size_t    bytes = 0;
    void     *block = NULL;
    hf_status status = table_bytes(buckets, &bytes) ? HF_OK : HF_NO_MEMORY;
    if (status == HF_OK)
        status = hf__memory_allocate(memory, bytes, TABLE_ALIGNMENT, &block, reterr);
    if (status != HF_OK)
        return status;
    hf__cache_table *table = memset(block, 0, bytes);
    table->mask = buckets - 1;
    table->ghosts = (uint32_t *)&table->buckets[buckets];
    *ret_table = table;
    return HF_OK;
}

void hf__cache_free_table(const hf__memory *memory, hf__cache_table *table)
{
    size_t bytes = 0;
    if (table != NULL && table_bytes(table->mask + 1, &bytes))
        hf__memory_free(memory, table, bytes, TABLE_ALIGNMENT);
}

static bool is_crowded(const hf_cache *cache)
{
    return cache->entries > cache->table->mask;
}

/* Moves all entries over; ghosts stay behind, except that they keep their luck in doubled places. */
static void rehash(hf_cache *cache, hf__cache_table *table)
{
    hf__cache_table *old = cache->table;
    for (hf__cache_entry *entry = cache->earliest; entry != NULL; entry = entry->later) {
        hf__cache_entry **bucket = &table->buckets[entry->hash & table->mask];
        entry->chain = *bucket;
        *bucket = entry;
    }
    for (size_t i = 0; i <= table->mask; i++)
        table->ghosts[i] = old->ghosts[i & old->mask];
    cache->table = table;
}

void hf__cache_grow_table(hf_cache *cache)
{
    pthread_rwlock_rdlock(&cache->table_lock);
    size_t buckets = is_crowded(cache) ? (cache->table->mask + 1) * 2 : 0;
    pthread_rwlock_unlock(&cache->table_lock);
    hf__cache_table *table = NULL;
    if (buckets == 0 || hf__cache_make_table(&cache->own, buckets, &table, NULL) != HF_OK)
        return;
    hf__cache_table *unused = table;
    pthread_rwlock_wrlock(&cache->table_lock);
    if (table->mask > cache->table->mask) {
        unused = cache->table;
        rehash(cache, table);
    }
    pthread_rwlock_unlock(&cache->table_lock);
    hf__cache_free_table(&cache->own, unused);
}

hf__cache_entry *hf__cache_lookup(const hf_cache *cache, hf_text key, uint64_t hash)
{
    hf__cache_entry *entry = cache->table->buckets[hash & cache->table->mask];
    while (entry != NULL &&
           (entry->hash != hash || !hf_text_equal(key, hf_text_of(entry->key, entry->key_length))))
        entry = entry->chain;
    return entry;
}

/* ---- lists ------------------------------------------------------------------------------- */

static void enqueue(hf_cache *cache, hf__cache_entry *entry, uint32_t which)
{
    hf__cache_queue *queue = &cache->queues[which];
    entry->queue = which;
    entry->newer = NULL;
    entry->older = queue->newest;
    *(queue->newest != NULL ? &queue->newest->newer : &queue->oldest) = entry;
    queue->newest = entry;
    queue->weight += entry->weight;
}

static void dequeue(hf_cache *cache, hf__cache_entry *entry)
{
    hf__cache_queue *queue = &cache->queues[entry->queue];
    *(entry->newer != NULL ? &entry->newer->older : &queue->newest) = entry->older;
    *(entry->older != NULL ? &entry->older->newer : &queue->oldest) = entry->newer;
    queue->weight -= entry->weight;
}

void hf__cache_link(hf_cache *cache, hf__cache_entry *entry)
{
    size_t            at = entry->hash & cache->table->mask;
    hf__cache_entry **bucket = &cache->table->buckets[at];
    entry->chain = *bucket;
    *bucket = entry;
    bool returns = cache->table->ghosts[at] == fingerprint(entry->hash);
    if (returns)
        cache->table->ghosts[at] = 0;
    enqueue(cache, entry, returns ? HF__CACHE_MAIN : HF__CACHE_SMALL);
    entry->later = NULL;
    entry->earlier = cache->latest;
    *(cache->latest != NULL ? &cache->latest->later : &cache->earliest) = entry;
    cache->latest = entry;
    cache->entries++;
}

void hf__cache_unlink(hf_cache *cache, hf__cache_entry *entry, hf__cache_entry **removed)
{
    hf__cache_entry **at = &cache->table->buckets[entry->hash & cache->table->mask];
    while (*at != entry)
        at = &(*at)->chain;
    *at = entry->chain;
    dequeue(cache, entry);
    *(entry->later != NULL ? &entry->later->earlier : &cache->latest) = entry->earlier;
    *(entry->earlier != NULL ? &entry->earlier->later : &cache->earliest) = entry->later;
    cache->entries--;
    if (entry->beside > 0) {
        cache->beside -= entry->beside;
        hf__budget_limit_to(cache->memory.budget, cache->options.bytes_max - cache->beside);
    }
    entry->chain = *removed;
    *removed = entry;
}

uint64_t hf__cache_free_removed(hf_cache *cache, hf__cache_entry *removed)
{
    uint64_t bytes = 0;
    while (removed != NULL) {
        hf__cache_entry *next = removed->chain;
        size_t           entry_bytes = sizeof *removed + removed->key_length;
        bytes += entry_bytes + removed->beside;
        if (removed->beside == 0 && atomic_load(&removed->document->holders) == 1)
            bytes += atomic_load(&removed->document->bytes);
        hf_document_drop(removed->document);
        hf__memory_free(&cache->memory, removed, entry_bytes, TABLE_ALIGNMENT);
        removed = next;
    }
    return bytes;
}

/* ---- eviction ---------------------------------------------------------------------------- */

bool hf__cache_is_expired(const hf_cache *cache, const hf__cache_entry *entry, uint64_t now_ns)
{
    uint64_t ttl = cache->options.time_to_live_ms;
    return ttl != 0 && now_ns >= hf__clock_after_ms(entry->loaded_ns, ttl);
}

void hf__cache_evict_expired(hf_cache *cache, hf__cache_entry **removed)
{
    uint64_t now_ns = cache->options.time_to_live_ms != 0 ? hf__clock_ns() : 0;
    while (cache->earliest != NULL && hf__cache_is_expired(cache, cache->earliest, now_ns)) {
        hf__cache_unlink(cache, cache->earliest, removed);
        cache->expired++;
    }
}

static uint32_t queue_to_evict_from(const hf_cache *cache)
{
    const hf__cache_queue *small = &cache->queues[HF__CACHE_SMALL], *main = &cache->queues[HF__CACHE_MAIN];
    if (small->oldest == NULL)
        return HF__CACHE_MAIN;
    uint64_t share = (small->weight + main->weight) / 100 * SMALL_PERCENT;
    return small->weight > share || main->oldest == NULL ? HF__CACHE_SMALL : HF__CACHE_MAIN;
}

/* An eviction of `entry` lets go of memory: it is counted beside, or nobody else holds it. */
static bool frees_memory(const hf__cache_entry *entry)
{
    return entry->beside > 0 || atomic_load_explicit(&entry->document->holders, memory_order_relaxed) == 1;
}

/* The oldest of a queue moves on: to main when it came back, else to the queue's new end. */
static bool spare(hf_cache *cache, hf__cache_entry *entry, bool for_bytes)
{
    uint32_t frequency = atomic_load_explicit(&entry->frequency, memory_order_relaxed), queue = entry->queue;
    if (queue == HF__CACHE_SMALL && frequency > TO_MAIN_FREQUENCY) {
        queue = HF__CACHE_MAIN;
        frequency = 0;
    } else if (queue == HF__CACHE_MAIN && frequency > 0) {
        frequency--;
    } else if (for_bytes && !frees_memory(entry)) {
        queue = HF__CACHE_MAIN; /* in use: as good as asked for */
    } else {
        return false;
    }
    atomic_store_explicit(&entry->frequency, frequency, memory_order_relaxed);
    dequeue(cache, entry);
    enqueue(cache, entry, queue);
    return true;
}

bool hf__cache_evict(hf_cache *cache, bool for_bytes, hf__cache_entry **removed)
{
    /* Each entry is spared at most once per unit of frequency, and once for being in use. */
    uint64_t steps = cache->entries * (HF__CACHE_FREQUENCY_MAX + 2);
    for (; steps > 0; steps--) {
        hf__cache_entry *entry = cache->queues[queue_to_evict_from(cache)].oldest;
        if (spare(cache, entry, for_bytes))
            continue;
        if (entry->queue == HF__CACHE_SMALL)
            cache->table->ghosts[entry->hash & cache->table->mask] = fingerprint(entry->hash);
        hf__cache_unlink(cache, entry, removed);
        cache->evicted++;
        return true;
    }
    return false;
}

uint64_t hf__cache_let_go(hf_cache *cache, uint64_t bytes)
{
    hf__cache_entry *removed = NULL;
    uint64_t         planned = 0;
    pthread_rwlock_wrlock(&cache->table_lock);
    hf__cache_evict_expired(cache, &removed);
    for (hf__cache_entry *entry = removed; entry != NULL; entry = entry->chain)
        planned += frees_memory(entry) ? entry->weight : 0;
    while (planned < bytes && hf__cache_evict(cache, true, &removed))
        planned += removed->weight;
    pthread_rwlock_unlock(&cache->table_lock);
    return hf__cache_free_removed(cache, removed);
}
