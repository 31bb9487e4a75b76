/* check.c - is this block what value_layout.h says? The invariants there, in code.
 *
 * One pass over the slots with a stack of the open containers (32 bytes a level, on the heap beyond
 * 64 levels), safe on hostile bytes: nothing is believed before it is checked, nothing outside of
 * the given bytes is read. Damage is reported by the offset of the first wrong slot in the block.
 * Front to back: a look at a container's far end before its time would wait for memory. */
#include "value/block.h"

#include <holdfast/memory.h>

#include "base/escape.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "value/home.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { INLINE_LEVELS = 64 };

typedef struct level {
    uint64_t open;      /* slot number of the container */
    uint64_t close;     /* and of its closing slot, as the span says */
    uint64_t seen;      /* children so far; keys and values each count in objects */
    uint64_t is_object; /* 1 or 0 */
} level;

typedef struct check {
    const hf__block_header *block;
    const hf__block_limits *limits;
    const hf__slot         *slots;
    hf_error               *reterr;
    level                  *levels;
    uint64_t                depth, capacity; /* levels used and had */
    uint64_t                values, wide, deepest;
    bool                    side_is_utf8, source_is_utf8; /* as a whole */
    level                   inline_levels[INLINE_LEVELS];
} check;

static void *heap_resize(void *block, size_t old_size, size_t new_size)
{
    const hf_allocator *heap = hf_allocator_default();
    return heap->resize(heap->context, block, old_size, new_size, sizeof(hf__slot));
}

static hf_status damaged(check *state, uint64_t slot, const char *what)
{
    hf__fail(state->reterr, HF_BAD_BLOCK, "%s", what);
    if (state->reterr != NULL)
        state->reterr->offset = state->block->slots_offset + slot * sizeof(hf__slot);
    return HF_BAD_BLOCK;
}

static bool inside(uint64_t offset, uint64_t length, uint64_t bytes)
{
    return offset <= bytes && length <= bytes - offset;
}

/* Damage at `offset` from the header's first byte. */
static hf_status damaged_at(check *state, size_t offset, const char *what)
{
    hf__fail(state->reterr, HF_BAD_BLOCK, "%s", what);
    if (state->reterr != NULL)
        state->reterr->offset = offset;
    return HF_BAD_BLOCK;
}

#define DAMAGED_FIELD(state, field, what) damaged_at(state, offsetof(hf__block_header, field), what)

static hf_status check_size(check *state)
{
    const hf__block_header *block = state->block;
    uint64_t bytes = state->limits->bytes;
    if (bytes < sizeof *block)
        return hf__fail(state->reterr, HF_BAD_BLOCK, "shorter than a header");
    if (block->magic != HF__BLOCK_MAGIC)
        return DAMAGED_FIELD(state, magic, "no document block begins here");
    if (block->version != HF__BLOCK_VERSION)
        return hf__fail(state->reterr, HF_BAD_VERSION, "version %u", (unsigned)block->version);
    bool is_cut = block->block_bytes > bytes;
    if (!is_cut && !(state->limits->is_exact && block->block_bytes < bytes))
        return HF_OK;
    hf__fail(state->reterr, HF_BAD_BLOCK, is_cut ? "cut off: %llu of %llu bytes" : "longer than it should be: %llu, not %llu bytes",
             (unsigned long long)bytes, (unsigned long long)block->block_bytes);
    if (state->reterr != NULL)
        state->reterr->offset = is_cut ? bytes : block->block_bytes;
    return HF_BAD_BLOCK;
}

static hf_status check_header(check *state)
{
    const hf__block_header *block = state->block;
    hf_status status = check_size(state);
    if (status != HF_OK)
        return status;
    uint64_t bytes = block->block_bytes;
    if ((block->flags & HF__BLOCK_OUTER_TEXT) && state->limits->outer_text == NULL)
        return DAMAGED_FIELD(state, flags, "refers to text outside of the block");
    if (!inside(block->side_offset, block->side_bytes, bytes))
        return DAMAGED_FIELD(state, side_offset, "the text lies outside of the block");
    if (!inside(block->source_offset, block->source_bytes, bytes))
        return DAMAGED_FIELD(state, source_offset, "the source text lies outside of the block");
    if (block->slots_offset % sizeof(hf__slot) != 0 || block->slots_offset < sizeof *block ||
        block->slot_count == 0 || block->slot_count > bytes / sizeof(hf__slot) ||
        !inside(block->slots_offset, block->slot_count * sizeof(hf__slot), bytes))
        return DAMAGED_FIELD(state, slots_offset, "the slots lie outside of the block");
    if (block->link_count != 0 &&
        (block->links_offset % 8 != 0 || block->links_offset < sizeof *block ||
         !inside(block->links_offset, (uint64_t)block->link_count * sizeof(hf__link_target), bytes)))
        return DAMAGED_FIELD(state, links_offset, "the link targets lie outside of the block");
    return HF_OK;
}

