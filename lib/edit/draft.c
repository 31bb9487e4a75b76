/* draft.c - the life of a draft: made of nothing or of a document, read, described, ended. */
#include "edit/draft_state.h"

enum { SCRATCH_KEPT = 4096, SCRATCH_FIRST = 64, ARRAY_FIRST = 4 };

/* ---- memory ------------------------------------------------------------------------------ */

hf_status hf__draft_resize(hf_draft *draft, void **block, size_t old_size, size_t new_size, hf_error *reterr)
{
    hf_status status = HF_OK;
    if (old_size == new_size)
        return HF_OK;
    if (new_size == 0) {
        hf__memory_free(&draft->memory, *block, old_size, HF__BLOCK_ALIGNMENT);
        *block = NULL;
    } else if (old_size == 0) {
        status = hf__memory_allocate(&draft->memory, new_size, HF__BLOCK_ALIGNMENT, block, reterr);
    } else {
        status = hf__memory_resize(&draft->memory, block, old_size, new_size, HF__BLOCK_ALIGNMENT, reterr);
    }
    if (status == HF_OK)
        draft->bytes += new_size - old_size;
    return status;
}

hf_status hf__draft_grow(hf_draft *draft, void **array, uint32_t *capacity, uint64_t needed, size_t unit,
                         hf_error *reterr)
{
    if (needed <= *capacity)
        return HF_OK;
    uint64_t wanted = (uint64_t)*capacity + *capacity / 2 + ARRAY_FIRST;
    wanted = wanted < needed ? needed : wanted;
    if (wanted > UINT32_MAX)
        return hf__fail(reterr, HF_LIMIT_COUNT, NULL);
    hf_status status = hf__draft_resize(draft, array, *capacity * unit, wanted * unit, reterr);
    if (status == HF_OK)
        *capacity = (uint32_t)wanted;
    return status;
}

hf_status hf__scratch_keep(hf_draft *draft, hf__scratch *scratch, hf_text *text, hf_error *reterr)
{
    if (text->length > scratch->capacity) {
        size_t wanted = text->length < SCRATCH_FIRST ? SCRATCH_FIRST : text->length;
        void *bytes = NULL, *old = scratch->bytes;
        hf_status status = hf__draft_resize(draft, &bytes, 0, wanted, reterr);
        if (status != HF_OK)
            return status;
        memcpy(bytes, text->bytes, text->length); /* before the old one goes: it may lie there */
        (void)hf__draft_resize(draft, &old, scratch->capacity, 0, NULL);
        scratch->bytes = bytes;
        scratch->capacity = wanted;
    } else if (text->length > 0) {
        memmove(scratch->bytes, text->bytes, text->length);
    }
    text->bytes = scratch->bytes;
    return HF_OK;
}

static void scratch_free(hf_draft *draft, hf__scratch *scratch)
{
    void *bytes = scratch->bytes;
    (void)hf__draft_resize(draft, &bytes, scratch->capacity, 0, NULL);
    scratch->bytes = NULL;
    scratch->capacity = 0;
}

void hf__scratch_trim(hf_draft *draft)
{
    if (draft->scratch_item.capacity > SCRATCH_KEPT)
        scratch_free(draft, &draft->scratch_item);
    if (draft->scratch_key.capacity > SCRATCH_KEPT)
        scratch_free(draft, &draft->scratch_key);
    for (int i = 0; i < 2; i++)
        if (draft->scratch_place[i].capacity > SCRATCH_KEPT)
            scratch_free(draft, &draft->scratch_place[i]);
}

/* ---- foreign values ---------------------------------------------------------------------- */

hf_status hf__foreign_add(hf_draft *draft, const hf_foreign_hooks *hooks, void *object, uint32_t *ret_entry,
                          hf_error *reterr)
{
    uint32_t number = draft->foreign_free;
    if (number == 0) {
        void *foreigns = draft->home.foreigns;
        hf_status status = hf__draft_grow(draft, &foreigns, &draft->foreign_capacity,
                                          (uint64_t)draft->home.foreign_count + 1, sizeof(hf__foreign), reterr);
        draft->home.foreigns = foreigns;
        if (status != HF_OK)
            return status;
        number = ++draft->home.foreign_count;
    } else {
        draft->foreign_free = (uint32_t)(uintptr_t)draft->home.foreigns[number - 1].hooks;
    }
    hf__foreign *entry = &draft->home.foreigns[number - 1];
    memset(entry, 0, sizeof *entry);
    entry->hooks = hooks;
    entry->object = object;
    *ret_entry = number - 1;
    return HF_OK;
}

