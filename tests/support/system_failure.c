/* system_failure.c - the functions that the linker puts in front of malloc, mmap and their families.
 *
 * While nobody counts they only pass on. Counting is for one thread; other threads may call, they
 * are counted too. */
#define _GNU_SOURCE /* mremap */
#include "system_failure.h"
#include "block_table.h"

#include <errno.h>
#include <holdfast/memory.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { LOOP_RUNS_MAX = 100000 };

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
int   __real_posix_memalign(void **ret_block, size_t alignment, size_t size);
void  __real_free(void *block);
void *__real_mmap(void *address, size_t length, int protection, int flags, int file, off_t offset);
void *__real_mremap(void *old_address, size_t old_size, size_t new_size, int flags, ...);
int   __real_munmap(void *address, size_t length);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
int   __wrap_posix_memalign(void **ret_block, size_t alignment, size_t size);
void  __wrap_free(void *block);
void *__wrap_mmap(void *address, size_t length, int protection, int flags, int file, off_t offset);
void *__wrap_mremap(void *old_address, size_t old_size, size_t new_size, int flags, ...);
int   __wrap_munmap(void *address, size_t length);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool     counting;
static block_table     live;
static system_counts   counts;
static uint64_t        fails_at;
static bool            fails_onwards;

/* ---- counting ------------------------------------------------------------------------------ */

static bool must_fail(void)
{
    pthread_mutex_lock(&lock);
    counts.requests++;
    bool fails = fails_at != 0 && (fails_onwards ? counts.requests >= fails_at : counts.requests == fails_at);
    counts.refused += fails;
    pthread_mutex_unlock(&lock);
    return fails;
}

static void *note_block(void *block, size_t size)
{
    if (block == NULL)
        return NULL;
    pthread_mutex_lock(&lock);
    block_table_add(&live, block, size, 0);
    counts.mallocs++;
    pthread_mutex_unlock(&lock);
    return block;
}

static void forget_block(void *block)
{
    block_row row;
    pthread_mutex_lock(&lock);
    block_table_remove(&live, block, &row);
    pthread_mutex_unlock(&lock);
}

static void note_mapping(int64_t bytes, bool is_new)
{
    pthread_mutex_lock(&lock);
    counts.mapped_bytes += bytes;
    counts.maps += is_new;
    pthread_mutex_unlock(&lock);
}

/* ---- in front of the malloc family --------------------------------------------------------- */

