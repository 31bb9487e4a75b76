/* The last two hundred requests are remembered, and no more. */
#include "corpus.h"

static char *ring[200];

static void remember_request(int round)
{
    char **slot = &ring[round % 200];
    free(*slot);
    *slot = malloc(300 + (size_t)(corpus_random() % 300));
    snprintf(*slot, 300, "request %d", round);
}

int main(void)
{
    while (corpus_next())
        remember_request(corpus_round);
    for (int i = 0; i < 200; i++)
        free(ring[i]);
}
