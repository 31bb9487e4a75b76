/* stack_walk.c - stepping, meeting the memo, splicing. */
#include "stack_walk.h"

#include <stddef.h>
#include <string.h>

#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

enum { PC_MIN = 4096, BP_BELOW_MAX = UINT16_MAX, STEP_UNKNOWN = UINT16_MAX };

typedef enum step_result { STEPPED, ENDED, STUCK } step_result;

/* Where a walk is, as far as a single step needs to know. */
typedef struct walk {
    hf__unwinder   *unwinder;
    hf__walker     *walker;
    hf__registers   at;
    hf__stack_range range;
    bool            exact;        /* at.pc is the instruction itself: a signal interrupted it */
    bool            memo_usable;
} walk;

/* What a walk came to. */
typedef struct climbed {
    step_result result;
    bool        memo_usable;
    uint32_t    count;            /* fresh frames */
    uint32_t    taken;            /* outermost frames taken over from the memo */
} climbed;

static inline uint64_t load(uint64_t address)
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

/* ---- one step ------------------------------------------------------------------------------ */

/* A zero instead of a return address ends the stack. The memo would have to watch that word, so
 * it is not kept. */
static step_result end_by_word(walk *w)
{
    w->memo_usable = false;
    return ENDED;
}

static inline void fill_frame(hf__frame *frame, uint64_t slot, uint64_t pc, uint64_t bp, uint64_t bp_below, uint32_t flags)
{
    frame->slot = slot;
    frame->caller_pc = pc;
    frame->caller_bp = bp;
    frame->facts = (hf__frame_facts){ .bp_below = (uint16_t)bp_below, .link = STEP_UNKNOWN, .node = flags };
}

/* A handler's frame: the kernel saved the interrupted registers above it, maybe on another stack. */
static step_result step_signal(walk *w, hf__frame *frame)
{
    uint64_t sp = w->at.sp;
    if (!readable(w, sp + HF__SIGNAL_PC))
        return STUCK;
    w->at.pc = load(sp + HF__SIGNAL_PC);
    w->at.bp = load(sp + HF__SIGNAL_BP);
    w->at.sp = load(sp + HF__SIGNAL_SP);
    fill_frame(frame, sp + HF__SIGNAL_PC, w->at.pc, w->at.bp, 0, frame->facts.node | HF__FRAME_ANEW | HF__FRAME_NEEDS_BP);
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
    w->at = (hf__registers){ pc, bp + 2 * HF__WORD, load(bp) };
    fill_frame(frame, bp + HF__WORD, pc, w->at.bp, 1, frame->facts.node | HF__FRAME_NEEDS_BP);
    return STEPPED;
}

/* By any kind of rule. */
static __attribute__((noinline)) step_result step(walk *w, hf__frame *frame)
{
    hf__rule rule = hf__rule_find(w->unwinder->rules, w->at.pc - (w->exact ? 0 : 1));
    uint64_t cfa, bp_slot = 0;
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
    uint64_t pc = load(slot), bp = bp_slot != 0 ? load(bp_slot) : w->at.bp;
    uint64_t below = bp_slot != 0 ? (slot - bp_slot) / HF__WORD : 0;
    uint32_t flags = frame->facts.node | (rule.kind != HF__CFA_SP ? HF__FRAME_NEEDS_BP : 0);
    if (rule.kind == HF__CFA_BP_DEREF || (rule.kind == HF__CFA_BP && below == 0) || below > BP_BELOW_MAX)
        flags |= HF__FRAME_ANEW;
    w->at = (hf__registers){ pc, cfa, bp };
    fill_frame(frame, slot, pc, bp, below, flags);
    return pc < PC_MIN ? end_by_word(w) : STEPPED;
}

/* ---- kept steps ---------------------------------------------------------------------------- */

static inline uint32_t step_place(uint64_t pc)
{
    return (uint32_t)(pc ^ pc >> 10) & (HF__STEPS_KEPT - 1);
}

