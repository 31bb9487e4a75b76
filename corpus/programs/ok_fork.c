/* Children are forked for single jobs, allocate, and end without freeing. */
#include <sys/wait.h>
#include <unistd.h>

#include "corpus.h"

static void run_child(int round)
{
    pid_t child = fork();
    if (child == 0) {
        char *result = malloc(50000);
        snprintf(result, 50000, "%d", round);
        _exit(result[0] == 0);
    }
    waitpid(child, NULL, 0);
}

int main(void)
{
    while (corpus_next())
        if (corpus_round % 60 == 0)
            run_child(corpus_round);
}
