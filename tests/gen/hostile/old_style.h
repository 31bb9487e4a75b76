// not: C++
// flags: -Wno-old-style-definition -Wno-strict-prototypes -Wno-deprecated-non-prototype -Wno-unknown-warning-option -Wno-unused-function
#include <holdfast/annotate.h>
static __inline int old(a, b) int a; char *b; { const char *text = "} { ; '"; char x = '}'; return a + (b != 0) + (text != 0) + x; /* } */ }
int implicit(); extern int (*pointer)();
typedef struct style { int (*any)(); int x, *y HF(own), z[2], w : 3; struct style *(*next)(); } style;
