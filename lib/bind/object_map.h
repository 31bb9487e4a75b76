/* object_map.h - from the address of a block to another address, for one call over a graph.
 *
 * Open addressing, a power of two, at most half full; nothing is removed. Blocks that lie beside each other
 * have entries beside each other: most objects are met in the order in which they were made, and a table
 * that is gone over in order stays in the cache. Which run of entries a stretch of memory gets is hashed. */
#ifndef HOLDFAST_OBJECT_MAP_H
#define HOLDFAST_OBJECT_MAP_H

#include "bind/struct_store.h"

typedef struct hf__object_entry {
    const char *key; /* NULL: free */
    char       *value;
} hf__object_entry;

typedef struct hf__object_map {
    const hf_allocator *allocator;
    hf__object_entry   *table;
    size_t              mask, used;
} hf__object_map;

static inline void hf__object_map_init(hf__object_map *map, const hf_allocator *allocator)
{
    *map = (hf__object_map){ .allocator = hf__work_allocator(allocator) };
}

static inline void hf__object_map_release(hf__object_map *map)
{
    if (map->table != NULL)
        hf__allocator_free(map->allocator, map->table, (map->mask + 1) * sizeof *map->table, _Alignof(hf__object_entry));
}

/* Where the search for a key begins. */
static inline size_t hf__object_slot(const char *key, size_t mask)
{
    enum { GRAIN = 5, RUN = 3 }; /* of bytes in an entry, of entries in a stretch: as powers of two */
    uint64_t address = (uint64_t)(uintptr_t)key, stretch = address >> (GRAIN + RUN);
    uint64_t mixed = (stretch * 0x9e3779b97f4a7c15u) >> 20;
    return (size_t)(mixed << RUN | (address >> GRAIN & ((1u << RUN) - 1))) & mask;
}

bool hf__object_map_grow(hf__object_map *map);

/* The entry of `key`, with the value NULL when it is new. NULL when there is no memory. It may move at the
 * next call. */
static inline hf__object_entry *hf__object_map_add(hf__object_map *map, const char *key, bool *ret_new)
{
    if (HF_UNLIKELY(map->table == NULL || map->used * 2 >= map->mask) && !hf__object_map_grow(map))
        return NULL;
    size_t at = hf__object_slot(key, map->mask);
    while (map->table[at].key != NULL && map->table[at].key != key)
        at = (at + 1) & map->mask;
    hf__object_entry *entry = &map->table[at];
    *ret_new = entry->key == NULL;
    map->used += *ret_new;
    entry->key = key;
    return entry;
}

/* NULL when it was not added. */
static inline hf__object_entry *hf__object_map_find(const hf__object_map *map, const char *key)
{
    if (map->table == NULL)
        return NULL;
    size_t at = hf__object_slot(key, map->mask);
    while (map->table[at].key != NULL && map->table[at].key != key)
        at = (at + 1) & map->mask;
    return map->table[at].key != NULL ? &map->table[at] : NULL;
}

#endif
