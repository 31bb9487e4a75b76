/* order.c - the total order of values; see compare.h.
 *
 * A stack of container pairs. Arrays are settled by their first different element. Objects by the
 * smallest key at which they differ: each pair keeps the smallest one so far and passes over members
 * with larger keys, first those of `a`, then those that only `b` has. */
#include <holdfast/compare.h>

#include "walk/relate.h"
#include "value/ended.h"

static int order_keys(const hf__slot *a, const hf__slot *b)
{
    hf_text left = hf__slot_text(a), right = hf__slot_text(b);
    size_t shorter = left.length < right.length ? left.length : right.length;
    int order = shorter > 0 ? memcmp(left.bytes, right.bytes, shorter) : 0;
    return order != 0 ? order : (left.length > right.length) - (left.length < right.length);
}

static void note_difference(hf__pair *top, const hf__slot *key, int order)
{
    top->best = key;
    top->best_order = order;
}

static bool is_beyond_best(const hf__pair *top, const hf__slot *key)
{
    return top->best != NULL && order_keys(key, top->best) >= 0;
}

/* The next member whose values must be compared; false when the pair is settled. */
static bool next_members(hf__pair *top, hf_value *ret_a, hf_value *ret_b)
{
    for (; !top->in_b && !hf__is_close(top->a_next); ) {
        const hf__slot *key = top->a_next;
        top->a_next = hf__behind(key + 1);
        if (is_beyond_best(top, key))
            continue;
        const hf__slot *other = hf__counterpart(top, top->a, key, top->b);
        if (other == NULL) {
            note_difference(top, key, 1);
            continue;
        }
        top->current = key;
        *ret_a = hf__child(top->a, key + 1);
        *ret_b = hf__child(top->b, other + 1);
        return true;
    }
    top->in_b = true;
    for (; !hf__is_close(top->b_next); top->b_next = hf__behind(top->b_next + 1)) {
        const hf__slot *key = top->b_next;
        if (!is_beyond_best(top, key) && hf__counterpart(top, top->b, key, top->a) == NULL)
            note_difference(top, key, -1);
    }
    return false;
}

/* The next elements; false when the pair is settled. */
static bool next_elements(hf__pair *top, hf_value *ret_a, hf_value *ret_b)
{
    if (top->best_order != 0)
        return false;
    bool a_ends = hf__is_close(top->a_next), b_ends = hf__is_close(top->b_next);
    if (a_ends || b_ends) {
        top->best_order = (int)b_ends - (int)a_ends;
        return false;
    }
    *ret_a = hf__child(top->a, top->a_next);
    *ret_b = hf__child(top->b, top->b_next);
    top->a_next = hf__behind(top->a_next);
    top->b_next = hf__behind(top->b_next);
    return true;
}

/* A difference between children counts in their parents' pair. */
static void settle(hf__pair *parent, int order)
{
    if (order == 0)
        return;
    if (hf__kind(parent->a.slot) == HF__OBJECT)
        note_difference(parent, parent->current, order); /* its key is below the best so far */
    else
        parent->best_order = order;
}

static hf_status order_pairs(hf__pairs *pairs, int *ret_order)
{
    while (pairs->used > 0) {
        hf__pair *top = &pairs->at[pairs->used - 1];
        hf_value a, b;
        bool more = hf__kind(top->a.slot) == HF__OBJECT ? next_members(top, &a, &b) : next_elements(top, &a, &b);
        if (!more) {
            int order = top->best_order;
            if (--pairs->used == 0) {
                *ret_order = order;
                continue;
            }
            if (hf__pair_is_noted(top - 1, top->a, top->b))
                hf__pair_put(&pairs->settled, top->a, top->b, order);
            settle(top - 1, order);
            continue;
        }
        if (hf_is_same(a, b))
            continue;
        if (hf__view_has_ended(a) || hf__view_has_ended(b))
            return HF_MISUSE;
        unsigned rank_a = hf__rank(a), rank_b = hf__rank(b);
        if (rank_a != rank_b || !hf_is_container(a)) {
            settle(top, rank_a != rank_b ? (rank_a < rank_b ? -1 : 1) : hf__order_scalars(a, b));
            continue;
        }
        int known;
        if (hf__pair_is_noted(top, a, b) && hf__pair_get(&pairs->settled, a, b, &known)) {
            settle(top, known);
            continue;
        }
        hf_status status = hf__pairs_push(pairs, a, b);
        if (status != HF_OK)
            return status;
    }
    return HF_OK;
}

hf_status hf_order(hf_value a, hf_value b, int *ret_order)
{
    if (hf__view_has_ended(a) || hf__view_has_ended(b))
        return HF_MISUSE;
    unsigned rank_a = hf__rank(a), rank_b = hf__rank(b);
    if (rank_a != rank_b || !hf_is_container(a)) {
        *ret_order = rank_a != rank_b ? (rank_a < rank_b ? -1 : 1) : a.slot == b.slot ? 0 : hf__order_scalars(a, b);
        return HF_OK;
    }
    hf__pairs pairs;
    hf__pairs_init(&pairs);
    int order = 0;
    hf_status status = hf__pairs_push(&pairs, a, b);
    if (status == HF_OK)
        status = order_pairs(&pairs, &order);
    hf__pairs_release(&pairs);
    if (status == HF_OK)
        *ret_order = order;
    return status;
}
