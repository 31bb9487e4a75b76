/* chunk.c - the children of one edited container: slots with room to grow, their text, their index.
 *
 * Slots move when children are inserted or removed and when the chunk grows; what is relative to a
 * slot (text) and what points to one (the owner field of a child's chunk) moves with it, in one pass
 * over the slots that moved. Text is appended; what is dead is left out when the text grows or when
 * more is dead than live. */
#include "edit/draft_state.h"

enum { FIRST_CELLS = 32, TRIM_SLOTS = 16, TRIM_TEXT = 1024, TEXT_SLACK = 32 };

/* ---- slots that refer to text ------------------------------------------------------------ */

hf_text hf__slot_outer(const hf__slot *slot)
{
    hf__slot_kind kind = hf__kind(slot);
    if (kind == HF__LONG_TEXT || kind == HF__BYTES)
        return hf__slot_text(slot);
    if (hf__is_number(slot))
        return hf__number_source(slot);
    return hf_text_of(NULL, 0);
}

static bool is_outer_number(const hf__slot *slot)
{
    return hf__is_number(slot) && hf__number_source(slot).length != 0;
}

void hf__slot_point(hf__slot *slot, const char *bytes)
{
    uint64_t offset = (uint64_t)((uintptr_t)bytes - (uintptr_t)slot);
    if (hf__is_number(slot))
        slot->lo = (slot->lo & 0xffff) | offset << 16;
    else
        slot->hi = (slot->hi & 0xffff) | offset << 16;
}

/* The slots at `slots` stood `by` bytes lower before. */
static void follow(hf_draft *draft, hf__slot *slots, uint64_t count, uintptr_t by)
{
    for (uint64_t i = 0; i < count; i++) {
        hf__slot *slot = &slots[i];
        hf__slot_kind kind = hf__kind(slot);
        if (kind == HF__LONG_TEXT || kind == HF__BYTES)
            slot->hi -= (uint64_t)by << 16;
        else if (is_outer_number(slot))
            slot->lo = (slot->lo & 0xffff) | ((slot->lo >> 16) - by) << 16;
        else if (hf__is_container(slot))
            hf__chunk_of(draft, slot)->owner = slot;
    }
}

void hf__slots_move(hf_draft *draft, hf__slot *to, hf__slot *from, uint64_t count, bool has_fixups)
{
    if (count == 0 || to == from)
        return;
    memmove(to, from, count * sizeof *to);
    if (has_fixups)
        follow(draft, to, count, (uintptr_t)to - (uintptr_t)from);
}

/* ---- life -------------------------------------------------------------------------------- */

size_t hf__chunk_bytes(uint32_t capacity)
{
    return sizeof(hf__chunk) + ((size_t)capacity + 1) * sizeof(hf__slot);
}

hf_status hf__chunk_create(hf_draft *draft, bool is_object, uint32_t capacity, hf__chunk **ret_chunk,
                           hf_error *reterr)
{
    if (draft->chunk_free == 0) {
        void *chunks = draft->chunks;
        hf_status status = hf__draft_grow(draft, &chunks, &draft->chunk_capacity, (uint64_t)draft->chunk_count + 1,
                                          sizeof *draft->chunks, reterr);
        draft->chunks = chunks;
        if (status != HF_OK)
            return status;
    }
    void *memory = NULL;
    hf_status status = hf__draft_resize(draft, &memory, 0, hf__chunk_bytes(capacity), reterr);
    if (status != HF_OK)
        return status;
    hf__chunk *chunk = memory;
    memset(chunk, 0, sizeof *chunk);
    if (draft->chunk_free != 0) {
        chunk->number = draft->chunk_free;
        draft->chunk_free = (uint32_t)((uintptr_t)draft->chunks[chunk->number] >> 1);
    } else {
        chunk->number = draft->chunk_count++;
    }
    draft->chunks[chunk->number] = chunk;
    draft->chunks_live++;
    chunk->capacity = capacity;
    chunk->is_object = is_object;
    hf__chunk_end(chunk);
    *ret_chunk = chunk;
    return HF_OK;
}

void hf__chunk_free(hf_draft *draft, hf__chunk *chunk)
{
    void *text = chunk->text, *memory = chunk;
    hf__chunk_index_drop(draft, chunk);
    (void)hf__draft_resize(draft, &text, chunk->text_capacity, 0, NULL);
    draft->chunks[chunk->number] = (hf__chunk *)(((uintptr_t)draft->chunk_free << 1) | 1);
    draft->chunk_free = chunk->number;
    draft->chunks_live--;
    draft->live_slots -= chunk->used;
    (void)hf__draft_resize(draft, &memory, hf__chunk_bytes(chunk->capacity), 0, NULL);
}

/* Writes the closing slot. */
void hf__chunk_end(hf__chunk *chunk)
{
    uint64_t way_back = chunk->used + sizeof *chunk / sizeof(hf__slot);
    chunk->slots[chunk->used] = (hf__slot){
        HF__CLOSE | HF__EDITED | (chunk->is_object ? (uint64_t)HF__KEY : 0) | way_back << 24, HF__SOURCE_UNKNOWN
    };
}

