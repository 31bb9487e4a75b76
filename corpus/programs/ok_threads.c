/* Threads that are joined, each with memory of its own that it frees. */
#include <pthread.h>

#include "corpus.h"

static void *work(void *argument)
{
    char *scratch = malloc(4000);
    scratch[0] = 1;
    free(scratch);
    return argument;
}

static void run_job(void)
{
    pthread_t threads[2];
    int started = 0;
    while (started < 2 && pthread_create(&threads[started], NULL, work, NULL) == 0)
        started++;
    while (started > 0)
        pthread_join(threads[--started], NULL);
}

int main(void)
{
    while (corpus_next())
        if (corpus_round % 5 == 0)
            run_job();
}
