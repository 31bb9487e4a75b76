/* every.h - the shapes and annotations that shapes.h has not, so that the two have each of them. */
#ifndef HOLDFAST_TEST_EVERY_H
#define HOLDFAST_TEST_EVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <holdfast/annotate.h>

#ifdef __HOLDFAST__
#define COUNTED_BY(member) __attribute__((counted_by(member)))
#else
#define COUNTED_BY(member) /* compilers know it since clang 18 and gcc 15 */
#endif

enum level { LEVEL_LOW = -1, LEVEL_MIDDLE, LEVEL_HIGH HF(name = "high") = 1000 } HF(closed);

struct pair { int a, b; };

/* Counted by each convention, by the attribute, and by a word. */
typedef struct counted {
    int         *first;
    size_t       n_first;
    int         *second;
    unsigned     second_len;
    int         *third;
    int          third_count;
    int          num_fourth;
    int         *fourth;
    int         *fifth;
    uint8_t      fifth_n;
    int         *sixth;
    int64_t      sixth_length;
    int         *seventh;
    unsigned     seventh_size : 6;
    int          neighth;
    int         *eighth;
    unsigned     total;
    struct pair *ninth HF(own) COUNTED_BY(total);
    struct pair **rows HF(own, count = n_rows);
    short        n_rows;
} counted;

typedef struct run {
    char    *owner HF(own, optional);
    uint32_t items_count;
    struct { int x; char letter; } items[] COUNTED_BY(items_count);
} run;

/* Members of structs without a name, a union whose arms stand among them, and bytes without a meaning. */
typedef struct message {
    struct { int left, top; };
    struct { struct { char *title HF(own); } head; };
    int kind HF(tag_of = body);
    union {
        char       *text HF(own, when = 1);
        struct pair move HF(when = 2);
        int         code HF(when = 3, name = "status");
        struct { uint8_t *bytes HF(own, count = n_bytes); uint8_t n_bytes; } raw HF(when = -4);
    } body HF(flatten);
    unsigned which : 2 HF(tag_of = state);
    union { double weight HF(when = 1); struct pair *pair HF(own, when = 2); } state HF(optional);
    union { char small; double large; };
    union { int32_t whole; float part; } bits;
} message;

/* Two types that lead to each other: still a tree. */
typedef struct folder {
    char         *name HF(own);
    struct entry *entries HF(own, count = n_entries);
    size_t        n_entries;
} folder;

typedef struct entry {
    struct folder *folder HF(own, optional);
    struct entry  *next HF(own, optional);
    int            size;
} entry;

typedef struct forms {
    int64_t       at HF(as = epoch);
    uint64_t      big HF(as = string);
    double        ratio HF(as = string);
    enum level    level HF(as = string), number;
    unsigned char tag[3] HF(as = base64);
    uint8_t      *bytes HF(own, count = n_bytes, as = hex);
    size_t        n_bytes;
    char         *words HF(own, count = words_len, as = string);
    int           words_len;
    uint8_t       padded[5] HF(as = string);
    char         *kept HF(own, raw);
    long          wide[2][2][2];
} forms;

typedef struct checks {
    char    *code HF(own, len = 3);
    char    *word HF(own, len >= 2, oneof("on", "off"));
    int     *three HF(own, count = n_three, len = 3);
    int      n_three;
    float    share HF(min = 0, max = 1);
    uint64_t large HF(min = 1, max = 18446744073709551615);
    int64_t  odd HF(oneof(-1, 1, 3));
    char    *plate HF(own, pattern = "[A-Z]{2}-\\d+", optional);
    struct { struct pair pairs[1]; } deep HF(optional);
    bool     has_deep;
} checks HF(closed, max_depth = 4);

typedef struct defaults {
    bool        on HF(default = true);
    double      rate HF(default = 1.5);
    int64_t     low HF(default = -9);
    uint64_t    high HF(default = 18446744073709551615);
    enum level  level HF(default = LEVEL_HIGH);
    char       *text HF(own, default = "a \"text\"\n");
    char        short_text[8] HF(default = "short");
    const char *literal HF(static, default = "literal");
    char       *none HF(own, default = null);
    struct { int depth HF(default = 4); char *name HF(own, default = "inner"); } inner HF(flatten);
    int        *maybe HF(own, optional);
} defaults;

/* Defaults in what is held in place, in rows, in vectors and in arms. */
typedef struct step { int depth HF(default = 4); char word[4] HF(default = "abc"); bool on HF(optional); } step;
typedef struct stairs {
    step     flight[2][3] HF(optional);
    step     last HF(optional), *more HF(own, count = n_more, optional);
    unsigned n_more, kind HF(tag_of = landing);
    struct { struct { step rail; } posts[2]; } well HF(optional);
    union { step high HF(when = 1); struct { step pair[2]; } wide HF(when = 2); } landing;
} stairs;

/* Borrowed, static and left out. */
typedef struct album {
    struct pair       *pairs HF(own, count = n_pairs);
    size_t             n_pairs;
    struct pair       *chosen HF(ref);
    char              *mark HF(ref);
    const struct pair *table HF(static);
    void              *user HF(ref), *scratch HF(skip);
    int                cache[3] HF(skip);
    struct album      *next HF(shared);
    struct album      *others[2] HF(shared);
    void             (*call)(struct album *), (*calls[2])(int);
} album;

/* What straight code leaves to tables. */
typedef struct __attribute__((packed)) frame {
    uint8_t  kind;
    uint32_t length;
    char    *body HF(own);
    struct pair pairs[2];
    double   half;
} frame;

typedef struct sealed {
    const int   fixed;
    char *const name HF(own);
    frame       inner;
} sealed;

typedef struct nest { int x; } nest HF(max_depth = 2);

/* All may be left out, and keys of 14 bytes and more: with its quote a key of 15 fills the two words of a row. */
typedef struct spare {
    char  *a HF(own, optional, name = "of_fourteen_by");
    int   *b HF(own, optional, name = "of_fifteen_byte");
    bool   c HF(optional, name = "of_sixteen_bytes");
    bool   has_c;
    double d HF(optional, name = "of_seventeen_byte");
    bool   has_d;
    short *e HF(own, count = n_e, optional, name = "a key that is much longer than the two words of its row");
    size_t n_e;
} spare;

typedef struct spares {
    spare        first, *more HF(own, count = n_more, optional);
    size_t       n_more;
} spares;

typedef struct only_copy {
    int   x;
    char *name HF(own);
} only_copy HF(derive(copy, release));

#endif
