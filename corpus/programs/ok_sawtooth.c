/* Records are collected and written out every hundred rounds. */
#include "corpus.h"

typedef struct record { char text[300]; struct record *next; } record;
static record *pending;

static void collect(int round)
{
    record *added = malloc(sizeof *added);
    snprintf(added->text, sizeof added->text, "record %d", round);
    added->next = pending;
    pending = added;
}

static void flush_pending(void)
{
    while (pending != NULL) {
        record *done = pending;
        pending = done->next;
        free(done);
    }
}

int main(void)
{
    while (corpus_next()) {
        for (int i = 0; i < 3; i++)
            collect(corpus_round);
        if (corpus_round % 100 == 99)
            flush_pending();
    }
    flush_pending();
}
