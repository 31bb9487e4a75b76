/* Each job runs in a thread of its own that nobody joins. */
#include <pthread.h>

#include "corpus.h"

enum { STACK_BYTES = 64 * 1024 };

static void *run_job(void *number)
{
    return number;
}

static void start_job(int number)
{
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    if (pthread_create(&thread, &attributes, run_job, (void *)(size_t)number) == 0)
        corpus_leaked(STACK_BYTES);
    pthread_attr_destroy(&attributes);
}

int main(void)
{
    while (corpus_next())
        if (corpus_round % 10 == 0)
            start_job(corpus_round);
}
