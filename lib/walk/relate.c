/* relate.c - scalars side by side and members of the same key; see relate.h. */
#include "walk/relate.h"

#include "base/number_compare.h"

/* ---- pairs ------------------------------------------------------------------------------- */

static const hf__memory heap = { NULL, NULL };

void hf__pairs_release(hf__pairs *pairs)
{
    if (pairs->at != pairs->inline_pairs)
        hf__memory_free(&heap, pairs->at, pairs->room * sizeof *pairs->at, HF__BLOCK_ALIGNMENT);
    hf__part_memo_release(&pairs->settled);
    hf__pairs_init(pairs);
}

static bool lies_in(hf_value container, hf_value value)
{
    return value.home == container.home &&
           (uintptr_t)value.slot - (uintptr_t)container.slot < hf__step(container.slot) * sizeof(hf__slot);
}

bool hf__pair_is_noted(const hf__pair *around, hf_value a, hf_value b)
{
    return (!lies_in(around->a, a) || !lies_in(around->b, b)) && hf__part_is_noted(a) && hf__part_is_noted(b);
}

hf_status hf__pairs_push(hf__pairs *pairs, hf_value a, hf_value b)
{
    if (pairs->used == pairs->room) {
        size_t bytes = pairs->room * sizeof *pairs->at;
        void *grown = pairs->at;
        hf_status status;
        if (pairs->at == pairs->inline_pairs) {
            status = hf__memory_allocate(&heap, bytes * 2, HF__BLOCK_ALIGNMENT, &grown, NULL);
            if (status == HF_OK)
                memcpy(grown, pairs->inline_pairs, bytes);
        } else {
            status = hf__memory_resize(&heap, &grown, bytes, bytes * 2, HF__BLOCK_ALIGNMENT, NULL);
        }
        if (status != HF_OK)
            return status;
        pairs->at = grown;
        pairs->room *= 2;
    }
    pairs->at[pairs->used++] = (hf__pair){ .a = a, .b = b, .a_next = hf__first_child(a), .b_next = hf__first_child(b) };
    return HF_OK;
}

/* ---- scalars ----------------------------------------------------------------------------- */

unsigned hf__rank(hf_value value)
{
    static const uint8_t ranks[] = {
        [HF_KIND_ABSENT] = 0, [HF_KIND_NULL] = 1, [HF_KIND_BOOL] = 2, [HF_KIND_INT64] = 3, [HF_KIND_UINT64] = 3,
        [HF_KIND_DOUBLE] = 3, [HF_KIND_NUMBER_TEXT] = 3, [HF_KIND_TEXT] = 4, [HF_KIND_BYTES] = 5,
        [HF_KIND_ARRAY] = 6, [HF_KIND_OBJECT] = 7, [HF_KIND_LINK] = 8, [HF_KIND_FOREIGN] = 9
    };
    return ranks[hf_kind_of(value)];
}

static hf__number number_of(const hf__slot *slot)
{
    hf_text text = hf__number_source(slot);
    hf__number number = { (hf__number_kind)hf__kind(slot), slot->hi, text.bytes, text.length };
    return number;
}

