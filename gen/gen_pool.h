/* gen_pool.h - where everything the generator reads or decides is kept.
 *
 * Blocks of a growing list, given back together. Memory is zeroed. A pool has a ceiling, so that
 * a hostile header meets a limit instead of the machine's. */
#ifndef HOLDFAST_GEN_POOL_H
#define HOLDFAST_GEN_POOL_H

#include <stddef.h>

typedef struct gen_pool_block gen_pool_block;

typedef struct gen_pool {
    gen_pool_block *last;
    size_t          bytes_taken, bytes_max;
} gen_pool;

/* `bytes` zeroed bytes, aligned for any object, bound to the pool; NULL when the ceiling or the
 * machine's memory is reached. */
void *gen_pool_take(gen_pool *pool, size_t bytes);
/* Gives everything back; the pool may be used again. */
void gen_pool_release(gen_pool *pool);

#endif
