// refused: 4:32: a pointer to a record that is not defined here
#include <stdio.h>
typedef struct ok { int x; } ok;
typedef struct foreign { FILE *file; } foreign;
