/* escape.c - JSON escapes: the choice of version, the tables, and the version without vectors
 * beyond SSE2. */
#include "base/escape.h"

#include "base/cpu.h"
#include "base/escape_single.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

const unsigned char hf__escape_meaning[128] = {
    ['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
    ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
};

const char hf__escape_letter[128] = {
    ['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't',
};

#define NONE_8  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff
#define NONE_16 NONE_8, NONE_8
#define NONE_25 NONE_16, NONE_8, 0xff

const unsigned char hf__escape_hex[256] = {
    NONE_16, NONE_16, NONE_16, 0,       1,       2,       3,       4,       5,       6,       7,
    8,       9,       0xff,    0xff,    0xff,    0xff,    0xff,    0xff,    0xff,    10,      11,
    12,      13,      14,      15,      NONE_25, 0xff,    10,      11,      12,      13,      14,
    15,      NONE_25, NONE_16, NONE_16, NONE_16, NONE_16, NONE_16, NONE_16, NONE_16, NONE_16,
};

/* ---- blocks ------------------------------------------------------------------------------ */

#ifdef __SSE2__

enum { BLOCK = 16, BLOCK_STRIDE = 1 };
typedef __m128i block;

static inline block block_load(const char *at)
{
    return _mm_loadu_si128((const __m128i *)(const void *)at);
}
static inline void block_store(char *to, block bytes)
{
    _mm_storeu_si128((__m128i *)(void *)to, bytes);
}
static inline uint64_t block_backslashes(block bytes)
{
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
}
static inline uint64_t block_special(block bytes)
{
    const __m128i highest = _mm_set1_epi8(0x1f);
    __m128i       control = _mm_cmpeq_epi8(_mm_max_epu8(bytes, highest), highest);
    __m128i       quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    __m128i       slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, slash)));
}

#else

enum { BLOCK = 8, BLOCK_STRIDE = 8 };
typedef uint64_t block;

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "words are searched from their lowest byte"
#endif

static inline uint64_t word_equal(uint64_t word, char c);
static inline uint64_t word_special(uint64_t word);

static inline block block_load(const char *at)
{
    block bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}
static inline void block_store(char *to, block bytes)
{
    memcpy(to, &bytes, sizeof bytes);
}
static inline uint64_t block_backslashes(block bytes)
{
    return word_equal(bytes, '\\');
}
static inline uint64_t block_special(block bytes)
{
    return word_special(bytes);
}

#endif

#include "base/escape_loop.h"

hf__unescaped hf__unescape_base(const char *text, size_t length, char *out, bool replace)
{
    return unescape_text(text, length, out, replace);
}

size_t hf__escape_base(const char *text, size_t length, char *out)
{
    return escape_text(text, length, out);
}

size_t hf__escape_find_base(const char *text, size_t length)
{
    return find_special(text, length);
}

/* ---- the choice -------------------------------------------------------------------------- */

#ifdef __x86_64__
#define CHOOSE(name, ...)                                   \
    switch (hf__cpu_level()) {                              \
    case HF__CPU_AVX512: return name##_avx512(__VA_ARGS__); \
    case HF__CPU_AVX2: return name##_avx2(__VA_ARGS__);     \
    default: return name##_base(__VA_ARGS__);               \
    }
#elif defined(__aarch64__)
#define CHOOSE(name, ...)                               \
    switch (hf__cpu_level()) {                          \
    case HF__CPU_NEON: return name##_neon(__VA_ARGS__); \
    default: return name##_base(__VA_ARGS__);           \
    }
#else
#define CHOOSE(name, ...) return name##_base(__VA_ARGS__);
#endif

hf__unescaped hf__unescape(const char *text, size_t length, char *out,
                           bool replace){ CHOOSE(hf__unescape, text, length, out, replace) }

size_t hf__escape(const char *text, size_t length, char *out){ CHOOSE(hf__escape, text, length, out) }

size_t hf__escape_find(const char *text, size_t length)
{
    CHOOSE(hf__escape_find, text, length)
}
