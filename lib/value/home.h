/* home.h - what lies beside the slots: documents, and the part that drafts share with them.
 *
 *     hf_value ----> hf__home (first member of hf_document and of hf_draft)
 *        |             slots, mounts, foreigns, link targets, indexes
 *        +--------> hf__slot in the block (document) or in a chunk (draft)
 *
 * A document is immutable but for `holders`, `bytes` and `indexes`, which are atomic. Ownership is
 * acyclic by construction: what a document mounts existed before it. */
#ifndef HOLDFAST_HOME_H
#define HOLDFAST_HOME_H

#include <stdatomic.h>

#include <holdfast/document.h>
#include <holdfast/foreign.h>

#include "memory/allocate.h"
#include "value/block.h"
#include "value/nested_end.h"

/* Deep enough that 40 doublings by mounting need no copy; the walk keeps a way back for each.
 *
 * Invariant: a document's mount_depth, which counts its earlier blocks as well, is never more: mounting copies
 * beyond it (item.c, build.c), and freezing writes earlier blocks out (freeze.c). So from the root of a document
 * so many hops from block to block lead to any value, and one more in a draft of it, whatever they are: entries,
 * parts of mounted documents, parts of earlier blocks. All that keeps a way back has room for HF__HOPS_MAX. */
enum { HF__MOUNT_DEPTH_MAX = 64, HF__HOPS_MAX = HF__MOUNT_DEPTH_MAX + 1 };

typedef enum hf__home_kind { HF__HOME_DOCUMENT, HF__HOME_DRAFT } hf__home_kind;

/* The sums of value_hash.c for a value that never changes, kept once known. Written by whoever comes first,
 * always with the same numbers. */
typedef struct hf__hash_cache {
    _Atomic uint64_t x, y;
    _Atomic uint32_t is_known;
} hf__hash_cache;

static inline bool hf__hash_cache_get(const hf__hash_cache *cache, uint64_t *ret_x, uint64_t *ret_y)
{
    hf__hash_cache *shared = (hf__hash_cache *)(uintptr_t)cache;
    if (shared == NULL || atomic_load_explicit(&shared->is_known, memory_order_acquire) == 0)
        return false;
    *ret_x = atomic_load_explicit(&shared->x, memory_order_relaxed);
    *ret_y = atomic_load_explicit(&shared->y, memory_order_relaxed);
    return true;
}
static inline void hf__hash_cache_set(hf__hash_cache *cache, uint64_t x, uint64_t y)
{
    if (cache == NULL)
        return;
    atomic_store_explicit(&cache->x, x, memory_order_relaxed);
    atomic_store_explicit(&cache->y, y, memory_order_relaxed);
    atomic_store_explicit(&cache->is_known, 1, memory_order_release);
}

/* A mounted value. The home holds `document` once for each entry. */
typedef struct hf__mount {
    hf_document *document;        /* NULL: a free entry, which frozen documents may have too */
    uint64_t     slot;            /* the mounted value's address in document; for parts: unused */
    uint64_t     values_expanded; /* below and with the mounted value; saturates */
    uint32_t     depth;           /* deepest below the mounted value; saturates */
    uint32_t     uses;            /* slots shown by the home that refer to it */
    hf__hash_cache hash;
} hf__mount;

/* A value that is not ours. `hooks` is borrowed for the life of the document. */
typedef struct hf__foreign {
    const hf_foreign_hooks *hooks;
    void                   *object; /* NULL: none */
    _Atomic(struct hf__foreign_share *) share; /* counts the homes that have the object; NULL: this one */
} hf__foreign;

/* An earlier block that a document shares: `document` is held for its block, text and indexes only,
 * so that its own mounts and foreign values go when its last holder does. */
typedef struct hf__base {
    hf_document    *document;
    const hf__slot *slots;
    uint64_t        slot_count;
    uint64_t        dead_slots; /* estimated: of these, not shown any more */
} hf__base;

enum { HF__BASES_MAX = 8, HF__TABLE_ALIGNMENT = 16 };

struct hf__index_set; /* index.c */

/* How an edited container is read: its children lie in a chunk of the draft. lib/edit gives these. */
typedef struct hf__chunk_reader {
    const hf__slot *(*first_child)(const struct hf__home *home, const hf__slot *container);
    /* The slot of child `index`, which exists: its key in objects. */
    const hf__slot *(*child_at)(const struct hf__home *home, const hf__slot *container, uint64_t index);
    /* The key slot of the last member `key`, or NULL. */
    const hf__slot *(*find)(const struct hf__home *home, const hf__slot *container, hf_text key);
    /* The container whose chunk ends with `close`. */
    const hf__slot *(*owner)(const struct hf__home *home, const hf__slot *close);
    /* The slot a link of the draft leads to, which may be a mount; NULL when it is gone. */
    const hf__slot *(*link_place)(const struct hf__home *home, const hf__slot *link);
    /* The root value's slot, which may be a mount. */
    const hf__slot *(*root)(const struct hf__home *home);
    /* The slot in a chunk that shows a part of an own block, or NULL: then that part begins further out. */
    const hf__slot *(*mount_of)(const struct hf__home *home, const hf__slot *part);
    /* A chunk's slots are preceded by a slot of kind none, so that the slot before a child can be
     * looked at for its key. */
} hf__chunk_reader;

