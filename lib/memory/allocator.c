/* allocator.c - the default allocator, and allocation with a charge.
 *
 * Which of malloc and the page source holds a block follows from its size and alignment alone,
 * so freeing needs no lookup. */
#include "allocate.h"
#include "page.h"

#include "base/fail.h"

#include <stdlib.h>

/* What malloc guarantees. */
enum { MALLOC_ALIGNMENT = 16 };

static bool is_paged(size_t size, size_t alignment)
{
    return size >= HF__PAGE_BLOCK_BYTES && alignment <= HF__PAGE_BYTES;
}

static void *take(size_t size, size_t alignment)
{
    if (is_paged(size, alignment))
        return hf__page_take(size);
    if (alignment <= MALLOC_ALIGNMENT)
        return malloc(size);
    void *block = NULL;
    return posix_memalign(&block, alignment, size) == 0 ? block : NULL;
}

static void give(void *block, size_t size, size_t alignment)
{
    if (is_paged(size, alignment))
        hf__page_give(block, size);
    else
        free(block);
}

static void *default_resize(void *context, void *block, size_t old_size, size_t new_size, size_t alignment)
{
    (void)context;
    if (block == NULL)
        return new_size != 0 ? take(new_size, alignment) : NULL;
    if (new_size == 0) {
        give(block, old_size, alignment);
        return NULL;
    }
    bool old_paged = is_paged(old_size, alignment), new_paged = is_paged(new_size, alignment);
    if (old_paged && new_paged)
        return hf__page_resize(block, old_size, new_size);
    if (!old_paged && !new_paged && alignment <= MALLOC_ALIGNMENT)
        return realloc(block, new_size);
    void *moved = take(new_size, alignment);
    if (moved == NULL)
        return NULL;
    memcpy(moved, block, old_size < new_size ? old_size : new_size);
    give(block, old_size, alignment);
    return moved;
}

const hf_allocator *hf_allocator_default(void)
{
    static const hf_allocator allocator = { NULL, default_resize };
    return &allocator;
}

size_t hf__good_size(size_t size)
{
    return size >= HF__PAGE_BLOCK_BYTES ? hf__page_round(size) : size;
}

static bool is_default(const hf__memory *memory)
{
    return memory->allocator == NULL || memory->allocator == hf_allocator_default();
}

size_t hf__memory_kept_size(const hf__memory *memory, size_t least, size_t most)
{
    size_t good = hf__good_size(least);
    return good >= HF__PAGE_BLOCK_BYTES && good != SIZE_MAX && is_default(memory) ? hf__page_kept_size(good, most) : good;
}

void hf__memory_give_back(const hf__memory *memory, void *block, size_t from, size_t to)
{
    if (is_default(memory))
        hf__page_give_back(block, from, to);
}

/* ---- with a charge ----------------------------------------------------------------------- */

static void *resize(const hf__memory *memory, void *block, size_t old_size, size_t new_size, size_t alignment)
{
    const hf_allocator *allocator = memory->allocator;
    if (allocator == NULL)
        return default_resize(NULL, block, old_size, new_size, alignment);
    return allocator->resize(allocator->context, block, old_size, new_size, alignment);
}

hf_status hf__memory_allocate(const hf__memory *memory, size_t size, size_t alignment, void **ret_block,
                              hf_error *reterr)
{
    hf_status status = hf_budget_charge(memory->budget, size, reterr);
    if (status != HF_OK)
        return status;
    void *block = resize(memory, NULL, 0, size, alignment);
    if (block == NULL) {
        hf_budget_release(memory->budget, size);
        return hf__fail(reterr, HF_NO_MEMORY, "%zu bytes asked", size);
    }
    *ret_block = block;
    return HF_OK;
}

hf_status hf__memory_resize(const hf__memory *memory, void **block, size_t old_size, size_t new_size,
                            size_t alignment, hf_error *reterr)
{
    if (new_size > old_size) {
        hf_status status = hf_budget_charge(memory->budget, new_size - old_size, reterr);
        if (status != HF_OK)
            return status;
    }
    void *moved = resize(memory, *block, old_size, new_size, alignment);
    if (moved == NULL) {
        if (new_size > old_size)
            hf_budget_release(memory->budget, new_size - old_size);
        return hf__fail(reterr, HF_NO_MEMORY, "%zu bytes asked", new_size);
    }
    if (new_size < old_size)
        hf_budget_release(memory->budget, old_size - new_size);
    *block = moved;
    return HF_OK;
}

void hf__memory_free(const hf__memory *memory, void *block, size_t size, size_t alignment)
{
    if (block == NULL)
        return;
    resize(memory, block, size, 0, alignment);
    hf_budget_release(memory->budget, size);
}
