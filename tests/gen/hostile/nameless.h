#include <holdfast/annotate.h>
typedef struct nameless {
    struct { struct { int a; struct { int b; }; }; };
    union { struct { int c; union { int d; float e; }; }; struct { union { short f[2]; char g[4]; }; int h; }; };
    int kind HF(tag_of = chosen);
    union { struct { int i; char *j HF(own); } k HF(when = 0); union { int l; float m; } n HF(when = 1); int o[2] HF(when = 2); } chosen;
    struct { struct { int p; } q[2]; struct { union { int r; } s; } *t HF(own); } u;
    struct { int v; } *w HF(own, count = n_w), x; unsigned n_w;
    enum { RED, GREEN } y HF(as = string);
    struct { enum { ON, OFF } z; } *pair[2] HF(own);
} nameless;
