// flags: -fms-extensions -Wno-microsoft-anon-tag
// only: gcc
// not: C++
#include <holdfast/annotate.h>
struct base { int id; char *name HF(own); };
typedef struct other { int o; } other;
typedef struct derived { struct base; other; int x; } derived;
