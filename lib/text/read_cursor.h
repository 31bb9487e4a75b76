/* read_cursor.h - where a reading stands, and the slots that it writes as it goes: shared by the readers
 * that go through the text value by value.
 *
 * A cursor lives in registers while a reader runs: cold paths get a copy of it (HF__WITH_CURSOR). */
#ifndef HOLDFAST_READ_CURSOR_H
#define HOLDFAST_READ_CURSOR_H

#include "text/read_scan.h"
#include "text/read_state.h"

#define HF__ALWAYS_INLINE static inline __attribute__((always_inline))

typedef struct hf__cursor {
    const char *at, *end;   /* what is left of the text */
    hf__slot   *slot;       /* the next slot */
    hf__slot   *room;       /* from here on, slots must be made room for */
    hf__slot   *top;        /* the innermost open container, NULL: none */
    uint64_t    values_left;
    uint64_t    aside;      /* slots that are keys or closing: no values */
    uint64_t    wide_count;
    uint32_t    depth;      /* open containers */
    uint32_t    deepest;
    uint64_t    source;     /* all ones when slots refer to the source, else 0 */
} hf__cursor;

/* At the reading's beginning. */
static inline hf__cursor hf__cursor_of(const hf__reading *reading)
{
    hf__slot *slots = hf__reading_slots(reading);
    hf__cursor c = {
        .at = reading->text,
        .end = reading->text + reading->length,
        .slot = slots,
        .room = slots + hf__reading_slot_room(reading),
        .values_left = reading->values_max,
        .source = reading->keep_text ? ~(uint64_t)0 : 0,
    };
    return c;
}

/* Points the cursor at everything again after the block may have moved. */
static inline void hf__cursor_rebase(const hf__reading *reading, hf__cursor *c, const char *old_text, const hf__slot *old_slots)
{
    hf__slot *slots = hf__reading_slots(reading);
    c->at = reading->text + (c->at - old_text);
    c->end = reading->text + reading->length;
    c->slot = slots + (c->slot - old_slots);
    c->top = c->top != NULL ? slots + (c->top - old_slots) : NULL;
    c->room = slots + hf__reading_slot_room(reading);
}

static inline hf_status hf__cursor_grow(hf__reading *reading, hf__cursor *c, size_t side_bytes)
{
    const char *text = reading->text;
    hf__slot *slots = hf__reading_slots(reading);
    hf_status status = hf__reading_grow(reading, (size_t)(c->slot - slots), (size_t)(c->at - text), side_bytes);
    if (status == HF_OK)
        hf__cursor_rebase(reading, c, text, slots);
    return status;
}

/* Calls a function that takes the cursor by address without letting the address out of here. */
#define HF__WITH_CURSOR(result, c, call) \
    do {                                 \
        hf__cursor moved = *(c);         \
        (result) = (call);               \
        *(c) = moved;                    \
    } while (0)

/* ---- cold parts (read_pass.c) ------------------------------------------------------------ */

/* From `begin` to the closing quote at c->at, into the next slot by way of the side text: what has
 * escapes, or no source to refer to. */
hf_status hf__read_side_text(hf__reading *reading, hf__cursor *c, const char *begin, uint64_t flags);

/* Any number at c->at into the next slot, by the general way; c->at is behind it then. */
hf_status hf__read_any_number(hf__reading *reading, hf__cursor *c);

/* ---- slots ------------------------------------------------------------------------------- */

HF__ALWAYS_INLINE void hf__cursor_literal(hf__cursor *c, uint64_t head, size_t length)
{
    uint64_t source = (uint64_t)(c->at - (char *)c->slot) << 16;
    c->slot->lo = head | (source & c->source);
    c->slot->hi = 0;
    c->slot++;
    c->at += length;
}

HF__ALWAYS_INLINE void hf__cursor_open(const hf__reading *reading, hf__cursor *c, bool is_object)
{
    uint64_t distance = c->top != NULL ? (uint64_t)(c->slot - c->top) : 0;
    c->slot->lo = (is_object ? HF__OBJECT : HF__ARRAY) | distance << 24;
    c->slot->hi = (uint64_t)(c->at - reading->text) << 32;
    c->top = c->slot++;
    c->depth++;
    c->at++;
}

/* At the closing bracket. */
HF__ALWAYS_INLINE void hf__cursor_close(const hf__reading *reading, hf__cursor *c, bool is_object)
{
    hf__slot *top = c->top, *slot = c->slot;
    uint64_t way_back = (uint64_t)(slot - top), outward = top->lo >> 24;
    uint64_t count = (way_back - 1 - (uint32_t)top->hi) >> is_object;
    slot->lo = HF__CLOSE | (is_object ? HF__KEY : 0u) | way_back << 24;
    slot->hi = HF__SOURCE_UNKNOWN;
    if (c->source != 0)
        hf__put_bracket(slot, (uint64_t)(c->at - (char *)slot), (uint32_t)(c->at - reading->text) + 1 - (uint32_t)(top->hi >> 32));
    uint64_t wide = 0;
    if (HF_UNLIKELY(hf__is_wide(is_object, count, way_back + 1)))
        wide = ++c->wide_count;
    top->lo = (top->lo & 15) | (way_back + 1) << 24;
    top->hi = count | wide << 32;
    c->slot++;
    c->at++;
    c->aside++;
    c->depth--;
    c->top = NULL;
    if (outward != 0) {
        c->top = top - outward;
        c->top->hi += way_back; /* these slots are no members of the container around */
    }
}

/* ---- the end ----------------------------------------------------------------------------- */

static inline hf_status hf__cursor_finish(hf__reading *reading, const hf__cursor *c)
{
    hf__slot *slots = hf__reading_slots(reading);
    reading->slot_count = (size_t)(c->slot - slots);
    reading->consumed = (size_t)(c->at - reading->text);
    reading->values = reading->slot_count - c->aside;
    reading->wide_count = c->wide_count;
    reading->depth = c->deepest;
    return HF_OK;
}

#endif