/* Whether `length` bytes at `offset` from `slot` are text of this document. */
static inline bool is_text_place(check *state, const hf__slot *slot, int64_t offset, uint64_t length)
{
    const hf__block_header *block = state->block;
    uint64_t place = (uint64_t)((const char *)slot - (const char *)block) + (uint64_t)offset;
    if (place >= block->side_offset && inside(place - block->side_offset, length, block->side_bytes))
        return true;
    if (place >= block->source_offset && inside(place - block->source_offset, length, block->source_bytes))
        return true;
    uint64_t outer = (uint64_t)((uintptr_t)slot + (uintptr_t)offset - (uintptr_t)state->limits->outer_text);
    return state->limits->outer_text != NULL && inside(outer, length, state->limits->outer_length);
}

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* A piece of text that is UTF-8 as a whole is UTF-8 when it begins and ends between characters. */
static bool is_utf8_piece(hf_text text, const char *base, uint64_t length)
{
    const char *end = text.bytes + text.length;
    return text.length == 0 || (!is_continuation(text.bytes[0]) && (end == base + length || !is_continuation(end[0])));
}

static bool is_utf8(const check *state, hf_text text)
{
    const hf__block_header *block = state->block;
    const char *side = (const char *)block + block->side_offset, *source = (const char *)block + block->source_offset;
    if (state->side_is_utf8 && text.bytes >= side && text.bytes + text.length <= side + block->side_bytes)
        return is_utf8_piece(text, side, block->side_bytes);
    if (state->source_is_utf8 && text.bytes >= source && text.bytes + text.length <= source + block->source_bytes)
        return is_utf8_piece(text, source, block->source_bytes);
    return hf__utf8_fault(text.bytes, text.length) == text.length;
}

static hf_status check_long_text(check *state, uint64_t at)
{
    const hf__slot *slot = &state->slots[at];
    hf_text text = hf__slot_text(slot);
    if (state->limits->check_utf8 && !is_utf8(state, text))
        return damaged(state, at, "text is not UTF-8");
    if (state->limits->check_spelling && !(slot->lo & HF__ESCAPE) && hf__escape_find(text.bytes, text.length) != text.length)
        return damaged(state, at, "text that must be escaped is not marked");
    return HF_OK;
}

/* Bytes of a word that are below `bound`, or equal to `byte`: their highest bit is set in the
 * result, exactly for the lowest such byte, which is all that is asked. */
static uint64_t bytes_below_space(uint64_t word) { return (word - 0x2020202020202020u) & ~word & 0x8080808080808080u; }
static uint64_t bytes_equal(uint64_t word, uint64_t byte)
{
    uint64_t zero_where_equal = word ^ (byte * 0x0101010101010101u);
    return (zero_where_equal - 0x0101010101010101u) & ~zero_where_equal & 0x8080808080808080u;
}

static hf_status check_inline_text(check *state, uint64_t at, unsigned length)
{
    const hf__slot *slot = &state->slots[at];
    uint64_t high = 0x8080808080808080u;
    if (state->limits->check_utf8 && ((slot->lo >> 16 | slot->hi) & high) != 0 &&
        hf__utf8_fault((const char *)slot + 2, length) != length)
        return damaged(state, at, "text is not UTF-8");
    if (!state->limits->check_spelling || (slot->lo & HF__ESCAPE))
        return HF_OK;
    /* Padding becomes letters, so that its zeros do not count as control characters. */
    unsigned in_lo = length < 6 ? length : 6, in_hi = length - in_lo;
    uint64_t padding = 0x6161616161616161u;
    uint64_t lo = slot->lo >> 16 | (padding << (8 * in_lo)), hi = in_hi == 8 ? slot->hi : slot->hi | padding << (8 * in_hi);
    uint64_t found = bytes_below_space(lo) | bytes_equal(lo, '"') | bytes_equal(lo, '\\') |
                     bytes_below_space(hi) | bytes_equal(hi, '"') | bytes_equal(hi, '\\');
    return found == 0 ? HF_OK : damaged(state, at, "text that must be escaped is not marked");
}

#if defined(__SSE2__)

