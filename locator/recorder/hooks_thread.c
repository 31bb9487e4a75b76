/* hooks_thread.c - threads: who made them, how big their stacks are, when they end, and whether
 * anybody will take them back. Also dlclose, after which addresses change their meaning.
 *
 * A started thread passes through run_thread; its frame is left out of stacks. */
#define _GNU_SOURCE
#include "recorder.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <time.h>

HF__EXPORT int pthread_create(pthread_t *ret_thread, const pthread_attr_t *attributes, void *(*start)(void *),
                              void *argument);
HF__EXPORT int pthread_join(pthread_t thread, void **ret_value);
HF__EXPORT int pthread_tryjoin_np(pthread_t thread, void **ret_value);
HF__EXPORT int pthread_timedjoin_np(pthread_t thread, void **ret_value, const struct timespec *until);
HF__EXPORT int pthread_clockjoin_np(pthread_t thread, void **ret_value, clockid_t clock, const struct timespec *until);
HF__EXPORT int pthread_detach(pthread_t thread);
HF__EXPORT int dlclose(void *handle);

enum { STARTS_MAX = 256, EXIT_ROUNDS = 4 /* PTHREAD_DESTRUCTOR_ITERATIONS */, KEYS_WITHOUT_MALLOC = 32 };

/* Handed from the creating thread to the new one. */
typedef struct start_info {
    _Atomic uint32_t used;
    void *(*start)(void *);
    void    *argument;
    uint32_t creator, stack;
    uint64_t stack_bytes;
    bool     detached;
} start_info;

static start_info     starts[STARTS_MAX];
static pthread_key_t  key;
static bool           key_usable;