void hf__foreign_end(hf_draft *draft, uint32_t number, bool releases)
{
    hf__foreign entry = draft->home.foreigns[number];
    hf__foreign *place = &draft->home.foreigns[number];
    memset(place, 0, sizeof *place);
    place->hooks = (const hf_foreign_hooks *)(uintptr_t)draft->foreign_free;
    draft->foreign_free = number + 1;
    if (releases)
        hf__foreign_release(&entry);
}

/* ---- reading chunks ---------------------------------------------------------------------- */

static const hf__slot *first_child(const hf__home *home, const hf__slot *container)
{
    return hf__chunk_of(hf__draft_of(home), container)->slots;
}

static const hf__slot *child_at(const hf__home *home, const hf__slot *container, uint64_t index)
{
    const hf__chunk *chunk = hf__chunk_of(hf__draft_of(home), container);
    return chunk->slots + index * hf__step_of(chunk);
}

static const hf__slot *find(const hf__home *home, const hf__slot *container, hf_text text)
{
    hf_draft *draft = hf__draft_of(home);
    hf__chunk *chunk = hf__chunk_of(draft, container);
    hf__key key = hf__key_of(text);
    uint32_t position = hf__chunk_find(draft, chunk, &key);
    return position != HF__NO_POSITION ? chunk->slots + position : NULL;
}

static const hf__slot *owner(const hf__home *home, const hf__slot *close)
{
    (void)home;
    return ((const hf__chunk *)(const void *)(close - hf__way_back(close)))->owner;
}

static const hf__slot *root_slot(const hf__home *home)
{
    return hf__draft_of(home)->chunks[HF__CHUNK_ROOT]->slots;
}

/* A search through all chunks: only links in parts that were not opened, which are compared, need it. */
static const hf__slot *mount_of(const hf__home *home, const hf__slot *part)
{
    const hf_draft *draft = hf__draft_of(home);
    uint64_t address = hf__address_of(home, part);
    for (uint32_t i = 0; i < draft->chunk_count; i++) {
        const hf__chunk *chunk = draft->chunks[i];
        for (uint32_t at = 0; !((uintptr_t)chunk & 1) && at < chunk->used; at++)
            if (hf__kind(&chunk->slots[at]) == HF__MOUNT && hf__byte1(&chunk->slots[at]) == HF__MOUNT_OWN &&
                chunk->slots[at].hi == address)
                return &chunk->slots[at];
    }
    return NULL;
}

static const hf__chunk_reader chunk_reader = { first_child, child_at, find, owner, hf__draft_link_place, root_slot,
                                               mount_of };

/* ---- life -------------------------------------------------------------------------------- */

static hf_status create(const hf_draft_options *options, hf_draft **ret_draft, hf_error *reterr)
{
    static const hf_draft_options defaults;
    options = options != NULL ? options : &defaults;
    const hf__memory memory = { options->allocator, options->budget };
    void *object;
    hf_status status = hf__memory_allocate(&memory, sizeof(hf_draft), HF__BLOCK_ALIGNMENT, &object, reterr);
    if (status != HF_OK)
        return status;
    hf_draft *draft = object;
    memset(draft, 0, sizeof *draft);
    draft->home.kind = HF__HOME_DRAFT;
    hf__ended_begin(&draft->home);
    draft->home.chunks = &chunk_reader;
    draft->memory = memory;
    draft->options = *options;
    draft->bytes = sizeof *draft;
    hf__pins_begin(draft);
    hf_budget_hold(memory.budget);
    hf__chunk *root;
    status = hf__chunk_create(draft, false, 2, &root, reterr);
    if (status != HF_OK) {
        hf_draft_destroy(draft);
        return status;
    }
    root->slots[0] = (hf__slot){ HF__NULL, 0 };
    root->used = 1;
    root->has_fixups = true;
    hf__chunk_end(root);
    draft->live_slots = 1;
    *ret_draft = draft;
    return HF_OK;
}

