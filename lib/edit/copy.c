/* copy.c - values that are copied into a draft: its own, those of other drafts, those of documents.
 *
 * A container becomes a document of its own, which the draft mounts. What it mounts in turn stays mounted, so
 * that copying takes what is stored and not what is shown: forty copies of copies are forty small documents.
 * Two cases cost less: a small container that this draft has not changed is shown in both places, and the one
 * that was copied last is mounted once more when it is copied again.
 *
 * Links and foreign values cannot be shared so; with these, and where mounts would nest too deep, the copy is
 * one block with everything in it, or refused when that would be too much (hf_clone_part). */
#include <stdlib.h>

#include "edit/freezer.h"
#include "walk/clone.h"

enum { SHARED_SLOTS = 64 };

/* ---- shown in both places ---------------------------------------------------------------- */

/* Something that tables count: it cannot be shown a second time without them. */
static bool is_counted(const hf__slot *slot)
{
    return hf__kind(slot) == HF__EXTENSION || hf__kind(slot) == HF__LINK ||
           (hf__kind(slot) == HF__MOUNT && hf__byte1(slot) != HF__MOUNT_OWN) ||
           (slot->lo & HF__LINKED && !hf__is_close(slot));
}

/* Whether a container of an own block is small, with all the parts that it leads to. Versions write out what
 * is shown, so nothing that is large may be shown again and again. */
static bool can_share(const hf_draft *draft, const hf__slot *container)
{
    struct {
        const hf__slot *at, *end;
    } levels[HF__BASES_MAX + 1]; /* a part leads to lower numbers only */
    unsigned level = 0, left = SHARED_SLOTS;
    levels[0].at = container;
    levels[0].end = hf__behind(container);
    for (;;) {
        if (levels[level].at == levels[level].end) {
            if (level-- == 0)
                return true;
            continue;
        }
        const hf__slot *at = levels[level].at++;
        if (left-- == 0 || is_counted(at))
            return false;
        if (hf__kind(at) == HF__MOUNT) {
            const hf__slot *part = hf__slot_at(&draft->home, at->hi);
            level++;
            levels[level].at = part;
            levels[level].end = hf__behind(part);
        }
    }
}

/* ---- a document that mounts what the value mounts ---------------------------------------- */

/* Writes a container as it is stored, and how many mounts are in it; false in *ret_fits when there is something
 * that cannot be shared. */
static hf_status write_stored(hf__freezer *to, hf_value container, uint64_t *ret_mounts, bool *ret_fits)
{
    hf_status status = container.slot->lo & HF__EDITED
                           ? hf__freezer_chunks(to, hf__draft_of(container.home), (hf__slot *)(uintptr_t)container.slot, false)
                           : hf__freezer_part(to, hf__address_of(container.home, container.slot));
    *ret_mounts = 0;
    *ret_fits = true;
    for (uint64_t i = 0; i < to->slot_count && status == HF_OK && *ret_fits; i++) {
        if (is_counted(&to->slots[i])) {
            *ret_mounts += 1;
            *ret_fits = hf__kind(&to->slots[i]) == HF__MOUNT;
        }
    }
    return status;
}

