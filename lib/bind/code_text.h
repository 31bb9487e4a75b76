/* code_text.h - blanks and texts, between the files of generated reading. */
#ifndef HOLDFAST_CODE_TEXT_H
#define HOLDFAST_CODE_TEXT_H

#include "text/read_scan.h"

#include "bind/code_read.h"
#include "bind/text_run.h"

static inline const char *hf__skip_blanks(const char *at, const char *end)
{
    if (HF_LIKELY((unsigned char)*at > ' '))
        return at;
    if (*at == ' ' && (unsigned char)at[1] > ' ') /* '}' ends the text, so there is a byte behind a blank */
        return at + 1;
#if defined(__SSE2__)
    while (end - at >= HF__TEXT_RUN_STEP) { /* indentation is long */
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i space = _mm_cmpeq_epi8(x, _mm_set1_epi8(' ')), feed = _mm_cmpeq_epi8(x, _mm_set1_epi8('\n'));
        __m128i tab = _mm_cmpeq_epi8(x, _mm_set1_epi8('\t')), back = _mm_cmpeq_epi8(x, _mm_set1_epi8('\r'));
        unsigned blank = (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(space, feed), _mm_or_si128(tab, back)));
        if (blank != 0xffff)
            return at + __builtin_ctz(~blank);
        at += HF__TEXT_RUN_STEP;
    }
#endif
    (void)end;
    while (hf__is_blank(*at))
        at++;
    return at;
}

/* The quote, backslash or control character at or behind `at`; NULL when the text ends before. */
static inline const char *hf__text_stop(const char *at, const char *end)
{
    while (end - at >= HF__TEXT_RUN_STEP) {
        unsigned run = hf__text_run(at);
        at += run;
        if (run < HF__TEXT_RUN_STEP)
            return at;
    }
    while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20)
        at++;
    return at < end ? at : NULL;
}

#endif
