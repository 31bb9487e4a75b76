/* block_table.c - a set of live blocks. */
#include "block_table.h"
#include "system_failure.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static block_row *find(block_row *rows, size_t room, const void *block)
{
    uint64_t hash = (uint64_t)(uintptr_t)block * 0x9E3779B97F4A7C15u;
    size_t   at = (size_t)(hash >> 20) & (room - 1);
    while (rows[at].block != NULL && !(rows[at].block == block && rows[at].live))
        at = (at + 1) & (room - 1);
    return &rows[at];
}

static void grow(block_table *table)
{
    size_t room = 64;
    while (room < table->live_blocks * 4)
        room *= 2;
    block_row *rows = system_calloc(room, sizeof *rows);
    if (rows == NULL) {
        fputs("block_table: out of memory\n", stderr);
        abort();
    }
    for (size_t at = 0; at < table->room; at++)
        if (table->rows[at].live)
            *find(rows, room, table->rows[at].block) = table->rows[at];
    system_free(table->rows);
    table->rows = rows;
    table->room = room;
    table->used = table->live_blocks;
}

void block_table_add(block_table *table, void *block, size_t size, size_t alignment)
{
    if ((table->used + 1) * 2 > table->room)
        grow(table);
    *find(table->rows, table->room, block) = (block_row){ block, size, alignment, true };
    table->used++;
    table->live_blocks++;
    table->live_bytes += size;
}

bool block_table_remove(block_table *table, void *block, block_row *ret_row)
{
    block_row *row = table->room > 0 ? find(table->rows, table->room, block) : NULL;
    if (row == NULL || row->block == NULL)
        return false;
    row->live = false;
    table->live_blocks--;
    table->live_bytes -= row->size;
    *ret_row = *row;
    return true;
}

void block_table_release(block_table *table)
{
    system_free(table->rows);
    *table = (block_table){ 0 };
}