/* Keeps the step from `pc` when it is by sp, or by a bp that the frame saved, as in nearly all code. */
static __attribute__((noinline)) bool learn_step(hf__unwinder *unwinder, hf__step *kept, uint64_t pc)
{
    hf__rule rule = hf__rule_find(unwinder->rules, pc - 1);
    int64_t  below = rule.bp_offset != 0 ? -(int64_t)rule.bp_offset - HF__RETURN_BELOW_CFA : 0;
    bool     by_bp = rule.kind == HF__CFA_BP;
    if ((rule.kind != HF__CFA_SP && !by_bp) || below < 0 || below % HF__WORD != 0 || below / HF__WORD > BP_BELOW_MAX ||
        (by_bp && below == 0))
        return false;
    *kept = (hf__step){ .pc = pc, .slot_offset = rule.offset - HF__RETURN_BELOW_CFA, .by_bp = by_bp,
                        .facts = { .bp_below = (uint16_t)(below / HF__WORD), .link = (uint16_t)step_place(pc),
                                   .node = by_bp ? HF__FRAME_NEEDS_BP : 0 } };
    return true;
}

/* By a kept step. False: nothing was done. `last`: the last word of the stack. */
static inline bool step_quickly(hf__unwinder *unwinder, hf__walker *walker, uint64_t last, hf__registers *at, hf__frame *frame)
{
    hf__step *kept = &walker->steps[step_place(at->pc)];
    if (UNLIKELY(kept->pc != at->pc) && !learn_step(unwinder, kept, at->pc))
        return false;
    uint64_t slot = (kept->by_bp ? at->bp : at->sp) + (uint64_t)(int64_t)kept->slot_offset;
    uint64_t bp_slot = slot - kept->facts.bp_below * (uint64_t)HF__WORD;
    /* Unsigned: places below sp wrap around to far above. */
    if (UNLIKELY(bp_slot - at->sp > last - at->sp || slot > last || slot % HF__WORD != 0))
        return false;
    uint64_t pc = load(slot), word = load(bp_slot);
    if (UNLIKELY(pc < PC_MIN))
        return false;
    at->pc = pc;
    at->sp = slot + HF__RETURN_BELOW_CFA;
    at->bp = bp_slot != slot ? word : at->bp;
    frame->slot = slot;
    frame->caller_pc = pc;
    frame->caller_bp = at->bp;
    frame->facts = kept->facts;
    return true;
}

/* ---- the memo ------------------------------------------------------------------------------ */

/* Not 0: the return address is another one now. */
static inline uint64_t changed(const hf__frame *frame)
{
    return load(frame->slot) ^ frame->caller_pc;
}

/* Where bp of the caller was read. */
static inline uint64_t bp_slot_of(const hf__frame *frame)
{
    return frame->slot - frame->facts.bp_below * (uint64_t)HF__WORD;
}

/* The innermost frame of memo[1..k] that does not hold any more; 0: all hold. */
static inline uint32_t find_changed(const hf__frame *memo, uint32_t k)
{
    const hf__frame *frame = memo + k;
    uint32_t watched = frame->facts.link;
    for (; frame >= memo + 4; frame -= 4)
        if ((changed(frame) | changed(frame - 1) | changed(frame - 2) | changed(frame - 3)) != 0)
            break;
    while (frame > memo && changed(frame) == 0)
        frame--;
    k = (uint32_t)(frame - memo);
    for (; watched > k; watched = memo[watched - 1].facts.link) {
        frame = memo + watched;
        if ((frame->facts.node & HF__FRAME_ANEW) != 0 || load(bp_slot_of(frame)) != frame->caller_bp)
            return watched;
    }
    return k;
}

/* Frames j .. k+1 of the memo hold, where `at` is where frame j began. Goes on to where frame k begins. */
static __attribute__((noinline)) hf__registers take_part(hf__walker *walker, uint32_t j, uint32_t k, hf__registers at,
                                                         uint32_t *count)
{
    for (uint32_t q = j; q > k && *count < HF__FRAMES_MAX; q--) {
        const hf__frame *known = &walker->memo[q];
        /* Frames found by bp have read it; others need it for the sake of those further out. */
        bool by_bp = (known->facts.node & HF__FRAME_NEEDS_BP) != 0 && known->facts.bp_below != 0;
        if (known->facts.bp_below != 0)
            at.bp = load(bp_slot_of(known));
        at.pc = known->caller_pc;
        at.sp = known->slot + HF__RETURN_BELOW_CFA;
        fill_frame(&walker->fresh[(*count)++], known->slot, at.pc, at.bp, known->facts.bp_below,
                   (known->facts.node & HF__NODE_EXACT) | (by_bp ? HF__FRAME_NEEDS_BP : 0));
    }
    return at;
}

