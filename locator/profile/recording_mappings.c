/* recording_mappings.c - a sorted array: few mappings, far more often looked at than changed. */
#include "recording_mappings.h"

#include "room.h"

static size_t first_behind(const hf__mappings *mappings, uint64_t address)
{
    size_t low = 0, high = mappings->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (mappings->items[middle].address + mappings->items[middle].size <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool hf__mappings_add(hf__mappings *mappings, hf__live *live, hf__mapping made)
{
    if (made.size == 0)
        return true;
    if (!HF_RESERVE(mappings->items, mappings->room, mappings->count + 1))
        return false;
    size_t place = first_behind(mappings, made.address);
    memmove(mappings->items + place + 1, mappings->items + place, (mappings->count - place) * sizeof made);
    mappings->items[place] = made;
    mappings->count++;
    hf__live_born(live, made.address | 1, made.size, made.path, HF_LIVE_WEIGHT_ONE);
    return true;
}

bool hf__mappings_cut(hf__mappings *mappings, hf__live *live, uint64_t address, uint64_t size)
{
    uint64_t end = size > UINT64_MAX - address ? UINT64_MAX : address + size;
    for (;;) {
        size_t place = first_behind(mappings, address);
        if (place == mappings->count || mappings->items[place].address >= end)
            return true;
        hf__mapping cut = mappings->items[place];
        memmove(mappings->items + place, mappings->items + place + 1,
                (--mappings->count - place) * sizeof cut);
        hf__live_died(live, cut.address | 1);
        if (cut.address < address &&
            !hf__mappings_add(mappings, live, (hf__mapping){ cut.address, address - cut.address, cut.path }))
            return false;
        if (cut.address + cut.size > end &&
            !hf__mappings_add(mappings, live, (hf__mapping){ end, cut.address + cut.size - end, cut.path }))
            return false;
    }
}

void hf__mappings_release(hf__mappings *mappings)
{
    hf__room_free(mappings->items);
    *mappings = (hf__mappings){ 0 };
}
