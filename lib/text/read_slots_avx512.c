/* read_slots_avx512.c - slots-to-be to slots: eight at a time without a branch, then brackets.
 *
 * Leaf containers (those that hold no container) within 64 slots are paired by carries and need no
 * level; the others are pushed and popped without a branch on which: an opening bracket writes
 * fields that its closing bracket overwrites, a closing one a level that nobody reads. */
#include "text/read_stages_avx512.h"

/* ---- eight slots ------------------------------------------------------------------------- */

/* Masks of eight slots. */
typedef struct eight {
    __mmask8 texts, sourced, closes;
} eight;

/* Sixteen bytes that begin one before each of four texts: what follows the length byte in a slot. */
static inline __m512i load_texts(const char *text, const uint32_t *starts)
{
    __m512i four = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)(const void *)(text + starts[0] - 1)));
    four = _mm512_inserti32x4(four, _mm_loadu_si128((const __m128i *)(const void *)(text + starts[1] - 1)), 1);
    four = _mm512_inserti32x4(four, _mm_loadu_si128((const __m128i *)(const void *)(text + starts[2] - 1)), 2);
    return _mm512_inserti32x4(four, _mm_loadu_si128((const __m128i *)(const void *)(text + starts[3] - 1)), 3);
}

/* `offset`: in each lane the distance from the lane's slot to the first byte of the text. */
static inline __attribute__((always_inline)) void
write_eight(hf__slot *slot, const uint32_t *starts, const uint32_t *ends, const uint8_t *infos, const char *text,
            __m512i offset, eight is)
{
    const __m512i take0 = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
    const __m512i take1 = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
    const __m512i length_byte = _mm512_broadcast_i32x4(_mm_set1_epi8(1));
    /* Byte 2 + j of a slot is text when j < length; bytes 0 and 1 never are. */
    const __m512i rank = _mm512_broadcast_i32x4(_mm_setr_epi8(127, 127, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13));
    __m512i start = _mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)(const void *)starts));
    __m512i end = _mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)(const void *)ends));
    __m512i head = _mm512_cvtepu8_epi64(_mm_loadl_epi64((const __m128i *)(const void *)infos));
    head = _mm512_and_si512(head, _mm512_set1_epi64(HF__INFO_COMMA - 1));
    __m512i length = _mm512_sub_epi64(_mm512_sub_epi64(end, start), _mm512_set1_epi64(1));
    __mmask8 inlined = _mm512_mask_cmple_epu64_mask(is.texts, length, _mm512_set1_epi64(HF__INLINE_MAX));
    __mmask8 outlined = (__mmask8)(is.texts & ~inlined);
    __m512i source = _mm512_slli_epi64(_mm512_add_epi64(start, offset), 16);
    __m512i shift = _mm512_mask_mov_epi64(_mm512_set1_epi64(16), inlined, _mm512_set1_epi64(8));
    __m512i lo = _mm512_mask_or_epi64(head, is.texts, head, _mm512_sllv_epi64(length, shift));
    lo = _mm512_mask_or_epi64(lo, outlined, lo, _mm512_set1_epi64(1)); /* text to long text */
    lo = _mm512_mask_or_epi64(lo, is.sourced, lo, source);
    /* Bits 32..39 of a bracket's offset, 48..55 of `source`, belong in bits 16..23. */
    lo = _mm512_mask_ternarylogic_epi64(lo, is.closes, _mm512_srli_epi64(source, 32), _mm512_set1_epi64(0xff0000), 0xf8);
    __m512i hi = _mm512_maskz_add_epi64(outlined, source, _mm512_set1_epi64(1 << 16)); /* behind the quote */
    hi = _mm512_mask_slli_epi64(hi, is.closes, source, 16);
    __m512i slots0 = _mm512_permutex2var_epi64(lo, take0, hi), slots1 = _mm512_permutex2var_epi64(lo, take1, hi);
    __mmask64 text0 = _mm512_cmplt_epu8_mask(rank, _mm512_shuffle_epi8(slots0, length_byte));
    __mmask64 text1 = _mm512_cmplt_epu8_mask(rank, _mm512_shuffle_epi8(slots1, length_byte));
    _mm512_storeu_si512(slot, _mm512_mask_mov_epi8(slots0, text0, load_texts(text, starts)));
    _mm512_storeu_si512(slot + 4, _mm512_mask_mov_epi8(slots1, text1, load_texts(text, starts + 4)));
}

/* ---- brackets ---------------------------------------------------------------------------- */

