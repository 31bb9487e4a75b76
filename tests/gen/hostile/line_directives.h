// refused: 100:25: unknown type name 'nonsense'
#line 99 "line_directives.h"
typedef struct lines { int x;
                        nonsense y; } lines;
