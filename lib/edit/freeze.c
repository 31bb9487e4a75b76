/* freeze.c - a draft becomes the next document.
 *
 * What lies in chunks is written to a new block, in order; what was not opened stays a mount of the
 * earlier block it lies in. So that a long chain of versions stays short and its blocks mostly alive,
 * the newest of the earlier blocks are written out again too:
 *   - those not larger than twice what is written already: sizes grow geometrically from the newest to
 *     the oldest block, and each byte is copied a logarithmic number of times in its life;
 *   - those of which more than half is dead, which costs less than what is gained;
 *   - those whose text is only borrowed, since the next document may outlive the lender.
 * Blocks that are kept keep their numbers, and so do the entries of all tables.
 *
 * The draft is consumed: chunks are used for notes while they are written. */
#include "edit/draft_state.h"

#include <stdlib.h>

#include "base/misuse.h"

enum { KEPT_MAX = 6, FIRST_SLOTS = 32, FIRST_TEXT = 256 };
static const uint64_t bytes_most = (uint64_t)1 << 44;
static const uint32_t depth_most = (uint32_t)1 << 24;

/* A link target in an earlier block, by its address. */
typedef struct base_target {
    uint64_t address;
    uint32_t entry;
} base_target;

typedef struct freezer {
    hf_draft    *draft;
    uint32_t     kept;  /* earlier blocks that stay */
    hf__slot    *slots; /* text places count from `text` until the end */
    char        *text;
    uint64_t     slot_count, slot_capacity, text_length, text_capacity;
    uint64_t     open;  /* innermost open container; its span is the distance to the one around it */
    uint64_t     values, bytes_max;
    uint32_t     depth, deepest, depth_max;
    base_target *targets; /* sorted by address */
    uint32_t     target_count;
    hf_error    *reterr;
} freezer;

/* ---- which blocks stay ------------------------------------------------------------------- */

static uint64_t live_bytes_of(const hf__base *base)
{
    uint64_t dead = base->dead_slots < base->slot_count ? base->dead_slots : base->slot_count;
    return (uint64_t)((double)base->document->block_bytes * (double)(base->slot_count - dead) / (double)base->slot_count);
}

static bool borrows(const hf_document *document)
{
    return (document->block->flags & HF__BLOCK_OUTER_TEXT) && document->text.release == NULL;
}

static uint32_t choose_kept(const hf_draft *draft)
{
    const hf__home *home = &draft->home;
    uint64_t written = draft->bytes;
    uint32_t kept = home->base_count;
    for (uint32_t i = kept; i-- > 0;)
        if (borrows(home->bases[i].document) || home->bases[i].dead_slots > home->bases[i].slot_count / 2)
            kept = i;
    for (uint32_t i = kept; i < home->base_count; i++)
        written += live_bytes_of(&home->bases[i]);
    while (kept > 0 && (kept > KEPT_MAX || live_bytes_of(&home->bases[kept - 1]) / 2 <= written))
        written += live_bytes_of(&home->bases[--kept]);
    return kept;
}

/* ---- writing slots ----------------------------------------------------------------------- */

static hf_status grow(freezer *to, void **block, uint64_t *capacity, uint64_t needed, size_t unit, uint64_t first)
{
    uint64_t wanted = *capacity == 0 ? first : *capacity * 2;
    wanted = wanted < needed ? needed : wanted;
    hf_status status = hf__draft_resize(to->draft, block, *capacity * unit, wanted * unit, to->reterr);
    if (status == HF_OK)
        *capacity = wanted;
    return status;
}

static hf_status put(freezer *to, hf__slot slot, hf_text text)
{
    void *memory;
    hf_status status = HF_OK;
    if ((to->slot_count + 2) * sizeof slot + to->text_length + text.length > to->bytes_max)
        return hf__fail(to->reterr, HF_LIMIT_BYTES, NULL);
    if (to->slot_count == to->slot_capacity) {
        memory = to->slots;
        status = grow(to, &memory, &to->slot_capacity, 0, sizeof slot, FIRST_SLOTS);
        to->slots = memory;
    }
    if (status == HF_OK && to->text_capacity - to->text_length < text.length) {
        memory = to->text;
        status = grow(to, &memory, &to->text_capacity, to->text_length + text.length, 1, FIRST_TEXT);
        to->text = memory;
    }
    if (status != HF_OK)
        return status;
    if (text.length > 0) {
        if (hf__is_number(&slot))
            slot.lo = (slot.lo & 0xffff) | to->text_length << 16;
        else
            slot.hi = (slot.hi & 0xffff) | to->text_length << 16;
        memcpy(to->text + to->text_length, text.bytes, text.length);
        to->text_length += text.length;
    }
    if (!hf__is_close(&slot) && !hf__is_key(&slot)) {
        to->values++;
        to->deepest = to->depth > to->deepest ? to->depth : to->deepest;
    }
    to->slots[to->slot_count++] = slot;
    return HF_OK;
}

