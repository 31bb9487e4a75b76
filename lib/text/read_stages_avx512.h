/* read_stages_avx512.h - what the stages of the AVX-512 reader hand to each other.
 *
 * The text goes through in chunks whose indexes stay in cache. For each chunk:
 *
 *   stage 1   64 bytes a step: UTF-8, strings, and the position and character of every token
 *             (brackets, commas, colons, both quotes, first characters of numbers and literals)
 *   grammar   64 tokens a step: which may follow which, which text is a key. With closing slots
 *             each bracket or value is one slot: leaves start, end and an info byte per slot
 *   slots     8 slots a step without a branch, then brackets, then lists of what needs more:
 *             literals, numbers, escaped text
 *
 * No stage says what is wrong, only that something is: the careful reader then reads again and finds
 * the words. It also takes over what is beyond these stages: nesting of more than
 * HF__STAGE_LEVELS, texts of 2 GiB and more.
 *
 * Method: after J. Keiser and D. Lemire, "Validating UTF-8 in less than one instruction per byte"
 * (2020), and G. Langdale and D. Lemire, "Parsing gigabytes of JSON per second" (2019), for stage 1. */
#ifndef HOLDFAST_READ_STAGES_AVX512_H
#define HOLDFAST_READ_STAGES_AVX512_H

#include <immintrin.h>

#include "base/string_mask.h"
#include "text/read_state.h"

enum {
    HF__STAGE_CHUNK  = 32 << 10, /* bytes of text; each may be a token */
    HF__STAGE_LEVELS = 1024,
    HF__STAGE_SLACK  = 512 /* tokens left over from the chunk before, and stores that run over */
};

/* Stand in the token stream in place of a quote. */
enum { HF__CLOSES_ESCAPED = 2, HF__OPENS_NONASCII = 3 };

/* In the info byte, beside the kind and flags of the slot to come: a comma stands before it. */
enum { HF__INFO_COMMA = 0x80 };

/* Indexes of one chunk, each with room for the chunk's bytes and HF__STAGE_SLACK. */
typedef struct hf__stages {
    uint32_t *positions; /* of tokens */
    uint32_t *starts;    /* of slots */
    uint32_t *ends;      /* where the next token starts */
    uint32_t *numbers, *literals, *escaped; /* slots, counted within the chunk */
    uint8_t  *tokens;
    uint8_t  *infos;
} hf__stages;

enum { HF__STAGE_BYTES = 6 * sizeof(uint32_t) + 2 }; /* per byte of room */

/* Stage 1, carried from block to block. */
typedef struct hf__scan {
    uint64_t  in_string;     /* all ones inside of a string */
    uint64_t  scalar_carry;  /* the last character belonged to a number or literal */
    uint64_t  control_bad;
    /* Zero as long as nothing unusual is under way: a backslash at the end of a block, a string
     * that has had an escape or a byte above 127, a UTF-8 sequence that goes on. */
    uint64_t  escape_carry, escaped_text, nonascii_text, utf8_open;
    __m512i   utf8_bad;
    uint32_t *position_to;
    uint8_t  *token_to;
} hf__scan;

/* An open container. */
typedef struct hf__level {
    uint64_t slot;      /* its opening slot */
    uint64_t inner;     /* slots below it that belong to child containers */
    uint64_t in_object; /* all ones or zero */
    uint64_t start;     /* in the text */
} hf__level;

/* Grammar and brackets, carried from chunk to chunk. */
typedef struct hf__machine {
    uint64_t was_comma, was_colon, was_open, was_brace, was_closing, text_parity; /* of the last token */
    uint64_t bad;
    uint64_t aside;      /* keys and closing slots so far */
    uint64_t wide_count;
    uint64_t deepest;    /* containers around the deepest value */
    uint64_t depth;      /* open containers */
    hf__level levels[HF__STAGE_LEVELS + 3]; /* a guard, the outside, then the open containers */
} hf__machine;

void hf__stage1_avx512(hf__scan *state, const char *text, uint32_t at, size_t blocks);

/* Two more tokens than `count` must be readable, and 64 after that. Returns the number of slots. */
size_t hf__grammar_avx512(hf__machine *machine, hf__stages *stages, size_t count);

/* Writes `count` slots, number `done` and up, and collects the lists. Returns false when brackets
 * do not fit together, or nest deeper than the levels reach. */
typedef struct hf__slot_lists {
    size_t numbers, literals, escaped;
} hf__slot_lists;
bool hf__slots_avx512(hf__machine *machine, hf__stages *stages, hf__slot *slots, size_t done, size_t count,
                      const char *text, hf__slot_lists *ret_lists);

/* Numbers of one chunk; `slots` is its first. False when one is none. */
bool hf__numbers_avx512(hf__slot *slots, uint32_t *list, size_t count, const uint32_t *starts, const uint32_t *ends,
                        const char *text);

static inline __m512i hf__v8(int byte)
{
    return _mm512_set1_epi8((char)byte);
}

/* Positions of set bits, as 32-bit numbers from `base` on. Writes 16, 32 or 64: the target has slack. */
static inline uint32_t *hf__emit(uint32_t *to, uint64_t mask, uint32_t base)
{
    const __m512i iota = _mm512_set_epi64(0x3f3e3d3c3b3a3938, 0x3736353433323130, 0x2f2e2d2c2b2a2928, 0x2726252423222120,
                                          0x1f1e1d1c1b1a1918, 0x1716151413121110, 0x0f0e0d0c0b0a0908, 0x0706050403020100);
    __m512i packed = _mm512_maskz_compress_epi8(mask, iota);
    __m512i from = _mm512_set1_epi32((int)base);
    unsigned count = (unsigned)__builtin_popcountll(mask);
    _mm512_storeu_si512(to, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_castsi512_si128(packed)), from));
    if (HF_UNLIKELY(count > 16)) {
        _mm512_storeu_si512(to + 16, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 1)), from));
        if (count > 32) {
            _mm512_storeu_si512(to + 32, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 2)), from));
            _mm512_storeu_si512(to + 48, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 3)), from));
        }
    }
    return to + count;
}

#endif