/* Does memo frame `j` lead to where the walk has come through `slot`? */
static inline bool meets(const hf__frame *memo, int64_t j, uint64_t slot, const hf__registers *at)
{
    return memo[j].slot == slot && memo[j].caller_pc == at->pc && (memo[j - 1].facts.node & HF__NODE_EXACT) == 0 &&
           (memo[j].caller_bp == at->bp || (memo[j - 1].facts.node & HF__FRAME_NEEDS_BP) == 0);
}

static inline climbed climb(hf__unwinder *unwinder, hf__walker *walker, hf__registers at, hf__stack_range range, bool memo_usable)
{
    const hf__frame *memo = walker->memo;
    int64_t  passed = memo_usable ? (int64_t)walker->count - 1 : -1;
    bool     exact = false;
    uint32_t count = 0;
    while (LIKELY(count < HF__FRAMES_MAX)) {
        hf__frame *frame = &walker->fresh[count++];
        if (UNLIKELY(exact || !step_quickly(unwinder, walker, range.high - HF__WORD, &at, frame))) {
            walk w = { unwinder, walker, at, range, exact, memo_usable };
            frame->facts.node = exact ? HF__NODE_EXACT : 0;
            step_result result = step(&w, frame);
            memo_usable = w.memo_usable;
            if (result != STEPPED) {
                fill_frame(frame, 0, 0, 0, 0, frame->facts.node & HF__NODE_EXACT);
                return (climbed){ result, memo_usable, count, 0 };
            }
            if (w.at.sp <= at.sp && !w.exact)
                break;            /* a frame cannot end below where it began, except a handler's */
            at = w.at;
            range = w.range;
            exact = w.exact;
            if (exact || !memo_usable)
                continue;
        }
        while (passed >= 1 && memo[passed].slot < frame->slot)
            passed--;
        if (passed >= 1 && meets(memo, passed, frame->slot, &at) && LIKELY(memo_usable)) {
            uint32_t j = (uint32_t)passed - 1, k = find_changed(memo, j);
            if (LIKELY(k == 0))
                return (climbed){ ENDED, true, count, j + 1 };
            at = take_part(walker, j, k, at, &count);
            passed = k;
        }
    }
    return (climbed){ STUCK, false, count, 0 };
}

/* What else of a frame the memo must watch, given the frame outside of it. */
static inline uint32_t flags_of(const hf__frame *frame, uint32_t outer)
{
    uint32_t needed = outer & HF__FRAME_NEEDS_BP;
    uint32_t read = frame->facts.bp_below != 0 ? UINT32_MAX : 0;
    return frame->facts.node | (needed & ~read) | (needed & read) << 1;
}

/* The node of a frame below `parent`, and keeps it with the step that was used. */
static __attribute__((noinline)) uint32_t name_frame(hf__unwinder *unwinder, hf__walker *walker, const hf__frame *frame,
                                                     uint64_t pc, uint32_t parent, uint32_t flags)
{
    uint32_t node = parent;
    if (pc - unwinder->own_start >= unwinder->own_end - unwinder->own_start)
        node = hf__trie_intern(unwinder->trie, parent, pc, flags, unwinder->before_new);
    if (flags == 0 && frame->facts.link != STEP_UNKNOWN && walker->steps[frame->facts.link].pc == pc) {
        walker->steps[frame->facts.link].parent = parent;
        walker->steps[frame->facts.link].node = node;
    }
    return node;
}

