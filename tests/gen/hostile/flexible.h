// not: C++
#include <holdfast/annotate.h>
#include <stdint.h>
typedef struct part { char *text HF(own); int64_t n; } part;
typedef struct flexible { uint16_t n; char *name HF(own); part parts[] HF(count = n); } flexible;
typedef struct letters { uint8_t len; char text[]; } letters;
typedef struct texts { int count; char *items[] HF(own, count = count); } texts;
typedef struct lists { flexible *one HF(own); letters **rows HF(own, count = n_rows); int n_rows; texts *t HF(own, optional); } lists;
typedef struct grids { int n; int rows[][3] HF(count = n); } grids;
typedef struct choices { int n; struct { int tag HF(tag_of = u); union { int a HF(when = 1); char *b HF(own, when = 2); } u; } all[] HF(count = n); } choices;
