// flags: -fms-extensions -Wno-microsoft-anon-tag -Wno-pedantic
// not: C++
#include <holdfast/annotate.h>
struct base { int id; char *name HF(own); };
typedef struct other { int o; const char *fixed HF(own); } other;
typedef struct { double plain; } plain;
typedef struct derived {
    struct base;
    other;
    plain;
    struct inner { int i; struct base *up HF(own); };
    struct deep { struct lower { char *words[2] HF(own); }; int kind HF(tag_of); union arms { int a HF(when = 1); char *b HF(own, when = 2); }; };
    int x;
    struct inner HF(own) *again;
} derived;
