/* item.c - values on their way into a draft: new ones, mounts, and the children of a container that is
 * opened; copies are in copy.c. A fresh value belongs to nobody until it is put; discarding it undoes everything. */
#include "base/misuse.h"
#include "base/number_read.h"
#include "base/utf8.h"
#include "edit/draft_state.h"
#include "value/builder.h"

static const uint64_t text_most = UINT32_MAX;

/* ---- scalars ----------------------------------------------------------------------------- */

static void fresh_text(hf__fresh *fresh, hf_text text, uint64_t flags)
{
    uint64_t lo, hi;
    if (text.length <= HF__INLINE_MAX) {
        hf__inline_words(text.bytes, text.length, &lo, &hi);
        hf__fresh_slot(fresh, lo | flags, hi);
        return;
    }
    hf__fresh_slot(fresh, HF__LONG_TEXT | flags | (uint64_t)text.length << 16, 0);
    fresh->text = text;
    fresh->copies = true;
}

hf_status hf__fresh_text(hf__fresh *fresh, hf_text text, uint64_t flags, hf_error *reterr)
{
    if (text.length > text_most)
        return hf__fail(reterr, HF_LIMIT_BYTES, "text of more than 4 GiB");
    size_t fault = hf__utf8_fault(text.bytes, text.length);
    if (fault != text.length)
        return hf__fail(reterr, HF_BAD_UTF8, "byte %zu of the text", fault);
    fresh_text(fresh, text, flags | hf__text_flags(text));
    return HF_OK;
}

static hf_status fresh_bytes(hf__fresh *fresh, hf_text bytes, hf_error *reterr)
{
    if (bytes.length > text_most)
        return hf__fail(reterr, HF_LIMIT_BYTES, "bytes of more than 4 GiB");
    hf__fresh_slot(fresh, HF__BYTES | (uint64_t)bytes.length << 16, 0);
    fresh->text = bytes;
    fresh->copies = true;
    return HF_OK;
}

/* An int64 or uint64 whose digits say no more than its value. */
bool hf__is_plain_integer(const hf__slot *number, hf_text spelling)
{
    if (hf__kind(number) != HF__INT64 && hf__kind(number) != HF__UINT64)
        return false;
    for (size_t i = 0; i < spelling.length; i++)
        if ((unsigned char)(spelling.bytes[i] - '0') > 9 && !(i == 0 && spelling.bytes[i] == '-'))
            return false;
    return number->hi != 0 || spelling.length == 1;
}

static hf_status fresh_number(hf__fresh *fresh, hf_text spelling, hf_error *reterr)
{
    hf__number_kind kind;
    uint64_t bits;
    if (spelling.length == 0 || !hf__number_read(spelling.bytes, spelling.bytes + spelling.length, &kind, &bits))
        return hf__fail(reterr, HF_BAD_NUMBER, NULL);
    if (spelling.length > text_most)
        return hf__fail(reterr, HF_LIMIT_BYTES, "a number of more than 4 GiB");
    hf__fresh_slot(fresh, (uint64_t)kind, bits);
    if (hf__kind(&fresh->slot) == HF__NUMTEXT)
        fresh->slot.hi = spelling.length;
    else if (spelling.length > 255 || hf__is_plain_integer(&fresh->slot, spelling))
        return HF_OK;
    if (spelling.length <= 255)
        fresh->slot.lo |= (uint64_t)spelling.length << 8;
    fresh->text = spelling;
    fresh->copies = true;
    return HF_OK;
}

static hf_status fresh_container(hf_draft *draft, hf__fresh *fresh, bool is_object, hf_error *reterr)
{
    hf__chunk *chunk;
    hf_status status = hf__chunk_create(draft, is_object, 2, &chunk, reterr);
    if (status == HF_OK)
        hf__fresh_slot(fresh, (is_object ? HF__OBJECT : HF__ARRAY) | HF__EDITED | (uint64_t)1 << 24,
                   (uint64_t)chunk->number << 32);
    return status;
}

/* ---- slots of blocks --------------------------------------------------------------------- */

/* A slot that leads to where the value lies: in an own block or in a mounted document. */
static void fresh_part(hf__fresh *fresh, const hf__origin *origin, const hf__slot *slot)
{
    uint64_t address = origin->address + (uint64_t)(slot - origin->first), linked = slot->lo & HF__LINKED;
    if (origin->entry == HF__OWN)
        hf__fresh_slot(fresh, HF__MOUNT | HF__MOUNT_OWN << 8 | linked, address);
    else
        hf__fresh_slot(fresh, HF__MOUNT | HF__MOUNT_PART << 8 | (uint64_t)origin->entry << 16, address);
}

