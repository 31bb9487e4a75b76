/* minify.c - leaving out blanks: the choice of version, and the one without vectors beyond SSE2,
 * which copies runs of what stays. */
#include "text/minify.h"

#include "base/cpu.h"
#include "base/string_mask.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

typedef struct masks {
    uint64_t blanks, quotes, slashes;
} masks;

#ifdef __SSE2__

static inline uint64_t equal(const __m128i *bytes, char c)
{
    uint64_t mask = 0;
    for (int i = 3; i >= 0; i--)
        mask = mask << 16 | (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes[i], _mm_set1_epi8(c)));
    return mask;
}

static inline masks masks_of(const char *text)
{
    __m128i  bytes[4];
    uint64_t control = 0;
    for (int i = 0; i < 4; i++)
        bytes[i] = _mm_loadu_si128((const __m128i *)(const void *)(text + 16 * i));
    /* In valid text, blanks are what is up to 0x20 outside of strings. */
    for (int i = 3; i >= 0; i--) {
        __m128i low = _mm_cmpeq_epi8(_mm_max_epu8(bytes[i], _mm_set1_epi8(0x20)), _mm_set1_epi8(0x20));
        control = control << 16 | (unsigned)_mm_movemask_epi8(low);
    }
    masks result = { control, equal(bytes, '"'), equal(bytes, '\\') };
    return result;
}

#else

static inline masks masks_of(const char *text)
{
    masks result = { 0, 0, 0 };
    for (int i = 0; i < HF__MINIFY_STEP; i++) {
        result.blanks |= (uint64_t)((unsigned char)text[i] <= 0x20) << i;
        result.quotes |= (uint64_t)(text[i] == '"') << i;
        result.slashes |= (uint64_t)(text[i] == '\\') << i;
    }
    return result;
}

#endif

/* The bytes that stay, of 64. */
static inline uint64_t kept_of(hf__minifier *state, const char *text)
{
    masks    found = masks_of(text);
    uint64_t quotes = found.quotes;
    if ((found.slashes | state->escaped) != 0)
        quotes &= ~hf__mask_escaped(found.slashes, &state->escaped);
    uint64_t inside = state->in_string;
    if (quotes != 0) {
        inside ^= hf__mask_parity(quotes);
        state->in_string = 0 - (inside >> 63);
    }
    return inside | ~found.blanks;
}

enum { PIECE = 16, STEP = HF__MINIFY_STEP };

/* Copies the runs of kept bytes in pieces: up to PIECE - 1 bytes behind the 64 are read, and the same
 * number behind what counts at `to` is written. */
static inline char *copy_runs(char *to, const char *text, uint64_t kept)
{
    while (kept != 0) {
        unsigned begin = (unsigned)__builtin_ctzll(kept);
        uint64_t stops = ~kept >> begin;
        unsigned length = stops != 0 ? (unsigned)__builtin_ctzll(stops) : STEP - begin;
        for (unsigned done = 0; done < length; done += PIECE)
            memcpy(to + done, text + begin + done, PIECE);
        to += length;
        if (begin + length >= STEP)
            break;
        kept &= ~(uint64_t)0 << (begin + length);
    }
    return to;
}

static inline char *minify_step(hf__minifier *state, const char *text, char *to, uint64_t live)
{
    uint64_t kept = kept_of(state, text) & live;
    if (kept != ~(uint64_t)0)
        return copy_runs(to, text, kept);
    memcpy(to, text, STEP);
    return to + STEP;
}

size_t hf__minify_base(hf__minifier *state, const char *text, size_t length, char *out)
{
    char  *to = out;
    size_t at = 0;
    for (; length - at >= STEP + PIECE; at += STEP)
        to = minify_step(state, text + at, to, ~(uint64_t)0);
    /* The rest aside, where more may be read and written than it has. */
    char   rest[2 * STEP + PIECE] = { 0 }, kept[2 * STEP + PIECE], *rest_to = kept;
    size_t left = length - at;
    memcpy(rest, text + at, left);
    for (size_t done = 0; done < left; done += STEP)
        rest_to = minify_step(state, rest + done, rest_to,
                              left - done >= STEP ? ~(uint64_t)0 : ((uint64_t)1 << (left - done)) - 1);
    memcpy(to, kept, (size_t)(rest_to - kept));
    return (size_t)(to - out) + (size_t)(rest_to - kept);
}

size_t hf__minify_piece(hf__minifier *state, const char *text, size_t length, char *out)
{
#ifdef __x86_64__
    enum hf__cpu_level level = hf__cpu_level();
    if (level == HF__CPU_AVX512)
        return hf__minify_avx512(state, text, length, out);
    if (level == HF__CPU_AVX2)
        return hf__minify_avx2(state, text, length, out);
#endif
    return hf__minify_base(state, text, length, out);
}

size_t hf__minify(const char *text, size_t length, char *out)
{
    hf__minifier state = { 0, 0 };
    return hf__minify_piece(&state, text, length, out);
}
