/* load_threads.c - W2 of the recorder's benchmark: two threads, each with 1024 live blocks, that
 * free one and allocate another of 16 to 255 bytes at random.
 * usage: load_threads PAIRS */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

enum { THREADS = 2, LIVE = 1024 };

typedef struct load {
    pthread_t thread;
    uint64_t  random;
    long      pairs;
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
        *block = malloc(16 + (r >> 20) % 240);
    }
    for (int i = 0; i < LIVE; i++)
        free(blocks[i]);
    free((void *)blocks);
    return NULL;
}

int main(int count, char **arguments)
{
    load loads[THREADS];
    for (uint64_t i = 0; i < THREADS; i++) {
        loads[i] = (load){ .random = (i + 1) * 0x9e3779b97f4a7c15u,
                           .pairs = (count == 2 ? strtol(arguments[1], NULL, 10) : 10000000) / THREADS };
        if (pthread_create(&loads[i].thread, NULL, run, &loads[i]) != 0)
            return 1;
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(loads[i].thread, NULL);
    return 0;
}
