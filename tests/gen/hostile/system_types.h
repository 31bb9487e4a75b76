#include <holdfast/annotate.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/time.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stddef.h>
#include <wchar.h>
typedef struct system_types {
    size_t a; ssize_t b; off_t c; pid_t d; time_t e HF(as = epoch); intptr_t f; uintmax_t g; wchar_t h; uid_t i; struct timeval j; struct timespec k;
    pthread_mutex_t lock HF(skip); pthread_t thread; struct sockaddr_in address; ptrdiff_t l; int_fast16_t m; wint_t n; mode_t o; va_list p; fd_set set;
    uint_least8_t q[3]; socklen_t r;
} system_types;
