// flags: -Wno-pedantic
#include <holdfast/annotate.h>
#include <limits.h>
enum wide { WIDE_LOW = INT_MIN, WIDE_ONE = 1, WIDE_HIGH = INT_MAX };
enum large { LARGE_0, LARGE_1 = 0xFFFFFFFFu };
enum huge { HUGE_0 = -1, HUGE_1 = 1ll << 40 };
enum expressions { E_A = sizeof(int), E_B = 'x', E_C = E_A | E_B, E_D = 1 ? 3 : 4, E_E = E_A, };
enum names { N_ONE HF(name = "one", alias = "uno"), N_TWO HF(name = "two, too") } HF(closed);
enum { LOOSE };
typedef struct enums {
    enum wide a; enum large b HF(as = string); enum huge c HF(as = string); enum expressions d HF(as = string); enum names e HF(as = string), f;
    enum { IN_A, IN_B } g HF(as = string), h[2]; enum wide *i HF(own, count = n); enum names n; enum large j : 32;
} enums;