void hf__import(const hf__origin *origin, const hf__slot *slot, hf__fresh *fresh)
{
    bool is_own = origin->entry == HF__OWN;
    uint64_t keeps = is_own ? HF__FLAGS : HF__FLAGS & ~(uint64_t)HF__LINKED;
    hf_text outer = hf__slot_outer(slot);
    switch (hf__kind(slot)) {
    case HF__NULL:
    case HF__BOOL:
        hf__fresh_slot(fresh, slot->lo & (15 | keeps), 0);
        return;
    case HF__INT64:
    case HF__UINT64:
    case HF__DOUBLE:
    case HF__NUMTEXT:
        if (outer.length == 0 || hf__is_plain_integer(slot, outer)) {
            hf__fresh_slot(fresh, slot->lo & (15 | keeps), slot->hi);
            return;
        }
        hf__fresh_slot(fresh, slot->lo & (0xff0f | keeps), slot->hi);
        break;
    case HF__TEXT:
        hf__fresh_slot(fresh, slot->lo & ~(HF__FLAGS & ~keeps), slot->hi);
        return;
    case HF__LINK:
    case HF__EXTENSION:
    case HF__MOUNT:
        if (is_own)
            hf__fresh_slot(fresh, slot->lo, slot->hi);
        else
            fresh_part(fresh, origin, slot);
        return;
    case HF__LONG_TEXT:
    case HF__BYTES:
        if (outer.length <= HF__SHARED_TEXT || hf__is_key(slot)) {
            hf__fresh_slot(fresh, slot->lo & ~(HF__FLAGS & ~keeps), slot->hi & 0xffff);
            break;
        }
        fresh_part(fresh, origin, slot);
        return;
    default: /* containers */
        fresh_part(fresh, origin, slot);
        return;
    }
    /* An own block stays as long as the draft; a mounted document may go before. */
    fresh->text = outer;
    fresh->copies = !is_own;
}

hf__origin hf__origin_of(const hf_draft *draft, hf_value value, uint32_t entry)
{
    const hf__home *home = entry == HF__OWN ? &draft->home : value.home;
    return (hf__origin){ value.slot, hf__address_of(home, value.slot), entry };
}

/* ---- mounts ------------------------------------------------------------------------------ */

/* An entry for `document`, which gets one more holder. */
hf_status hf__mount_entry_add(hf_draft *draft, hf_value value, uint32_t *ret_entry, hf_error *reterr)
{
    uint32_t number = draft->mount_free;
    if (number == 0) {
        void *mounts = draft->home.mounts;
        hf_status status = hf__draft_grow(draft, &mounts, &draft->mount_capacity, (uint64_t)draft->home.mount_count + 1,
                                          sizeof *draft->home.mounts, reterr);
        draft->home.mounts = mounts;
        if (status != HF_OK)
            return status;
        number = ++draft->home.mount_count;
    } else {
        draft->mount_free = (uint32_t)draft->home.mounts[number - 1].slot;
    }
    hf__mount *entry = &draft->home.mounts[number - 1];
    memset(entry, 0, sizeof *entry);
    entry->document = hf_document_hold(hf__home_document(value.home));
    entry->slot = hf__address_of(value.home, value.slot);
    entry->uses = 1;
    hf__value_expanded(value, &entry->values_expanded, &entry->depth);
    *ret_entry = number - 1;
    return HF_OK;
}

hf_status hf__fresh_mount(hf_draft *draft, hf__fresh *fresh, hf_value value, hf_error *reterr)
{
    uint32_t entry;
    hf_status status = hf__mount_entry_add(draft, value, &entry, reterr);
    if (status == HF_OK)
        hf__fresh_slot(fresh, HF__MOUNT | HF__MOUNT_ENTRY << 8, entry);
    return status;
}

hf_status hf__fresh_foreign(hf_draft *draft, hf__fresh *fresh, const hf_foreign_hooks *hooks, void *object,
                               hf_error *reterr)
{
    uint32_t entry;
    hf_status status = hf__foreign_add(draft, hooks, object, &entry, reterr);
    if (status == HF_OK)
        hf__fresh_slot(fresh, HF__EXTENSION | HF__EXT_FOREIGN << 8, entry);
    return status;
}

static hf_status mount_value(hf_draft *draft, hf__fresh *fresh, hf_value value, hf_error *reterr)
{
    if (hf__view_has_ended(value))
        return hf__fail(reterr, HF_MISUSE, "a view that has ended");
    if (hf_is_absent(value))
        return hf__fail(reterr, HF_NOT_FOUND, "nothing to mount");
    if (value.home->kind != HF__HOME_DOCUMENT)
        return hf__misuse(reterr, "a view of a draft cannot be mounted");
    const hf_document *document = hf__home_document(value.home);
    hf_status status = hf__text_check(document, reterr);
    if (status != HF_OK)
        return status;
    if (document->mount_depth + 1 + draft->home.base_count > HF__MOUNT_DEPTH_MAX || (document->block->flags & HF__BLOCK_OUTER_TEXT && document->text.release == NULL))
        return hf__copy_value(draft, fresh, value, reterr);
    return hf__fresh_mount(draft, fresh, value, reterr);
}

