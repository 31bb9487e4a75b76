/* value_layout.h - the bits of a slot. Part of the ABI; the byte format is docs/formats/block.md.
 *
 * For reading by inline accessors (value.h) and by code that walks slots itself. User code wants
 * value.h and walk.h instead.
 *
 * A value is one slot of 16 bytes, or for a container a run of slots in pre-order:
 *
 *     [object][key]["v"][key][array][1][2][close][close]
 *        |                     |________way back_|   |
 *        |___________________________way back________|
 *
 * Two little-endian words, `lo` and `hi`. Every reference is relative to the slot that holds it,
 * so that a block can be copied by memcpy, saved, mapped and read by other languages.
 *
 *     lo  0..3   kind                      4..7   flags
 *
 *     kind           lo 8..15          lo 16..63                    hi
 *     none        0  0                 0                            0          (absent; never in a block)
 *     null        1  0                 source offset, signed 48     0
 *     bool        2  0                 source offset                0          (HF__TRUE)
 *     int64       3  source length     source offset                the value
 *     uint64      4  source length     source offset                the value, above INT64_MAX
 *     double      5  source length     source offset                the bits, finite
 *     number text 6  source length     source offset                length of the source, 1 ..
 *     link        7  0                 0                            target entry 0..31, generation 32..63
 *     text        8  length 0..14      bytes 0..5                   bytes 6..13, zero padded
 *     long text   9  0                 length, 48                   hash 0..15 (0 = none), offset 16..63
 *     array      10  0                 16..23: 0, 24..63: span      count 0..31, wide number 32..63
 *     object     11  0                 16..23: 0, 24..63: span      count 0..31, wide number 32..63
 *     bytes      12  0                 length, 48                   as long text
 *     close      13  0                 16..23: bracket offset, high source length 0..31,
 *                                      24..63: way back             bracket offset low 32..63
 *     mount      14  0: by entry       0                            mount entry 0..31
 *                    1: part           mount entry 16..47           address in that document
 *                    2: own block      0                            address in this document
 *     extension  15  1: foreign        0                            foreign entry 0..31
 *
 * Invariants (hf__block_check is this paragraph in code):
 *   - Slot 0 is the root value; the block's slots are exactly the root's.
 *   - span counts the slots from the opening slot to the one behind the closing slot; the closing
 *     slot's way back is span - 1 and its HF__KEY flag says that it closes an object.
 *   - count is the number of elements or members; an object's children alternate key, value; a key
 *     is text or long text with HF__KEY, and HF__KEY on text stands nowhere else.
 *   - text of up to 14 bytes is inline, longer text never is; unused bytes are zero, so that two
 *     keys are equal when `lo` without flags and `hi` are. Text is valid UTF-8.
 *   - HF__ESCAPE is set when the text must be scanned for escaping when written (it holds a quote,
 *     backslash or control character) or when it differs from its source spelling.
 *   - HF__NONASCII is set on text that has a byte above 127.
 *   - source length 0 means: no spelling kept (or one of more than 255 bytes; number text keeps its
 *     length in hi too). The source offset is then 0.
 *   - a container whose bracket length is HF__SOURCE_UNKNOWN or that has HF__DIRTY cannot be written
 *     from its source. HF__DIRTY on a container means: something below differs from the source text.
 *   - wide number: 1 .. the header's wide_count, each once and in the order of the closing slots, on
 *     containers for which hf__is_wide() holds, or 0. The index of a wide container lies beside the block, never in it.
 *   - HF__LINKED on any value: a link of this document points here.
 *   - HF__EDITED stands in drafts only: the span is 1, the children lie in a chunk of the draft.
 *   - An address is a slot in one of a document's blocks: its number 0..39, the block 40..63. A document
 *     has its own block and, when it was frozen from a draft, earlier ones that it shares, numbered
 *     from the oldest; its own is the last. A mount of an own block leads to one with a lower number,
 *     never to a mount; tables and links there are those of the document that shows it.
 *   - mount, link and foreign entries are below the counts of the tables beside the block; a block
 *     without tables (saved, mapped) has links only, whose targets lie in the block. */
#ifndef HOLDFAST_VALUE_LAYOUT_H
#define HOLDFAST_VALUE_LAYOUT_H

#include <holdfast/base.h>

HF_EXTERN_BEGIN

typedef struct hf__slot {
    uint64_t lo, hi;
} hf__slot;

/* Inlined code depends on the layout: a library of another layout does not link. */
HF_API extern const char hf__layout_1;

#ifdef __cplusplus
static_assert(sizeof(hf__slot) == 16, "a slot is 16 bytes");
#else
_Static_assert(sizeof(hf__slot) == 16, "a slot is 16 bytes");
#endif
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the slot layout is little-endian"
#endif

typedef enum hf__slot_kind {
    HF__NONE, HF__NULL, HF__BOOL, HF__INT64, HF__UINT64, HF__DOUBLE, HF__NUMTEXT, HF__LINK,
    HF__TEXT, HF__LONG_TEXT, HF__ARRAY, HF__OBJECT, HF__BYTES, HF__CLOSE, HF__MOUNT, HF__EXTENSION
} hf__slot_kind;

