/* buffer.c - bytes that grow by half, up to a ceiling. */
#include <holdfast/buffer.h>

#include "base/fail.h"
#include "memory/allocate.h"

enum { FIRST_ROOM = 256, ALIGNMENT = 16 };

static hf__memory memory_of(const hf_buffer *buffer)
{
    hf__memory memory = { buffer->allocator, buffer->budget };
    return memory;
}

void hf_buffer_init(hf_buffer *buffer, size_t bytes_max, const hf_allocator *allocator, hf_budget *budget)
{
    hf_buffer empty = HF_BUFFER_INIT(bytes_max);
    empty.allocator = allocator;
    empty.budget = hf_budget_hold(budget);
    *buffer = empty;
}

void hf_buffer_release(hf_buffer *buffer)
{
    if (buffer == NULL)
        return;
    hf__memory memory = memory_of(buffer);
    hf__memory_free(&memory, buffer->bytes, buffer->room, ALIGNMENT);
    hf_budget_drop(buffer->budget);
    hf_buffer empty = HF_BUFFER_INIT(buffer->bytes_max);
    *buffer = empty;
}

/* Half as much again, at least what is asked for, and for large blocks all that their class holds. */
static size_t next_room(const hf_buffer *buffer, size_t needed)
{
    size_t room = buffer->room + buffer->room / 2;
    if (room < needed)
        room = needed;
    if (room < FIRST_ROOM)
        room = FIRST_ROOM;
    size_t good = hf__good_size(room);
    return good < buffer->bytes_max ? good : buffer->bytes_max;
}

static hf_status change_room(hf_buffer *buffer, size_t room, hf_error *reterr)
{
    hf__memory memory = memory_of(buffer);
    void      *block = buffer->bytes;
    hf_status  status = block == NULL
                            ? hf__memory_allocate(&memory, room, ALIGNMENT, &block, reterr)
                            : hf__memory_resize(&memory, &block, buffer->room, room, ALIGNMENT, reterr);
    if (status != HF_OK)
        return status;
    buffer->bytes = block;
    buffer->room = room;
    return HF_OK;
}

hf_status hf_buffer_reserve(hf_buffer *buffer, size_t more, hf_error *reterr)
{
    if (more <= buffer->room - buffer->length)
        return HF_OK;
    if (more > buffer->bytes_max - buffer->length)
        return hf__fail(reterr, HF_LIMIT_BYTES, "the buffer holds at most %zu bytes", buffer->bytes_max);
    size_t needed = buffer->length + more, room = next_room(buffer, needed);
    if (room > needed && change_room(buffer, room, NULL) == HF_OK)
        return HF_OK;
    return change_room(buffer, needed, reterr);
}

hf_status hf_buffer_append(hf_buffer *buffer, hf_text text, hf_error *reterr)
{
    hf_status status = hf_buffer_reserve(buffer, text.length, reterr);
    if (status == HF_OK && text.length > 0) {
        memcpy(buffer->bytes + buffer->length, text.bytes, text.length);
        buffer->length += text.length;
    }
    return status;
}
