// flags: -Wno-pedantic
#include <holdfast/annotate.h>
#include <stdint.h>
enum few { NONE, ONE, TWO, THREE };
typedef struct counters {
    int *a; struct { unsigned n_a; }; char *b; uint8_t b_len; long *c HF(count = how_many, own); enum few how_many : 4; signed char n_d; short *d;
    double *e __attribute__((unused)); int16_t num_e; char *const *f HF(own, count = f_total); uint64_t f_total; struct pt { int x, y; } *g, h; int ng;
    struct { int *in HF(own, count = n_in); unsigned n_in : 9; } i[2];
} counters;
