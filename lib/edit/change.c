/* change.c - the calls that change a draft.
 *
 * Each one prepares what it puts, finds its place (opening containers), reserves room, and only then
 * changes something: from there on nothing can fail. */
#include "edit/draft_state.h"

/* The slot a value lies in while it is in no container: behind the closing slot of the root's chunk,
 * which has room for it from the start. */
enum { LIMBO = 2 };

static uint64_t text_needed(const hf__fresh *fresh)
{
    return fresh->copies ? fresh->text.length : 0;
}

static void count_children(hf__chunk *chunk)
{
    if (chunk->owner != NULL)
        chunk->owner->hi = (chunk->owner->hi & ~(uint64_t)UINT32_MAX) | chunk->used / hf__step_of(chunk);
}

/* ---- removing ---------------------------------------------------------------------------- */

/* Takes a child out whose value was released or carried away. */
static void close_over(hf_draft *draft, hf__chunk *chunk, uint32_t position)
{
    uint32_t step = hf__step_of(chunk), first = position + 1 - step;
    if (chunk->is_object) {
        hf__chunk_index_remove(draft, chunk, first);
        hf__chunk_forget_text(chunk, &chunk->slots[first]);
    }
    hf__chunk_close_gap(draft, chunk, first, step);
    count_children(chunk);
}

static void remove_child(hf_draft *draft, hf__chunk *chunk, uint32_t position)
{
    hf__release_value(draft, chunk, position);
    close_over(draft, chunk, position);
}

/* Removes the members before `position` whose key is equal to its one. Returns where it is then. */
static uint32_t remove_equal(hf_draft *draft, hf__chunk *chunk, uint32_t position)
{
    if (!chunk->is_object || (chunk->index_cells > 0 && !chunk->has_equal_keys))
        return position;
    for (uint32_t at = 0; at + 1 < position;) {
        if (hf__key_equal(&chunk->slots[at], &chunk->slots[position - 1])) {
            remove_child(draft, chunk, at + 1);
            position -= 2;
        } else {
            at += 2;
        }
    }
    return position;
}

/* ---- putting ----------------------------------------------------------------------------- */

/* The value at a place becomes another one; handles and links to the place stay. */
static hf_status put_instead(hf_draft *draft, const hf__spot *spot, const hf__fresh *fresh, hf_error *reterr)
{
    hf_status status = hf__pins_reserve(draft, 1, reterr);
    if (status == HF_OK)
        status = hf__chunk_reserve(draft, spot->chunk, 0, text_needed(fresh), reterr);
    if (status != HF_OK)
        return status;
    hf__chunk *chunk = draft->chunks[spot->chunk];
    uint32_t position = remove_equal(draft, chunk, spot->position);
    hf__link_keep(draft, chunk, position);
    uint64_t linked = chunk->slots[position].lo & HF__LINKED;
    hf__release_content(draft, chunk, position);
    hf__fresh_put(draft, chunk, position, fresh, linked);
    hf__chunk_trim(draft, chunk);
    return HF_OK;
}

/* Where a member or element is added: before slot `at` of `chunk`. */
static hf_status add(hf_draft *draft, uint32_t number, uint32_t at, const hf__key *key, const hf__fresh *fresh,
                     hf_error *reterr)
{
    hf__fresh name = { { 0, 0 }, { NULL, 0 }, false, false };
    if (key != NULL) {
        hf_status status = HF_OK;
        if (key->text.length <= HF__INLINE_MAX) {
            name.slot = (hf__slot){ key->lo, key->hi };
            char bytes[HF__INLINE_MAX];
            memcpy(bytes, (const char *)&name.slot + 2, HF__INLINE_MAX);
            status = hf__fresh_text(&name, hf_text_of(bytes, key->text.length), HF__KEY, reterr);
        } else {
            status = hf__fresh_text(&name, key->text, HF__KEY, reterr);
        }
        if (status != HF_OK)
            return status;
    }
    uint32_t step = key != NULL ? 2 : 1;
    hf_status status = hf__chunk_reserve(draft, number, step, text_needed(fresh) + text_needed(&name), reterr);
    if (status != HF_OK)
        return status;
    hf__chunk *chunk = draft->chunks[number];
    if (chunk->used / step >= UINT32_MAX - 1)
        return hf__fail(reterr, HF_LIMIT_COUNT, "in one container");
    hf__chunk_open_gap(draft, chunk, at, step);
    if (key != NULL)
        hf__fresh_put(draft, chunk, at, &name, 0);
    hf__fresh_put(draft, chunk, at + step - 1, fresh, 0);
    if (key != NULL)
        hf__chunk_index_add(draft, chunk, at);
    count_children(chunk);
    return HF_OK;
}

