#include <holdfast/annotate.h>
typedef int wide_int __attribute__((mode(DI)));
typedef int byte_int __attribute__((__mode__(__QI__)));
typedef struct modes { wide_int a; byte_int b; unsigned c __attribute__((mode(HI))); } modes;