static int (*real_create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
static int (*real_join)(pthread_t, void **);
static int (*real_tryjoin)(pthread_t, void **);
static int (*real_timedjoin)(pthread_t, void **, const struct timespec *);
static int (*real_clockjoin)(pthread_t, void **, clockid_t, const struct timespec *);
static int (*real_detach)(pthread_t);

static void find_real(void)
{
    if (real_detach != NULL)
        return;
    *(void **)&real_create = dlsym(RTLD_NEXT, "pthread_create");
    *(void **)&real_join = dlsym(RTLD_NEXT, "pthread_join");
    *(void **)&real_tryjoin = dlsym(RTLD_NEXT, "pthread_tryjoin_np");
    *(void **)&real_timedjoin = dlsym(RTLD_NEXT, "pthread_timedjoin_np");
    *(void **)&real_clockjoin = dlsym(RTLD_NEXT, "pthread_clockjoin_np");
    *(void **)&real_detach = dlsym(RTLD_NEXT, "pthread_detach");
}

/* Runs in the last round of destructors, so that what earlier ones release is still recorded with
 * the thread's own context. What comes later still takes a context anew; the collector notices
 * that its thread is gone. */
static void thread_ended(void *value)
{
    if (++hf__thread.exit_rounds < EXIT_ROUNDS) {
        pthread_setspecific(key, value);
        return;
    }
    hf__record_other(HF__OTHER_THREAD_END, NULL, 0);
    hf__contexts_drop();
}

void hf__threads_init(void)
{
    /* Values of later keys live in memory that pthread_setspecific would have to allocate. */
    key_usable = pthread_key_create(&key, thread_ended) == 0 && key < KEYS_WITHOUT_MALLOC;
}

void hf__thread_watch(void)
{
    if (key_usable)
        pthread_setspecific(key, &hf__thread);
}

static start_info *take_start(void)
{
    for (unsigned i = 0; i < STARTS_MAX; i++) {
        uint32_t unused = 0;
        if (atomic_compare_exchange_strong(&starts[i].used, &unused, 1))
            return &starts[i];
    }
    return NULL;
}

static void *run_thread(void *given)
{
    start_info *shared = given;
    start_info info = { .start = shared->start, .argument = shared->argument, .creator = shared->creator,
                        .stack = shared->stack, .stack_bytes = shared->stack_bytes, .detached = shared->detached };
    atomic_store_explicit(&shared->used, 0, memory_order_release);
    /* The descriptor of a thread lies at the top of its stack. */
    uint64_t top = (uint64_t)pthread_self();
    uint64_t here = (uint64_t)&info;
    if (here < top && top - here < info.stack_bytes)
        hf__thread.stack = (hf__stack_range){ top - info.stack_bytes, top };
    const uint64_t numbers[] = { info.creator, info.stack, info.stack_bytes, info.detached };
    hf__record_other(HF__OTHER_THREAD_START, numbers, 4);
    return info.start(info.argument);
}

HF__EXPORT int pthread_create(pthread_t *ret_thread, const pthread_attr_t *attributes, void *(*start)(void *),
                              void *argument)
{
    hf__registers from = HF__CALLER_REGISTERS();
    find_real();
    hf__context *context = hf__enter();
    start_info *info = context != NULL ? take_start() : NULL;
    if (info != NULL) {
        pthread_attr_t defaults;
        int detached = PTHREAD_CREATE_JOINABLE;
        info->start = start;
        info->argument = argument;
        info->creator = hf__thread_number(&hf__thread);
        info->stack = hf__stack_here(context, from);
        if (attributes == NULL)
            pthread_attr_init(&defaults);
        size_t stack_bytes = 0;
        pthread_attr_getstacksize(attributes != NULL ? attributes : &defaults, &stack_bytes);
        info->stack_bytes = stack_bytes;
        pthread_attr_getdetachstate(attributes != NULL ? attributes : &defaults, &detached);
        info->detached = detached == PTHREAD_CREATE_DETACHED;
    }
    if (context != NULL)
        hf__leave(context);
    if (info == NULL)
        return real_create(ret_thread, attributes, start, argument);
    int result = real_create(ret_thread, attributes, run_thread, info);
    if (result != 0)
        atomic_store_explicit(&info->used, 0, memory_order_release);
    return result;
}

/* Of a thread that nobody has joined or detached yet; 0: not recorded. Asked before the call, as the
 * handle may name another thread afterwards. What the recorder keeps for a thread lies as far from its
 * descriptor in each of them: initial-exec storage. */
static uint32_t number_of(pthread_t thread)
{
    if (!hf__process_ready())
        return 0;
    uint64_t distance = (uint64_t)&hf__thread - (uint64_t)pthread_self();
    return hf__thread_number((hf__thread_local *)((uint64_t)thread + distance));
}

static void record_state(uint32_t number, hf__thread_state state)
{
    const uint64_t numbers[] = { number, state };
    int saved = errno;
    if (number != 0)
        hf__record_other(HF__OTHER_THREAD_STATE, numbers, 2);
    errno = saved;
}

static int joined(uint32_t number, int result)
{
    if (result == 0)
        record_state(number, HF__THREAD_JOINED);
    return result;
}

HF__EXPORT int pthread_join(pthread_t thread, void **ret_value)
{
    find_real();
    uint32_t number = number_of(thread);
    return joined(number, real_join(thread, ret_value));
}

HF__EXPORT int pthread_tryjoin_np(pthread_t thread, void **ret_value)
{
    find_real();
    uint32_t number = number_of(thread);
    return joined(number, real_tryjoin(thread, ret_value));
}

HF__EXPORT int pthread_timedjoin_np(pthread_t thread, void **ret_value, const struct timespec *until)
{
    find_real();
    uint32_t number = number_of(thread);
    return joined(number, real_timedjoin(thread, ret_value, until));
}

HF__EXPORT int pthread_clockjoin_np(pthread_t thread, void **ret_value, clockid_t clock, const struct timespec *until)
{
    find_real();
    uint32_t number = number_of(thread);
    return joined(number, real_clockjoin(thread, ret_value, clock, until));
}

/* Recorded before the call: a thread that has ended gives its stack back within it. */
HF__EXPORT int pthread_detach(pthread_t thread)
{
    find_real();
    record_state(number_of(thread), HF__THREAD_DETACHED);
    return real_detach(thread);
}

HF__EXPORT int dlclose(void *handle)
{
    if (!hf__real_ready() || hf__real.dlclose == NULL)
        return -1;
    int result = hf__real.dlclose(handle);
    if (hf__process_ready())
        hf__modules_check();
    return result;
}
