/* code_write.h - what the files of generated writing share: the state, and the steps that are rarely taken.
 *
 * Writing is for what JSON can say. A step answers NULL for everything else, also without memory, and does not say
 * why. Between steps there is always room for what is fixed in the record: its keys, its numbers, its signs. */
#ifndef HOLDFAST_CODE_WRITE_H
#define HOLDFAST_CODE_WRITE_H

#include <holdfast/bind_code.h>

/* A record that waits for one below it, or for those of a list. */
typedef struct hf__out_frame {
    const hf__keys *keys;
    const char     *object;
    const hf__key  *key;  /* whose value is being written */
    size_t          left; /* items of the list behind the one that is being written */
    size_t          size; /* of one; 0: no list */
} hf__out_frame;

typedef struct hf__out {
    char                    *end;    /* of the room there is */
    hf_buffer               *buffer;
    const hf_encode_options *options;
    hf__out_frame           *frames, *first_frames; /* as for reading */
    size_t                   frame_count, frame_room;
    enum { HF__OUT_UNKNOWN, HF__OUT_TO_NEAREST, HF__OUT_OTHERWISE } rounding; /* of division; asked for by the first double */
} hf__out;

enum {
    HF__OUT_SLACK = 128, /* bytes behind what a record needs, for wide stores and for one number */
    HF__OUT_FRAMES = 16
};

/* Appends the object. False: nothing was appended, and the tables are to write it. */
bool hf__out_write(const hf_code *code, const void *object, const hf_encode_options *options, hf_buffer *buffer);

/* ---- between the files ------------------------------------------------------------------- */

/* From the '{' to the '}'. With AVX2 alone it was no faster than without. */
char *hf__out_records_avx512(hf__out *out, char *at, const hf__keys *keys, const char *object);

/* So many bytes behind `at`. */
char *hf__out_grow(hf__out *out, char *at, size_t room);
bool hf__out_grow_frames(hf__out *out);
/* The rest of a text whose opening quote is written, of any kind, the closing quote, and room behind it. */
char *hf__out_text(hf__out *out, char *at, const char *text, size_t length, size_t room);
/* The same, of a text that most likely is only copied. */
char *hf__out_chars(hf__out *out, char *at, const char *text, size_t length, size_t room);
/* A member that the tables write. */
char *hf__out_member(hf__out *out, char *at, const hf_key *row, const void *object);

static inline char *hf__out_room(hf__out *out, char *at, size_t room)
{
    return HF_LIKELY((size_t)(out->end - at) >= room) ? at : hf__out_grow(out, at, room);
}

static inline bool hf__out_push(hf__out *out, hf__out_frame frame)
{
    if (HF_UNLIKELY(out->frame_count == out->frame_room) && !hf__out_grow_frames(out))
        return false;
    out->frames[out->frame_count++] = frame;
    return true;
}

#endif
