// refused: 3:47: in 'lock', '__prev' is a pointer
#include <pthread.h>
typedef struct system_union { pthread_mutex_t lock; } system_union;