/* Adds at a spot where there is nothing yet, or before what is there. */
static hf_status add_at(hf_draft *draft, const hf__spot *spot, const hf__fresh *fresh, hf_error *reterr)
{
    hf__chunk *chunk = draft->chunks[spot->chunk];
    if (spot->has_key)
        return add(draft, spot->chunk, chunk->used, &spot->key, fresh, reterr);
    if (chunk->is_object)
        return hf__fail(reterr, HF_WRONG_KIND, "a member without a key");
    return add(draft, spot->chunk, (uint32_t)spot->index, NULL, fresh, reterr);
}

/* Names the place of a failure that did not name one. */
static hf_status name_place(const hf_place *place, hf_status status, hf_error *reterr)
{
    if (status != HF_OK && reterr != NULL && !reterr->has_pointer && place->kind == HF__PLACE_POINTER)
        hf__error_set_pointer(reterr, place->text.bytes, place->text.length);
    return status;
}

typedef enum put_mode { PUT_SET, PUT_INSERT, PUT_REPLACE } put_mode;

static hf_status put(hf_draft *draft, const hf_place *place, put_mode mode, const hf__fresh *fresh, hf_error *reterr)
{
    hf__spot spot;
    hf_status status = hf__locate(draft, place, mode == PUT_REPLACE, &spot, reterr);
    if (status != HF_OK)
        return status;
    if (spot.position == HF__NO_POSITION)
        return name_place(place, add_at(draft, &spot, fresh, reterr), reterr);
    if (mode != PUT_INSERT)
        return name_place(place, put_instead(draft, &spot, fresh, reterr), reterr);
    if (spot.has_key)
        return hf__place_fail(place, place->text.length, HF_DUPLICATE_KEY, reterr);
    if (place->kind == HF__PLACE_POINTER && place->text.length == 0)
        return hf__place_fail(place, 0, HF_MISUSE, reterr);
    return name_place(place, add_at(draft, &spot, fresh, reterr), reterr);
}

hf_status hf__put_set(hf_draft *draft, const hf_place *place, const hf__fresh *fresh, hf_error *reterr)
{
    return put(draft, place, PUT_SET, fresh, reterr);
}

/* The first step of a call that puts an item: both are kept where the change does not reach them. */
static hf_status prepare(hf_draft *draft, hf_place *place, const hf_item *item, hf__fresh *ret_fresh, hf_error *reterr)
{
    hf_status status = hf__draft_check(draft, reterr);
    if (status != HF_OK)
        return status;
    status = hf__place_keep(draft, place, 0, reterr);
    if (status == HF_OK)
        status = hf__item_prepare(draft, item, ret_fresh, reterr);
    return name_place(place, status, reterr);
}

static hf_status prepare_and_put(hf_draft *draft, hf_place *place, put_mode mode, const hf_item *item, hf_error *reterr)
{
    hf__fresh fresh;
    hf_status status = prepare(draft, place, item, &fresh, reterr);
    if (status != HF_OK)
        return status;
    status = put(draft, place, mode, &fresh, reterr);
    if (status != HF_OK)
        hf__fresh_discard(draft, &fresh);
    hf__draft_settle(draft);
    return status;
}

hf_status hf_draft_set(hf_draft *draft, hf_place place, hf_item item, hf_error *reterr)
{
    return prepare_and_put(draft, &place, PUT_SET, &item, reterr);
}

hf_status hf_draft_insert(hf_draft *draft, hf_place place, hf_item item, hf_error *reterr)
{
    return prepare_and_put(draft, &place, PUT_INSERT, &item, reterr);
}

hf_status hf_draft_replace(hf_draft *draft, hf_place place, hf_item item, hf_error *reterr)
{
    return prepare_and_put(draft, &place, PUT_REPLACE, &item, reterr);
}

/* The chunk of the container at `place`. */
static hf_status open_at(hf_draft *draft, const hf_place *place, bool is_object, uint32_t *ret_chunk, hf_error *reterr)
{
    hf__spot spot;
    hf_status status = hf__locate(draft, place, true, &spot, reterr);
    uint32_t unused;
    if (status == HF_OK)
        status = hf__open(draft, spot.chunk, spot.position, NULL, &unused, ret_chunk, reterr);
    if (status == HF_OK && draft->chunks[*ret_chunk]->is_object != is_object)
        status = hf__fail(reterr, HF_WRONG_KIND, is_object ? "not an object" : "not an array");
    return name_place(place, status, reterr);
}

