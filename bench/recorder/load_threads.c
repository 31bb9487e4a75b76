/* load_threads.c - W2 of the recorder's benchmark: two threads, each with 1024 live blocks, that
 * free one and allocate another of 16 bytes to LARGEST at random.
 * usage: load_threads PAIRS LARGEST */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

enum { THREADS = 2, LIVE = 1024 };

typedef struct load {
    pthread_t thread;
    uint64_t  random;
    long      pairs;
    uint64_t  largest;
} load;

static void *run(void *given)
{
    load *own = given;
    uint64_t r = own->random;
    void *volatile *blocks = calloc(LIVE, sizeof *blocks);
    for (long i = 0; i < own->pairs; i++) {
        r ^= r << 13;   /* xorshift64, Marsaglia 2003 */
        r ^= r >> 7;
        r ^= r << 17;
        void *volatile *block = &blocks[r % LIVE];
        free(*block);
        *block = malloc(16 + (r >> 20) % (own->largest - 15));
    }
    for (int i = 0; i < LIVE; i++)
        free(blocks[i]);
    free((void *)blocks);
    return NULL;
}

int main(int count, char **arguments)
{
    load loads[THREADS];
    if (count != 3 || strtoul(arguments[2], NULL, 10) < 16)
        return 2;
    for (uint64_t i = 0; i < THREADS; i++) {
        loads[i] = (load){ .random = (i + 1) * 0x9e3779b97f4a7c15u,
                           .pairs = strtol(arguments[1], NULL, 10) / THREADS,
                           .largest = strtoul(arguments[2], NULL, 10) };
        if (pthread_create(&loads[i].thread, NULL, run, &loads[i]) != 0)
            return 1;
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(loads[i].thread, NULL);
    return 0;
}
