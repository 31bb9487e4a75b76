/* Objects are made as the load needs them and reused from then on. */
#include "corpus.h"

typedef struct object { struct object *next; char room[500]; } object;
static object *ready;

static object *take_object(void)
{
    object *taken = ready;
    if (taken == NULL)
        return calloc(1, sizeof *taken);
    ready = taken->next;
    return taken;
}

int main(void)
{
    while (corpus_next()) {
        object *used = NULL;
        for (unsigned i = corpus_random() % 40; i > 0; i--) {
            object *one = take_object();
            one->next = used;
            used = one;
        }
        while (used != NULL) {
            object *back = used;
            used = back->next;
            back->next = ready;
            ready = back;
        }
    }
    while (ready != NULL) {
        object *gone = ready;
        ready = gone->next;
        free(gone);
    }
}
