#include <holdfast/annotate.h>
#include <assert.h>
#ifndef __cplusplus
_Static_assert(sizeof(int) >= 2, "a " "text; with } and {");
#define INSIDE(x) _Static_assert(x, #x)
#else
#define INSIDE(x) static_assert(x, #x)
#endif
typedef struct asserts { INSIDE(sizeof(int) == 4); int x; INSIDE(1 + 1 == 2); struct { INSIDE(1); int y; } in; } asserts;