/* ---- all of them ------------------------------------------------------------------------- */

static hf_status prepare(hf_draft *draft, const hf_item *item, hf__fresh *fresh, hf_error *reterr)
{
    hf_status status;
    switch (item->kind) {
    case HF__ITEM_NULL:
        hf__fresh_slot(fresh, HF__NULL, 0);
        return HF_OK;
    case HF__ITEM_BOOL:
        hf__fresh_slot(fresh, HF__BOOL | (item->bits ? HF__TRUE : 0u), 0);
        return HF_OK;
    case HF__ITEM_I64:
        hf__fresh_slot(fresh, HF__INT64, item->bits);
        return HF_OK;
    case HF__ITEM_U64:
        hf__fresh_slot(fresh, item->bits > INT64_MAX ? HF__UINT64 : HF__INT64, item->bits);
        return HF_OK;
    case HF__ITEM_DOUBLE:
        if ((item->bits >> 52 & 0x7ff) == 0x7ff)
            return hf__fail(reterr, HF_NOT_REPRESENTABLE, "a double that is not finite");
        hf__fresh_slot(fresh, HF__DOUBLE, item->bits);
        return HF_OK;
    case HF__ITEM_NUMBER:
        return fresh_number(fresh, item->text, reterr);
    case HF__ITEM_TEXT:
        return hf__fresh_text(fresh, item->text, 0, reterr);
    case HF__ITEM_BYTES:
        return fresh_bytes(fresh, item->text, reterr);
    case HF__ITEM_ARRAY:
    case HF__ITEM_OBJECT:
        return fresh_container(draft, fresh, item->kind == HF__ITEM_OBJECT, reterr);
    case HF__ITEM_COPY:
        return hf__copy_value(draft, fresh, item->value, reterr);
    case HF__ITEM_MOUNT:
        return mount_value(draft, fresh, item->value, reterr);
    case HF__ITEM_FOREIGN:
        if (item->hooks == NULL || item->hooks->release == NULL || item->object == NULL)
            return hf__misuse(reterr, "a foreign value needs an object and a release hook");
        status = hf__fresh_foreign(draft, fresh, item->hooks, item->object, reterr);
        fresh->is_given = true;
        return status;
    default:
        return hf__misuse(reterr, "not an item");
    }
}

hf_status hf__item_prepare(hf_draft *draft, const hf_item *item, hf__fresh *ret_fresh, hf_error *reterr)
{
    hf_status status = prepare(draft, item, ret_fresh, reterr);
    /* The text may lie in this draft, and move. */
    if (status == HF_OK && ret_fresh->text.length > 0 && ret_fresh->copies)
        status = hf__scratch_keep(draft, &draft->scratch_item, &ret_fresh->text, reterr);
    return status;
}

void hf__fresh_discard(hf_draft *draft, hf__fresh *fresh)
{
    if (hf__is_container(&fresh->slot))
        hf__release_tree(draft, hf__chunk_of(draft, &fresh->slot));
    else if (hf__kind(&fresh->slot) == HF__EXTENSION)
        hf__foreign_end(draft, (uint32_t)fresh->slot.hi, !fresh->is_given);
    else if (hf__kind(&fresh->slot) != HF__MOUNT || hf__byte1(&fresh->slot) != HF__MOUNT_OWN)
        hf__release_slot(draft, &fresh->slot);
    hf__fresh_slot(fresh, HF__NULL, 0);
}

void hf__fresh_put(hf_draft *draft, hf__chunk *chunk, uint32_t position, const hf__fresh *fresh, uint64_t flags)
{
    hf__slot *slot = &chunk->slots[position];
    *slot = fresh->slot;
    slot->lo |= flags;
    if (hf__is_container(slot)) {
        hf__chunk *child = hf__chunk_of(draft, slot);
        child->owner = slot;
        child->parent = chunk->number;
        chunk->has_fixups = true;
    }
    if (hf__kind(slot) == HF__BYTES && fresh->text.length == 0)
        hf__slot_point(slot, (const char *)slot);
    if (fresh->text.length == 0 || fresh->text.bytes == NULL)
        return;
    const char *bytes = fresh->text.bytes;
    if (fresh->copies) {
        char *text = chunk->text + chunk->text_used;
        memcpy(text, bytes, fresh->text.length);
        chunk->text_used += fresh->text.length;
        bytes = text;
    }
    hf__slot_point(slot, bytes);
    chunk->has_fixups = true;
}
