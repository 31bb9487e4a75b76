#include <holdfast/annotate.h>
struct __attribute__((aligned(8))) __attribute__((may_alias)) before { int x; };
struct behind { int x; } __attribute__((__aligned__(16)));
typedef struct __attribute__((unused)) both {
    __attribute__((unused)) int first __attribute__((aligned(4))), second;
    char *__attribute__((aligned(8))) text HF(own);
    int old __attribute__((deprecated("use first")));
    struct before in __attribute__((aligned(8)));
    enum older { OLD_A __attribute__((deprecated)) = 1, OLD_B } older;
    int __attribute__((vector_size(16))) wide;
    void (*__attribute__((noreturn)) end)(int);
} __attribute__((aligned(32))) both __attribute__((unused));
typedef int aligned_int __attribute__((aligned(16)));
typedef struct gone { aligned_int x; unsigned int bits : 3 __attribute__((packed)), more : 9; } gone;
int f(void) __attribute__((pure)), g(int) __asm__("other");
