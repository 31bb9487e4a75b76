/* A queue at nine tenths of what its worker can do: its length wanders, far up at times, and always comes back. */
#include "corpus.h"

typedef struct job { struct job *next; char payload[200]; } job;
static job *first, **last = &first;
static int waiting;

static CORPUS_NOINLINE void enqueue_job(void)
{
    job *added = malloc(sizeof *added);
    added->next = NULL;
    added->payload[0] = 1;
    *last = added;
    last = &added->next;
    waiting++;
}

static CORPUS_NOINLINE void work_off(void)
{
    job *gone = first;
    first = gone->next;
    if (first == NULL)
        last = &first;
    waiting--;
    free(gone);
}

int main(void)
{
    while (corpus_next()) {
        for (int i = 0; i < 18; i++)
            if (corpus_random() % 2)
                enqueue_job();
        for (int i = 0; i < 10 && waiting > 0; i++)
            work_off();
    }
}
