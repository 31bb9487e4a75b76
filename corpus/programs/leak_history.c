/* A history that only grows, beside a cache that is bounded. */
#include "corpus.h"

typedef struct entry { char text[200]; struct entry *next; } entry;
static entry *history;
static char *cache[50];

static void append_history(int round)
{
    entry *added = malloc(sizeof *added);
    snprintf(added->text, sizeof added->text, "round %d", round);
    added->next = history;
    history = added;
    corpus_leaked(sizeof *added);
}

static void put_in_cache(int round)
{
    free(cache[round % 50]);
    cache[round % 50] = calloc(1, 1000);
}

int main(void)
{
    while (corpus_next()) {
        append_history(corpus_round);
        for (int i = 0; i < 3; i++)
            put_in_cache(corpus_round * 3 + i);
    }
    for (int i = 0; i < 50; i++)
        free(cache[i]);
}
