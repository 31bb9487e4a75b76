// flags: -Wno-pedantic
#include <holdfast/annotate.h>
__extension__ typedef struct extensions {
    __extension__ union { int a; float b; };
    __extension__ struct { int c; };
    __extension__ long long d;
    __extension__ unsigned long long e : 40;
    struct ext { int x; } f;
    __typeof__(int[3]) g; __typeof__(int *) h HF(own); __typeof(const char *) j HF(own);
    __const int k; __signed__ char l; __volatile__ int m; char *__restrict__ n HF(own);
} extensions;
