// flags: -Wno-pedantic -Wno-extern-c-compat
#include <holdfast/annotate.h>
struct nothing { };
typedef struct only { int len; int items[]; } only_items;
typedef struct empties { struct nothing a; int x; struct nothing b; char c[1]; char d[1][1]; int end; } empties;
typedef struct older { unsigned len; struct { char *text HF(own); } data[0] HF(count = len); } older;