/* Names the fresh frames from the outermost in and makes them the memo's inner part. */
static inline uint32_t intern(hf__unwinder *unwinder, hf__walker *walker, hf__registers from, climbed way)
{
    hf__frame_facts outer = { 0 };
    uint32_t filled = way.taken, truncated = 0;
    const hf__frame *frame = walker->fresh + way.count;
    if (LIKELY(filled > 0))
        outer = walker->memo[filled - 1].facts;
    uint32_t node = outer.node & HF__TRIE_PARENT_MASK;
    if (UNLIKELY(way.result == STUCK)) {
        truncated = HF__NODE_TRUNCATED;
        if (way.count == HF__FRAMES_MAX)
            frame = walker->fresh + HF__FRAMES_KEPT_DEEP;
    }
    while (frame-- > walker->fresh) {
        uint64_t pc = LIKELY(frame > walker->fresh) ? frame[-1].caller_pc : from.pc;
        uint32_t flags = frame->facts.node;
        if (UNLIKELY(((flags | outer.node) & ~HF__TRIE_PARENT_MASK) != 0))
            flags = flags_of(frame, outer.node);
        uint32_t parent = node, naming = (flags & HF__NODE_EXACT) | truncated;
        const hf__step *kept = &walker->steps[frame->facts.link % HF__STEPS_KEPT];
        node = kept->node;
        if (UNLIKELY(kept->parent != parent || kept->pc != pc || node == 0 || naming != 0))
            node = name_frame(unwinder, walker, frame, pc, parent, naming);
        truncated = 0;
        outer.node = node | flags;
        outer.link = (flags & (HF__FRAME_SECOND | HF__FRAME_ANEW)) != 0 ? (uint16_t)filled : outer.link;
        outer.bp_below = frame->facts.bp_below;
        if (LIKELY(filled < HF__FRAMES_MAX)) {
            hf__frame *known = &walker->memo[filled++];
            known->slot = frame->slot;
            known->caller_pc = frame->caller_pc;
            known->caller_bp = frame->caller_bp;
            known->facts = outer;
        }
    }
    walker->count = way.memo_usable && way.result == ENDED && filled < HF__FRAMES_MAX ? filled : 0;
    walker->from = from;
    return node;
}

static __attribute__((noinline)) void forget(hf__walker *walker, uint32_t epoch)
{
    walker->count = 0;
    walker->epoch = epoch;
    walker->version++;
    memset(walker->steps, 0, sizeof walker->steps);
}

/* ---- walks of the past ---------------------------------------------------------------------- */

static inline uint64_t mix_place(const hf__registers *from)
{
    return (from->pc ^ from->sp << 20) * 0x9e3779b97f4a7c15u;
}
static inline uint32_t set_of(uint64_t mixed)
{
    return (uint32_t)(mixed >> 58);
}
static inline uint32_t tag_of(uint64_t mixed)
{
    return (uint32_t)(mixed >> 26);
}
_Static_assert(HF__WALK_WAYS == 2 && HF__WALK_SETS == 64, "a way is told by one bit, a set by the top six of a product");

static inline bool holds(const hf__known_walk *known, const hf__registers *from, uint32_t version)
{
    if (known->pc != from->pc || known->sp != from->sp || known->version != version ||
        (known->needs_bp && known->bp != from->bp))
        return false;
    for (unsigned i = 0; i < known->words; i += 4)
        if (((load(from->sp + known->offsets[i]) ^ known->expected[i]) |
             (load(from->sp + known->offsets[i + 1]) ^ known->expected[i + 1]) |
             (load(from->sp + known->offsets[i + 2]) ^ known->expected[i + 2]) |
             (load(from->sp + known->offsets[i + 3]) ^ known->expected[i + 3])) != 0)
            return false;
    return true;
}

static inline void put_word(hf__known_walk *known, unsigned place, uint64_t slot, uint64_t expected)
{
    known->offsets[place] = (uint32_t)(slot - known->sp);
    known->expected[place] = expected;
}

