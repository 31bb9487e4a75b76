// not: C++
#include <holdfast/annotate.h>
typedef struct mode_ti { int a __attribute__((mode(TI))); int b; } mode_ti;
