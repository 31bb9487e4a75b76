/* bind_code.h - the steps that specialised code of `holdfast gen` is written in.
 *
 * Not for use by hand: the generated source includes it, its header does not. Nothing here is kept
 * stable beyond HF_BIND_VERSION, which the generated source checks.
 *
 * Reading is for text that is right. A step answers NULL for everything else, also without memory, and
 * does not say why: the library then takes back what was made and reads the text again by the tables of
 * bind.h, which find what is wrong and where, or read what the straight code leaves to them. So both
 * forms accept the same texts, with the same errors. Writing gives up in the same way.
 *
 * Copying, measuring and comparing never call themselves: what a pointer leads to waits on a list. */
#ifndef HOLDFAST_BIND_CODE_H
#define HOLDFAST_BIND_CODE_H

#include <holdfast/bind.h>

HF_EXTERN_BEGIN

typedef struct hf__in       hf__in;
typedef struct hf__out      hf__out;
typedef struct hf__copier   hf__copier;
typedef struct hf__measurer hf__measurer;
typedef struct hf__comparer hf__comparer;
typedef struct hf__hasher   hf__hasher;
typedef struct hf__releaser hf__releaser;

typedef void hf__measure_step(hf__measurer *with, const void *object);
typedef bool hf__copy_step(hf__copier *with, const void *from, void *to);
typedef bool hf__equal_step(hf__comparer *with, const void *a, const void *b);
typedef uint64_t hf__hash_step(hf__hasher *with, uint64_t hash, const void *object);
typedef void hf__release_step(hf__releaser *with, void *object);

/* What was generated for one record; each may be NULL, then the tables do it. */
struct hf_code {
    void (*begin)(void *object);                                       /* zero, and defaults in place */
    const char *(*read)(hf__in *in, const char *at, void *object);     /* at its '{'; ends at its '}' */
    char *(*write)(hf__out *out, char *at, const void *object);
    hf__copy_step    *copy;                                            /* the bits, and its own parts */
    hf__measure_step *measure;
    hf__equal_step   *equal;
    hf__hash_step    *hash;
    hf__release_step *release;                                         /* what it leads to, not itself */
};

/* ---- reading ----------------------------------------------------------------------------- */

typedef struct hf__in_frame hf__in_frame;
typedef struct hf__index    hf__index;

/* Invariant: the last byte before `end` is '}', so that what stops at it needs no other bound; every
 * place that a step gives is before `end`. */
struct hf__in {
    const char   *begin, *end;
    hf_store      store;
    uint32_t      depth_left;  /* containers that may still be opened */
    uint32_t      depth_max;
    bool          may_index;   /* the processor can, and nothing spoke against it */
    bool          is_entering; /* a step has asked for another one before it goes on */
    hf__index    *index;       /* of the text, made when there is much that nothing wants; or NULL */
    char         *room;        /* for texts with escapes */
    size_t        room_bytes;
    hf__in_frame *frames;      /* of records that lead back to themselves, the innermost last */
    hf__in_frame *first_frames; /* where they begin; `frames` is another block when there are many */
    size_t        frame_count, frame_room;
};

/* A key that the reader of an object wants. */
typedef struct hf__key {
    uint64_t    head, tail; /* its first sixteen bytes, the closing quote among them, the first one lowest */
    uint64_t    head_bits, tail_bits; /* those that are its own */
    const char *bytes;
    uint32_t    length;
    uint16_t    slot;
    uint16_t    next; /* the one to compare if it is not this one, counted from 1; 0: none */
} hf__key;

/* All of them, with a hash that lets no two of them meet that differ in those sixteen bytes. */
typedef struct hf__keys {
    const hf__key  *keys;
    const uint16_t *places;    /* by hash: which key it can be only, counted from 1 (0: none), and its slot above */
    uint64_t        multiplier; /* of the hash */
    uint64_t        shown;     /* the bits of the first eight bytes that tell all keys apart; 0: there are none */
    uint32_t        shift, count;
    uint32_t        none;      /* the slot of any other key */
    bool            is_closed; /* no other key is allowed */
    uint64_t        lengths;   /* a bit for each; the last one is for 63 and more */
} hf__keys;

