/* window_blocks.h - the blocks that live in a recording that has reached its size, by process and address.
 *
 * The collector reads some million events in a second from rings that hold a thirtieth of one: a table that is
 * copied whole when it grows makes the program lose events. This one moves into its next size a few slots with each
 * block that is put in. */
#ifndef HOLDFAST_WINDOW_BLOCKS_H
#define HOLDFAST_WINDOW_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hf__window_block {
    uint64_t address;        /* 0 is free */
    uint32_t process, stack;
    uint64_t size, born_ns;  /* HF_WINDOW_LAYERED in born_ns: the other bits are the top of its layers */
    double   weight;
} hf__window_block;
#define HF_WINDOW_LAYERED (UINT64_C(1) << 63)

/* Open addressing, at most half full; what is removed leaves no mark. */
typedef struct hf__window_table {
    hf__window_block *slots;
    size_t            count, room; /* room: 0 or a power of two */
} hf__window_table;

/* Zeroed: empty. Each block is in one of the two. */
typedef struct hf__window_blocks {
    hf__window_table now, before; /* before: being emptied, from its first slot on */
    size_t           moved;       /* slots of `before` that are empty */
} hf__window_blocks;

/* NULL: there is none. Valid until the next block is put in or removed. */
hf__window_block *hf__window_blocks_find(hf__window_blocks *blocks, uint32_t process, uint64_t address);

/* Copies `block`, which must not be there. False when memory is out; then nothing has changed. */
bool hf__window_blocks_put(hf__window_blocks *blocks, const hf__window_block *block);

/* `block` is what hf__window_blocks_find answered. */
void hf__window_blocks_remove(hf__window_blocks *blocks, hf__window_block *block);

/* All of them, in any order: NULL first, then what came last; NULL at the end. Nothing may change meanwhile. */
const hf__window_block *hf__window_blocks_next(const hf__window_blocks *blocks, const hf__window_block *last);

void hf__window_blocks_release(hf__window_blocks *blocks);

#endif
