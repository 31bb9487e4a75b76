/* code_index_avx512.c - text to tokens 64 bytes a step, and what may follow what 64 tokens a step.
 *
 * Blanks and operators are found by table look-ups on the low nibble, the insides of strings by a carry-less
 * product, tokens and their places by two compressions.
 *
 * Method: after G. Langdale and D. Lemire, "Parsing gigabytes of JSON per second" (2019). */
#include <immintrin.h>

#include "base/string_mask.h"
#include "bind/code_index.h"
#include "bind/code_pass.h"

enum { BLOCK = 64 };

#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE __m512i v8(int byte)
{
    return _mm512_set1_epi8((char)byte);
}

/* ---- escapes ----------------------------------------------------------------------------- */

/* Four hexadecimal digits; above 0xffff when they are none. It ends at the first that is none. */
static uint32_t hex4(const char *at)
{
    uint32_t code = 0;
    for (int i = 0; i < 4; i++) {
        unsigned char c = (unsigned char)at[i];
        unsigned digit = (unsigned)c - '0', letter = (unsigned)(c | 0x20) - 'a';
        if (digit > 9 && letter > 5)
            return UINT32_MAX;
        code = code << 4 | (digit <= 9 ? digit : letter + 10);
    }
    return code;
}

/* Those that name a code unit, at their 'u'. Pairs must be whole. The text ends in a byte that is none of
 * theirs, so nothing behind it is read. */
static __attribute__((noinline)) uint64_t bad_units(hf__index *index, const char *text, uint64_t units)
{
    uint64_t bad = 0;
    for (; units != 0; units &= units - 1) {
        const char *at = text + __builtin_ctzll(units);
        uint32_t code = hex4(at + 1);
        if (code > 0xffff || (code - 0xdc00 < 0x400 && at != index->paired)) {
            bad = 1;
        } else if (code - 0xd800 < 0x400) {
            bad |= at[5] != '\\' || at[6] != 'u' || hex4(at + 7) - 0xdc00 >= 0x400;
            index->paired = at + 6;
        }
    }
    return bad;
}

static __attribute__((noinline)) uint64_t bad_escapes(hf__index *index, const char *text, __m512i bytes, uint64_t escaped)
{
    static const _Alignas(64) uint8_t known[128] = { ['"'] = 1, ['\\'] = 1, ['/'] = 1, ['b'] = 1, ['f'] = 1, ['n'] = 1, ['r'] = 1, ['t'] = 1, ['u'] = 1 };
    __m512i is_known = _mm512_permutex2var_epi8(_mm512_load_si512(known), bytes, _mm512_load_si512(known + 64));
    uint64_t bad = escaped & (_mm512_testn_epi8_mask(is_known, is_known) | _mm512_movepi8_mask(bytes));
    uint64_t units = _mm512_mask_cmpeq_epi8_mask(escaped, bytes, v8('u'));
    return units == 0 ? bad : bad | bad_units(index, text, units);
}

/* ---- numbers and words ------------------------------------------------------------------- */

static inline bool may_follow(char c)
{
    static const bool known[256] = { [','] = true, ['}'] = true, [']'] = true, [' '] = true, ['\n'] = true, ['\r'] = true, ['\t'] = true };
    return known[(unsigned char)c];
}

/* The text ends in a byte that is none of theirs, so nothing behind it is read. */
static __attribute__((noinline)) bool is_scalar(const char *at)
{
    bool flag;
    at = *at == 'n' ? hf__in_null(at) : *at == 't' || *at == 'f' ? hf__in_bool_slow(at, &flag) : hf__pass_number(at);
    return at != NULL && may_follow(*at);
}

enum { SHORT = 24 /* bytes of a number that are looked at at once, and readable */ };

/* A number of digits alone, or a word. */
ALWAYS_INLINE bool is_short_scalar(const char *at)
{
    uint64_t word, others;
    memcpy(&word, at, 8);
    if ((unsigned char)(*at - '0') < 10) {
        unsigned done = 0;
        for (;; done += 8) { /* the top bit of the first byte that is no digit, and perhaps bits above it */
            others = ((word + 0x4646464646464646u) | (word - 0x3030303030303030u)) & 0x8080808080808080u;
            if (HF_LIKELY(others != 0) || done == SHORT - 8)
                break;
            memcpy(&word, at + done + 8, 8);
        }
        return others != 0 && may_follow(at[done + (unsigned)__builtin_ctzll(others) / 8]) && (*at != '0' || (unsigned char)(at[1] - '0') >= 10);
    }
    /* Two bits of the first letter tell which word it has to be: "false", "null", "true", or none. */
    static const struct { uint64_t bytes; unsigned length, shift; } words[4] = { { 0x65736c6166, 5, 24 }, { 0x6c6c756e, 4, 32 }, { 0x65757274, 4, 32 }, { 0, 1, 56 } };
    unsigned which = (unsigned)(unsigned char)*at >> 3 & 3;
    return (word ^ words[which].bytes) << words[which].shift == 0 && may_follow(at[words[which].length]);
}

