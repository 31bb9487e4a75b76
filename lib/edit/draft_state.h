/* draft_state.h - what a draft is made of; shared by the files of lib/edit.
 *
 * An edited container is one slot with HF__EDITED and a chunk number; its children, one slot each
 * (two with a key), lie in that chunk:
 *
 *     parent's chunk   ... [key]["a"][key][object, edited, chunk 7] ...
 *                                              ^
 *     chunk 7          { owner ----------------+ , used, text, index ... }
 *                      [key][1][key][mount: own block 0, slot 53][close, edited]
 *                                              |
 *     block 0          ..................[object][key][...][close]   never copied, never changed
 *
 * Invariants (hf__draft_check is this paragraph in code):
 *   - Chunk 0 is no container: its one slot is the root value. Every other live chunk belongs to
 *     exactly one slot, its owner, in a live chunk, and owner leads there.
 *   - A child is one slot. A container that was not changed is a mount of the own block it lies in
 *     (HF__MOUNT_OWN) or of a mounted document; so is text too long to be worth copying.
 *   - Long text and number spellings lie in the chunk's own text, or in a block that the draft refers
 *     to; places are relative to the slot, so moving slots goes through hf__slots_move.
 *   - The closing slot of a chunk stands at slots[used]; its way back leads to the header.
 *   - text_used - text_dead is the text in the chunk that its slots refer to.
 *   - An index, when there is one, finds the last of equal keys.
 *   - Every pin is in the list of its chunk; a pin's position is that of a value slot (HF__PIN_ITER: of
 *     the slot the iteration goes on with; HF__PIN_SEEN: of the value seen last, or none). */
#ifndef HOLDFAST_DRAFT_STATE_H
#define HOLDFAST_DRAFT_STATE_H

#include <holdfast/draft.h>

#include "base/fail.h"
#include "base/misuse.h"
#include "memory/allocate.h"
#include "value/ended.h"
#include "value/home.h"
#include "value/key.h"

enum {
    HF__CHUNK_ROOT = 0,
    HF__SHARED_TEXT = 64,       /* longer text of a block is shared rather than copied */
    HF__INDEX_MEMBERS = 8       /* objects of more members are indexed at the first lookup */
};
#define HF__NO_POSITION UINT32_MAX
#define HF__SLOTS_MAX   (UINT32_MAX - 64) /* in one chunk */

typedef struct hf__chunk {
    hf__slot *owner;            /* NULL: the root's chunk, or one that is not attached yet */
    uint32_t  number, parent;   /* the chunk that `owner` lies in */
    uint32_t  used, capacity;   /* slots; one more for the closing slot is always there */
    uint32_t  first_pin;        /* 0: none */
    uint32_t  index_cells;      /* a power of two; 0: no index */
    uint32_t *index;            /* member number + 1; 0: empty */
    char     *text;
    uint64_t  text_used, text_capacity, text_dead;
    bool      is_object;
    bool      has_fixups;       /* some slot refers to text, or may */
    bool      has_equal_keys;   /* found while indexing: removing drops the index */
    uint8_t   reserved[5];
    hf__slot  before;           /* none: what stands before the first child is no key */
    hf__slot  slots[];
} hf__chunk;

_Static_assert(sizeof(hf__chunk) % sizeof(hf__slot) == 0, "the way back counts slots");

typedef enum hf__pin_kind { HF__PIN_FREE, HF__PIN_HANDLE, HF__PIN_ITER, HF__PIN_SEEN, HF__PIN_LINK } hf__pin_kind;

/* A place that is kept up to date. */
typedef struct hf__pin {
    uint64_t serial;
    uint32_t chunk, position; /* chunk of a free pin: the next free one */
    uint32_t next, previous;  /* in the chunk's list; 0: none */
    uint32_t kind;
    uint32_t link;            /* HF__PIN_LINK: the target entry; HF__PIN_ITER: marked */
} hf__pin;

/* A link target in an own block, by its address. */
typedef struct hf__link_place {
    uint64_t address;
    uint32_t entry, reserved;
} hf__link_place;

typedef struct hf__scratch {
    char  *bytes;
    size_t capacity;
} hf__scratch;

