/* walk.h - visiting every value below a root, in order, without recursion and without allocation.
 *
 * A cursor needs no stack: the way back is in the slots. Depth costs nothing. Mounted documents are
 * walked as if their values stood in place. Links are reported, and followed only when asked: then
 * each container is entered once, and a second arrival is reported as HF_AGAIN. A mounted or shared value
 * that is shown in several places is one container in each.
 *
 *     hf_walk walk;
 *     hf_walk_init(&walk, root, NULL);
 *     while (hf_walk_next(&walk)) {
 *         if (walk.event == HF_ENTER && hf_text_equal(walk.key, HF_T("secret")))
 *             hf_walk_prune(&walk);
 *     }
 *     hf_walk_end why = hf_walk_finish(&walk);
 *
 * The events of one value: HF_VALUE for a scalar; HF_ENTER, its children, HF_LEAVE for a container;
 * HF_LINK for a link that is not followed.
 *
 * Ends by itself at the end of the root, at a limit, or by hf_walk_stop; hf_walk_finish says why and
 * runs what was deferred and still waits. Table of all conditions: at hf_walk_end below.
 *
 * Valid as the views are: a walk over a draft ends at the draft's next change.
 * Threads: a walk belongs to one thread; many walks may go over one document at once. */
#ifndef HOLDFAST_WALK_H
#define HOLDFAST_WALK_H

#include <holdfast/arena.h>
#include <holdfast/cancel.h>
#include <holdfast/value.h>

HF_EXTERN_BEGIN

typedef enum hf_event {
    HF_NO_EVENT,
    HF_ENTER, /* a container begins; `value` is the container */
    HF_LEAVE, /* it ends; `value` is the container again, `key` is its key */
    HF_VALUE, /* a scalar */
    HF_LINK,  /* a link, not followed */
    HF_AGAIN  /* following links: a container that was entered before */
} hf_event;

/* Why a walk ended, what had been visited, and what is released when:
 *
 *     end                     visited                       deferred cleanups
 *     HF_WALK_DONE            everything                    each ran when its container was left,
 *                                                           those outside of any when the walk ended
 *     HF_WALK_STOPPED         up to the stop                wait; hf_walk_finish runs them, inner first
 *     HF_WALK_LIMIT_VALUES    `values_max` values           run at once, inner first, each once
 *     HF_WALK_LIMIT_DEPTH     up to the container below     likewise
 *                             the limit (not entered)
 *     HF_WALK_LIMIT_BYTES     up to the value that goes     likewise
 *                             beyond
 *     HF_WALK_LIMIT_TIME      up to the check               likewise
 *     HF_WALK_LIMIT_MEMORY    up to the check               likewise
 *     HF_WALK_CANCELLED       up to the check               likewise
 *     HF_WALK_NO_MEMORY       following links ran out of    likewise
 *                             the arena
 *     HF_WALK_UNFINISHED      hf_walk_finish was called     as STOPPED
 *                             before the end
 *
 * The value at which a limit ends a walk is not reported and not counted in `values`: a walk resumed from
 * there begins with it. A cleanup that leaves by longjmp counts as run; hf_walk_finish runs the others. */
typedef enum hf_walk_end {
    HF_WALK_DONE, HF_WALK_STOPPED, HF_WALK_LIMIT_VALUES, HF_WALK_LIMIT_DEPTH, HF_WALK_LIMIT_BYTES,
    HF_WALK_LIMIT_TIME, HF_WALK_LIMIT_MEMORY, HF_WALK_CANCELLED, HF_WALK_NO_MEMORY, HF_WALK_UNFINISHED
} hf_walk_end;

enum { HF__WALK_RETURNS = 65, HF__WALK_DEFERS = 8, HF__WALK_CHECK_EVERY = 2048 };

/* The way back from a mounted value, or from one behind a link. */
typedef struct hf__walk_return {
    const struct hf__home *home;
    const hf__slot        *from; /* the mount or link slot */
    const hf__slot        *top;
    uint32_t               top_level;
} hf__walk_return;

/* A cleanup that waits until the container at `depth` is left. */
typedef struct hf__walk_defer {
    void   (*cleanup)(void *context);
    void    *context;
    uint64_t depth;
} hf__walk_defer;

typedef struct hf_walk_options {
    uint64_t values_max; /* 0: no limit, for every field; a container counts when entered */
    uint64_t bytes_max;  /* of the values visited, as hf_value_bytes says */
    uint32_t depth_max;  /* containers below this depth end the walk */
    uint32_t time_ms;    /* a deadline, looked at every 2048 values */
    const hf_arena  *watch_arena;   /* looked at as often: ends when more than watch_arena_bytes are used */
    uint64_t         watch_arena_bytes;
    hf_budget       *watch_budget;  /* the same for what is charged to a budget */
    uint64_t         watch_budget_bytes;
    const hf_cancel *cancel;        /* looked at as often */
    hf_arena        *arena;         /* for following links and for more than 8 waiting cleanups; borrowed
                                       until hf_walk_finish. NULL: neither is possible */
    bool             follow_links;
    uint64_t         reserved[8];
} hf_walk_options;

