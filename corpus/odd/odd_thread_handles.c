/* odd_thread_handles.c - many short threads at once, whose handles are given out again at once; taken
 * back by each of the calls that can.
 *
 * Stated behaviour: each thread starts once and ends once, and is once joined or detached, whoever
 * does it and in whatever order; its stack is told with its creator. usage: odd_thread_handles ROUNDS */
#define _GNU_SOURCE
#include <dirent.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { SPAWNERS = 4 };

static int rounds;

static void *work(void *argument)
{
    char *volatile block = malloc(4000);
    free(block);
    return argument;
}

static void *nothing(void *argument)
{
    return argument;
}

static void *leave(void *argument)
{
    free(malloc(40));
    pthread_exit(argument);
}

static void *detach_itself(void *argument)
{
    pthread_detach(pthread_self());
    free(malloc(10));
    return argument;
}

static void start_detached(void)
{
    pthread_t      thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_create(&thread, &attributes, work, NULL);
    pthread_create(&thread, NULL, detach_itself, NULL);
    pthread_create(&thread, NULL, work, NULL);
    pthread_detach(thread);
}

static void *spawn(void *argument)
{
    for (int i = 0; i < rounds; i++) {
        pthread_t       threads[4];
        struct timespec later;
        clock_gettime(CLOCK_REALTIME, &later);
        later.tv_sec += 60;
        pthread_create(&threads[0], NULL, work, NULL);
        pthread_create(&threads[1], NULL, nothing, NULL);
        pthread_create(&threads[2], NULL, leave, NULL);
        pthread_create(&threads[3], NULL, nothing, NULL);
        start_detached();
        pthread_join(threads[0], NULL);
        pthread_timedjoin_np(threads[1], NULL, &later);
        while (pthread_tryjoin_np(threads[2], NULL) != 0)
            usleep(10);
        pthread_clockjoin_np(threads[3], NULL, CLOCK_REALTIME, &later);
    }
    return argument;
}

static int threads_alive(void)
{
    int  alive = 0;
    DIR *folder = opendir("/proc/self/task");
    while (folder != NULL && readdir(folder) != NULL)
        alive++;
    closedir(folder);
    return alive - 2;                /* . and .. */
}

int main(int count, char **arguments)
{
    pthread_t spawners[SPAWNERS];
    rounds = count > 1 ? atoi(arguments[1]) : 1;
    for (int i = 0; i < SPAWNERS; i++)
        pthread_create(&spawners[i], NULL, spawn, NULL);
    for (int i = 0; i < SPAWNERS; i++)
        pthread_join(spawners[i], NULL);
    while (threads_alive() > 1)
        usleep(1000);
    return 0;
}