typedef struct hf__home {
    uint32_t               kind; /* hf__home_kind */
    uint32_t               mount_count, foreign_count, link_count;
    const hf__slot        *slots; /* document: slot 0 is the root. Draft: see lib/edit */
    uint64_t               slot_count;
    uint64_t               wide_count;
    hf__mount             *mounts;
    hf__foreign           *foreigns;
    const hf__link_target *links;
    _Atomic(struct hf__index_set *) indexes; /* built at first use; NULL before */
    const hf__chunk_reader *chunks;          /* drafts only */
    hf__base              *bases;
    uint32_t               base_count;       /* at most HF__BASES_MAX */
} hf__home;

/* Text that lies outside of the block. */
typedef struct hf__outer_text {
    const char *bytes; /* NULL: none */
    size_t      length;
    void      (*release)(void *context, const char *bytes, size_t length); /* NULL: borrowed */
    void       *context;
    uint64_t    checksum; /* debug builds: detects a borrowed buffer that changed */
} hf__outer_text;

/* Gives back a block that is not from the allocator. */
typedef void hf__block_release(hf__block_header *block, size_t bytes);

struct hf_document {
    hf__home          home;
    _Atomic uint64_t  holders;
    _Atomic uint64_t  block_holders; /* all holders together count as one */
    _Atomic uint64_t  bytes;     /* charged to `budget` for it */
    hf__block_header *block;
    size_t            block_bytes; /* allocated; at least block->block_bytes */
    const hf_allocator *allocator; /* borrowed while the document or its block lives */
    hf_budget        *budget;    /* held; NULL: the process budget */
    hf__outer_text    text;
    _Atomic uint64_t  values_expanded; /* 0: not counted yet */
    _Atomic uint32_t  depth_expanded;
    uint32_t          mount_depth; /* hops to the deepest block, at most; see HF__MOUNT_DEPTH_MAX */
    union {
        hf__hash_cache      hash;
        hf__waiting_end     ending; /* after the last drop; the block may go on, so slots and sizes stay */
    };
    hf__block_release *release_block; /* NULL: to the allocator; a mapped file is unmapped */
};

/* The tables beside a block, owned. Both arrays come from the document's allocator, charged. */
typedef struct hf__tables {
    hf__mount   *mounts;
    hf__foreign *foreigns;
    uint32_t     mount_count, foreign_count;
    uint32_t     base_count;
    hf__base    *bases;
} hf__tables;

static inline uint64_t hf__tables_bytes(const hf__tables *tables)
{
    return tables->mount_count * sizeof(hf__mount) + tables->foreign_count * sizeof(hf__foreign) +
           tables->base_count * sizeof(hf__base);
}
/* Frees the arrays and takes back their charge; not what their entries hold. */
static inline void hf__tables_free(const hf__tables *tables, const hf__memory *memory)
{
    hf__memory_free(memory, tables->mounts, tables->mount_count * sizeof(hf__mount), HF__TABLE_ALIGNMENT);
    hf__memory_free(memory, tables->foreigns, tables->foreign_count * sizeof(hf__foreign), HF__TABLE_ALIGNMENT);
    hf__memory_free(memory, tables->bases, tables->base_count * sizeof(hf__base), HF__TABLE_ALIGNMENT);
}

/* What a foreign value can do; the public form is in foreign.h. */
void hf__foreign_release(hf__foreign *foreign);

/* One more home for a foreign value: `to` becomes an entry for the same object. HF_NO_MEMORY. */
hf_status hf__foreign_share(hf__foreign *from, const hf__memory *memory, hf__foreign *to, hf_error *reterr);

/* Debug builds: notes what borrowed text is, once it is set; says whether it still is that, with a trap as
 * for misuse (HF_BORROWED_CHANGED). Release builds: nothing, HF_OK. */
void hf__text_seal(hf_document *document);
hf_status hf__text_check(const hf_document *document, hf_error *reterr);
/* The same for all that a document or draft shows of its own: before any of it is copied. */
hf_status hf__text_check_all(const hf__home *home, hf_error *reterr);

/* Holding a document's block, text and indexes without what they are tabled with. */
void hf__block_hold(hf_document *document);
void hf__block_drop(hf_document *document);

static inline const hf_document *hf__home_document(const hf__home *home) { return (const hf_document *)home; }

/* A document around `block`, whose block_bytes are charged to `budget` already; the block is consumed,
 * also on failure. ret_document has one holder. */
