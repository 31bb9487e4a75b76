/* Two thirds of the time all is well; then a setting is switched on that keeps each reply. */
#include "corpus.h"

static char *kept[4096];
static int kept_count, audit;

static char *render(int number)
{
    char *reply = malloc(512);
    snprintf(reply, 512, "reply %d", number);
    return reply;
}

static void serve(int number)
{
    char *reply = render(number);
    if (audit && kept_count < 4096) {
        kept[kept_count++] = reply;
        corpus_leaked(512);
        return;
    }
    free(reply);
}

int main(void)
{
    while (corpus_next()) {
        audit = corpus_round >= CORPUS_ROUNDS * 2 / 3;
        for (int i = 0; i < 3; i++)
            serve(corpus_round);
    }
}