HF_API const char *hf__in_blanks_slow(const hf__in *in, const char *at);

static inline const char *hf__in_blanks(const hf__in *in, const char *at)
{
    return HF_LIKELY((unsigned char)*at > ' ') ? at : hf__in_blanks_slow(in, at);
}

/* Into an object: at its first key, or at its '}'. */
static inline const char *hf__in_open(hf__in *in, const char *at)
{
    if (HF_UNLIKELY(*at != '{' || in->depth_left == 0))
        return NULL;
    in->depth_left--;
    return hf__in_blanks(in, at + 1);
}

/* Out of a record within another: behind its '}'. */
static inline const char *hf__in_close(hf__in *in, const char *at)
{
    in->depth_left++;
    return at != NULL && at + 1 < in->end ? at + 1 : NULL;
}

/* Where reading goes on, and which slot was found. By value, here and below: a place that something points to
 * would go through memory at every step. */
typedef struct hf__found {
    const char *at;
    size_t      slot;
} hf__found;

/* After a member: at the next key, at the '}', or NULL. */
HF_API const char *hf__in_after(const hf__in *in, const char *at);
/* slot 1: the key came. */
HF_API hf__found hf__in_next_slow(const hf__in *in, const char *at, const char *spelled, size_t length);
HF_API hf__found hf__in_find(hf__in *in, const char *at, const hf__keys *keys);

/* Two overlapping halves: compilers call memcmp for so many bytes. */
static inline bool hf__same_bytes(const char *a, const char *b, size_t length)
{
    if (length > 16 && length <= 32)
        return memcmp(a, b, 16) == 0 && memcmp(a + length - 16, b + length - 16, 16) == 0;
    return memcmp(a, b, length) == 0;
}

/* Whether this key comes first, spelled with quotes and colon; then *at moves to its value. */
static inline bool hf__in_key(const hf__in *in, const char **at, const char *spelled, size_t length)
{
    if ((size_t)(in->end - *at) <= length || !hf__same_bytes(*at, spelled, length))
        return false;
    *at = hf__in_blanks(in, *at + length);
    return true;
}
#define HF__IN_FIRST(in, at, key) hf__in_key((in), (at), "\"" key "\":", sizeof(key) + 2)

/* Whether this key comes after a member, spelled with a comma too. If not, *at is as after hf__in_after. */
static inline bool hf__in_next(const hf__in *in, const char **at, const char *spelled, size_t length)
{
    if (HF_LIKELY(hf__in_key(in, at, spelled, length)))
        return true;
    hf__found found = hf__in_next_slow(in, *at, spelled + 1, length - 1);
    *at = found.at;
    return found.slot != 0;
}
#define HF__IN_NEXT(in, at, key) hf__in_next((in), (at), ",\"" key "\":", sizeof(key) + 3)

/* From a key over members that nothing wants to the value of one that is wanted, and its slot; or
 * `none`, with *at at the '}', or NULL. *at may be at the '}', or NULL, before. */
static inline size_t hf__in_seek(hf__in *in, const char **at, const hf__keys *keys)
{
    hf__found found = hf__in_find(in, *at, keys);
    *at = found.at;
    return found.slot;
}
/* A value that nothing wants, read as strictly as the rest. */
HF_API const char *hf__in_skip(hf__in *in, const char *at);

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

/* Which of the two it is cannot be foreseen, so no branch asks for it. */
static inline const char *hf__in_bool(const hf__in *in, const char *at, bool *place)
{
    if (HF_UNLIKELY(in->end - at < 5))
        return hf__in_bool_slow(at, place);
    bool is_true = memcmp(at, "true", 4) == 0, is_false = (memcmp(at, "fals", 4) == 0) & (at[4] == 'e');
    *place = is_true;
    return HF_LIKELY((is_true | is_false) != 0) ? at + 5 - is_true : NULL;
}

/* A whole number that fits, however it is spelled. */
HF_API const char *hf__in_integer_1(const hf__in *in, const char *at, void *place, bool is_signed);
HF_API const char *hf__in_integer_2(const hf__in *in, const char *at, void *place, bool is_signed);
HF_API const char *hf__in_integer_4(const hf__in *in, const char *at, void *place, bool is_signed);
HF_API const char *hf__in_integer_8(const hf__in *in, const char *at, void *place, bool is_signed);

