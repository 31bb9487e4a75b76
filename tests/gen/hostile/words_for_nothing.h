// refused: 4:14: an annotation here speaks of nothing, expected it on a member or a type
#include <holdfast/annotate.h>
struct user { int id; };
HF(closed) struct s { struct user user; };
