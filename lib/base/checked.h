/* checked.h - arithmetic on sizes that says when it would wrap.
 *
 * Each call returns true and writes *ret_result when the exact result fits; on false nothing is
 * written. Sizes that come from input go through here before they reach an allocation. */
#ifndef HOLDFAST_CHECKED_H
#define HOLDFAST_CHECKED_H

#include <stdbool.h>
#include <stddef.h>

static inline bool hf__size_add(size_t a, size_t b, size_t *ret_result)
{
    size_t result;
    if (__builtin_add_overflow(a, b, &result))
        return false;
    *ret_result = result;
    return true;
}

static inline bool hf__size_multiply(size_t a, size_t b, size_t *ret_result)
{
    size_t result;
    if (__builtin_mul_overflow(a, b, &result))
        return false;
    *ret_result = result;
    return true;
}

/* count * size + extra. */
static inline bool hf__size_array(size_t count, size_t size, size_t extra, size_t *ret_result)
{
    size_t product;
    return hf__size_multiply(count, size, &product) && hf__size_add(product, extra, ret_result);
}

/* `size` up to the next multiple of `step`, a power of two. */
static inline bool hf__size_round_up(size_t size, size_t step, size_t *ret_result)
{
    size_t sum;
    if (!hf__size_add(size, step - 1, &sum))
        return false;
    *ret_result = sum & ~(step - 1);
    return true;
}

#endif
