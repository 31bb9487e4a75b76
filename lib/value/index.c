/* index.c - members by key, and children by position.
 *
 * Small objects are scanned. A wide container (value_layout.h) gets a table at its first lookup, in
 * a set beside the block: the block itself is never written. A table is built aside and published
 * by one compare-and-swap, so readers never wait; if there is no memory for it, lookup scans.
 *
 *     set:   [table of wide number 1][2][3] ...           one array of pointers, made at first use
 *     table: [cells: hash 32 | slot distance 32] ...      open addressing, at most 2/3 full; objects
 *            [positions: every 16th child's distance] ... distances count from the opening slot
 *
 * Hashes start from a random seed of the process, so that no input can choose its collisions. */
#include "value/home.h"

#include "base/fail.h"
#include "base/hash.h"
#include "value/key.h"

enum { FETCHED_MAX = 8192 }; /* members whose slots fit into a cache */

typedef struct table {
    uint64_t bytes;
    uint64_t mask;      /* cells - 1; 0: no cells */
    uint32_t *positions;
    uint64_t cells[];
} table;

struct hf__index_set {
    uint64_t         count; /* of tables */
    _Atomic uint64_t bytes; /* of the set and its tables */
    _Atomic(table *) tables[];
};

/* ---- the set ----------------------------------------------------------------------------- */

static const hf_allocator *allocator_of(const hf__home *home)
{
    const hf_allocator *allocator = hf__home_document(home)->allocator;
    return allocator != NULL ? allocator : hf_allocator_default();
}

/* Memory charged to the document; NULL when refused. */
static void *take(const hf__home *home, uint64_t bytes)
{
    const hf_allocator *allocator = allocator_of(home);
    if (!hf__document_charge(hf__home_document(home), bytes))
        return NULL;
    void *block = allocator->resize(allocator->context, NULL, 0, bytes, HF__BLOCK_ALIGNMENT);
    if (block == NULL)
        hf__document_uncharge(hf__home_document(home), bytes);
    return block;
}

static void give_back(const hf__home *home, void *block, uint64_t bytes)
{
    const hf_allocator *allocator = allocator_of(home);
    allocator->resize(allocator->context, block, bytes, 0, HF__BLOCK_ALIGNMENT);
    hf__document_uncharge(hf__home_document(home), bytes);
}

static uint64_t set_bytes(uint64_t count)
{
    return sizeof(struct hf__index_set) + count * sizeof(table *);
}

static struct hf__index_set *make_set(hf__home *home)
{
    uint64_t bytes = set_bytes(home->wide_count);
    struct hf__index_set *set = take(home, bytes);
    if (set == NULL)
        return NULL;
    set->count = home->wide_count;
    atomic_init(&set->bytes, bytes);
    for (uint64_t i = 0; i < set->count; i++)
        atomic_init(&set->tables[i], NULL);
    struct hf__index_set *earlier = NULL;
    if (atomic_compare_exchange_strong_explicit(&home->indexes, &earlier, set, memory_order_acq_rel,
                                                memory_order_acquire))
        return set;
    give_back(home, set, bytes);
    return earlier;
}

/* ---- tables ------------------------------------------------------------------------------ */

static uint64_t cell_count(uint64_t members)
{
    uint64_t cells = 16;
    while (cells < members + members / 2)
        cells *= 2;
    return cells;
}

/* Puts a key's distance in, replacing an equal key's: of equal keys the last is found. */
static void put_key(table *index, const hf__slot *open, const hf__slot *key)
{
    uint64_t hash = hf__key_hash(key);
    uint64_t distance = (uint64_t)(key - open);
    for (uint64_t at = hash & index->mask;; at = (at + 1) & index->mask) {
        uint64_t cell = index->cells[at];
        if (cell == 0 || (cell >> 32 == hash >> 32 && hf__key_equal(open + (uint32_t)cell, key))) {
            index->cells[at] = hash >> 32 << 32 | distance;
            return;
        }
    }
}

static table *build(const hf__home *home, const hf__slot *open)
{
    bool is_object = hf__kind(open) == HF__OBJECT;
    uint64_t count = hf__count(open);
    uint64_t cells = is_object ? cell_count(count) : 0;
    uint64_t positions = (count + HF__POSITION_STEP - 1) / HF__POSITION_STEP;
    uint64_t bytes = sizeof(table) + cells * sizeof(uint64_t) + positions * sizeof(uint32_t);
    table *index = take(home, bytes);
    if (index == NULL)
        return NULL;
    index->bytes = bytes;
    index->mask = is_object ? cells - 1 : 0;
    index->positions = (uint32_t *)(index->cells + cells);
    memset(index->cells, 0, cells * sizeof(uint64_t));
    const hf__slot *child = open + 1;
    for (uint64_t i = 0; i < count; i++) {
        if (i % HF__POSITION_STEP == 0)
            index->positions[i / HF__POSITION_STEP] = (uint32_t)(child - open);
        if (is_object)
            put_key(index, open, child++);
        child = hf__behind(child);
    }
    return index;
}