static inline const char *hf__in_integer(const hf__in *in, const char *at, void *place, size_t size, bool is_signed)
{
    return size == 8   ? hf__in_integer_8(in, at, place, is_signed)
           : size == 4 ? hf__in_integer_4(in, at, place, is_signed)
           : size == 2 ? hf__in_integer_2(in, at, place, is_signed)
                       : hf__in_integer_1(in, at, place, is_signed);
}
/* Into a member of any integer type. */
#define HF__IN_INTEGER(in, at, member) \
    hf__in_integer((in), (at), (void *)&(member), sizeof(member), HF_INTEGER_SHAPE(member) == HF_SHAPE_INT)

HF_API const char *hf__in_double(const hf__in *in, const char *at, void *place);
HF_API const char *hf__in_float(const hf__in *in, const char *at, void *place);
#define HF__IN_FLOATING(in, at, member) \
    (sizeof(member) == sizeof(float) ? hf__in_float((in), (at), (void *)&(member)) : hf__in_double((in), (at), (void *)&(member)))
/* A text of its own, or null. rule: NULL, or what the text must keep. */
HF_API const char *hf__in_string(hf__in *in, const char *at, void *place, const hf_rule *rule);
/* A text in place, of `size` bytes with its NUL. */
HF_API const char *hf__in_chars(hf__in *in, const char *at, char *place, size_t size, const hf_rule *rule);
/* A member that the tables read: a union, bytes in a form, and other rare things. */
HF_API const char *hf__in_member(hf__in *in, const char *at, const hf_type *record_type, uint32_t index, void *record);
/* The default of a text that was left out. False without memory. */
HF_API bool hf__in_default(hf__in *in, void *place, const char *text, size_t length);
/* `size` bytes for one object, not zeroed; NULL without memory. */
HF_API void *hf__in_take(hf__in *in, size_t size, size_t alignment);

static inline bool hf__within_u64(uint64_t value, uint64_t low, uint64_t high) { return value >= low && value <= high; }
static inline bool hf__within_i64(int64_t value, int64_t low, int64_t high) { return value >= low && value <= high; }
static inline bool hf__within_double(double value, double low, double high) { return value >= low && value <= high; }
HF_API bool hf__keeps_i64(const hf_rule *rule, int64_t value);
HF_API bool hf__keeps_u64(const hf_rule *rule, uint64_t value);

/* Items that are being read. They hang on nothing until they are complete. */
typedef struct hf__items {
    char          *bytes;
    size_t         count, room;
    const hf_type *type;
} hf__items;

HF_API bool hf__in_more_items(hf__in *in, hf__items *items);

/* Into an array. True: *at is at its first item. False: *at is behind its ']', or NULL. */
static inline bool hf__in_open_items(hf__in *in, const char **at)
{
    const char *next = *at;
    if (HF_UNLIKELY(*next != '[' || in->depth_left == 0)) {
        *at = NULL;
        return false;
    }
    next = hf__in_blanks(in, next + 1);
    bool is_empty = *next == ']';
    in->depth_left -= !is_empty;
    *at = next + is_empty;
    return !is_empty;
}

/* After an item. True: another comes next. False: *at is behind the ']', or NULL. */
static inline bool hf__in_item_comma(hf__in *in, const char **at)
{
    const char *next = hf__in_blanks(in, *at);
    if (HF_LIKELY(*next == ',')) {
        *at = hf__in_blanks(in, next + 1);
        return true;
    }
    *at = *next == ']' ? next + 1 : NULL;
    in->depth_left++;
    return false;
}

/* Room for one more item, not zeroed; NULL without memory. */
static inline void *hf__in_item(hf__in *in, hf__items *items, size_t size)
{
    if (HF_UNLIKELY(items->count == items->room) && !hf__in_more_items(in, items))
        return NULL;
    return items->bytes + items->count++ * size;
}

/* The items into their place; false without memory. */
HF_API bool hf__in_put_items(hf__in *in, hf__items *items, void *place);
/* Takes back items that are not complete; NULL, for returning it. */
HF_API const char *hf__in_drop_items(hf__in *in, hf__items *items);

