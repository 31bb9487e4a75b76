/* arena.c - blocks behind the inline bump allocation of arena.h.
 *
 *   ordinary blocks   newest <- ... <- first     a stack; `at` moves in the newest
 *   large blocks      newest <- ... <- first     a stack of requests that fit no ordinary block
 *   spare             at most one block, empty, taken back by a rewind
 *
 * Two stacks, because a large request must not close the block that small ones still fill; a
 * mark notes the top of both. `used` is never counted per allocation: it is the sum left behind
 * in full blocks, the distance of `at` from the newest block's start, and the large blocks. */
#include "allocate.h"
#include "arena_block.h"
#include "region.h"

#include "base/checked.h"

#include <string.h>

static hf__memory memory_of(const hf_arena *arena)
{
    return (hf__memory){ arena->allocator, arena->budget };
}

/* ---- the place of allocation ------------------------------------------------------------- */

/* Moves to `at` inside `block`, both NULL for an empty arena. */
static void set_place(hf_arena *arena, hf__arena_block *block, char *at)
{
    arena->block = block;
    arena->at = at;
    arena->end = block != NULL ? hf__block_end(block) : NULL;
    arena->window = HF__GUARDS ? at : arena->end;
}

static uint64_t used_now(const hf_arena *arena)
{
    uint64_t used = arena->used_large;
    if (arena->block != NULL)
        used += arena->block->used_before + (uint64_t)(arena->at - hf__block_data(arena->block));
    return used;
}

/* Returns what is in use. */
static uint64_t note_peak(hf_arena *arena)
{
    uint64_t used = used_now(arena);
    if (used > arena->used_peak)
        arena->used_peak = used;
    return used;
}

/* `most` was in use before. */
static void tell(const hf_arena *arena, hf__region_told change, uint64_t most)
{
    if (HF_UNLIKELY(arena->region != 0))
        hf__region_tell(arena->region, change, used_now(arena), arena->reserved, most);
}

/* ---- life -------------------------------------------------------------------------------- */

void hf_arena_init(hf_arena *arena, const hf_arena_options *options)
{
    static const hf_arena_options defaults = { .allocator = NULL };
    if (options == NULL)
        options = &defaults;
    size_t block_bytes = options->block_bytes != 0 ? options->block_bytes : HF_ARENA_BLOCK_BYTES;
    size_t block_bytes_max = options->block_bytes_max != 0 ? options->block_bytes_max : HF_ARENA_BLOCK_BYTES_MAX;
    if (block_bytes < 4 * sizeof(hf__arena_block))
        block_bytes = 4 * sizeof(hf__arena_block);
    *arena = (hf_arena){
        .allocator = options->allocator,
        .budget = hf_budget_hold(options->budget),
        .block_bytes = block_bytes,
        .block_bytes_max = block_bytes_max > block_bytes ? block_bytes_max : block_bytes,
        .block_bytes_next = block_bytes,
        .bytes_max = options->bytes_max != 0 ? options->bytes_max : HF_ARENA_BYTES_MAX,
        .region = hf__region_begin(options->name),
    };
}

void hf_arena_name(hf_arena *arena, const char *name)
{
    if (arena->region != 0)
        hf__region_tell(arena->region, HF__TOLD_GONE, 0, 0, used_now(arena));
    arena->region = hf__region_begin(name);
    tell(arena, HF__TOLD_USE, 0);
}

hf_status hf_arena_create(const hf_arena_options *options, hf_arena **ret_arena, hf_error *reterr)
{
    hf__memory memory = { NULL, NULL };
    void      *arena = NULL;
    if (options != NULL)
        memory = (hf__memory){ options->allocator, options->budget };
    hf_status status = hf__memory_allocate(&memory, sizeof(hf_arena), HF_ALIGNMENT, &arena, reterr);
    if (status != HF_OK)
        return status;
    hf_arena_init(arena, options);
    *ret_arena = arena;
    return HF_OK;
}

