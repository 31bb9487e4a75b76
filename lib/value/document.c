/* document.c - the life of a document: made around a block, held, dropped, described.
 *
 * The last drop releases what the document holds in turn. Mounted documents whose last holder it
 * was are released by the same loop, threaded through a field that a dead document needs no more:
 * no recursion, no allocation. What hooks drop meanwhile is in nested_end.h. */
#include "value/home.h"

#include "base/fail.h"
#include "base/hash.h"
#include "base/misuse.h"
#include "memory/allocate.h"
#include "value/ended.h"
#include "value/live_list.h"

hf_status hf__document_create(hf__block_header *block, size_t block_bytes, const hf_allocator *allocator,
                              hf_budget *budget, hf_document **ret_document, hf_error *reterr)
{
    return hf__document_create_around(block, block_bytes, NULL, allocator, budget, ret_document, reterr);
}

hf_status hf__document_create_around(hf__block_header *block, size_t block_bytes, hf__block_release *release,
                                     const hf_allocator *allocator, hf_budget *budget, hf_document **ret_document,
                                     hf_error *reterr)
{
    const hf__memory memory = { allocator, budget };
    void *object;
    hf_status status = hf__memory_allocate(&memory, sizeof(hf_document), HF__BLOCK_ALIGNMENT, &object, reterr);
    if (status != HF_OK && release == NULL) {
        hf__memory_free(&memory, block, block_bytes, HF__BLOCK_ALIGNMENT);
        return status;
    } else if (status != HF_OK) {
        release(block, block_bytes);
        hf_budget_release(budget, block_bytes);
        return status;
    }
    hf_document *document = object;
    memset(document, 0, sizeof *document);
    document->home.kind = HF__HOME_DOCUMENT;
    document->home.slots = hf__block_slots(block);
    document->home.slot_count = block->slot_count;
    document->home.wide_count = block->wide_count;
    document->home.links = hf__block_links(block);
    document->home.link_count = block->link_count;
    document->block = block;
    document->block_bytes = block_bytes;
    document->release_block = release;
    document->allocator = allocator;
    document->budget = hf_budget_hold(budget);
    document->values_expanded = block->values;
    document->depth_expanded = block->depth;
    atomic_init(&document->home.indexes, NULL);
    atomic_init(&document->holders, 1);
    atomic_init(&document->block_holders, 1);
    atomic_init(&document->bytes, sizeof *document + block_bytes);
    hf__ended_begin(&document->home);
    hf__live_add(document);
    *ret_document = document;
    return HF_OK;
}

void hf__document_give_tables(hf_document *document, const hf__tables *tables)
{
    document->home.mounts = tables->mounts;
    document->home.mount_count = tables->mount_count;
    document->home.foreigns = tables->foreigns;
    document->home.foreign_count = tables->foreign_count;
    document->home.bases = tables->bases;
    document->home.base_count = tables->base_count;
    atomic_fetch_add(&document->bytes, hf__tables_bytes(tables));
    for (uint32_t i = 0; i < tables->mount_count; i++) {
        if (tables->mounts[i].document == NULL)
            continue;
        uint32_t depth = tables->mounts[i].document->mount_depth + 1;
        if (depth > document->mount_depth)
            document->mount_depth = depth;
    }
    document->mount_depth += tables->base_count;
    if (tables->mount_count > 0 || tables->base_count > 0)
        document->values_expanded = 0;
}

bool hf__document_charge(const hf_document *document, uint64_t bytes)
{
    if (hf_budget_charge(document->budget, bytes, NULL) != HF_OK)
        return false;
    atomic_fetch_add_explicit(&((hf_document *)(uintptr_t)document)->bytes, bytes, memory_order_relaxed);
    return true;
}

void hf__document_uncharge(const hf_document *document, uint64_t bytes)
{
    atomic_fetch_sub_explicit(&((hf_document *)(uintptr_t)document)->bytes, bytes, memory_order_relaxed);
    hf_budget_release(document->budget, bytes);
}

/* ---- hold and drop ----------------------------------------------------------------------- */

hf_document *hf_document_hold(const hf_document *document)
{
    hf_document *held = (hf_document *)(uintptr_t)document; /* counting is no change a reader sees */
    if (hf__document_has_ended(document))
        return NULL;
    if (held != NULL)
        atomic_fetch_add_explicit(&held->holders, 1, memory_order_relaxed);
    return held;
}

/* Puts `document` on the list of the dead if this was its last holder. */
static void let_go(hf_document *document, hf__waiting_end **dead)
{
    if (atomic_fetch_sub_explicit(&document->holders, 1, memory_order_acq_rel) != 1)
        return;
    hf_live_place made = hf__live_place_of(document);
    hf__ended_note(&document->home, HF__ENDED_DROPPED, made.file, made.line);
    document->ending.next = *dead;
    *dead = &document->ending;
}

static uint64_t checksum_of(const hf__outer_text *text)
{
    return hf__hash_bytes(text->bytes, text->length, HF__HASH_A) | 1; /* 0: not sealed */
}

void hf__text_seal(hf_document *document)
{
    if (HF__DEBUG && document->text.bytes != NULL && document->text.release == NULL)
        document->text.checksum = checksum_of(&document->text);
}

