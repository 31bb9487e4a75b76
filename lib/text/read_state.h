/* read_state.h - one reading under way: its text, its limits, the block it fills, how it failed.
 *
 * The block while it grows:
 *
 *     [header 128][source text + padding][slots, growing up ... room ... side text, growing down]
 *
 * The source part is missing when the text stays where the caller has it. Side text is what has
 * no spelling in the source: unescaped text, and with drop_text all long text. It grows from the
 * block's end, so that both share one room, and nobody has to foresee how much each will need. Slots
 * refer to both texts relative to themselves; whoever moves one part corrects the references
 * (hf__move_references).
 *
 * While a container is open its slot holds, instead of what value_layout.h says,
 *     lo 24..63  distance to the slot of the container around it, 0 for the root
 *     hi  0..31  slots below it that belong to child containers, 32..63 where it starts in the text
 * so that the way back needs no stack. */
#ifndef HOLDFAST_READ_STATE_H
#define HOLDFAST_READ_STATE_H

#include <holdfast/read.h>

#include "memory/allocate.h"
#include "value/home.h"

enum {
    HF__READ_PADDING = 64,  /* bytes behind a source text in the block that its reader may fill */
    HF__READ_STAGED_MIN = 1536, /* from here on it may be read in stages, which need more: */
    HF__READ_STAGED_PADDING = 128,
    HF__READ_SPARE   = 8   /* slots of room that the readers may count on behind `slot_capacity` */
};

/* The longest text: places in it are 32 bits. */
#define HF__READ_BYTES_MAX 0xffffffffu

typedef struct hf__fault {
    hf_status   status;
    const char *place;    /* in the text */
    const char *expected; /* what should have stood there, for the message; NULL: the status says it */
    hf__slot   *top;      /* the innermost open container; NULL: none */
    hf__slot   *next;     /* behind the slots that are written */
    bool        inside;   /* in a value that had begun: its own index belongs to the place */
} hf__fault;

typedef struct hf__reading {
    /* What is read. */
    const char *text;       /* valid for `length` bytes */
    size_t      length;
    bool        is_padded;  /* HF__READ_PADDING bytes follow that may be written */
    bool        is_inside;  /* the text lies in the block */
    bool        keep_text;  /* slots refer to the source */
    bool        many;       /* stops behind the first value: `consumed` */
    uint64_t    refused_slot; /* a key at this slot is refused as a duplicate; 0: none is */
    size_t      skipped;    /* bytes of a byte order mark before `text` */
    const char *pending;    /* the caller's text, to be copied to `text` when it is read; NULL: it is there */

    /* How. */
    bool        allow_comments, allow_trailing_commas, replace_surrogates, numbers_as_text;
    uint64_t    values_max;
    uint32_t    depth_max;
    hf__memory  memory;

    /* The block. */
    char       *block;
    size_t      block_bytes;   /* allocated and charged */
    size_t      slots_offset;
    size_t      side_end, side_used; /* the side text ends at `side_end` */
    unsigned    growths;

    /* What came out. */
    size_t      slot_count, consumed;
    uint64_t    values, wide_count;
    uint32_t    depth;
    bool        is_relaxed;    /* an extension was met: nothing may be written from the source */
    hf__fault   fault;
    hf_error   *reterr;        /* filled at once by failures that have no place (memory) */
} hf__reading;

static inline hf__slot *hf__reading_slots(const hf__reading *reading)
{
    return (hf__slot *)(void *)(reading->block + reading->slots_offset);
}
/* The text, when it lies in the block. */
static inline char *hf__reading_text(const hf__reading *reading)
{
    return reading->block + (reading->text - reading->block);
}
static inline char *hf__reading_side(const hf__reading *reading)
{
    return reading->block + reading->side_end - reading->side_used;
}
/* How many slots there is room for below the side text; HF__READ_SPARE more can be written. */
static inline size_t hf__reading_slot_room(const hf__reading *reading)
{
    size_t room = reading->side_end - reading->side_used - reading->slots_offset;
    return room / sizeof(hf__slot) > HF__READ_SPARE ? room / sizeof(hf__slot) - HF__READ_SPARE : 0;
}
/* Whether `slots` in all leave room for `bytes` more of side text. */
static inline bool hf__reading_has_room(const hf__reading *reading, size_t slots, size_t bytes)
{
    size_t side = reading->side_used + bytes, slots_end = reading->slots_offset + (slots + HF__READ_SPARE) * sizeof(hf__slot);
    return slots_end <= reading->side_end && side <= reading->side_end - slots_end;
}
/* Gives the last `length` of the lowest `room` bytes of side text that were asked room for, and
 * written from their beginning on, their place next to the others. */