/* Anything but a container. */
static hf_status put_scalar(freezer *to, const hf__slot *from)
{
    hf__slot slot = *from;
    hf_text text = hf__slot_outer(from);
    switch (hf__kind(from)) {
    case HF__NULL:
    case HF__BOOL:
        slot.lo &= 0xff;
        break;
    case HF__INT64:
    case HF__UINT64:
    case HF__DOUBLE:
    case HF__NUMTEXT:
        if (text.length == 0 || hf__is_plain_integer(from, text)) {
            slot.lo &= 0xff;
            text.length = 0;
        }
        break;
    case HF__BYTES:
        slot.hi &= text.length == 0 ? 0 : UINT64_MAX;
        break;
    default:
        break;
    }
    return put(to, slot, text);
}

static hf_status put_open(freezer *to, const hf__slot *from)
{
    uint64_t around = to->depth > 0 ? to->slot_count - to->open : 0, open = to->slot_count;
    if (to->depth >= to->depth_max)
        return hf__fail(to->reterr, HF_LIMIT_DEPTH, NULL);
    hf__slot slot = { (from->lo & (15 | HF__LINKED)) | around << 24, hf__count(from) };
    hf_status status = put(to, slot, hf_text_of(NULL, 0));
    to->open = open;
    to->depth++;
    return status;
}

/* ret_open: the slot of the container that ends. */
static hf_status put_close(freezer *to, uint64_t *ret_open)
{
    uint64_t way_back = to->slot_count - to->open;
    bool is_object = hf__kind(&to->slots[to->open]) == HF__OBJECT;
    hf__slot slot = { HF__CLOSE | (is_object ? HF__KEY : 0u) | way_back << 24, HF__SOURCE_UNKNOWN };
    hf_status status = put(to, slot, hf_text_of(NULL, 0));
    if (status != HF_OK)
        return status;
    hf__slot *container = &to->slots[to->open];
    uint64_t around = hf__span(container);
    container->lo = (container->lo & 0xff) | (way_back + 1) << 24;
    *ret_open = to->open;
    to->open -= around;
    to->depth--;
    return HF_OK;
}

/* ---- links ------------------------------------------------------------------------------- */

static int by_address(const void *a, const void *b)
{
    const base_target *left = a, *right = b;
    return (left->address > right->address) - (left->address < right->address);
}

/* Collects the targets that lie in blocks which will be written out. */
static hf_status collect_targets(freezer *to)
{
    const hf_draft *draft = to->draft;
    uint32_t count = 0;
    for (uint32_t i = 0; i < draft->home.link_count; i++)
        count += draft->links[i].flags == 0 && draft->links[i].slot != UINT64_MAX &&
                 hf__address_base(draft->links[i].slot) >= to->kept;
    if (count == 0)
        return HF_OK;
    void *memory = NULL;
    hf_status status = hf__draft_resize(to->draft, &memory, 0, count * sizeof *to->targets, to->reterr);
    if (status != HF_OK)
        return status;
    to->targets = memory;
    to->target_count = count;
    for (uint32_t i = 0, at = 0; i < draft->home.link_count; i++)
        if (draft->links[i].flags == 0 && draft->links[i].slot != UINT64_MAX &&
            hf__address_base(draft->links[i].slot) >= to->kept)
            to->targets[at++] = (base_target){ draft->links[i].slot, i };
    qsort(to->targets, count, sizeof *to->targets, by_address);
    return HF_OK;
}

static void note_target(freezer *to, uint64_t address, uint64_t slot)
{
    base_target wanted = { address, 0 };
    const base_target *found = to->target_count > 0
                                   ? bsearch(&wanted, to->targets, to->target_count, sizeof wanted, by_address)
                                   : NULL;
    if (found != NULL)
        to->draft->links[found->entry].slot = (uint64_t)to->kept << 40 | slot;
}

/* Targets in chunks: their slots hold where they were written. */
static void finish_targets(freezer *to)
{
    hf_draft *draft = to->draft;
    for (uint32_t i = 0; i < draft->home.link_count; i++) {
        hf__link_target *target = &draft->links[i];
        if (target->flags == 0)
            continue;
        const hf__pin *pin = &draft->pins[target->flags];
        uint64_t slot = draft->chunks[pin->chunk]->slots[pin->position].hi;
        to->slots[slot].lo |= HF__LINKED;
        target->slot = (uint64_t)to->kept << 40 | slot;
        target->flags = 0;
    }
}

