/* pool.c - getting and putting pooled objects, making and freeing them, trimming. */
#include "pool_front.h"
#include "poison.h"

#include "base/checked.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/misuse.h"

#include <holdfast/frame.h>

enum { STATE_OUT = 0x4f7554, STATE_IDLE = 0x49646c65 };

static void *object_of(hf__pool_header *head)
{
    return head + 1;
}

static hf__pool_header *head_of(void *object)
{
    return (hf__pool_header *)object - 1;
}

static void *block_of(const hf_pool *pool, hf__pool_header *head)
{
    return (char *)object_of(head) - pool->head_bytes;
}

/* ---- idle objects are not to be touched -------------------------------------------------- */

static void lay_to_rest(const hf_pool *pool, hf__pool_header *head)
{
    atomic_store_explicit(&head->state, STATE_IDLE, memory_order_relaxed);
#if HF__DEBUG && !HF__ASAN
    head->contents = hf__hash_bytes(object_of(head), pool->options.size, pool->serial);
#endif
    HF__POISON(object_of(head), pool->options.size);
}

static void wake(const hf_pool *pool, hf__pool_header *head)
{
    HF__UNPOISON(object_of(head), pool->options.size);
#if HF__DEBUG && !HF__ASAN
    if (head->contents != hf__hash_bytes(object_of(head), pool->options.size, pool->serial))
        hf__misuse(NULL, "an object was written while it lay in the pool");
#endif
    (void)pool;
}

/* ---- making and freeing objects ---------------------------------------------------------- */

static void free_block(hf_pool *pool, hf__pool_header *head)
{
    hf__memory_free(&pool->memory, block_of(pool, head), pool->block_bytes, pool->block_alignment);
}

/* Frees a chain of objects that nobody can reach any more; without the lock. */
static void free_chain(hf_pool *pool, hf__pool_header *chain)
{
    while (chain != NULL) {
        hf__pool_header *next = chain->next;
        wake(pool, chain);
        if (pool->options.finish != NULL)
            pool->options.finish(object_of(chain), pool->options.context);
        free_block(pool, chain);
        chain = next;
    }
}

/* Under the lock: the object is none of the pool's from here on. */
static void forget(hf_pool *pool, hf__pool_header *head)
{
    hf__address_set_remove(&pool->objects, object_of(head));
    pool->live--;
    pool->freed++;
}

/* Under the lock: takes objects out of the back until `kept` remain, onto a chain. */
static hf__pool_header *cut_back(hf_pool *pool, uint64_t kept)
{
    hf__pool_header *chain = NULL;
    while (pool->back_count > kept) {
        hf__pool_header *head = hf__back_pop(pool);
        forget(pool, head);
        head->next = chain;
        chain = head;
    }
    return chain;
}

static uint64_t back_max(const hf_pool *pool)
{
    return pool->retained_max - pool->front_reserved;
}

void hf__pool_free_excess(hf_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    hf__pool_header *chain = cut_back(pool, back_max(pool));
    pthread_mutex_unlock(&pool->lock);
    free_chain(pool, chain);
}

static uint64_t chain_bytes(const hf_pool *pool, const hf__pool_header *chain)
{
    uint64_t bytes = 0;
    for (; chain != NULL; chain = chain->next)
        bytes += pool->block_bytes;
    return bytes;
}

/* Under the lock: what was in the back all through the last idle_ms was not needed. */
static hf__pool_header *cut_idle(hf_pool *pool)
{
    uint64_t now_ns = hf__clock_ns();
    if (now_ns < hf__clock_after_ms(pool->period_ns, pool->options.idle_ms))
        return NULL;
    hf__pool_header *chain = cut_back(pool, pool->back_count - pool->back_low);
    pool->back_low = pool->back_count;
    pool->period_ns = now_ns;
    return chain;
}

static hf_status prepare(hf_pool *pool, void *object, hf_error *reterr)
{
    memset(object, 0, pool->options.size);
    if (pool->options.prepare == NULL)
        return HF_OK;
    hf_status status = pool->options.prepare(object, pool->options.context);
    return status == HF_OK ? HF_OK : hf__fail(reterr, status, "the pool's prepare");
}