/* Every block goes through here on its way back, with its poison taken off. */
static void free_block(hf_arena *arena, hf__arena_block *block)
{
    hf__memory memory = memory_of(arena);
    HF__UNPOISON(block, block->bytes);
    arena->reserved -= block->bytes;
    hf__memory_free(&memory, block, block->bytes, HF_ALIGNMENT);
}

static void free_spare(hf_arena *arena)
{
    hf__arena_block *spare = arena->spare;
    if (spare == NULL)
        return;
    hf__block_check(spare, hf__block_data(spare), hf__block_end(spare));
    arena->spare = NULL;
    free_block(arena, spare);
}

static void free_large_until(hf_arena *arena, const hf__arena_block *until)
{
    while (arena->large != until) {
        hf__arena_block *block = arena->large;
        arena->large = block->below;
        arena->used_large -= block->used_before;
        free_block(arena, block);
    }
}

/* Where `at` stood when `above` was pushed on its lower neighbour. */
static char *place_below(hf__arena_block *above)
{
    hf__arena_block *below = above->below;
    return below != NULL ? hf__block_data(below) + (above->used_before - below->used_before) : NULL;
}

/* Takes the newest ordinary block off; it is the caller's, its use ended at *ret_end. */
static hf__arena_block *pop_block(hf_arena *arena, char **ret_end)
{
    hf__arena_block *block = arena->block;
    hf__block_check(block, arena->at, arena->end);
    *ret_end = arena->at;
    set_place(arena, block->below, place_below(block));
    return block;
}

/* Frees the ordinary blocks above `until`. */
static void free_blocks_until(hf_arena *arena, const hf__arena_block *until)
{
    char *end;
    while (arena->block != until)
        free_block(arena, pop_block(arena, &end));
}

void hf_arena_release(hf_arena *arena)
{
    uint64_t used = used_now(arena);
    free_blocks_until(arena, NULL);
    free_large_until(arena, NULL);
    free_spare(arena);
    tell(arena, HF__TOLD_GONE, used);
    hf_budget_drop(arena->budget);
    *arena = (hf_arena){ .at = NULL };
}

void hf_arena_destroy(hf_arena *arena)
{
    if (arena == NULL)
        return;
    hf__memory memory = memory_of(arena);
    hf_budget_hold(memory.budget);
    hf_arena_release(arena);
    hf__memory_free(&memory, arena, sizeof *arena, HF_ALIGNMENT);
    hf_budget_drop(memory.budget);
}

/* ---- blocks ------------------------------------------------------------------------------ */

static hf_status take_block(hf_arena *arena, size_t bytes, hf__arena_block **ret_block)
{
    if (bytes > arena->bytes_max || arena->reserved > arena->bytes_max - bytes)
        return HF_LIMIT_BYTES;
    hf__memory memory = memory_of(arena);
    void      *taken = NULL;
    hf_status  status = hf__memory_allocate(&memory, bytes, HF_ALIGNMENT, &taken, NULL);
    if (status != HF_OK)
        return status;
    hf__arena_block *block = taken;
    *block = (hf__arena_block){ .bytes = bytes };
    HF__POISON(hf__block_data(block), bytes - sizeof *block);
    arena->blocks_taken++;
    arena->reserved += bytes;
    if (arena->reserved > arena->reserved_peak)
        arena->reserved_peak = arena->reserved;
    *ret_block = block;
    return HF_OK;
}

static void grow_next(hf_arena *arena)
{
    size_t next = arena->block_bytes_next;
    arena->block_bytes_next = next <= arena->block_bytes_max / 2 ? next * 2 : arena->block_bytes_max;
}

/* The next block's size, halved while it does not fit what limit and budget leave. */
static size_t size_that_fits(const hf_arena *arena, size_t bytes)
{
    uint64_t room = hf__budget_room(arena->budget);
    if (arena->bytes_max - arena->reserved < room)
        room = arena->bytes_max - arena->reserved;
    size_t size = arena->block_bytes_next;
    while (size > room && size / 2 > bytes)
        size /= 2;
    return size <= room ? size : bytes;
}

