// not: C++
#include <holdfast/annotate.h>
typedef struct several { int x, *y HF(own), z[3], (*f)(void), w : 3, **p HF(own), (*q)[2] HF(own), ((r)), (*(s)) HF(own); char *t, *u HF(own), v[2]; struct in { int x; } in1, *in2 HF(own), in3[1]; } several;
struct late; typedef struct early { struct late *l HF(own, optional); } early; struct late { early e; };
extern struct several global, *pointer, array[]; extern int list[];
