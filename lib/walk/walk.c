/* walk.c - the parts of the cursor that are not inline: beginning, limits, mounts, links, chunks of
 * drafts, cleanups.
 *
 * Invariant between events: `next` is the first slot not yet looked at and lies in `top` (the root, or a
 * mounted or linked value), or it is `edge`: then all of top was visited or, when `begins`, nothing yet
 * of a top that is no container. `returns` leads from top outwards. So the fast path in walk.h need not
 * ask for the end: it meets a closing slot, or a slot of kind none. Nothing is allocated unless links are
 * followed or more than HF__WALK_DEFERS cleanups wait. */
#include <holdfast/walk.h>

#include "base/hash.h"
#include "value/ended.h"
#include "value/home.h"
#include "value/place.h"

#include "walk/walk_limits.h"
#include "walk/walk_place.h"

static const hf__slot edge = { HF__NONE, 0 };

/* ---- beginning and ending ---------------------------------------------------------------- */

static uint32_t depth_max(const hf_walk *walk)
{
    return walk->options.depth_max != 0 ? walk->options.depth_max : UINT32_MAX;
}

static void set_options(hf_walk *walk, const hf_walk_options *options)
{
    if (options != NULL)
        walk->options = *options;
    const hf_walk_options *given = &walk->options;
    walk->returns = walk->inline_returns;
    walk->returns_room = HF__WALK_RETURNS;
    walk->defers = walk->inline_defers;
    walk->defers_room = HF__WALK_DEFERS;
    walk->counts_bytes = given->bytes_max != 0;
    walk->follows = given->follow_links;
    walk->enter_below = walk->follows ? 0 : depth_max(walk);
    walk->deadline_ns = hf__walk_deadline(given);
    walk->check_at = UINT64_MAX;
    if (given->values_max != 0)
        walk->check_at = given->values_max + 1 != 0 ? given->values_max + 1 : UINT64_MAX;
    if (hf__walk_asks(given, walk->deadline_ns))
        walk->check_at = walk->check_at < HF__WALK_CHECK_EVERY ? walk->check_at : HF__WALK_CHECK_EVERY;
    if (walk->counts_bytes)
        walk->check_at = 1;
}

/* Leaving needs care at the level of top and where cleanups wait; the last to wait is the deepest. */
static void set_leave_slowly(hf_walk *walk)
{
    uint64_t level = (uint64_t)walk->top_level + 1;
    if (walk->defers_used > 0 && walk->defers[walk->defers_used - 1].depth > level)
        level = walk->defers[walk->defers_used - 1].depth;
    walk->leave_slowly = (uint32_t)level;
}

static void set_top(hf_walk *walk, hf_value top)
{
    walk->home = walk->value.home = top.home;
    walk->top = top.slot;
    walk->top_level = walk->level;
    set_leave_slowly(walk);
}

void hf_walk_init(hf_walk *walk, hf_value root, const hf_walk_options *options)
{
    memset(walk, 0, offsetof(hf_walk, inline_returns));
    set_options(walk, options);
    walk->reason = HF_WALK_UNFINISHED;
    walk->next = &edge;
    if (hf__view_is_none(root))
        return;
    set_top(walk, root);
    walk->entered_home = root.home;
    walk->begins = !hf__is_container(root.slot);
    if (!walk->begins)
        walk->next = root.slot;
}

/* What follows `at`, a value's last slot. */
static const hf__slot *next_to(const hf_walk *walk, const hf__slot *value, const hf__slot *last)
{
    return value == walk->top ? &edge : last + 1;
}

static void run_defers(hf_walk *walk, uint64_t depth)
{
    hf__walk_run_defers(walk->defers, &walk->defers_used, depth);
    set_leave_slowly(walk);
}

/* Where it ended stays readable, for hf_walk_get_position. */
static bool end_walk(hf_walk *walk, hf_walk_end reason)
{
    walk->reason = reason;
    walk->ended = true;
    walk->ended_next = walk->next;
    walk->next = &edge;
    walk->event = HF_NO_EVENT;
    if (reason != HF_WALK_STOPPED && reason != HF_WALK_UNFINISHED)
        run_defers(walk, 0);
    return false;
}

void hf_walk_stop(hf_walk *walk)
{
    if (!walk->ended)
        end_walk(walk, HF_WALK_STOPPED);
}

