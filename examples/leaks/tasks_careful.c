/* tasks_careful.c - mechanism 4 by discipline: two threads, a bounded queue, three looks at most.
 *
 * Every capture has one owner at each moment, and each of the ways a look can end frees it. */
#include "gallery.h"

#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 2, QUEUE_MAX = 64, LOOKS_MAX = 3 };

typedef struct capture {
    struct capture *next;
    char            text[GALLERY_REQUEST_MAX];
    char            scratch[64 * 1024];
    int             looks;
    uint64_t       *answer;
    bool           *answered;
} capture;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t  changed = PTHREAD_COND_INITIALIZER;
static capture        *queue_first, **queue_end = &queue_first;
static int             queued, busy, started;
static bool            closing;
static pthread_t       threads[THREADS];

static uint64_t sum_prices(const cJSON *value)
{
    uint64_t sum = cJSON_IsNumber(value) ? (uint64_t)value->valuedouble : 0;
    for (const cJSON *child = value->child; child != NULL; child = child->next)
        sum += sum_prices(child);
    return sum;
}

/* Under the lock. Takes the capture over, or says no and leaves it with the caller. */
static bool enqueue(capture *self)
{
    if (closing || queued == QUEUE_MAX)
        return false;
    self->next = NULL;
    *queue_end = self;
    queue_end = &self->next;
    queued++;
    pthread_cond_broadcast(&changed);
    return true;
}

static capture *dequeue(void)
{
    capture *self = queue_first;
    queue_first = self->next;
    if (queue_first == NULL)
        queue_end = &queue_first;
    queued--;
    return self;
}

static void look(capture *self)
{
    cJSON   *order = cJSON_Parse(self->text);
    uint64_t sum = order != NULL ? sum_prices(order) : 0;
    cJSON_Delete(order);
    memset(self->scratch, 1, sizeof self->scratch);
    pthread_mutex_lock(&lock);
    if (self->answered != NULL) {
        *self->answer = sum;
        *self->answered = true;
        self->answered = NULL;
    }
    bool again = ++self->looks < LOOKS_MAX && enqueue(self);
    pthread_mutex_unlock(&lock);
    if (!again)
        free(self);
    pthread_mutex_lock(&lock); /* only now is nothing of this look left */
    busy--;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void *serve(void *unused)
{
    free(malloc(1)); /* what malloc keeps for a thread is there before counting */
    pthread_mutex_lock(&lock);
    started++;
    pthread_cond_broadcast(&changed);
    for (;;) {
        while (queued == 0 && !closing)
            pthread_cond_wait(&changed, &lock);
        if (queued == 0)
            break;
        capture *self = dequeue();
        busy++;
        pthread_mutex_unlock(&lock);
        look(self);
        pthread_mutex_lock(&lock);
    }
    pthread_mutex_unlock(&lock);
    return unused;
}

static uint64_t answer(long number)
{
    uint64_t sum = 0;
    bool     answered = false;
    capture *first = calloc(1, sizeof *first);
    if (first == NULL)
        gallery_fail("no memory");
    gallery_request(number, first->text);
    first->answer = &sum;
    first->answered = &answered;
    pthread_mutex_lock(&lock);
    if (!enqueue(first)) {
        pthread_mutex_unlock(&lock);
        free(first);
        gallery_fail("the queue is full");
    }
    while (!answered || queued > 0 || busy > 0)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    return sum;
}

static void begin(void)
{
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, serve, NULL) != 0)
            gallery_fail("no thread");
    pthread_mutex_lock(&lock);
    while (started < THREADS)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

static void end(void)
{
    pthread_mutex_lock(&lock);
    closing = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ .begin = begin, .round = answer, .end = end });
}
