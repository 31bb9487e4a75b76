/* Four workers put their results on a list; only every third is picked up by the one who asked. */
#include <pthread.h>

#include "corpus.h"

enum { WORKERS = 4 };
typedef struct result { struct result *next; int number; char text[300]; } result;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ready = PTHREAD_COND_INITIALIZER;
static int waiting, stopping, numbers;
static result *results;

static result *compute(int number)
{
    result *made = malloc(sizeof *made);
    made->number = number;
    snprintf(made->text, sizeof made->text, "result %d", number);
    return made;
}

static void publish(result *made)
{
    made->next = results;
    results = made;
}

static void *work(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    for (;;) {
        while (waiting == 0 && !stopping)
            pthread_cond_wait(&ready, &lock);
        if (waiting == 0)
            break;
        waiting--;
        int number = numbers++;
        pthread_mutex_unlock(&lock);
        result *made = compute(number);
        pthread_mutex_lock(&lock);
        publish(made);
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

/* Takes those whose number divides by three off the list, wherever they are. */
static void collect(void)
{
    pthread_mutex_lock(&lock);
    for (result **at = &results; *at != NULL;) {
        result *found = *at;
        if (found->number % 3 != 0) {
            at = &found->next;
            continue;
        }
        *at = found->next;
        free(found);
    }
    pthread_mutex_unlock(&lock);
}

int main(void)
{
    pthread_t workers[WORKERS];
    for (int i = 0; i < WORKERS; i++)
        pthread_create(&workers[i], NULL, work, NULL);
    while (corpus_next()) {
        pthread_mutex_lock(&lock);
        waiting++;
        pthread_cond_signal(&ready);
        pthread_mutex_unlock(&lock);
        corpus_leaked(corpus_round % 3 == 0 ? 0 : sizeof(result));
        collect();
    }
    pthread_mutex_lock(&lock);
    stopping = 1;
    pthread_cond_broadcast(&ready);
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(workers[i], NULL);
}