static inline const char *hf__reading_put_side(hf__reading *reading, size_t room, size_t length)
{
    char *written = hf__reading_side(reading) - room;
    reading->side_used += length;
    return length == room ? written : memmove(written + (room - length), written, length);
}

/* ---- the block (read_block.c) ------------------------------------------------------------ */

/* Room that a text is likely to need (read_estimate.c). */
void hf__reading_estimate(const hf__reading *reading, const char *text, size_t length, size_t *ret_slots,
                          size_t *ret_side);

/* All return HF_OK, HF_NO_MEMORY or HF_LIMIT_BYTES, the latter with reading->reterr filled. */

/* Takes a block with room for `source` bytes of text and their padding (none for 0), `slots` and
 * `side` bytes, or more when such a block waits to be recycled. The text is not copied. */
hf_status hf__reading_begin(hf__reading *reading, size_t source, size_t slots, size_t side);

/* More room for slots, of which `used` are written, having read `done` bytes, and for `side_bytes`
 * more of side text: hf__reading_has_room(reading, used + 1, side_bytes) holds then. Everything may
 * move; reading->text follows when it lies in the block. */
hf_status hf__reading_grow(hf__reading *reading, size_t used, size_t done, size_t side_bytes);

/* Room for what the text is likely to need, before it is read: for one that was not known when the block
 * was taken. Memory that is refused will be asked for again when it is needed. */
void hf__reading_foresee(hf__reading *reading);

/* Gives back what was not needed and fills in the header. Cannot fail. */
void hf__reading_finish(hf__reading *reading);

/* Frees the block. Fine at any time. */
void hf__reading_abandon(hf__reading *reading);

/* Adds `bytes` to the text references of slots that lead into [low, high). */
void hf__move_references(hf__slot *slots, size_t count, const char *low, const char *high, int64_t bytes);

static inline int64_t hf__bracket_offset(const hf__slot *close)
{
    return (int64_t)((close->lo >> 16 & 255) << 56 | (close->hi >> 32) << 24) >> 24;
}

/* Where the container's text ends, seen from its closing slot, and how long it is. Text that lies
 * farther away than 40 bits reach (borrowed) is not known then. */
static inline void hf__put_bracket(hf__slot *close, uint64_t offset, uint32_t length)
{
    bool known = (int64_t)(offset << 24) >> 24 == (int64_t)offset;
    close->lo = (close->lo & ~(uint64_t)0xff0000) | (known ? offset >> 16 & 0xff0000 : 0);
    close->hi = known ? offset << 32 | length : HF__SOURCE_UNKNOWN;
}

/* Adds `bytes` to every text reference of one slot that has any: corrects a slot that was moved. */
static inline void hf__move_slot_references(hf__slot *slot, int64_t bytes)
{
    switch (hf__kind(slot)) {
    case HF__NULL:
    case HF__BOOL:
    case HF__INT64:
    case HF__UINT64:
    case HF__DOUBLE:
    case HF__NUMTEXT:
        if (slot->lo >> 16 != 0)
            slot->lo += (uint64_t)bytes << 16;
        return;
    case HF__LONG_TEXT:
        slot->hi += (uint64_t)bytes << 16;
        return;
    case HF__CLOSE:
        if ((uint32_t)slot->hi != HF__SOURCE_UNKNOWN)
            hf__put_bracket(slot, (uint64_t)(hf__bracket_offset(slot) + bytes), (uint32_t)slot->hi);
        return;
    default:
        return;
    }
}

/* ---- the readers ------------------------------------------------------------------------- */

/* Each reads reading->text whole (or one value of it) and returns HF_OK, or a status with
 * reading->fault set; HF_NO_MEMORY and HF_LIMIT_BYTES have reading->reterr filled instead. */
hf_status hf__read_careful(hf__reading *reading);

/* The same text to the same slots, for strict reading of padded text in the block. Any failure means only:
 * read with the careful reader. In stages, from HF__READ_STAGED_MIN bytes to 2 GiB, numbers converted: */
hf_status hf__read_avx512(hf__reading *reading);

/* In one pass, of any length (read_fast.h): */
hf_status hf__read_fast(hf__reading *reading);
hf_status hf__read_fast_avx2(hf__reading *reading);

/* Keeps the last or the first of equal keys, or refuses them (read_duplicates.c). Statuses as above. */
hf_status hf__read_duplicates(hf__reading *reading, hf_duplicates policy);

/* Fills *reterr from reading->fault (read_error.c). `text` is the whole text that was given, with
 * what reading->skipped counts. Returns the fault's status. */
hf_status hf__reading_fail(const hf__reading *reading, hf_error *reterr);

#endif
