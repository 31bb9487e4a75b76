/* pool_front.c - attaching fronts to pools, and taking them off when a thread or a pool ends.
 *
 * One lock, the registry, is over all attachments and is taken before a pool's lock, so a thread
 * that ends and a pool that is destroyed never see each other half gone. */
#include "pool_front.h"

_Thread_local hf__front *hf__fronts[HF__FRONT_POOLS] __attribute__((tls_model("initial-exec")));

static pthread_mutex_t registry = PTHREAD_MUTEX_INITIALIZER;
static uint32_t        indexes_used; /* a bit each */
static uint64_t        serial_last;

static pthread_key_t  thread_end;
static pthread_once_t thread_end_once = PTHREAD_ONCE_INIT;

static const hf__memory front_memory = { NULL, NULL };

/* Under the registry. The front's objects and its reservation go to the back, and it is attached
 * to no pool. */
static void detach(hf__front *front)
{
    hf_pool *pool = front->pool;
    pthread_mutex_lock(&pool->lock);
    pool->front_reserved -= front->room;
    while (hf__front_count(front) > 0)
        hf__back_push(pool, hf__front_pop(front));
    hf__front **at = &pool->fronts;
    while (*at != front)
        at = &(*at)->next;
    *at = front->next;
    pthread_mutex_unlock(&pool->lock);
    front->pool = NULL;
    front->serial = 0;
    front->room = 0;
}

static void release_fronts(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&registry);
    for (unsigned i = 0; i < HF__FRONT_POOLS; i++) {
        hf__front *front = hf__fronts[i];
        if (front == NULL)
            continue;
        if (front->pool != NULL)
            detach(front);
        hf__fronts[i] = NULL;
        hf__memory_free(&front_memory, front, sizeof *front, 16);
    }
    pthread_mutex_unlock(&registry);
}

static void make_thread_end(void)
{
    pthread_key_create(&thread_end, release_fronts);
}

void hf__fronts_open(hf_pool *pool)
{
    pthread_mutex_lock(&registry);
    pool->serial = ++serial_last;
    pool->index = HF__FRONT_POOLS;
    if (indexes_used != UINT32_MAX) {
        pool->index = (unsigned)__builtin_ctz(~indexes_used);
        indexes_used |= (uint32_t)1 << pool->index;
    }
    pthread_mutex_unlock(&registry);
}

void hf__fronts_close(hf_pool *pool)
{
    pthread_mutex_lock(&registry);
    while (pool->fronts != NULL)
        detach(pool->fronts);
    if (pool->index < HF__FRONT_POOLS)
        indexes_used &= ~((uint32_t)1 << pool->index);
    pthread_mutex_unlock(&registry);
}

static hf__front *make_front(unsigned index)
{
    void *block = NULL;
    if (hf__memory_allocate(&front_memory, sizeof(hf__front), 16, &block, NULL) != HF_OK)
        return NULL;
    memset(block, 0, sizeof(hf__front));
    pthread_once(&thread_end_once, make_thread_end);
    pthread_setspecific(thread_end, hf__fronts);
    return hf__fronts[index] = block;
}

/* Fronts together reserve at most half of what the pool may keep, each at most a quarter. */
static uint32_t room_for(const hf_pool *pool)
{
    uint64_t half = pool->retained_max / 2;
    uint64_t room = half - pool->front_reserved;
    if (room > pool->retained_max / 4)
        room = pool->retained_max / 4;
    return room < HF__FRONT_OBJECTS ? (uint32_t)room : HF__FRONT_OBJECTS;
}

hf__front *hf__front_attach(hf_pool *pool)
{
    hf__front *front = hf__fronts[pool->index];
    if (front == NULL && (front = make_front(pool->index)) == NULL)
        return NULL;
    pthread_mutex_lock(&registry);
    pthread_mutex_lock(&pool->lock);
    front->pool = pool;
    front->serial = pool->serial;
    front->room = room_for(pool);
    front->next = pool->fronts;
    pool->fronts = front;
    pool->front_reserved += front->room;
    pthread_mutex_unlock(&pool->lock);
    pthread_mutex_unlock(&registry);
    hf__pool_free_excess(pool); /* the reservation left less for the back */
    return front;
}
