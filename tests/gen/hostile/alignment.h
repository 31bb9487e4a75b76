#include <holdfast/annotate.h>
#ifdef __cplusplus
#define ALIGN(x) alignas(x)
#else
#define ALIGN(x) _Alignas(x)
#endif
typedef struct cell { ALIGN(64) float v[4]; char *name HF(own); } cell;
typedef struct alignment {
    ALIGN(16) char a; ALIGN(double) char b[3]; int c;
    cell *cells HF(own, count = n_cells), one, pair[2], *single HF(own); int n_cells;
    cell **rows HF(own, count = n_rows); short n_rows;
} alignment;
typedef struct __attribute__((aligned(128))) line { int x; struct line *next HF(own, optional); } line;