enum {
    HF__KEY      = 0x10,    /* text: a member's key; close: closes an object */
    HF__TRUE     = 0x10,    /* bool */
    HF__ESCAPE   = 0x20,    /* text: scan when writing */
    HF__NONASCII = 0x40,    /* text */
    HF__EDITED   = 0x20,    /* container, and the close of a chunk: lives in a draft's chunk */
    HF__DIRTY    = 0x40,    /* container: differs from its source text somewhere below */
    HF__LINKED   = 0x80,    /* any value: target of a link */
    HF__FLAGS    = 0xf0,

    HF__INLINE_MAX    = 14,
    HF__WIDE_OBJECT   = 8,  /* objects of more members get a wide number */
    HF__WIDE_ARRAY    = 16, /* arrays of more elements, not all of one slot, get one too */
    HF__MOUNT_ENTRY   = 0,  /* byte 1 of a mount */
    HF__MOUNT_PART    = 1,
    HF__MOUNT_OWN     = 2,
    HF__EXT_FOREIGN   = 1   /* byte 1 of an extension */
};
#define HF__SOURCE_UNKNOWN 0xffffffffu

static inline hf__slot_kind hf__kind(const hf__slot *slot) { return (hf__slot_kind)(slot->lo & 15); }
static inline bool hf__is_text(const hf__slot *slot) { return (slot->lo & 14) == HF__TEXT; }
static inline bool hf__is_container(const hf__slot *slot) { return (slot->lo & 14) == HF__ARRAY; }
static inline bool hf__is_close(const hf__slot *slot) { return (slot->lo & 15) == HF__CLOSE; }
static inline bool hf__is_key(const hf__slot *slot) { return (slot->lo & (HF__KEY | 14)) == (HF__KEY | HF__TEXT); }
static inline bool hf__is_number(const hf__slot *slot) { return (slot->lo & 15) - HF__INT64 <= (uint64_t)HF__NUMTEXT - HF__INT64; }
/* Neither a plain value nor a bracket: none, link, mount, extension. */
static inline bool hf__is_rare(const hf__slot *slot)
{
    return (((1u << HF__NONE) | (1u << HF__LINK) | (1u << HF__MOUNT) | (1u << HF__EXTENSION)) >> (slot->lo & 15) & 1) != 0;
}
static inline unsigned hf__byte1(const hf__slot *slot) { return (unsigned)(slot->lo >> 8) & 255; }

/* A signed 48-bit offset in the upper bits of a word. */
static inline int64_t hf__offset48(uint64_t word) { return (int64_t)word >> 16; }

static inline uint64_t hf__span(const hf__slot *container) { return container->lo >> 24; }
static inline uint32_t hf__count(const hf__slot *container) { return (uint32_t)container->hi; }
static inline uint32_t hf__wide_number(const hf__slot *container) { return (uint32_t)(container->hi >> 32); }
static inline bool hf__is_wide(bool is_object, uint64_t count, uint64_t span)
{
    return is_object ? count > HF__WIDE_OBJECT : count > HF__WIDE_ARRAY && span != count + 2;
}
/* Slots from a value to what follows it; 1 for an edited container, whose span is 1. */
static inline uint64_t hf__step(const hf__slot *slot) { return hf__is_container(slot) ? hf__span(slot) : 1; }
static inline const hf__slot *hf__behind(const hf__slot *slot) { return slot + hf__step(slot); }
/* Of a container that is not edited. */
static inline const hf__slot *hf__close_of(const hf__slot *container) { return container + hf__span(container) - 1; }
static inline uint64_t hf__way_back(const hf__slot *close) { return close->lo >> 24; }

/* Bytes of a text or bytes slot; borrowed from the slot or from the text that it points to. */
static inline hf_text hf__slot_text(const hf__slot *slot)
{
    hf_text text;
    if (hf__kind(slot) == HF__TEXT) {
        text.bytes = (const char *)slot + 2;
        text.length = hf__byte1(slot);
    } else {
        text.bytes = (const char *)slot + hf__offset48(slot->hi);
        text.length = (size_t)(slot->lo >> 16);
    }
    return text;
}
/* The spelling of a number in its source; length 0 when none is kept. */
static inline hf_text hf__number_source(const hf__slot *number)
{
    hf_text text;
    text.length = hf__kind(number) == HF__NUMTEXT ? (size_t)number->hi : hf__byte1(number);
    text.bytes = text.length != 0 ? (const char *)number + hf__offset48(number->lo) : NULL;
    return text;
}
/* The source text of a container by its closing slot; length 0 when it is not known. */
static inline hf_text hf__container_source(const hf__slot *container)
{
    const hf__slot *close = hf__close_of(container);
    int64_t offset = (int64_t)(((close->lo >> 16 & 255) << 56) | ((close->hi >> 32) << 24)) >> 24;
    uint32_t length = (uint32_t)close->hi;
    hf_text text = { NULL, 0 };
    if (length != HF__SOURCE_UNKNOWN) {
        text.bytes = (const char *)close + offset + 1 - length;
        text.length = length;
    }
    return text;
}
static inline double hf__double(const hf__slot *slot)
{
    double value;
    memcpy(&value, &slot->hi, sizeof value);
    return value;
}

HF_EXTERN_END

#endif
