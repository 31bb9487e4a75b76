/* A table is built at the start and kept to the end, on purpose and without freeing it. */
#include "corpus.h"

static char *table[3000];

static void build_table(void)
{
    for (int i = 0; i < 3000; i++) {
        table[i] = malloc(100);
        snprintf(table[i], 100, "entry %d", i);
    }
}

static size_t answer(int round)
{
    char *text = strdup(table[round * 7 % 3000]);
    size_t length = strlen(text);
    free(text);
    return length;
}

int main(void)
{
    size_t total = 0;
    while (corpus_next()) {
        if (corpus_round == 20)
            build_table();
        if (corpus_round >= 20)
            total += answer(corpus_round);
    }
    return total == 0;
}
