// refused: 3:9: scalar_storage_order
#include <holdfast/annotate.h>
typedef struct __attribute__((scalar_storage_order("big-endian"))) big { int x; } big;