typedef struct hf_walk {
    /* For the caller, after hf_walk_next returned true. */
    hf_event event;
    uint32_t depth; /* of `value` below the root, which is 0 */
    hf_value value;
    hf_text  key;   /* bytes NULL for array elements and for the root */
    uint64_t values; /* visited so far, containers when entered */

    /* The library's. */
    const hf__slot        *next;   /* the slot to look at; a slot of kind none at the end of `top` and before a
                                      top that is no container */
    const hf__slot        *ended_next; /* `next` before the walk ended */
    const hf__slot        *top;    /* the root, or the mounted or linked value inside of which we are */
    const struct hf__home *home;   /* whose slots these are */
    uint64_t               check_at; /* the count of values at which limits are looked at next */
    uint32_t               level;  /* containers entered and not left */
    uint32_t               enter_below;  /* a container at this level or deeper is not for the fast path */
    uint32_t               leave_slowly; /* nor is leaving one at this level or above: top's, or one with cleanups */
    uint32_t               top_level;    /* of `top` */
    hf_walk_end            reason;
    bool                   counts_bytes, follows, begins, ended;
    uint32_t               returns_used, defers_used;
    hf__walk_return       *returns;
    hf__walk_defer        *defers;
    uint32_t               returns_room, defers_room;
    uint64_t               bytes;
    uint64_t               deadline_ns;
    uint64_t              *entered; /* following links: places of entered_home that were entered */
    const struct hf__home *entered_home;
    hf_walk_options        options;
    hf__walk_return        inline_returns[HF__WALK_RETURNS];
    hf__walk_defer         inline_defers[HF__WALK_DEFERS];
    uint64_t               reserved[16];
} hf_walk;

/* Begins at `root` (absent: nothing to visit). `options` NULL: no limits; copied. A walk must not be
 * moved in memory between init and finish. */
HF_API void hf_walk_init(hf_walk *walk, hf_value root, const hf_walk_options *options);

/* Ends the walk and says why; runs cleanups that still wait, inner ones first. Further calls of
 * hf_walk_next return false. */
HF_API hf_walk_end hf_walk_finish(hf_walk *walk);

/* After HF_ENTER: skips the children of that container. After any other event: skips what is left
 * of the container around (costs a step for each sibling skipped). HF_LEAVE of the container comes
 * next either way, after the cleanups deferred in it. */
HF_API void hf_walk_prune(hf_walk *walk);

/* After HF_ENTER: leaves the container out altogether; what follows it comes next, without HF_LEAVE.
 * What was deferred in it runs now. After any other event: nothing. For copying with parts left out. */
HF_API void hf_walk_skip(hf_walk *walk);

/* Ends the walk: the next hf_walk_next returns false. Cleanups wait for hf_walk_finish. */
HF_API void hf_walk_stop(hf_walk *walk);

/* Calls cleanup(context) once, when the innermost container that is entered is left, in whatever
 * way; outside of any container, when the walk ends. HF_NO_MEMORY when more than 8 wait and the
 * arena has no room: the cleanup is then not taken. A cleanup may walk, with a walk of its own; it
 * must not touch this one. */
HF_API HF_NODISCARD hf_status hf_walk_defer(hf_walk *walk, void (*cleanup)(void *context), void *context);

/* The JSON Pointer of the current value into `out`, terminated when `size` > 0; returns the length
 * of the whole, like snprintf. Found on demand: O(depth * siblings). */
HF_API size_t hf_walk_pointer(const hf_walk *walk, char *out, size_t size);

/* Where a walk stands: plain data to copy and resume from, as long as the root's views are valid. */
typedef struct hf_walk_position {
    const hf__slot        *next, *top;
    const struct hf__home *home;
    uint32_t               level, top_level, returns_used;
    bool                   begins;
    hf__walk_return        returns[HF__WALK_RETURNS];
    uint64_t               values, bytes;
} hf_walk_position;

/* The position behind the last event, also after the end: a walk that a limit or a stop has ended goes
 * on from there. HF_MISUSE for a walk that follows links. */
HF_API HF_NODISCARD hf_status hf_walk_get_position(const hf_walk *walk, hf_walk_position *ret_position);
/* Goes on from there with fresh limits and no cleanups; `values` goes on counting from 0. */
HF_API void hf_walk_resume(hf_walk *walk, const hf_walk_position *position, const hf_walk_options *options);

HF_API bool hf__walk_rare(hf_walk *walk, const hf__slot *at);
HF_API bool hf__walk_check(hf_walk *walk, const hf__slot *at);
HF_API void hf__walk_leave(hf_walk *walk, const hf__slot *close);

/* Goes to the next event; false at the end. The commonest questions first: a jump table over the kinds
 * costs mispredictions (measured, see docs/performance.md). */
static inline bool hf_walk_next(hf_walk *walk)
{
    const hf__slot *at = walk->next;
    hf_text key = { NULL, 0 };
    if (hf__is_key(at)) {
        key = hf__slot_text(at++);
    } else if (hf__is_close(at)) {
        const hf__slot *open = at - hf__way_back(at);
        if (HF_UNLIKELY((at->lo & HF__EDITED) != 0 || walk->level <= walk->leave_slowly)) {
            hf__walk_leave(walk, at);
            return true;
        }
        if (hf__is_key(open - 1))
            key = hf__slot_text(open - 1);
        walk->key = key;
        walk->value.slot = open;
        walk->depth = --walk->level;
        walk->event = HF_LEAVE;
        walk->next = at + 1;
        return true;
    }
    uint32_t level = walk->level;
    walk->key = key;
    walk->value.slot = at;
    walk->depth = level;
    if (HF_UNLIKELY(hf__is_rare(at)))
        return hf__walk_rare(walk, at);
    bool is_container = hf__is_container(at);
    if (is_container) {
        if (HF_UNLIKELY((at->lo & HF__EDITED) != 0 || level >= walk->enter_below))
            return hf__walk_rare(walk, at);
        walk->level = level + 1;
    }
    walk->event = is_container ? HF_ENTER : HF_VALUE;
    walk->next = at + 1;
    if (HF_UNLIKELY(++walk->values >= walk->check_at))
        return hf__walk_check(walk, at);
    return true;
}

HF_EXTERN_END

#endif
