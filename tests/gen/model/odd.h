/* odd.h - C as people write it: names that nearly meet, unions and structs without names, qualifiers, chains of
 * typedefs, rows of arrays, lengths that several members share, types from two headers. */
#ifndef HOLDFAST_TEST_ODD_H
#define HOLDFAST_TEST_ODD_H

#include <stdbool.h>
#include <stdint.h>

#include "odd_other.h"

#ifdef __HOLDFAST__ /* what compilers of today do not know, or know as an extension */
#define UNUSED    [[maybe_unused]]
#define AS_BYTE   : unsigned char
#define NO_RETURN [[noreturn, gnu::cold]]
#else
#define UNUSED
#define AS_BYTE
#define NO_RETURN
#endif

/* ---- names: of team and of team_members much is called alike --------------------------------- */

typedef struct team_members {
    int   *first HF(own, count = n_first);
    size_t n_first;
} team_members;

typedef struct team {
    struct { int first; char *step HF(own); } members[2];
    int       *members_first HF(own, count = n_members_first);
    size_t     n_members_first;
    struct team *step HF(own, count = n_step);
    size_t       n_step;
    team_members keys;
} team;

typedef struct team_keys { int type; } team_keys;

/* A call of team's, as a type and as an enumerator; accessors of `keys` that are calls of `keys_v`. */
typedef struct team_size { int width, height; } team_size;
enum { team_walk, team_hash };
typedef struct keys { int init, other HF(name = "else"), v_init; } keys;
typedef struct keys_v { int init; } keys_v;

/* Declared here, so the output leaves them out. */
void team_keys_init(team_keys *self);
NO_RETURN void team_keys_copy(int code);

/* ---- unions and structs without names, bit-fields -------------------------------------------- */

enum mood { CALM, WILD = CALM + 5, LARGEST = (sizeof(int64_t) > 4 ? 2 : 1) * 8 } HF(closed);
enum AS_BYTE { ALONE = ',' };

typedef struct registers {
    union { struct { uint16_t low, high; }; uint32_t both; };
    union { uint8_t all; struct { uint8_t left : 3, right : 5; }; };
    union { struct { unsigned narrow : 4; }; struct { int8_t other; char end[3]; }; };
    enum mood mood : 5 HF(as = string), plain_mood : 5;
    bool      is_on : 1 HF(default = true);
    unsigned  : 0;
    int       wide : 17;
    UNUSED char letter;
} registers;

/* ---- one length for several ------------------------------------------------------------------ */

typedef struct sheet {
    uint8_t  n;
    double  *x HF(own, count = n), *y HF(own, count = n, optional);
    char   **names HF(own, count = n);
    uint8_t *colors HF(own, count = n, as = hex);
} sheet;

/* ---- chains of types ------------------------------------------------------------------------- */

typedef int   compare(const void *, const void *);
typedef int (*handler)(void *context, int (*inner)(void));
typedef char *letters;
typedef letters two_texts[2];
typedef double square[2][2];
typedef square squares[2];

typedef struct chains {
    compare  *by;
    handler   on_event, all[2];
    two_texts both HF(own);
    squares   pair;
    int     (*rows)[3] HF(own, count = n_rows);
    size_t    n_rows;
    int     (*row)[2] HF(own);
    char    (*names)[8] HF(own, count = n_names);
    uint16_t  n_names;
    __typeof__(int) same;
    __typeof__(struct office *) office HF(own, optional);
    short   **deep HF(own);
} chains;

/* ---- qualifiers, alignment ------------------------------------------------------------------- */

typedef struct signals {
    volatile int         flag;
    volatile bool       *seen HF(own);
    const volatile short limit;
    int                 *__restrict fast HF(own);
    volatile char       *volatile words HF(own);
    const char *const   *names HF(own, count = n_names);
    int                  n_names;
} signals;

typedef struct lane {
    float at[4] __attribute__((aligned(32)));
    char *name HF(own);
} lane;

typedef struct lanes { lane *items HF(own, count = n_items); int n_items; } lanes;

/* ---- records in records ---------------------------------------------------------------------- */

typedef struct outer {
    struct inner { int x; struct inner *next HF(own, optional); } in;
    struct inner also[2];
} outer;

typedef struct pages {
    unsigned len;
    struct page { char *words HF(own); struct pages *more HF(own, optional); } page[];
} pages;

typedef struct choice {
    int8_t tag HF(tag_of = one);
    union {
        struct pages   *book HF(own, when = 1);
        struct { struct inner *chain HF(own); struct lane *lane HF(own); } both HF(when = 2);
        char           *pair[2] HF(own, when = 3, when = -3);
        struct { char **words HF(own, count = n); size_t n; } list HF(when = 4);
        struct choice  *inner HF(own, when = 5);
    } one;
} choice;

struct worker {
    char          *name HF(own);
    struct office *office HF(shared, optional);
    struct worker *boss HF(ref);
};

#endif
