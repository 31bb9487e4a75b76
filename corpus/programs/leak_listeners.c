/* Clients subscribe when they come and are forgotten when they go. */
#include "corpus.h"

typedef struct listener { void (*call)(int); int client; char queue[300]; struct listener *next; } listener;
static listener *listeners;
static int heard;

static void hear(int event) { heard += event; }

static void subscribe(int client)
{
    listener *added = calloc(1, sizeof *added);
    added->call = hear;
    added->client = client;
    added->next = listeners;
    listeners = added;
    corpus_leaked(sizeof *added);
}

static void serve_client(int client)
{
    char *request = malloc(900);
    request[0] = (char)client;
    subscribe(client);
    free(request);
}

int main(void)
{
    while (corpus_next())
        serve_client(corpus_round);
    for (listener *at = listeners; at != NULL; at = at->next)
        at->call(at->client);
    return heard == 0;
}
