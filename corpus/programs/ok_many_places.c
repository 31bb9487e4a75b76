/* A hundred places that each take something once, the last of them late: the whole rises through all of the run,
 * and no place twice. They are left to the system. */
#include "corpus.h"

enum { PLACES = 100 };

static void *parts[PLACES];

#define PLACE(n)                                  \
    static CORPUS_NOINLINE void prepare_##n(void) \
    {                                             \
        if (parts[n] == NULL) {                   \
            parts[n] = malloc(200 + n);           \
            memset(parts[n], 'p', 200 + n);       \
        }                                         \
    }
#define TEN(make, n)                                                                                   \
    make(n##0) make(n##1) make(n##2) make(n##3) make(n##4) make(n##5) make(n##6) make(n##7) make(n##8) \
        make(n##9)
#define ALL(make)                                                                                  \
    make(0) make(1) make(2) make(3) make(4) make(5) make(6) make(7) make(8) make(9) TEN(make, 1)   \
        TEN(make, 2) TEN(make, 3) TEN(make, 4) TEN(make, 5) TEN(make, 6) TEN(make, 7) TEN(make, 8) \
            TEN(make, 9)
#define LISTED(n) prepare_##n,

ALL(PLACE)

static void (*const prepare[PLACES])(void) = { ALL(LISTED) };

int main(void)
{
    for (unsigned number = 0; corpus_next(); number++) {
        unsigned known = 1 + number / 6;
        prepare[corpus_random() % (known < PLACES ? known : PLACES)]();
    }
    return 0;
}
