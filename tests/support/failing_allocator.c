/* failing_allocator.c - a checking allocator over aligned_alloc. */
#include "failing_allocator.h"
#include "system_failure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OOM_RUNS_MAX = 100000 };

static void stop(const char *what)
{
    fprintf(stderr, "failing_allocator: %s\n", what);
    abort();
}

static bool must_fail(test_allocator *allocator)
{
    allocator->requests++;
    if (allocator->fail_at == 0 || allocator->requests < allocator->fail_at)
        return false;
    if (allocator->requests > allocator->fail_at && !allocator->fail_onwards)
        return false;
    allocator->refused++;
    return true;
}

static void *get_block(test_allocator *allocator, size_t size, size_t alignment)
{
    /* Without a larger alignment malloc gives the exact size, so that a sanitizer guards its end. */
    void *block = alignment <= 16 ? system_malloc(size) : system_aligned_alloc(alignment, size);
    if (block == NULL)
        return NULL;
    memset(block, 0xA5, size);
    block_table_add(&allocator->live, block, size, alignment);
    if (allocator->live.live_bytes > allocator->bytes_peak)
        allocator->bytes_peak = allocator->live.live_bytes;
    return block;
}

static void put_block(test_allocator *allocator, void *block, size_t old_size, size_t alignment)
{
    block_row row;
    if (!block_table_remove(&allocator->live, block, &row))
        stop("a block that is not live was given back");
    if (row.size != old_size)
        stop("a block was given back with another size than it has");
    if (row.alignment != alignment)
        stop("a block was given back with another alignment than it has");
    memset(block, 0xDD, row.size);
    system_free(block);
}

static void *resize_locked(test_allocator *allocator, void *block, size_t old_size, size_t new_size,
                           size_t alignment)
{
    if (block == NULL && old_size != 0)
        stop("no block, but an old size");
    if (new_size == 0) {
        if (block != NULL)
            put_block(allocator, block, old_size, alignment);
        return NULL;
    }
    if (must_fail(allocator))
        return NULL;
    void *moved = get_block(allocator, new_size, alignment);
    if (moved != NULL && block != NULL) {
        memcpy(moved, block, old_size < new_size ? old_size : new_size);
        put_block(allocator, block, old_size, alignment);
    }
    return moved;
}

static void *resize(void *context, void *block, size_t old_size, size_t new_size, size_t alignment)
{
    test_allocator *allocator = context;
    if (alignment == 0 || (alignment & (alignment - 1)) != 0)
        stop("the alignment is no power of two");
    pthread_mutex_lock(&allocator->lock);
    void *result = resize_locked(allocator, block, old_size, new_size, alignment);
    pthread_mutex_unlock(&allocator->lock);
    return result;
}

void test_allocator_init(test_allocator *allocator)
{
    memset(allocator, 0, sizeof *allocator);
    allocator->base = (hf_allocator){ .context = allocator, .resize = resize };
    pthread_mutex_init(&allocator->lock, NULL);
    allocator->started = true;
}

size_t test_allocator_release(test_allocator *allocator)
{
    size_t leaked = allocator->live.live_blocks;
    block_table_release(&allocator->live);
    pthread_mutex_destroy(&allocator->lock);
    allocator->started = false;
    return leaked;
}

uint64_t test_allocator_refused(test_allocator *allocator)
{
    pthread_mutex_lock(&allocator->lock);
    uint64_t refused = allocator->refused;
    pthread_mutex_unlock(&allocator->lock);
    return refused;
}

void test_allocator_fail(test_allocator *allocator, uint64_t fail_at, bool fail_onwards)
{
    allocator->requests = 0;
    allocator->refused = 0;
    allocator->fail_at = fail_at;
    allocator->fail_onwards = fail_onwards;
}

bool test_allocator_next(test_allocator *allocator, const char *file, int line)
{
    if (!allocator->started) {
        test_allocator_init(allocator);
        test_allocator_fail(allocator, 1, false);
        return true;
    }
    if (allocator->live.live_blocks != 0) {
        fprintf(stderr, "%s:%d: request %llu refused%s: %zu blocks leaked, %zu bytes\n", file, line,
                (unsigned long long)allocator->fail_at, allocator->fail_onwards ? " and all after it" : "",
                allocator->live.live_blocks, allocator->live.live_bytes);
        abort();
    }
    if (allocator->fail_at > OOM_RUNS_MAX)
        stop("a loop of failures does not come to an end");
    if (allocator->refused > 0) {
        test_allocator_fail(allocator, allocator->fail_at + 1, allocator->fail_onwards);
        return true;
    }
    if (!allocator->fail_onwards && allocator->fail_at > 1) {
        test_allocator_fail(allocator, 1, true);
        return true;
    }
    if (allocator->fail_at == 1) {
        fprintf(stderr, "%s:%d: the loop of failures asked for no memory: is `nth` used?\n", file, line);
        abort();
    }
    test_allocator_release(allocator);
    return false;
}
