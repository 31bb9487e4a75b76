/* code_pass_avx512.c - what nothing wants, 64 bytes a step.
 *
 * Blanks are found by a table look-up on the low nibble, the insides of strings by a carry-less product.
 * The first byte of each token goes into a row without blanks, whose grammar is checked 64 tokens at a
 * time by masks of what may follow what. One bit a level tells objects from arrays.
 *
 * Method: after G. Langdale and D. Lemire, "Parsing gigabytes of JSON per second" (2019). */
#include <immintrin.h>

#include "bind/code_keys.h"
#include "bind/code_pass.h"

enum {
    BLOCK  = 64,
    TAIL   = 3 * BLOCK, /* the last bytes of a text are looked at in a copy, with blanks behind them */
    LEVELS = 60
};

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* The row of tokens, and what is known about its last one. */
typedef struct grammar {
    uint64_t    bad;
    uint64_t    was_comma, was_colon, was_open, was_brace, was_closing, text_parity;
    uint64_t    is_object; /* a bit a level, the innermost lowest */
    const char *paired;    /* the second half of a surrogate pair that was looked at with its first half */
    size_t      count;
    uint8_t     tokens[4 * BLOCK];
} grammar;

/* Bytes that are looked for, in registers as long as the loop runs. */
typedef struct wanted_bytes {
    __m512i slash, quote, comma, colon, open, close, fold, zero, ten, minus, blank_table;
} wanted_bytes;

/* What one step hands to the next, in registers too: nothing here has an address. */
typedef struct scan {
    const char *text;   /* the bytes of this step */
    const char *stands; /* where they stand: elsewhere, if these are in the copy of the tail */
    uint64_t    bad;
    uint64_t    in_string;    /* all ones inside of a string */
    uint64_t    escape_carry; /* the first byte of this step is escaped */
    uint64_t    scalar_carry, minus_carry, zero_carry; /* about the last byte of the step before */
    uint64_t    word_carry, end_carry; /* bytes of a word that began there, and the one behind it */
    uint64_t    comma_carry;  /* a comma of the object, and blanks up to here */
    uint64_t    depth;
    const char *run;     /* where the number or word began that ran on */
    const char *checked; /* numbers are, before this */
} scan;

ALWAYS_INLINE __m512i v8(int byte)
{
    return _mm512_set1_epi8((char)byte);
}

/* Each bit is the parity of those up to it. */
ALWAYS_INLINE uint64_t parity_to(uint64_t bits)
{
    __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, (long long)bits), _mm_set1_epi8(-1), 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
}

/* ---- tokens ------------------------------------------------------------------------------ */

/* Follows the brackets; bits of the result: behind here the innermost container is an object. */
static inline uint64_t follow_brackets(grammar *m, uint64_t open, uint64_t close, uint64_t brace)
{
    uint64_t outer = 0 - (m->is_object & 1), turns = 0, stack = m->is_object;
    for (uint64_t rest = open | close; rest != 0; rest &= rest - 1) {
        unsigned at = (unsigned)__builtin_ctzll(rest);
        uint64_t is_brace = brace >> at & 1, before = stack & 1;
        bool is_open = (open >> at & 1) != 0;
        m->bad |= is_open ? 0 : before ^ is_brace;
        stack = is_open ? stack << 1 | is_brace : stack >> 1;
        turns |= (before ^ (stack & 1)) << at;
    }
    m->is_object = stack;
    return outer ^ (turns != 0 ? parity_to(turns << 1) : 0);
}

