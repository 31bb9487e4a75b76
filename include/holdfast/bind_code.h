/* bind_code.h - the steps that specialised code of `holdfast gen` is written in.
 *
 * Not for use by hand: the generated source includes it, its header does not. Nothing here is kept
 * stable beyond HF_BIND_VERSION, which the generated source checks.
 *
 * Reading is for text that is right, writing for what JSON can say; both go by rows, one for each key. When they give
 * up, also without memory, the library takes back what was made and does it again by the tables of bind.h, which find
 * what is wrong and where, or do what the rows leave to them. So both forms accept the same, with the same errors. */
#ifndef HOLDFAST_BIND_CODE_H
#define HOLDFAST_BIND_CODE_H

#include <holdfast/bind.h>

HF_EXTERN_BEGIN

typedef struct hf__keys hf__keys;

/* What was generated for one record; each may be NULL, then the tables do it. */
struct hf_code {
    void (*begin)(void *object);  /* sets defaults in place, the rest is zero; NULL: all is zero */
    const hf__keys *read, *write; /* how it is read and written: the same rows */
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
    const hf__keys *below; /* of the record that it is, leads to or has items of, if that has any */
    union {
        int64_t  i64[2];
        uint64_t u64[2];
        double   f64[2];
    } limits; /* from the first to the second, both included */
} hf__key;

/* What is known of a key before its row is looked at, lowest first: which one it is, counted from 1; its slot; the kind
 * of its value; one more than its length, or HF__PLACE_UNSURE. */
#define HF__PLACE(number, slot, kind, length) ((uint32_t)(number) | (uint32_t)(slot) << 8 | (uint32_t)(kind) << 16 | (uint32_t)(length) << 24)
enum { HF__PLACE_UNSURE = 255 /* a long key, or one of several with the same first bytes */ };

/* All of them, with a hash that lets no two of them meet that differ in those sixteen bytes. */
struct hf__keys {
    const hf__key  *keys;
    const uint32_t *places;    /* by hash: the only key that it can be, HF__PLACE; 0: none */
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

HF_EXTERN_END

#endif
