// flags: -Wno-bit-int-extension -Wno-pedantic
// only: clang
// not: C++
#include <holdfast/annotate.h>
typedef struct bit_int { _BitInt(17) a; unsigned _BitInt(9) b[2]; signed _BitInt(33) c; _BitInt(8) unsigned d; const _BitInt(5) e; int f; } bit_int;
