/* tasks_leaking.c - mechanism 4, as found: a task that captures its request starts itself again.
 *
 * After the answer an order is to be looked at again now and then. Each look starts the next one as
 * a thread of its own with a copy of what it captured, and nothing ever ends one or says no. */
#include "gallery.h"

#include <cjson/cJSON.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct capture {
    char      text[GALLERY_REQUEST_MAX];
    char      scratch[64 * 1024];
    uint64_t *answer; /* of the first look */
    sem_t    *answered;
} capture;

static uint64_t sum_prices(const cJSON *value)
{
    uint64_t sum = cJSON_IsNumber(value) ? (uint64_t)value->valuedouble : 0;
    for (const cJSON *child = value->child; child != NULL; child = child->next)
        sum += sum_prices(child);
    return sum;
}

static void spawn_look(const capture *before);

static void *look(void *context)
{
    capture *self = context;
    cJSON   *order = cJSON_Parse(self->text);
    uint64_t sum = sum_prices(order);
    cJSON_Delete(order);
    memset(self->scratch, 1, sizeof self->scratch);
    if (self->answered != NULL) {
        *self->answer = sum;
        sem_post(self->answered);
        self->answered = NULL;
    }
    nanosleep(&(struct timespec){ .tv_nsec = 200 * 1000 * 1000 }, NULL);
    spawn_look(self); /* ... and its own capture is forgotten */
    return NULL;
}

/* The guilty one. */
static void spawn_look(const capture *before)
{
    pthread_attr_t attributes;
    pthread_t      thread;
    capture       *copy = malloc(sizeof *copy);
    *copy = *before;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 128 * 1024);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_create(&thread, &attributes, look, copy);
    pthread_attr_destroy(&attributes);
}

static uint64_t answer(long number)
{
    static capture first;
    uint64_t       sum = 0;
    sem_t          answered;
    sem_init(&answered, 0, 0);
    gallery_request(number, first.text);
    first.answer = &sum;
    first.answered = &answered;
    spawn_look(&first);
    while (sem_wait(&answered) != 0) {
    }
    sem_destroy(&answered);
    return sum;
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ .round = answer });
}