struct hf_draft {
    hf__home          home;
    hf__memory        memory;     /* the budget is held */
    hf_draft_options  options;
    hf__chunk       **chunks;     /* a free number holds the next free one, doubled plus one */
    uint32_t          chunk_count, chunk_capacity, chunk_free, chunks_live; /* chunk_free 0: none */
    hf__pin          *pins;       /* pins[0] is not used */
    uint32_t          pin_count, pin_capacity, pin_free, pins_live;
    uint64_t          serial;     /* of the last pin */
    uint32_t          mount_capacity, foreign_capacity, link_capacity;
    uint32_t          mount_free, foreign_free; /* number + 1 of a free entry; 0: none */
    hf__link_target  *links;      /* what home.links shows; `flags` is the pin when there is one */
    uint32_t          link_free;  /* number + 1 of an entry whose target is gone; 0: none */
    uint32_t          link_place_count;
    hf__link_place   *link_places; /* sorted by address, and one behind; NULL: not made. Entries may have left since */
    uint32_t          base_capacity;
    uint64_t          dead_kept;  /* dead bytes of blocks when letting them go failed last */
    uint64_t          bytes;      /* charged */
    const hf__slot   *copied;     /* the container of an own block that was copied last; NULL: none */
    uint32_t          copied_entry; /* the mount of its copy */
    uint64_t          live_slots; /* in chunks */
    uint64_t          opened;
    hf__scratch       scratch_item, scratch_key, scratch_place[2];
    hf__waiting_end   ending;
};

static inline hf_draft *hf__draft_of(const hf__home *home) { return (hf_draft *)(uintptr_t)home; }
/* HF_MISUSE for none, one that has ended, or something else. */
static inline hf_status hf__draft_check(const hf_draft *draft, hf_error *reterr)
{
    if (draft != NULL && hf__ended_use(&draft->home))
        return hf__fail(reterr, HF_MISUSE, "a draft that has ended");
    if (draft == NULL || draft->home.kind != HF__HOME_DRAFT)
        return hf__misuse(reterr, "not a draft, or one that has ended");
    return HF_OK;
}
static inline hf__chunk *hf__chunk_of(const hf_draft *draft, const hf__slot *edited)
{
    return draft->chunks[hf__wide_number(edited)];
}
static inline uint32_t hf__step_of(const hf__chunk *chunk) { return chunk->is_object ? 2 : 1; }

/* ---- memory (draft.c): charged, counted in draft->bytes ------------------------------------ */

hf_status hf__draft_resize(hf_draft *draft, void **block, size_t old_size, size_t new_size, hf_error *reterr);
/* Room for `needed` entries of `unit` bytes in *array. */
hf_status hf__draft_grow(hf_draft *draft, void **array, uint32_t *capacity, uint64_t needed, size_t unit,
                         hf_error *reterr);
/* Keeps `text` in a scratch buffer, so that it stays while the draft changes. */
hf_status hf__scratch_keep(hf_draft *draft, hf__scratch *scratch, hf_text *text, hf_error *reterr);

/* Ends the draft and what it holds. */
void hf__draft_end(hf_draft *draft, hf__ending how);

/* Gives back large scratch buffers. */
void hf__scratch_trim(hf_draft *draft);

/* ---- slots that refer to text (chunk.c) -------------------------------------------------- */

/* The text outside of the slot; length 0: none. */
hf_text hf__slot_outer(const hf__slot *slot);
/* Whether an integer's spelling says no more than its value. */
bool hf__is_plain_integer(const hf__slot *number, hf_text spelling);
/* Makes the slot refer to the text at `bytes`. */
void hf__slot_point(hf__slot *slot, const char *bytes);
/* Moves slots, within a chunk or from one to another, and what depends on their place. */
void hf__slots_move(hf_draft *draft, hf__slot *to, hf__slot *from, uint64_t count, bool has_fixups);

/* ---- chunks (chunk.c) -------------------------------------------------------------------- */

hf_status hf__chunk_create(hf_draft *draft, bool is_object, uint32_t capacity, hf__chunk **ret_chunk,
                           hf_error *reterr);
/* Of a chunk with room for so many slots. */
size_t hf__chunk_bytes(uint32_t capacity);
/* Frees the chunk, its text and index; its slots are nobody's concern any more. */
void hf__chunk_free(hf_draft *draft, hf__chunk *chunk);
/* Room for more slots and text; the chunk may move, and its text. */
hf_status hf__chunk_reserve(hf_draft *draft, uint32_t number, uint32_t slots, uint64_t text, hf_error *reterr);
/* Makes room for `count` slots before `at`, in reserved space; pins and index follow. */
void hf__chunk_open_gap(hf_draft *draft, hf__chunk *chunk, uint32_t at, uint32_t count);
/* Closes over `count` slots from `at`, which were let go of before. */
void hf__chunk_close_gap(hf_draft *draft, hf__chunk *chunk, uint32_t at, uint32_t count);
void hf__chunk_end(hf__chunk *chunk);
/* Counts the text of a slot that goes as dead. */
void hf__chunk_forget_text(hf__chunk *chunk, const hf__slot *slot);
/* Gives memory back after removals, where it pays and succeeds. */
void hf__chunk_trim(hf_draft *draft, hf__chunk *chunk);
/* No slack at all. */
void hf__chunk_fit(hf_draft *draft, hf__chunk *chunk);
/* The key slot's position of the last member `key`; HF__NO_POSITION. Builds the index of a wide one. */
uint32_t hf__chunk_find(hf_draft *draft, hf__chunk *chunk, const hf__key *key);
void hf__chunk_index_drop(hf_draft *draft, hf__chunk *chunk);
/* After the key at `position` was put in place: HF_OK also when the index was dropped instead. */
void hf__chunk_index_add(hf_draft *draft, hf__chunk *chunk, uint32_t position);
/* Before the key at `position` goes. */
void hf__chunk_index_remove(hf_draft *draft, hf__chunk *chunk, uint32_t position);