hf_status hf_draft_append(hf_draft *draft, hf_place array, hf_item item, hf_error *reterr)
{
    hf__fresh fresh;
    hf_status status = prepare(draft, &array, &item, &fresh, reterr);
    if (status != HF_OK)
        return status;
    uint32_t chunk;
    status = open_at(draft, &array, false, &chunk, reterr);
    if (status == HF_OK)
        status = add(draft, chunk, draft->chunks[chunk]->used, NULL, &fresh, reterr);
    if (status != HF_OK)
        hf__fresh_discard(draft, &fresh);
    hf__draft_settle(draft);
    return name_place(&array, status, reterr);
}

static hf_status insert_member(hf_draft *draft, const hf_place *object, uint64_t index, hf_text key,
                               const hf__fresh *fresh, hf_error *reterr)
{
    uint32_t number;
    hf_status status = hf__scratch_keep(draft, &draft->scratch_place[1], &key, reterr);
    if (status == HF_OK)
        status = open_at(draft, object, true, &number, reterr);
    if (status != HF_OK)
        return status;
    hf__key wanted = hf__key_of(key);
    hf__chunk *chunk = draft->chunks[number];
    if (index > chunk->used / 2)
        return hf__fail(reterr, HF_OUT_OF_RANGE, "member %llu", (unsigned long long)index);
    if (hf__chunk_find(draft, chunk, &wanted) != HF__NO_POSITION)
        return hf__fail(reterr, HF_DUPLICATE_KEY, "%.*s", HF_ARG(key));
    return add(draft, number, (uint32_t)(2 * index), &wanted, fresh, reterr);
}

hf_status hf_draft_insert_member(hf_draft *draft, hf_place object, uint64_t index, hf_text key, hf_item item,
                                 hf_error *reterr)
{
    hf__fresh fresh;
    hf_status status = prepare(draft, &object, &item, &fresh, reterr);
    if (status != HF_OK)
        return status;
    status = insert_member(draft, &object, index, key, &fresh, reterr);
    if (status != HF_OK)
        hf__fresh_discard(draft, &fresh);
    hf__draft_settle(draft);
    return name_place(&object, status, reterr);
}

/* ---- renaming and removing --------------------------------------------------------------- */

hf_status hf_draft_rename(hf_draft *draft, hf_place member, hf_text key, hf_error *reterr)
{
    hf__spot spot;
    hf__fresh name;
    hf_status status = hf__draft_check(draft, reterr);
    if (status == HF_OK)
        status = hf__place_keep(draft, &member, 0, reterr);
    if (status == HF_OK)
        status = hf__fresh_text(&name, key, HF__KEY, reterr);
    if (status == HF_OK)
        status = hf__scratch_keep(draft, &draft->scratch_item, &key, reterr);
    if (status == HF_OK && (status = hf__locate(draft, &member, true, &spot, reterr)) != HF_OK)
        return status;
    if (status != HF_OK)
        return name_place(&member, status, reterr);
    hf__chunk *chunk = draft->chunks[spot.chunk];
    if (!chunk->is_object || spot.is_root)
        return hf__place_fail(&member, member.text.length, HF_WRONG_KIND, reterr);
    hf__key wanted = hf__key_of(key);
    uint32_t position = spot.position - 1;
    if (hf__key_matches(&wanted, &chunk->slots[position]))
        return HF_OK;
    if (hf__chunk_find(draft, chunk, &wanted) != HF__NO_POSITION)
        return hf__place_fail(&member, member.text.length, HF_DUPLICATE_KEY, reterr);
    if (name.copies)
        name.text = key;
    status = hf__chunk_reserve(draft, spot.chunk, 0, text_needed(&name), reterr);
    if (status != HF_OK)
        return name_place(&member, status, reterr);
    chunk = draft->chunks[spot.chunk];
    hf__chunk_index_remove(draft, chunk, position);
    hf__chunk_forget_text(chunk, &chunk->slots[position]);
    hf__fresh_put(draft, chunk, position, &name, 0);
    hf__chunk_index_add(draft, chunk, position);
    hf__chunk_trim(draft, chunk);
    return HF_OK;
}

