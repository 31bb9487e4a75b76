/* arena_block.h - a block of an arena, and the guard over what a rewind took back.
 *
 * In builds with AddressSanitizer such memory is poisoned. In other debug builds it carries a
 * pattern, every allocation passes through the library, and a pattern that changed when the
 * memory is next used or freed betrays who kept a value past its frame. Release builds do
 * neither. */
#ifndef HOLDFAST_ARENA_BLOCK_H
#define HOLDFAST_ARENA_BLOCK_H

#include "poison.h"

#include "base/misuse.h"

#include <holdfast/arena.h>

struct hf__arena_block {
    hf__arena_block *below;
    size_t           bytes;       /* whole block with this header */
    uint64_t         used_before; /* ordinary: used bytes in the blocks below; large: own use */
    char            *spoiled_to;  /* the pattern ends here at the latest; NULL: there is none */
};

_Static_assert(sizeof(hf__arena_block) % HF_ALIGNMENT == 0, "data after the header is aligned");

enum { HF__PATTERN_TAKEN_BACK = 0xDB };

#define HF__GUARDS_PATTERN (HF__DEBUG && !HF__ASAN)
#define HF__GUARDS         (HF__DEBUG || HF__ASAN)

static inline char *hf__block_data(hf__arena_block *block)
{
    return (char *)(block + 1);
}

static inline char *hf__block_end(hf__arena_block *block)
{
    return (char *)block + block->bytes;
}

/* From now on nobody may touch [begin, end) of the block. */
static inline void hf__block_spoil(hf__arena_block *block, char *begin, char *end)
{
    if (begin == end)
        return;
#if HF__GUARDS_PATTERN
    memset(begin, HF__PATTERN_TAKEN_BACK, (size_t)(end - begin));
    if (end > block->spoiled_to)
        block->spoiled_to = end;
#endif
    (void)block;
    HF__POISON(begin, (size_t)(end - begin));
}

/* [begin, end) is about to be used or freed: did somebody write what was spoiled there? */
static inline void hf__block_check(const hf__arena_block *block, const char *begin, const char *end)
{
#if HF__GUARDS_PATTERN
    if (block->spoiled_to == NULL)
        return;
    if (end > block->spoiled_to)
        end = block->spoiled_to;
    for (const char *at = begin; at < end; at++)
        if ((unsigned char)*at != HF__PATTERN_TAKEN_BACK) {
            hf__misuse(NULL, "memory was written after its frame ended or its arena was rewound");
            return;
        }
#else
    (void)block, (void)begin, (void)end;
#endif
}

#endif
