// flags: -Wno-pedantic
#include <holdfast/annotate.h>
#include <stdbool.h>
#include <stdint.h>
enum color { RED, GREEN, BLUE };
typedef struct bits {
    bool a : 1, b : 1; bool : 0; int c : 1; signed d : 2; unsigned e : 31; long long f : 40; uint64_t g : 64; enum color h : 3 HF(as = string);
    unsigned i : 3; volatile int j : 4; char k : 7; signed char l : 5; unsigned char : 3, m : 2; bool n; uint8_t o : 8 HF(default = 9), p : 1;
    struct { unsigned q : 4, : 2, r : 2; } s, t[2]; int u : 17 HF(min = -5, max = 5, optional); bool has_u : 1;
} bits;