/* The first `count` tokens, up to 64; two more are readable. */
static __attribute__((noinline)) void check_tokens(grammar *m, const uint8_t *tokens, unsigned count)
{
    uint64_t live = ~(uint64_t)0 >> (64 - count);
    __m512i c = _mm512_loadu_si512(tokens), folded = _mm512_or_si512(c, v8(0x20));
    uint64_t comma = _mm512_mask_cmpeq_epi8_mask(live, c, v8(',')), colon = _mm512_mask_cmpeq_epi8_mask(live, c, v8(':'));
    uint64_t open = _mm512_mask_cmpeq_epi8_mask(live, folded, v8('{')), close = _mm512_mask_cmpeq_epi8_mask(live, folded, v8('}'));
    uint64_t brace = _mm512_test_epi8_mask(c, v8(0x20)), quotes = _mm512_mask_cmpeq_epi8_mask(live, c, v8('"'));
    uint64_t colon_second = _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(tokens + 2), v8(':'));
    uint64_t text = quotes & (parity_to(quotes) ^ m->text_parity), closing = quotes & ~text;
    uint64_t key = text & colon_second, value = live & ~(comma | colon | close | closing);

    uint64_t after_comma = comma << 1 | m->was_comma, after_colon = colon << 1 | m->was_colon;
    uint64_t after_open = open << 1 | m->was_open, after_brace = (open & brace) << 1 | m->was_brace;
    uint64_t in_object = follow_brackets(m, open, close, brace);
    uint64_t bad = value & ~(after_comma | after_colon | after_open);
    bad |= (close | comma | colon) & (after_comma | after_colon);
    bad |= comma & after_open;
    bad |= colon & ~(closing << 1 | m->was_closing);
    bad |= key & ~(after_comma | after_brace);
    bad |= value & ~key & after_brace;
    bad |= value & after_comma & (key ^ in_object);
    m->bad |= bad & live;
    unsigned last = count - 1;
    m->was_comma = comma >> last & 1;
    m->was_colon = colon >> last & 1;
    m->was_open = open >> last & 1;
    m->was_brace = (open & brace) >> last & 1;
    m->was_closing = closing >> last & 1;
    m->text_parity ^= 0 - ((uint64_t)__builtin_popcountll(quotes) & 1);
}

ALWAYS_INLINE void put_tokens(grammar *m, __m512i bytes, uint64_t which)
{
    _mm512_storeu_si512(m->tokens + m->count, _mm512_maskz_compress_epi8(which, bytes));
    m->count += (size_t)__builtin_popcountll(which);
    if (m->count < BLOCK + 2)
        return;
    check_tokens(m, m->tokens, BLOCK);
    _mm512_storeu_si512(m->tokens, _mm512_loadu_si512(m->tokens + BLOCK));
    _mm512_storeu_si512(m->tokens + BLOCK, _mm512_loadu_si512(m->tokens + 2 * BLOCK));
    m->count -= BLOCK;
}

static inline void end_tokens(grammar *m)
{
    _mm512_storeu_si512(m->tokens + m->count, _mm512_setzero_si512());
    size_t first = m->count < BLOCK ? m->count : BLOCK;
    if (first > 0)
        check_tokens(m, m->tokens, (unsigned)first);
    if (m->count > first)
        check_tokens(m, m->tokens + first, (unsigned)(m->count - first));
}

/* ---- escapes ----------------------------------------------------------------------------- */

/* Characters that a backslash before them escapes: those behind a run of backslashes of odd length. */
ALWAYS_INLINE uint64_t find_escaped(uint64_t slashes, uint64_t *carry)
{
    const uint64_t even = 0x5555555555555555u;
    uint64_t first = *carry;
    slashes &= ~first;
    uint64_t starts = slashes & ~(slashes << 1);
    unsigned long long behind_odd;
    uint64_t behind_even = slashes + (starts & even);
    *carry = _addcarry_u64(0, slashes, starts & ~even, &behind_odd);
    return ((behind_even & ~slashes & ~even) | (behind_odd & ~slashes & even)) | first;
}

/* Four hexadecimal digits; above 0xffff when they are none. */
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

/* Those that name a code unit, at their 'u'. Pairs must be whole. */
static __attribute__((noinline)) void check_units(grammar *m, const char *text, const char *stands, uint64_t units)
{
    for (; units != 0; units &= units - 1) {
        unsigned offset = (unsigned)__builtin_ctzll(units);
        const char *at = text + offset;
        uint32_t code = hex4(at + 1);
        bool is_paired = stands + offset == m->paired;
        if (code > 0xffff || (code - 0xdc00 < 0x400 && !is_paired)) {
            m->bad = 1;
        } else if (code - 0xd800 < 0x400) {
            m->bad |= at[5] != '\\' || at[6] != 'u' || hex4(at + 7) - 0xdc00 >= 0x400;
            m->paired = stands + offset + 6;
        }
    }
}

static __attribute__((noinline)) void check_escapes(grammar *m, const char *text, const char *stands, uint64_t escaped)
{
    static const _Alignas(64) uint8_t known[128] = { ['"'] = 1, ['\\'] = 1, ['/'] = 1, ['b'] = 1, ['f'] = 1, ['n'] = 1, ['r'] = 1, ['t'] = 1, ['u'] = 1 };
    __m512i bytes = _mm512_loadu_si512(text);
    __m512i is_known = _mm512_permutex2var_epi8(_mm512_load_si512(known), bytes, _mm512_load_si512(known + 64));
    m->bad |= escaped & (_mm512_testn_epi8_mask(is_known, is_known) | _mm512_movepi8_mask(bytes));
    uint64_t units = _mm512_mask_cmpeq_epi8_mask(escaped, bytes, v8('u'));
    if (HF_UNLIKELY(units != 0))
        check_units(m, text, stands, units);
}