hf_walk_end hf_walk_finish(hf_walk *walk)
{
    if (!walk->ended)
        end_walk(walk, walk->next == &edge && !walk->begins && walk->returns_used == 0 ? HF_WALK_DONE : HF_WALK_UNFINISHED);
    run_defers(walk, 0);
    return walk->reason;
}

/* ---- mounted and linked values ----------------------------------------------------------- */

static bool grow_returns(hf_walk *walk)
{
    hf_arena *arena = walk->options.arena;
    uint32_t room = walk->returns_room * 2;
    hf__walk_return *grown = arena != NULL ? HF_ARENA_NEW_ARRAY(arena, hf__walk_return, room) : NULL;
    if (grown == NULL)
        return end_walk(walk, HF_WALK_NO_MEMORY);
    memcpy(grown, walk->returns, walk->returns_used * sizeof *grown);
    walk->returns = grown;
    walk->returns_room = room;
    return true;
}

/* Steps into `target`, which stands in the place of `from`. */
static bool step_into(hf_walk *walk, const hf__slot *from, hf_value target)
{
    if (walk->returns_used == walk->returns_room && !grow_returns(walk))
        return false;
    walk->returns[walk->returns_used++] = (hf__walk_return){ walk->home, from, walk->top, walk->top_level };
    set_top(walk, target);
    return true;
}

/* The key of the value that stands at the current top: that of the slot we came from. */
static hf_text key_of_top(const hf_walk *walk)
{
    hf_text none = { NULL, 0 };
    for (uint32_t i = walk->returns_used; i > 0; i--) {
        const hf__walk_return *back = &walk->returns[i - 1];
        if (back->from != back->top)
            return hf__is_key(back->from - 1) ? hf__slot_text(back->from - 1) : none;
    }
    return none;
}

/* At the end of a top: back to behind the mount, or the end of all. */
static bool return_from_top(hf_walk *walk)
{
    while (walk->next == &edge) {
        if (walk->returns_used == 0)
            return end_walk(walk, HF_WALK_DONE);
        const hf__walk_return *back = &walk->returns[--walk->returns_used];
        walk->home = walk->value.home = back->home;
        walk->top = back->top;
        walk->top_level = back->top_level;
        walk->next = next_to(walk, back->from, back->from);
    }
    set_leave_slowly(walk);
    return true;
}

/* ---- links ------------------------------------------------------------------------------- */

/* The set of places is open addressing in the arena: entered[0] cells, a power of two, of which entered[1] are
 * taken, at most half; then the cells. */
enum { ENTERED_FIRST = 16, ENTERED_HEAD = 2 };

static uint64_t *cell_of(uint64_t *entered, const hf__slot *place)
{
    uint64_t mask = entered[0] - 1, at = hf__hash_words((uintptr_t)place, 0, 0) & mask;
    while (entered[ENTERED_HEAD + at] != 0 && entered[ENTERED_HEAD + at] != (uintptr_t)place)
        at = (at + 1) & mask;
    return &entered[ENTERED_HEAD + at];
}

static bool grow_entered(hf_walk *walk)
{
    hf_arena *arena = walk->options.arena;
    uint64_t *old = walk->entered, room = old == NULL ? ENTERED_FIRST : old[0] * 2;
    uint64_t *grown = arena != NULL ? HF_ARENA_NEW_ARRAY(arena, uint64_t, ENTERED_HEAD + (size_t)room) : NULL;
    if (grown == NULL)
        return end_walk(walk, HF_WALK_NO_MEMORY);
    memset(grown, 0, (ENTERED_HEAD + (size_t)room) * sizeof *grown);
    grown[0] = room;
    for (uint64_t i = 0; old != NULL && i < old[0]; i++) {
        const hf__slot *place = (const hf__slot *)(uintptr_t)old[ENTERED_HEAD + i];
        if (place != NULL)
            *cell_of(grown, place) = (uintptr_t)place;
    }
    grown[1] = old != NULL ? old[1] : 0;
    walk->entered = grown;
    return true;
}