/* Puts an empty block of at least `bytes` on top of the ordinary ones: the spare, or a new one. */
static hf_status push_block(hf_arena *arena, size_t bytes)
{
    hf__arena_block *block = arena->spare;
    if (block != NULL && block->bytes >= bytes) {
        arena->spare = NULL;
    } else {
        size_t    size = size_that_fits(arena, bytes);
        hf_status status = take_block(arena, size, &block);
        if (status == HF_NO_MEMORY && size > bytes)
            status = take_block(arena, bytes, &block);
        if (status != HF_OK)
            return status;
        grow_next(arena);
    }
    block->below = arena->block;
    block->used_before = used_now(arena) - arena->used_large;
    set_place(arena, block, hf__block_data(block));
    return HF_OK;
}

static hf_status take_large_block(hf_arena *arena, size_t bytes, hf__arena_block **ret_block)
{
    bool rounds = arena->allocator == NULL || arena->allocator == hf_allocator_default();
    return take_block(arena, rounds ? hf__good_size(bytes) : bytes, ret_block);
}

/* The block holds the one request that ends at `end`. */
static void push_large_block(hf_arena *arena, hf__arena_block *block, const char *end)
{
    block->used_before = (uint64_t)(end - hf__block_data(block));
    block->below = arena->large;
    arena->large = block;
    arena->used_large += block->used_before;
}

/* ---- allocation -------------------------------------------------------------------------- */

/* `size` bytes at `from` or at the next aligned address, or NULL when they end behind `end`. */
static char *fit(char *from, const char *end, size_t size, size_t alignment)
{
    size_t padding = -(uintptr_t)from & (alignment - 1);
    size_t room = (size_t)(end - from);
    return padding <= room && size <= room - padding ? from + padding : NULL;
}

static void *allocate_in_block(hf_arena *arena, size_t size, size_t alignment)
{
    char *found = arena->block != NULL ? fit(arena->at, arena->end, size, alignment) : NULL;
    if (found == NULL)
        return NULL;
    hf__block_check(arena->block, arena->at, found + size);
    HF__UNPOISON(found, size);
    set_place(arena, arena->block, found + size);
    return found;
}

/* The smallest block for one such request. Data begins 16-byte aligned; a stricter alignment
 * may need padding. */
static bool block_bytes_for(size_t size, size_t alignment, size_t *ret_bytes)
{
    size_t bytes = alignment > HF_ALIGNMENT ? alignment : 0;
    return hf__size_add(bytes, size, &bytes) && hf__size_add(bytes, sizeof(hf__arena_block), &bytes) &&
           hf__size_round_up(bytes, HF_ALIGNMENT, ret_bytes);
}

static char *allocate_in_large(hf__arena_block *block, size_t size, size_t alignment)
{
    char *found = fit(hf__block_data(block), hf__block_end(block), size, alignment);
    HF__UNPOISON(found, size);
    return found;
}

static void *allocate_large(hf_arena *arena, size_t bytes, size_t size, size_t alignment)
{
    hf__arena_block *block;
    arena->failure = take_large_block(arena, bytes, &block);
    if (arena->failure != HF_OK)
        return NULL;
    char *found = allocate_in_large(block, size, alignment);
    push_large_block(arena, block, found + size);
    grow_next(arena); /* many large requests make the blocks that fit them */
    return found;
}