static hf_status make_object(hf_pool *pool, hf__pool_header **ret_head, hf_error *reterr)
{
    void     *block = NULL;
    hf_status status = hf__memory_allocate(&pool->memory, pool->block_bytes, pool->block_alignment, &block, reterr);
    if (status != HF_OK)
        return status;
    hf__pool_header *head = head_of((char *)block + pool->head_bytes);
    *head = (hf__pool_header){ .next = NULL };
    status = prepare(pool, object_of(head), reterr);
    if (status != HF_OK) {
        free_block(pool, head);
        return status;
    }
    pthread_mutex_lock(&pool->lock);
    status = hf__address_set_reserve(&pool->objects, &pool->memory, reterr);
    if (status == HF_OK) {
        hf__address_set_add(&pool->objects, object_of(head));
        pool->created++;
    }
    pthread_mutex_unlock(&pool->lock);
    if (status != HF_OK) {
        if (pool->options.finish != NULL)
            pool->options.finish(object_of(head), pool->options.context);
        free_block(pool, head);
        return status;
    }
    *ret_head = head;
    return HF_OK;
}

/* A new object within objects_max. */
static hf_status make_counted(hf_pool *pool, hf__pool_header **ret_head, hf_error *reterr)
{
    pthread_mutex_lock(&pool->lock);
    bool room = pool->live < pool->options.objects_max;
    pool->live += room;
    pthread_mutex_unlock(&pool->lock);
    if (!room)
        return hf__fail(reterr, HF_LIMIT_COUNT, "pool: all %llu objects are in use",
                        (unsigned long long)pool->options.objects_max);
    hf_status status = make_object(pool, ret_head, reterr);
    if (status != HF_OK) {
        pthread_mutex_lock(&pool->lock);
        pool->live--;
        pthread_mutex_unlock(&pool->lock);
    }
    return status;
}

/* ---- life -------------------------------------------------------------------------------- */

static hf_status check_options(const hf_pool_options *options, hf_error *reterr)
{
    size_t alignment = options->alignment, sum;
    if (options->size == 0 || (alignment & (alignment - 1)) != 0 ||
        !hf__size_add(options->size, 2 * sizeof(hf__pool_header), &sum) || !hf__size_add(sum, 2 * alignment, &sum))
        return hf__misuse(reterr, "pool: an object of %zu bytes aligned to %zu", options->size, alignment);
    return HF_OK;
}

hf_status hf_pool_create(const hf_pool_options *options, hf_pool **ret_pool, hf_error *reterr)
{
    hf_status status = check_options(options, reterr);
    if (status != HF_OK)
        return status;
    hf__memory memory = { options->allocator, options->budget };
    void      *block = NULL;
    status = hf__memory_allocate(&memory, sizeof(hf_pool), 16, &block, reterr);
    if (status != HF_OK)
        return status;
    hf_pool *pool = memset(block, 0, sizeof(hf_pool));
    pool->options = *options;
    pool->memory = memory;
    hf_budget_hold(memory.budget);
    if (pool->options.retained_bytes_max == 0)
        pool->options.retained_bytes_max = HF_POOL_RETAINED_BYTES_MAX;
    if (pool->options.objects_max == 0)
        pool->options.objects_max = HF_POOL_OBJECTS_MAX;
    if (pool->options.idle_ms == 0)
        pool->options.idle_ms = HF_POOL_IDLE_MS;
    size_t alignment = options->alignment > 16 ? options->alignment : 16;
    pool->block_alignment = alignment;
    pool->head_bytes = (sizeof(hf__pool_header) + alignment - 1) & ~(alignment - 1);
    pool->block_bytes = pool->head_bytes + options->size;
    pool->retained_max = pool->options.retained_bytes_max / pool->block_bytes;
    pool->period_ns = hf__clock_ns();
    pthread_mutex_init(&pool->lock, NULL);
    hf__fronts_open(pool);
    *ret_pool = pool;
    return HF_OK;
}

