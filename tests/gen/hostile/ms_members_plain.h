// flags: -Wno-missing-declarations -Wno-pedantic
// only: clang
// not: C++
#include <holdfast/annotate.h>
typedef struct base { int id; char *name HF(own); } base;
typedef struct derived {
    struct base;
    base;
    struct inner { int i; };
    int x;
    struct inner again;
} derived;
