/* hooks_malloc.c - the malloc family, in front of the real one.
 *
 * Allocations are recorded after the real call and releases before it, so that another thread that
 * gets the same address is recorded in between. Every hook keeps a frame of its own (it names its
 * caller's registers) and so cannot be a tail call. */
#define _GNU_SOURCE
#include "recorder.h"

#include <errno.h>
#include <string.h>

HF__EXPORT void *malloc(size_t size);
HF__EXPORT void *calloc(size_t count, size_t size);
HF__EXPORT void *realloc(void *block, size_t size);
HF__EXPORT void *reallocarray(void *block, size_t count, size_t size);
HF__EXPORT void  free(void *block);
HF__EXPORT void  cfree(void *block);
HF__EXPORT void  free_sized(void *block, size_t size);
HF__EXPORT void  free_aligned_sized(void *block, size_t alignment, size_t size);
HF__EXPORT void *memalign(size_t alignment, size_t size);
HF__EXPORT void *aligned_alloc(size_t alignment, size_t size);
HF__EXPORT int   posix_memalign(void **ret_block, size_t alignment, size_t size);
HF__EXPORT void *valloc(size_t size);
HF__EXPORT void *pvalloc(size_t size);

#define ENTER_REAL() (hf__thread.inside++)
#define LEAVE_REAL() (hf__thread.inside--)

static inline bool have_real(void)
{
    return HF__LIKELY(hf__real.malloc != NULL) || hf__real_ready();
}

/* When `block` is early memory, realloc copies it to the allocator and it stays where it is. */
static void *leave_early(const void *block, size_t size)
{
    void *moved = malloc(size);
    size_t length = hf__early_size(block);
    if (moved != NULL)
        memcpy(moved, block, length < size ? length : size);
    return moved;
}

HF__EXPORT void *malloc(size_t size)
{
    if (!have_real())
        return hf__early_allocate(size, 0);
    ENTER_REAL();
    void *block = hf__real.malloc(size);
    LEAVE_REAL();
    if (HF__LIKELY(block != NULL) && !hf__only_counted_allocation(block, size))
        hf__record_allocation(block, size, 0, HF__OWN_FRAME());
    return block;
}

HF__EXPORT void *calloc(size_t count, size_t size)
{
    if (!have_real())
        return size != 0 && count > SIZE_MAX / size ? NULL : hf__early_allocate(count * size, 0);
    ENTER_REAL();
    void *block = hf__real.calloc(count, size);
    LEAVE_REAL();
    if (HF__LIKELY(block != NULL) && !hf__only_counted_allocation(block, count * size))
        hf__record_allocation(block, count * size, 0, HF__OWN_FRAME());
    return block;
}

/* Moved, grown in place, failed, or released by size 0: all of them. */
static void *reallocate(void *block, size_t size, const uint64_t *frame)
{
    if (HF__UNLIKELY(block != NULL && hf__early_owns(block)))
        return leave_early(block, size);
    if (block != NULL)
        hf__record_release(block, HF__FROM_REALLOC);
    ENTER_REAL();
    void *moved = hf__real.realloc(block, size);
    LEAVE_REAL();
    if (moved != NULL)
        hf__record_allocation(moved, size, block != NULL ? HF__FROM_REALLOC : 0, frame);
    else if (block != NULL && size != 0)
        hf__record_restore(block);
    return moved;
}

HF__EXPORT void *realloc(void *block, size_t size)
{
    if (!have_real())
        return block == NULL ? hf__early_allocate(size, 0) : leave_early(block, size);
    return reallocate(block, size, HF__OWN_FRAME());
}

HF__EXPORT void *reallocarray(void *block, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    if (!have_real())
        return block == NULL ? hf__early_allocate(bytes, 0) : leave_early(block, bytes);
    return reallocate(block, bytes, HF__OWN_FRAME());
}

HF__EXPORT void free(void *block)
{
    if (block == NULL || HF__UNLIKELY(hf__early_owns(block)) || !have_real())
        return;
    if (!hf__only_counted_release(block))
        hf__record_release(block, 0);
    ENTER_REAL();
    hf__real.free(block);
    LEAVE_REAL();
}

HF__EXPORT void cfree(void *block)
{
    free(block);
}

HF__EXPORT void free_sized(void *block, size_t size)
{
    (void)size;
    free(block);
}

HF__EXPORT void free_aligned_sized(void *block, size_t alignment, size_t size)
{
    (void)alignment;
    (void)size;
    free(block);
}

HF__EXPORT void *memalign(size_t alignment, size_t size)
{
    if (!have_real())
        return hf__early_allocate(size, alignment);
    ENTER_REAL();
    void *block = hf__real.memalign(alignment, size);
    LEAVE_REAL();
    if (block != NULL)
        hf__record_allocation(block, size, 0, HF__OWN_FRAME());
    return block;
}

HF__EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
    if (!have_real())
        return hf__early_allocate(size, alignment);
    ENTER_REAL();
    void *block = hf__real.aligned_alloc(alignment, size);
    LEAVE_REAL();
    if (block != NULL)
        hf__record_allocation(block, size, 0, HF__OWN_FRAME());
    return block;
}

HF__EXPORT int posix_memalign(void **ret_block, size_t alignment, size_t size)
{
    if (!have_real()) {
        void *early = hf__early_allocate(size, alignment);
        if (early == NULL)
            return ENOMEM;
        *ret_block = early;
        return 0;
    }
    ENTER_REAL();
    int result = hf__real.posix_memalign(ret_block, alignment, size);
    LEAVE_REAL();
    if (result == 0 && *ret_block != NULL)
        hf__record_allocation(*ret_block, size, 0, HF__OWN_FRAME());
    return result;
}

HF__EXPORT void *valloc(size_t size)
{
    if (!have_real())
        return hf__early_allocate(size, 4096);
    ENTER_REAL();
    void *block = hf__real.valloc(size);
    LEAVE_REAL();
    if (block != NULL)
        hf__record_allocation(block, size, 0, HF__OWN_FRAME());
    return block;
}

HF__EXPORT void *pvalloc(size_t size)
{
    if (!have_real())
        return hf__early_allocate((size + 4095) & ~(size_t)4095, 4096);
    ENTER_REAL();
    void *block = hf__real.pvalloc(size);
    LEAVE_REAL();
    if (block != NULL)
        hf__record_allocation(block, size, 0, HF__OWN_FRAME());
    return block;
}
