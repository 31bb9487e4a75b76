/* Long-lived small blocks among large ones that go: live stays, what is held does not shrink. */
#include "corpus.h"

static char *kept[400];

static void fragment(int round)
{
    char *large[40];
    for (int i = 0; i < 40; i++)
        large[i] = calloc(1, 20000);
    free(kept[round % 400]);
    kept[round % 400] = calloc(1, 64);
    for (int i = 0; i < 40; i++)
        free(large[i]);
}

int main(void)
{
    while (corpus_next())
        fragment(corpus_round);
    for (int i = 0; i < 400; i++)
        free(kept[i]);
}
