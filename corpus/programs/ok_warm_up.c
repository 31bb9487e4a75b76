/* Much is allocated while starting, and stays; then every request gives back what it took. */
#include "corpus.h"

static char *state[400];

static void warm_up(int round)
{
    for (int i = 0; i < 4 && round * 4 + i < 400; i++)
        state[round * 4 + i] = malloc(1000 + (size_t)i);
}

static size_t serve(int round)
{
    char *reply = malloc(3000);
    int length = snprintf(reply, 3000, "reply %d", round);
    free(reply);
    return (size_t)length;
}

int main(void)
{
    size_t total = 0;
    while (corpus_next()) {
        if (corpus_round < 100)
            warm_up(corpus_round);
        total += serve(corpus_round);
    }
    return total == 0;
}
