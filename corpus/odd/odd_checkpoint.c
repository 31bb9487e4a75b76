/* odd_checkpoint.c - asks for checkpoints itself, also from a thread.
 *
 * Stated behaviour: 4 checkpoints with their names; none, and no cost, when it runs alone. */
#include <holdfast/checkpoint.h>

#include <pthread.h>
#include <stdlib.h>

static void *run(void *unused)
{
    hf_checkpoint("in a thread");
    return unused;
}

int main(void)
{
    pthread_t thread;
    hf_checkpoint("start");
    void *volatile block = malloc(1000);
    hf_checkpoint(NULL);
    free(block);
    if (pthread_create(&thread, NULL, run, NULL) != 0)
        return 1;
    pthread_join(thread, NULL);
    hf_checkpoint("a name that is longer than what is kept of it, which is sixty-four bytes and no more");
    return 0;
}
