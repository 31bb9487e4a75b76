/* shapes.h - every shape and annotation, for the generator's tests. */
#ifndef HOLDFAST_TEST_SHAPES_H
#define HOLDFAST_TEST_SHAPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <holdfast/annotate.h>

#define TEXT_BYTES 16
#define LIST_OF(T) T *items HF(own, count = n_items); size_t n_items

enum color { RED, GREEN HF(name = "green", alias = "lime") = 5, BLUE };
typedef enum { KIND_NONE, KIND_CIRCLE, KIND_RECT, KIND_TEXT, KIND_NODES } shape_kind;

struct point { double x, y; };

/* Nothing but values in place. */
typedef struct plain {
    bool            flag;
    char            letter;
    signed char     i8;
    unsigned char   u8;
    short           i16;
    unsigned short  u16;
    int             i32;
    unsigned        u32;
    int64_t         i64;
    uint64_t        u64;
    float           f32;
    double          f64;
    enum color      color;
    enum color      named HF(as = string);
    unsigned        low : 4, high : 12;
    int             small : 5;
    bool            bit : 1;
    char            name[TEXT_BYTES];
    int             matrix[2][3];
    struct point    at, path[2];
    struct { int major, minor; } version;
    long double     wide;
    int           (*callback)(int, void *);
    void           *context HF(skip);
} plain;

/* Everything a tree can own. */
typedef struct record {
    uint64_t      id HF(min = 1, max = 1000000);
    char         *name HF(own, len <= 64, pattern = "[a-z][a-z0-9_]*");
    char         *email HF(own, optional, alias = "mail");
    const char   *origin HF(static);
    int           level HF(default = 3, oneof(1, 2, 3, 5));
    double        score HF(optional, min = 0, max = 100.5);
    bool          has_score;
    int          *lucky HF(own);
    double       *values HF(own);
    size_t        n_values;
    char        **tags HF(own, count = n_tags, name = "labels");
    unsigned short n_tags;
    struct point *points HF(own, count = point_count);
    int           point_count;
    struct point *home HF(own, optional);
    char         *names[2] HF(own);
    unsigned char *blob HF(own, count = blob_len, as = base64);
    uint32_t      blob_len;
    unsigned char key[4] HF(as = hex);
    char         *chars HF(own, count = n_chars);
    uint8_t       n_chars;
    struct point  inner HF(flatten);
    char         *extra HF(own, raw, optional);
    int           fixed[3];
    struct { char *label HF(own); int weight; } *parts HF(own, count = n_parts);
    unsigned      n_parts;
} record HF(closed);

/* A union with a name, and one without. */
typedef struct shape {
    shape_kind kind HF(tag_of = u);
    union {
        struct { double r; } circle HF(when = KIND_CIRCLE);
        struct point rect HF(when = KIND_RECT);
        char *text HF(own, when = KIND_TEXT);
        struct { LIST_OF(struct shape); } nodes HF(when = KIND_NODES);
    } u;
    int which HF(tag_of);
    union {
        int64_t number HF(when = 1);
        char   *word HF(own, when = 2, when = 3);
    };
} shape;

/* A tree by annotation: no memo. */
typedef struct tree {
    int          value;
    struct tree *left HF(own), *right HF(own);
} tree;

typedef struct list {
    int          value;
    struct list *next HF(own, optional);
} list;

/* A graph: parents, shared children, cycles through two types, a ref into the middle of a block. */
typedef struct node {
    int64_t        value;
    char          *label HF(shared);
    struct node   *left HF(shared), *right HF(shared);
    struct node  **kids HF(count = n_kids, shared);
    size_t         n_kids;
    struct node   *parent HF(ref);
    struct group  *group HF(shared);
    double        *best HF(ref);
} node;

typedef struct group {
    char    *title HF(own);
    node    *leader HF(shared);
    double  *scores HF(own, count = n_scores);
    int      n_scores;
} group;

/* Held in place, and described after what holds it. */
typedef struct shelf {
    struct { char *label HF(own); } first, rest[2];
} shelf;

typedef struct packet {
    uint16_t len;
    uint8_t  kind;
    char    *owner HF(own, optional);
    uint32_t data[] HF(count = len);
} packet;

/* Keys that begin alike, end where words of the look-up do, or that JSON spells with escapes. */
typedef struct alike {
    int32_t a, seven_7, eight_88, fifteen_letters, sixteen__letters, seventeen_letters;
    int32_t reply HF(name = "in_reply_to_status_id"), reply_text HF(name = "in_reply_to_status_id_str"), reply_user HF(name = "in_reply_to_user_id");
    int32_t wide HF(name = "gr\303\266\303\237e"), slash HF(name = "a\\"), quoted HF(name = "a\"b");
} alike;

#endif