const hf__slot *hf__walk_place(const hf_walk *walk, bool *ret_can_repeat)
{
    hf_value at = { walk->home, walk->value.slot };
    const hf__slot *top = walk->top, *root = walk->returns_used > 0 ? walk->returns[0].top : top;
    *ret_can_repeat = true;
    if (at.slot == root)
        return root;
    bool by_link = false;
    for (uint32_t i = walk->returns_used; i > 0 && at.slot == top; i--) {
        const hf__walk_return *back = &walk->returns[i - 1];
        by_link = hf__kind(back->from) == HF__LINK;
        if (by_link || (at.home == walk->entered_home && at.slot->lo & HF__LINKED))
            break;
        at = (hf_value){ back->home, back->from };
        top = back->top;
    }
    *ret_can_repeat = by_link || at.slot->lo & HF__LINKED;
    return at.home == walk->entered_home ? at.slot : NULL;
}

/* Marks the place of the container that the walk has come to. False when it was entered there before, or when
 * memory ran out (the walk has ended then). Only the root and what links lead to can be come to twice: other
 * containers by the one that is around them only. */
static bool mark_entered(hf_walk *walk)
{
    bool can_repeat;
    const hf__slot *place = hf__walk_place(walk, &can_repeat);
    if (place == NULL || !can_repeat)
        return true;
    if ((walk->entered == NULL || walk->entered[1] * 2 >= walk->entered[0]) && !grow_entered(walk))
        return false;
    uint64_t *cell = cell_of(walk->entered, place);
    if (*cell != 0)
        return false;
    *cell = (uintptr_t)place;
    walk->entered[1]++;
    return true;
}

/* ---- rare kinds -------------------------------------------------------------------------- */

static bool count_value(hf_walk *walk, const hf__slot *at)
{
    return ++walk->values < walk->check_at || hf__walk_check(walk, at);
}

static bool enter(hf_walk *walk, const hf__slot *open)
{
    if (walk->level >= depth_max(walk))
        return end_walk(walk, HF_WALK_LIMIT_DEPTH);
    if (walk->follows && !mark_entered(walk)) {
        if (walk->ended)
            return false;
        walk->event = HF_AGAIN;
        walk->next = next_to(walk, open, hf__behind(open) - 1);
        return true;
    }
    walk->level++;
    walk->event = HF_ENTER;
    hf_value container = { walk->home, open };
    walk->next = hf__first_child(container);
    return count_value(walk, open);
}

/* A value that hf_walk_next does not take itself: a top that is no container, an edited container, a
 * mount, a link, a foreign value, or any container when limits or links ask for care. A loop, since a mount
 * or a link may lead to another one; links that lead to each other are reported as one. */
static bool take_value(hf_walk *walk, const hf__slot *at)
{
    for (uint32_t hops = 0;; hops++) {
        hf_value target;
        walk->value.slot = at;
        switch (hf__kind(at)) {
        case HF__ARRAY:
        case HF__OBJECT:
            return enter(walk, at);
        case HF__LINK:
            target = (hf_value){ walk->home, hf__link_place_of((hf_value){ walk->home, at }) };
            if (!walk->follows || target.slot == NULL || walk->home != walk->entered_home || hops > walk->home->link_count) {
                walk->event = HF_LINK;
                walk->next = next_to(walk, at, at);
                return count_value(walk, at);
            }
            break;
        case HF__MOUNT:
            target = hf__resolve((hf_value){ walk->home, at });
            break;
        default:
            walk->event = HF_VALUE;
            walk->next = next_to(walk, at, at);
            return count_value(walk, at);
        }
        if (!step_into(walk, at, target))
            return false;
        at = target.slot;
    }
}

/* Everything hf_walk_next does not do itself; `at` is behind the key, if there is one. */
bool hf__walk_rare(hf_walk *walk, const hf__slot *at)
{
    if (hf__kind(at) != HF__NONE)
        return take_value(walk, at);
    if (walk->ended)
        return false;
    if (walk->begins) {
        walk->begins = false;
        return take_value(walk, walk->top);
    }
    if (!return_from_top(walk))
        return false;
    /* The slot behind a mount: as hf_walk_next, but with care for all. */
    at = walk->next;
    if (hf__is_close(at)) {
        hf__walk_leave(walk, at);
        return true;
    }
    if (hf__is_key(at))
        walk->key = hf__slot_text(at++);
    return take_value(walk, at);
}