/* ---- numbers and words ------------------------------------------------------------------- */

static inline bool may_follow(char c)
{
    return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* The bits of this step's bytes that stand before `place`. */
ALWAYS_INLINE uint64_t bits_before(const char *stands, const char *place)
{
    ptrdiff_t count = place - stands;
    return count <= 0 ? 0 : count >= BLOCK ? ~(uint64_t)0 : ((uint64_t)1 << count) - 1;
}

/* true, false, null at `words`; the bits that they take. Each place is compared with what the byte of a
 * word asks for behind it. */
ALWAYS_INLINE uint64_t check_words(scan *m, __m512i bytes, uint64_t words, uint64_t scalar)
{
    const __m512i first = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 0, 0, 0, 't', 0, 'f', 0, 0, 0, 0, 0, 0, 0, 'n', 0));
    const __m512i second = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 0, 0, 0, 'r', 0, 'a', 0, 0, 0, 0, 0, 0, 0, 'u', 0));
    const __m512i third = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 0, 0, 0, 'u', 0, 'l', 0, 0, 0, 0, 0, 0, 0, 'l', 0));
    const __m512i fourth = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 0, 0, 0, 'e', 0, 's', 0, 0, 0, 0, 0, 0, 0, 'l', 0));
    uint64_t is_false = _mm512_mask_cmpeq_epi8_mask(words, bytes, v8('f'));
    uint64_t right = _mm512_mask_cmpeq_epi8_mask(words, bytes, _mm512_shuffle_epi8(first, bytes));
    right = _mm512_mask_cmpeq_epi8_mask(right, _mm512_loadu_si512(m->text + 1), _mm512_shuffle_epi8(second, bytes));
    right = _mm512_mask_cmpeq_epi8_mask(right, _mm512_loadu_si512(m->text + 2), _mm512_shuffle_epi8(third, bytes));
    right = _mm512_mask_cmpeq_epi8_mask(right, _mm512_loadu_si512(m->text + 3), _mm512_shuffle_epi8(fourth, bytes));
    uint64_t right_end = _mm512_mask_cmpeq_epi8_mask(is_false, _mm512_loadu_si512(m->text + 4), v8('e'));
    uint64_t last_four = words << 1 | words << 2 | words << 3; /* behind the first byte */
    uint64_t ends = (words & ~is_false) << 4 | is_false << 5;
    m->bad |= (words ^ right) | (is_false ^ right_end) | (ends & scalar);
    m->word_carry = words >> 63 | words >> 62 | words >> 61 | is_false >> 60;
    m->end_carry = (words & ~is_false) >> 60 | is_false >> 59;
    return words | last_four | is_false << 4;
}

/* Numbers with a fraction or an exponent: bits of theirs. Where they are checked to; NULL: one is wrong. */
static __attribute__((noinline)) const char *check_numbers(const char *stands, const char *run, uint64_t which, uint64_t starts)
{
    const char *at = NULL;
    while (which != 0) {
        uint64_t upto = which ^ (which - 1), begun = starts & upto;
        at = begun != 0 ? stands + 63 - __builtin_clzll(begun) : run;
        at = hf__pass_number(at);
        if (at == NULL || !may_follow(*at))
            return NULL;
        which &= ~(bits_before(stands, at) | upto);
    }
    return at;
}

ALWAYS_INLINE void check_scalars(scan *m, const wanted_bytes *b, __m512i bytes, uint64_t scalar)
{
    uint64_t starts = scalar & ~(scalar << 1 | m->scalar_carry), rest = scalar & ~m->word_carry;
    m->bad |= scalar & m->end_carry;
    if (HF_UNLIKELY(m->scalar_carry != 0))
        rest &= ~bits_before(m->stands, m->checked);
    m->word_carry = m->end_carry = 0;
    uint64_t digits = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, b->zero), b->ten);
    uint64_t minus = starts & _mm512_cmpeq_epi8_mask(bytes, b->minus), words = starts & ~digits & ~minus;
    if (words != 0)
        rest &= ~check_words(m, bytes, words, scalar);
    uint64_t after_minus = minus << 1 | m->minus_carry, first = (starts & digits) | after_minus;
    uint64_t zeros = first & _mm512_cmpeq_epi8_mask(bytes, b->zero), after_zero = zeros << 1 | m->zero_carry;
    m->bad |= (after_minus & ~digits) | (after_zero & digits & scalar);
    uint64_t others = rest & ~digits & ~minus;
    if (HF_UNLIKELY(others != 0)) {
        m->checked = check_numbers(m->stands, m->run, others, starts);
        m->bad |= m->checked == NULL;
    }
    m->minus_carry = minus >> 63;
    m->zero_carry = zeros >> 63;
    m->scalar_carry = scalar >> 63;
    if (starts != 0)
        m->run = m->stands + 63 - __builtin_clzll(starts);
}