/* Records that lead back to themselves do not call their readers, which would go as deep as the text: a step
 * is run by the library until it wants a record of its own circle, leaves word where it will go on, enters the
 * other one, and returns. */
typedef const char *hf__in_step(hf__in *in, const char *at);

struct hf__in_frame {
    hf__in_step *step;
    void        *object;
    uint64_t     seen; /* keys of a record */
    unsigned     next; /* where it goes on; 0: at its beginning */
    hf__items    items; /* of a vector that is being read; type NULL: of none */
};

/* Runs a step and all that it enters. As a reader: at the '{', ends at the '}'. */
HF_API const char *hf__in_run(hf__in *in, const char *at, hf__in_step *step, void *object);
/* For returning it: runs this one before the step that asks goes on. */
HF_API const char *hf__in_enter(hf__in *in, const char *at, hf__in_step *step, void *object);

/* The frame of the step that runs, until it enters another or calls a reader. */
static inline hf__in_frame *hf__in_top(const hf__in *in) { return &in->frames[in->frame_count - 1]; }

static inline void hf__in_leave_word(const hf__in *in, uint64_t seen, unsigned next)
{
    hf__in_frame *frame = hf__in_top(in);
    frame->seen = seen;
    frame->next = next;
}

/* ---- writing ----------------------------------------------------------------------------- */

typedef struct hf__out_frame hf__out_frame;

struct hf__out {
    char                    *end;    /* of the room there is */
    hf_buffer               *buffer;
    const hf_encode_options *options;
    bool                     is_entering;
    hf__out_frame           *frames, *first_frames; /* as for reading */
    size_t                   frame_count, frame_room;
};

typedef char *hf__out_step(hf__out *out, char *at);

struct hf__out_frame {
    hf__out_step *step;
    const void   *object;
    size_t        index; /* of the next item of a vector */
    unsigned      next;  /* where it goes on; 0: at its beginning */
};

HF_API char *hf__out_run(hf__out *out, char *at, hf__out_step *step, const void *object);
HF_API char *hf__out_enter(hf__out *out, char *at, hf__out_step *step, const void *object);
static inline hf__out_frame *hf__out_top(const hf__out *out) { return &out->frames[out->frame_count - 1]; }

HF_API char *hf__out_grow(hf__out *out, char *at, size_t bytes);

enum {
    HF__OUT_NUMBER = 48, /* bytes that writing a number may use */
    HF__OUT_AHEAD  = 256 /* bytes that there is room for behind a text, so that what follows need not ask */
};

/* Makes room for that many bytes; NULL without memory. */
static inline char *hf__out_room(hf__out *out, char *at, size_t bytes)
{
    return HF_LIKELY((size_t)(out->end - at) >= bytes) ? at : hf__out_grow(out, at, bytes);
}

/* A literal, for which there is room. */
#define HF__OUT(at, text) ((char *)memcpy((at), "" text, sizeof(text) - 1) + (sizeof(text) - 1))

/* The comma in front of a member that may be the first; there is room. */
static inline char *hf__out_comma(char *at)
{
    *at = ',';
    return at + (at[-1] != '{');
}

static inline char *hf__out_bool(char *at, bool value)
{
    memcpy(at, value ? "true" : "false", 5);
    return at + (value ? 4 : 5);
}

/* There is room for HF__OUT_NUMBER. */
HF_API char *hf__out_i64(char *at, int64_t value);
HF_API char *hf__out_u64(char *at, uint64_t value);
#define HF__OUT_INTEGER(at, member) \
    (HF_INTEGER_SHAPE(member) == HF_SHAPE_INT ? hf__out_i64((at), (int64_t)(member)) : hf__out_u64((at), (uint64_t)(member)))
/* NULL for a number that is not finite. */
HF_API char *hf__out_double(char *at, double value);
/* With quotes, or null; there is room for HF__OUT_AHEAD behind it. NULL for what is not UTF-8, and without
 * memory. */
HF_API char *hf__out_string(hf__out *out, char *at, const char *text);
HF_API char *hf__out_chars(hf__out *out, char *at, const char *text, size_t size);
/* A member that the tables write. */
HF_API char *hf__out_member(hf__out *out, char *at, const hf_type *record_type, uint32_t index, const void *record);