/* LEAVE of a top, of an edited container, or with cleanups waiting. */
void hf__walk_leave(hf_walk *walk, const hf__slot *close)
{
    hf_text none = { NULL, 0 };
    const hf__slot *open = close->lo & HF__EDITED ? walk->home->chunks->owner(walk->home, close)
                                                  : close - hf__way_back(close);
    run_defers(walk, walk->level);
    walk->depth = --walk->level;
    walk->event = HF_LEAVE;
    walk->value.slot = open;
    if (open == walk->top)
        walk->key = key_of_top(walk);
    else
        walk->key = hf__is_key(open - 1) ? hf__slot_text(open - 1) : none;
    walk->next = next_to(walk, open, close->lo & HF__EDITED ? open : close);
}

/* ---- limits ------------------------------------------------------------------------------ */

/* Ends the walk before the value just met, which is not reported. */
static bool end_before(hf_walk *walk, hf_walk_end reason)
{
    walk->values--;
    walk->level -= walk->event == HF_ENTER;
    return end_walk(walk, reason);
}

/* Looked at when `values` reaches check_at; `at` is the value just met. */
bool hf__walk_check(hf_walk *walk, const hf__slot *at)
{
    const hf_walk_options *limits = &walk->options;
    if (limits->values_max != 0 && walk->values > limits->values_max)
        return end_before(walk, HF_WALK_LIMIT_VALUES);
    if (walk->counts_bytes) {
        uint64_t bytes = hf_value_bytes((hf_value){ walk->home, at });
        if (bytes > limits->bytes_max - walk->bytes)
            return end_before(walk, HF_WALK_LIMIT_BYTES);
        walk->bytes += bytes;
        walk->check_at = walk->values + 1;
        if (walk->values % HF__WALK_CHECK_EVERY != 0)
            return true;
    } else {
        walk->check_at = limits->values_max != 0 ? limits->values_max + 1 : UINT64_MAX;
    }
    if (!hf__walk_asks(limits, walk->deadline_ns))
        return true;
    hf_walk_end reason = hf__walk_ask(limits, walk->deadline_ns);
    if (reason != HF_WALK_UNFINISHED)
        return end_before(walk, reason);
    uint64_t soon = walk->values + HF__WALK_CHECK_EVERY;
    walk->check_at = soon < walk->check_at ? soon : walk->check_at;
    return true;
}

/* ---- pruning and cleanups ---------------------------------------------------------------- */

void hf_walk_prune(hf_walk *walk)
{
    if (walk->ended || walk->level == 0)
        return;
    if (walk->event == HF_ENTER && !(walk->value.slot->lo & HF__EDITED)) {
        walk->next = hf__close_of(walk->value.slot);
        return;
    }
    /* What is left of the container around: out of a scalar's mount first. */
    if (walk->next == &edge && !return_from_top(walk))
        return;
    while (!hf__is_close(walk->next))
        walk->next = hf__behind(walk->next);
}

void hf_walk_skip(hf_walk *walk)
{
    if (walk->ended || walk->event != HF_ENTER)
        return;
    run_defers(walk, walk->level);
    walk->level--;
    walk->event = HF_NO_EVENT;
    walk->next = next_to(walk, walk->value.slot, hf__behind(walk->value.slot) - 1);
}

hf_status hf_walk_defer(hf_walk *walk, void (*cleanup)(void *context), void *context)
{
    if (walk->defers_used == walk->defers_room) {
        hf_arena *arena = walk->options.arena;
        uint32_t room = walk->defers_room * 2;
        hf__walk_defer *grown = arena != NULL ? HF_ARENA_NEW_ARRAY(arena, hf__walk_defer, room) : NULL;
        if (grown == NULL)
            return HF_NO_MEMORY;
        memcpy(grown, walk->defers, walk->defers_used * sizeof *grown);
        walk->defers = grown;
        walk->defers_room = room;
    }
    walk->defers[walk->defers_used++] = (hf__walk_defer){ cleanup, context, walk->level };
    set_leave_slowly(walk);
    return HF_OK;
}

/* ---- position ---------------------------------------------------------------------------- */

