/* freeze.c - a draft becomes the next document.
 *
 * What lies in chunks is written to a new block, in order; what was not opened stays a mount of the
 * earlier block it lies in. So that a long chain of versions stays short and its blocks mostly alive,
 * the newest of the earlier blocks are written out again too:
 *   - those not larger than twice what is written already: sizes grow geometrically from the newest to
 *     the oldest block, and each byte is copied a logarithmic number of times in its life;
 *   - those of which more than half is dead, which costs less than what is gained;
 *   - those whose text is only borrowed, since the next document may outlive the lender;
 *   - all of them when the document has links: the paths of targets, which links are compared by, are
 *     found by climbing within one block;
 *   - those that would make the way to what the document mounts longer than HF__MOUNT_DEPTH_MAX hops.
 * Blocks that are kept keep their numbers, and so do the entries of all tables.
 *
 * The draft is consumed: chunks are used for notes while they are written. */
#include "edit/freezer.h"

enum { KEPT_MAX = 6 };

/* ---- which blocks stay ------------------------------------------------------------------- */

uint64_t hf__base_live(const hf__base *base)
{
    uint64_t dead = base->dead_slots < base->slot_count ? base->dead_slots : base->slot_count;
    return (uint64_t)((double)base->document->block_bytes * (double)(base->slot_count - dead) / (double)base->slot_count);
}

static bool borrows(const hf_document *document)
{
    return (document->block->flags & HF__BLOCK_OUTER_TEXT) && document->text.release == NULL;
}

/* How many earlier blocks may lie before what is mounted. */
static uint32_t room_before_mounts(const hf__home *home)
{
    uint32_t deepest = 0;
    for (uint32_t i = 0; i < home->mount_count; i++)
        if (home->mounts[i].document != NULL && home->mounts[i].document->mount_depth + 1 > deepest)
            deepest = home->mounts[i].document->mount_depth + 1;
    return deepest < HF__MOUNT_DEPTH_MAX ? HF__MOUNT_DEPTH_MAX - deepest : 0;
}

static uint32_t choose_kept(const hf_draft *draft)
{
    const hf__home *home = &draft->home;
    uint64_t written = draft->bytes;
    uint32_t kept = home->link_count > 0 ? 0 : home->base_count, room = room_before_mounts(home);
    kept = kept < room ? kept : room;
    for (uint32_t i = kept; i-- > 0;)
        if (borrows(home->bases[i].document) || home->bases[i].dead_slots > home->bases[i].slot_count / 2)
            kept = i;
    for (uint32_t i = kept; i < home->base_count; i++)
        written += hf__base_live(&home->bases[i]);
    while (kept > 0 && (kept > KEPT_MAX || hf__base_live(&home->bases[kept - 1]) / 2 <= written))
        written += hf__base_live(&home->bases[--kept]);
    return kept;
}

/* ---- links ------------------------------------------------------------------------------- */

/* Targets in chunks: their slots hold where they were written. */
static void finish_targets(hf__freezer *to, hf_draft *draft)
{
    for (uint32_t i = 0; i < to->target_count; i++)
        draft->links[to->targets[i].entry].slot = to->targets[i].slot;
    for (uint32_t i = 0; i < draft->home.link_count; i++) {
        hf__link_target *target = &draft->links[i];
        uint32_t id = target->flags;
        target->flags = 0;
        if (id == 0 || target->slot == UINT64_MAX)
            continue;
        const hf__pin *pin = &draft->pins[id];
        target->slot = draft->chunks[pin->chunk]->slots[pin->position].hi;
        to->slots[target->slot].lo |= HF__LINKED;
    }
}

/* ---- the tables -------------------------------------------------------------------------- */

static hf_status exact(hf_draft *draft, void **array, uint32_t *capacity, uint32_t count, size_t unit, hf_error *reterr)
{
    hf_status status = hf__draft_resize(draft, array, *capacity * unit, count * unit, reterr);
    if (status == HF_OK)
        *capacity = count;
    return status;
}

