/* equal.c - do two values show the same?
 *
 * First both are walked in step, which needs no memory and settles every case but one: members in
 * another order. Only then pairs of containers are put on a stack and members looked up. */
#include <holdfast/compare.h>
#include <holdfast/walk.h>

#include "walk/relate.h"
#include "value/ended.h"

typedef enum answer { EQUAL, DIFFERENT, OUT_OF_ORDER } answer;

static bool same_kind_and_count(hf_value a, hf_value b)
{
    return hf__kind(a.slot) == hf__kind(b.slot) && hf__count(a.slot) == hf__count(b.slot);
}

static bool equal_texts(hf_text a, hf_text b)
{
    return (a.bytes == NULL) == (b.bytes == NULL) && hf_text_equal(a, b);
}

static bool equal_scalars(hf_value a, hf_value b)
{
    if (hf__kind(a.slot) == HF__TEXT && hf__kind(b.slot) == HF__TEXT)
        return ((a.slot->lo ^ b.slot->lo) & ~(uint64_t)HF__FLAGS) == 0 && a.slot->hi == b.slot->hi;
    return hf__rank(a) == hf__rank(b) && hf__order_scalars(a, b) == 0;
}

static bool is_at_mount(const hf_walk *walk)
{
    return walk->value.slot == walk->top && walk->returns_used > 0;
}

/* Whether both containers were met side by side before: then they are equal, or it would be over by now. */
static bool is_met_again(hf__part_memo *met, const hf_walk *left, const hf_walk *right)
{
    int order;
    if ((!is_at_mount(left) && !is_at_mount(right)) || !hf__part_is_noted(left->value) || !hf__part_is_noted(right->value))
        return false;
    if (hf__pair_get(met, left->value, right->value, &order))
        return true;
    hf__pair_put(met, left->value, right->value, 0);
    return false;
}

static answer walk_in_step(hf_value a, hf_value b, hf__part_memo *met)
{
    hf_walk left, right;
    hf_walk_init(&left, a, NULL);
    hf_walk_init(&right, b, NULL);
    answer result = EQUAL;
    while (result == EQUAL && hf_walk_next(&left)) {
        if (!hf_walk_next(&right))
            return DIFFERENT;
        if (!equal_texts(left.key, right.key)) /* counts are equal, so both are members */
            result = OUT_OF_ORDER;
        else if (left.event == HF_LEAVE || right.event == HF_LEAVE)
            result = left.event == right.event ? EQUAL : DIFFERENT;
        else if (left.event == HF_ENTER && right.event == HF_ENTER) {
            if (!same_kind_and_count(left.value, right.value)) {
                result = DIFFERENT;
            } else if (hf_is_same(left.value, right.value) || is_met_again(met, &left, &right)) {
                hf_walk_prune(&left);
                hf_walk_prune(&right);
            }
        } else {
            result = left.event == right.event && equal_scalars(left.value, right.value) ? EQUAL : DIFFERENT;
        }
    }
    return result;
}

/* The next pair of children of `top`; false when `b` lacks the member. */
static bool next_children(hf__pair *top, hf_value *ret_a, hf_value *ret_b)
{
    const hf__slot *a = top->a_next, *b = top->b_next;
    if (hf__kind(top->a.slot) == HF__OBJECT) {
        if (hf__is_close(b) || !hf__key_equal(a, b) || top->has_duplicates) {
            b = hf__counterpart(top, top->a, a, top->b);
            if (b == NULL)
                return false;
        }
        a++;
        b++;
    }
    top->a_next = hf__behind(a);
    top->b_next = hf__behind(b);
    *ret_a = hf__child(top->a, a);
    *ret_b = hf__child(top->b, b);
    return true;
}

static hf_status compare_pairs(hf__pairs *pairs, bool *ret_equal)
{
    *ret_equal = false;
    while (pairs->used > 0) {
        hf__pair *top = &pairs->at[pairs->used - 1];
        hf_value a, b;
        if (hf__is_close(top->a_next)) {
            pairs->used--;
            continue;
        }
        if (!next_children(top, &a, &b))
            return HF_OK;
        if (hf_is_same(a, b))
            continue;
        if (!hf_is_container(a) || !hf_is_container(b)) {
            if (!equal_scalars(a, b))
                return HF_OK;
            continue;
        }
        if (!same_kind_and_count(a, b))
            return HF_OK;
        if (hf__pair_is_noted(top, a, b)) {
            int order; /* met before: equal, or it would be over by now */
            if (hf__pair_get(&pairs->settled, a, b, &order))
                continue;
            hf__pair_put(&pairs->settled, a, b, 0);
        }
        hf_status status = hf__pairs_push(pairs, a, b);
        if (status != HF_OK)
            return status;
    }
    *ret_equal = true;
    return HF_OK;
}

hf_status hf_equal(hf_value a, hf_value b, bool *ret_equal)
{
    if (hf__view_is_none(a) || hf__view_is_none(b) || hf_is_same(a, b)) {
        *ret_equal = a.slot == b.slot;
        return HF_OK;
    }
    hf__part_memo met;
    hf__part_memo_init(&met);
    answer result = walk_in_step(a, b, &met);
    hf__part_memo_release(&met);
    if (result != OUT_OF_ORDER) {
        *ret_equal = result == EQUAL;
        return HF_OK;
    }
    hf__pairs pairs;
    hf__pairs_init(&pairs);
    bool equal = false;
    hf_status status = hf__pairs_push(&pairs, a, b);
    if (status == HF_OK)
        status = compare_pairs(&pairs, &equal);
    hf__pairs_release(&pairs);
    if (status == HF_OK)
        *ret_equal = equal;
    return status;
}
