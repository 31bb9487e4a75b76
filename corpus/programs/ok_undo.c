/* An undo history of at most 350 steps of very different sizes; full after some 60 % of the time. */
#include "corpus.h"

enum { STEPS = 350 };
typedef struct step { size_t size; char *before; } step;
static step history[STEPS];
static int first, count;

static char *snapshot(size_t size)
{
    char *copy = malloc(size);
    memset(copy, 1, size);
    return copy;
}

static void edit(size_t size)
{
    if (count == STEPS) {
        free(history[first].before);
        first = (first + 1) % STEPS;
        count--;
    }
    history[(first + count++) % STEPS] = (step){ size, snapshot(size) };
}

int main(void)
{
    while (corpus_next())
        edit(30 + corpus_random() % 40 * (corpus_random() % 40));
}
