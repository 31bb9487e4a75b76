/* Both handlers use one helper. Halfway, the second begins to keep what it was given. */
#include "corpus.h"

static CORPUS_NOINLINE char *make_reply(int size)
{
    char *reply = malloc((size_t)size);
    memset(reply, 'r', (size_t)size);
    return reply;
}

static CORPUS_NOINLINE void handle_get(void)
{
    char *reply = make_reply(256);
    reply[0] = 'g';
    free(reply);
}

static CORPUS_NOINLINE void handle_put(int round)
{
    char *reply = make_reply(512);
    reply[0] = 'p';
    if (round < CORPUS_ROUNDS / 2)
        free(reply);
    else
        corpus_leaked(512);
}

int main(void)
{
    while (corpus_next()) {
        handle_get();
        handle_get();
        handle_put(corpus_round);
    }
}
