// not: C++
#include <holdfast/annotate.h>
typedef struct complexes {
    float _Complex a; double _Complex b[2]; _Complex double c; long double d, e[2]; __extension__ __complex__ float f; double g;
    __extension__ __int128 h; __extension__ unsigned __int128 i[2]; float _Complex *j HF(ref);
} complexes;
