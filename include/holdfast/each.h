/* each.h - the fastest way to see everything below a root: the observer is compiled into the loop.
 *
 *     HF_OBSERVER hf_visit_answer add_up(hf_seen seen, void *context)
 *     {
 *         if (seen.event == HF_VALUE)
 *             *(double *)context += hf_as_double(seen.value, 0);
 *         return HF_VISIT_ON;
 *     }
 *     ...
 *     double sum = 0;
 *     hf_walk_end why = hf_each(hf_root(document), add_up, &sum);
 *
 * The events of hf_walk_next without options, in the same order, at the same depths; mounted documents
 * stand in place, links are shown and never followed. No allocation, no recursion, any depth. What it
 * leaves to walk.h: limits, cleanups, resuming, JSON Pointers, and going on when you like.
 *
 * Why it is faster: place and depth stay in registers, since nobody else looks at them, and each
 * event reaches a copy of the observer made for it. So name the observer itself in the call, with
 * HF_OBSERVER; through a variable it works as well, and is as slow as any callback. Mounted
 * documents and drafts go through a cursor, at the speed of walk.h.
 *
 * Valid as the views are; the observer must not change a draft that it looks at.
 * Threads: nothing is shared; many may look at one document at once. */
#ifndef HOLDFAST_EACH_H
#define HOLDFAST_EACH_H

#include <holdfast/visit.h>

HF_EXTERN_BEGIN

#if defined(__GNUC__) || defined(__clang__)
#define HF_OBSERVER static inline __attribute__((always_inline))
#else
#define HF_OBSERVER static inline
#endif

typedef struct hf_seen {
    hf_event event; /* HF_ENTER, HF_LEAVE, HF_VALUE, HF_LINK */
    uint32_t depth; /* of `value` below the root, which is 0 */
    hf_value value; /* of HF_LEAVE: the container again, with its key */
    hf_text  key;   /* bytes NULL for array elements and for the root */
} hf_seen;

/* What comes next, as for hf_visit. */
typedef hf_visit_answer hf_observer(hf_seen seen, void *context);

/* Whether the loop below may look at the slots of `root`: not when it is absent or ended, a mount, or of a draft. */
HF_API bool hf__each_is_plain(hf_value root);
/* All of `value`, which has `depth` and `key`, by a cursor. HF_VISIT_STOP; HF_VISIT_PRUNE when what is left of the
 * container around is left out; else HF_VISIT_ON. */
HF_API hf_visit_answer hf__each_other(hf_value value, uint32_t depth, hf_text key, hf_observer *observe, void *context);

/* Leaves out what is left of a container: its closing slot, or the end. */
static inline const hf__slot *hf__each_rest(const hf__slot *at, const hf__slot *end)
{
    while (at != end && !hf__is_close(at))
        at = hf__behind(at);
    return at;
}

/* As hf__slot_text, of a key: without a branch, since short and long ones mix. */
static inline hf_text hf__key_text(const hf__slot *key)
{
    bool    is_long = (key->lo & 1) != 0;
    hf_text text;
    text.bytes = (const char *)key + (is_long ? hf__offset48(key->hi) : 2);
    text.length = (size_t)(is_long ? key->lo >> 16 : hf__byte1(key));
    return text;
}

/* Shows everything below `root`, and `root` itself, to `observe`. Absent: nothing to see.
 * HF_WALK_DONE, or HF_WALK_STOPPED by the observer. */
HF_OBSERVER hf_walk_end hf_each(hf_value root, hf_observer *observe, void *context)
{
    hf_text         key = { NULL, 0 };
    hf_visit_answer answer;
    uint32_t        level = 0;
    if (!hf__each_is_plain(root))
        return hf__each_other(root, 0, key, observe, context) == HF_VISIT_STOP ? HF_WALK_STOPPED : HF_WALK_DONE;
    for (const hf__slot *at = root.slot, *end = hf__behind(at);;) {
        do {
            key = hf_text_of(NULL, 0);
            if (hf__is_key(at)) {
                key = hf__key_text(at++);
            } else if (hf__is_close(at)) {
                hf_seen left = { HF_LEAVE, --level, { root.home, at - hf__way_back(at) }, key };
                if (left.value.slot != root.slot && hf__is_key(left.value.slot - 1))
                    left.key = hf__key_text(left.value.slot - 1);
                at++;
                answer = observe(left, context);
                if (HF_UNLIKELY(answer == HF_VISIT_STOP))
                    return HF_WALK_STOPPED;
                if (HF_UNLIKELY(answer == HF_VISIT_PRUNE))
                    at = hf__each_rest(at, end);
                continue;
            }
            /* Kinds up to long text take one comparison. */
            if (hf__kind(at) <= HF__LONG_TEXT) {
                hf_seen seen = { hf__kind(at) == HF__LINK ? HF_LINK : HF_VALUE, level, { root.home, at }, key };
                at++;
                answer = observe(seen, context);
                if (HF_UNLIKELY(answer == HF_VISIT_STOP))
                    return HF_WALK_STOPPED;
                if (HF_UNLIKELY(answer == HF_VISIT_PRUNE))
                    at = hf__each_rest(at, end);
            } else if (hf__is_container(at)) {
                hf_seen entered = { HF_ENTER, level++, { root.home, at }, key };
                at++;
                answer = observe(entered, context);
                if (HF_UNLIKELY(answer == HF_VISIT_STOP))
                    return HF_WALK_STOPPED;
                if (HF_UNLIKELY(answer == HF_VISIT_PRUNE))
                    at = hf__close_of(entered.value.slot);
                if (HF_UNLIKELY(answer == HF_VISIT_SKIP)) {
                    at = hf__behind(entered.value.slot);
                    level--;
                }
            } else {
                break; /* out of the loop, which has no call in it but the observer and keeps its registers */
            }
        } while (at != end);
        if (at == end)
            return HF_WALK_DONE;
        hf_value other = { root.home, at };
        answer = hf__each_other(other, level, key, observe, context);
        at++;
        if (answer == HF_VISIT_STOP)
            return HF_WALK_STOPPED;
        if (answer == HF_VISIT_PRUNE)
            at = hf__each_rest(at, end);
        if (at == end)
            return HF_WALK_DONE;
    }
}

HF_EXTERN_END

#endif