hf_status hf_draft_remove(hf_draft *draft, hf_place place, hf_error *reterr)
{
    hf__spot spot;
    hf_status status = hf__draft_check(draft, reterr);
    if (status == HF_OK)
        status = hf__place_keep(draft, &place, 0, reterr);
    if (status == HF_OK)
        status = hf__locate(draft, &place, true, &spot, reterr);
    if (status != HF_OK)
        return status;
    hf__chunk *chunk = draft->chunks[spot.chunk];
    if (spot.chunk == HF__CHUNK_ROOT) {
        if ((status = hf__pins_reserve(draft, 1, reterr)) != HF_OK)
            return status;
        hf__link_keep(draft, chunk, spot.position);
        hf__release_content(draft, chunk, spot.position);
    } else {
        uint32_t position = remove_equal(draft, chunk, spot.position);
        remove_child(draft, chunk, position);
    }
    hf__chunk_trim(draft, chunk);
    hf__draft_settle(draft);
    return HF_OK;
}

/* ---- moving ------------------------------------------------------------------------------ */

bool hf__is_below(const hf_draft *draft, uint32_t chunk, uint32_t other, uint32_t position)
{
    const hf__slot *slot = &draft->chunks[other]->slots[position];
    while (chunk != HF__CHUNK_ROOT) {
        const hf__chunk *at = draft->chunks[chunk];
        if (at->owner == slot)
            return true;
        chunk = at->parent;
    }
    return false;
}

bool hf__goes_with(const hf_draft *draft, const hf__spot *replaced, uint32_t chunk, uint32_t position)
{
    while (chunk != replaced->chunk && chunk != HF__CHUNK_ROOT) {
        const hf__chunk *at = draft->chunks[chunk];
        position = (uint32_t)(at->owner - draft->chunks[at->parent]->slots);
        chunk = at->parent;
    }
    if (chunk != replaced->chunk)
        return false;
    const hf__chunk *around = draft->chunks[chunk];
    return position == replaced->position ||
           (around->is_object && hf__key_equal(&around->slots[position - 1], &around->slots[replaced->position - 1]));
}

/* A value goes from one place to another, whose slot is free; text in reserved room, pins with it. */
static void transfer(hf_draft *draft, hf__chunk *from, uint32_t position, hf__chunk *to, uint32_t to_position)
{
    hf__slot *slot = &from->slots[position], *target = &to->slots[to_position];
    hf_text outer = hf__slot_outer(slot);
    bool is_moved = outer.length > 0 && from != to && (uintptr_t)outer.bytes - (uintptr_t)from->text < from->text_used;
    *target = *slot;
    if (is_moved) {
        memcpy(to->text + to->text_used, outer.bytes, outer.length);
        hf__slot_point(target, to->text + to->text_used);
        to->text_used += outer.length;
        from->text_dead += outer.length;
    } else if (hf__kind(slot) == HF__BYTES || outer.length > 0) {
        hf__slot_point(target, outer.bytes);
    } else if (hf__is_container(target)) {
        hf__chunk_of(draft, target)->owner = target;
        hf__chunk_of(draft, target)->parent = to->number;
    }
    to->has_fixups = true;
    hf__pins_carry(draft, from, position, to, to_position);
    *slot = (hf__slot){ HF__NULL, 0 };
}

static bool is_own_text(const hf__chunk *chunk, hf_text outer)
{
    return outer.length > 0 && (uintptr_t)outer.bytes - (uintptr_t)chunk->text < chunk->text_used;
}

static uint64_t own_text(const hf__chunk *chunk, uint32_t position)
{
    hf_text outer = hf__slot_outer(&chunk->slots[position]);
    return is_own_text(chunk, outer) ? outer.length : 0;
}

/* A child that was taken out, with what it takes to put it back. Its text stays where it was, dead,
 * until a call makes room in the chunk; after that nothing fails any more. */
typedef struct taken {
    uint32_t chunk, position;
    hf__slot key;
    hf_text  key_text, value_text; /* length 0: not in the chunk's own text */
    hf_text  key_anywhere;
} taken;

