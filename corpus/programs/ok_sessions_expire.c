/* Sessions that live for a while and are then taken out, some later than others. */
#include "corpus.h"

typedef struct session { int until; struct session *next; char room[260]; } session;
static session *sessions;

static void open_session(int now)
{
    session *added = calloc(1, sizeof *added);
    added->until = now + 30 + (int)(corpus_random() % 60);
    added->next = sessions;
    sessions = added;
}

static void expire(int now)
{
    for (session **at = &sessions; *at != NULL;) {
        session *one = *at;
        if (one->until <= now) {
            *at = one->next;
            free(one);
        } else {
            at = &one->next;
        }
    }
}

int main(void)
{
    while (corpus_next()) {
        open_session(corpus_round);
        expire(corpus_round);
    }
    expire(1 << 30);
}