/* ---- blocks that are written out --------------------------------------------------------- */

/* A run of an earlier block, through parts of still earlier ones. */
static hf_status write_part(freezer *to, uint64_t address)
{
    const hf__home *home = &to->draft->home;
    struct {
        const hf__slot *at, *end;
        uint64_t        address;
    } levels[HF__BASES_MAX + 1];
    unsigned level = 0;
    levels[0].at = hf__slot_at(home, address);
    levels[0].end = hf__behind(levels[0].at);
    levels[0].address = address;
    for (;;) {
        if (levels[level].at == levels[level].end) {
            if (level-- == 0)
                return HF_OK;
            continue;
        }
        const hf__slot *at = levels[level].at++;
        uint64_t here = levels[level].address++, unused;
        bool is_part = hf__kind(at) == HF__MOUNT && hf__byte1(at) == HF__MOUNT_OWN;
        if (is_part && hf__address_base(at->hi) >= to->kept) {
            level++;
            levels[level].at = hf__slot_at(home, at->hi);
            levels[level].end = hf__behind(levels[level].at);
            levels[level].address = at->hi;
            continue;
        }
        if (at->lo & HF__LINKED && !hf__is_close(at) && !is_part)
            note_target(to, here, to->slot_count);
        hf_status status = hf__is_close(at)       ? put_close(to, &unused)
                           : hf__is_container(at) ? put_open(to, at)
                                                  : put_scalar(to, at);
        if (status != HF_OK)
            return status;
    }
}

/* ---- chunks ------------------------------------------------------------------------------ */

static hf_status write_chunks(freezer *to)
{
    hf__slot *root = to->draft->chunks[HF__CHUNK_ROOT]->slots, *at = root;
    for (;;) {
        hf_status status;
        if (hf__is_close(at)) {
            hf__slot *owner = ((hf__chunk *)(void *)(at - hf__way_back(at)))->owner;
            uint64_t open;
            if ((status = put_close(to, &open)) != HF_OK)
                return status;
            owner->hi = open;
            at = owner;
        } else if (hf__is_container(at)) {
            hf__slot *children = hf__chunk_of(to->draft, at)->slots;
            if ((status = put_open(to, at)) != HF_OK)
                return status;
            at = children;
            continue;
        } else {
            uint64_t slot = to->slot_count;
            bool is_part = hf__kind(at) == HF__MOUNT && hf__byte1(at) == HF__MOUNT_OWN;
            if (is_part && hf__address_base(at->hi) >= to->kept)
                status = write_part(to, at->hi);
            else
                status = put_scalar(to, at);
            if (status != HF_OK)
                return status;
            if (at->lo & HF__LINKED)
                at->hi = slot; /* it is written: the slot is free for the note */
        }
        if (at == root)
            return HF_OK;
        at++;
    }
}

/* ---- the block --------------------------------------------------------------------------- */

static void relate_text(hf__slot *slots, uint64_t count, const char *text)
{
    for (uint64_t i = 0; i < count; i++) {
        hf__slot *slot = &slots[i];
        hf__slot_kind kind = hf__kind(slot);
        if (kind == HF__LONG_TEXT || kind == HF__BYTES)
            hf__slot_point(slot, text + (slot->hi >> 16));
        else if (hf__is_number(slot) && hf__number_source(slot).length != 0)
            hf__slot_point(slot, text + (slot->lo >> 16));
    }
}

