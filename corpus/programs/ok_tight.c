/* Half a second of plain work: a table of slots whose content is replaced at random. */
#include "corpus.h"

enum { SLOTS = 4000 };
static char *slots[SLOTS];

static void replace(unsigned slot, size_t size)
{
    free(slots[slot]);
    slots[slot] = malloc(size);
    memset(slots[slot], 1, size);
}

int main(void)
{
    for (int i = 0; i < 900000; i++)
        replace(corpus_random() % SLOTS, 20 + corpus_random() % 400);
}
