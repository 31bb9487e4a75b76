/* pin.c - places that are kept up to date while slots move: handles, iterations, link targets.
 *
 * A pin is found by its id and proves itself by its serial number, which is never given twice: those of
 * different drafts begin as far from each other as can be, so that a handle is good in its own alone. Pins
 * of one chunk are in a list, so that a change costs the pins of the container it happens in. */
#include "edit/draft_state.h"

hf_status hf__pins_reserve(hf_draft *draft, uint64_t count, hf_error *reterr)
{
    uint64_t needed = (uint64_t)draft->pins_live + count + 1; /* 0 is no id */
    if (needed <= draft->pin_count || needed <= draft->pin_capacity)
        return HF_OK;
    void *pins = draft->pins;
    hf_status status = hf__draft_grow(draft, &pins, &draft->pin_capacity, needed, sizeof *draft->pins, reterr);
    draft->pins = pins;
    if (status != HF_OK)
        return status;
    if (draft->pin_count == 0) {
        memset(&draft->pins[0], 0, sizeof *draft->pins);
        draft->pin_count = 1;
    }
    return HF_OK;
}

static void link_in(hf_draft *draft, uint32_t id, hf__chunk *chunk)
{
    hf__pin *pin = &draft->pins[id];
    pin->chunk = chunk->number;
    pin->previous = 0;
    pin->next = chunk->first_pin;
    if (pin->next != 0)
        draft->pins[pin->next].previous = id;
    chunk->first_pin = id;
}

static void unlink_pin(hf_draft *draft, uint32_t id)
{
    hf__pin *pin = &draft->pins[id];
    if (pin->previous != 0)
        draft->pins[pin->previous].next = pin->next;
    else
        draft->chunks[pin->chunk]->first_pin = pin->next;
    if (pin->next != 0)
        draft->pins[pin->next].previous = pin->previous;
}

void hf__pins_begin(hf_draft *draft)
{
    static _Atomic uint64_t drafts;
    draft->serial = atomic_fetch_add_explicit(&drafts, 1, memory_order_relaxed) * 0x9e3779b97f4a7c15u; /* 2^64 by the golden ratio */
}

uint32_t hf__pin_add(hf_draft *draft, hf__pin_kind kind, uint32_t chunk, uint32_t position)
{
    uint32_t id = draft->pin_free;
    if (id != 0)
        draft->pin_free = draft->pins[id].chunk;
    else
        id = draft->pin_count++;
    hf__pin *pin = &draft->pins[id];
    memset(pin, 0, sizeof *pin);
    draft->serial += draft->serial == UINT64_MAX ? 2 : 1; /* 0 is none */
    pin->serial = draft->serial;
    pin->kind = kind;
    pin->position = position;
    link_in(draft, id, draft->chunks[chunk]);
    draft->pins_live++;
    return id;
}

/* The pin is in no list. */
static void free_pin(hf_draft *draft, uint32_t id)
{
    hf__pin *pin = &draft->pins[id];
    pin->kind = HF__PIN_FREE;
    pin->serial = 0;
    pin->chunk = draft->pin_free;
    draft->pin_free = id;
    draft->pins_live--;
}

void hf__pin_remove(hf_draft *draft, uint32_t id)
{
    unlink_pin(draft, id);
    free_pin(draft, id);
}

hf__pin *hf__pin_find(const hf_draft *draft, hf_handle handle)
{
    if (handle.id == 0 || handle.id >= draft->pin_count || draft->pins[handle.id].serial != handle.serial ||
        handle.serial == 0)
        return NULL;
    return &draft->pins[handle.id];
}

void hf__pins_shift(hf_draft *draft, hf__chunk *chunk, uint32_t at, int64_t by)
{
    for (uint32_t id = chunk->first_pin; id != 0; id = draft->pins[id].next)
        if (draft->pins[id].position >= at && draft->pins[id].position != HF__NO_POSITION)
            draft->pins[id].position = (uint32_t)(draft->pins[id].position + by);
}

void hf__pins_mark(hf_draft *draft, hf__chunk *chunk, uint32_t position)
{
    for (uint32_t id = chunk->first_pin; id != 0; id = draft->pins[id].next)
        if (draft->pins[id].kind == HF__PIN_ITER)
            draft->pins[id].link = draft->pins[id].position == position;
}

void hf__pins_restore(hf_draft *draft, hf__chunk *chunk, uint32_t position, uint32_t by)
{
    for (uint32_t id = chunk->first_pin; id != 0; id = draft->pins[id].next)
        if (draft->pins[id].kind == HF__PIN_ITER &&
            (draft->pins[id].position == position || draft->pins[id].position == position + by))
            draft->pins[id].position = draft->pins[id].link ? position : position + by;
}

/* A link's target goes: link.c counts on the entry to say so. */
static void end_pin(hf_draft *draft, uint32_t id)
{
    if (draft->pins[id].kind == HF__PIN_LINK)
        hf__link_target_gone(draft, draft->pins[id].link);
    free_pin(draft, id);
}

void hf__pins_end_at(hf_draft *draft, hf__chunk *chunk, uint32_t position)
{
    for (uint32_t id = chunk->first_pin, next; id != 0; id = next) {
        next = draft->pins[id].next;
        if (draft->pins[id].position != position || draft->pins[id].kind == HF__PIN_ITER)
            continue;
        if (draft->pins[id].kind == HF__PIN_SEEN) {
            draft->pins[id].position = HF__NO_POSITION;
            continue;
        }
        unlink_pin(draft, id);
        end_pin(draft, id);
    }
}

void hf__pins_end_all(hf_draft *draft, hf__chunk *chunk)
{
    for (uint32_t id = chunk->first_pin, next; id != 0; id = next) {
        next = draft->pins[id].next;
        end_pin(draft, id);
    }
    chunk->first_pin = 0;
}

void hf__pins_carry(hf_draft *draft, hf__chunk *from, uint32_t position, hf__chunk *to, uint32_t to_position)
{
    for (uint32_t id = from->first_pin, next; id != 0; id = next) {
        next = draft->pins[id].next;
        if (draft->pins[id].position != position || draft->pins[id].kind == HF__PIN_ITER)
            continue;
        if (draft->pins[id].kind == HF__PIN_SEEN) {
            draft->pins[id].position = HF__NO_POSITION;
            continue;
        }
        unlink_pin(draft, id);
        draft->pins[id].position = to_position;
        link_in(draft, id, to);
    }
}
