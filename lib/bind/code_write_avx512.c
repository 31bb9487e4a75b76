/* code_write_avx512.c - generated writing with the instructions of the AVX-512 level.
 *
 * A text is copied while its end is looked for: a block of 32 bytes is loaded as long as no page ends within it, so what
 * is behind the text's end may be read, and is never looked at. AddressSanitizer and ThreadSanitizer would object. */
#include "memory/poison.h"

#if HF__SANITIZED
#include "bind/code_write_text.h"
#else

#include "bind/code_write.h"

#include <immintrin.h>

enum { BLOCK = 32, PAGE = 4096 };

static inline char *put_string(hf__out *out, char *at, const char *text, size_t room)
{
    const __m256i quote = _mm256_set1_epi8('"'), slash = _mm256_set1_epi8('\\'), blank = _mm256_set1_epi8(' ');
    *at++ = '"';
    for (;;) {
        if (HF_UNLIKELY(((uintptr_t)text & (PAGE - 1)) > PAGE - BLOCK))
            return hf__out_text(out, at, text, strlen(text), room);
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)text);
        _mm256_storeu_si256((__m256i *)(void *)at, bytes);
        /* Signed: bytes above 127 too, and the NUL. */
        uint32_t stops = _mm256_cmplt_epi8_mask(bytes, blank) | _mm256_cmpeq_epi8_mask(bytes, quote) | _mm256_cmpeq_epi8_mask(bytes, slash);
        if (stops != 0) {
            text += __builtin_ctz(stops);
            at += __builtin_ctz(stops);
            break;
        }
        text += BLOCK;
        at = hf__out_room(out, at + BLOCK, room);
        if (HF_UNLIKELY(at == NULL))
            return NULL;
    }
    if (HF_UNLIKELY(*text != 0))
        return hf__out_text(out, at, text, strlen(text), room);
    *at++ = '"';
    return hf__out_room(out, at, room);
}

#endif

#include "bind/code_write_loop.h"

char *hf__out_records_avx512(hf__out *out, char *at, const hf__keys *keys, const char *object)
{
    return write_records(out, at, keys, object);
}
