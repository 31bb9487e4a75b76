/* Threads are joined, but what each allocates for itself is not freed when it ends. */
#include <pthread.h>

#include "corpus.h"

static __thread char *scratch;

static char *thread_scratch(void)
{
    if (scratch == NULL)
        scratch = calloc(1, 3000);
    return scratch;
}

static void *work(void *argument)
{
    thread_scratch()[0] = 1;
    return argument;
}

int main(void)
{
    while (corpus_next()) {
        if (corpus_round % 4 != 0)
            continue;
        pthread_t thread;
        if (pthread_create(&thread, NULL, work, NULL) == 0)
            pthread_join(thread, NULL);
        corpus_leaked(3000);
    }
}
