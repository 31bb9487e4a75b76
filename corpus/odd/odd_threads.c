/* odd_threads.c - threads joined, detached and forgotten, with destructors that release at the very end.
 *
 * Stated behaviour: what destructors of thread-specific data release is gone. 20 threads are
 * joined, 10 detached, 5 ended and never joined: their stacks stay. */
#define _GNU_SOURCE
#include "odd.h"

#include <pthread.h>
#include <semaphore.h>

SITE(in_thread)
static void *kept[64];
static pthread_key_t   key;
static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;
static sem_t           ended;

static void release_late(void *block)
{
    free(block);
}

static void *run(void *number)
{
    pthread_mutex_lock(&counting);
    kept[(long)number] = in_thread(500);
    pthread_mutex_unlock(&counting);
    pthread_setspecific(key, malloc(700));
    sem_post(&ended);
    return NULL;
}

int main(void)
{
    pthread_t threads[35];
    pthread_key_create(&key, release_late);
    sem_init(&ended, 0, 0);
    for (long i = 0; i < 35; i++) {
        pthread_create(&threads[i], NULL, run, (void *)i);
        if (i < 20)
            pthread_join(threads[i], NULL);
        else if (i < 30)
            pthread_detach(threads[i]);
    }
    for (int i = 0; i < 35; i++)
        sem_wait(&ended);
    usleep(100000);
    site_print(in_thread);
    return 0;
}