/* ---- keys -------------------------------------------------------------------------------- */

/* Whether the object may want the key behind this quote, which does not end in this step. */
static bool may_be_wanted(const char *quote, const hf__keys *keys)
{
    __m512i bytes = _mm512_loadu_si512(quote + 1);
    uint64_t ends = _mm512_cmpeq_epi8_mask(bytes, v8('"')) | _mm512_cmpeq_epi8_mask(bytes, v8('\\'));
    if (ends == 0)
        return keys->lengths >> 63 != 0;
    size_t length = (size_t)__builtin_ctzll(ends);
    if (quote[1 + length] == '\\')
        return true;
    return (keys->lengths >> length & 1) != 0 && hf__key_find(keys, quote + 1, length, true) != keys->none;
}

/* Of the quotes behind commas of the object the first whose key may be wanted; 0: none. */
ALWAYS_INLINE uint64_t find_wanted(scan *m, uint64_t commas, uint64_t blanks, uint64_t quotes, uint64_t inside, uint64_t slashes, const hf__keys *keys)
{
    unsigned long long behind;
    uint64_t after = commas << 1 | m->comma_carry;
    m->comma_carry = commas >> 63 | _addcarry_u64(0, after & blanks, blanks, &behind);
    for (uint64_t rest = (after | behind) & ~blanks & quotes & inside; rest != 0; rest &= rest - 1) {
        uint64_t bit = rest & -rest, ends = quotes & ~(bit | (bit - 1));
        size_t begin = (size_t)__builtin_ctzll(rest), length = (size_t)__builtin_ctzll(ends | (uint64_t)1 << 63) - begin - 1;
        if (HF_UNLIKELY(ends == 0 || slashes != 0)) {
            if (may_be_wanted(m->text + begin, keys))
                return bit;
        } else if ((keys->lengths >> length & 1) != 0 && hf__key_find(keys, m->text + begin + 1, length, true) != keys->none) {
            return bit;
        }
    }
    return 0;
}

/* ---- one step ---------------------------------------------------------------------------- */

/* Goes through the brackets: bits directly in the object we began in, and the end, if it is here. */
ALWAYS_INLINE uint64_t follow_depth(scan *m, uint64_t open, uint64_t close, uint64_t *ret_end)
{
    uint64_t level = m->depth == 1 ? ~(uint64_t)0 : 0;
    unsigned closed = (unsigned)__builtin_popcountll(close);
    *ret_end = 0;
    if (m->depth > closed + 1) {
        m->depth += (uint64_t)__builtin_popcountll(open) - closed;
        return 0;
    }
    for (uint64_t rest = open | close; rest != 0; rest &= rest - 1) {
        uint64_t bit = rest & -rest;
        if ((open & bit) != 0) {
            level ^= m->depth == 1 ? 0 - bit : 0;
            m->depth++;
        } else {
            m->depth--;
            level ^= m->depth == 1 ? 0 - bit : 0;
            if (m->depth == 0) {
                *ret_end = bit;
                return level & (bit - 1);
            }
        }
    }
    return level;
}

typedef enum outcome { GOES_ON, STOPS, TOO_DEEP } outcome;