/* ---- pins (pin.c) ------------------------------------------------------------------------ */

/* For a draft that has none yet. */
void hf__pins_begin(hf_draft *draft);
hf_status hf__pins_reserve(hf_draft *draft, uint64_t count, hf_error *reterr);
uint32_t hf__pin_add(hf_draft *draft, hf__pin_kind kind, uint32_t chunk, uint32_t position);
void hf__pin_remove(hf_draft *draft, uint32_t id);
/* NULL when the handle is gone. */
hf__pin *hf__pin_find(const hf_draft *draft, hf_handle handle);
/* What happens to the pins of a chunk. */
void hf__pins_shift(hf_draft *draft, hf__chunk *chunk, uint32_t at, int64_t by);
/* Iterations that would go on with `position` are marked before it is taken out, and stand as they
 * stood once it is back. */
void hf__pins_mark(hf_draft *draft, hf__chunk *chunk, uint32_t position);
void hf__pins_restore(hf_draft *draft, hf__chunk *chunk, uint32_t position, uint32_t by);
/* Those of the value at `position` end (iterations go on) or move to another place. */
void hf__pins_end_at(hf_draft *draft, hf__chunk *chunk, uint32_t position);
void hf__pins_end_all(hf_draft *draft, hf__chunk *chunk);
void hf__pins_carry(hf_draft *draft, hf__chunk *from, uint32_t position, hf__chunk *to, uint32_t to_position);

/* ---- places (locate.c) ------------------------------------------------------------------- */

/* Where a value is or would be: `position` of its slot in `chunk`, or HF__NO_POSITION. */
typedef struct hf__spot {
    uint32_t chunk;
    uint32_t position;
    bool     is_root, has_key;
    hf__key  key;   /* has_key: of the member asked for; its text may lie in scratch_key */
    uint64_t index; /* not has_key: of the element asked for, at most the count */
} hf__spot;

/* Keeps the text of the first or second place of a call: it may come out of what the call changes. */
hf_status hf__place_keep(hf_draft *draft, hf_place *place, unsigned which, hf_error *reterr);
/* What a JSON Pointer leads to; absent. */
hf_value hf__follow_pointer(hf_value root, hf_text pointer);
/* must_exist: HF_NOT_FOUND when the last step leads nowhere. Opens the containers on the path. */
hf_status hf__locate(hf_draft *draft, const hf_place *place, bool must_exist, hf__spot *ret_spot, hf_error *reterr);
/* The chunk of the container at a spot, opened now if need be; HF_WRONG_KIND for a scalar. */
hf_status hf__open(hf_draft *draft, uint32_t chunk, uint32_t position, const hf__slot *wanted,
                   uint32_t *ret_wanted, uint32_t *ret_chunk, hf_error *reterr);
/* Both are the same key. */
static inline bool hf__same_key(const hf__key *a, const hf__key *b)
{
    return a->lo == b->lo && (a->text.length <= HF__INLINE_MAX ? a->hi == b->hi : hf_text_equal(a->text, b->text));
}
hf_status hf__place_fail(const hf_place *place, size_t until, hf_status status, hf_error *reterr);

/* ---- items (item.c) ---------------------------------------------------------------------- */

/* A value that is ready to be put into a chunk, and belongs to nobody yet. */
typedef struct hf__fresh {
    hf__slot slot;
    hf_text  text;     /* outside of the slot; length 0: none */
    bool     copies;   /* `text` is to be copied; else it lies in a block */
    bool     is_given; /* a foreign object of the caller */
} hf__fresh;

static inline void hf__fresh_slot(hf__fresh *fresh, uint64_t lo, uint64_t hi)
{
    *fresh = (hf__fresh){ { lo, hi }, { NULL, 0 }, false, false };
}
hf_status hf__fresh_mount(hf_draft *draft, hf__fresh *fresh, hf_value value, hf_error *reterr);
/* The object is the draft's on success. */
hf_status hf__fresh_foreign(hf_draft *draft, hf__fresh *fresh, const hf_foreign_hooks *hooks, void *object,
                            hf_error *reterr);
