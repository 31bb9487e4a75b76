// refused: 3:38: unknown word 'onw', did you mean 'own'?
#include <holdfast/annotate.h>
typedef struct typo { char *p HF(onw); } typo;
