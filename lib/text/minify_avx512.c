/* minify_avx512.c - leaving out blanks, 64 bytes squeezed at a time. */
#include "text/minify.h"
#include "base/string_mask.h"

#include <immintrin.h>

size_t hf__minify_avx512(hf__minifier *state, const char *text, size_t length, char *out)
{
    uint64_t in_string = state->in_string, escaped = state->escaped;
    char    *to = out;
    for (size_t at = 0; at < length; at += HF__MINIFY_STEP) {
        size_t    left = length - at;
        __mmask64 live = left >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << left) - 1;
        __m512i   bytes = _mm512_maskz_loadu_epi8(live, text + at);
        __mmask64 slashes = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\\'));
        __mmask64 quotes = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('"'));
        if ((slashes | escaped) != 0)
            quotes &= ~hf__mask_escaped(slashes, &escaped);
        uint64_t inside = hf__mask_parity(quotes) ^ in_string;
        in_string = 0 - (inside >> 63);
        /* In valid text, blanks are what is up to 0x20 outside of strings. */
        uint64_t kept = (inside | _mm512_cmpgt_epu8_mask(bytes, _mm512_set1_epi8(0x20))) & live;
        if (kept == ~(uint64_t)0) {
            _mm512_storeu_si512(to, bytes);
            to += 64;
        } else {
            unsigned count = (unsigned)__builtin_popcountll(kept);
            __m512i  squeezed = _mm512_maskz_compress_epi8(kept, bytes);
            if (left >= 64)
                _mm512_storeu_si512(to, squeezed);
            else
                _mm512_mask_storeu_epi8(to, ((uint64_t)1 << count) - 1, squeezed);
            to += count;
        }
    }
    state->in_string = in_string;
    state->escaped = escaped;
    return (size_t)(to - out);
}
