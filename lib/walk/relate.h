/* relate.h - what equality and order share: scalars side by side, members of the same key, and a
 * stack of container pairs that starts inline. */
#ifndef HOLDFAST_RELATE_H
#define HOLDFAST_RELATE_H

#include "memory/allocate.h"
#include "value/home.h"
#include "value/key.h"
#include "value/part_memo.h"

enum { HF__RELATE_INLINE = 32 };

/* Two containers of the same kind on the way. */
typedef struct hf__pair {
    hf_value        a, b;
    const hf__slot *a_next, *b_next; /* the next child of each; a close at the end */
    const hf__slot *current;         /* order: the key of the member being compared */
    const hf__slot *best;            /* order: the smallest key so far at which they differ */
    int             best_order;
    bool            out_of_order;    /* members were looked up; duplicates are known */
    bool            has_duplicates;
    bool            in_b;            /* order: a is through, looking for members only b has */
} hf__pair;

typedef struct hf__pairs {
    hf__pair *at;
    size_t    used, room;
    hf__part_memo settled; /* pairs of which a part is one: their order */
    hf__pair  inline_pairs[HF__RELATE_INLINE];
} hf__pairs;

static inline void hf__pairs_init(hf__pairs *pairs)
{
    pairs->at = pairs->inline_pairs;
    pairs->used = 0;
    pairs->room = HF__RELATE_INLINE;
    hf__part_memo_init(&pairs->settled);
}
void hf__pairs_release(hf__pairs *pairs);
hf_status hf__pairs_push(hf__pairs *pairs, hf_value a, hf_value b);

/* Of containers that may be met again: one is shown in a place other than its own. So that doublings by
 * mounting, made apart from each other, are compared pair by pair and not value by value. */
bool hf__pair_is_noted(const hf__pair *around, hf_value a, hf_value b);
static inline bool hf__pair_get(const hf__part_memo *memo, hf_value a, hf_value b, int *ret_order)
{
    uint64_t order, unused;
    if (!hf__part_memo_get(memo, a.slot, b.slot, &order, &unused))
        return false;
    *ret_order = (int)order - 1;
    return true;
}
static inline void hf__pair_put(hf__part_memo *memo, hf_value a, hf_value b, int order)
{
    hf__part_memo_put(memo, &(hf__part_note){ a.slot, b.slot, (uint64_t)((order > 0) - (order < 0) + 1), 0 });
}

/* Where the kinds stand in the total order: all numbers alike, both texts alike. */
unsigned hf__rank(hf_value value);

/* Order of two values of one rank that are no containers. */
int hf__order_scalars(hf_value a, hf_value b);

/* The member of `other` that belongs to member `key` of `own`, by key and by its turn among equal
 * keys; the key slot, or NULL. `pair` remembers whether there are equal keys at all. */
const hf__slot *hf__counterpart(hf__pair *pair, hf_value own, const hf__slot *key, hf_value other);

/* The value of child slot `child` (behind a key: pass the value's slot). */
static inline hf_value hf__child(hf_value container, const hf__slot *child)
{
    hf_value value = { container.home, child };
    return hf__kind(child) == HF__MOUNT ? hf__resolve(value) : value;
}

#endif
