// refused: 3:39: no number is both
#include <holdfast/annotate.h>
typedef struct m { int a HF(min = 3, max = 2); } m;
