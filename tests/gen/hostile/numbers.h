#include <holdfast/annotate.h>
#include <stdbool.h>
#include <stdint.h>
typedef struct numbers { int8_t a HF(default = -128), b HF(default = 127); uint64_t c HF(default = 18446744073709551615); int64_t d HF(default = -9223372036854775808);
    float e HF(default = 1e30); double f HF(default = -0.5); char g[4] HF(default = "abc"); char h HF(default = 120); uint8_t i HF(default = 0xff); unsigned j : 3 HF(default = 7); bool k HF(default = true); int l HF(default = 017); } numbers;
