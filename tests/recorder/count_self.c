/* count_self.c - a program that counts for itself what it holds, by the function that asked for it.
 *
 * Threads allocate through all calls of the malloc family, hand blocks to each other, reallocate
 * and release them at random. At the end it prints one line for each function:
 *
 *     site START END BLOCKS BYTES
 *
 * and ends in the way it was told: return, _exit, abort, kill.
 *
 * usage: count_self THREADS OPERATIONS ENDING */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAILBOX = 4096, SITES = 10, SMALLEST = 16, LARGEST = 600 };

/* Every block says in its first words who counted it. */
typedef struct head {
    uint32_t site, size;
} head;

static _Atomic int64_t blocks[SITES], bytes[SITES];
static _Atomic(head *)  mailbox[MAILBOX];
static unsigned         operations;
static pthread_barrier_t all_done;

static head *born(void *block, uint32_t site, size_t size)
{
    head *h = block;
    if (h == NULL)
        abort();
    *h = (head){ site, (uint32_t)size };
    atomic_fetch_add(&blocks[site], 1);
    atomic_fetch_add(&bytes[site], (int64_t)size);
    return h;
}

static void gone(const head *h)
{
    atomic_fetch_sub(&blocks[h->site], 1);
    atomic_fetch_sub(&bytes[h->site], h->size);
}

/* A function per site, so that a frame tells it. The asm keeps the call from becoming a jump. */
#define SITE(number, name, expression)                                  \
    extern const char __start_of_##name[], __stop_of_##name[];      \
    __attribute__((noinline, section("of_" #name))) static head *name(size_t size) \
    {                                                                   \
        void *block = expression;                                       \
        __asm__ volatile("" : "+r"(block));                             \
        return born(block, number, size);                               \
    }
static inline __attribute__((always_inline)) void *by_posix_memalign(size_t size)
{
    void *block = NULL;
    return posix_memalign(&block, 64, size) == 0 ? block : NULL;
}
SITE(0, site_malloc, malloc(size))
SITE(1, site_calloc, calloc(1, size))
SITE(2, site_memalign, memalign(128, size))
SITE(3, site_aligned_alloc, aligned_alloc(16, size))
SITE(4, site_posix_memalign, by_posix_memalign(size))
SITE(5, site_valloc, valloc(size))
SITE(6, site_reallocarray, reallocarray(NULL, 1, size))
SITE(7, site_realloc_null, realloc(NULL, size))
SITE(8, site_pvalloc, pvalloc(size))

extern const char __start_of_realloc[], __stop_of_realloc[];
__attribute__((noinline, section("of_realloc"))) static head *site_realloc(head *h, size_t size)
{
    gone(h);
    void *block = realloc(h, size);
    __asm__ volatile("" : "+r"(block));
    return born(block, 9, size);
}

static head *(*const sites[])(size_t) = { site_malloc, site_calloc, site_memalign, site_aligned_alloc,
                                          site_posix_memalign, site_valloc, site_reallocarray, site_realloc_null,
                                          site_pvalloc };

typedef struct range {
    const char *start, *end;
} range;
#define RANGE(name) { __start_##name, __stop_##name }
static const range ranges[SITES] = {
    RANGE(of_site_malloc), RANGE(of_site_calloc), RANGE(of_site_memalign), RANGE(of_site_aligned_alloc),
    RANGE(of_site_posix_memalign), RANGE(of_site_valloc), RANGE(of_site_reallocarray),
    RANGE(of_site_realloc_null), RANGE(of_site_pvalloc), RANGE(of_realloc) };

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    return *state ^= *state << 17;
}

static void release(head *h)
{
    if (h == NULL)
        return;
    gone(h);
    free(h);
}

/* realloc must fail and leave the block alone. */
static void fail_to_grow(head *h)
{
    volatile size_t far_too_much = SIZE_MAX / 2;
    void *block = realloc(h, far_too_much);
    if (block != NULL)
        abort();
}

/* Sometimes from deep down, so that stacks differ in depth and the memo has to follow. */
__attribute__((noinline)) static head *allocate(uint64_t r, unsigned depth)
{
    volatile unsigned keep = depth;
    head *h;
    if (depth > 0)
        h = allocate(r, depth - 1);
    else
        h = sites[(r >> 8) % 64 < 60 ? (r >> 8) % 2 : (r >> 16) % 9](SMALLEST + (r >> 24) % (LARGEST - SMALLEST));
    return keep == depth ? h : NULL;
}

static void *run(void *seed)
{
    uint64_t state = (uint64_t)(uintptr_t)seed * 0x9e3779b97f4a7c15u | 1;
    for (unsigned i = 0; i < operations; i++) {
        uint64_t r = next_random(&state);
        _Atomic(head *) *place = &mailbox[(r >> 40) % MAILBOX];
        head *h = atomic_exchange(place, NULL);
        if (h != NULL && r % 8 == 0)
            h = site_realloc(h, SMALLEST + (r >> 24) % LARGEST);
        else if (h != NULL && r % 512 == 1)
            fail_to_grow(h);
        else {
            release(h);
            h = r % 4 != 2 ? allocate(r, (unsigned)(r >> 32) % 24) : NULL;
        }
        release(atomic_exchange(place, h));
    }
    pthread_barrier_wait(&all_done);
    return NULL;
}

static void print_counts(void)
{
    char text[2048];
    int length = 0;
    for (unsigned i = 0; i < SITES; i++)
        length += snprintf(text + length, sizeof text - (size_t)length, "site %lx %lx %lld %lld\n",
                           (unsigned long)ranges[i].start, (unsigned long)ranges[i].end, (long long)blocks[i],
                           (long long)bytes[i]);
    if (write(STDOUT_FILENO, text, (size_t)length) != length)
        _exit(9);
}

int main(int count, char **arguments)
{
    if (count != 4)
        return 2;
    unsigned threads = (unsigned)atoi(arguments[1]);
    operations = (unsigned)atoi(arguments[2]);
    pthread_barrier_init(&all_done, NULL, threads + 1);
    for (unsigned i = 0; i < threads; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, run, (void *)(uintptr_t)(i + 1)) != 0)
            return 3;
        pthread_detach(thread);
    }
    pthread_barrier_wait(&all_done);
    print_counts();
    if (strcmp(arguments[3], "kill") == 0)
        kill(getpid(), SIGKILL);
    if (strcmp(arguments[3], "abort") == 0)
        abort();
    if (strcmp(arguments[3], "_exit") == 0)
        _exit(0);
    return 0;
}
