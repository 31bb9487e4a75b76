// only: clang
// not: C++
// flags: -Wno-microsoft-enum-value -Wno-c2x-extensions -Wno-pedantic
#include <holdfast/annotate.h>
#include <stdint.h>
typedef enum small : uint8_t { SMALL_A, SMALL_B = 200 } small;
enum wide : long long { WIDE_A = -1, WIDE_B = 1ll << 40 };
enum forward : unsigned short;
enum flag : _Bool { NO, YES };
typedef struct typed { small s HF(as = string); enum wide w HF(as = string); enum forward *f HF(own); small row[3]; enum flag flag; small bits : 3; enum : short { IN } in; } typed;
enum forward : unsigned short { LATER = 7 };
