// not: C++
#include <holdfast/annotate.h>
#include <stddef.h>
struct pair { char a; double b; };
#define COUNT(x) (sizeof(x) / sizeof((x)[0]))
extern int others[5];
typedef struct sizes {
    int a[_Generic(1, int: 3, default: 4)], b[sizeof(struct { int x; char y[3]; })], c[offsetof(struct pair, b)];
    char d[1 ? 2 : 3], e['\n'], g[COUNT(others)];
    short h[sizeof(int[3])][_Alignof(double)], i[(unsigned char)259], j[0x10 >> 2], k[sizeof "a\"]{" ];
    int low : sizeof(char) * 3, high : (1 ? 5 : 6);
    int l[__builtin_choose_expr(1, 2, 3)];
} sizes;
