#include <holdfast/annotate.h>
#include <stdint.h>
enum kind { KIND_NONE, KIND_WORD, KIND_PAIR, KIND_MANY = 7, KIND_TREE };
typedef struct unions {
    struct { union { char *word HF(own); int pair[2]; struct { int n; double *items HF(own, count = n); } many; struct unions *tree HF(own); } u; enum kind kind HF(tag_of = u, as = string); } rows[2];
    int8_t t HF(tag_of = v); union { struct { uint8_t t2 HF(tag_of = w); union { int x HF(when = 1); char *y HF(own, when = 2); } w; } deep HF(when = -1); char text[8] HF(when = 5, when = 6); } v;
    uint8_t flag : 2 HF(tag_of); union { int one HF(when = 1); float two HF(when = 2); };
    union { struct { int a; float b; }; uint64_t all; } bytes; union { char raw[4]; uint32_t word; } *blob HF(skip);
} unions;
typedef struct bare { union kinds *k HF(skip); union kinds { int x; char y; } in; } bare;
