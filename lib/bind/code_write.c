/* code_write.c - generated writing as a whole: room, frames, texts that are more than copied, and the choice of level. */
#include "bind/code_write.h"

#include "bind/code_write_text.h"
#include "bind/struct_store.h"

#include "base/checked.h"
#include "base/cpu.h"
#include "base/escape.h"
#include "base/utf8.h"

#include "bind/code_write_loop.h"

/* ---- room -------------------------------------------------------------------------------- */

char *hf__out_grow(hf__out *out, char *at, size_t room)
{
    hf_buffer *buffer = out->buffer;
    buffer->length = buffer->bytes != NULL ? (size_t)(at - buffer->bytes) : 0;
    if (hf_buffer_reserve(buffer, room, NULL) != HF_OK)
        return NULL;
    out->end = buffer->bytes + buffer->room;
    return buffer->bytes + buffer->length;
}

/* What is deeper is left to the tables, whose limit is 2^24 containers: there may be two in a frame, and some
 * more below the last one. */
enum { FRAMES_MAX = 1 << 22 };

bool hf__out_grow_frames(hf__out *out)
{
    const hf_allocator *allocator = hf__work_allocator(out->options != NULL ? out->options->allocator : NULL);
    hf__out_frame *grown = NULL;
    if (out->frame_room < FRAMES_MAX)
        grown = hf__list_doubled(allocator, out->frames, out->first_frames, out->frame_room * sizeof *grown, _Alignof(hf__out_frame));
    if (grown == NULL)
        return false;
    out->frames = grown;
    out->frame_room *= 2;
    return true;
}

/* ---- numbers ----------------------------------------------------------------------------- */

const char hf__digit_pairs[201] =
    "0001020304050607080910111213141516171819"
    "2021222324252627282930313233343536373839"
    "4041424344454647484950515253545556575859"
    "6061626364656667686970717273747576777879"
    "8081828384858687888990919293949596979899";

/* ---- texts ------------------------------------------------------------------------------- */

char *hf__out_text(hf__out *out, char *at, const char *text, size_t length, size_t room)
{
    size_t needed = 0;
    if (hf__utf8_fault(text, length) < length)
        return NULL;
    size_t plain = hf__escape_find(text, length);
    if (!hf__size_array(length - plain, 6, plain, &needed) || !hf__size_add(needed, 1 + room, &needed))
        return NULL;
    at = hf__out_room(out, at, needed);
    if (at == NULL)
        return NULL;
    memcpy(at, text, plain);
    at += plain;
    if (plain < length)
        at += hf__escape(text + plain, length - plain, at);
    *at++ = '"';
    return at;
}

char *hf__out_chars(hf__out *out, char *at, const char *text, size_t length, size_t room)
{
    if ((size_t)(out->end - at) < length + 1 + room)
        return hf__out_text(out, at, text, length, room);
    size_t plain = copy_plain(at, text, length);
    if (plain < length)
        return hf__out_text(out, at + plain, text + plain, length - plain, room);
    at[length] = '"';
    return at + length + 1;
}

/* ---- the whole --------------------------------------------------------------------------- */

static char *write_whole(hf__out *out, char *at, const hf__keys *keys, const char *object)
{
#if defined(__x86_64__)
    if (hf__cpu_level() == HF__CPU_AVX512)
        return hf__out_records_avx512(out, at, keys, object);
#endif
    return write_records(out, at, keys, object);
}

bool hf__out_write(const hf_code *code, const void *object, const hf_encode_options *options, hf_buffer *buffer)
{
    size_t length = buffer->length;
    hf__out_frame first[HF__OUT_FRAMES];
    hf__out out = { .buffer = buffer, .options = options, .frames = first, .first_frames = first, .frame_room = HF__OUT_FRAMES };
    char *at = NULL;
    if (buffer->bytes != NULL) {
        at = buffer->bytes + length;
        out.end = buffer->bytes + buffer->room;
    }
    at = write_whole(&out, at, code->write, object);
    buffer->length = at != NULL ? (size_t)(at - buffer->bytes) : length;
    hf__list_end(hf__work_allocator(options != NULL ? options->allocator : NULL), out.frames, first, out.frame_room * sizeof *out.frames,
                 _Alignof(hf__out_frame));
    return at != NULL;
}
