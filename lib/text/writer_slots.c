/* writer_slots.c - the loop over slots that writes them.
 *
 * Every value is followed by a comma; a closing slot takes back the one before it. So nothing has to
 * be known about levels: the closing slots close. Compiled twice, minified and pretty. */
#include "text/writer.h"

#include "base/escape.h"
#include "base/number_digits.h"
#include "base/number_read.h"
#include "base/number_write.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* ---- scalars ----------------------------------------------------------------------------- */

static inline char *put(char *to, const char *bytes, size_t length)
{
    memcpy(to, bytes, length);
    return to + length;
}

/* 15 bytes and more, by two halves that overlap where that is enough. */
ALWAYS_INLINE char *put_long_text(char *to, hf_text text)
{
    const char *from = text.bytes, *last = text.bytes + text.length;
    char       *end = to + text.length;
    if (text.length <= 16) {
        memcpy(to, from, 8);
        memcpy(end - 8, last - 8, 8);
    } else if (text.length <= 32) {
        memcpy(to, from, 16);
        memcpy(end - 16, last - 16, 16);
    } else if (text.length <= 64) {
        memcpy(to, from, 32);
        memcpy(end - 32, last - 32, 32);
    } else {
        memcpy(to, from, text.length);
    }
    return end;
}

ALWAYS_INLINE char *put_word(char *to, hf__slot_kind kind, uint64_t bits)
{
    double value;
    if (kind == HF__INT64 && bits < 100000000)
        return to + hf__write_short(to, (uint32_t)bits);
    switch (kind) {
    case HF__INT64: return to + hf__number_write_i64(to, (int64_t)bits);
    case HF__UINT64: return to + hf__number_write_u64(to, bits);
    default: break;
    }
    memcpy(&value, &bits, sizeof value);
    return to + hf__number_write_double(to, value);
}

/* A number as text: by its spelling, or when it has to be spelled anew by the word that holds it. */
static char *put_number_text(hf__writer *w, char *to, const hf__slot *slot)
{
    hf_text         source = hf__number_source(slot);
    hf__number_kind kind;
    uint64_t        bits;
    if (w->options.respell && hf__number_read(source.bytes, source.bytes + source.length, &kind, &bits) &&
        kind != HF__NUMBER_TEXT)
        return put_word(to, (hf__slot_kind)kind, bits);
    return hf__writer_text(w, to, source, false);
}

ALWAYS_INLINE char *put_number(hf__writer *w, char *to, const hf__slot *slot, bool spelled)
{
    size_t length = hf__byte1(slot);
    if (length != 0 && spelled) {
        const char *from = (const char *)slot + hf__offset48(slot->lo);
        if (HF_LIKELY(length <= HF__WRITE_OVERREAD && (uintptr_t)from - w->easy_begin < w->easy_bytes))
            memcpy(to, from, HF__WRITE_OVERREAD);
        else
            memcpy(to, from, length);
        return to + length;
    }
    if (hf__kind(slot) == HF__NUMTEXT)
        return put_number_text(w, to, slot);
    return put_word(to, hf__kind(slot), slot->hi);
}

/* ---- lines ------------------------------------------------------------------------------- */

typedef struct lines {
    uint64_t level;
    unsigned width; /* of a level */
    char     fill;
} lines;

ALWAYS_INLINE char *new_line(char *to, const lines *l)
{
    uint64_t level = l->level < HF__WRITE_INDENT_LEVELS ? l->level : HF__WRITE_INDENT_LEVELS;
    *to++ = '\n';
    memset(to, l->fill, level * l->width);
    return to + level * l->width;
}

/* ---- the loop ---------------------------------------------------------------------------- */

/* Text with its quotes, and what follows it. */
ALWAYS_INLINE char *put_text(hf__writer *w, char *to, const hf__slot *slot, bool pretty)
{
    uint64_t lo = slot->lo;
    *to++ = '"';
    if (HF_LIKELY((lo & (1 | HF__ESCAPE)) == 0)) {
        memcpy(to, (const char *)slot + 2, 8);
        memcpy(to + 6, (const char *)slot + 8, 8);
        to += hf__byte1(slot);
    } else {
        hf_text text = hf__slot_text(slot);
        if ((lo & HF__ESCAPE) == 0 && text.length + HF__WRITE_SLACK <= (size_t)(w->end - to)) {
            to = put_long_text(to, text);
        } else if ((lo & HF__ESCAPE) != 0 && 6 * text.length + HF__WRITE_SLACK <= (size_t)(w->end - to)) {
            to += hf__escape(text.bytes, text.length, to);
        } else {
            to = hf__writer_text(w, to, text, (lo & HF__ESCAPE) != 0);
            if (to == NULL)
                return NULL;
        }
    }
    to[0] = '"';
    to[1] = (lo & HF__KEY) != 0 ? ':' : ',';
    to[2] = ' ';
    return to + 2 + (pretty && (lo & HF__KEY) != 0);
}

