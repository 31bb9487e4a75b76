/* cache_load.c - one load per key at a time, for all who ask for it.
 *
 * A flight lies on the stack of the thread that loads, which stays until the last waiter has
 * taken the result. */
#include "cache_state.h"

#include "base/clock.h"
#include "base/fail.h"

/* How long a waiter sleeps before it looks at its token again. */
enum { WAITING_LOOK_MS = 10 };

static hf__cache_flight *find_flight(hf_cache *cache, hf_text key, uint64_t hash)
{
    hf__cache_flight *flight = cache->flights;
    while (flight != NULL && (flight->hash != hash || !hf_text_equal(flight->key, key)))
        flight = flight->next;
    return flight;
}

/* ---- waiting ----------------------------------------------------------------------------- */

/* What the calling thread's own loads wait for. */
static void set_waits_for(hf_cache *cache, hf__cache_flight *target)
{
    for (hf__cache_flight *flight = cache->flights; flight != NULL; flight = flight->next)
        if (pthread_equal(flight->thread, pthread_self()))
            flight->waits_for = target;
}

/* Would the load that we are to wait for, in the end, wait for us? */
static bool waits_for_us(const hf__cache_flight *flight)
{
    for (; flight != NULL; flight = flight->waits_for)
        if (pthread_equal(flight->thread, pthread_self()))
            return true;
    return false;
}

static void sleep_on(hf_cache *cache, const hf_cancel *cancel)
{
    if (cancel == NULL) {
        pthread_cond_wait(&cache->flights_changed, &cache->flights_lock);
        return;
    }
    uint64_t        at_ns = hf__clock_after_ms(hf__clock_ns(), WAITING_LOOK_MS);
    struct timespec until = { .tv_sec = (time_t)(at_ns / 1000000000), .tv_nsec = (long)(at_ns % 1000000000) };
    pthread_cond_timedwait(&cache->flights_changed, &cache->flights_lock, &until);
}

/* Under flights_lock. */
static hf_status await_flight(hf_cache *cache, hf__cache_flight *flight, const hf_cancel *cancel,
                              hf_document **ret_document, hf_error *reterr)
{
    if (waits_for_us(flight))
        return hf__fail(reterr, HF_CYCLE, "a load waits for itself");
    flight->waiters++;
    cache->load_waits++;
    set_waits_for(cache, flight);
    hf_status status = HF_OK;
    while (!flight->done && status == HF_OK) {
        sleep_on(cache, cancel);
        status = hf_cancel_check(cancel);
    }
    set_waits_for(cache, NULL);
    if (flight->done) {
        status = flight->status;
        if (status == HF_OK)
            *ret_document = hf_document_hold(flight->document);
        else if (reterr != NULL)
            *reterr = flight->error;
    } else {
        hf__fail(reterr, status, "waiting for another's load");
    }
    if (--flight->waiters == 0)
        pthread_cond_broadcast(&cache->flights_changed);
    return status;
}

/* ---- loading ----------------------------------------------------------------------------- */

typedef struct landing {
    hf_cache         *cache;
    hf__cache_flight *flight;
} landing;

/* The load is over in whatever way: the waiters get the result, and the flight goes. */
static void land(void *context)
{
    landing          *self = context;
    hf_cache         *cache = self->cache;
    hf__cache_flight *flight = self->flight;
    if (flight->status != HF_OK)
        cache->load_failures++;
    pthread_mutex_lock(&cache->flights_lock);
    hf__cache_flight **at = &cache->flights;
    while (*at != flight)
        at = &(*at)->next;
    *at = flight->next;
    cache->loading--;
    flight->done = true;
    pthread_cond_broadcast(&cache->flights_changed);
    while (flight->waiters > 0)
        pthread_cond_wait(&cache->flights_changed, &cache->flights_lock);
    pthread_mutex_unlock(&cache->flights_lock);
}

static void run_load(hf_cache *cache, hf__cache_flight *flight, const hf_cancel *cancel)
{
    landing          self = { cache, flight };
    hf_cache_loading loading = { cache->memory.allocator, cache->memory.budget, cancel };
    /* What stays when the loader ends its thread. */
    flight->status = hf__fail(&flight->error, HF_CANCELLED, "the loader ended its thread");
    pthread_cleanup_push(land, &self);
    hf_error error;
    hf__fail(&error, HF_OK, NULL);
    hf_status status = cache->options.load(cache->options.context, flight->key, &loading, &flight->document, &error);
    if (status != HF_OK && error.status != status)
        hf__fail(&error, status, "the cache's loader");
    if (status == HF_OK && hf__cache_insert(cache, flight->key, flight->hash, flight->document, NULL) != HF_OK)
        cache->uncached++;
    flight->status = status;
    flight->error = error;
    pthread_cleanup_pop(1);
}

hf_status hf_cache_get(hf_cache *cache, hf_text key, const hf_cancel *cancel, hf_document **ret_document,
                       hf_error *reterr)
{
    uint64_t hash = hf__cache_hash(key);
    if (hf__cache_hit(cache, key, hash, ret_document)) {
        atomic_fetch_add_explicit(&cache->hits, 1, memory_order_relaxed);
        return HF_OK;
    }
    atomic_fetch_add_explicit(&cache->misses, 1, memory_order_relaxed);
    if (cache->options.load == NULL)
        return hf__fail(reterr, HF_NOT_FOUND, "the cache has no loader");
    hf__cache_flight own = { .key = key, .hash = hash, .thread = pthread_self() };
    pthread_mutex_lock(&cache->flights_lock);
    hf__cache_flight *others = find_flight(cache, key, hash);
    hf_status         status = HF_OK;
    bool              decided = true;
    if (others != NULL)
        status = await_flight(cache, others, cancel, ret_document, reterr);
    else
        decided = hf__cache_hit(cache, key, hash, ret_document); /* it landed since we looked */
    if (!decided) {
        own.next = cache->flights;
        cache->flights = &own;
        cache->loading++;
        cache->loads++;
    }
    pthread_mutex_unlock(&cache->flights_lock);
    if (decided)
        return status;
    run_load(cache, &own, cancel);
    if (own.status != HF_OK) {
        if (reterr != NULL)
            *reterr = own.error;
        return own.status;
    }
    *ret_document = own.document;
    return HF_OK;
}