static int by_number(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* The numbers of the mounts that were written, each once, in order. Returns how many. */
static uint32_t list_mounts(const hf__freezer *to, uint32_t *numbers)
{
    uint64_t count = 0;
    uint32_t kept = 0;
    for (uint64_t i = 0; i < to->slot_count; i++)
        if (hf__kind(&to->slots[i]) == HF__MOUNT)
            numbers[count++] = hf__mount_number(&to->slots[i]);
    qsort(numbers, count, sizeof *numbers, by_number);
    for (uint64_t i = 0; i < count; i++)
        if (kept == 0 || numbers[kept - 1] != numbers[i])
            numbers[kept++] = numbers[i];
    return kept;
}

static uint32_t deepest_of(const hf__home *home, const uint32_t *numbers, uint32_t count)
{
    uint32_t deepest = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t depth = home->mounts[numbers[i]].document->mount_depth + 1;
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest;
}

/* The same entries for the copy; what was written refers to them from now on. */
static void share_mounts(hf__freezer *to, const hf__home *home, const uint32_t *numbers, uint32_t count, hf__mount *entries)
{
    for (uint32_t i = 0; i < count; i++) {
        const hf__mount *from = &home->mounts[numbers[i]];
        memset(&entries[i], 0, sizeof entries[i]);
        entries[i].document = hf_document_hold(from->document);
        entries[i].slot = from->slot;
        entries[i].values_expanded = from->values_expanded;
        entries[i].depth = from->depth;
    }
    for (uint64_t i = 0; i < to->slot_count; i++) {
        hf__slot *slot = &to->slots[i];
        if (hf__kind(slot) != HF__MOUNT)
            continue;
        uint32_t number = hf__mount_number(slot);
        const uint32_t *found = bsearch(&number, numbers, count, sizeof *numbers, by_number);
        uint64_t entry = (uint64_t)(found - numbers);
        entries[entry].uses++;
        if (hf__byte1(slot) == HF__MOUNT_ENTRY)
            slot->hi = entry;
        else
            slot->lo = (slot->lo & 0xffff) | entry << 16;
    }
}

/* A document of what was written and of the entries, which are consumed. */
static hf_status make_document(hf__freezer *to, hf__mount *entries, uint32_t count, hf_document **ret_document)
{
    const hf__tables tables = { .mounts = entries, .mount_count = count };
    hf__block_header *block;
    hf_status status = hf__freezer_block(to, NULL, 0, &block);
    if (status == HF_OK)
        status = hf__document_create(block, block->block_bytes, to->memory.allocator, to->memory.budget, ret_document, to->reterr);
    if (status == HF_OK) {
        hf__document_give_tables(*ret_document, &tables);
        return HF_OK;
    }
    for (uint32_t i = 0; i < count; i++)
        hf_document_drop(entries[i].document);
    hf__memory_free(&to->memory, entries, count * sizeof *entries, HF__TABLE_ALIGNMENT);
    return status;
}

/* Not HF_OK, or NULL in *ret_document when it cannot be done this way. */
static hf_status copy_stored(const hf_draft *draft, hf_value container, hf_document **ret_document, hf_error *reterr)
{
    const hf__home *home = container.home;
    hf__freezer to;
    uint64_t mounts;
    bool fits;
    void *numbers = NULL, *entries = NULL;
    uint32_t count = 0;
    *ret_document = NULL;
    hf__freezer_init(&to, home, &draft->memory, 0, UINT32_MAX, reterr);
    hf_status status = write_stored(&to, container, &mounts, &fits);
    fits = fits && (mounts > 0 || home->kind == HF__HOME_DRAFT); /* else there are faster ways */
    if (status == HF_OK && fits && mounts > 0)
        status = hf__memory_allocate(&draft->memory, mounts * sizeof(uint32_t), HF__TABLE_ALIGNMENT, &numbers, reterr);
    if (status == HF_OK && numbers != NULL) {
        count = list_mounts(&to, numbers);
        fits = deepest_of(home, numbers, count) + 1 + draft->home.base_count <= HF__MOUNT_DEPTH_MAX;
    }
    if (status == HF_OK && fits && count > 0)
        status = hf__memory_allocate(&draft->memory, count * sizeof(hf__mount), HF__TABLE_ALIGNMENT, &entries, reterr);
    if (status == HF_OK && fits) {
        share_mounts(&to, home, numbers, count, entries);
        status = make_document(&to, entries, count, ret_document);
    }
    hf__memory_free(&draft->memory, numbers, mounts * sizeof(uint32_t), HF__TABLE_ALIGNMENT);
    hf__freezer_release(&to);
    return status;
}

/* ---- containers -------------------------------------------------------------------------- */

/* As its own document, which the draft mounts. */
static hf_status copy_apart(hf_draft *draft, hf__fresh *fresh, hf_value container, hf_error *reterr)
{
    bool is_plain = container.home->kind == HF__HOME_DOCUMENT && container.home->mount_count == 0;
    hf_document *copy = NULL;
    hf_status status = HF_OK;
    if (!is_plain)
        status = copy_stored(draft, container, &copy, reterr);
    if (status == HF_OK && copy == NULL)
        status = hf_clone_part(container, draft->memory.allocator, draft->memory.budget, &copy, reterr);
    if (status == HF_OK)
        status = hf__fresh_mount(draft, fresh, hf_root(copy), reterr);
    hf_document_drop(copy);
    return status;
}

static hf_status copy_container(hf_draft *draft, hf__fresh *fresh, hf_value container, hf_error *reterr)
{
    bool is_unchanged = container.home == &draft->home && !(container.slot->lo & HF__EDITED);
    if (is_unchanged && draft->copied == container.slot && draft->home.mounts[draft->copied_entry].uses < UINT32_MAX) {
        draft->home.mounts[draft->copied_entry].uses++;
        hf__fresh_slot(fresh, HF__MOUNT | HF__MOUNT_ENTRY << 8, draft->copied_entry);
        return HF_OK;
    }
    if (is_unchanged && can_share(draft, container.slot)) {
        hf__fresh_slot(fresh, HF__MOUNT | HF__MOUNT_OWN << 8, hf__address_of(&draft->home, container.slot));
        return HF_OK;
    }
    hf_status status = copy_apart(draft, fresh, container, reterr);
    if (status == HF_OK && is_unchanged) {
        draft->copied = container.slot;
        draft->copied_entry = (uint32_t)fresh->slot.hi;
    }
    return status;
}

/* ---- all of them ------------------------------------------------------------------------- */

static hf_status copy_foreign(hf_draft *draft, hf__fresh *fresh, hf_value value, hf_error *reterr)
{
    hf__foreign copy;
    hf_status status = hf__foreign_clone(&copy, &value.home->foreigns[(uint32_t)value.slot->hi], reterr);
    if (status != HF_OK)
        return status;
    status = hf__fresh_foreign(draft, fresh, copy.hooks, copy.object, reterr);
    if (status != HF_OK)
        copy.hooks->release(copy.object);
    return status;
}

hf_status hf__copy_value(hf_draft *draft, hf__fresh *fresh, hf_value value, hf_error *reterr)
{
    if (hf__view_has_ended(value))
        return hf__fail(reterr, HF_MISUSE, "a view that has ended");
    if (hf_is_absent(value))
        return hf__fail(reterr, HF_NOT_FOUND, "nothing to copy");
    hf_status status = hf__text_check_all(value.home, reterr);
    if (status != HF_OK)
        return status;
    if (hf_is_container(value))
        return copy_container(draft, fresh, value, reterr);
    switch (hf__kind(value.slot)) {
    case HF__EXTENSION:
        return copy_foreign(draft, fresh, value, reterr);
    case HF__LINK:
        if (value.home != &draft->home)
            return hf__fail(reterr, HF_LINK_LEAVES, NULL);
        hf__link_copy(fresh, value.slot);
        return HF_OK;
    default: {
        const hf__origin origin = { value.slot, 0, 0 };
        hf_text outer = hf__slot_outer(value.slot);
        hf__slot slot = *value.slot;
        slot.lo &= ~(uint64_t)(HF__LINKED | (hf__is_text(&slot) ? HF__KEY : 0));
        if (hf__kind(&slot) == HF__LONG_TEXT || hf__kind(&slot) == HF__BYTES) {
            hf__fresh_slot(fresh, slot.lo, slot.hi & 0xffff);
            fresh->text = outer;
        } else {
            hf__import(&origin, value.slot, fresh);
        }
        fresh->copies = true;
        return HF_OK;
    }
    }
}
