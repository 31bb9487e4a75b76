/* arena.h - memory that is given out by moving a pointer and goes all at once.
 *
 * An arena belongs to one owner at a time: no locks. Nothing in it is freed on its own; it goes
 * back by mark and rewind (a frame of a recursion), by reset (a round of a service), or with the
 * arena. Whatever was allocated after a mark is invalid once the arena is rewound to it.
 *
 * Blocks double from block_bytes to block_bytes_max; a request that does not fit a block gets a
 * block of its own. Every block is charged to the budget, header and slack included, so the
 * budget knows what is reserved, not only what is used.
 *
 * In builds of the library with AddressSanitizer memory that was not given out is poisoned. In
 * other debug builds (without NDEBUG) memory that a rewind takes back is filled with 0xDB, and a
 * later write into it is noticed, with a trap, when it is next given out or freed.
 *
 * An arena with a name is a region of its own in what `holdfast run` reports: bytes in use and bytes reserved,
 * together for all arenas of that name. A name costs nothing when the program is not recorded. */
#ifndef HOLDFAST_ARENA_H
#define HOLDFAST_ARENA_H

#include <holdfast/memory.h>

HF_EXTERN_BEGIN

#define HF_ARENA_BLOCK_BYTES     ((size_t)8 << 10)    /* the first block, unless given */
#define HF_ARENA_BLOCK_BYTES_MAX ((size_t)1 << 20)    /* where doubling stops, unless given */
#define HF_ARENA_BYTES_MAX       ((uint64_t)16 << 30) /* reserved at most, unless given */
#define HF_ALIGNMENT             ((size_t)16)         /* enough for every C type but long vectors */

typedef struct hf_arena_options {
    const hf_allocator *allocator;       /* NULL: the default; borrowed until the arena is gone */
    hf_budget          *budget;          /* NULL: the process budget; held by the arena */
    size_t              block_bytes;     /* 0: HF_ARENA_BLOCK_BYTES */
    size_t              block_bytes_max; /* 0: HF_ARENA_BLOCK_BYTES_MAX; at least block_bytes */
    uint64_t            bytes_max;       /* reserved bytes; 0: HF_ARENA_BYTES_MAX */
    const char         *name;            /* NULL: none. As for hf_arena_name */
    uint64_t            reserved[3];
} hf_arena_options;

typedef struct hf__arena_block hf__arena_block;

/* Shown so that allocation is inline and an arena can lie in your own struct; the fields are
 * the library's. Invariant: at <= end, both in `block` or NULL; window is `end`, or `at` where
 * every allocation has to pass through the library (debug builds, AddressSanitizer). */
typedef struct hf_arena {
    char               *at, *window, *end;
    hf__arena_block    *block, *large, *spare;
    const hf_allocator *allocator;
    hf_budget          *budget;
    size_t              block_bytes, block_bytes_max, block_bytes_next;
    uint64_t            bytes_max, used_large, used_peak;
    uint64_t            reserved, reserved_peak, blocks_taken, generation;
    hf_status           failure;
    uint32_t            region; /* number at the recorder; 0: none */
} hf_arena;

typedef struct hf_arena_counts {
    uint64_t used;          /* bytes given out and not taken back, padding included */
    uint64_t used_peak;
    uint64_t reserved;      /* bytes of all blocks: what the budget is charged */
    uint64_t reserved_peak;
    uint64_t blocks_taken;  /* blocks ever taken from the allocator */
} hf_arena_counts;

/* A place in an arena. Plain data; valid until the arena is rewound to an earlier mark, reset
 * or destroyed. */
typedef struct hf_mark {
    const hf_arena  *arena;
    hf__arena_block *block, *large;
    char            *at;
    uint64_t         generation;
} hf_mark;

/* ---- life -------------------------------------------------------------------------------- */

/* ret_arena: owned. Fails with HF_NO_MEMORY, HF_LIMIT_BYTES. options NULL: all defaults. */
HF_API HF_NODISCARD hf_status hf_arena_create(const hf_arena_options *options, hf_arena **ret_arena,
                                              hf_error *reterr);
/* Frees the arena and all in it. NULL is fine. */
HF_API void hf_arena_destroy(hf_arena *arena);

/* The same for an arena in your own struct, which must not move while in use. Takes no memory
 * before the first allocation, so it cannot fail. */
HF_API void hf_arena_init(hf_arena *arena, const hf_arena_options *options);
/* Frees all blocks. Releasing again is fine, and so is an hf_arena of zeroes; using it again
 * takes another hf_arena_init. */
HF_API void hf_arena_release(hf_arena *arena);

/* Names the arena for `holdfast run`: told when the program is recorded, else nothing happens. `name` is
 * copied, at most 64 bytes are kept. What it has in use is told whenever it takes or gives back a block, with
 * each rewind and reset, and when it is counted. A second name begins another region. */