/* Inline text without anything to think about: ASCII that needs no escape, zeros behind it. */
static inline bool is_plain_inline(const hf__slot *slot)
{
    unsigned length = hf__byte1(slot);
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)slot);
    /* Signed comparison: bytes above 127 are below 0x20 too. */
    __m128i odd = _mm_or_si128(_mm_cmplt_epi8(x, _mm_set1_epi8(0x20)),
                               _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')), _mm_cmpeq_epi8(x, _mm_set1_epi8('\\'))));
    unsigned odds = (unsigned)_mm_movemask_epi8(odd) >> 2;
    unsigned zeros = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_setzero_si128())) >> 2;
    unsigned behind = ~0u << (length & 15) & 0x3fff;
    return length <= HF__INLINE_MAX && odds == behind && (zeros & behind) == behind;
}

/* A number of up to 32 bytes without an exponent. The 32 bytes before its end must be readable. */
static inline bool is_plain_number(const char *end, size_t length)
{
    if (length - 1 > 31)
        return false;
    uint32_t digits = 0, dots = 0, zeros = 0;
    for (unsigned i = 0; i < 2; i++) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(end - 32 + 16 * i));
        __m128i number = _mm_sub_epi8(x, _mm_set1_epi8('0'));
        __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(number, _mm_set1_epi8(9)), number);
        digits |= (uint32_t)_mm_movemask_epi8(is_digit) << (16 * i);
        dots |= (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8('.'))) << (16 * i);
        zeros |= (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8('0'))) << (16 * i);
    }
    uint32_t mine = ~(uint32_t)0 << (32 - length);
    if (end[-(ptrdiff_t)length] == '-')
        mine &= mine - 1;
    uint32_t first = mine & -mine, other = mine & ~digits;
    bool pointed = other != 0 && (other & (other - 1)) == 0 && (other & dots) != 0 && (other & (first | 0x80000000u)) == 0;
    bool leading_zero = (first & zeros) != 0 && (first << 1 & mine & digits) != 0;
    return mine != 0 && (other == 0 || pointed) && !leading_zero;
}

#else

static inline bool is_plain_inline(const hf__slot *slot) { return (void)slot, false; }
static inline bool is_plain_number(const char *end, size_t length) { return (void)end, (void)length, false; }

#endif

static hf_status check_text(check *state, uint64_t at)
{
    const hf__slot *slot = &state->slots[at];
    if (hf__kind(slot) != HF__TEXT) {
        uint64_t length = slot->lo >> 16;
        if (hf__byte1(slot) != 0 || !is_text_place(state, slot, hf__offset48(slot->hi), length))
            return damaged(state, at, "text lies outside of the block's text");
        if (hf__kind(slot) == HF__LONG_TEXT && length <= HF__INLINE_MAX)
            return damaged(state, at, "short text is not inline");
        return hf__kind(slot) == HF__LONG_TEXT ? check_long_text(state, at) : HF_OK;
    }
    if (is_plain_inline(slot))
        return HF_OK;
    unsigned length = hf__byte1(slot);
    if (length > HF__INLINE_MAX)
        return damaged(state, at, "inline text is too long");
    unsigned in_lo = length < 6 ? length : 6, in_hi = length - in_lo;
    uint64_t lo_rest = in_lo == 6 ? 0 : slot->lo >> (16 + 8 * in_lo);
    uint64_t hi_rest = in_hi == 8 ? 0 : slot->hi >> (8 * in_hi);
    if (lo_rest != 0 || hi_rest != 0)
        return damaged(state, at, "inline text is not padded with zeros");
    return check_inline_text(state, at, length);
}

/* Spelled as RFC 8259 says. */
static bool is_number(hf_text text)
{
    const char *at = text.bytes, *end = at + text.length;
    at += *at == '-';
    const char *whole = at;
    while (at < end && (unsigned char)(*at - '0') < 10)
        at++;
    if (at == whole || (*whole == '0' && at - whole > 1))
        return false;
    if (at < end && *at == '.') {
        const char *fraction = ++at;
        while (at < end && (unsigned char)(*at - '0') < 10)
            at++;
        if (at == fraction)
            return false;
    }
    if (at < end && (*at | 0x20) == 'e') {
        at++;
        at += at < end && (*at == '+' || *at == '-');
        const char *exponent = at;
        while (at < end && (unsigned char)(*at - '0') < 10)
            at++;
        if (at == exponent)
            return false;
    }
    return at == end;
}