ALWAYS_INLINE outcome step(scan *m, grammar *g, const wanted_bytes *b, const hf__keys *keys, uint64_t levels, const char **ret_at)
{
    __m512i bytes = _mm512_loadu_si512(m->text), folded = _mm512_or_si512(bytes, b->fold);
    uint64_t slashes = _mm512_cmpeq_epi8_mask(bytes, b->slash), quotes = _mm512_cmpeq_epi8_mask(bytes, b->quote), escaped = 0;
    uint64_t blanks = _mm512_cmpeq_epi8_mask(bytes, _mm512_shuffle_epi8(b->blank_table, bytes));
    if (HF_UNLIKELY((slashes | m->escape_carry) != 0)) {
        escaped = find_escaped(slashes, &m->escape_carry);
        quotes &= ~escaped;
    }
    uint64_t inside = parity_to(quotes) ^ m->in_string; /* opening quotes, not closing ones */
    m->in_string = UINT64_C(0) - (inside >> 63);
    uint64_t open = _mm512_cmpeq_epi8_mask(folded, b->open) & ~inside, close = _mm512_cmpeq_epi8_mask(folded, b->close) & ~inside;
    uint64_t comma = _mm512_cmpeq_epi8_mask(bytes, b->comma) & ~inside, colon = _mm512_cmpeq_epi8_mask(bytes, b->colon) & ~inside;
    if (HF_UNLIKELY(m->depth + (unsigned)__builtin_popcountll(open) > levels))
        return TOO_DEEP;

    uint64_t end = 0, level = follow_depth(m, open, close, &end), live = end != 0 ? end | (end - 1) : ~(uint64_t)0;
    uint64_t wanted = 0;
    if (keys != NULL && level != 0)
        wanted = find_wanted(m, comma & level & live, blanks, quotes, inside & live, slashes, keys);
    else
        m->comma_carry = 0;
    if (wanted != 0)
        live = wanted - 1;

    uint64_t operators = open | close | comma | colon;
    uint64_t scalar = ~(operators | blanks | quotes | inside) & live, follows = scalar << 1 | m->scalar_carry;
    m->bad |= _mm512_mask_cmplt_epu8_mask(inside & live, bytes, b->fold);
    if (HF_UNLIKELY(escaped != 0))
        check_escapes(g, m->text, m->stands, escaped & live);
    uint64_t tokens = ((quotes | operators) & live) | (scalar & ~follows);
    if ((scalar | m->scalar_carry) != 0)
        check_scalars(m, b, bytes, scalar);
    put_tokens(g, bytes, tokens);
    if ((wanted | end) != 0) {
        *ret_at = m->stands + __builtin_ctzll(wanted != 0 ? wanted : end);
        return STOPS;
    }
    return GOES_ON;
}

/* Keeps the compiler from making the same vector again in each step. */
ALWAYS_INLINE __m512i in_register(__m512i v)
{
    __asm__("" : "+v"(v));
    return v;
}

ALWAYS_INLINE wanted_bytes look_for(void)
{
    return (wanted_bytes){
        .slash = in_register(v8('\\')), .quote = in_register(v8('"')), .comma = in_register(v8(',')), .colon = in_register(v8(':')),
        .open = in_register(v8('{')), .close = in_register(v8('}')), .fold = in_register(v8(0x20)), .zero = in_register(v8('0')),
        .ten = in_register(v8(10)), .minus = in_register(v8('-')),
        .blank_table = in_register(_mm512_broadcast_i32x4(_mm_setr_epi8(' ', 100, 100, 100, 17, 100, 113, 2, 100, '\t', '\n', 112, 100, '\r', 100, 100))),
    };
}

/* The rest of the text, less than TAIL bytes, in a copy. */
static __attribute__((noinline)) const char *copy_tail(const char *text, const char *end, char *tail)
{
    memset(tail, ' ', TAIL + 2 * BLOCK);
    memcpy(tail, text, (size_t)(end - text));
    return tail;
}

const char *hf__pass_avx512(const hf__in *in, const char *at, const hf__keys *keys)
{
    char tail[TAIL + 2 * BLOCK];
    const char *found = NULL, *tail_end = NULL, *end = in->end;
    bool in_object = keys != NULL;
    uint64_t levels = (uint64_t)in->depth_left + in_object;
    const wanted_bytes bytes = look_for();
    scan m = { .text = at, .stands = at, .depth = in_object, .comma_carry = in_object };
    grammar g;
    memset(&g, 0, offsetof(grammar, tokens));
    g.was_comma = g.is_object = in_object;
    g.was_colon = !in_object;
    levels = levels < LEVELS ? levels : LEVELS;
    outcome what;
    do {
        if (HF_UNLIKELY(end - m.stands < TAIL && tail_end == NULL)) {
            tail_end = tail + (end - m.stands);
            m.text = copy_tail(m.stands, end, tail);
        }
        if (HF_UNLIKELY(tail_end != NULL && m.text >= tail_end))
            return NULL;
        what = step(&m, &g, &bytes, keys, levels, &found);
        m.text += BLOCK;
        m.stands += BLOCK;
    } while (what == GOES_ON && m.bad == 0);
    if (what == TOO_DEEP)
        return at;
    end_tokens(&g);
    if ((m.bad | g.bad) != 0)
        return NULL;
    if (!in_object)
        return found + 1 < end ? found + 1 : NULL;
    return *found == '}' || (*found == '"' && g.was_comma != 0) ? found : NULL;
}
