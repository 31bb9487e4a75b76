/* read_error.c - what went wrong while reading, in words, with its place.
 *
 * The JSON Pointer is found when it is needed, from the slots written so far: open containers lead
 * to the ones around them, and what stands in them is counted. Nothing here allocates. */
#include "text/read_state.h"

#include "base/fail.h"
#include "value/place.h"

/* ---- words ------------------------------------------------------------------------------- */

/* The character that stands at the place, and its length; 0 when the bytes are none. */
static unsigned take_character(const unsigned char *at, size_t length, uint32_t *ret_point)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned wanted = at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : at[0] < 0xf5 ? 4 : 0;
    if (wanted == 0 || wanted > length)
        return 0;
    uint32_t point = at[0] & (0x7fu >> wanted);
    for (unsigned i = 1; i < wanted; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (at[i] & 0x3f);
    }
    *ret_point = point;
    return point < least[wanted] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000) ? 0 : wanted;
}

/* Controls, spaces that look like others, and what has no width: the byte order mark is met most. */
static bool is_unseen(uint32_t point)
{
    return point <= 0xa0 || point == 0xad || (point >= 0x2000 && point <= 0x200f) || (point >= 0x2028 && point <= 0x202f) ||
           (point >= 0x205f && point <= 0x206f) || point == 0x3000 || point == 0xfeff || point >= 0xe0000;
}

/* The character at the place: itself in quotes when it can be seen, else its number. */
static void describe(char out[16], const char *at, size_t length)
{
    unsigned char byte = (unsigned char)at[0];
    uint32_t point = 0;
    unsigned sequence = take_character((const unsigned char *)at, length, &point);
    if (byte >= 0x20 && byte < 0x7f)
        snprintf(out, 16, "'%c'", byte);
    else if (sequence != 0 && !is_unseen(point))
        snprintf(out, 16, "'%.*s'", (int)sequence, at);
    else if (sequence != 0)
        snprintf(out, 16, "U+%04X", (unsigned)point);
    else
        snprintf(out, 16, "byte 0x%02x", byte);
}

static void describe_fault(const hf__reading *reading, hf_error *reterr)
{
    const hf__fault *fault = &reading->fault;
    size_t rest = reading->length - (size_t)(fault->place - reading->text);
    char met[16] = "";
    if (rest > 0)
        describe(met, fault->place, rest);
    const char *expected = fault->expected != NULL ? fault->expected : "";
    bool names_met = rest > 0 && (fault->status == HF_BAD_TOKEN || fault->status == HF_BAD_NUMBER ||
                                  fault->status == HF_TRAILING || fault->status == HF_BAD_CONTROL ||
                                  fault->status == HF_BAD_UTF8 || fault->status == HF_BAD_ESCAPE);
    hf__fail(reterr, fault->status, "%s%s%s%s", names_met ? met : "",
             names_met && expected[0] != 0 ? ", " : "", expected[0] != 0 ? "expected " : "", expected);
}

/* ---- place ------------------------------------------------------------------------------- */

/* The container around an open one, NULL at the root. */
static const hf__slot *around(const hf__slot *open)
{
    uint64_t distance = open->lo >> 24;
    return distance != 0 ? open - distance : NULL;
}

/* Adds the token by which `child` is found in `container`, an open container; `child` is its key
 * or value, or where the next one would be written. */
static void add_token(hf__pointer_writer *path, const hf__slot *container, const hf__slot *child)
{
    if (hf__kind(container) == HF__OBJECT) {
        hf__pointer_writer_key(path, hf__slot_text(child - 1));
        return;
    }
    uint64_t index = 0;
    for (const hf__slot *at = container + 1; at < child; at = hf__behind(at))
        index++;
    hf__pointer_writer_index(path, index);
}

static void find_place(const hf__reading *reading, hf_error *reterr)
{
    const hf__fault *fault = &reading->fault;
    const hf__slot *container = fault->top, *child = fault->next;
    hf__pointer_writer path;
    hf__pointer_writer_init(&path);
    if (container != NULL) {
        /* Behind a key its value is due; in an array the place belongs to an element that had begun. */
        bool is_array = hf__kind(container) == HF__ARRAY;
        if (is_array ? fault->inside : child - 1 > container && hf__is_key(child - 1))
            add_token(&path, container, child);
        for (const hf__slot *outer; (outer = around(container)) != NULL; container = outer)
            add_token(&path, outer, container);
    }
    hf__pointer_writer_finish(&path, reterr);
}

hf_status hf__reading_fail(const hf__reading *reading, hf_error *reterr)
{
    const hf__fault *fault = &reading->fault;
    if (reterr == NULL)
        return fault->status;
    describe_fault(reading, reterr);
    hf__error_set_place(reterr, reading->text - reading->skipped, reading->length + reading->skipped,
                        (uint64_t)(fault->place - reading->text) + reading->skipped);
    find_place(reading, reterr);
    return fault->status;
}
