/* bind_code.h - the steps that specialised code of `holdfast gen` is written in.
 *
 * Not for use by hand: the generated source includes it, its header does not. Nothing here is kept
 * stable beyond HF_BIND_VERSION, which the generated source checks.
 *
 * Reading is for text that is right, writing for what JSON can say; both go by rows, one for each key. When they give
 * up, also without memory, the library takes back what was made and does it again by the tables of bind.h, which find
 * what is wrong and where, or do what the rows leave to them. So both forms accept the same, with the same errors.
 *
 * Copying, measuring and comparing never call themselves: what a pointer leads to waits on a list. */
#ifndef HOLDFAST_BIND_CODE_H
#define HOLDFAST_BIND_CODE_H

#include <holdfast/bind.h>

HF_EXTERN_BEGIN

typedef struct hf__keys     hf__keys;
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
    const hf__keys *read, *write;                                      /* how it is read and written: the same rows */
    hf__copy_step    *copy;                                            /* the bits, and its own parts */
    hf__measure_step *measure;
    hf__equal_step   *equal;
    hf__hash_step    *hash;
    hf__release_step *release;                                         /* what it leads to, not itself */
};

/* ---- reading and writing ----------------------------------------------------------------- */

/* What stands in JSON for a member, as far as a reader or writer has to know. */
enum {
    HF__KIND_BOOL,
    HF__KIND_I8, HF__KIND_I16, HF__KIND_I32, HF__KIND_I64, /* by size: HF__KIND_INTEGER */
    HF__KIND_U8, HF__KIND_U16, HF__KIND_U32, HF__KIND_U64,
    HF__KIND_F32, HF__KIND_F64,
    HF__KIND_STRING, HF__KIND_CHARS,
    HF__KIND_RECORD,  /* in place */
    HF__KIND_POINTER, /* to one item */
    HF__KIND_VECTOR, HF__KIND_ARRAY,
    HF__KIND_TABLES,  /* left to the tables: unions, bytes in a form, and other rare things */
    HF__KIND_PASSED,  /* written, not read */
    HF__KIND_BITS,    /* a bit-field, which is written */
    HF__KIND_END      /* behind the last key, for writing */
};

/* Added to a kind for writing: the member may be left out, or its key does not fit two words. */
enum { HF__WRITTEN_ASKED = 32 };
/* Read and written alike. */
#define HF__AS(of_kind) .kind = (of_kind), .written = (of_kind)

enum {
    HF__IN_NULL = 1,     /* null stands for nothing there */
    HF__IN_PRESENCE = 2, /* another member tells whether there is a value */
    HF__IN_LIMITS = 4,   /* `limits` hold: of a number, of the bytes of a text, of the count of items */
    HF__IN_RULE = 8      /* there is more that the tables check: patterns, choices */
};

/* The kind of a number, for a member of any integer or floating type. */
#define HF__KIND_WIDTH(member) (sizeof(member) == 8 ? 3 : sizeof(member) == 4 ? 2 : sizeof(member) == 2 ? 1 : 0)
#define HF__KIND_INTEGER(member) ((HF_INTEGER_SHAPE(member) == HF_SHAPE_INT ? HF__KIND_I8 : HF__KIND_U8) + HF__KIND_WIDTH(member))
#define HF__KIND_FLOATING(member) (sizeof(member) == sizeof(float) ? HF__KIND_F32 : HF__KIND_F64)

/* A key that the reader of an object wants, what to do with its value, and how it is written. Keys are in the order of
 * their slots, which is that of writing; behind them comes one that no text has, then aliases, which say nothing more. */
typedef struct hf__key {
    uint64_t      head, tail; /* its first sixteen bytes, the closing quote among them, the first one lowest */
    uint64_t      head_bits, tail_bits; /* those that are its own */
    const char   *bytes;
    uint32_t      length;
    uint16_t      slot;
    uint16_t      next;   /* the one to compare if it is not this one, counted from 1; 0: none */
    uint8_t       kind, flags;
    uint8_t       written; /* its kind when writing */
    uint32_t      offset; /* of the member in the record that has the key */
    uint64_t      bit;    /* of the slot */
    const hf_key *row;    /* the same for the tables */
    union {
        int64_t  i64[2];
        uint64_t u64[2];
        double   f64[2];
    } limits; /* from the first to the second, both included */
} hf__key;

/* All of them, with a hash that lets no two of them meet that differ in those sixteen bytes. */
struct hf__keys {
    const hf__key  *keys;
    const uint16_t *places;    /* by hash: which key it can be only, counted from 1 (0: none), and its slot above */
    uint64_t        multiplier; /* of the hash */
    uint64_t        shown;     /* the bits of the first eight bytes that tell all keys apart; 0: there are none */
    uint32_t        shift, count;
    uint32_t        none;      /* the slot of any other key: as many as there are */
    uint32_t        room;      /* bytes of its keys, numbers and signs in JSON, at most */
    bool            is_closed; /* no other key is allowed */
    uint64_t        lengths;   /* a bit for each; the last one is for 63 and more */
    uint64_t        required;  /* slots that must be there */
    uint64_t        defaults;  /* slots of texts that have a default */
    uint64_t        usual;     /* slots of which nothing more is to be looked at: no long keys, and no member beside that tells of a value */
    const hf__slot *slots;     /* for each key, how it stands in a document: a long one without the place of its text */
};

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

HF_API bool hf__equal_string(const char *a, const char *b);

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
HF_API uint64_t hf__mix_double(uint64_t hash, double value);
HF_API uint64_t hf__mix_bytes(uint64_t hash, const void *bytes, size_t length);
HF_API uint64_t hf__mix_chars(uint64_t hash, const char *text, size_t size);
HF_API uint64_t hf__mix_string(uint64_t hash, const char *text);
HF_API uint64_t hf__mix_objects(hf__hasher *with, uint64_t hash, const hf_type *type, const void *at, size_t count);
HF_API uint64_t hf__mix_by_tables(hf__hasher *with, uint64_t hash, const hf_type *type, const void *at);

/* ---- releasing --------------------------------------------------------------------------- */

HF_API void hf__release_string(hf__releaser *with, const char *text);
HF_API void hf__release_objects(hf__releaser *with, const hf_type *type, const void *objects, size_t count);
HF_API void hf__release_by_tables(hf__releaser *with, const hf_type *type, void *object);

HF_EXTERN_END

#endif
