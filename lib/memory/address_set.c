/* address_set.c - changes of a set of addresses. */
#include "address_set.h"

#include "base/checked.h"

enum { CELLS_MIN = 64 };

static size_t table_bytes(size_t cells)
{
    return sizeof(hf__address_table) + cells * sizeof(uintptr_t);
}

static void put(hf__address_table *table, uintptr_t address)
{
    size_t at = hf__address_home((const void *)address, table->mask);
    while (atomic_load_explicit(&table->cells[at], memory_order_relaxed) != 0)
        at = (at + 1) & table->mask;
    atomic_store_explicit(&table->cells[at], address, memory_order_release);
}

hf_status hf__address_set_reserve(hf__address_set *set, const hf__memory *memory, hf_error *reterr)
{
    hf__address_table *old = atomic_load_explicit(&set->table, memory_order_relaxed);
    if (old != NULL && set->count < (old->mask + 1) / 2)
        return HF_OK;
    size_t    cells = old != NULL ? (old->mask + 1) * 2 : CELLS_MIN;
    void     *block = NULL;
    hf_status status = hf__memory_allocate(memory, table_bytes(cells), HF__ADDRESS_ALIGNMENT, &block, reterr);
    if (status != HF_OK)
        return status;
    hf__address_table *table = block;
    table->older = old;
    table->mask = cells - 1;
    for (size_t i = 0; i < cells; i++)
        atomic_init(&table->cells[i], 0);
    for (size_t i = 0; old != NULL && i <= old->mask; i++) {
        uintptr_t address = atomic_load_explicit(&old->cells[i], memory_order_relaxed);
        if (address != 0)
            put(table, address);
    }
    atomic_store_explicit(&set->table, table, memory_order_release);
    return HF_OK;
}

/* An addition needs no version: a reader sees the cell empty or filled, and both are whole. */
void hf__address_set_add(hf__address_set *set, const void *address)
{
    put(atomic_load_explicit(&set->table, memory_order_relaxed), (uintptr_t)address);
    set->count++;
}

/* The cells behind the hole move up when the hole lies between their home and them. */
static void close_hole(hf__address_table *table, size_t hole)
{
    size_t mask = table->mask;
    for (size_t at = (hole + 1) & mask;; at = (at + 1) & mask) {
        uintptr_t cell = atomic_load_explicit(&table->cells[at], memory_order_relaxed);
        if (cell == 0)
            break;
        size_t home = hf__address_home((const void *)cell, mask);
        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        atomic_store_explicit(&table->cells[hole], cell, memory_order_release);
        hole = at;
    }
    atomic_store_explicit(&table->cells[hole], 0, memory_order_release);
}

void hf__address_set_remove(hf__address_set *set, const void *address)
{
    hf__address_table *table = atomic_load_explicit(&set->table, memory_order_relaxed);
    size_t             at = hf__address_home(address, table->mask);
    while (atomic_load_explicit(&table->cells[at], memory_order_relaxed) != (uintptr_t)address)
        at = (at + 1) & table->mask;
    atomic_fetch_add(&set->version, 1);
    close_hole(table, at);
    atomic_fetch_add(&set->version, 1);
    set->count--;
}

void hf__address_set_release(hf__address_set *set, const hf__memory *memory)
{
    hf__address_table *table = atomic_load_explicit(&set->table, memory_order_relaxed);
    while (table != NULL) {
        hf__address_table *older = table->older;
        hf__memory_free(memory, table, table_bytes(table->mask + 1), HF__ADDRESS_ALIGNMENT);
        table = older;
    }
    atomic_store_explicit(&set->table, NULL, memory_order_relaxed);
    set->count = 0;
}
