/* read_duplicates.c - equal keys in one object: refused, or all but one of them taken out.
 *
 * Looks at the finished slots, so the readers need not know. Linear whatever the input: objects
 * with few members are compared pair by pair, wide ones go through a table that is hashed with the
 * secret of the process. Members to take out are marked on their key (HF__LINKED, which a reading
 * never sets) and closed over in one pass. */
#include "text/read_state.h"

#include "value/key.h"

enum { PAIRWISE_MAX = 8 };

typedef struct search {
    hf__slot     *slots;
    size_t        slot_count;
    hf_duplicates policy;
    uint64_t      refused;  /* the first key that repeats one, 0: none */
    uint64_t      marked;
    uint32_t     *cells;    /* distances from the opening slot, 0: empty; at most half are used */
    size_t        cells_bytes;
} search;

/* Two keys of one object are equal; `first` comes first. */
static void found(search *s, hf__slot *first, hf__slot *second)
{
    if (s->policy == HF_DUPLICATES_REFUSE) {
        uint64_t slot = (uint64_t)(second - s->slots);
        if (s->refused == 0 || slot < s->refused)
            s->refused = slot;
        return;
    }
    (s->policy == HF_DUPLICATES_LAST ? first : second)->lo |= HF__LINKED;
    s->marked++;
}

static void search_pairs(search *s, hf__slot *object)
{
    hf__slot *keys[PAIRWISE_MAX];
    unsigned count = 0;
    for (hf__slot *key = object + 1; !hf__is_close(key); key += 1 + hf__step(key + 1)) {
        unsigned i = 0;
        while (i < count && !hf__key_equal(keys[i], key))
            i++;
        if (i < count)
            found(s, keys[i], key);
        if (i == count)
            keys[count++] = key;
        else if (s->policy == HF_DUPLICATES_LAST)
            keys[i] = key;
    }
}

static void search_table(search *s, hf__slot *object, size_t mask)
{
    memset(s->cells, 0, (mask + 1) * sizeof *s->cells);
    for (hf__slot *key = object + 1; !hf__is_close(key); key += 1 + hf__step(key + 1)) {
        size_t cell = hf__key_hash(key) & mask;
        while (s->cells[cell] != 0 && !hf__key_equal(object + s->cells[cell], key))
            cell = (cell + 1) & mask;
        bool is_new = s->cells[cell] == 0;
        if (!is_new)
            found(s, object + s->cells[cell], key);
        if (is_new || s->policy == HF_DUPLICATES_LAST)
            s->cells[cell] = (uint32_t)(key - object);
    }
}

/* A table for the widest object: one allocation for all. */
static hf_status take_table(const hf__reading *reading, search *s)
{
    uint64_t widest = 0;
    for (size_t i = 0; i < s->slot_count; i++)
        if (hf__kind(&s->slots[i]) == HF__OBJECT && hf__count(&s->slots[i]) > widest)
            widest = hf__count(&s->slots[i]);
    if (widest <= PAIRWISE_MAX)
        return HF_OK;
    size_t cells = 16;
    while (cells < 2 * widest)
        cells *= 2;
    void *block = NULL;
    hf_status status = hf__memory_allocate(&reading->memory, cells * sizeof *s->cells, HF__BLOCK_ALIGNMENT, &block,
                                           reading->reterr);
    if (status != HF_OK)
        return status;
    s->cells = block;
    s->cells_bytes = cells * sizeof *s->cells;
    return HF_OK;
}

static hf_status search_all(const hf__reading *reading, search *s)
{
    hf_status status = take_table(reading, s);
    if (status != HF_OK)
        return status;
    for (size_t i = 0; i < s->slot_count; i++) {
        hf__slot *object = &s->slots[i];
        if (hf__kind(object) != HF__OBJECT || hf__count(object) < 2)
            continue;
        if (hf__count(object) <= PAIRWISE_MAX) {
            search_pairs(s, object);
            continue;
        }
        size_t cells = 16;
        while (cells < 2 * (size_t)hf__count(object))
            cells *= 2;
        search_table(s, object, cells - 1);
    }
    hf__memory_free(&reading->memory, s->cells, s->cells_bytes, HF__BLOCK_ALIGNMENT);
    return HF_OK;
}

/* ---- taking members out ------------------------------------------------------------------ */

/* While a container is open in the new order, the span field of its slot leads to the one around it. */
static void open_container(hf__slot *slot, const hf__slot *top)
{
    uint64_t distance = top != NULL ? (uint64_t)(slot - top) : 0;
    slot->lo = (slot->lo & 0xffffff) | distance << 24;
}

/* Returns the container around. */
static hf__slot *close_container(hf__reading *reading, hf__slot *top, hf__slot *close)
{
    uint64_t way_back = (uint64_t)(close - top), outward = top->lo >> 24, wide = 0;
    if (hf__is_wide(hf__kind(top) == HF__OBJECT, hf__count(top), way_back + 1))
        wide = ++reading->wide_count;
    top->lo = (top->lo & 0xffffff) | (way_back + 1) << 24;
    top->hi = hf__count(top) | wide << 32;
    close->lo = (close->lo & 0xffffff) | way_back << 24;
    if (outward == 0)
        return NULL;
    hf__slot *around = top - outward;
    around->lo |= top->lo & HF__DIRTY;
    return around;
}

static void take_out_marked(hf__reading *reading)
{
    hf__slot *from = hf__reading_slots(reading), *to = from, *slots = from, *end = from + reading->slot_count;
    hf__slot *top = NULL;
    uint32_t depth = 0;
    reading->values = 0;
    reading->wide_count = 0;
    reading->depth = 0;
    while (from < end) {
        if (hf__is_key(from) && (from->lo & HF__LINKED)) {
            top->lo |= HF__DIRTY;
            top->hi--;
            from += 1 + hf__step(from + 1);
            continue;
        }
        *to = *from;
        hf__move_slot_references(to, (char *)from - (char *)to);
        if (hf__is_close(to)) {
            top = close_container(reading, top, to);
            depth--;
        } else if (!hf__is_key(to)) {
            reading->values++;
            if (depth > reading->depth)
                reading->depth = depth;
            if (hf__is_container(to)) {
                open_container(to, top);
                top = to;
                depth++;
            }
        }
        from++;
        to++;
    }
    reading->slot_count = (size_t)(to - slots);
}

hf_status hf__read_duplicates(hf__reading *reading, hf_duplicates policy)
{
    search s = { .slots = hf__reading_slots(reading), .slot_count = reading->slot_count, .policy = policy };
    hf_status status = search_all(reading, &s);
    if (status != HF_OK)
        return status;
    if (s.refused != 0) {
        /* Read again up to that key: slots do not tell where short text stands. */
        reading->refused_slot = s.refused;
        reading->side_used = 0;
        return hf__read_careful(reading);
    }
    if (s.marked != 0)
        take_out_marked(reading);
    return HF_OK;
}