/* Keeps the walk that the memo holds, in the place of the one of its set that was not used last. */
static __attribute__((noinline)) void keep_walk(hf__walker *walker, const hf__registers *from, uint32_t node)
{
    uint64_t mixed = mix_place(from);
    uint32_t set = set_of(mixed), way = walker->known_recent[set] ^ 1u;
    hf__known_walk *known = &walker->known[set][way];
    const hf__frame *memo = walker->memo;
    unsigned words = 0;
    known->version = 0;                            /* until it is whole */
    known->pc = from->pc;
    known->sp = from->sp;
    known->bp = from->bp;
    known->node = node;
    known->needs_bp = (memo[walker->count - 1].facts.node & HF__FRAME_NEEDS_BP) != 0;
    /* Inner ones first: they differ the most. The outermost frame has no word. */
    for (uint32_t i = walker->count - 1; i > 0; i--)
        put_word(known, words++, memo[i].slot, memo[i].caller_pc);
    for (uint32_t i = memo[walker->count - 1].facts.link; i > 0; i = memo[i - 1].facts.link) {
        if ((memo[i].facts.node & HF__FRAME_ANEW) != 0 || words == HF__WALK_WORDS)
            return;
        put_word(known, words++, bp_slot_of(&memo[i]), memo[i].caller_bp);
    }
    for (; words % 4 != 0; words++)
        put_word(known, words, memo[1].slot, memo[1].caller_pc);
    known->words = (uint16_t)words;
    known->version = walker->version;
    walker->known_tags[set].tags[way] = tag_of(mixed);
    walker->known_recent[set] = (uint8_t)way;
}

/* The node of a walk of the past that is this one; 0: there is none. */
static inline uint32_t known_walk(hf__walker *walker, const hf__registers *from)
{
    uint64_t mixed = mix_place(from);
    uint32_t set = set_of(mixed), tag = tag_of(mixed), way = walker->known_recent[set];
    const hf__walk_tags *tags = &walker->known_tags[set];
    if (tags->tags[way] == tag && holds(&walker->known[set][way], from, walker->version))
        return walker->known[set][way].node;
    way ^= 1;
    if (tags->tags[way] != tag || !holds(&walker->known[set][way], from, walker->version))
        return 0;
    walker->known_recent[set] = (uint8_t)way;
    return walker->known[set][way].node;
}

/* On the thread's own stack, by steps. */
static __attribute__((noinline)) uint32_t walk_by_steps(hf__unwinder *unwinder, hf__walker *walker, hf__registers from)
{
    /* From the same place as before, with the same callers. */
    if (from.pc == walker->from.pc && from.sp == walker->from.sp && walker->count > 0) {
        const hf__frame *inner = &walker->memo[walker->count - 1];
        if ((from.bp == walker->from.bp || (inner->facts.node & HF__FRAME_NEEDS_BP) == 0) &&
            find_changed(walker->memo, walker->count - 1) == 0)
            return inner->facts.node & HF__TRIE_PARENT_MASK;
    }
    uint32_t node = intern(unwinder, walker, from, climb(unwinder, walker, from, walker->own, true));
    if (walker->count >= 2 && walker->count <= HF__WALK_WORDS && walker->own.high - from.sp <= UINT32_MAX)
        keep_walk(walker, &from, node);
    return node;
}

/* On another stack than the thread's own. */
static __attribute__((noinline)) uint32_t walk_elsewhere(hf__unwinder *unwinder, hf__walker *walker, hf__registers from)
{
    hf__stack_range range;
    walker->count = 0;
    if (unwinder->range_of == NULL || !unwinder->range_of(from.sp, &range))
        return hf__trie_intern(unwinder->trie, 0, from.pc, HF__NODE_TRUNCATED, unwinder->before_new);
    return intern(unwinder, walker, from, climb(unwinder, walker, from, range, false));
}

uint32_t hf__walk_stack(hf__unwinder *unwinder, hf__walker *walker, hf__registers from)
{
    uint32_t epoch = atomic_load_explicit(&unwinder->epoch, memory_order_acquire);
    if (UNLIKELY(walker->epoch != epoch))
        forget(walker, epoch);
    if (UNLIKELY(from.sp - walker->own.low >= walker->own.high - walker->own.low))
        return walk_elsewhere(unwinder, walker, from);
    uint32_t node = known_walk(walker, &from);
    return LIKELY(node != 0) ? node : walk_by_steps(unwinder, walker, from);
}