hf_status hf_draft_create(const hf_draft_options *options, hf_draft **ret_draft, hf_error *reterr)
{
    return create(options, ret_draft, reterr);
}

/* The blocks of a document become those of the draft: what it shares, then its own. */
static hf_status take_bases(hf_draft *draft, const hf_document *document, hf_error *reterr)
{
    const hf__home *home = &document->home;
    uint32_t count = home->base_count + 1;
    void *bases = NULL;
    hf_status status = hf__draft_resize(draft, &bases, 0, count * sizeof(hf__base), reterr);
    if (status != HF_OK)
        return status;
    draft->home.bases = bases;
    draft->base_capacity = draft->home.base_count = count;
    if (count > 1)
        memcpy(bases, home->bases, home->base_count * sizeof(hf__base));
    draft->home.bases[count - 1] =
        (hf__base){ (hf_document *)(uintptr_t)document, home->slots, home->slot_count, 0 };
    for (uint32_t i = 0; i < count; i++)
        hf__block_hold(draft->home.bases[i].document);
    return HF_OK;
}

static hf_status take_tables(hf_draft *draft, const hf_document *document, hf_error *reterr)
{
    const hf__home *home = &document->home;
    void *mounts = NULL, *foreigns = NULL, *links = NULL;
    hf_status status = hf__draft_grow(draft, &mounts, &draft->mount_capacity, home->mount_count, sizeof(hf__mount), reterr);
    draft->home.mounts = mounts;
    if (status == HF_OK)
        status = hf__draft_grow(draft, &foreigns, &draft->foreign_capacity, home->foreign_count, sizeof(hf__foreign), reterr);
    draft->home.foreigns = foreigns;
    if (status == HF_OK)
        status = hf__draft_grow(draft, &links, &draft->link_capacity, home->link_count, sizeof(hf__link_target), reterr);
    draft->links = links;
    draft->home.links = links;
    if (status != HF_OK)
        return status;
    for (uint32_t i = 0; i < home->mount_count; i++) {
        hf__mount *entry = &draft->home.mounts[i];
        const hf__mount *from = &home->mounts[i];
        memset(entry, 0, sizeof *entry); /* its hash is kept by the document */
        entry->document = from->document;
        entry->slot = from->slot;
        entry->values_expanded = from->values_expanded;
        entry->depth = from->depth;
        entry->uses = from->uses;
        if (entry->document != NULL) {
            hf_document_hold(entry->document);
        } else {
            entry->slot = draft->mount_free;
            draft->mount_free = i + 1;
        }
        draft->home.mount_count = i + 1;
    }
    for (uint32_t i = 0; i < home->foreign_count && status == HF_OK; i++) {
        hf__foreign *entry = &draft->home.foreigns[i];
        memset(entry, 0, sizeof *entry);
        if (home->foreigns[i].object != NULL) {
            status = hf__foreign_share(&home->foreigns[i], &draft->memory, entry, reterr);
        } else {
            entry->hooks = (const hf_foreign_hooks *)(uintptr_t)draft->foreign_free;
            draft->foreign_free = i + 1;
        }
        draft->home.foreign_count = i + (status == HF_OK);
    }
    for (uint32_t i = 0; i < home->link_count && status == HF_OK; i++) {
        draft->links[i] = home->links[i];
        draft->links[i].flags = 0;
        if (draft->links[i].slot == UINT64_MAX)
            hf__link_entry_free(draft, i);
        draft->home.link_count = i + 1;
    }
    return status;
}

