/* reach_scan.c - marking from roots, breadth first. See reach_scan.h. */
#include "reach_scan.h"

#include <stdlib.h>

#include "base/fail.h"
#include "room.h"

enum { PIECE_BYTES = 1 << 16 };

typedef struct scan {
    hf__reach_block        *blocks;
    size_t                  count;
    const hf__reach_memory *memory;
    uint64_t                low, high;   /* all blocks lie within */
    uint32_t               *queue;       /* blocks whose content was not looked at yet */
    size_t                  queue_head, queue_tail;
    hf__reach_root         *roots;
    size_t                  roots_count, roots_room;
    bool                    failed;
    uint64_t                piece[PIECE_BYTES / sizeof(uint64_t)];
} scan;

static int compare_blocks(const void *left, const void *right)
{
    const hf__reach_block *a = left, *b = right;
    return (a->start > b->start) - (a->start < b->start);
}

size_t hf__reach_find(const hf__reach_block *blocks, size_t count, uint64_t address)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (blocks[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return count;
    const hf__reach_block *found = &blocks[low - 1];
    uint64_t size = found->size > 0 ? found->size : 1; /* a block of no bytes has an address, too */
    return address - found->start < size ? low - 1 : count;
}

static bool is_header_behind(const hf__reach_block *block, uint64_t word)
{
    uint64_t chunk = (block->size + 8 + 15) & ~(uint64_t)15;
    return word == block->start - 16 + (chunk > 32 ? chunk : 32);
}

/* The block that `word` points at, when it was not reached before; else `count`. */
static size_t target_of(const scan *at, uint64_t word)
{
    if (word < at->low || word >= at->high)
        return at->count;
    size_t found = hf__reach_find(at->blocks, at->count, word);
    if (found == at->count || at->blocks[found].root != 0 || (at->memory->is_glibc && is_header_behind(&at->blocks[found], word)))
        return at->count;
    return found;
}

static void reach(scan *at, size_t block, uint32_t root, uint32_t parent)
{
    at->blocks[block].root = root;
    at->blocks[block].parent = parent;
    at->queue[at->queue_tail++] = (uint32_t)block;
}

static void reach_from_root(scan *at, uint64_t word, const hf__reach_root *root)
{
    size_t block = target_of(at, word);
    if (block == at->count)
        return;
    if (!HF_RESERVE(at->roots, at->roots_room, at->roots_count + 1)) {
        at->failed = true;
        return;
    }
    at->roots[at->roots_count++] = *root;
    reach(at, block, (uint32_t)at->roots_count, 0);
}

static void look_at_range(scan *at, const hf__reach_range *range)
{
    uint64_t start = (range->start + 7) & ~(uint64_t)7;
    for (uint64_t from = start; from < range->end && range->end - from >= 8 && !at->failed;) {
        /* Pieces end where their number in memory does, so that a page is read once. */
        uint64_t to = (from | (PIECE_BYTES - 1)) + 1;
        size_t size = (size_t)((to < range->end ? to : range->end & ~(uint64_t)7) - from);
        bool has = at->memory->read(at->memory->user, from, at->piece, size);
        for (size_t i = 0; has && i < size / 8; i++)
            reach_from_root(at, at->piece[i], &(hf__reach_root){ from + i * 8, range->kind, range->thread_id });
        from += size;
    }
}

/* Calls `visit` for each word of a block. */
static void each_word(scan *at, size_t block, void (*visit)(scan *, size_t, uint64_t))
{
    uint64_t from = at->blocks[block].start, end = from + (at->blocks[block].size & ~(uint64_t)7);
    while (from < end) {
        uint64_t to = (from | (PIECE_BYTES - 1)) + 1;
        size_t size = (size_t)((to < end ? to : end) - from);
        bool has = at->memory->read(at->memory->user, from, at->piece, size);
        for (size_t i = 0; has && i < size / 8; i++)
            visit(at, block, at->piece[i]);
        from += size;
    }
}

static void visit_kept(scan *at, size_t block, uint64_t word)
{
    size_t found = target_of(at, word);
    if (found != at->count)
        reach(at, found, at->blocks[block].root, (uint32_t)block + 1);
}

static void follow(scan *at)
{
    while (at->queue_head < at->queue_tail)
        each_word(at, at->queue[at->queue_head++], visit_kept);
}

static void visit_lost(scan *at, size_t block, uint64_t word)
{
    size_t found = target_of(at, word);
    if (found != at->count && found != block) {
        at->blocks[found].held = true;
        at->blocks[found].parent = (uint32_t)block + 1;
    }
}

static void mark(scan *at)
{
    const hf__reach_memory *memory = at->memory;
    for (size_t i = 0; i < memory->ranges_count && !at->failed; i++) {
        look_at_range(at, &memory->ranges[i]);
        if (i + 1 == memory->ranges_count || memory->ranges[i + 1].kind != memory->ranges[i].kind)
            follow(at);
    }
    for (size_t i = 0; i < memory->words_count && !at->failed; i++)
        reach_from_root(at, memory->words[i].value, &(hf__reach_root){ 0, HF__ROOT_STACK, memory->words[i].thread_id });
    follow(at);
    for (size_t i = 0; i < at->count; i++)
        if (at->blocks[i].root == 0)
            each_word(at, i, visit_lost);
}

hf_status hf__reach_scan(hf__reach_block *blocks, size_t count, const hf__reach_memory *memory,
                         hf__reach_root **ret_roots, size_t *ret_roots_count, hf_error *reterr)
{
    *ret_roots = NULL;
    *ret_roots_count = 0;
    if (count == 0)
        return HF_OK;
    scan *at = hf__room_zeroed(1, sizeof *at);
    uint32_t *queue = hf__room_zeroed(count, sizeof *queue);
    bool fine = at != NULL && queue != NULL && count < UINT32_MAX;
    if (fine) {
        qsort(blocks, count, sizeof *blocks, compare_blocks);
        for (size_t i = 0; i < count; i++) {
            blocks[i].root = blocks[i].parent = 0;
            blocks[i].held = false;
        }
        const hf__reach_block *last = &blocks[count - 1];
        at->blocks = blocks;
        at->count = count;
        at->memory = memory;
        at->low = blocks[0].start;
        at->high = last->start + (last->size > 0 ? last->size : 1);
        at->queue = queue;
        mark(at);
        fine = !at->failed;
        if (fine) {
            *ret_roots = at->roots;
            *ret_roots_count = at->roots_count;
        } else {
            hf__room_free(at->roots);
        }
    }
    hf__room_free(queue);
    hf__room_free(at);
    return fine ? HF_OK : hf__fail(reterr, HF_NO_MEMORY, NULL);
}
