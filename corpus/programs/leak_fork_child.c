/* The child that serves leaks; the parent only waits for it. */
#include <sys/wait.h>
#include <unistd.h>

#include "corpus.h"

static char **kept;
static size_t kept_count;

static void serve_request(int round)
{
    char *reply = malloc(700);
    snprintf(reply, 700, "reply %d", round);
    kept[kept_count++] = reply;
    corpus_leaked(700);
}

int main(void)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        kept = calloc(CORPUS_ROUNDS, sizeof *kept);
        while (corpus_next())
            serve_request(corpus_round);
        return 0;
    }
    int status;
    waitpid(child, &status, 0);
    return 0;
}
