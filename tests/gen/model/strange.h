/* strange.h - words that meet: each struct here was once read, written or copied as its header does not say. */
#ifndef HOLDFAST_TEST_STRANGE_H
#define HOLDFAST_TEST_STRANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <holdfast/annotate.h>

/* Values that an int64_t has as negative ones. */
#ifdef __cplusplus
enum reach : uint64_t { REACH_NONE, REACH_HALF = 0x8000000000000000, REACH_ALL = 0xffffffffffffffff };
#else
__extension__ enum reach { REACH_NONE, REACH_HALF = 0x8000000000000000, REACH_ALL = 0xffffffffffffffff };
#endif

typedef struct horizon {
    enum reach reach HF(as = string), number;
} horizon;

/* A default of a text that the tables read; one before it lies where a wrong offset would put it. */
typedef struct letter {
    char *body HF(own);
    char *extra HF(own, raw, default = "[1]");
    char *kept HF(own, raw, optional, default = "{}");
} letter;

/* Null is as if it were not there: what has a default keeps it. */
typedef struct dials {
    bool on HF(optional, default = true), has_on, off HF(optional, default = false);
    int  turns HF(optional, default = 7);
    bool has_turns;
    char word[4] HF(optional, default = "abc");
    char *text HF(own, optional, default = "text"), *other HF(own, default = "other");
} dials;

/* Literals are written and never read, also in rows, in arms, and by another name. */
typedef struct stamped {
    int          number;
    const char  *version HF(static, alias = "v");
    const char  *row[2] HF(static);
    const char **names HF(static, count = n_names);
    int          n_names;
    int          kind HF(tag_of = u);
    union {
        const char *word HF(static, when = 1);
        int         count HF(when = 2);
    } u;
    int which HF(tag_of = flat);
    union {
        const char *label HF(static, when = 1);
        int         digit HF(when = 2);
    } flat HF(flatten);
} stamped;

/* Tags by name; arms that JSON does not show are told by the tag alone. */
enum part { PART_NONE, PART_TEXT, PART_LIST, PART_USER };
typedef struct parcel {
    enum part part HF(tag_of = u, as = string);
    union {
        char *text HF(own);
        struct { int *items HF(own, count = n); uint8_t n; } list;
        void *user HF(ref);
    } u;
    enum part other HF(tag_of = flat, as = string);
    union {
        char *words HF(own, when = PART_TEXT);
        void *context HF(ref, when = PART_USER);
    } flat HF(flatten);
} parcel;

/* Texts are no level of their own. */
typedef struct shallow {
    uint8_t *data HF(own, count = n_data, as = base64);
    size_t   n_data;
    char    *words HF(own, count = n_words);
    unsigned n_words;
    uint8_t  key[2] HF(as = hex);
} shallow HF(max_depth = 1);

/* A vector that is null has no items. */
typedef struct filled {
    int     *some HF(own, count = n_some, len >= 1);
    int      n_some;
    int     *maybe HF(own, count = n_maybe, len >= 1, optional);
    int      n_maybe;
    uint8_t *pair HF(own, count = n_pair, as = hex, len = 2);
    uint16_t n_pair;
} filled;

/* Borrowed pointers into the middle: of a row of its own, of a member of its own, and of another one's. */
typedef struct cursor {
    struct spot { int x; char *name HF(own); } *spots HF(own, count = n);
    size_t         n;
    struct spot   *current HF(ref);
    int           *number HF(ref), own_number;
    struct cursor *other HF(shared);
} cursor;

/* Tags of which an int64_t has a negative value, or that a bit-field does not hold. */
typedef struct narrow {
    uint64_t large HF(tag_of = u);
    union { int a HF(when = 18446744073709551615); char *b HF(own, when = 0x8000000000000000); } u;
    unsigned small : 2 HF(tag_of = v);
    union { int c HF(when = 3); char *d HF(own, when = 4); } v;
} narrow;

/* Unions that nothing tells of, in rows and elsewhere. */
union pick { int whole; double part; void *none HF(ref); };
typedef struct picks {
    union pick row[2], *one HF(own), *many HF(own, count = n);
    int        n, last;
} picks;

/* What a float holds of a tenth is a little more. */
typedef struct tenths {
    float most HF(max = 0.1), one HF(oneof(0.1, 3));
} tenths;

/* What is skipped may be smaller than a pointer. */
typedef struct short_end {
    char *name HF(own);
    char  flag HF(skip);
} __attribute__((packed)) short_end;

/* A record that is not packed, in one that is. */
typedef struct snug {
    unsigned low : 3, high : 9;
    double   half HF(default = 2.5);
} snug;
typedef struct crowd {
    char letter;
    snug one, two[2];
} __attribute__((packed)) crowd;

#endif
