/* code_read.h - what the files of generated reading share: the state, and the steps that are a few instructions.
 *
 * Reading is for text that is right. A step answers NULL for everything else, also without memory, and does
 * not say why. */
#ifndef HOLDFAST_CODE_READ_H
#define HOLDFAST_CODE_READ_H

#include <holdfast/bind_code.h>

typedef struct hf__index    hf__index;
typedef struct hf__in_frame hf__in_frame;

/* Invariant: the last byte before `end` is '}', so that what stops at it needs no other bound; every
 * place that a step gives is before `end`. */
typedef struct hf__in {
    const char   *begin, *end;
    const char   *near_end;    /* before it, the two words of a key can be read behind a comma and a quote */
    const char   *fast_end;    /* before it, HF__IN_FAST bytes can be read */
    hf_store      store;
    uint32_t      depth_left;  /* containers that may still be opened */
    uint32_t      depth_max;
    bool          is_to_nearest; /* division rounds so: the thread has not asked for another mode */
    bool          may_index;   /* the processor can, and nothing spoke against it */
    hf__index    *index;       /* of the text, made when there is much that nothing wants; or NULL */
    char         *room;        /* for texts with escapes */
    size_t        room_bytes;
    hf__in_frame *frames;      /* of records that wait for one below them, the innermost last */
    hf__in_frame *first_frames; /* where they begin; `frames` is another block when there are many */
    size_t        frame_count, frame_room;
} hf__in;

/* Two runs of digits, sign and point; a step of a text. */
enum { HF__IN_FAST = 40 };

/* Reads UTF-8 that was checked, from its first byte that is no blank, into an object that has begun.
 * False: read it again by tables. What was made hangs on the object, as a tree. */
bool hf__in_read(const hf_code *code, hf_text json, uint32_t depth_max, const hf_store *store, void *object);

/* ---- between values ---------------------------------------------------------------------- */

const char *hf__in_blanks_slow(const hf__in *in, const char *at);

static inline const char *hf__in_blanks(const hf__in *in, const char *at)
{
    return HF_LIKELY((unsigned char)*at > ' ') ? at : hf__in_blanks_slow(in, at);
}

/* After a member: at the next key, at the '}', or NULL. */
const char *hf__in_after(const hf__in *in, const char *at);

/* Where reading goes on, and which slot was found. By value: a place that something points to would go through
 * memory at every step. */
typedef struct hf__found {
    const char *at;
    size_t      slot;
} hf__found;

/* From a key over members that nothing wants to the value of one that is wanted, and its slot; or `none`, at
 * the '}', or NULL. `at` may be at the '}', or NULL, before. */
hf__found hf__in_find(hf__in *in, const char *at, const hf__keys *keys);
/* The same from behind a value. */
hf__found hf__in_next(hf__in *in, const char *at, const hf__keys *keys);
/* A value that nothing wants, read as strictly as the rest. */
const char *hf__in_skip(hf__in *in, const char *at);

/* ---- values ------------------------------------------------------------------------------ */

static inline const char *hf__in_null(const char *at)
{
    return at[0] == 'n' && at[1] == 'u' && at[2] == 'l' && at[3] == 'l' ? at + 4 : NULL;
}

/* Byte by byte, so that nothing behind a wrong one is read. */
static inline const char *hf__in_bool_slow(const char *at, bool *place)
{
    if (at[0] == 't' && at[1] == 'r' && at[2] == 'u' && at[3] == 'e') {
        *place = true;
        return at + 4;
    }
    if (at[0] != 'f' || at[1] != 'a' || at[2] != 'l' || at[3] != 's' || at[4] != 'e')
        return NULL;
    *place = false;
    return at + 5;
}

/* Which of the two it is cannot be foreseen, so no branch asks for it. A null leaves the place as it is: a default may be there. */
static inline const char *hf__in_bool(const hf__in *in, const char *at, bool *place)
{
    if (HF_UNLIKELY(in->end - at < 5))
        return hf__in_bool_slow(at, place);
    bool is_true = memcmp(at, "true", 4) == 0, is_false = (memcmp(at, "fals", 4) == 0) & (at[4] == 'e');
    if (HF_UNLIKELY((is_true | is_false) == 0))
        return NULL;
    *place = is_true;
    return at + 5 - is_true;
}

/* A text in place. */
const char *hf__in_chars(hf__in *in, const char *at, char *place, const hf__key *key);
/* A member that the tables read. */
const char *hf__in_member(hf__in *in, const char *at, const hf_key *row, char *object);
/* The text whose opening quote is at `at`, in the input or in the room; answers its closing quote. */
const char *hf__in_text(hf__in *in, const char *at, hf_text *ret_text);

#endif