/* Numbers and words among the tokens, up to 64. */
static inline bool are_scalars(const hf__index *index, const uint32_t *positions, uint64_t which)
{
    bool are_right = true;
    const char *last_short = index->end - SHORT;
    for (; which != 0; which &= which - 1) {
        const char *at = index->text + positions[__builtin_ctzll(which)];
        if (HF_UNLIKELY(at > last_short || !is_short_scalar(at)))
            are_right &= is_scalar(at);
    }
    return are_right;
}

/* ---- grammar ----------------------------------------------------------------------------- */

/* Follows the brackets; bits of the result: at this token the innermost container is an object. */
ALWAYS_INLINE uint64_t follow_brackets(hf__index *index, uint64_t open, uint64_t close, uint64_t brace)
{
    uint64_t stack = index->is_object, outer = 0 - (stack & 1), turns = 0, bad = 0;
    uint32_t depth = index->depth, deepest = depth;
    for (uint64_t rest = open | close; rest != 0; rest &= rest - 1) {
        uint64_t bit = rest & -rest, is_brace = (brace & bit) != 0, before = stack & 1;
        if ((open & bit) != 0) {
            stack = stack << 1 | is_brace;
            depth++;
            deepest = depth > deepest ? depth : deepest;
        } else {
            bad |= (before ^ is_brace) | (depth == 0);
            stack >>= 1;
            depth--;
        }
        turns |= before != (stack & 1) ? bit : 0;
    }
    index->is_object = stack;
    index->depth = depth;
    index->is_too_deep |= deepest > index->depth_max;
    index->bad |= bad;
    return outer ^ hf__mask_parity(turns << 1);
}

/* The tokens from `from` on, up to 64; the one behind them is known. */
static void check_tokens(hf__index *index, uint32_t from, uint32_t count)
{
    const uint8_t *tokens = index->tokens + from;
    uint64_t live = ~(uint64_t)0 >> (64 - count);
    __m512i c = _mm512_loadu_si512(tokens), folded = _mm512_or_si512(c, v8(0x20));
    uint64_t comma = _mm512_mask_cmpeq_epi8_mask(live, c, v8(',')), colon = _mm512_mask_cmpeq_epi8_mask(live, c, v8(':'));
    uint64_t open = _mm512_mask_cmpeq_epi8_mask(live, folded, v8('{')), close = _mm512_mask_cmpeq_epi8_mask(live, folded, v8('}'));
    uint64_t brace = _mm512_test_epi8_mask(c, v8(0x20));
    uint64_t text = _mm512_mask_cmpeq_epi8_mask(live, c, v8('"')) | _mm512_mask_cmpeq_epi8_mask(live, c, v8(HF__INDEX_ESCAPED));
    uint64_t key = _mm512_mask_cmpeq_epi8_mask(text, _mm512_loadu_si512(tokens + 1), v8(':'));
    uint64_t value = live & ~(comma | colon | close), scalar = value & ~(open | text);

    uint64_t after_comma = comma << 1 | index->was_comma, after_colon = colon << 1 | index->was_colon;
    uint64_t after_open = open << 1 | index->was_open, after_brace = (open & brace) << 1 | index->was_brace;
    uint64_t in_object = follow_brackets(index, open, close, brace);
    uint64_t bad = value & ~(after_comma | after_colon | after_open);
    bad |= (close | comma | colon) & (after_comma | after_colon);
    bad |= comma & after_open;
    bad |= colon & ~(key << 1 | index->was_key);
    bad |= key & ~(after_comma | after_brace);
    bad |= value & ~key & after_brace;
    bad |= value & after_comma & (key ^ in_object);
    index->bad |= bad & live;
    unsigned last = count - 1;
    index->was_comma = comma >> last & 1;
    index->was_colon = colon >> last & 1;
    index->was_open = open >> last & 1;
    index->was_brace = (open & brace) >> last & 1;
    index->was_key = key >> last & 1;

    index->bad |= !are_scalars(index, index->positions + from, scalar);
}