/* How many items a counter of any integer type stands for; a negative one for none. */
#define HF__COUNT(counter) ((counter) > 0 ? (size_t)(counter) : 0)

/* ---- copying ----------------------------------------------------------------------------- */

/* A step is given room for the copy; it copies the bits, cuts what they lead to, and asks for each
 * part. So whenever memory ends, the copy is a whole tree that can be released. */
HF_API bool hf__copy_string(hf__copier *with, const char *from, void *place);
HF_API bool hf__copy_bytes(hf__copier *with, const void *from, void *place, size_t count, size_t size, size_t alignment);
/* For vectors of texts: `from` and `place` are places of one. */
HF_API bool hf__copy_string_step(hf__copier *with, const void *from, void *place);
/* `step` fills each of `count` objects. */
HF_API bool hf__copy_objects(hf__copier *with, const void *from, void *place, size_t count, size_t size, size_t alignment,
                             hf__copy_step *step);
/* A borrowed pointer, which the copied bits hold: it leads to the copy, if there is one. */
HF_API bool hf__copy_ref(hf__copier *with, const void *from, void *place);

/* ---- measuring --------------------------------------------------------------------------- */

HF_API void hf__measure_string(hf__measurer *with, const char *text);
HF_API void hf__measure_string_step(hf__measurer *with, const void *place);
/* Blocks; step NULL where they lead nowhere. */
HF_API void hf__measure_objects(hf__measurer *with, const void *at, size_t count, size_t size, hf__measure_step *step);

/* ---- comparing --------------------------------------------------------------------------- */

/* Steps and tables may alternate, record by record: both know only what lies in place, and hand over what
 * pointers lead to. False: they differ, or memory ended, which the library knows. */

static inline bool hf__same_double(double a, double b) { return a == b || (a != a && b != b); }

static inline bool hf__equal_string(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Blocks of `count` objects, which may be NULL. */
HF_API bool hf__equal_objects(hf__comparer *with, const hf_type *type, const void *a, const void *b, size_t count);
/* Borrowed pointers: they lead to partners, or to the same. */
HF_API bool hf__equal_ref(hf__comparer *with, const void *a, const void *b);
/* An object that has no step. */
HF_API bool hf__equal_by_tables(hf__comparer *with, const hf_type *type, const void *a, const void *b);

/* ---- hashing ----------------------------------------------------------------------------- */

__extension__ typedef unsigned __int128 hf__wide;

/* The folded multiply: see lib/base/hash.h. */
static inline uint64_t hf__mix_word(uint64_t hash, uint64_t word)
{
    hf__wide product = (hf__wide)(hash ^ word) * 0x9fb21c651e98df25u;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Every NaN alike, and -0 as 0. */
static inline uint64_t hf__mix_double(uint64_t hash, double value)
{
    uint64_t bits = 0x7ff8000000000000u;
    value += 0.0;
    if (value == value)
        memcpy(&bits, &value, sizeof bits);
    return hf__mix_word(hash, bits);
}

HF_API uint64_t hf__mix_bytes(uint64_t hash, const void *bytes, size_t length);

static inline uint64_t hf__mix_chars(uint64_t hash, const char *text, size_t size)
{
    const char *end = (const char *)memchr(text, 0, size);
    return hf__mix_bytes(hash, text, end != NULL ? (size_t)(end - text) : size);
}

static inline uint64_t hf__mix_string(uint64_t hash, const char *text)
{
    return text != NULL ? hf__mix_bytes(hash, text, strlen(text)) : hf__mix_word(hash, 0);
}

HF_API uint64_t hf__mix_objects(hf__hasher *with, uint64_t hash, const hf_type *type, const void *at, size_t count);
HF_API uint64_t hf__mix_by_tables(hf__hasher *with, uint64_t hash, const hf_type *type, const void *at);

/* ---- releasing --------------------------------------------------------------------------- */

HF_API void hf__release_string(hf__releaser *with, const char *text);
HF_API void hf__release_objects(hf__releaser *with, const hf_type *type, const void *objects, size_t count);
HF_API void hf__release_by_tables(hf__releaser *with, const hf_type *type, void *object);

HF_EXTERN_END

#endif