hf_status hf__document_create(hf__block_header *block, size_t block_bytes, const hf_allocator *allocator,
                              hf_budget *budget, hf_document **ret_document, hf_error *reterr);
/* The same for a block that `release` gives back; NULL: the allocator. */
hf_status hf__document_create_around(hf__block_header *block, size_t block_bytes, hf__block_release *release,
                                     const hf_allocator *allocator, hf_budget *budget, hf_document **ret_document,
                                     hf_error *reterr);

/* Gives the document its mounts and foreign values, before anybody else sees it: consumed with what
 * the entries hold. Sets the expanded counts. */
void hf__document_give_tables(hf_document *document, const hf__tables *tables);

/* ---- addresses --------------------------------------------------------------------------- */

static inline uint32_t hf__address_base(uint64_t address) { return (uint32_t)(address >> 40); }
static inline uint64_t hf__address_slot(uint64_t address) { return address & (((uint64_t)1 << 40) - 1); }

static inline const hf__slot *hf__slot_at(const hf__home *home, uint64_t address)
{
    uint32_t base = hf__address_base(address);
    return (base < home->base_count ? home->bases[base].slots : home->slots) + hf__address_slot(address);
}
/* Of a slot in one of the home's blocks. */
static inline uint64_t hf__address_of(const hf__home *home, const hf__slot *slot)
{
    for (uint32_t base = 0; base < home->base_count; base++)
        if ((uintptr_t)slot - (uintptr_t)home->bases[base].slots < home->bases[base].slot_count * sizeof *slot)
            return (uint64_t)base << 40 | (uint64_t)(slot - home->bases[base].slots);
    return (uint64_t)home->base_count << 40 | (uint64_t)(slot - home->slots);
}
/* The home whose block the slot lies in: that of a base, or `home` itself. */
static inline const hf__home *hf__block_home(const hf__home *home, const hf__slot *slot)
{
    for (uint32_t base = 0; base < home->base_count; base++)
        if ((uintptr_t)slot - (uintptr_t)home->bases[base].slots < home->bases[base].slot_count * sizeof *slot)
            return &home->bases[base].document->home;
    return home;
}

static inline uint32_t hf__mount_number(const hf__slot *mount)
{
    return (uint32_t)(hf__byte1(mount) == HF__MOUNT_ENTRY ? mount->hi : mount->lo >> 16);
}

/* The value behind a mount slot: its home and slot there. */
static inline hf_value hf__mount_target(const hf__home *home, const hf__slot *mount)
{
    if (hf__byte1(mount) == HF__MOUNT_OWN)
        return (hf_value){ home, hf__slot_at(home, mount->hi) };
    const hf__mount *entry = &home->mounts[hf__mount_number(mount)];
    uint64_t address = hf__byte1(mount) == HF__MOUNT_ENTRY ? entry->slot : mount->hi;
    return (hf_value){ &entry->document->home, hf__slot_at(&entry->document->home, address) };
}

/* How many values a reader sees at and below `value`, and how deep; mounts expanded, saturating.
 * O(1) for the root of a document once it was counted, else one pass over the slots of `value` and over
 * those of each part that it leads to. Not for edited containers of drafts. */
void hf__value_expanded(hf_value value, uint64_t *ret_values, uint32_t *ret_depth);

/* The value that a link slot leads to; absent when it is gone. */
hf_value hf__link_target_of(hf_value link);
/* The slot it leads to, in the same home; it may be a mount. NULL when it is gone. */
const hf__slot *hf__link_place_of(hf_value link);

/* Lookup indexes (index.c). The child slot, or NULL. */
/* The key slot of the last member `key` of an object that is not edited, or NULL. */
const hf__slot *hf__index_find(const hf__home *home, const hf__slot *object, hf_text text);
struct hf__key;
const hf__slot *hf__index_find_key(const hf__home *home, const hf__slot *object, const struct hf__key *key);
/* A child slot at or before child `index` of a wide container, and which one it is. */
const hf__slot *hf__index_at(const hf__home *home, const hf__slot *open, uint64_t index, uint64_t *ret_index);
/* The distances of every HF__POSITION_STEP-th child from `open`, where a lookup has made them; NULL. */
enum { HF__POSITION_STEP = 16 };
const uint32_t *hf__index_positions(const hf__home *home, const hf__slot *open);
/* Fetches the members of an object into the cache; false where no lookup has made its table yet, or it is too wide. */
bool hf__index_fetch_members(const hf__home *home, const hf__slot *open);
hf_status hf__index_build_all(const hf__home *home, hf_error *reterr);
/* Frees all indexes; uncharges nothing. */
void hf__index_release(hf__home *home, const hf_allocator *allocator);
uint64_t hf__index_bytes(const hf__home *home);

/* Charges `bytes` more to the document's budget, or refuses; used for what is built later. */
bool hf__document_charge(const hf_document *document, uint64_t bytes);
void hf__document_uncharge(const hf_document *document, uint64_t bytes);

#endif
