/* Much comes and goes; one block in fifty stays. */
#include "corpus.h"

static char *in_flight[300];

static void maybe_keep(int number)
{
    size_t slot = corpus_random() % 300;
    free(in_flight[slot]);
    in_flight[slot] = malloc(64 + corpus_random() % 400);
    in_flight[slot][0] = (char)number;
    if (number % 50 == 0) {
        in_flight[slot] = malloc(256); /* the one before is lost */
        corpus_leaked(64 + 200);
    }
}

int main(void)
{
    int number = 0;
    while (corpus_next())
        for (int i = 0; i < 10; i++)
            maybe_keep(number++);
    for (int i = 0; i < 300; i++)
        free(in_flight[i]);
}
