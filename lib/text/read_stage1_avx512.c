/* read_stage1_avx512.c - text to tokens, 64 bytes a step.
 *
 * Blanks and operators are found by two table look-ups on the low nibble, the insides of strings by
 * a carry-less product, token positions and characters by two compressions. Whatever is unusual
 * (a backslash, a byte above 127, one of them pending) goes through one branch. */
#include "text/read_stages_avx512.h"

/* UTF-8 by three nibble tables: each bit names one way to be wrong. */
static inline __m512i utf8_errors(__m512i bytes, __m512i before1, __m512i before2, __m512i before3)
{
    enum {
        SHORT = 1, LONG = 2, OVER3 = 4, LARGE = 8, SURROGATE = 16, OVER2 = 32, LARGE1000 = 64, OVER4 = 64, TWO = 128,
        ANY = SHORT | LONG | TWO
    };
    const __m512i high1 = _mm512_broadcast_i32x4(_mm_setr_epi8(
        LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG, (char)TWO, (char)TWO, (char)TWO, (char)TWO,
        SHORT | OVER2, SHORT, SHORT | OVER3 | SURROGATE, SHORT | LARGE | LARGE1000 | OVER4));
    const __m512i low1 = _mm512_broadcast_i32x4(_mm_setr_epi8(
        (char)(ANY | OVER3 | OVER2 | OVER4), (char)(ANY | OVER2), (char)ANY, (char)ANY, (char)(ANY | LARGE),
        (char)(ANY | LARGE | LARGE1000), (char)(ANY | LARGE | LARGE1000), (char)(ANY | LARGE | LARGE1000),
        (char)(ANY | LARGE | LARGE1000), (char)(ANY | LARGE | LARGE1000), (char)(ANY | LARGE | LARGE1000),
        (char)(ANY | LARGE | LARGE1000), (char)(ANY | LARGE | LARGE1000),
        (char)(ANY | LARGE | LARGE1000 | SURROGATE), (char)(ANY | LARGE | LARGE1000),
        (char)(ANY | LARGE | LARGE1000)));
    const __m512i high2 = _mm512_broadcast_i32x4(_mm_setr_epi8(
        SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT,
        (char)(LONG | OVER2 | TWO | OVER3 | LARGE1000 | OVER4), (char)(LONG | OVER2 | TWO | OVER3 | LARGE),
        (char)(LONG | OVER2 | TWO | SURROGATE | LARGE), (char)(LONG | OVER2 | TWO | SURROGATE | LARGE),
        SHORT, SHORT, SHORT, SHORT));
    const __m512i nibble = hf__v8(15);
    __m512i a = _mm512_shuffle_epi8(high1, _mm512_and_si512(_mm512_srli_epi16(before1, 4), nibble));
    __m512i b = _mm512_shuffle_epi8(low1, _mm512_and_si512(before1, nibble));
    __m512i c = _mm512_shuffle_epi8(high2, _mm512_and_si512(_mm512_srli_epi16(bytes, 4), nibble));
    __m512i special = _mm512_ternarylogic_epi64(a, b, c, 0x80);
    /* Third and fourth bytes must continue a sequence: then, and only then, TWO is expected. */
    __m512i third = _mm512_subs_epu8(before2, hf__v8(0xe0 - 0x80));
    __m512i fourth = _mm512_subs_epu8(before3, hf__v8(0xf0 - 0x80));
    __m512i must = _mm512_and_si512(_mm512_or_si512(third, fourth), hf__v8(0x80));
    return _mm512_xor_si512(must, special);
}

/* Puts a mark in place of the closing quotes in `which`, or of the opening quotes before them. */
static inline void mark(uint8_t *tokens, uint64_t which, uint64_t token_mask, int before, uint8_t code)
{
    for (; which != 0; which &= which - 1) {
        uint64_t below = (which & -which) - 1;
        tokens[__builtin_popcountll(token_mask & below) - before] = code;
    }
}

static inline bool runs_on(const char *text)
{
    const unsigned char *bytes = (const unsigned char *)text;
    return bytes[63] >= 0xc0 || bytes[62] >= 0xe0 || bytes[61] >= 0xf0;
}

/* Strings with escapes or bytes above 127, and UTF-8. Adding the opening quote to the run of bytes
 * inside carries through to the closing quote exactly when the run has no hole; holes are cut where
 * the bytes of interest are. */
