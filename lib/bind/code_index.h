/* code_index.h - where the tokens of a text are, for passing over what nothing wants.
 *
 * Tokens are brackets, commas, colons, and the first bytes of texts, numbers and words. The index goes through
 * the text from its beginning, some two thousand tokens at a time, once much of it is to be passed over, and
 * checks the grammar of all of it, so that a reader may leave out what it does not want and is still as strict
 * as the reader of documents. It says only that something is wrong, not what. UTF-8 was checked before. */
#ifndef HOLDFAST_CODE_INDEX_H
#define HOLDFAST_CODE_INDEX_H

#include "bind/code_read.h"

enum {
    HF__INDEX_TOKENS  = 2048, /* four steps of the text may add 256 to them */
    HF__INDEX_LEVELS  = 62,   /* what is deeper is not for it */
    HF__INDEX_SLACK   = 352,  /* stores and looks that run over */
    HF__INDEX_ESCAPED = 0xff /* stands for the quote of a text that has escapes; no UTF-8 has it */
};

/* Invariant: tokens before `count` have been checked; that one, at text[resume], is seen again when more of
 * the text is looked at. Behind the last of a text that is seen to its end come zeroes. */
struct hf__index {
    const char *text, *end;
    const char *paired;      /* the second half of a surrogate pair that was looked at with its first half */
    uint32_t    resume;      /* a token begins here, or the text ends */
    uint32_t    next, count; /* the token to be looked at next; how many there are */
    uint32_t    depth, depth_max;
    bool        is_complete; /* the text was seen to its end */
    bool        is_too_deep; /* gives up: this says nothing about the text */
    uint64_t    bad;
    uint64_t    was_comma, was_colon, was_open, was_brace, was_key; /* about the last token that was checked */
    uint64_t    is_object;   /* a bit a level, the innermost lowest */
    uint32_t    positions[HF__INDEX_TOKENS + HF__INDEX_SLACK];
    uint8_t     tokens[HF__INDEX_TOKENS + HF__INDEX_SLACK];
};

/* Looks at more of the text; what is before `next` is forgotten. False when something is wrong, and when
 * it gives up. */
bool hf__index_more_avx512(hf__index *index);

/* From the bracket that opens a container to the token behind its end; false likewise. */
bool hf__index_pass_avx512(hf__index *index);

#endif
