// not: C++
/* rare.h - C that compilers know, C++ does not, and few people write: atomics, alignment, assertions among members, complex
 * and wide numbers, vectors, an array of no items at the end, structs without a name that are const, words of C23. */
#ifndef HOLDFAST_TEST_RARE_H
#define HOLDFAST_TEST_RARE_H

#include <stdbool.h>
#include <stdint.h>
#include <uchar.h>

#include <holdfast/annotate.h>

#ifdef __HOLDFAST__ /* what compilers of today know by -std=c2x alone, or not at all */
#define OWNED       [[holdfast::own]]
#define NAMED(x)    [[holdfast::name = x, gnu::unused]]
#define SHORT_ENUM  : short
#define UNQUALIFIED typeof_unqual
#else
#define OWNED
#define NAMED(x)
#define SHORT_ENUM
#define UNQUALIFIED __typeof__
#endif

typedef struct atoms {
    _Static_assert(sizeof(int) >= 2, "stands among the members");
    _Atomic int          count;
    _Atomic(bool)        ready;
    _Alignas(32) char    first;
    _Alignas(double) int second;
    int                  packed __attribute__((packed)), *one OWNED, row[2];
    int                  wide __attribute__((mode(DI)));
    char                *text NAMED("words") OWNED;
    char16_t             letters[3];
} atoms;

typedef struct numbers {
    double _Complex           wave;
    long double               exact[2];
    __extension__ __int128    huge;
    float                     lanes __attribute__((vector_size(16)));
    unsigned long int long    many;
    short signed int          few;
    UNQUALIFIED(const int)    plain;
} numbers;

enum SHORT_ENUM { RARE_LOW = -3, RARE_HIGH = 'z' };

typedef struct brought {
    const struct { int a; char *b OWNED; struct { int16_t c[2]; }; };
    volatile struct { int d; };
    enum { RARE_ON = 1, RARE_OFF } state HF(as = string);
    int (*(*table[2])(void))(int);
    struct brought *OWNED const next HF(optional);
} brought;

typedef struct tail {
    unsigned n_items;
    __extension__ struct { int x; } items[0] HF(count = n_items);
} tail;

#endif