HF_API void hf_arena_name(hf_arena *arena, const char *name);

/* Takes everything back and keeps the first block: a round that fits in it takes no memory. */
HF_API void hf_arena_reset(hf_arena *arena);

/* ---- allocation -------------------------------------------------------------------------- */

/* The part of hf_arena_allocate that is not inline. */
HF_API void *hf__arena_allocate_slow(hf_arena *arena, size_t size, size_t alignment);

/* `size` bytes, contents undefined; bound. `alignment` is a power of two. Size 0 gives a valid
 * address. NULL when refused: hf_arena_failure says why. */
static inline HF_NODISCARD void *hf_arena_allocate(hf_arena *arena, size_t size, size_t alignment)
{
    uintptr_t at = ((uintptr_t)arena->at + (alignment - 1)) & ~(uintptr_t)(alignment - 1);
    uintptr_t window = (uintptr_t)arena->window;
    bool      power_of_two = (alignment ^ (alignment - 1)) > alignment - 1;
    if (HF_UNLIKELY(size == 0 || !power_of_two || at > window || size > window - at))
        return hf__arena_allocate_slow(arena, size, alignment);
    char *block = arena->at + (at - (uintptr_t)arena->at);
    arena->at = block + size;
    return block;
}

/* count * size bytes, the product checked. */
static inline HF_NODISCARD void *hf_arena_allocate_array(hf_arena *arena, size_t count, size_t size,
                                                         size_t alignment)
{
    size_t bytes = size != 0 && count > SIZE_MAX / size ? SIZE_MAX : count * size;
    return hf_arena_allocate(arena, bytes, alignment);
}

#ifdef __cplusplus
#define HF_ALIGNOF(type) alignof(type)
#else
#define HF_ALIGNOF(type) _Alignof(type)
#endif
/* One object, or `count`, of a type; NULL when refused. Contents undefined. */
#define HF_ARENA_NEW(arena, type) ((type *)hf_arena_allocate((arena), sizeof(type), HF_ALIGNOF(type)))
#define HF_ARENA_NEW_ARRAY(arena, type, count) \
    ((type *)hf_arena_allocate_array((arena), (count), sizeof(type), HF_ALIGNOF(type)))

/* Grows or shrinks a block of this arena, contents kept. The newest block grows in place where
 * there is room; an older one is copied when it grows. NULL when refused, `block` then stays. */
HF_API HF_NODISCARD void *hf_arena_resize(hf_arena *arena, void *block, size_t old_size, size_t new_size,
                                          size_t alignment);

/* A copy of `size` bytes; bound. NULL when refused. */
HF_API HF_NODISCARD void *hf_arena_copy(hf_arena *arena, const void *bytes, size_t size, size_t alignment);

/* A copy of the text with a NUL after it; bound. A NUL inside the text ends the string early
 * for C: compare strlen with text.length where that matters. NULL when refused. */
HF_API HF_NODISCARD char *hf_text_to_cstr(hf_arena *arena, hf_text text);

/* Why the last allocation gave NULL: HF_NO_MEMORY, HF_LIMIT_BYTES, HF_MISUSE; HF_OK before any.
 * Fills reterr when it is not HF_OK. */
HF_API hf_status hf_arena_failure(const hf_arena *arena, hf_error *reterr);

/* An allocator whose blocks are bound to the arena; freeing gives room back only for the newest
 * block. Returned by value: keep it as long as it is used. Same owner as the arena. */
HF_API hf_allocator hf_arena_allocator(hf_arena *arena);

/* ---- frames ------------------------------------------------------------------------------ */

/* The present place. Costs a few instructions and takes no memory. */
static inline hf_mark hf_arena_mark(const hf_arena *arena)
{
    hf_mark mark = { arena, arena->block, arena->large, arena->at, arena->generation };
    return mark;
}

/* Takes back all that was allocated since the mark. One released block, the largest, is kept
 * for what comes next. A mark of another arena, or one that a reset or an earlier rewind made
 * invalid, is HF_MISUSE and changes nothing; debug builds trap. */
HF_API hf_status hf_arena_rewind(hf_arena *arena, hf_mark mark);

/* The same, and keeps one result: `size` bytes at `bytes`, which may lie in what is taken back,
 * are copied to where the arena stood at the mark. ret_copy: bound. HF_NO_MEMORY and
 * HF_LIMIT_BYTES leave everything as it was. */
HF_API HF_NODISCARD hf_status hf_arena_rewind_keeping(hf_arena *arena, hf_mark mark, const void *bytes, size_t size,
                                                      size_t alignment, void **ret_copy);

/* ---- counts ------------------------------------------------------------------------------ */

HF_API hf_arena_counts hf_arena_count(const hf_arena *arena);

/* Does the address lie in memory that the arena gave out? Looks through its blocks. */
HF_API bool hf_arena_holds(const hf_arena *arena, const void *address);

HF_EXTERN_END

#endif