/* Tables at their exact size, free entries empty. They stay the draft's. */
static hf_status trim_tables(const hf__freezer *to, hf_draft *draft)
{
    hf__home *home = &draft->home;
    while (home->mount_count > 0 && home->mounts[home->mount_count - 1].document == NULL)
        home->mount_count--;
    while (home->foreign_count > 0 && home->foreigns[home->foreign_count - 1].object == NULL)
        home->foreign_count--;
    for (uint32_t i = 0; i < home->mount_count; i++)
        if (home->mounts[i].document == NULL)
            home->mounts[i].slot = 0;
    for (uint32_t i = 0; i < home->foreign_count; i++)
        if (home->foreigns[i].object == NULL)
            home->foreigns[i].hooks = NULL;
    void *mounts = home->mounts, *foreigns = home->foreigns, *bases = home->bases;
    hf_status status = exact(draft, &mounts, &draft->mount_capacity, home->mount_count, sizeof(hf__mount), to->reterr);
    home->mounts = mounts;
    if (status == HF_OK)
        status = exact(draft, &foreigns, &draft->foreign_capacity, home->foreign_count, sizeof(hf__foreign), to->reterr);
    home->foreigns = foreigns;
    if (status != HF_OK)
        return status;
    for (uint32_t i = to->kept; i < home->base_count; i++)
        hf__block_drop(home->bases[i].document);
    size_t before = draft->base_capacity * sizeof(hf__base);
    home->base_count = to->kept;
    if (hf__draft_resize(draft, &bases, before, to->kept * sizeof(hf__base), to->reterr) != HF_OK) {
        /* Nothing is lost but the chance to give a few bytes back; the draft goes, so say so. */
        home->base_count = 0;
        for (uint32_t i = 0; i < to->kept; i++)
            hf__block_drop(home->bases[i].document);
        hf__memory_free(&draft->memory, bases, before, HF__BLOCK_ALIGNMENT);
        home->bases = NULL;
        draft->base_capacity = 0;
        return HF_NO_MEMORY;
    }
    home->bases = bases;
    draft->base_capacity = to->kept;
    return HF_OK;
}

static hf_status write_all(hf__freezer *to, hf_draft *draft, hf__block_header **ret_block)
{
    hf_status status = hf__freezer_collect_targets(to, draft->links, draft->home.link_count);
    if (status == HF_OK) /* each chunk ends with a slot more */
        status = hf__freezer_reserve(to, draft->live_slots + draft->chunks_live);
    if (status == HF_OK)
        status = hf__freezer_chunks(to, draft, draft->chunks[HF__CHUNK_ROOT]->slots, true);
    if (status != HF_OK)
        return status;
    finish_targets(to, draft);
    return hf__freezer_block(to, draft->links, draft->home.link_count, ret_block);
}

static hf_status freeze(hf_draft *draft, hf_document **ret_document, hf_error *reterr)
{
    hf__freezer to;
    hf__block_header *block = NULL;
    hf__freezer_init(&to, &draft->home, &draft->memory, draft->options.bytes_max, draft->options.depth_max, reterr);
    to.kept = choose_kept(draft);
    hf_status status = hf__text_check_all(&draft->home, reterr);
    if (status == HF_OK)
        status = write_all(&to, draft, &block);
    hf__freezer_release(&to);
    if (status != HF_OK)
        return status;
    status = trim_tables(&to, draft);
    if (status != HF_OK) {
        hf__memory_free(&draft->memory, block, block->block_bytes, HF__BLOCK_ALIGNMENT);
        return status;
    }
    hf_document *document;
    status = hf__document_create(block, block->block_bytes, draft->memory.allocator, draft->memory.budget, &document, reterr);
    if (status != HF_OK)
        return status;
    hf__home *home = &draft->home;
    const hf__tables tables = { .mounts = home->mounts, .foreigns = home->foreigns, .mount_count = home->mount_count,
                                .foreign_count = home->foreign_count, .base_count = home->base_count,
                                .bases = home->bases };
    hf__document_give_tables(document, &tables);
    draft->bytes -= hf__tables_bytes(&tables);
    home->mounts = NULL;
    home->foreigns = NULL;
    home->bases = NULL;
    home->mount_count = home->foreign_count = home->base_count = 0;
    draft->mount_capacity = draft->foreign_capacity = draft->base_capacity = 0;
    *ret_document = document;
    return HF_OK;
}

hf_status hf_freeze(hf_draft **draft, hf_document **ret_document, hf_error *reterr)
{
    hf_status status = hf__draft_check(*draft, reterr);
    if (status != HF_OK)
        return status;
    status = freeze(*draft, ret_document, reterr);
    hf__draft_end(*draft, HF__ENDED_FROZEN);
    *draft = NULL;
    return status;
}
