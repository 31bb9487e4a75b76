/* read_estimate.c - how much room a text will need, from a few windows spread over it.
 *
 * In valid JSON there are as many slots as there are brackets, commas and colons outside of text,
 * and one more. Those inside of text are counted too: the guess errs to more. */
#include "text/read_state.h"

#include "text/read_scan.h"

enum { WINDOW = 512, WINDOWS_FEW = 32, WINDOWS_SHARE = 256, WHOLE_MAX = 2048 };

#if defined(__SSE2__)

/* Counts the bytes that are , : [ ] { } and notes whether there is a backslash. */
static size_t count_operators(const char *at, size_t length, bool *has_slash)
{
    size_t i = 0;
    __m128i hits = _mm_setzero_si128(), slashes = hits; /* in each of 16 columns */
    _Static_assert(WHOLE_MAX / 16 < 256 && WINDOW <= WHOLE_MAX, "a column counts in a byte");
    for (; i + 16 <= length; i += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(at + i));
        __m128i low = _mm_or_si128(x, _mm_set1_epi8(0x20)); /* [ ] as { } */
        __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8(',')), _mm_cmpeq_epi8(x, _mm_set1_epi8(':'))),
                                   _mm_or_si128(_mm_cmpeq_epi8(low, _mm_set1_epi8('{')), _mm_cmpeq_epi8(low, _mm_set1_epi8('}'))));
        hits = _mm_sub_epi8(hits, hit);
        slashes = _mm_or_si128(slashes, _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
    }
    __m128i halves = _mm_sad_epu8(hits, _mm_setzero_si128());
    size_t count = (size_t)_mm_cvtsi128_si32(halves) + (size_t)_mm_extract_epi16(halves, 4);
    *has_slash = _mm_movemask_epi8(slashes) != 0 || memchr(at + i, '\\', length - i) != NULL;
    for (; i < length; i++)
        count += at[i] == ',' || at[i] == ':' || (at[i] | 0x20) == '{' || (at[i] | 0x20) == '}';
    return count;
}

#else

static size_t count_operators(const char *at, size_t length, bool *has_slash)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += at[i] == ',' || at[i] == ':' || (at[i] | 0x20) == '{' || (at[i] | 0x20) == '}';
    *has_slash = memchr(at, '\\', length) != NULL;
    return count;
}

#endif

/* The next quote or backslash from `i` on, or `length`. */
static size_t find_mark(const char *at, size_t i, size_t length)
{
#if defined(__SSE2__)
    for (; i + 16 <= length; i += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(at + i));
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')), _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
        unsigned mask = (unsigned)_mm_movemask_epi8(hit);
        if (mask != 0)
            return i + (unsigned)__builtin_ctz(mask);
    }
#endif
    while (i < length && at[i] != '"' && at[i] != '\\')
        i++;
    return i;
}

/* Bytes of the stretches between quotes that hold a backslash. */
static size_t count_escaped(const char *at, size_t length)
{
    size_t escaped = 0, begin = 0;
    bool has_slash = false;
    for (size_t i = find_mark(at, 0, length); i < length; i = find_mark(at, i + 1, length)) {
        if (at[i] == '\\') {
            has_slash = true;
            i++;
        } else {
            escaped += has_slash ? i - begin : 0;
            has_slash = false;
            begin = i + 1;
        }
    }
    return escaped + (has_slash ? length - begin : 0);
}

void hf__reading_estimate(const hf__reading *reading, const char *text, size_t length, size_t *ret_slots,
                          size_t *ret_side)
{
    size_t window = length, windows = 1;
    if (length > WHOLE_MAX) {
        size_t share = length / (WINDOWS_SHARE * WINDOW), dense = length / (4 * WINDOW);
        windows = share > WINDOWS_FEW ? share : dense < WINDOWS_FEW ? dense : WINDOWS_FEW;
        window = WINDOW;
    }
    size_t stride = windows > 1 ? (length - window) / (windows - 1) : 0, operators = 0, escaped = 0;
    for (size_t i = 0; i < windows; i++) {
        bool has_slash;
        operators += count_operators(text + i * stride, window, &has_slash);
        if (has_slash)
            escaped += count_escaped(text + i * stride, window);
    }
    double scale = (double)length / (double)(window * windows + (length == 0));
    double margin = windows > 1 ? 1.0625 : 1;
    double slots = (double)operators * scale * margin + 2;
    double side = (double)escaped * scale * margin;
    *ret_slots = slots < (double)length + 2 ? (size_t)slots : length + 2;
    if (!reading->keep_text || side > (double)length) /* all long text goes there */
        side = (double)length;
    *ret_side = side > 0 || windows > 1 ? (size_t)side + 64 : 0;
}
