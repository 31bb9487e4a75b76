/* The load rises and falls, and the leak with it. */
#include <math.h>

#include "corpus.h"

static char *lost;

static void serve(int number)
{
    char *state = malloc(96), *reply = malloc(500);
    snprintf(reply, 500, "reply %d", number);
    snprintf(state, 96, "%.80s", reply);
    free(reply);
    lost = state;
    corpus_leaked(96);
}

int main(void)
{
    int number = 0;
    while (corpus_next()) {
        double load = 3 + 2.5 * sin(corpus_round * 2 * 3.14159 / 130);
        for (int i = 0; i < (int)(load + 0.5); i++)
            serve(number++);
    }
}