/* Takes the value into limbo, whose text has room, and its member or element out. */
static taken take(hf_draft *draft, hf__chunk *chunk, uint32_t position)
{
    taken child = { chunk->number, position, { 0, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
    hf_text outer = hf__slot_outer(&chunk->slots[position]);
    if (is_own_text(chunk, outer))
        child.value_text = outer;
    if (chunk->is_object) {
        child.key = chunk->slots[position - 1];
        child.key_anywhere = hf__slot_outer(&chunk->slots[position - 1]);
        if (is_own_text(chunk, child.key_anywhere))
            child.key_text = child.key_anywhere;
    }
    hf__pins_mark(draft, chunk, position + 1 - hf__step_of(chunk));
    transfer(draft, chunk, position, draft->chunks[HF__CHUNK_ROOT], LIMBO);
    close_over(draft, chunk, position);
    return child;
}

static void put_back(hf_draft *draft, const taken *child)
{
    hf__chunk *chunk = draft->chunks[child->chunk], *root = draft->chunks[HF__CHUNK_ROOT];
    uint32_t step = hf__step_of(chunk), first = child->position + 1 - step;
    hf__chunk_open_gap(draft, chunk, first, step);
    hf__pins_restore(draft, chunk, first, step);
    if (chunk->is_object) {
        chunk->slots[first] = child->key;
        if (child->key_anywhere.length > 0)
            hf__slot_point(&chunk->slots[first], child->key_anywhere.bytes);
        chunk->text_dead -= child->key_text.length;
    }
    if (child->value_text.length > 0) {
        hf__chunk_forget_text(root, &root->slots[LIMBO]);
        hf__slot_point(&root->slots[LIMBO], child->value_text.bytes);
        chunk->text_dead -= child->value_text.length;
    }
    transfer(draft, root, LIMBO, chunk, child->position);
    if (chunk->is_object)
        hf__chunk_index_add(draft, chunk, first);
    count_children(chunk);
}

/* Whether pointer `to` leads to a place below pointer `from`, by its spelling. */
static bool is_pointer_below(const hf_place *from, const hf_place *to)
{
    return from->kind == HF__PLACE_POINTER && to->kind == HF__PLACE_POINTER && from->from.id == to->from.id &&
           to->text.length > from->text.length && to->text.bytes[from->text.length] == '/' &&
           (from->text.length == 0 || memcmp(from->text.bytes, to->text.bytes, from->text.length) == 0);
}

/* Puts the value that waits in limbo to a place found without it. */
static hf_status attach(hf_draft *draft, const hf_place *to, hf__spot *ret_spot, hf_error *reterr)
{
    hf__chunk *root = draft->chunks[HF__CHUNK_ROOT];
    uint64_t text = own_text(root, LIMBO);
    hf__spot spot;
    hf_status status = hf__locate(draft, to, false, &spot, reterr);
    if (status != HF_OK)
        return status;
    *ret_spot = spot;
    if ((spot.chunk == HF__CHUNK_ROOT && spot.position == LIMBO) || hf__is_below(draft, spot.chunk, HF__CHUNK_ROOT, LIMBO))
        return hf__place_fail(to, to->text.length, HF_CYCLE, reterr);
    hf__chunk *chunk = draft->chunks[spot.chunk];
    if (spot.position != HF__NO_POSITION && (spot.has_key || chunk->is_object || spot.chunk == HF__CHUNK_ROOT)) {
        if (spot.chunk != HF__CHUNK_ROOT) /* the text lies there already */
            status = hf__chunk_reserve(draft, spot.chunk, 0, text, reterr);
        if (status != HF_OK)
            return status;
        chunk = draft->chunks[spot.chunk];
        uint32_t position = remove_equal(draft, chunk, spot.position);
        hf__release_value(draft, chunk, position);
        transfer(draft, draft->chunks[HF__CHUNK_ROOT], LIMBO, chunk, position);
        return HF_OK;
    }
    /* A null is put first; room for the text of what replaces it is made together with its own. */
    hf__fresh room = { { HF__NULL, 0 }, { NULL, text }, true, false };
    status = add_at(draft, &spot, &room, reterr);
    if (status != HF_OK)
        return status;
    chunk = draft->chunks[spot.chunk];
    transfer(draft, draft->chunks[HF__CHUNK_ROOT], LIMBO, chunk, spot.has_key ? chunk->used - 1 : (uint32_t)spot.index);
    return HF_OK;
}

/* Equal keys that the member had beside it go with it, as with hf_draft_remove; but not the one it went into. */
static void remove_left_over(hf_draft *draft, uint32_t number, const hf__key *key, const hf__spot *spot)
{
    if ((uintptr_t)draft->chunks[number] & 1) /* it lay in what was replaced */
        return;
    hf__chunk *chunk = draft->chunks[number];
    if (!chunk->is_object || (spot->chunk == number && spot->has_key && hf__same_key(&spot->key, key)))
        return;
    for (uint32_t at; (at = hf__chunk_find(draft, chunk, key)) != HF__NO_POSITION;) {
        if (hf__is_below(draft, spot->chunk, number, at + 1))
            return;
        remove_child(draft, chunk, at + 1);
    }
}

hf_status hf_draft_move(hf_draft *draft, hf_place from, hf_place to, hf_error *reterr)
{
    hf__spot spot;
    hf_status status = hf__draft_check(draft, reterr);
    if (status == HF_OK)
        status = hf__place_keep(draft, &from, 0, reterr);
    if (status == HF_OK)
        status = hf__place_keep(draft, &to, 1, reterr);
    if (status != HF_OK)
        return status;
    if (is_pointer_below(&from, &to))
        return hf__place_fail(&to, to.text.length, HF_CYCLE, reterr);
    status = hf__locate(draft, &from, true, &spot, reterr);
    if (status != HF_OK)
        return status;
    if (spot.chunk == HF__CHUNK_ROOT)
        return hf_draft_root(draft).slot == hf_draft_get(draft, to).slot
                   ? HF_OK
                   : hf__place_fail(&to, to.text.length, HF_CYCLE, reterr);
    hf__chunk *chunk = draft->chunks[spot.chunk];
    hf_text key = chunk->is_object ? hf__slot_text(&chunk->slots[spot.position - 1]) : hf_text_of(NULL, 0);
    status = hf__scratch_keep(draft, &draft->scratch_item, &key, reterr);
    if (status == HF_OK)
        status = hf__chunk_reserve(draft, HF__CHUNK_ROOT, 0, own_text(chunk, spot.position), reterr);
    if (status != HF_OK)
        return name_place(&from, status, reterr);
    hf__key wanted = hf__key_of(key);
    taken child = take(draft, chunk, spot.position);
    status = attach(draft, &to, &spot, reterr);
    if (status != HF_OK)
        put_back(draft, &child);
    else
        remove_left_over(draft, child.chunk, &wanted, &spot);
    hf__chunk_trim(draft, draft->chunks[HF__CHUNK_ROOT]);
    if (status == HF_OK && !((uintptr_t)draft->chunks[child.chunk] & 1))
        hf__chunk_trim(draft, draft->chunks[child.chunk]);
    hf__draft_settle(draft);
    return status;
}

hf_status hf_draft_swap(hf_draft *draft, hf_place a, hf_place b, hf_error *reterr)
{
    hf__spot first, second;
    hf_status status = hf__draft_check(draft, reterr);
    if (status == HF_OK)
        status = hf__place_keep(draft, &a, 0, reterr);
    if (status == HF_OK)
        status = hf__place_keep(draft, &b, 1, reterr);
    if (status == HF_OK)
        status = hf__locate(draft, &a, true, &first, reterr);
    if (status == HF_OK)
        status = hf__locate(draft, &b, true, &second, reterr);
    if (status != HF_OK)
        return status;
    if (first.chunk == second.chunk && first.position == second.position)
        return HF_OK;
    if (hf__is_below(draft, first.chunk, second.chunk, second.position) ||
        hf__is_below(draft, second.chunk, first.chunk, first.position))
        return hf__place_fail(&b, b.text.length, HF_CYCLE, reterr);
    hf__chunk *one = draft->chunks[first.chunk], *other = draft->chunks[second.chunk];
    uint64_t one_text = own_text(one, first.position), other_text = own_text(other, second.position);
    status = hf__chunk_reserve(draft, HF__CHUNK_ROOT, 0, one_text, reterr);
    if (status == HF_OK && one != other)
        status = hf__chunk_reserve(draft, first.chunk, 0, other_text, reterr);
    if (status == HF_OK)
        status = hf__chunk_reserve(draft, second.chunk, 0, one_text, reterr);
    if (status != HF_OK)
        return name_place(&b, status, reterr);
    hf__chunk *root = draft->chunks[HF__CHUNK_ROOT];
    one = draft->chunks[first.chunk];
    other = draft->chunks[second.chunk];
    transfer(draft, one, first.position, root, LIMBO);
    transfer(draft, other, second.position, one, first.position);
    transfer(draft, root, LIMBO, other, second.position);
    hf__chunk_trim(draft, root);
    hf__chunk_trim(draft, draft->chunks[first.chunk]);
    hf__chunk_trim(draft, draft->chunks[second.chunk]);
    return HF_OK;
}