static int order_texts(hf_text a, hf_text b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter > 0 ? memcmp(a.bytes, b.bytes, shorter) : 0;
    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

/* The container around a slot of a document or draft, and which child the slot is. */
static const hf__slot *around(const hf__home *home, const hf__slot *slot)
{
    const hf__slot *behind = slot;
    while (!hf__is_close(behind))
        behind = hf__behind(behind);
    return behind->lo & HF__EDITED ? home->chunks->owner(home, behind) : behind - hf__way_back(behind);
}

static uint64_t position_in(const hf__home *home, const hf__slot *open, const hf__slot *slot)
{
    uint64_t index = 0;
    hf_value container = { home, open };
    for (const hf__slot *at = hf__first_child(container); at != slot; at = hf__behind(at))
        index++;
    return index;
}

static const hf__slot *root_of(const hf__home *home)
{
    return home->kind == HF__HOME_DRAFT ? home->chunks->root(home) : home->slots;
}

/* Where a slot is shown: in a draft, the root of a part of an earlier block stands in a chunk. A
 * document with links has no earlier blocks. */
static const hf__slot *shown_at(const hf__home *home, const hf__slot *slot)
{
    if (home->kind != HF__HOME_DRAFT || hf__block_home(home, slot) == home)
        return slot;
    const hf__slot *mount = home->chunks->mount_of(home, slot);
    return mount != NULL ? mount : slot;
}

/* Links by the paths of their targets: both are climbed at once, from the targets to their roots.
 * The order is that of the tokens from the inside out, which is total and all that is promised. */
static int order_links(hf_value a, hf_value b)
{
    hf_value to_a = { a.home, hf__link_place_of(a) }, to_b = { b.home, hf__link_place_of(b) };
    if (hf_is_absent(to_a) || hf_is_absent(to_b))
        return !hf_is_absent(to_a) - !hf_is_absent(to_b);
    to_a.slot = shown_at(to_a.home, to_a.slot);
    to_b.slot = shown_at(to_b.home, to_b.slot);
    while (to_a.slot != root_of(to_a.home) && to_b.slot != root_of(to_b.home)) {
        const hf__slot *open_a = around(to_a.home, to_a.slot), *open_b = around(to_b.home, to_b.slot);
        bool is_object = hf__kind(open_a) == HF__OBJECT;
        if (is_object != (hf__kind(open_b) == HF__OBJECT))
            return is_object ? 1 : -1;
        if (is_object) {
            int order = order_texts(hf__slot_text(to_a.slot - 1), hf__slot_text(to_b.slot - 1));
            if (order != 0)
                return order;
        } else {
            uint64_t at_a = position_in(to_a.home, open_a, to_a.slot), at_b = position_in(to_b.home, open_b, to_b.slot);
            if (at_a != at_b)
                return at_a < at_b ? -1 : 1;
        }
        to_a.slot = shown_at(to_a.home, open_a);
        to_b.slot = shown_at(to_b.home, open_b);
    }
    return (to_a.slot != root_of(to_a.home)) - (to_b.slot != root_of(to_b.home));
}

int hf__order_scalars(hf_value a, hf_value b)
{
    switch (hf_kind_of(a)) {
    case HF_KIND_BOOL:
        return (int)hf_as_bool(a, false) - (int)hf_as_bool(b, false);
    case HF_KIND_INT64:
        if (hf__kind(b.slot) == HF__INT64)
            return ((int64_t)a.slot->hi > (int64_t)b.slot->hi) - ((int64_t)a.slot->hi < (int64_t)b.slot->hi);
        return hf__number_compare(number_of(a.slot), number_of(b.slot));
    case HF_KIND_UINT64:
    case HF_KIND_DOUBLE:
    case HF_KIND_NUMBER_TEXT:
        return hf__number_compare(number_of(a.slot), number_of(b.slot));
    case HF_KIND_TEXT:
    case HF_KIND_BYTES:
        return order_texts(hf__slot_text(a.slot), hf__slot_text(b.slot));
    case HF_KIND_LINK:
        return order_links(a, b);
    case HF_KIND_FOREIGN: {
        uintptr_t at_a = (uintptr_t)a.home->foreigns[(uint32_t)a.slot->hi].object;
        uintptr_t at_b = (uintptr_t)b.home->foreigns[(uint32_t)b.slot->hi].object;
        return (at_a > at_b) - (at_a < at_b);
    }
    default: /* null, absent */
        return 0;
    }
}

/* ---- members ----------------------------------------------------------------------------- */

static const hf__slot *find_last(hf_value object, hf_text key)
{
    return object.slot->lo & HF__EDITED ? object.home->chunks->find(object.home, object.slot, key)
                                        : hf__index_find(object.home, object.slot, key);
}

static bool has_duplicates(hf_value object)
{
    for (const hf__slot *key = hf__first_child(object); !hf__is_close(key); key = hf__behind(key + 1))
        if (find_last(object, hf__slot_text(key)) != key)
            return true;
    return false;
}

const hf__slot *hf__counterpart(hf__pair *pair, hf_value own, const hf__slot *key, hf_value other)
{
    if (!pair->out_of_order) {
        pair->out_of_order = true;
        pair->has_duplicates = has_duplicates(pair->a) || has_duplicates(pair->b);
    }
    if (HF_LIKELY(!pair->has_duplicates))
        return find_last(other, hf__slot_text(key));
    uint64_t turn = 0;
    for (const hf__slot *at = hf__first_child(own); at != key; at = hf__behind(at + 1))
        turn += hf__key_equal(at, key);
    for (const hf__slot *at = hf__first_child(other); !hf__is_close(at); at = hf__behind(at + 1))
        if (hf__key_equal(at, key) && turn-- == 0)
            return at;
    return NULL;
}