hf_status hf_edit_with(const hf_document *document, const hf_draft_options *options, hf_draft **ret_draft,
                       hf_error *reterr)
{
    if (document == NULL)
        return hf__misuse(reterr, "there is no document to edit");
    if (hf__document_has_ended(document))
        return hf__fail(reterr, HF_MISUSE, "a document that was dropped");
    hf_draft *draft;
    hf_status status = hf__text_check(document, reterr);
    if (status == HF_OK)
        status = create(options, &draft, reterr);
    if (status == HF_OK)
        status = take_bases(draft, document, reterr);
    else
        return status;
    if (status == HF_OK)
        status = take_tables(draft, document, reterr);
    if (status == HF_OK)
        status = hf__pins_reserve(draft, 1, reterr); /* for links to a root that is a scalar */
    if (status != HF_OK) {
        hf_draft_destroy(draft);
        return status;
    }
    hf_value root = { &draft->home, document->home.slots };
    hf__origin origin = hf__origin_of(draft, root, HF__OWN);
    hf__fresh fresh;
    hf__import(&origin, root.slot, &fresh);
    hf__fresh_put(draft, draft->chunks[HF__CHUNK_ROOT], 0, &fresh, 0);
    if ((hf__kind(&fresh.slot) != HF__MOUNT || hf__kind(root.slot) == HF__MOUNT) && fresh.slot.lo & HF__LINKED)
        hf__link_pin(draft, origin.address, HF__CHUNK_ROOT, 0);
    *ret_draft = draft;
    return HF_OK;
}

hf_status hf_edit(const hf_document *document, hf_draft **ret_draft, hf_error *reterr)
{
    hf_draft_options options;
    memset(&options, 0, sizeof options);
    if (document != NULL && !hf__document_has_ended(document)) {
        options.allocator = document->allocator;
        options.budget = document->budget;
    }
    return hf_edit_with(document, &options, ret_draft, reterr);
}

/* What views may still look at when they should not any more. */
static void end_block(const hf_draft *draft, void *block, size_t size)
{
    const hf_allocator *allocator = draft->memory.allocator != NULL ? draft->memory.allocator : hf_allocator_default();
    hf_budget *budget = draft->memory.budget;
    hf__quarantine(allocator, block, size, HF__BLOCK_ALIGNMENT);
    hf_budget_release(budget, size);
}

/* Lets go of the blocks and tables. */
static void release_tables(hf_draft *draft)
{
    for (uint32_t i = 0; i < draft->home.mount_count; i++)
        hf_document_drop(draft->home.mounts[i].document);
    for (uint32_t i = 0; i < draft->home.foreign_count; i++)
        hf__foreign_release(&draft->home.foreigns[i]);
    for (uint32_t i = 0; i < draft->home.base_count; i++)
        hf__block_drop(draft->home.bases[i].document);
    void *mounts = draft->home.mounts, *foreigns = draft->home.foreigns, *links = draft->links, *bases = draft->home.bases;
    hf__link_places_drop(draft);
    (void)hf__draft_resize(draft, &mounts, draft->mount_capacity * sizeof(hf__mount), 0, NULL);
    (void)hf__draft_resize(draft, &foreigns, draft->foreign_capacity * sizeof(hf__foreign), 0, NULL);
    (void)hf__draft_resize(draft, &links, draft->link_capacity * sizeof(hf__link_target), 0, NULL);
    (void)hf__draft_resize(draft, &bases, draft->base_capacity * sizeof(hf__base), 0, NULL);
}

/* Frees the chunk of a draft that ends; debug builds keep it for a while. */
static void end_chunk(hf_draft *draft, hf__chunk *chunk)
{
    void *text = chunk->text;
    hf__chunk_index_drop(draft, chunk);
    (void)hf__draft_resize(draft, &text, chunk->text_capacity, 0, NULL);
    end_block(draft, chunk, hf__chunk_bytes(chunk->capacity));
}

static void end_draft(hf__waiting_end *ending)
{
    hf_draft *draft = (hf_draft *)(void *)((char *)ending - offsetof(hf_draft, ending));
    for (uint32_t i = 0; i < draft->chunk_count; i++)
        if (!((uintptr_t)draft->chunks[i] & 1))
            end_chunk(draft, draft->chunks[i]);
    release_tables(draft);
    scratch_free(draft, &draft->scratch_item);
    scratch_free(draft, &draft->scratch_key);
    scratch_free(draft, &draft->scratch_place[0]);
    scratch_free(draft, &draft->scratch_place[1]);
    void *chunks = draft->chunks, *pins = draft->pins;
    (void)hf__draft_resize(draft, &chunks, draft->chunk_capacity * sizeof *draft->chunks, 0, NULL);
    (void)hf__draft_resize(draft, &pins, draft->pin_capacity * sizeof *draft->pins, 0, NULL);
    hf_budget *budget = draft->memory.budget;
    end_block(draft, draft, sizeof *draft);
    hf_budget_drop(budget);
}