static hf_status make_block(freezer *to, hf__block_header **ret_block)
{
    hf_draft *draft = to->draft;
    uint64_t text_bytes = (to->text_length + 15) & ~(uint64_t)15;
    uint64_t links = to->kept == 0 ? draft->home.link_count : 0;
    uint64_t slots_offset = sizeof(hf__block_header) + text_bytes;
    uint64_t links_offset = slots_offset + to->slot_count * sizeof(hf__slot);
    uint64_t bytes = links_offset + links * sizeof(hf__link_target);
    void *memory;
    hf_status status = hf__memory_allocate(&draft->memory, bytes, HF__BLOCK_ALIGNMENT, &memory, to->reterr);
    if (status != HF_OK)
        return status;
    hf__block_header *block = memory;
    *block = (hf__block_header){ .magic = HF__BLOCK_MAGIC, .version = HF__BLOCK_VERSION, .block_bytes = bytes,
        .side_offset = sizeof *block, .side_bytes = to->text_length, .source_offset = sizeof *block,
        .slots_offset = slots_offset, .slot_count = to->slot_count, .values = to->values, .depth = to->deepest,
        .links_offset = links > 0 ? links_offset : 0, .link_count = (uint32_t)links };
    if (to->text_length > 0)
        memcpy(block + 1, to->text, to->text_length);
    memset((char *)(block + 1) + to->text_length, 0, text_bytes - to->text_length);
    hf__slot *slots = hf__block_slots(block);
    memcpy(slots, to->slots, to->slot_count * sizeof(hf__slot));
    relate_text(slots, to->slot_count, (const char *)(block + 1));
    block->wide_count = hf__number_wide(slots, to->slot_count);
    if (links > 0)
        memcpy((char *)block + links_offset, draft->links, links * sizeof(hf__link_target));
    *ret_block = block;
    return HF_OK;
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
static hf_status trim_tables(freezer *to)
{
    hf_draft *draft = to->draft;
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
    void *mounts = home->mounts, *foreigns = home->foreigns, *links = draft->links, *bases = home->bases;
    hf_status status = exact(draft, &mounts, &draft->mount_capacity, home->mount_count, sizeof(hf__mount), to->reterr);
    home->mounts = mounts;
    if (status == HF_OK)
        status = exact(draft, &foreigns, &draft->foreign_capacity, home->foreign_count, sizeof(hf__foreign), to->reterr);
    home->foreigns = foreigns;
    if (status == HF_OK)
        status = exact(draft, &links, &draft->link_capacity, to->kept > 0 ? home->link_count : 0,
                       sizeof(hf__link_target), to->reterr);
    draft->links = links;
    home->links = links;
    if (status != HF_OK)
        return status;
    for (uint32_t i = to->kept; i < home->base_count; i++)
        hf__block_drop(home->bases[i].document);
    size_t before = home->base_count * sizeof(hf__base);
    home->base_count = to->kept;
    if (hf__draft_resize(draft, &bases, before, to->kept * sizeof(hf__base), to->reterr) != HF_OK) {
        /* Nothing is lost but the chance to give a few bytes back; the draft goes, so say so. */
        home->base_count = 0;
        for (uint32_t i = 0; i < to->kept; i++)
            hf__block_drop(home->bases[i].document);
        hf__memory_free(&draft->memory, bases, before, HF__BLOCK_ALIGNMENT);
        home->bases = NULL;
        return HF_NO_MEMORY;
    }
    home->bases = bases;
    return HF_OK;
}

static hf_status write_all(freezer *to)
{
    hf_status status = collect_targets(to);
    if (status == HF_OK)
        status = write_chunks(to);
    if (status == HF_OK)
        finish_targets(to);
    return status;
}

static void release_freezer(freezer *to)
{
    void *slots = to->slots, *text = to->text, *targets = to->targets;
    (void)hf__draft_resize(to->draft, &slots, to->slot_capacity * sizeof(hf__slot), 0, NULL);
    (void)hf__draft_resize(to->draft, &text, to->text_capacity, 0, NULL);
    (void)hf__draft_resize(to->draft, &targets, to->target_count * sizeof *to->targets, 0, NULL);
}

static hf_status freeze(hf_draft *draft, hf_document **ret_document, hf_error *reterr)
{
    freezer to = { .draft = draft, .reterr = reterr, .kept = choose_kept(draft) };
    to.bytes_max = draft->options.bytes_max != 0 ? draft->options.bytes_max : bytes_most;
    to.depth_max = draft->options.depth_max != 0 ? draft->options.depth_max : depth_most;
    hf__block_header *block = NULL;
    hf_status status = write_all(&to);
    if (status == HF_OK)
        status = make_block(&to, &block);
    release_freezer(&to);
    if (status != HF_OK)
        return status;
    status = trim_tables(&to);
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
                                .link_count = draft->link_capacity, .bases = home->bases, .links = draft->links };
    hf__document_give_tables(document, &tables);
    draft->bytes -= hf__tables_bytes(&tables);
    home->mounts = NULL;
    home->foreigns = NULL;
    home->bases = NULL;
    draft->links = NULL;
    home->mount_count = home->foreign_count = home->base_count = home->link_count = 0;
    draft->mount_capacity = draft->foreign_capacity = draft->link_capacity = 0;
    *ret_document = document;
    return HF_OK;
}

hf_status hf_freeze(hf_draft **draft, hf_document **ret_document, hf_error *reterr)
{
    if (*draft == NULL || (*draft)->home.kind != HF__HOME_DRAFT)
        return hf__misuse(reterr, "there is no draft to freeze");
    hf_status status = freeze(*draft, ret_document, reterr);
    hf_draft_destroy(*draft);
    *draft = NULL;
    return status;
}
