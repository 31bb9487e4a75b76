// refused: 3:34: nothing counts the flexible array 'middle'
#include <holdfast/annotate.h>
typedef struct zero { int x; int middle[0]; int y; } zero;
