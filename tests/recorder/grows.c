/* grows.c - leaks at one place, allocates and releases at another, and stops its recorder's
 * collector for a while if it is told to. usage: grows ROUNDS [stop PID] */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *volatile sink;

__attribute__((noinline)) static void leak(void)
{
    sink = malloc(1000);
}

__attribute__((noinline)) static void churn(unsigned round)
{
    for (unsigned i = 0; i < 200; i++) {
        void *volatile block = malloc((round * 37 + i * 101) % 3000);
        free(block);
    }
}

int main(int count, char **arguments)
{
    int rounds = count > 1 ? atoi(arguments[1]) : 100;
    for (int i = 0; i < rounds; i++) {
        leak();
        churn((unsigned)i);
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
    if (count > 3) {
        usleep(700000); /* until the collector goes on; then there is news for it */
        churn(1);
    }
    return 0;
}