static inline void put_span(hf__slot *slot, uint64_t span)
{
    uint32_t low = (uint32_t)span; /* a text below 2 GiB has fewer slots than that */
    memcpy((char *)slot + 3, &low, sizeof low);
}

/* A count, or a length of source. */
static inline void put_low(hf__slot *slot, uint32_t low)
{
    memcpy(&slot->hi, &low, sizeof low);
}

/* Masks of 64 slots. */
typedef struct sixty_four {
    uint64_t close, brackets, curly, comma, key;
} sixty_four;

/* What pairing the leaf containers of 64 slots gives. */
typedef struct leaves {
    uint64_t slots;   /* behind an opening bracket, up to its closing one */
    uint64_t filled;  /* the same without the closing ones */
    uint64_t objects; /* those of `slots` that are in objects */
    uint64_t wide;    /* closing brackets of wide containers */
    uint64_t paired;  /* all brackets done */
    uint64_t bad;
} leaves;

static inline leaves pair_leaves(hf__slot *slots, const uint32_t *starts, sixty_four is)
{
    leaves out = { 0, 0, 0, 0, 0, 0 };
    uint64_t open = is.brackets & ~is.close;
    /* A bit added behind each opening bracket carries to the next bracket. */
    uint64_t closes = ((open << 1) + ~is.brackets) & is.close;
    uint64_t opens = _pdep_u64(_pext_u64(closes, is.brackets) >> 1, is.brackets);
    out.bad = _pext_u64(is.curly, opens) ^ _pext_u64(is.curly, closes);
    out.paired = opens | closes;
    for (uint64_t o = opens, c = closes; c != 0; o &= o - 1, c &= c - 1) {
        unsigned i = (unsigned)__builtin_ctzll(o), j = (unsigned)__builtin_ctzll(c);
        uint64_t object = is.curly >> i & 1;
        uint32_t span = j - i, count = (span - 1) >> object;
        uint64_t filled = (c & -c) - ((o & -o) << 1), inside = filled | (c & -c);
        out.slots |= inside;
        out.filled |= filled;
        out.objects |= inside & (0 - object);
        out.wide |= (object & (count > HF__WIDE_OBJECT)) << j; /* a leaf array's elements are one slot each */
        put_span(slots + i, span + 1);
        put_low(slots + i, count);
        put_span(slots + j, span);
        put_low(slots + j, starts[j] - starts[i] + 1);
    }
    return out;
}

/* In the order of the closing slots. */
static void number_wide(hf__machine *m, hf__slot *slots, uint64_t wide)
{
    for (; wide != 0; wide &= wide - 1) {
        hf__slot *close = slots + __builtin_ctzll(wide);
        hf__slot *open = close - hf__way_back(close);
        open->hi = (uint32_t)open->hi | ++m->wide_count << 32;
    }
}

static inline uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Opens and closes the containers among 64 slots, number `base` and up, and checks that what follows
 * a comma suits its container: a key in an object, no key in an array. */
static inline void put_brackets(hf__machine *m, hf__slot *slots, size_t base, const uint32_t *starts, sixty_four is)
{
    leaves leaf = pair_leaves(slots + base, starts, is);
    hf__level *outside = m->levels + 1, *top = outside + m->depth;
    uint64_t bad = leaf.bad, wide = leaf.wide, deepest = m->deepest;
    uint64_t context = top->in_object, done = 0;
    for (uint64_t rest = is.brackets & ~leaf.paired; rest != 0; rest &= rest - 1) {
        unsigned k = (unsigned)__builtin_ctzll(rest);
        uint64_t closes = 0 - (is.close >> k & 1), object = 0 - (is.curly >> k & 1);
        uint64_t upto = rest ^ (rest - 1);
        hf__slot *self = slots + base + k;
        uint64_t depth = (uint64_t)(top - outside);
        deepest = larger(deepest, (leaf.filled & upto & ~done) != 0 ? depth + 1 : 0);
        uint64_t inner = top->inner + (uint64_t)__builtin_popcountll(leaf.slots & upto & ~done);
        done = upto;
        top->inner = inner;
        uint64_t span = base + k - top->slot;
        uint64_t members = (span - 1 - inner) >> (object & 1);
        deepest = larger(deepest, (span ^ 1) | ~closes ? depth : 0); /* an empty container has no children */
        hf__slot *target = closes ? slots + top->slot : self;
        put_span(self, span);
        put_span(target, span - closes);
        put_low(self, (starts[k] - (uint32_t)top->start + 1) & (uint32_t)closes);
        put_low(target, (uint32_t)(members & closes));
        wide |= (closes & 1 & hf__is_wide(object != 0, members, span + 1)) << k;
        uint64_t old = top->in_object;
        bad |= (old ^ object) & closes;
        top[1].slot = base + k;
        top[1].inner = 0;
        top[1].in_object = object;
        top[1].start = starts[k];
        top += 1 + 2 * (int64_t)closes;
        top->inner += span & closes;
        context ^= (old ^ top->in_object) & ~upto;
        if (HF_UNLIKELY(top < outside || top > outside + HF__STAGE_LEVELS)) { /* not ours to go on */
            m->bad = 1;
            return;
        }
    }
    uint64_t depth = (uint64_t)(top - outside);
    deepest = larger(deepest, (leaf.filled & ~done) != 0 ? depth + 1 : 0);
    top->inner += (uint64_t)__builtin_popcountll(leaf.slots & ~done);
    context = (context & ~leaf.slots) | leaf.objects;
    bad |= (is.comma & ~is.key & context) | (is.comma & is.key & ~context);
    m->bad |= bad;
    m->depth = depth;
    m->deepest = deepest;
    if (HF_UNLIKELY(wide != 0 && m->bad == 0))
        number_wide(m, slots + base, wide);
}

