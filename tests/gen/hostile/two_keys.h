// refused: 3:29: two members
#include <holdfast/annotate.h>
typedef struct two { int a, b HF(name = "a"); } two;