static inline void scan_unusual(hf__scan *m, const char *text, __m512i bytes, uint64_t quotes, uint64_t inside,
                                uint64_t string_before, uint64_t tokens, uint64_t slashes, uint64_t high)
{
    uint64_t opening = quotes & inside, closing = quotes & ~inside;
    unsigned long long reach;
    unsigned char clean =
        _addcarry_u64((unsigned char)(string_before & ~m->escaped_text & 1), inside & ~slashes, opening, &reach);
    mark(m->token_to, closing & ~reach, tokens, 0, HF__CLOSES_ESCAPED);
    m->escaped_text = m->in_string & ((uint64_t)clean - 1);
    clean = _addcarry_u64((unsigned char)(string_before & ~m->nonascii_text & 1), inside & ~high, opening, &reach);
    mark(m->token_to, closing & ~reach, tokens, 1, HF__OPENS_NONASCII);
    m->nonascii_text = m->in_string & ((uint64_t)clean - 1);
    if ((high | m->utf8_open) != 0) {
        __m512i before1 = _mm512_loadu_si512(text - 1), before2 = _mm512_loadu_si512(text - 2);
        __m512i before3 = _mm512_loadu_si512(text - 3);
        m->utf8_bad = _mm512_or_si512(m->utf8_bad, utf8_errors(bytes, before1, before2, before3));
        m->utf8_open = runs_on(text);
    }
}

static inline __attribute__((always_inline)) void scan_block(hf__scan *m, const char *text, uint32_t at)
{
    const __m512i blank_table = _mm512_broadcast_i32x4(
        _mm_setr_epi8(' ', 100, 100, 100, 17, 100, 113, 2, 100, '\t', '\n', 112, 100, '\r', 100, 100));
    const __m512i operator_table = _mm512_broadcast_i32x4(
        _mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ':', '{', ',', '}', 0, 0));
    __m512i bytes = _mm512_loadu_si512(text);
    uint64_t slashes = _mm512_cmpeq_epi8_mask(bytes, hf__v8('\\'));
    uint64_t quotes = _mm512_cmpeq_epi8_mask(bytes, hf__v8('"'));
    uint64_t blanks = _mm512_cmpeq_epi8_mask(bytes, _mm512_shuffle_epi8(blank_table, bytes));
    uint64_t operators =
        _mm512_cmpeq_epi8_mask(_mm512_or_si512(bytes, hf__v8(0x20)), _mm512_shuffle_epi8(operator_table, bytes));
    uint64_t controls = _mm512_cmplt_epu8_mask(bytes, hf__v8(0x20));
    uint64_t high = _mm512_movepi8_mask(bytes);

    uint64_t string_before = m->in_string;
    if (HF_UNLIKELY((slashes | m->escape_carry) != 0))
        quotes &= ~hf__mask_escaped(slashes, &m->escape_carry);
    uint64_t inside = hf__mask_parity(quotes) ^ string_before; /* opening quotes, not closing ones */
    m->in_string = 0 - (inside >> 63);
    m->control_bad |= controls & (inside | ~blanks);

    uint64_t scalar = ~(operators | blanks | quotes | inside);
    uint64_t follows = scalar << 1 | m->scalar_carry;
    m->scalar_carry = scalar >> 63;
    uint64_t tokens = quotes | (operators & ~inside) | (scalar & ~follows);
    _mm512_storeu_si512(m->token_to, _mm512_maskz_compress_epi8(tokens, bytes));

    /* A string that had an escape or a byte above 127 matters again only where a quote stands. */
    uint64_t unusual = slashes | high | m->utf8_open | ((m->escaped_text | m->nonascii_text) & quotes);
    if (HF_UNLIKELY(unusual != 0))
        scan_unusual(m, text, bytes, quotes, inside, string_before, tokens, slashes, high);
    m->position_to = hf__emit(m->position_to, tokens, at);
    m->token_to += __builtin_popcountll(tokens);
}

void hf__stage1_avx512(hf__scan *state, const char *text, uint32_t at, size_t blocks)
{
    hf__scan m = *state; /* in registers while the chunk runs */
    for (size_t i = 0; i < blocks; i++)
        scan_block(&m, text + 64 * i, at + (uint32_t)(64 * i));
    *state = m;
}
