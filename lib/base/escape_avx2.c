/* escape_avx2.c - JSON escapes, 32 bytes at a time. */
#include "base/escape.h"
#include "base/escape_single.h"

#include <immintrin.h>

enum { BLOCK = 32, BLOCK_STRIDE = 1 };
typedef __m256i block;

static inline block block_load(const char *at)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)at);
}
static inline void block_store(char *to, block bytes)
{
    _mm256_storeu_si256((__m256i *)(void *)to, bytes);
}
static inline uint64_t block_backslashes(block bytes)
{
    return (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\')));
}
static inline uint64_t block_special(block bytes)
{
    const __m256i highest = _mm256_set1_epi8(0x1f);
    __m256i       control = _mm256_cmpeq_epi8(_mm256_max_epu8(bytes, highest), highest);
    __m256i       quote = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'));
    __m256i       slash = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));
    return (unsigned)_mm256_movemask_epi8(_mm256_or_si256(control, _mm256_or_si256(quote, slash)));
}

#include "base/escape_loop.h"

hf__unescaped hf__unescape_avx2(const char *text, size_t length, char *out, bool replace)
{
    return unescape_text(text, length, out, replace);
}

size_t hf__escape_avx2(const char *text, size_t length, char *out)
{
    return escape_text(text, length, out);
}

size_t hf__escape_find_avx2(const char *text, size_t length)
{
    return find_special(text, length);
}
