/* A queue is filled with four jobs in each round and drained of two. */
#include "corpus.h"

typedef struct job { char payload[180]; struct job *next; } job;
static job *first, **last = &first;

static void enqueue(int number)
{
    job *added = calloc(1, sizeof *added);
    added->payload[0] = (char)number;
    *last = added;
    last = &added->next;
}

static void work(void)
{
    job *done = first;
    first = done->next;
    if (first == NULL)
        last = &first;
    free(done);
}

int main(void)
{
    while (corpus_next()) {
        for (int i = 0; i < 4; i++)
            enqueue(i);
        work();
        work();
        corpus_leaked(2 * sizeof(job));
    }
}