/* ---- growing and shrinking --------------------------------------------------------------- */

static hf_status resize_slots(hf_draft *draft, hf__chunk **chunk, uint32_t capacity, hf_error *reterr)
{
    uintptr_t before = (uintptr_t)*chunk;
    void *memory = *chunk;
    hf_status status = hf__draft_resize(draft, &memory, hf__chunk_bytes((*chunk)->capacity), hf__chunk_bytes(capacity), reterr);
    if (status != HF_OK)
        return status;
    *chunk = memory;
    (*chunk)->capacity = capacity;
    draft->chunks[(*chunk)->number] = *chunk;
    uintptr_t by = (uintptr_t)memory - before;
    if (by != 0 && (*chunk)->has_fixups)
        follow(draft, (*chunk)->slots, (*chunk)->used, by);
    return HF_OK;
}

/* New text with the live part of the old one and room for `more`. */
static hf_status rebuild_text(hf_draft *draft, hf__chunk *chunk, uint64_t more, hf_error *reterr)
{
    uint64_t wanted = chunk->text_used - chunk->text_dead + more;
    if (wanted > 0)
        wanted += wanted / 4 + TEXT_SLACK;
    void *memory = NULL, *old = chunk->text;
    hf_status status = wanted > 0 ? hf__draft_resize(draft, &memory, 0, wanted, reterr) : HF_OK;
    if (status != HF_OK)
        return status;
    char *text = memory;
    uint64_t used = 0;
    for (uint32_t i = 0; i < chunk->used; i++) {
        hf_text outer = hf__slot_outer(&chunk->slots[i]);
        if (outer.length == 0 || (uintptr_t)outer.bytes - (uintptr_t)chunk->text >= chunk->text_used)
            continue;
        memcpy(text + used, outer.bytes, outer.length);
        hf__slot_point(&chunk->slots[i], text + used);
        used += outer.length;
    }
    (void)hf__draft_resize(draft, &old, chunk->text_capacity, 0, NULL);
    chunk->text = text;
    chunk->text_used = used;
    chunk->text_capacity = wanted;
    chunk->text_dead = 0;
    return HF_OK;
}

hf_status hf__chunk_reserve(hf_draft *draft, uint32_t number, uint32_t slots, uint64_t text, hf_error *reterr)
{
    hf__chunk *chunk = draft->chunks[number];
    if (chunk->capacity - chunk->used < slots) {
        uint64_t wanted = (uint64_t)chunk->used + slots;
        if (wanted > HF__SLOTS_MAX)
            return hf__fail(reterr, HF_LIMIT_COUNT, "in one container");
        wanted += wanted / 2 + 2;
        hf_status status =
            resize_slots(draft, &chunk, (uint32_t)(wanted < HF__SLOTS_MAX ? wanted : HF__SLOTS_MAX), reterr);
        if (status != HF_OK)
            return status;
    }
    if (chunk->text_capacity - chunk->text_used < text)
        return rebuild_text(draft, chunk, text, reterr);
    return HF_OK;
}

void hf__chunk_trim(hf_draft *draft, hf__chunk *chunk)
{
    if (chunk->text_dead > chunk->text_used - chunk->text_dead + TRIM_TEXT ||
        (chunk->text_dead == chunk->text_used && chunk->text_used > 0))
        (void)rebuild_text(draft, chunk, 0, NULL);
    if (chunk->index_cells > FIRST_CELLS && chunk->index_cells / 8 > chunk->used / 2)
        hf__chunk_index_drop(draft, chunk);
    if (chunk->capacity > TRIM_SLOTS && chunk->used < chunk->capacity / 3)
        (void)resize_slots(draft, &chunk, chunk->used + chunk->used / 4 + 2, NULL);
}

void hf__chunk_fit(hf_draft *draft, hf__chunk *chunk)
{
    if (chunk->text_dead > 0)
        (void)rebuild_text(draft, chunk, 0, NULL);
    uint32_t least = chunk->number == HF__CHUNK_ROOT ? chunk->capacity : chunk->used;
    if (chunk->capacity > least)
        (void)resize_slots(draft, &chunk, least, NULL);
}

/* ---- gaps -------------------------------------------------------------------------------- */

/* Members from `member` on get other numbers. */
static void index_shift(hf__chunk *chunk, uint32_t member, uint32_t by)
{
    for (uint32_t i = 0; i < chunk->index_cells; i++)
        chunk->index[i] += chunk->index[i] > member ? by : 0;
}

void hf__chunk_open_gap(hf_draft *draft, hf__chunk *chunk, uint32_t at, uint32_t count)
{
    if (at < chunk->used) {
        hf__slots_move(draft, chunk->slots + at + count, chunk->slots + at, chunk->used - at, chunk->has_fixups);
        if (chunk->index_cells > 0)
            index_shift(chunk, at / 2, count / 2);
        hf__pins_shift(draft, chunk, at, count);
    }
    chunk->used += count;
    draft->live_slots += count;
    hf__chunk_end(chunk);
}

