/* Each request has a process of its own, which leaves its memory to the system. Nothing is left in the parent. */
#include "corpus.h"

#include <sys/wait.h>

enum { PARTS = 40 };

static CORPUS_NOINLINE void answer(int number)
{
    char *parts[PARTS];
    for (int index = 0; index < PARTS; index++) {
        parts[index] = malloc(500);
        memset(parts[index], number, 500);
    }
    corpus_sleep_ms(3);
    _exit(parts[number % PARTS][0] != (char)number);
}

int main(void)
{
    for (int number = 0; corpus_next(); number++) {
        if (number % 6 != 0)
            continue;
        char *request = malloc(1000);
        snprintf(request, 1000, "request %d", number);
        pid_t child = fork();
        if (child == 0)
            answer(number);
        if (child > 0)
            waitpid(child, NULL, 0);
        free(request);
    }
    return 0;
}
