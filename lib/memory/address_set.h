/* address_set.h - which addresses are mine? Asked without a lock, changed under one.
 *
 * Open addressing, a power of two of cells, at most half full; removal shifts back, so there are
 * no tombstones. A version number, odd while a change is under way, tells readers that what they
 * saw may be torn; they then ask again under the owner's lock. Old tables stay until the end
 * (they double, so together they are smaller than the newest), which keeps readers safe.
 *
 * An address may be asked for that was never dereferenced: nothing is read but the cells. */
#ifndef HOLDFAST_ADDRESS_SET_H
#define HOLDFAST_ADDRESS_SET_H

#include "allocate.h"

#include <stdatomic.h>

enum { HF__ADDRESS_ALIGNMENT = 16 };

typedef struct hf__address_table {
    struct hf__address_table *older;
    size_t                    mask;
    _Atomic uintptr_t         cells[];
} hf__address_table;

typedef struct hf__address_set {
    _Atomic(hf__address_table *) table;
    _Atomic uint64_t             version;
    size_t                       count;
} hf__address_set;

/* Makes room for one more address. On failure nothing has changed. Under the owner's lock. */
hf_status hf__address_set_reserve(hf__address_set *set, const hf__memory *memory, hf_error *reterr);
/* Adds an address that is not in the set, room reserved. Under the owner's lock. */
void hf__address_set_add(hf__address_set *set, const void *address);
/* Removes an address that is in the set. Under the owner's lock. */
void hf__address_set_remove(hf__address_set *set, const void *address);
void hf__address_set_release(hf__address_set *set, const hf__memory *memory);

enum hf__address_answer { HF__ADDRESS_NO, HF__ADDRESS_YES, HF__ADDRESS_UNSURE };

static inline size_t hf__address_home(const void *address, size_t mask)
{
    return (size_t)(((uintptr_t)address >> 4) * 0x9e3779b97f4a7c15u >> 20) & mask;
}

static inline enum hf__address_answer hf__address_set_ask(hf__address_set *set, const void *address)
{
    uint64_t           version = atomic_load_explicit(&set->version, memory_order_acquire);
    hf__address_table *table = atomic_load_explicit(&set->table, memory_order_acquire);
    if ((version & 1) != 0 || table == NULL)
        return table == NULL ? HF__ADDRESS_NO : HF__ADDRESS_UNSURE;
    enum hf__address_answer answer = HF__ADDRESS_NO;
    for (size_t i = 0, at = hf__address_home(address, table->mask); i <= table->mask; i++, at = (at + 1) & table->mask) {
        uintptr_t cell = atomic_load_explicit(&table->cells[at], memory_order_acquire);
        if (cell == (uintptr_t)address) {
            answer = HF__ADDRESS_YES;
            break;
        }
        if (cell == 0)
            break;
    }
    return atomic_load_explicit(&set->version, memory_order_relaxed) == version ? answer : HF__ADDRESS_UNSURE;
}

#endif