/* Before the value at which a limit ended the walk: out to the mount that it stands in for, to its key. */
static void step_back(hf_walk_position *position, const hf_walk *walk)
{
    const hf__slot *at = walk->value.slot;
    while (at == position->top && position->returns_used > 0) {
        const hf__walk_return *back = &position->returns[--position->returns_used];
        at = back->from;
        position->home = back->home;
        position->top = back->top;
        position->top_level = back->top_level;
    }
    position->begins = at == position->top && !hf__is_container(at);
    if (position->begins)
        position->next = &edge;
    else
        position->next = walk->key.bytes != NULL && at != position->top ? at - 1 : at;
}

hf_status hf_walk_get_position(const hf_walk *walk, hf_walk_position *ret_position)
{
    if (walk->follows)
        return HF_MISUSE;
    hf_walk_position position = { walk->ended ? walk->ended_next : walk->next, walk->top, walk->home, walk->level,
                                  walk->top_level, walk->returns_used, walk->begins, { { NULL, NULL, NULL, 0 } },
                                  walk->values, walk->bytes };
    memcpy(position.returns, walk->returns, walk->returns_used * sizeof *walk->returns);
    if (walk->ended && walk->reason >= HF_WALK_LIMIT_VALUES && walk->reason <= HF_WALK_CANCELLED)
        step_back(&position, walk);
    *ret_position = position;
    return HF_OK;
}

void hf_walk_resume(hf_walk *walk, const hf_walk_position *position, const hf_walk_options *options)
{
    memset(walk, 0, offsetof(hf_walk, inline_returns));
    set_options(walk, options);
    walk->follows = false;
    walk->reason = HF_WALK_UNFINISHED;
    walk->level = position->top_level;
    set_top(walk, (hf_value){ position->home, position->top });
    walk->next = position->next;
    walk->begins = position->begins;
    walk->level = position->level;
    walk->returns_used = position->returns_used;
    memcpy(walk->inline_returns, position->returns, position->returns_used * sizeof *position->returns);
}

/* ---- path -------------------------------------------------------------------------------- */

/* Writes from the end of a window towards its front and counts what lies before it. */
typedef struct backward {
    char  *out;
    size_t total, size, length; /* of the whole path, of the window, written so far */
} backward;

static void put_back(backward *to, char byte)
{
    size_t place = to->total - ++to->length;
    if (place < to->size)
        to->out[place] = byte;
}

static void put_token(backward *to, hf_text key)
{
    for (size_t i = key.length; i > 0; i--) {
        char byte = key.bytes[i - 1];
        if (byte == '~' || byte == '/') {
            put_back(to, byte == '~' ? '0' : '1');
            put_back(to, '~');
        } else {
            put_back(to, byte);
        }
    }
    put_back(to, '/');
}

static void put_index(backward *to, uint64_t index)
{
    do
        put_back(to, (char)('0' + index % 10));
    while ((index /= 10) != 0);
    put_back(to, '/');
}

/* The tokens from `slot` outwards to `top`. */
static void put_tokens(backward *to, const hf__home *home, const hf__slot *top, const hf__slot *slot)
{
    while (slot != top) {
        const hf__slot *behind = slot;
        while (!hf__is_close(behind))
            behind = hf__behind(behind);
        const hf__slot *open = behind->lo & HF__EDITED ? home->chunks->owner(home, behind) : behind - hf__way_back(behind);
        if (hf__kind(open) == HF__OBJECT) {
            put_token(to, hf__slot_text(slot - 1));
        } else {
            uint64_t index = 0;
            hf_value container = { home, open };
            for (const hf__slot *at = hf__first_child(container); at != slot; at = hf__behind(at))
                index++;
            put_index(to, index);
        }
        slot = open;
    }
}

static void put_path(const hf_walk *walk, backward *to)
{
    put_tokens(to, walk->home, walk->top, walk->value.slot);
    for (uint32_t i = walk->returns_used; i > 0; i--)
        put_tokens(to, walk->returns[i - 1].home, walk->returns[i - 1].top, walk->returns[i - 1].from);
}

size_t hf_walk_pointer(const hf_walk *walk, char *out, size_t size)
{
    if (walk->value.slot == NULL || walk->home == NULL)
        return 0;
    backward measure = { out, SIZE_MAX, 0, 0 };
    put_path(walk, &measure);
    backward to = { out, measure.length, size > 0 ? size - 1 : 0, 0 };
    put_path(walk, &to);
    if (size > 0)
        out[to.length < size ? to.length : size - 1] = 0;
    return to.length;
}
