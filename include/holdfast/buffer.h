/* buffer.h - bytes that grow up to a ceiling.
 *
 *     hf_buffer buffer = HF_BUFFER_INIT(1 << 20);
 *     hf_status status = hf_write(value, NULL, &buffer, &error);
 *     ...
 *     hf_buffer_release(&buffer);
 *
 * A buffer cannot be made without a ceiling. A call that fails leaves it as it was.
 * One thread at a time. What hf_buffer_text gives ends at the next call that changes the buffer. */
#ifndef HOLDFAST_BUFFER_H
#define HOLDFAST_BUFFER_H

#include <holdfast/memory.h>

HF_EXTERN_BEGIN

/* Yours; `bytes` and `length` may be read, the rest is the library's.
 * Invariant: length <= room <= bytes_max; bytes is NULL exactly when room is 0. */
typedef struct hf_buffer {
    char               *bytes; /* not terminated */
    size_t              length;
    size_t              room;
    size_t              bytes_max;
    const hf_allocator *allocator; /* NULL: the default */
    hf_budget          *budget;    /* NULL: the process budget; else held */
} hf_buffer;

/* An empty buffer for at most `max` bytes; allocates nothing. */
#define HF_BUFFER_INIT(max)           \
    {                                 \
        NULL, 0, 0, (max), NULL, NULL \
    }

/* The same with an allocator (borrowed until the buffer is released) and a budget; each may be NULL. */
HF_API void hf_buffer_init(hf_buffer *buffer, size_t bytes_max, const hf_allocator *allocator,
                           hf_budget *budget);
/* Frees the bytes; the buffer is empty then and may be used again. NULL is fine. */
HF_API void hf_buffer_release(hf_buffer *buffer);
/* Empties it and keeps the memory. */
static inline void hf_buffer_reset(hf_buffer *buffer)
{
    buffer->length = 0;
}

/* Makes room for `more` bytes behind what is there. HF_LIMIT_BYTES, HF_NO_MEMORY. */
HF_API HF_NODISCARD hf_status hf_buffer_reserve(hf_buffer *buffer, size_t more, hf_error *reterr);
/* Adds text; copied. It must not lie in the buffer. */
HF_API HF_NODISCARD hf_status hf_buffer_append(hf_buffer *buffer, hf_text text, hf_error *reterr);
/* What is in it; borrowed. */
static inline hf_text hf_buffer_text(const hf_buffer *buffer)
{
    return hf_text_of(buffer->bytes, buffer->length);
}

/* For gcc and clang: releases the buffer when the variable goes out of scope.
 *     HF_RELEASED hf_buffer text = HF_BUFFER_INIT(1 << 20); */
#if defined(__GNUC__)
#define HF_RELEASED __attribute__((cleanup(hf_buffer_release)))
#endif

HF_EXTERN_END

#endif
