/* part_memo.h - what one pass over values has found out about parts, or about pairs of them: two words each.
 *
 * A mount entry has a place for what is known of its value; parts of mounted documents and of earlier blocks,
 * which are a slot only, have none, and may be shown in many places. A pass that notes them looks at each
 * once: its time is set by what is stored, not by what is shown. Known by their slot, which shows the same
 * in whatever home it is met. The first few lie in the memo itself; without memory for more, what was noted
 * is forgotten: slower, never wrong. */
#ifndef HOLDFAST_PART_MEMO_H
#define HOLDFAST_PART_MEMO_H

#include "value/home.h"

enum { HF__PART_MEMO_FIRST = 64, HF__PART_MEMO_SPAN = 16 };

typedef struct hf__part_note {
    const hf__slot *part;   /* NULL: a free cell */
    const hf__slot *beside; /* the other one of a pair; NULL: none */
    uint64_t        x, y;
} hf__part_note;

typedef struct hf__part_memo {
    hf__part_note *cells;       /* open addressing, at most half full; NULL: nothing was noted yet */
    size_t         room, count; /* room: a power of two */
    hf__part_note  first[HF__PART_MEMO_FIRST];
} hf__part_memo;

static inline void hf__part_memo_init(hf__part_memo *memo)
{
    memo->cells = NULL;
    memo->room = memo->count = 0;
}
void hf__part_memo_release(hf__part_memo *memo);
bool hf__part_memo_get(const hf__part_memo *memo, const hf__slot *part, const hf__slot *beside, uint64_t *ret_x,
                       uint64_t *ret_y);
void hf__part_memo_put(hf__part_memo *memo, const hf__part_note *note);

/* Whether looking at it again costs more than noting it: what is short and leads to nothing else does not. */
static inline bool hf__part_is_noted(hf_value part)
{
    return hf__step(part.slot) >= HF__PART_MEMO_SPAN || part.home->mount_count > 0 || part.home->base_count > 1;
}

/* hf__value_expanded for many values in turn. */
void hf__value_expanded_noting(hf_value value, hf__part_memo *memo, uint64_t *ret_values, uint32_t *ret_depth);

#endif