/* ---- tokens ------------------------------------------------------------------------------ */

/* Places of set bits: `base` is that of the first. Writes 16 or 64: there is room. */
ALWAYS_INLINE void put_positions(uint32_t *to, uint64_t which, unsigned count, __m512i base)
{
    const __m512i iota = _mm512_set_epi64(0x3f3e3d3c3b3a3938, 0x3736353433323130, 0x2f2e2d2c2b2a2928, 0x2726252423222120, 0x1f1e1d1c1b1a1918,
                                          0x1716151413121110, 0x0f0e0d0c0b0a0908, 0x0706050403020100);
    __m512i packed = _mm512_maskz_compress_epi8(which, iota);
    _mm512_storeu_si512(to, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_castsi512_si128(packed)), base));
    if (HF_UNLIKELY(count > 16)) {
        _mm512_storeu_si512(to + 16, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 1)), base));
        _mm512_storeu_si512(to + 32, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 2)), base));
        _mm512_storeu_si512(to + 48, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 3)), base));
    }
}

/* What backslashes change of a step. */
typedef struct escapes {
    uint64_t quotes; /* those that are not escaped */
    uint64_t marked; /* quotes that open a text with escapes */
    uint64_t carry;  /* the first byte of the next step is escaped */
    uint64_t bad;
} escapes;

static __attribute__((noinline)) escapes see_escapes(hf__index *index, const char *text, __m512i bytes, uint64_t slashes, uint64_t quotes,
                                                     uint64_t in_string, uint64_t carry, uint8_t *last_token)
{
    escapes seen = { .carry = carry };
    uint64_t escaped = hf__mask_escaped(slashes, &seen.carry);
    seen.quotes = quotes & ~escaped;
    seen.bad = bad_escapes(index, text, bytes, escaped);
    uint64_t inside = hf__mask_parity(seen.quotes) ^ in_string, opening = seen.quotes & inside;
    for (uint64_t rest = slashes & inside; rest != 0; rest &= rest - 1) {
        uint64_t before = opening & ((rest & -rest) - 1);
        if (before != 0)
            seen.marked |= (uint64_t)1 << (63 - __builtin_clzll(before));
        else /* the text began in an earlier step */
            *last_token = HF__INDEX_ESCAPED;
    }
    return seen;
}

/* What one step hands to the next, in registers: nothing here has an address. */
typedef struct scan {
    __m512i   base;          /* sixteen times the place of this step */
    uint64_t  in_string;     /* all ones inside of a string */
    uint64_t  escape_carry;
    uint64_t  scalar_carry;  /* the last byte was no blank, operator or quote */
    uint64_t  bad;
    uint8_t  *token_to;
    uint32_t *position_to;
} scan;

ALWAYS_INLINE void step(scan *m, hf__index *index, const char *text, __m512i bytes)
{
    const __m512i blank_table = _mm512_broadcast_i32x4(_mm_setr_epi8(' ', 100, 100, 100, 17, 100, 113, 2, 100, '\t', '\n', 112, 100, '\r', 100, 100));
    const __m512i operator_table = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ':', '{', ',', '}', 0, 0));
    uint64_t slashes = _mm512_cmpeq_epi8_mask(bytes, v8('\\')), quotes = _mm512_cmpeq_epi8_mask(bytes, v8('"'));
    uint64_t blanks = _mm512_cmpeq_epi8_mask(bytes, _mm512_shuffle_epi8(blank_table, bytes));
    uint64_t operators = _mm512_cmpeq_epi8_mask(_mm512_or_si512(bytes, v8(0x20)), _mm512_shuffle_epi8(operator_table, bytes));
    uint64_t controls = _mm512_cmplt_epu8_mask(bytes, v8(0x20));
    if (HF_UNLIKELY((slashes | m->escape_carry) != 0)) {
        escapes seen = see_escapes(index, text, bytes, slashes, quotes, m->in_string, m->escape_carry, m->token_to - 1);
        bytes = _mm512_mask_mov_epi8(bytes, seen.marked, v8(HF__INDEX_ESCAPED));
        quotes = seen.quotes;
        m->escape_carry = seen.carry;
        m->bad |= seen.bad;
    }
    uint64_t inside = hf__mask_parity(quotes) ^ m->in_string; /* opening quotes, not closing ones */
    m->in_string = 0 - (inside >> 63);
    m->bad |= controls & inside;
    uint64_t scalar = ~(operators | blanks | quotes), starts = scalar & ~(scalar << 1 | m->scalar_carry);
    m->scalar_carry = scalar >> 63;
    uint64_t tokens = (operators | quotes | starts) & ~(inside ^ quotes);
    unsigned found = (unsigned)__builtin_popcountll(tokens);
    _mm512_storeu_si512(m->token_to, _mm512_maskz_compress_epi8(tokens, bytes));
    put_positions(m->position_to, tokens, found, m->base);
    m->token_to += found;
    m->position_to += found;
}