/* ---- a chunk ----------------------------------------------------------------------------- */

bool hf__slots_avx512(hf__machine *m, hf__stages *stages, hf__slot *slots, size_t done, size_t count, const char *text,
                      hf__slot_lists *ret_lists)
{
    uint32_t *number_to = stages->numbers, *literal_to = stages->literals, *escaped_to = stages->escaped;
    const __m512i lanes = _mm512_setr_epi64(0, -16, -32, -48, -64, -80, -96, -112);
    int64_t text_offset = text - (const char *)slots;
    for (size_t i = 0; i < count; i += 64) {
        size_t here = count - i < 64 ? count - i : 64;
        uint64_t live = ~(uint64_t)0 >> (64 - here);
        __m512i info = _mm512_loadu_si512(stages->infos + i);
        __m512i kind = _mm512_and_si512(info, hf__v8(15));
        uint64_t texts = _mm512_mask_cmpeq_epi8_mask(live, kind, hf__v8(HF__TEXT));
        uint64_t numbers = _mm512_mask_cmpeq_epi8_mask(live, kind, hf__v8(HF__NUMTEXT));
        uint64_t literals = _mm512_mask_cmple_epu8_mask(live, kind, hf__v8(HF__BOOL));
        uint64_t closes = _mm512_mask_cmpeq_epi8_mask(live, kind, hf__v8(HF__CLOSE));
        uint64_t opens = live & ~(texts | numbers | literals | closes);
        uint64_t objects = _mm512_mask_cmpeq_epi8_mask(opens, kind, hf__v8(HF__OBJECT));
        uint64_t flagged = _mm512_test_epi8_mask(info, hf__v8(HF__KEY));
        uint64_t escaped = _mm512_mask_test_epi8_mask(texts, info, hf__v8(HF__ESCAPE));
        uint64_t sourced = numbers | literals;
        for (size_t g = 0; g < here; g += 8) {
            int64_t offset = text_offset - (int64_t)((done + i + g) * sizeof(hf__slot));
            eight is = { (__mmask8)(texts >> g), (__mmask8)(sourced >> g), (__mmask8)(closes >> g) };
            write_eight(slots + done + i + g, stages->starts + i + g, stages->ends + i + g, stages->infos + i + g, text,
                        _mm512_add_epi64(lanes, _mm512_set1_epi64(offset)), is);
        }
        number_to = hf__emit(number_to, numbers, (uint32_t)i);
        literal_to = hf__emit(literal_to, literals, (uint32_t)i);
        if (escaped != 0)
            escaped_to = hf__emit(escaped_to, escaped, (uint32_t)i);
        sixty_four is = { closes, opens | closes, objects | (flagged & closes),
                          (uint64_t)_mm512_movepi8_mask(info) & live, flagged & texts };
        put_brackets(m, slots, done + i, stages->starts + i, is);
        if (m->bad != 0)
            return false;
    }
    ret_lists->numbers = (size_t)(number_to - stages->numbers);
    ret_lists->literals = (size_t)(literal_to - stages->literals);
    ret_lists->escaped = (size_t)(escaped_to - stages->escaped);
    return true;
}
