/* writer_canonical.c - the canonical form of RFC 8785: members in order, numbers as ECMAScript has them.
 *
 * An object whose keys are in order already is written as its slots lie. For any other the members
 * are sorted, and a frame says which comes next: so memory is needed only for those that are open and out
 * of order. Nothing recurses.
 *
 *     frames    [object, next, count | ...]        members    [keys of the outer object | of the inner | ...]
 *
 * Invariant: the keys of a frame that are still to be written are members[first + next .. first + count);
 * those of a frame end where those of the next one begin. */
#include "text/writer.h"

#include <math.h>

#include "base/number_compare.h"
#include "base/number_write.h"

typedef struct frame {
    const hf__slot *object;
    const hf__slot *end_slot;     /* of the run that the object lies in */
    size_t          first, next, count;
    uint32_t        returns_used; /* mounts entered before it */
} frame;

typedef struct canonical {
    hf__writer      *w;
    hf__memory       memory;
    frame           *frames;
    size_t           frames_used, frames_room;
    const hf__slot **members;
    size_t           members_used, members_room;
} canonical;

/* ---- keys -------------------------------------------------------------------------------- */

/* A byte of UTF-8 as a number in the order of UTF-16: surrogates, which stand for what begins with
 * 0xf0 and above, come before U+E000 to U+FFFF, which begin with 0xee and 0xef. */
static int in_order_of_utf16(unsigned char byte)
{
    if (byte < 0xee)
        return byte;
    return byte >= 0xf0 ? byte - 2 : byte + 7;
}

/* RFC 8785, 3.2.3: by code units of UTF-16. */
static int compare_keys(hf_text a, hf_text b)
{
    size_t shorter = a.length < b.length ? a.length : b.length, i = 0;
    if (shorter == 0 || memcmp(a.bytes, b.bytes, shorter) == 0)
        return a.length < b.length ? -1 : a.length > b.length;
    while (a.bytes[i] == b.bytes[i])
        i++;
    return in_order_of_utf16((unsigned char)a.bytes[i]) - in_order_of_utf16((unsigned char)b.bytes[i]);
}

/* The same key twice: those that lie first come first, so that the second is the one at fault. */
static int compare_members(const hf__slot *a, const hf__slot *b)
{
    int order = compare_keys(hf__slot_text(a), hf__slot_text(b));
    return order != 0 ? order : (a > b) - (a < b);
}

static void sift(const hf__slot **members, size_t at, size_t count)
{
    const hf__slot *moved = members[at];
    for (size_t below; (below = 2 * at + 1) < count; at = below) {
        if (below + 1 < count && compare_members(members[below], members[below + 1]) < 0)
            below++;
        if (compare_members(moved, members[below]) >= 0)
            break;
        members[at] = members[below];
    }
    members[at] = moved;
}

/* Heap sort: in place, and in n log n steps whoever chose the keys. */
static void sort_members(const hf__slot **members, size_t count)
{
    for (size_t i = count / 2; i-- > 0;)
        sift(members, i, count);
    for (size_t end = count; end-- > 1;) {
        const hf__slot *largest = members[0];
        members[0] = members[end];
        members[end] = largest;
        sift(members, 0, end);
    }
}

static const hf__slot *first_key(const hf__writer *w, const hf__slot *object)
{
    return (object->lo & HF__EDITED) != 0 ? hf__first_child((hf_value){ w->home, object }) : object + 1;
}

/* Whether the keys of an object come in order and no key twice. */
static bool is_in_order(const hf__writer *w, const hf__slot *object)
{
    const hf__slot *before = NULL;
    for (const hf__slot *key = first_key(w, object); !hf__is_close(key); key = hf__behind(key + 1)) {
        if (before != NULL && compare_keys(hf__slot_text(before), hf__slot_text(key)) >= 0)
            return false;
        before = key;
    }
    return true;
}

/* ---- frames ------------------------------------------------------------------------------ */

