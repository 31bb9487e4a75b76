/* read_grammar_avx512.c - tokens to slots-to-be, 64 tokens a step.
 *
 * What may follow what is nine rules on masks of the tokens and of the tokens before them. Whether
 * commas and keys suit their container is checked with the brackets. */
#include "text/read_stages_avx512.h"

/* What a token's character means: bits to ask for together. */
enum { IS_COMMA = 1, IS_COLON = 2, IS_OPEN = 4, IS_CLOSE = 8, IS_BRACE = 16, IS_QUOTE = 32, IS_SCALAR = 64 };

#define DIGITS(x) \
    ['0'] = x, ['1'] = x, ['2'] = x, ['3'] = x, ['4'] = x, ['5'] = x, ['6'] = x, ['7'] = x, ['8'] = x, ['9'] = x, ['-'] = x

static const _Alignas(64) uint8_t token_sorts[128] = {
    [','] = IS_COMMA, [':'] = IS_COLON, ['['] = IS_OPEN, ['{'] = IS_OPEN | IS_BRACE, [']'] = IS_CLOSE, ['}'] = IS_CLOSE,
    ['"'] = IS_QUOTE, [HF__CLOSES_ESCAPED] = IS_QUOTE, [HF__OPENS_NONASCII] = IS_QUOTE,
    ['n'] = IS_SCALAR, ['t'] = IS_SCALAR, ['f'] = IS_SCALAR, DIGITS(IS_SCALAR)
};

/* The info byte of the slot that a token becomes. */
static const _Alignas(64) uint8_t token_infos[128] = {
    ['['] = HF__ARRAY, ['{'] = HF__OBJECT, [']'] = HF__CLOSE, ['}'] = HF__CLOSE | HF__KEY, ['"'] = HF__TEXT,
    [HF__OPENS_NONASCII] = HF__TEXT | HF__NONASCII, ['n'] = HF__NULL, ['t'] = HF__BOOL | HF__TRUE, ['f'] = HF__BOOL,
    DIGITS(HF__NUMTEXT)
};

/* The tokens that become slots give start, and as end the start of the next token. */
static inline size_t compress_positions(const uint32_t *positions, uint64_t slots, size_t groups, uint32_t *start,
                                        uint32_t *end)
{
    size_t written = 0;
    for (size_t g = 0; g < groups; g++) {
        __mmask16 which = (__mmask16)(slots >> (16 * g));
        _mm512_storeu_si512(start + written, _mm512_maskz_compress_epi32(which, _mm512_loadu_si512(positions + 16 * g)));
        _mm512_storeu_si512(end + written, _mm512_maskz_compress_epi32(which, _mm512_loadu_si512(positions + 16 * g + 1)));
        written += (size_t)__builtin_popcount(which);
    }
    return written;
}

size_t hf__grammar_avx512(hf__machine *m, hf__stages *stages, size_t count)
{
    const uint8_t *tokens = stages->tokens;
    const __m512i sort0 = _mm512_load_si512(token_sorts), sort1 = _mm512_load_si512(token_sorts + 64);
    const __m512i info0 = _mm512_load_si512(token_infos), info1 = _mm512_load_si512(token_infos + 64);
    size_t done = 0;
    for (size_t i = 0; i < count; i += 64) {
        size_t here = count - i < 64 ? count - i : 64;
        uint64_t live = ~(uint64_t)0 >> (64 - here);
        __m512i c = _mm512_maskz_loadu_epi8(live, tokens + i);
        __m512i sorts = _mm512_permutex2var_epi8(sort0, c, sort1);
        uint64_t comma = _mm512_test_epi8_mask(sorts, hf__v8(IS_COMMA));
        uint64_t colon = _mm512_test_epi8_mask(sorts, hf__v8(IS_COLON));
        uint64_t open = _mm512_test_epi8_mask(sorts, hf__v8(IS_OPEN));
        uint64_t close = _mm512_test_epi8_mask(sorts, hf__v8(IS_CLOSE));
        uint64_t brace = _mm512_test_epi8_mask(sorts, hf__v8(IS_BRACE));
        uint64_t quotes = _mm512_test_epi8_mask(sorts, hf__v8(IS_QUOTE));
        uint64_t scalar = _mm512_test_epi8_mask(sorts, hf__v8(IS_SCALAR));
        /* A text is a key when a colon comes second behind its opening quote. */
        uint64_t colon_second = _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(tokens + i + 2), hf__v8(':'));
        uint64_t escaped_next = _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(tokens + i + 1), hf__v8(HF__CLOSES_ESCAPED));
        uint64_t text = quotes & (hf__mask_parity(quotes) ^ m->text_parity);
        uint64_t closing = quotes & ~text;
        uint64_t key = text & colon_second;
        uint64_t value = text | open | scalar;

        uint64_t after_comma = comma << 1 | m->was_comma, after_colon = colon << 1 | m->was_colon;
        uint64_t after_open = open << 1 | m->was_open, after_brace = brace << 1 | m->was_brace;
        uint64_t after_closing = closing << 1 | m->was_closing;
        uint64_t bad = (live & ~(value | close | comma | colon | closing)) | _mm512_movepi8_mask(c);
        bad |= value & ~(after_comma | after_colon | after_open);
        bad |= (close | comma | colon) & (after_comma | after_colon);
        bad |= comma & after_open;
        bad |= colon & ~after_closing;
        bad |= key & ~(after_comma | after_brace);
        bad |= value & ~key & after_brace;
        m->bad |= bad & live;
        m->was_comma = comma >> (here - 1) & 1;
        m->was_colon = colon >> (here - 1) & 1;
        m->was_open = open >> (here - 1) & 1;
        m->was_brace = brace >> (here - 1) & 1;
        m->was_closing = closing >> (here - 1) & 1;
        m->text_parity ^= 0 - ((uint64_t)__builtin_popcountll(quotes) & 1);

        __m512i infos = _mm512_permutex2var_epi8(info0, c, info1);
        infos = _mm512_mask_add_epi8(infos, key, infos, hf__v8(HF__KEY));
        infos = _mm512_mask_add_epi8(infos, after_comma, infos, hf__v8(HF__INFO_COMMA));
        infos = _mm512_mask_add_epi8(infos, text & escaped_next, infos, hf__v8(HF__ESCAPE));
        uint64_t slots = value | close;
        m->aside += (uint64_t)__builtin_popcountll(key | close);
        _mm512_storeu_si512(stages->infos + done, _mm512_maskz_compress_epi8(slots, infos));
        done += compress_positions(stages->positions + i, slots, (here + 15) / 16, stages->starts + done,
                                   stages->ends + done);
    }
    /* The last group of eight reads past the slots in use: let it find valid positions. */
    _mm512_storeu_si512(stages->starts + done, _mm512_setzero_si512());
    _mm512_storeu_si512(stages->ends + done, _mm512_setzero_si512());
    return done;
}
