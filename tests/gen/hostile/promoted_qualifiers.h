// not: C++
#include <holdfast/annotate.h>
typedef struct promoted_qualifiers {
    const struct { int a; char *b HF(own); struct { int c[2]; }; };
    volatile struct { int d; char *e HF(own); };
    const union { int f; char g; };
    int h;
} promoted_qualifiers;
typedef struct holder { promoted_qualifiers in; int i; } holder;
