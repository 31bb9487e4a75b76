#include <holdfast/annotate.h>
typedef struct body { int x; } body;
static inline int twice(const body *b) { struct { int y; } in = { b->x }; for (int i = 0; i < 3; i++) { if (i == '}') break; } return in.y * 2; }
static inline body make(int x) { body b; b.x = x; return b; }
struct after { body b; int (*f)(const body *); };
