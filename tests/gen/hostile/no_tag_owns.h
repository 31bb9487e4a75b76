// refused: 3:51: expected HF(tag_of) on a member
#include <holdfast/annotate.h>
typedef struct no_tag { union { char *p; int x; } u; } no_tag;