static hf_status check_scalar(check *state, uint64_t at)
{
    const hf__slot *slot = &state->slots[at];
    unsigned flags = (unsigned)(slot->lo & HF__FLAGS) & ~(unsigned)HF__LINKED;
    switch (hf__kind(slot)) {
    case HF__NULL:
    case HF__BOOL:
        if (slot->hi != 0 || hf__byte1(slot) != 0 || (flags & ~(hf__kind(slot) == HF__BOOL ? (unsigned)HF__TRUE : 0u)))
            return damaged(state, at, "bits set in a literal");
        return HF_OK;
    case HF__DOUBLE:
        if ((slot->hi >> 52 & 0x7ff) == 0x7ff)
            return damaged(state, at, "a double that is not finite");
        break;
    case HF__UINT64:
        if (slot->hi <= INT64_MAX)
            return damaged(state, at, "a small number as uint64");
        break;
    case HF__NUMTEXT:
        if (slot->hi == 0 || hf__byte1(slot) != (slot->hi <= 255 ? slot->hi : 0))
            return damaged(state, at, "a number without its text");
        break;
    case HF__INT64:
        break;
    case HF__LINK:
        if ((uint32_t)slot->hi >= state->block->link_count || slot->lo >> 8 != 0)
            return damaged(state, at, "a link without a target entry");
        return HF_OK;
    case HF__MOUNT: {
        uint64_t entry = hf__byte1(slot) == HF__MOUNT_ENTRY ? slot->hi : slot->lo >> 16;
        if (hf__byte1(slot) == HF__MOUNT_OWN) {
            const hf__home *home = state->limits->home;
            if (home == NULL || hf__address_base(slot->hi) >= home->base_count ||
                hf__address_slot(slot->hi) >= home->bases[hf__address_base(slot->hi)].slot_count ||
                slot->lo >> 16 != 0)
                return damaged(state, at, "a part of no earlier block");
            return HF_OK;
        }
        if (hf__byte1(slot) > HF__MOUNT_PART || entry >= state->limits->mounts)
            return damaged(state, at, "a mount without an entry");
        return HF_OK;
    }
    case HF__EXTENSION:
        if (hf__byte1(slot) != HF__EXT_FOREIGN || slot->hi >= state->limits->foreigns)
            return damaged(state, at, "a foreign value without an entry");
        return HF_OK;
    default:
        return damaged(state, at, "an unknown kind");
    }
    /* Places are checked as numbers first: no pointer is made from what may be damaged. */
    uint64_t length = hf__kind(slot) == HF__NUMTEXT ? slot->hi : hf__byte1(slot);
    if (flags != 0 || (length != 0 && !is_text_place(state, slot, hf__offset48(slot->lo), length)))
        return damaged(state, at, "a number's text lies outside of the block's text");
    if (!state->limits->check_spelling || length == 0)
        return HF_OK;
    hf_text spelling = hf__number_source(slot);
    bool has_header_before = state->limits->outer_text == NULL;
    if ((has_header_before && is_plain_number(spelling.bytes + spelling.length, spelling.length)) || is_number(spelling))
        return HF_OK;
    return damaged(state, at, "a number that is spelled as JSON does not");
}

static hf_status push(check *state, uint64_t at)
{
    if (state->depth == state->capacity) {
        bool was_inline = state->levels == state->inline_levels;
        size_t bytes = state->capacity * sizeof(level);
        level *grown = heap_resize(was_inline ? NULL : state->levels, was_inline ? 0 : bytes, bytes * 2);
        if (grown == NULL)
            return hf__fail(state->reterr, HF_NO_MEMORY, "%llu levels", (unsigned long long)state->capacity * 2);
        if (was_inline)
            memcpy(grown, state->inline_levels, bytes);
        state->levels = grown;
        state->capacity *= 2;
    }
    const hf__slot *slot = &state->slots[at];
    state->levels[state->depth++] = (level){ at, at + hf__span(slot) - 1, 0, hf__kind(slot) == HF__OBJECT };
    return HF_OK;
}

static hf_status check_open(check *state, uint64_t at)
{
    const hf__slot *slot = &state->slots[at];
    uint64_t end = state->depth > 0 ? state->levels[state->depth - 1].close : state->block->slot_count;
    uint64_t span = hf__span(slot);
    if ((slot->lo >> 8 & 0xffff) != 0 || (slot->lo & (HF__EDITED | 0x10)) != 0)
        return damaged(state, at, "bits set in a container");
    if (span < 2 || span > end - at)
        return damaged(state, at, "a container's span leaves its parent");
    return push(state, at);
}

