/* A bounded cache fills over the first part of the run, then replaces. */
#include "corpus.h"

enum { BOUND = 1000 };
static char *cache[BOUND];
static int cached;

static void put_in_cache(int round)
{
    int slot = cached < BOUND ? cached++ : (int)(corpus_random() % BOUND);
    free(cache[slot]);
    cache[slot] = malloc(500);
    cache[slot][0] = (char)round;
}

int main(void)
{
    while (corpus_next())
        for (int i = 0; i < 3; i++)
            put_in_cache(corpus_round);
    for (int i = 0; i < cached; i++)
        free(cache[i]);
}
