/* block_table.h - which blocks are live, by address, with their sizes and alignments.
 *
 * Open addressing, power-of-two size, at most half full; a removed row stays as a tombstone until
 * the table grows. Its own memory comes from the C library and is not counted. Not safe for
 * threads by itself. */
#ifndef HOLDFAST_TEST_BLOCK_TABLE_H
#define HOLDFAST_TEST_BLOCK_TABLE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct block_row {
    void  *block; /* NULL: never used */
    size_t size, alignment; /* alignment: as asked for; 0: not told */
    bool   live;
} block_row;

typedef struct block_table {
    block_row *rows;
    size_t     room, used, live_blocks, live_bytes;
} block_table;

void block_table_add(block_table *table, void *block, size_t size, size_t alignment);
/* Takes a block out and tells what it was; false when it is not in the table. */
bool block_table_remove(block_table *table, void *block, block_row *ret_row);
void block_table_release(block_table *table);

#endif