void hf__chunk_close_gap(hf_draft *draft, hf__chunk *chunk, uint32_t at, uint32_t count)
{
    uint32_t behind = at + count;
    hf__pins_shift(draft, chunk, behind, -(int64_t)count);
    if (behind < chunk->used) {
        hf__slots_move(draft, chunk->slots + at, chunk->slots + behind, chunk->used - behind, chunk->has_fixups);
        if (chunk->index_cells > 0)
            index_shift(chunk, behind / 2, (uint32_t)0 - count / 2);
    }
    chunk->used -= count;
    draft->live_slots -= count;
    hf__chunk_end(chunk);
}

void hf__chunk_forget_text(hf__chunk *chunk, const hf__slot *slot)
{
    hf_text outer = hf__slot_outer(slot);
    if (outer.length > 0 && (uintptr_t)outer.bytes - (uintptr_t)chunk->text < chunk->text_used)
        chunk->text_dead += outer.length;
}

/* ---- index ------------------------------------------------------------------------------- */

void hf__chunk_index_drop(hf_draft *draft, hf__chunk *chunk)
{
    void *index = chunk->index;
    (void)hf__draft_resize(draft, &index, chunk->index_cells * sizeof *chunk->index, 0, NULL);
    chunk->index = NULL;
    chunk->index_cells = 0;
    chunk->has_equal_keys = false;
}

/* Puts a member in; an equal key's place is taken. */
static void index_put(hf__chunk *chunk, uint32_t member)
{
    const hf__slot *key = &chunk->slots[2 * member];
    uint32_t mask = chunk->index_cells - 1;
    for (uint32_t at = (uint32_t)hf__key_hash(key) & mask;; at = (at + 1) & mask) {
        uint32_t cell = chunk->index[at];
        if (cell != 0 && !hf__key_equal(&chunk->slots[2 * (cell - 1)], key))
            continue;
        chunk->has_equal_keys |= cell != 0;
        chunk->index[at] = member + 1;
        return;
    }
}

static bool index_build(hf_draft *draft, hf__chunk *chunk)
{
    uint32_t members = chunk->used / 2, cells = FIRST_CELLS;
    if (members > UINT32_MAX / 4)
        return false;
    while (cells < members + members / 2)
        cells *= 2;
    void *memory = NULL;
    if (hf__draft_resize(draft, &memory, 0, cells * sizeof *chunk->index, NULL) != HF_OK)
        return false;
    memset(memory, 0, cells * sizeof *chunk->index);
    chunk->index = memory;
    chunk->index_cells = cells;
    for (uint32_t member = 0; member < members; member++)
        index_put(chunk, member);
    return true;
}

uint32_t hf__chunk_find(hf_draft *draft, hf__chunk *chunk, const hf__key *key)
{
    uint32_t members = chunk->used / 2;
    if (members > HF__INDEX_MEMBERS && (chunk->index_cells > 0 || index_build(draft, chunk))) {
        uint32_t mask = chunk->index_cells - 1;
        for (uint32_t at = (uint32_t)hf__key_hash_of(key) & mask;; at = (at + 1) & mask) {
            uint32_t cell = chunk->index[at];
            if (cell == 0)
                return HF__NO_POSITION;
            if (hf__key_matches(key, &chunk->slots[2 * (cell - 1)]))
                return 2 * (cell - 1);
        }
    }
    for (uint32_t member = members; member-- > 0;)
        if (hf__key_matches(key, &chunk->slots[2 * member]))
            return 2 * member;
    return HF__NO_POSITION;
}

void hf__chunk_index_add(hf_draft *draft, hf__chunk *chunk, uint32_t position)
{
    if (chunk->index_cells == 0)
        return;
    if ((uint64_t)chunk->used / 2 * 5 > (uint64_t)chunk->index_cells * 4)
        hf__chunk_index_drop(draft, chunk); /* the next lookup builds a larger one */
    else
        index_put(chunk, position / 2);
}

void hf__chunk_index_remove(hf_draft *draft, hf__chunk *chunk, uint32_t position)
{
    if (chunk->index_cells == 0)
        return;
    if (chunk->has_equal_keys) {
        hf__chunk_index_drop(draft, chunk);
        return;
    }
    uint32_t mask = chunk->index_cells - 1, wanted = position / 2 + 1;
    uint32_t hole = (uint32_t)hf__key_hash(&chunk->slots[position]) & mask;
    while (chunk->index[hole] != wanted)
        hole = (hole + 1) & mask;
    /* Cells behind the hole move up when their keys' first choice lies at or before it. */
    for (uint32_t at = (hole + 1) & mask; chunk->index[at] != 0; at = (at + 1) & mask) {
        uint32_t home = (uint32_t)hf__key_hash(&chunk->slots[2 * (chunk->index[at] - 1)]) & mask;
        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        chunk->index[hole] = chunk->index[at];
        hole = at;
    }
    chunk->index[hole] = 0;
}
