// refused: 3:1: the text ends, expected
typedef struct unbalanced { int x;