/* A copy of what the view shows (copy.c). */
hf_status hf__copy_value(hf_draft *draft, hf__fresh *fresh, hf_value value, hf_error *reterr);
hf_status hf__item_prepare(hf_draft *draft, const hf_item *item, hf__fresh *ret_fresh, hf_error *reterr);
/* Lets go of a value that is not put anywhere; a foreign object that was given stays the caller's. */
void hf__fresh_discard(hf_draft *draft, hf__fresh *fresh);
/* Puts the value into reserved room at `position`. */
void hf__fresh_put(hf_draft *draft, hf__chunk *chunk, uint32_t position, const hf__fresh *fresh, uint64_t flags);
/* UTF-8 text for a text slot; `flags`: HF__KEY or 0. */
hf_status hf__fresh_text(hf__fresh *fresh, hf_text text, uint64_t flags, hf_error *reterr);

/* Where the children of a container lie: in an own block, or in a mounted document. */
#define HF__OWN UINT32_MAX
typedef struct hf__origin {
    const hf__slot *first;   /* the container */
    uint64_t        address; /* of it */
    uint32_t        entry;   /* mount entry of the document; HF__OWN */
} hf__origin;

hf__origin hf__origin_of(const hf_draft *draft, hf_value value, uint32_t entry);
/* A slot of a block as it stands in a chunk. */
void hf__import(const hf__origin *origin, const hf__slot *slot, hf__fresh *fresh);
/* An entry for the document of `value`, which gets one more holder; used once. */
hf_status hf__mount_entry_add(hf_draft *draft, hf_value value, uint32_t *ret_entry, hf_error *reterr);

/* ---- links (link.c) ---------------------------------------------------------------------- */

/* The target at an address of an own block lies in a chunk now; a pin is reserved. */
void hf__link_pin(hf_draft *draft, uint64_t address, uint32_t chunk, uint32_t position);
/* A linked value is about to be replaced: its links will lead to the place. A pin is reserved. */
void hf__link_keep(hf_draft *draft, hf__chunk *chunk, uint32_t position);
/* An entry whose target is gone may be used again. */
void hf__link_entry_free(hf_draft *draft, uint32_t entry);
/* Targets that are gone. */
void hf__link_target_gone(hf_draft *draft, uint32_t entry);
void hf__link_base_gone(hf_draft *draft, uint64_t address);
/* The blocks are others: what is known of targets there is not true any more. */
void hf__link_places_drop(hf_draft *draft);
/* Another link to the target of `link`. */
void hf__link_copy(hf__fresh *fresh, const hf__slot *link);
const hf__slot *hf__draft_link_place(const hf__home *home, const hf__slot *link);

/* ---- changes (change.c) ------------------------------------------------------------------ */

/* As hf_draft_set; on failure the value is still nobody's. */
hf_status hf__put_set(hf_draft *draft, const hf_place *place, const hf__fresh *fresh, hf_error *reterr);
/* Whether the container of `chunk` is, or lies below, the value at (other, position). */
bool hf__is_below(const hf_draft *draft, uint32_t chunk, uint32_t other, uint32_t position);
/* Whether the value at (chunk, position) lies at or below what is replaced there, equal keys with it. */
bool hf__goes_with(const hf_draft *draft, const hf__spot *replaced, uint32_t chunk, uint32_t position);

/* ---- letting go (release.c) -------------------------------------------------------------- */

/* The value at `position` leaves the draft with all below it: chunks are freed, pins and links end,
 * foreign values are released. The slot is left as null. */
void hf__release_value(hf_draft *draft, hf__chunk *chunk, uint32_t position);
/* The same, but handles and links to the place itself stay. */
void hf__release_content(hf_draft *draft, hf__chunk *chunk, uint32_t position);
/* A slot that is in no chunk, and no container. */
void hf__release_slot(hf_draft *draft, const hf__slot *slot);
/* A chunk that no slot owns, and all below it. */
void hf__release_tree(hf_draft *draft, hf__chunk *top);
/* A mount entry is used once less. */
void hf__mount_entry_free(hf_draft *draft, uint32_t number);
void hf__release_entry(hf_draft *draft, const hf__slot *slot);
/* Calls `visit` for each slot at and below an address, through parts of earlier blocks. */
void hf__visit_part(hf_draft *draft, uint64_t address, void (*visit)(hf_draft *, uint64_t, const hf__slot *));

/* ---- foreign values (draft.c) ------------------------------------------------------------ */

hf_status hf__foreign_add(hf_draft *draft, const hf_foreign_hooks *hooks, void *object, uint32_t *ret_entry,
                          hf_error *reterr);
/* The entry is free again; releases the object unless it is the caller's. */
void hf__foreign_end(hf_draft *draft, uint32_t number, bool releases);

/* ---- upkeep (compact.c) ------------------------------------------------------------------ */

/* Bytes of a block that are still shown, estimated from its slots. */
uint64_t hf__base_live(const hf__base *base);
/* After a change: gives memory back where it pays. */
void hf__draft_settle(hf_draft *draft);

#endif