/* Room for `count` more entries of `size` bytes behind `used`. */
static bool make_room(canonical *c, void **entries, size_t *room, size_t used, size_t count, size_t size)
{
    if (count <= *room - used)
        return true;
    size_t wanted = *room < 16 ? 16 : 2 * *room;
    wanted = wanted < used + count ? used + count : wanted;
    hf_status status = *room == 0
                           ? hf__memory_allocate(&c->memory, wanted * size, 16, entries, c->w->reterr)
                           : hf__memory_resize(&c->memory, entries, *room * size, wanted * size, 16, c->w->reterr);
    if (status != HF_OK) {
        c->w->status = status;
        return false;
    }
    *room = wanted;
    return true;
}

static bool push_object(canonical *c, const hf__slot *object, const hf__slot *end_slot)
{
    hf__writer *w = c->w;
    size_t      count = hf__count(object), used = 0;
    if (!make_room(c, (void **)&c->frames, &c->frames_room, c->frames_used, 1, sizeof *c->frames) ||
        !make_room(c, (void **)&c->members, &c->members_room, c->members_used, count, sizeof *c->members))
        return false;
    const hf__slot **members = c->members + c->members_used;
    for (const hf__slot *key = first_key(w, object); !hf__is_close(key); key = hf__behind(key + 1))
        members[used++] = key;
    sort_members(members, count);
    for (size_t i = 1; i < count; i++)
        if (hf_text_equal(hf__slot_text(members[i - 1]), hf__slot_text(members[i])))
            return hf__writer_fail(w, HF_DUPLICATE_KEY, members[i] + 1, "canonical form has each key once") != NULL;
    c->frames[c->frames_used++] = (frame){ object, end_slot, c->members_used, 0, count, w->returns_used };
    c->members_used += count;
    return true;
}

/* ---- values ------------------------------------------------------------------------------ */

/* The double that stands for a number. False for a number whose digits would not come back: one that
 * is no double, and is not spelled as canonical form spells the double next to it. */
static bool canonical_double(const hf__slot *slot, char *spelled, size_t *ret_length)
{
    char        plain[HF__NUMBER_WRITE_ROOM];
    hf__number  number = { (hf__number_kind)hf__kind(slot), slot->hi, NULL, 0 };
    hf__number  nearest = { HF__NUMBER_DOUBLE, 0, NULL, 0 };
    double      value;
    if (hf__kind(slot) == HF__NUMTEXT) {
        hf_text source = hf__number_source(slot);
        number.text = source.bytes;
        number.length = source.length;
        if (!hf__number_read(source.bytes, source.bytes + source.length, &number.kind, &number.bits))
            return false;
    }
    switch (number.kind) {
    case HF__NUMBER_INT64: value = (double)(int64_t)number.bits; break;
    case HF__NUMBER_UINT64: value = (double)number.bits; break;
    case HF__NUMBER_DOUBLE: memcpy(&value, &number.bits, sizeof value); break;
    default: value = hf__number_nearest(number.text, number.text + number.length); break;
    }
    if (!isfinite(value))
        return false;
    *ret_length = hf__number_write_canonical(spelled, value);
    memcpy(&nearest.bits, &value, sizeof value);
    if (number.kind == HF__NUMBER_DOUBLE || hf__number_compare(number, nearest) == 0)
        return true;
    if (number.kind != HF__NUMBER_TEXT) {
        number.text = plain;
        number.length = number.kind == HF__NUMBER_INT64 ? hf__number_write_i64(plain, (int64_t)number.bits)
                                                        : hf__number_write_u64(plain, number.bits);
    }
    return hf_text_equal(hf_text_of(number.text, number.length), hf_text_of(spelled, *ret_length));
}

static char *put_text(hf__writer *w, char *to, const hf__slot *slot)
{
    *to++ = '"';
    to = hf__writer_text(w, to, hf__slot_text(slot), (slot->lo & HF__ESCAPE) != 0);
    if (to == NULL)
        return NULL;
    *to++ = '"';
    *to++ = hf__is_key(slot) ? ':' : ',';
    return to;
}

