/* The same with uneven batches, and the last one still open when the program ends. */
#include "corpus.h"

static char *batch[4000];
static int batch_count, batch_full = 150;

static void add_to_batch(int round)
{
    batch[batch_count] = malloc(400);
    batch[batch_count++][0] = (char)round;
    if (batch_count < batch_full)
        return;
    while (batch_count > 0)
        free(batch[--batch_count]);
    batch_full = 100 + (int)(corpus_random() % 150);
}

int main(void)
{
    while (corpus_next())
        for (int i = 0; i < 2; i++)
            add_to_batch(corpus_round);
    while (batch_count > 0)
        free(batch[--batch_count]);
}