void hf__draft_end(hf_draft *draft, hf__ending how)
{
    draft->home.kind = UINT32_MAX;
    hf__ended_note(&draft->home, how, NULL, 0);
    draft->ending.end = end_draft;
    hf__end_nested(&draft->ending);
}

void hf_draft_destroy(hf_draft *draft)
{
    if (draft != NULL && hf__draft_check(draft, NULL) == HF_OK)
        hf__draft_end(draft, HF__ENDED_DESTROYED);
}

/* ---- looking ----------------------------------------------------------------------------- */

hf_value hf_draft_root(const hf_draft *draft)
{
    if (draft == NULL || hf__draft_check(draft, NULL) != HF_OK)
        return hf_absent();
    return hf__resolve((hf_value){ &draft->home, draft->chunks[HF__CHUNK_ROOT]->slots });
}

hf_status hf_draft_handle(hf_draft *draft, hf_place place, hf_handle *ret_handle, hf_error *reterr)
{
    hf__spot spot;
    hf_status status = hf__draft_check(draft, reterr);
    if (status == HF_OK)
        status = hf__place_keep(draft, &place, 0, reterr);
    if (status == HF_OK)
        status = hf__locate(draft, &place, true, &spot, reterr);
    if (status == HF_OK)
        status = hf__pins_reserve(draft, 1, reterr);
    if (status != HF_OK)
        return status;
    uint32_t id = hf__pin_add(draft, HF__PIN_HANDLE, spot.chunk, spot.position);
    *ret_handle = (hf_handle){ draft->pins[id].serial, id, 0 };
    return HF_OK;
}

hf_status hf_handle_get(const hf_draft *draft, hf_handle handle, hf_value *ret_value)
{
    hf_status status = hf__draft_check(draft, NULL);
    if (status != HF_OK)
        return status;
    const hf__pin *pin = hf__pin_find(draft, handle);
    if (pin == NULL || pin->position == HF__NO_POSITION)
        return HF_GONE;
    *ret_value = hf__resolve((hf_value){ &draft->home, draft->chunks[pin->chunk]->slots + pin->position });
    return HF_OK;
}

void hf_handle_release(hf_draft *draft, hf_handle handle)
{
    if (hf__draft_check(draft, NULL) != HF_OK)
        return;
    const hf__pin *pin = hf__pin_find(draft, handle);
    if (pin != NULL && pin->kind == HF__PIN_HANDLE)
        hf__pin_remove(draft, handle.id);
}

hf_draft_info hf_draft_get_info(const hf_draft *draft)
{
    hf_draft_info info;
    memset(&info, 0, sizeof info);
    if (hf__draft_check(draft, NULL) != HF_OK)
        return info;
    info.bytes = draft->bytes;
    info.live_bytes = sizeof *draft + draft->live_slots * sizeof(hf__slot) +
                      draft->chunks_live * (sizeof(hf__chunk) + sizeof(hf__slot) + sizeof *draft->chunks) +
                      draft->pins_live * sizeof *draft->pins + draft->home.mount_count * sizeof(hf__mount) +
                      draft->home.foreign_count * sizeof(hf__foreign) + draft->home.link_count * sizeof(hf__link_target) +
                      draft->home.base_count * sizeof(hf__base);
    for (uint32_t i = 0; i < draft->chunk_count; i++) {
        const hf__chunk *chunk = draft->chunks[i];
        if (!((uintptr_t)chunk & 1))
            info.live_bytes += chunk->text_used - chunk->text_dead + chunk->index_cells * sizeof *chunk->index;
    }
    for (uint32_t i = 0; i < draft->home.base_count; i++) {
        const hf__base *base = &draft->home.bases[i];
        info.base_bytes += base->document->block_bytes;
        info.base_dead += base->document->block_bytes - hf__base_live(base);
    }
    info.opened = draft->opened;
    info.bases = draft->home.base_count;
    info.handles = draft->pins_live;
    return info;
}