static uint64_t count_retained(const hf_pool *pool)
{
    uint64_t retained = pool->back_count;
    for (const hf__front *front = pool->fronts; front != NULL; front = front->next)
        retained += hf__front_count(front);
    return retained;
}

hf_status hf_pool_destroy(hf_pool *pool)
{
    if (pool == NULL)
        return HF_OK;
    uint64_t out = hf_pool_count(pool).out;
    if (out > 0)
        return hf__misuse(NULL, "pool destroyed with %llu objects out", (unsigned long long)out);
    hf__fronts_close(pool);
    free_chain(pool, cut_back(pool, 0));
    hf__memory memory = pool->memory;
    hf__address_set_release(&pool->objects, &memory);
    pthread_mutex_destroy(&pool->lock);
    hf__memory_free(&memory, pool, sizeof *pool, 16);
    hf_budget_drop(memory.budget);
    return HF_OK;
}

/* ---- get --------------------------------------------------------------------------------- */

static hf_status hand_out(hf_pool *pool, hf__pool_header *head, void **ret_object)
{
    wake(pool, head);
    atomic_store_explicit(&head->state, STATE_OUT, memory_order_relaxed);
    *ret_object = object_of(head);
    return HF_OK;
}

/* From the back, and half a front's worth along with it. NULL when the back is empty. */
static hf__pool_header *refill(hf_pool *pool, hf__front *front)
{
    pthread_mutex_lock(&pool->lock);
    hf__pool_header *idle = cut_idle(pool);
    hf__pool_header *found = pool->back_count > 0 ? hf__back_pop(pool) : NULL;
    while (front != NULL && pool->back_count > 0 && hf__front_count(front) < front->room / 2)
        hf__front_push(front, hf__back_pop(pool));
    pthread_mutex_unlock(&pool->lock);
    free_chain(pool, idle);
    return found;
}

hf_status hf_pool_get(hf_pool *pool, void **ret_object, hf_error *reterr)
{
    hf__front *front = hf__front_of(pool);
    if (HF_LIKELY(front != NULL && hf__front_count(front) > 0))
        return hand_out(pool, hf__front_pop(front), ret_object);
    hf__pool_header *head = refill(pool, front);
    if (head != NULL)
        return hand_out(pool, head, ret_object);
    hf_status status = make_counted(pool, &head, reterr);
    if (status != HF_OK)
        return status;
    atomic_store_explicit(&head->state, STATE_OUT, memory_order_relaxed);
    *ret_object = object_of(head);
    return HF_OK;
}

/* ---- put --------------------------------------------------------------------------------- */

static bool is_mine(hf_pool *pool, const void *object)
{
    enum hf__address_answer answer = hf__address_set_ask(&pool->objects, object);
    if (HF_UNLIKELY(answer == HF__ADDRESS_UNSURE)) {
        pthread_mutex_lock(&pool->lock);
        answer = hf__address_set_ask(&pool->objects, object);
        pthread_mutex_unlock(&pool->lock);
    }
    return answer == HF__ADDRESS_YES;
}

static hf_status refuse(hf_pool *pool, hf_status status, const char *why)
{
    atomic_fetch_add_explicit(&pool->refused, 1, memory_order_relaxed);
    return hf__misuse_as(status, NULL, "pool: %s", why);
}

/* An object of this pool that is out, or a refusal. Reads nothing of an object that is not. */
static hf_status check_out(hf_pool *pool, void *object)
{
    if (HF_UNLIKELY(!is_mine(pool, object)))
        return refuse(pool, HF_MISUSE, hf_frame_holds(object) ? "the object was allocated inside a frame"
                                                              : "the object is not of this pool, or was freed");
    if (HF_UNLIKELY(atomic_load_explicit(&head_of(object)->state, memory_order_relaxed) != STATE_OUT))
        return refuse(pool, HF_MISUSE, "the object was put back already");
    return HF_OK;
}