/* Keeps the compiler from making the same vector again in each step. */
ALWAYS_INLINE __m512i in_register(__m512i v)
{
    __asm__("" : "+v"(v));
    return v;
}

ALWAYS_INLINE void step_on(scan *m, hf__index *index, const char *at, __m512i block)
{
    step(m, index, at, _mm512_loadu_si512(at));
    m->base = _mm512_add_epi32(m->base, block);
}

/* Looks at the text from `resume` on until there are enough tokens, or it ends. */
static void find_tokens(hf__index *index)
{
    const char *at = index->text + index->resume, *end = index->end;
    const uint8_t *enough = index->tokens + HF__INDEX_TOKENS;
    const __m512i block = in_register(_mm512_set1_epi32(BLOCK));
    scan m = { .base = _mm512_set1_epi32((int)index->resume), .token_to = index->tokens + index->count,
               .position_to = index->positions + index->count };
    /* Whether to go on is asked once for four steps. */
    for (; end - at > 4 * BLOCK && m.token_to < enough; at += 4 * BLOCK) {
        step_on(&m, index, at, block);
        step_on(&m, index, at + BLOCK, block);
        step_on(&m, index, at + 2 * BLOCK, block);
        step_on(&m, index, at + 3 * BLOCK, block);
    }
    for (; end - at > BLOCK && m.token_to < enough; at += BLOCK)
        step_on(&m, index, at, block);
    index->is_complete = m.token_to < enough;
    if (index->is_complete)
        step(&m, index, at, _mm512_mask_loadu_epi8(v8(' '), ~(uint64_t)0 >> (BLOCK - (end - at)), at));
    index->bad |= m.bad | (index->is_complete && m.in_string != 0);
    index->count = (uint32_t)(m.token_to - index->tokens);
}

bool hf__index_more_avx512(hf__index *index)
{
    uint32_t kept = index->count - index->next;
    memmove(index->positions, index->positions + index->next, kept * sizeof *index->positions);
    memmove(index->tokens, index->tokens + index->next, kept);
    index->next = 0;
    index->count = kept;
    find_tokens(index);
    if (index->is_complete) {
        memset(index->tokens + index->count, 0, BLOCK + 1);
        for (unsigned i = 0; i < 4; i++)
            index->positions[index->count + i] = (uint32_t)(index->end - index->text);
        index->resume = (uint32_t)(index->end - index->text);
    } else {
        index->count--;
        index->resume = index->positions[index->count];
    }
    for (uint32_t from = kept; from < index->count; from += BLOCK)
        check_tokens(index, from, index->count - from < BLOCK ? index->count - from : BLOCK);
    return index->bad == 0 && !index->is_too_deep;
}

bool hf__index_pass_avx512(hf__index *index)
{
    uint64_t depth = 0;
    for (;;) {
        if (index->next == index->count && (index->is_complete || !hf__index_more_avx512(index)))
            return false;
        uint32_t left = index->count - index->next, step = left < BLOCK ? left : BLOCK;
        if (step == 0) /* the text ended in blanks */
            continue;
        uint64_t live = ~(uint64_t)0 >> (BLOCK - step);
        __m512i folded = _mm512_or_si512(_mm512_loadu_si512(index->tokens + index->next), v8(0x20));
        uint64_t open = _mm512_mask_cmpeq_epi8_mask(live, folded, v8('{')), close = _mm512_mask_cmpeq_epi8_mask(live, folded, v8('}'));
        uint64_t closed = 0, all = (uint64_t)__builtin_popcountll(close);
        for (uint64_t rest = all >= depth ? close : 0; rest != 0; rest &= rest - 1) {
            uint64_t before = (rest & -rest) - 1;
            if (depth + (uint64_t)__builtin_popcountll(open & before) == ++closed) {
                index->next += (uint32_t)__builtin_ctzll(rest) + 1;
                return true;
            }
        }
        depth += (uint64_t)__builtin_popcountll(open) - all;
        index->next += step;
    }
}
