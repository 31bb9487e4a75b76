/* gen_pool.c - a bump allocator over calloc'ed blocks. */
#include "gen_pool.h"

#include <stdalign.h>
#include <stdlib.h>

enum { BLOCK_BYTES = 64 * 1024 };

struct gen_pool_block {
    gen_pool_block *before;
    size_t          used, size;
    alignas(max_align_t) unsigned char bytes[];
};

static gen_pool_block *add_block(gen_pool *pool, size_t bytes)
{
    size_t size = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
    gen_pool_block *block = calloc(1, sizeof *block + size);
    if (block == NULL)
        return NULL;
    block->size = size;
    block->before = pool->last;
    pool->last = block;
    return block;
}

void *gen_pool_take(gen_pool *pool, size_t bytes)
{
    const size_t align = alignof(max_align_t);
    if (bytes > pool->bytes_max - pool->bytes_taken)
        return NULL;
    bytes = (bytes + align - 1) / align * align;
    gen_pool_block *block = pool->last;
    if (block == NULL || bytes > block->size - block->used)
        block = add_block(pool, bytes);
    if (block == NULL)
        return NULL;
    void *taken = block->bytes + block->used;
    block->used += bytes;
    pool->bytes_taken = bytes > pool->bytes_max - pool->bytes_taken ? pool->bytes_max : pool->bytes_taken + bytes;
    return taken;
}

void gen_pool_release(gen_pool *pool)
{
    while (pool->last != NULL) {
        gen_pool_block *block = pool->last;
        pool->last = block->before;
        free(block);
    }
    pool->bytes_taken = 0;
}
