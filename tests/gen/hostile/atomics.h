// not: C++
#include <holdfast/annotate.h>
#include <stdatomic.h>
typedef struct atomics { _Atomic int a; _Atomic(long) b; atomic_bool c; _Atomic unsigned char d[2]; char *_Atomic e HF(skip); int *f HF(own); } atomics;
