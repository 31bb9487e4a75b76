/* part_memo.c - a table of parts by their slot; see part_memo.h. */
#include "value/part_memo.h"

#include "base/hash.h"
#include "memory/allocate.h"

static const hf__memory heap = { NULL, NULL };

void hf__part_memo_release(hf__part_memo *memo)
{
    if (memo->cells != memo->first)
        hf__memory_free(&heap, memo->cells, memo->room * sizeof *memo->cells, HF__BLOCK_ALIGNMENT);
    hf__part_memo_init(memo);
}

/* The cell of the part, or the free one where it would stand. */
static hf__part_note *cell_of(const hf__part_memo *memo, const hf__slot *part, const hf__slot *beside)
{
    size_t mask = memo->room - 1;
    size_t at = hf__hash_fold((uintptr_t)part ^ HF__HASH_A, (uintptr_t)beside ^ HF__HASH_B) & mask;
    while (memo->cells[at].part != NULL && (memo->cells[at].part != part || memo->cells[at].beside != beside))
        at = (at + 1) & mask;
    return &memo->cells[at];
}

/* Twice the room, or an empty table. */
static void grow(hf__part_memo *memo)
{
    if (memo->cells == NULL) {
        memo->cells = memset(memo->first, 0, sizeof memo->first);
        memo->room = HF__PART_MEMO_FIRST;
        return;
    }
    hf__part_memo grown = { .room = memo->room * 2, .count = memo->count };
    void *memory;
    if (hf__memory_allocate(&heap, grown.room * sizeof *grown.cells, HF__BLOCK_ALIGNMENT, &memory, NULL) != HF_OK) {
        memset(memo->cells, 0, memo->room * sizeof *memo->cells);
        memo->count = 0;
        return;
    }
    grown.cells = memset(memory, 0, grown.room * sizeof *grown.cells);
    for (size_t i = 0; i < memo->room; i++)
        if (memo->cells[i].part != NULL)
            *cell_of(&grown, memo->cells[i].part, memo->cells[i].beside) = memo->cells[i];
    hf__part_memo_release(memo);
    memo->cells = grown.cells;
    memo->room = grown.room;
    memo->count = grown.count;
}

bool hf__part_memo_get(const hf__part_memo *memo, const hf__slot *part, const hf__slot *beside, uint64_t *ret_x,
                       uint64_t *ret_y)
{
    const hf__part_note *note = memo->cells != NULL ? cell_of(memo, part, beside) : NULL;
    if (note == NULL || note->part == NULL)
        return false;
    *ret_x = note->x;
    *ret_y = note->y;
    return true;
}

void hf__part_memo_put(hf__part_memo *memo, const hf__part_note *note)
{
    if (memo->count * 2 >= memo->room)
        grow(memo);
    hf__part_note *cell = cell_of(memo, note->part, note->beside);
    memo->count += cell->part == NULL;
    *cell = *note;
}