static bool points_into_frame(const void *object, size_t size)
{
    const char *at = object;
    for (size_t i = 0; i + sizeof(void *) <= size; i += sizeof(void *)) {
        void *word;
        memcpy(&word, at + i, sizeof word);
        if (hf_frame_holds(word))
            return true;
    }
    return false;
}

/* The slow half of put: half the front goes to the back, and what exceeds the bound is freed. */
static void put_in_back(hf_pool *pool, hf__front *front, hf__pool_header *head)
{
    pthread_mutex_lock(&pool->lock);
    hf__pool_header *idle = cut_idle(pool);
    while (front != NULL && hf__front_count(front) > front->room / 2)
        hf__back_push(pool, hf__front_pop(front));
    hf__back_push(pool, head);
    hf__pool_header *excess = cut_back(pool, back_max(pool));
    pthread_mutex_unlock(&pool->lock);
    free_chain(pool, idle);
    free_chain(pool, excess);
}

hf_status hf_pool_put(hf_pool *pool, void *object)
{
    if (object == NULL)
        return HF_OK;
    hf_status status = check_out(pool, object);
    if (status != HF_OK)
        return status;
    if (pool->options.reset != NULL && pool->options.reset(object, pool->options.context) != HF_OK)
        return refuse(pool, HF_DIRTY, "its reset says that the object cannot be reused");
    if (pool->options.refuse_frame_pointers && points_into_frame(object, pool->options.size))
        return refuse(pool, HF_DIRTY, "the object points into a frame that is still open");
    hf__pool_header *head = head_of(object);
    lay_to_rest(pool, head);
    hf__front *front = hf__front_of(pool);
    if (HF_LIKELY(front != NULL && hf__front_count(front) < front->room))
        hf__front_push(front, head);
    else
        put_in_back(pool, front, head);
    return HF_OK;
}

hf_status hf_pool_discard(hf_pool *pool, void *object)
{
    if (object == NULL)
        return HF_OK;
    hf_status status = check_out(pool, object);
    if (status != HF_OK)
        return status;
    hf__pool_header *head = head_of(object);
    lay_to_rest(pool, head);
    head->next = NULL;
    pthread_mutex_lock(&pool->lock);
    forget(pool, head);
    pthread_mutex_unlock(&pool->lock);
    free_chain(pool, head);
    return HF_OK;
}

/* ---- trimming and counts ----------------------------------------------------------------- */

uint64_t hf_pool_trim(hf_pool *pool, uint64_t bytes_kept)
{
    hf__front *front = hf__front_of(pool);
    pthread_mutex_lock(&pool->lock);
    uint64_t kept = bytes_kept / pool->block_bytes, retained = count_retained(pool);
    while (front != NULL && hf__front_count(front) > 0)
        hf__back_push(pool, hf__front_pop(front));
    uint64_t         surplus = retained > kept ? retained - kept : 0;
    uint64_t         back_kept = pool->back_count > surplus ? pool->back_count - surplus : 0;
    hf__pool_header *chain = cut_back(pool, back_kept < back_max(pool) ? back_kept : back_max(pool));
    pthread_mutex_unlock(&pool->lock);
    uint64_t bytes = chain_bytes(pool, chain);
    free_chain(pool, chain);
    return bytes;
}

uint64_t hf_pool_trim_idle(hf_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    hf__pool_header *chain = cut_idle(pool);
    pthread_mutex_unlock(&pool->lock);
    uint64_t bytes = chain_bytes(pool, chain);
    free_chain(pool, chain);
    return bytes;
}

hf_pool_counts hf_pool_count(hf_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    uint64_t       retained = count_retained(pool);
    hf_pool_counts counts = {
        .out = pool->live - retained,
        .retained = retained,
        .retained_bytes = retained * pool->block_bytes,
        .retained_bytes_max = pool->options.retained_bytes_max,
        .created = pool->created,
        .freed = pool->freed,
        .refused = atomic_load_explicit(&pool->refused, memory_order_relaxed),
    };
    pthread_mutex_unlock(&pool->lock);
    return counts;
}
