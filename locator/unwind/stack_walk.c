/* stack_walk.c - stepping, meeting the memo, splicing. */
#include "stack_walk.h"

#include <limits.h>
#include <stddef.h>

enum { FRESH = INT_MIN, PC_MIN = 4096 };

typedef enum step_result { STEPPED, ENDED, STUCK } step_result;

/* One walk under way. */
typedef struct walk {
    hf__unwinder   *unwinder;
    hf__walker     *walker;
    hf__registers   at;
    hf__stack_range range;
    bool            exact;        /* at.pc is the instruction itself: a signal interrupted it */
    bool            memo_usable;
    uint32_t        count;        /* fresh frames */
    uint32_t        taken;        /* outermost frames taken over from the memo */
} walk;

static uint64_t load(uint64_t address)
{
    return *(const volatile uint64_t *)address;
}

static bool readable(const walk *w, uint64_t address)
{
    return address >= w->at.sp && address < w->range.high && w->range.high - address >= HF__WORD && address % HF__WORD == 0;
}

static bool enter_stack(walk *w, uint64_t sp)
{
    const hf__stack_range *own = &w->walker->own;
    if (sp >= own->low && sp < own->high) {
        w->range = *own;
        return true;
    }
    w->memo_usable = false;
    return w->unwinder->range_of != NULL && w->unwinder->range_of(sp, &w->range);
}

/* A zero instead of a return address ends the stack. The memo would have to watch that word, so
 * it is not kept. */
static step_result end_by_word(walk *w)
{
    w->memo_usable = false;
    return ENDED;
}

/* A handler's frame: the kernel saved the interrupted registers above it, maybe on another stack. */
static step_result step_signal(walk *w, hf__frame *frame)
{
    uint64_t sp = w->at.sp;
    if (!readable(w, sp + HF__SIGNAL_PC))
        return STUCK;
    frame->slot = sp + HF__SIGNAL_PC;
    frame->bp_distance = FRESH;
    w->at.pc = load(sp + HF__SIGNAL_PC);
    w->at.bp = load(sp + HF__SIGNAL_BP);
    w->at.sp = load(sp + HF__SIGNAL_SP);
    frame->bp_after = w->at.bp;
    w->exact = true;
    if (!enter_stack(w, w->at.sp))
        return STUCK;
    if (w->at.sp <= sp)
        w->memo_usable = false;   /* back on another stack, below: the memo is ordered by address */
    return STEPPED;
}

/* Code without tables: by frame pointer, bounded by the stack. */
static step_result step_by_bp(walk *w, hf__frame *frame)
{
    uint64_t bp = w->at.bp;
    if (!readable(w, bp) || !readable(w, bp + HF__WORD))
        return STUCK;
    uint64_t pc = load(bp + HF__WORD);
    if (pc < PC_MIN)
        return end_by_word(w);
    frame->slot = bp + HF__WORD;
    frame->bp_distance = -HF__WORD;
    w->at.bp = load(bp);
    w->at.pc = pc;
    w->at.sp = bp + 2 * HF__WORD;
    frame->bp_after = w->at.bp;
    return STEPPED;
}