/* The table of a wide container, built now if need be; NULL: scan. */
static const table *table_of(const hf__home *home, const hf__slot *open)
{
    hf__home *shared = (hf__home *)(uintptr_t)home; /* its atomic fields only */
    struct hf__index_set *set = atomic_load_explicit(&shared->indexes, memory_order_acquire);
    uint32_t number = hf__wide_number(open);
    if (HF_UNLIKELY(set == NULL)) {
        if (hf__span(open) > UINT32_MAX || (set = make_set(shared)) == NULL)
            return NULL;
    }
    _Atomic(table *) *place = &set->tables[number - 1];
    table *index = atomic_load_explicit(place, memory_order_acquire);
    if (HF_LIKELY(index != NULL))
        return index;
    if (hf__span(open) > UINT32_MAX || (index = build(home, open)) == NULL)
        return NULL;
    table *earlier = NULL;
    if (atomic_compare_exchange_strong_explicit(place, &earlier, index, memory_order_acq_rel, memory_order_acquire)) {
        atomic_fetch_add_explicit(&set->bytes, index->bytes, memory_order_relaxed);
        return index;
    }
    give_back(home, index, index->bytes);
    return earlier;
}

/* ---- finding ----------------------------------------------------------------------------- */

static const hf__slot *scan(const hf__slot *object, const hf__key *key)
{
    const hf__slot *found = NULL;
    for (const hf__slot *at = object + 1; !hf__is_close(at); at = hf__behind(at + 1))
        if (hf__key_matches(key, at))
            found = at;
    return found;
}

const hf__slot *hf__index_find(const hf__home *home, const hf__slot *object, hf_text text)
{
    hf__key key = hf__key_of(text);
    return hf__index_find_key(home, object, &key);
}

const hf__slot *hf__index_find_key(const hf__home *home, const hf__slot *object, const hf__key *key)
{
    const table *index;
    if (hf__wide_number(object) == 0 || (index = table_of(hf__block_home(home, object), object)) == NULL)
        return scan(object, key);
    uint64_t hash = hf__key_hash_of(key);
    for (uint64_t at = hash & index->mask;; at = (at + 1) & index->mask) {
        uint64_t cell = index->cells[at];
        if (cell == 0)
            return NULL;
        if (cell >> 32 == hash >> 32 && hf__key_matches(key, object + (uint32_t)cell))
            return object + (uint32_t)cell;
    }
}

const hf__slot *hf__index_at(const hf__home *home, const hf__slot *open, uint64_t index, uint64_t *ret_index)
{
    const table *positions = table_of(hf__block_home(home, open), open);
    *ret_index = positions != NULL ? index / HF__POSITION_STEP * HF__POSITION_STEP : 0;
    return positions != NULL ? open + positions->positions[index / HF__POSITION_STEP] : open + 1;
}

/* The table of a container, if there is one yet. */
static const table *made_table(const hf__home *home, const hf__slot *open)
{
    hf__home *block = (hf__home *)(uintptr_t)hf__block_home(home, open); /* its atomic fields only */
    struct hf__index_set *set = atomic_load_explicit(&block->indexes, memory_order_acquire);
    uint32_t number = hf__wide_number(open);
    return set != NULL && number != 0 ? atomic_load_explicit(&set->tables[number - 1], memory_order_acquire) : NULL;
}

const uint32_t *hf__index_positions(const hf__home *home, const hf__slot *open)
{
    const table *index = made_table(home, open);
    return index != NULL ? index->positions : NULL;
}

bool hf__index_fetch_members(const hf__home *home, const hf__slot *open)
{
    const table *index = made_table(home, open);
    if (index == NULL || index->mask == 0 || hf__count(open) > FETCHED_MAX)
        return false;
    for (uint64_t at = 0; at <= index->mask; at++)
        if (index->cells[at] != 0)
            __builtin_prefetch(open + (uint32_t)index->cells[at] + 1);
    return true;
}

/* ---- all at once ------------------------------------------------------------------------- */

hf_status hf__index_build_all(const hf__home *home, hf_error *reterr)
{
    if (home->wide_count == 0)
        return HF_OK;
    for (uint64_t i = 0; i < home->slot_count; i++) {
        const hf__slot *slot = &home->slots[i];
        if (hf__is_container(slot) && hf__wide_number(slot) != 0 && table_of(home, slot) == NULL &&
            hf__span(slot) <= UINT32_MAX)
            return hf__fail(reterr, HF_NO_MEMORY, "index of %u members", (unsigned)hf__count(slot));
    }
    return HF_OK;
}

void hf__index_release(hf__home *home, const hf_allocator *allocator)
{
    struct hf__index_set *set = atomic_load_explicit(&home->indexes, memory_order_acquire);
    if (set == NULL)
        return;
    for (uint64_t i = 0; i < set->count; i++) {
        table *index = atomic_load_explicit(&set->tables[i], memory_order_relaxed);
        if (index != NULL)
            allocator->resize(allocator->context, index, index->bytes, 0, HF__BLOCK_ALIGNMENT);
    }
    allocator->resize(allocator->context, set, set_bytes(set->count), 0, HF__BLOCK_ALIGNMENT);
    atomic_store_explicit(&home->indexes, NULL, memory_order_relaxed);
}

uint64_t hf__index_bytes(const hf__home *home)
{
    const struct hf__index_set *set =
        atomic_load_explicit(&((hf__home *)(uintptr_t)home)->indexes, memory_order_acquire);
    return set != NULL ? atomic_load_explicit(&((struct hf__index_set *)(uintptr_t)set)->bytes, memory_order_relaxed) : 0;
}

uint64_t hf__number_wide(hf__slot *slots, uint64_t count)
{
    uint64_t wide = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (!hf__is_close(&slots[i]))
            continue;
        hf__slot *slot = &slots[i] - hf__way_back(&slots[i]);
        bool is_wide = hf__is_wide(hf__kind(slot) == HF__OBJECT, hf__count(slot), hf__span(slot)) && wide < UINT32_MAX;
        wide += is_wide;
        slot->hi = (slot->hi & UINT32_MAX) | (is_wide ? wide << 32 : 0);
    }
    return wide;
}