void *hf__arena_allocate_slow(hf_arena *arena, size_t size, size_t alignment)
{
    if (arena->block_bytes == 0 || alignment == 0 || (alignment & (alignment - 1)) != 0) {
        arena->failure = hf__misuse(NULL, "arena allocation: %s",
                                    arena->block_bytes == 0 ? "the arena is not initialised" : "alignment");
        return NULL;
    }
    size += size == 0;
    void *found = allocate_in_block(arena, size, alignment);
    if (found != NULL)
        return found;
    size_t bytes;
    if (!block_bytes_for(size, alignment, &bytes)) {
        arena->failure = HF_NO_MEMORY;
        return NULL;
    }
    if (bytes > arena->block_bytes_next / 2) {
        found = allocate_large(arena, bytes, size, alignment);
    } else {
        arena->failure = push_block(arena, bytes);
        found = arena->failure == HF_OK ? allocate_in_block(arena, size, alignment) : NULL;
    }
    tell(arena, HF__TOLD_USE, 0);
    return found;
}

void *hf_arena_resize(hf_arena *arena, void *block, size_t old_size, size_t new_size, size_t alignment)
{
    if (block == NULL)
        return hf_arena_allocate(arena, new_size, alignment);
    char *begin = block;
    if (begin + old_size == arena->at && new_size <= (size_t)(arena->end - begin)) {
        note_peak(arena);
        if (new_size > old_size) {
            hf__block_check(arena->block, arena->at, begin + new_size);
            HF__UNPOISON(begin, new_size);
        } else {
            hf__block_spoil(arena->block, begin + new_size, arena->at);
        }
        set_place(arena, arena->block, begin + new_size);
        return block;
    }
    if (new_size <= old_size)
        return block;
    void *moved = hf_arena_allocate(arena, new_size, alignment);
    if (moved != NULL)
        memcpy(moved, block, old_size);
    return moved;
}

void *hf_arena_copy(hf_arena *arena, const void *bytes, size_t size, size_t alignment)
{
    void *copy = hf_arena_allocate(arena, size, alignment);
    if (copy != NULL && size > 0)
        memcpy(copy, bytes, size);
    return copy;
}

char *hf_text_to_cstr(hf_arena *arena, hf_text text)
{
    size_t size;
    char  *string = NULL;
    if (hf__size_add(text.length, 1, &size))
        string = hf_arena_allocate(arena, size, 1);
    if (string == NULL)
        return NULL;
    if (text.length > 0)
        memcpy(string, text.bytes, text.length);
    string[text.length] = 0;
    return string;
}

hf_status hf_arena_failure(const hf_arena *arena, hf_error *reterr)
{
    if (arena->failure == HF_OK)
        return HF_OK;
    return hf__fail(reterr, arena->failure, "arena: %llu of %llu bytes reserved",
                    (unsigned long long)arena->reserved, (unsigned long long)arena->bytes_max);
}

static void *resize_for_allocator(void *context, void *block, size_t old_size, size_t new_size, size_t alignment)
{
    if (block == NULL && new_size == 0)
        return NULL;
    return hf_arena_resize(context, block, old_size, new_size, alignment);
}

hf_allocator hf_arena_allocator(hf_arena *arena)
{
    return (hf_allocator){ arena, resize_for_allocator };
}

/* ---- taking back ------------------------------------------------------------------------- */

static bool stack_holds(const hf__arena_block *top, const hf__arena_block *block)
{
    while (top != block && top != NULL)
        top = top->below;
    return top == block;
}

static bool mark_is_valid(const hf_arena *arena, hf_mark mark)
{
    if (mark.arena != arena || mark.generation != arena->generation || !stack_holds(arena->block, mark.block) ||
        !stack_holds(arena->large, mark.large))
        return false;
    if (mark.block == arena->block)
        return mark.at <= arena->at;
    return true;
}

/* Of a released block and the spare the larger one stays. */
static void keep_as_spare(hf_arena *arena, hf__arena_block *block)
{
    if (arena->spare != NULL && block->bytes <= arena->spare->bytes) {
        free_block(arena, block);
        return;
    }
    free_spare(arena);
    arena->spare = block;
}

