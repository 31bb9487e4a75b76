// refused: 4:48: an array of structs without members
#include <holdfast/annotate.h>
struct nothing { };
typedef struct empty_items { struct nothing a, b[2]; } empty_items;