static step_result step(walk *w, hf__frame *frame)
{
    bool was_exact = w->exact;
    hf__rule rule = hf__rule_find(w->unwinder->rules, w->at.pc - (was_exact ? 0 : 1));
    uint64_t cfa, bp_slot = 0;
    *frame = (hf__frame){ .pc = w->at.pc, .node = was_exact ? HF__NODE_EXACT : 0 };
    w->exact = false;
    switch (rule.kind) {
    case HF__CFA_SP: cfa = w->at.sp + (uint64_t)(int64_t)rule.offset; break;
    case HF__CFA_BP: cfa = w->at.bp + (uint64_t)(int64_t)rule.offset; break;
    case HF__CFA_PLT: cfa = w->at.sp + ((w->at.pc & 15) >= 11 ? 16 : 8); break;
    case HF__CFA_BP_DEREF:
        if (!readable(w, w->at.bp + (uint64_t)(int64_t)rule.offset) || !readable(w, w->at.bp))
            return STUCK;
        cfa = load(w->at.bp + (uint64_t)(int64_t)rule.offset);
        bp_slot = w->at.bp;
        break;
    case HF__CFA_SIGNAL: return step_signal(w, frame);
    case HF__CFA_END: return ENDED;
    case HF__CFA_NONE:
    default: return step_by_bp(w, frame);
    }
    uint64_t slot = cfa - HF__RETURN_BELOW_CFA;
    if (rule.bp_offset != 0)
        bp_slot = cfa + (uint64_t)(int64_t)rule.bp_offset;
    if (!readable(w, slot) || (bp_slot != 0 && !readable(w, bp_slot)))
        return STUCK;
    uint64_t pc = load(slot);
    if (bp_slot != 0)
        w->at.bp = load(bp_slot);
    frame->slot = slot;
    frame->bp_after = w->at.bp;
    frame->bp_distance = rule.kind == HF__CFA_BP_DEREF ? FRESH : bp_slot != 0 ? (int32_t)(bp_slot - slot) : 0;
    w->at.pc = pc;
    w->at.sp = cfa;
    return pc < PC_MIN ? end_by_word(w) : STEPPED;
}

/* Does memo frame `k` still step to the frame outside of it? Reads its places again. */
static bool holds(const hf__frame *memo, uint32_t k)
{
    const hf__frame *frame = &memo[k];
    if (frame->bp_distance == FRESH || load(frame->slot) != memo[k - 1].pc)
        return false;
    return frame->bp_distance == 0 || load(frame->slot + (uint64_t)(int64_t)frame->bp_distance) == frame->bp_after;
}

/* After a step to `w->at` through `last`: takes over the memo as far as it holds. `*at` is the
 * innermost memo frame not yet passed. Returns true when the walk is complete. */
static bool meet_memo(walk *w, const hf__frame *last, int64_t *at)
{
    const hf__frame *memo = w->walker->memo;
    while (*at >= 0 && memo[*at].slot < last->slot)
        (*at)--;
    int64_t j = *at;
    if (j < 1 || memo[j].slot != last->slot || memo[j].bp_after != w->at.bp || memo[j - 1].pc != w->at.pc ||
        (memo[j - 1].node & HF__NODE_EXACT) != 0)
        return false;
    uint32_t k = (uint32_t)j - 1;   /* frames 0..j-1 follow if their places still hold */
    while (k > 0 && holds(memo, k))
        k--;
    if (k == 0 && memo[0].slot == 0) {
        w->taken = (uint32_t)j;
        return true;
    }
    /* Frames j-1 .. k+1 hold; step anew from frame k. */
    for (uint32_t q = (uint32_t)j - 1; q > k && w->count < HF__FRAMES_MAX; q--)
        w->walker->fresh[w->count++] = memo[q];
    if (w->count > 0) {
        const hf__frame *inner = &w->walker->fresh[w->count - 1];
        w->at = (hf__registers){ memo[k].pc, inner->slot + HF__WORD, inner->bp_after };
    }
    *at = k;
    return false;
}

static step_result climb(walk *w)
{
    hf__walker *walker = w->walker;
    int64_t at = w->memo_usable ? (int64_t)walker->count - 1 : -1;
    while (w->count < HF__FRAMES_MAX) {
        hf__frame *frame = &walker->fresh[w->count];
        uint64_t sp = w->at.sp;
        step_result result = step(w, frame);
        w->count++;
        if (result != STEPPED) {
            frame->slot = 0;
            return result;
        }
        if (w->at.sp <= sp && !w->exact)
            return STUCK;         /* a frame cannot end below where it began, except a handler's */
        if (w->memo_usable && at >= 0 && !w->exact && meet_memo(w, frame, &at))
            return ENDED;
    }
    return STUCK;
}