static char *put_scalar(hf__writer *w, char *to, const hf__slot *slot)
{
    size_t length = 0;
    switch (hf__kind(slot)) {
    case HF__NULL: return (char *)memcpy(to, "null,", 5) + 5;
    case HF__BOOL:
        length = (slot->lo & HF__TRUE) != 0 ? 5 : 6;
        return (char *)memcpy(to, length == 5 ? "true," : "false,", length) + length;
    default: break;
    }
    if (!canonical_double(slot, to, &length))
        return hf__writer_fail(w, HF_NOT_REPRESENTABLE, slot, "canonical form has no number but doubles");
    to[length] = ',';
    return to + length + 1;
}

static char *close_container(char *to, bool is_object)
{
    to -= to[-1] == ',';
    *to++ = is_object ? '}' : ']';
    *to++ = ',';
    return to;
}

/* ---- the loop ---------------------------------------------------------------------------- */

/* At the end of a run: on to the next member of a sorted object, or behind it, or back from a mounted
 * document. False at the end of all, and on failure. */
static bool next_run(canonical *c, char **to)
{
    hf__writer *w = c->w;
    if (c->frames_used == 0 || c->frames[c->frames_used - 1].returns_used != w->returns_used)
        return hf__writer_return(w);
    frame *top = &c->frames[c->frames_used - 1];
    if (top->next == top->count) {
        *to = close_container(*to, true);
        w->at = hf__behind(top->object);
        w->end_slot = top->end_slot;
        c->members_used = top->first;
        c->frames_used--;
        return true;
    }
    const hf__slot *key = c->members[top->first + top->next++];
    *to = put_text(w, *to, key);
    w->at = key + 1;
    w->end_slot = hf__behind(w->at);
    return *to != NULL;
}

/* Writes the slot, or opens what it stands for; w->at is behind it. NULL on failure. */
static char *put_slot(canonical *c, char *to, const hf__slot *slot)
{
    hf__writer *w = c->w;
    if (hf__is_close(slot)) {
        if ((slot->lo & HF__EDITED) != 0)
            w->at = w->home->chunks->owner(w->home, slot) + 1;
        return close_container(to, (slot->lo & HF__KEY) != 0);
    }
    if (hf__is_text(slot))
        return put_text(w, to, slot);
    if (!hf__is_container(slot))
        return hf__is_number(slot) || hf__kind(slot) == HF__NULL || hf__kind(slot) == HF__BOOL
                   ? put_scalar(w, to, slot)
                   : hf__writer_rare(w, to, slot);
    bool is_object = hf__kind(slot) == HF__OBJECT;
    *to++ = is_object ? '{' : '[';
    if (is_object && !is_in_order(w, slot)) {
        if (!push_object(c, slot, w->end_slot))
            return NULL;
        w->at = w->end_slot; /* this run goes on when the object is written */
    } else if ((slot->lo & HF__EDITED) != 0) {
        w->at = hf__first_child((hf_value){ w->home, slot });
    }
    return to;
}

static bool write_canonical(canonical *c)
{
    hf__writer *w = c->w;
    char       *to = w->to;
    for (;;) {
        to = hf__writer_room(w, to, HF__WRITE_SLACK);
        if (to == NULL)
            return false;
        if (w->at == w->end_slot) {
            if (!next_run(c, &to))
                break;
            continue;
        }
        const hf__slot *slot = w->at++;
        to = put_slot(c, to, slot);
        if (to == NULL)
            return false;
    }
    if (w->status != HF_OK)
        return false;
    w->to = to - 1; /* the comma behind the last value */
    return true;
}

bool hf__writer_canonical(hf__writer *w)
{
    canonical c = { .w = w, .memory = { w->options.allocator, w->options.budget } };
    bool      done = write_canonical(&c);
    hf__memory_free(&c.memory, c.frames, c.frames_room * sizeof *c.frames, 16);
    hf__memory_free(&c.memory, c.members, c.members_room * sizeof *c.members, 16);
    return done;
}