hf_status hf__text_check(const hf_document *document, hf_error *reterr)
{
    const hf__outer_text *text = &document->text;
    if (!HF__DEBUG || text->checksum == 0 || text->checksum == checksum_of(text))
        return HF_OK;
    return hf__misuse_as(HF_BORROWED_CHANGED, reterr, "borrowed text of %zu bytes at %p changed while a document used it",
                         text->length, (const void *)text->bytes);
}

hf_status hf__text_check_all(const hf__home *home, hf_error *reterr)
{
    hf_status status = home->kind == HF__HOME_DOCUMENT ? hf__text_check(hf__home_document(home), reterr) : HF_OK;
    for (uint32_t i = 0; i < home->base_count && status == HF_OK; i++)
        status = hf__text_check(home->bases[i].document, reterr);
    return status;
}

void hf__block_hold(hf_document *document)
{
    atomic_fetch_add_explicit(&document->block_holders, 1, memory_order_relaxed);
}

void hf__block_drop(hf_document *document)
{
    if (atomic_fetch_sub_explicit(&document->block_holders, 1, memory_order_acq_rel) != 1)
        return;
    hf__live_remove(document);
    (void)hf__text_check(document, NULL);
    if (document->text.release != NULL)
        document->text.release(document->text.context, document->text.bytes, document->text.length);
    hf_budget *budget = document->budget;
    const hf_allocator *allocator = document->allocator != NULL ? document->allocator : hf_allocator_default();
    hf__index_release(&document->home, allocator);
    uint64_t bytes = atomic_load_explicit(&document->bytes, memory_order_relaxed);
    if (document->release_block != NULL)
        document->release_block(document->block, document->block_bytes);
    else
        hf__quarantine(allocator, document->block, document->block_bytes, HF__BLOCK_ALIGNMENT);
    hf__quarantine(allocator, document, sizeof *document, HF__BLOCK_ALIGNMENT);
    hf_budget_release(budget, bytes);
    hf_budget_drop(budget);
}

/* Nobody reads the document any more; its block may be shared by later ones. */
static void release(hf_document *document, hf__waiting_end **dead)
{
    hf__home *home = &document->home;
    for (uint32_t i = 0; i < home->mount_count; i++)
        if (home->mounts[i].document != NULL)
            let_go(home->mounts[i].document, dead);
    for (uint32_t i = 0; i < home->foreign_count; i++)
        hf__foreign_release(&home->foreigns[i]);
    for (uint32_t i = 0; i < home->base_count; i++)
        hf__block_drop(home->bases[i].document);
    const hf__memory memory = { document->allocator, document->budget };
    hf__tables tables = { home->mounts, home->foreigns, home->mount_count, home->foreign_count, home->base_count,
                          home->bases };
    atomic_fetch_sub_explicit(&document->bytes, hf__tables_bytes(&tables), memory_order_relaxed);
    hf__tables_free(&tables, &memory);
    home->mount_count = home->foreign_count = home->base_count = home->link_count = 0;
    hf__block_drop(document);
}

/* The document and all that goes with it. */
static void end_document(hf__waiting_end *ending)
{
    hf__waiting_end *dead = ending;
    dead->next = NULL;
    while (dead != NULL) {
        hf_document *next = (hf_document *)(void *)((char *)dead - offsetof(hf_document, ending));
        dead = dead->next;
        release(next, &dead);
    }
}

void hf_document_drop(hf_document *document)
{
    hf__waiting_end *dead = NULL;
    if (document != NULL && !hf__document_has_ended(document))
        let_go(document, &dead);
    if (dead == NULL)
        return;
    dead->end = end_document;
    hf__end_nested(dead);
}

/* ---- looking ----------------------------------------------------------------------------- */

hf_value hf_root(const hf_document *document)
{
    if (document == NULL || hf__document_has_ended(document))
        return hf_absent();
    hf_value root = { &document->home, document->home.slots };
    return HF_LIKELY(hf__kind(root.slot) != HF__MOUNT) ? root : hf__resolve(root);
}

hf_document_info hf_document_get_info(const hf_document *document)
{
    hf_document_info info;
    memset(&info, 0, sizeof info);
    if (document == NULL || hf__document_has_ended(document))
        return info;
    info.holders = atomic_load_explicit(&document->holders, memory_order_relaxed);
    info.bytes = atomic_load_explicit(&document->bytes, memory_order_relaxed);
    info.block_bytes = document->block_bytes;
    info.text_bytes = document->block->source_bytes + document->text.length;
    info.index_bytes = hf__index_bytes(&document->home);
    info.slots = document->home.slot_count;
    info.values = document->block->values;
    hf__value_expanded((hf_value){ &document->home, document->home.slots }, &info.values_expanded, &info.depth);
    info.mounts = document->home.mount_count;
    info.mount_depth = document->mount_depth;
    info.foreigns = document->home.foreign_count;
    info.links = document->home.link_count;
    return info;
}

hf_status hf_document_index(const hf_document *document, hf_error *reterr)
{
    if (document == NULL)
        return hf__misuse(reterr, "there is no document");
    if (hf__document_has_ended(document))
        return hf__fail(reterr, HF_MISUSE, NULL);
    return hf__index_build_all(&document->home, reterr);
}
