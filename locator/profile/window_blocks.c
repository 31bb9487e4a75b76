/* window_blocks.c - two tables of one kind, the older of which is emptied step by step. */
#include "window_blocks.h"

#include "room.h"

enum { FIRST_ROOM = 1 << 12, MOVED_AT_ONCE = 32 };

static size_t home_of(const hf__window_table *table, uint32_t process, uint64_t address)
{
    return (size_t)((address ^ (uint64_t)process << 47) * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (table->room - 1);
}

/* The block, or the free slot where it would be. The table must have room. */
static hf__window_block *slot_of(const hf__window_table *table, uint32_t process, uint64_t address)
{
    size_t at = home_of(table, process, address);
    while (table->slots[at].address != 0 && (table->slots[at].address != address || table->slots[at].process != process))
        at = (at + 1) & (table->room - 1);
    return &table->slots[at];
}

static hf__window_block *find_in(const hf__window_table *table, uint32_t process, uint64_t address)
{
    hf__window_block *slot = table->count > 0 ? slot_of(table, process, address) : NULL;
    return slot != NULL && slot->address != 0 ? slot : NULL;
}

/* Closes the gap, so that no marks of removed blocks pile up. */
static void remove_from(hf__window_table *table, hf__window_block *block)
{
    size_t mask = table->room - 1, gap = (size_t)(block - table->slots);
    for (size_t at = (gap + 1) & mask; table->slots[at].address != 0; at = (at + 1) & mask) {
        size_t home = home_of(table, table->slots[at].process, table->slots[at].address);
        if (((at - home) & mask) >= ((at - gap) & mask)) {
            table->slots[gap] = table->slots[at];
            gap = at;
        }
    }
    table->slots[gap].address = 0;
    table->count--;
}

static void put_into(hf__window_table *table, const hf__window_block *block)
{
    *slot_of(table, block->process, block->address) = *block;
    table->count++;
}

/* Empties some slots of `before`. Removing may bring another block into a slot: it is moved as well. */
static void move_some(hf__window_blocks *blocks, size_t slots)
{
    hf__window_table *before = &blocks->before;
    for (; slots > 0 && blocks->moved < before->room && before->count > 0; slots--) {
        hf__window_block *slot = &before->slots[blocks->moved];
        while (slot->address != 0) {
            put_into(&blocks->now, slot);
            remove_from(before, slot);
        }
        blocks->moved++;
    }
    if (before->room > 0 && before->count == 0) {
        hf__room_free(before->slots);
        *before = (hf__window_table){ 0 };
        blocks->moved = 0;
    }
}

/* The next size begins empty, with pages that come as they are touched. */
static bool make_room(hf__window_blocks *blocks)
{
    hf__window_table *now = &blocks->now;
    if ((now->count + blocks->before.count) * 2 < now->room)
        return true;
    move_some(blocks, SIZE_MAX); /* nothing is left, unless a table was filled faster than it is emptied */
    size_t room = now->room > 0 ? now->room * 2 : FIRST_ROOM;
    hf__window_block *slots = hf__room_zeroed(room, sizeof *slots);
    if (slots == NULL)
        return false;
    blocks->before = *now;
    *now = (hf__window_table){ .slots = slots, .room = room };
    return true;
}

hf__window_block *hf__window_blocks_find(hf__window_blocks *blocks, uint32_t process, uint64_t address)
{
    hf__window_block *found = find_in(&blocks->now, process, address);
    return found != NULL ? found : find_in(&blocks->before, process, address);
}

bool hf__window_blocks_put(hf__window_blocks *blocks, const hf__window_block *block)
{
    if (!make_room(blocks))
        return false;
    put_into(&blocks->now, block);
    move_some(blocks, MOVED_AT_ONCE);
    return true;
}

void hf__window_blocks_remove(hf__window_blocks *blocks, hf__window_block *block)
{
    bool is_before = blocks->before.room > 0 && block >= blocks->before.slots && block < blocks->before.slots + blocks->before.room;
    remove_from(is_before ? &blocks->before : &blocks->now, block);
}

static const hf__window_block *first_from(const hf__window_table *table, const hf__window_block *at)
{
    for (; at != NULL && at < table->slots + table->room; at++)
        if (at->address != 0)
            return at;
    return NULL;
}

const hf__window_block *hf__window_blocks_next(const hf__window_blocks *blocks, const hf__window_block *last)
{
    const hf__window_table *now = &blocks->now, *before = &blocks->before;
    bool in_now = last == NULL || (last >= now->slots && last < now->slots + now->room);
    const hf__window_block *next = in_now ? first_from(now, last == NULL ? now->slots : last + 1) : first_from(before, last + 1);
    return next != NULL || !in_now ? next : first_from(before, before->slots);
}

void hf__window_blocks_release(hf__window_blocks *blocks)
{
    hf__room_free(blocks->now.slots);
    hf__room_free(blocks->before.slots);
    *blocks = (hf__window_blocks){ 0 };
}