static hf_status check_close(check *state, uint64_t at)
{
    const hf__slot *close = &state->slots[at];
    level *top = state->depth > 0 ? &state->levels[state->depth - 1] : NULL;
    /* No other bit either: HF__EDITED would lead into a draft. */
    if (top == NULL || top->close != at || hf__way_back(close) != at - top->open ||
        (close->lo & 0xffff) != (uint64_t)(HF__CLOSE | (top->is_object ? HF__KEY : 0)))
        return damaged(state, at, "a closing slot of another container");
    state->depth--;
    const hf__slot *open = &state->slots[top->open];
    if (top->seen != (uint64_t)hf__count(open) << top->is_object)
        return damaged(state, at, "a container's count is wrong");
    uint32_t source_length = (uint32_t)close->hi;
    int64_t bracket = (int64_t)((close->lo >> 16 & 255) << 56 | (close->hi >> 32) << 24) >> 24;
    if (source_length != HF__SOURCE_UNKNOWN && source_length != 0 &&
        !is_text_place(state, close, bracket + 1 - (int64_t)source_length, source_length))
        return damaged(state, at, "a container's text lies outside of the block's text");
    uint32_t wide = hf__wide_number(open);
    if (wide != 0 && (wide != ++state->wide ||
                      !hf__is_wide(hf__kind(open) == HF__OBJECT, hf__count(open), hf__span(open))))
        return damaged(state, top->open, "a wide number out of order");
    return HF_OK;
}

/* One slot in its place: a key where a key is due, a value where a value is. */
static hf_status check_slot(check *state, uint64_t at)
{
    const hf__slot *slot = &state->slots[at];
    if (hf__is_close(slot))
        return check_close(state, at);
    if (state->depth == 0 && at != 0)
        return damaged(state, at, "a second root value");
    bool key_due = false;
    if (state->depth > 0) {
        level *top = &state->levels[state->depth - 1];
        if (at == top->close)
            return damaged(state, top->open, "a container's span does not lead to its closing slot");
        key_due = (top->is_object & ~top->seen) != 0;
        top->seen++;
    }
    if (key_due != hf__is_key(slot))
        return damaged(state, at, key_due ? "a member without a key" : "a key where a value is due");
    if (!key_due) {
        state->values++;
        if (state->depth > state->deepest)
            state->deepest = state->depth;
    }
    if (hf__is_text(slot) || hf__kind(slot) == HF__BYTES)
        return check_text(state, at);
    return hf__is_container(slot) ? check_open(state, at) : check_scalar(state, at);
}

static hf_status check_links(check *state)
{
    const hf__link_target *links = hf__block_links(state->block);
    for (uint32_t i = 0; i < state->block->link_count; i++) {
        if (links[i].slot == UINT64_MAX) /* the target is gone */
            continue;
        if (links[i].slot >= state->block->slot_count || hf__is_close(&state->slots[links[i].slot]) ||
            hf__is_key(&state->slots[links[i].slot]))
            return damaged_at(state, state->block->links_offset + i * sizeof *links, "a link target is no value");
    }
    return HF_OK;
}

hf_status hf__block_check(const hf__block_header *block, const hf__block_limits *limits, hf_error *reterr)
{
    check state;
    memset(&state, 0, offsetof(check, inline_levels));
    state.block = block;
    state.limits = limits;
    state.reterr = reterr;
    state.levels = state.inline_levels;
    state.capacity = INLINE_LEVELS;
    hf_status status = check_header(&state);
    if (status != HF_OK || limits->header_only)
        return status;
    state.slots = hf__block_slots(block);
    if (limits->check_utf8) {
        const char *side = (const char *)block + block->side_offset, *source = (const char *)block + block->source_offset;
        state.side_is_utf8 = hf__utf8_fault(side, block->side_bytes) == block->side_bytes;
        state.source_is_utf8 = hf__utf8_fault(source, block->source_bytes) == block->source_bytes;
    }
    for (uint64_t at = 0; at < block->slot_count && status == HF_OK; at++)
        status = check_slot(&state, at);
    if (status == HF_OK && (state.depth != 0 || hf__step(state.slots) != block->slot_count))
        status = damaged(&state, 0, "the root is not all of the slots");
    uint32_t depth = state.deepest < UINT32_MAX ? (uint32_t)state.deepest : UINT32_MAX;
    if (status == HF_OK && state.values != block->values)
        status = DAMAGED_FIELD(&state, values, "the header counts other values");
    if (status == HF_OK && state.wide != block->wide_count)
        status = DAMAGED_FIELD(&state, wide_count, "the header counts other wide containers");
    if (status == HF_OK && depth != block->depth)
        status = DAMAGED_FIELD(&state, depth, "the header has another depth");
    if (status == HF_OK)
        status = check_links(&state);
    if (state.levels != state.inline_levels)
        heap_resize(state.levels, state.capacity * sizeof(level), 0);
    return status;
}