hf_status hf_arena_rewind(hf_arena *arena, hf_mark mark)
{
    if (!mark_is_valid(arena, mark))
        return hf__misuse(NULL, "rewind: the mark is not one of this arena, or no longer");
    uint64_t used = note_peak(arena);
    free_large_until(arena, mark.large);
    while (arena->block != mark.block) {
        char            *end;
        hf__arena_block *block = pop_block(arena, &end);
        hf__block_spoil(block, hf__block_data(block), end);
        keep_as_spare(arena, block);
    }
    if (mark.block != NULL)
        hf__block_spoil(mark.block, mark.at, arena->at);
    set_place(arena, mark.block, mark.at);
    tell(arena, HF__TOLD_REWOUND, used);
    return HF_OK;
}

/* The result fits where the mark was taken: it slides there over what is taken back. */
static char *slide_down(hf_arena *arena, hf_mark mark, const void *bytes, size_t size, size_t alignment)
{
    char *place = arena->block == mark.block && mark.block != NULL ? fit(mark.at, arena->at, size, alignment) : NULL;
    if (place != NULL && size > 0)
        memmove(place, bytes, size);
    return place;
}

hf_status hf_arena_rewind_keeping(hf_arena *arena, hf_mark mark, const void *bytes, size_t size, size_t alignment,
                                  void **ret_copy)
{
    size_t           block_bytes;
    hf__arena_block *block;
    if (!mark_is_valid(arena, mark) || alignment == 0 || (alignment & (alignment - 1)) != 0)
        return hf__misuse(NULL, "rewind: the mark is not one of this arena, or no longer; or alignment");
    char *copy = slide_down(arena, mark, bytes, size, alignment);
    if (copy != NULL) {
        mark.at = copy + size;
        *ret_copy = copy;
        return hf_arena_rewind(arena, mark);
    }
    /* It gets a block of its own, taken while everything still stands. */
    size_t used = size + (size == 0);
    if (!block_bytes_for(used, alignment, &block_bytes))
        return HF_NO_MEMORY;
    hf_status status = take_large_block(arena, block_bytes, &block);
    if (status != HF_OK)
        return status;
    copy = allocate_in_large(block, used, alignment);
    if (size > 0)
        memcpy(copy, bytes, size);
    hf_arena_rewind(arena, mark);
    push_large_block(arena, block, copy + used);
    tell(arena, HF__TOLD_USE, 0);
    *ret_copy = copy;
    return HF_OK;
}

void hf_arena_reset(hf_arena *arena)
{
    uint64_t used = note_peak(arena);
    free_large_until(arena, NULL);
    free_spare(arena);
    arena->generation++;
    hf__arena_block *first = arena->block;
    while (first != NULL && first->below != NULL)
        first = first->below;
    free_blocks_until(arena, first);
    arena->block_bytes_next = arena->block_bytes;
    if (first != NULL) {
        hf__block_spoil(first, hf__block_data(first), arena->at);
        set_place(arena, first, hf__block_data(first));
        grow_next(arena);
    }
    tell(arena, HF__TOLD_RESET, used);
}

bool hf_arena_holds(const hf_arena *arena, const void *address)
{
    const char *at = address;
    for (hf__arena_block *block = arena->block; block != NULL; block = block->below)
        if (at >= hf__block_data(block) && at < (block == arena->block ? arena->at : hf__block_end(block)))
            return true;
    for (hf__arena_block *block = arena->large; block != NULL; block = block->below)
        if (at >= hf__block_data(block) && at < hf__block_end(block))
            return true;
    return false;
}

/* ---- counts ------------------------------------------------------------------------------ */

hf_arena_counts hf_arena_count(const hf_arena *arena)
{
    uint64_t        used = used_now(arena);
    hf_arena_counts counts = {
        .used = used,
        .used_peak = used > arena->used_peak ? used : arena->used_peak,
        .reserved = arena->reserved,
        .reserved_peak = arena->reserved_peak,
        .blocks_taken = arena->blocks_taken,
    };
    tell(arena, HF__TOLD_USE, 0);
    return counts;
}