/* Names the fresh frames from the outermost in and makes them the memo's inner part. */
static uint32_t intern(walk *w, step_result result)
{
    hf__unwinder *unwinder = w->unwinder;
    hf__walker *walker = w->walker;
    uint32_t node = w->taken > 0 ? walker->memo[w->taken - 1].node & HF__TRIE_PARENT_MASK : 0;
    uint32_t outer = w->taken;
    uint32_t first = w->count;
    uint32_t flags = 0;
    if (result == STUCK) {
        flags = HF__NODE_TRUNCATED;
        if (w->count == HF__FRAMES_MAX)
            first = HF__FRAMES_KEPT_DEEP;
    }
    for (uint32_t i = first; i-- > 0;) {
        hf__frame *frame = &walker->fresh[i];
        uint32_t exact = frame->node & HF__NODE_EXACT;
        if (frame->pc - unwinder->own_start >= unwinder->own_end - unwinder->own_start) {
            node = hf__trie_intern(unwinder->trie, node, frame->pc, exact | flags, unwinder->before_new);
            flags = 0;
        }
        frame->node = node | exact;
        if (outer < HF__FRAMES_MAX)
            walker->memo[outer++] = *frame;
    }
    walker->count = w->memo_usable && result == ENDED && outer < HF__FRAMES_MAX ? outer : 0;
    return node;
}

/* Do all frames of the memo from `k` outwards still hold? */
static inline bool all_hold(const hf__frame *memo, uint32_t k)
{
    while (k > 0 && holds(memo, k))
        k--;
    return k == 0;
}

/* The innermost frame of the memo, stepped from another place in the same function: the usual case
 * of a function that allocates more than once. */
static bool step_sibling(hf__unwinder *unwinder, hf__walker *walker, hf__registers from, uint32_t *ret_node)
{
    uint32_t last = walker->count - 1;
    hf__frame *inner = &walker->memo[last];
    hf__rule rule = hf__rule_find(unwinder->rules, from.pc - 1);
    if (last < 1 || (rule.kind != HF__CFA_SP && rule.kind != HF__CFA_BP) || inner->bp_distance == FRESH)
        return false;
    uint64_t cfa = (rule.kind == HF__CFA_SP ? from.sp : from.bp) + (uint64_t)(int64_t)rule.offset;
    uint64_t bp_slot = rule.bp_offset != 0 ? cfa + (uint64_t)(int64_t)rule.bp_offset : 0;
    if (cfa - HF__RETURN_BELOW_CFA != inner->slot || inner->slot < from.sp || (bp_slot != 0 && bp_slot < from.sp) ||
        load(inner->slot) != walker->memo[last - 1].pc || (bp_slot != 0 ? load(bp_slot) : from.bp) != inner->bp_after ||
        !all_hold(walker->memo, last - 1))
        return false;
    uint32_t parent = walker->memo[last - 1].node & HF__TRIE_PARENT_MASK;
    inner->pc = from.pc;
    inner->bp_distance = bp_slot != 0 ? (int32_t)(bp_slot - inner->slot) : 0;
    inner->node = hf__trie_intern(unwinder->trie, parent, from.pc, 0, unwinder->before_new);
    walker->from = from;
    *ret_node = inner->node;
    return true;
}

/* From the same place as before, with the same callers. */
static inline bool same_place(const hf__walker *walker, hf__registers from)
{
    return from.pc == walker->from.pc && from.sp == walker->from.sp && from.bp == walker->from.bp &&
           all_hold(walker->memo, walker->count - 1);
}

uint32_t hf__walk_stack(hf__unwinder *unwinder, hf__walker *walker, hf__registers from)
{
    uint32_t node;
    uint32_t epoch = atomic_load_explicit(&unwinder->epoch, memory_order_acquire);
    if (walker->epoch != epoch) {
        walker->count = 0;
        walker->epoch = epoch;
    }
    if (walker->count > 0 && from.sp >= walker->own.low && from.sp < walker->own.high) {
        if (same_place(walker, from))
            return walker->memo[walker->count - 1].node & HF__TRIE_PARENT_MASK;
        if (step_sibling(unwinder, walker, from, &node))
            return node;
    }
    walk w = { .unwinder = unwinder, .walker = walker, .at = from, .memo_usable = true };
    if (!enter_stack(&w, from.sp))
        return hf__trie_intern(unwinder->trie, 0, from.pc, HF__NODE_TRUNCATED, unwinder->before_new);
    node = intern(&w, climb(&w));
    walker->from = from;
    return node;
}