/* Opens a container, or writes it whole from its source. Returns the slot to go on with. */
ALWAYS_INLINE const hf__slot *open_container(hf__writer *w, const hf__slot *slot, char **to, lines *l,
                                             bool pretty)
{
    if (!pretty && w->from_source && (slot->lo & (HF__DIRTY | HF__EDITED)) == 0) {
        hf_text source = hf__container_source(slot);
        if (source.length > 0) {
            *to = hf__writer_source(w, *to, source);
            if (*to != NULL)
                *(*to)++ = ',';
            return hf__behind(slot);
        }
    }
    *(*to)++ = hf__kind(slot) == HF__OBJECT ? '{' : '[';
    l->level++;
    if (HF_UNLIKELY((slot->lo & HF__EDITED) != 0))
        return hf__first_child((hf_value){ w->home, slot });
    return slot + 1;
}

ALWAYS_INLINE const hf__slot *close_container(hf__writer *w, const hf__slot *slot, char **to, lines *l,
                                              bool pretty)
{
    bool filled = (*to)[-1] == ',';
    *to -= filled;
    l->level--;
    if (pretty && filled)
        *to = new_line(*to, l);
    (*to)[0] = (slot->lo & HF__KEY) != 0 ? '}' : ']';
    (*to)[1] = ',';
    *to += 2;
    if (HF_UNLIKELY((slot->lo & HF__EDITED) != 0))
        return w->home->chunks->owner(w->home, slot) + 1;
    return slot + 1;
}

/* Those that stand for another value: that one begins the line. */
ALWAYS_INLINE bool stands_for_another(hf__slot_kind kind)
{
    return kind == HF__MOUNT || kind == HF__EXTENSION;
}

/* Commonest question first, as in the walk. */
ALWAYS_INLINE bool write_slots(hf__writer *w, bool pretty)
{
    const hf__slot *at = w->at, *end = w->end_slot;
    char           *to = w->to;
    bool            spelled = !w->options.respell, behind_key = false;
    lines           l = { 0, w->options.tabs ? 1 : w->options.indent, w->options.tabs ? '\t' : ' ' };
    for (;;) {
        if (HF_UNLIKELY(at == end)) {
            if (!hf__writer_return(w))
                break;
            at = w->at;
            end = w->end_slot;
            continue;
        }
        if (HF_UNLIKELY((size_t)(w->end - to) < HF__WRITE_SLACK))
            to = hf__writer_room(w, to, HF__WRITE_SLACK);
        if (HF_UNLIKELY(to == NULL))
            return false;
        const hf__slot *slot = at++;
        hf__slot_kind   kind = hf__kind(slot);
        bool            is_of_key = behind_key;
        if (pretty && !is_of_key && kind != HF__CLOSE && !stands_for_another(kind) && to > w->begin)
            to = new_line(to, &l);
        behind_key = false;
        if (hf__is_text(slot)) {
            behind_key = (slot->lo & HF__KEY) != 0;
            to = put_text(w, to, slot, pretty);
        } else if (kind == HF__CLOSE) {
            at = close_container(w, slot, &to, &l, pretty);
        } else if (hf__is_container(slot)) {
            at = open_container(w, slot, &to, &l, pretty);
        } else if (hf__is_number(slot)) {
            to = put_number(w, to, slot, spelled);
            if (to != NULL)
                *to++ = ',';
        } else if (kind == HF__BOOL) {
            to = (slot->lo & HF__TRUE) != 0 ? put(to, "true,", 5) : put(to, "false,", 6);
        } else if (kind == HF__NULL) {
            to = put(to, "null,", 5);
        } else {
            behind_key = is_of_key && stands_for_another(kind);
            w->at = at;
            w->end_slot = end;
            to = hf__writer_rare(w, to, slot);
            at = w->at;
            end = w->end_slot;
        }
        if (HF_UNLIKELY(to == NULL))
            return false;
    }
    w->to = to - 1; /* the comma behind the last value */
    return true;
}

bool hf__writer_minified(hf__writer *w)
{
    return write_slots(w, false);
}

bool hf__writer_pretty(hf__writer *w)
{
    return write_slots(w, true);
}
