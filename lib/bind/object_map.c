/* object_map.c - growing. */
#include "bind/object_map.h"

#include "base/checked.h"

enum { TABLE_FIRST = 128, SMALL = 1 << 16 }; /* a small table grows fourfold: it is filled again less often */

bool hf__object_map_grow(hf__object_map *map)
{
    size_t size = map->table == NULL ? TABLE_FIRST : (map->mask + 1) * (map->mask < SMALL ? 4 : 2), bytes;
    if (!hf__size_multiply(size, sizeof *map->table, &bytes))
        return false;
    hf__object_entry *table = map->allocator->resize(map->allocator->context, NULL, 0, bytes, _Alignof(hf__object_entry));
    if (table == NULL)
        return false;
    memset(table, 0, bytes);
    for (size_t i = 0; map->table != NULL && i <= map->mask; i++) {
        if (map->table[i].key == NULL)
            continue;
        size_t at = hf__object_slot(map->table[i].key, size - 1);
        while (table[at].key != NULL)
            at = (at + 1) & (size - 1);
        table[at] = map->table[i];
    }
    hf__object_map_release(map);
    map->table = table;
    map->mask = size - 1;
    return true;
}
