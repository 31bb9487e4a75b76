/* grows.c - leaks at one place, allocates and releases at another; at a steady pace, or stopping its
 * recorder's collector for a while, if it is told to. usage: grows ROUNDS [stop PID | pace PER_SECOND] */
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void *volatile sink;

__attribute__((noinline)) static void leak(void)
{
    sink = malloc(1000);
}

/* The first block is held until the last: whoever looks in between finds one or two. */
__attribute__((noinline)) static void churn(unsigned round)
{
    void *volatile held = malloc(round * 37 % 3000 + 1);
    for (unsigned i = 1; i < 200; i++) {
        void *volatile block = malloc((round * 37 + i * 101) % 3000);
        free(block);
    }
    free(held);
}

/* Waits until `rounds` are due. */
static void wait_for(int rounds, int per_second)
{
    static struct timespec begin;
    if (begin.tv_sec == 0)
        clock_gettime(CLOCK_MONOTONIC, &begin);
    long long due_ns = (long long)rounds * 1000000000 / per_second + begin.tv_nsec;
    struct timespec due = { begin.tv_sec + due_ns / 1000000000, due_ns % 1000000000 };
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
}

int main(int count, char **arguments)
{
    bool paced = count > 3 && strcmp(arguments[2], "pace") == 0;
    int rounds = count > 1 ? atoi(arguments[1]) : 100;
    for (int i = 0; i < rounds; i++) {
        leak();
        churn((unsigned)i);
        if (paced && i % 16 == 0)
            wait_for(i, atoi(arguments[3]));
        if (i == rounds / 4 && count > 3 && strcmp(arguments[2], "stop") == 0) {
            /* A stopped collector: nobody empties the rings until it goes on. */
            pid_t waker = fork();
            if (waker == 0) {
                usleep(400000);
                kill((pid_t)atoi(arguments[3]), SIGCONT);
                _exit(0);
            }
            kill((pid_t)atoi(arguments[3]), SIGSTOP);
        }
    }
    if (count > 3 && !paced) {
        usleep(700000); /* until the collector goes on; then there is news for it */
        churn(1);
    }
    return 0;
}