void *__wrap_malloc(size_t size)
{
    if (!counting)
        return __real_malloc(size);
    return must_fail() ? NULL : note_block(__real_malloc(size), size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    if (!counting)
        return __real_calloc(count, size);
    return must_fail() ? NULL : note_block(__real_calloc(count, size), count * size);
}

void *__wrap_realloc(void *block, size_t size)
{
    if (!counting)
        return __real_realloc(block, size);
    if (must_fail())
        return NULL;
    /* The row goes first: when realloc fails the block is live but uncounted, and another thread
     * may be given the old address as soon as realloc has let go of it. */
    if (block != NULL)
        forget_block(block);
    return note_block(__real_realloc(block, size), size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    if (!counting)
        return __real_aligned_alloc(alignment, size);
    return must_fail() ? NULL : note_block(__real_aligned_alloc(alignment, size), size);
}

int __wrap_posix_memalign(void **ret_block, size_t alignment, size_t size)
{
    if (!counting)
        return __real_posix_memalign(ret_block, alignment, size);
    if (must_fail())
        return ENOMEM;
    int trouble = __real_posix_memalign(ret_block, alignment, size);
    if (trouble == 0)
        note_block(*ret_block, size);
    return trouble;
}

void __wrap_free(void *block)
{
    if (counting && block != NULL)
        forget_block(block);
    __real_free(block);
}

/* ---- in front of mmap ----------------------------------------------------------------------- */

void *__wrap_mmap(void *address, size_t length, int protection, int flags, int file, off_t offset)
{
    if (!counting)
        return __real_mmap(address, length, protection, flags, file, offset);
    if (must_fail()) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    void *mapping = __real_mmap(address, length, protection, flags, file, offset);
    if (mapping != MAP_FAILED)
        note_mapping((int64_t)length, true);
    return mapping;
}

void *__wrap_mremap(void *old_address, size_t old_size, size_t new_size, int flags, ...)
{
    void *new_address = NULL;
    if (flags & MREMAP_FIXED) {
        va_list arguments;
        va_start(arguments, flags);
        new_address = va_arg(arguments, void *);
        va_end(arguments);
    }
    if (counting && must_fail()) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    void *mapping = __real_mremap(old_address, old_size, new_size, flags, new_address);
    /* The library reserves the fixed place by a mapping, which the moved one replaces. */
    int64_t replaced = flags & MREMAP_FIXED ? (int64_t)new_size : 0;
    if (counting && mapping != MAP_FAILED)
        note_mapping((int64_t)new_size - (int64_t)old_size - replaced, false);
    return mapping;
}

int __wrap_munmap(void *address, size_t length)
{
    int trouble = __real_munmap(address, length);
    if (counting && trouble == 0)
        note_mapping(-(int64_t)length, false);
    return trouble;
}

/* ---- the C library's own --------------------------------------------------------------------- */

void *system_malloc(size_t size)
{
    return __real_malloc(size);
}

void *system_calloc(size_t count, size_t size)
{
    return __real_calloc(count, size);
}

void *system_aligned_alloc(size_t alignment, size_t size)
{
    void *block = NULL;
    return __real_posix_memalign(&block, alignment, size) == 0 ? block : NULL;
}

void system_free(void *block)
{
    __real_free(block);
}

/* ---- for tests --------------------------------------------------------------------------------- */

void system_failure_set(uint64_t fail_at, bool onwards)
{
    counting = false;
    block_table_release(&live);
    counts = (system_counts){ 0 };
    fails_at = fail_at;
    fails_onwards = onwards;
    counting = true;
}

system_counts system_failure_count(void)
{
    pthread_mutex_lock(&lock);
    counts.live_blocks = (int64_t)live.live_blocks;
    counts.live_bytes = (int64_t)live.live_bytes;
    system_counts now = counts;
    pthread_mutex_unlock(&lock);
    return now;
}

system_counts system_failure_end(void)
{
    counting = false;
    return system_failure_count();
}

static void check_run(const system_loop *loop, const system_counts *run, const char *file, int line)
{
    if (loop->fail_at == 0 || (run->live_blocks == 0 && run->mapped_bytes == 0))
        return;
    fprintf(stderr, "%s:%d: request %llu refused%s: %lld blocks (%lld bytes) and %lld mapped bytes leaked\n",
            file, line, (unsigned long long)loop->fail_at, loop->onwards ? " and all after it" : "",
            (long long)run->live_blocks, (long long)run->live_bytes, (long long)run->mapped_bytes);
    abort();
}

/* States: undisturbed (fail_at 0), then fail_at 1, 2, ... for one failure each, then again for all onwards. */
bool system_loop_next(system_loop *loop, const char *file, int line)
{
    if (loop->started) {
        hf_page_trim(0);
        system_counts run = system_failure_end();
        check_run(loop, &run, file, line);
        if (run.requests == 0) {
            fprintf(stderr, "%s:%d: the loop of failures asked the system for nothing\n", file, line);
            abort();
        }
        if (loop->fail_at > LOOP_RUNS_MAX) {
            fprintf(stderr, "%s:%d: a loop of failures does not come to an end\n", file, line);
            abort();
        }
        if (loop->fail_at == 0 || run.refused > 0) {
            loop->fail_at++;
        } else if (!loop->onwards) {
            loop->onwards = true;
            loop->fail_at = 1;
        } else {
            return false;
        }
    } else {
        hf_page_trim(0);
    }
    loop->started = true;
    system_failure_set(loop->fail_at, loop->onwards);
    return true;
}
