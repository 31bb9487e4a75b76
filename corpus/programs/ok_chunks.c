/* Each request builds a list of strings in chunks of a pool that is emptied after it; sizes vary widely. */
#include "corpus.h"

typedef struct chunk { struct chunk *next; size_t used; char bytes[8000]; } chunk;
static chunk *chunks, *spare;

static void *get(size_t size)
{
    if (chunks == NULL || chunks->used + size > sizeof chunks->bytes) {
        chunk *added = spare;
        if (added != NULL)
            spare = added->next;
        else
            added = malloc(sizeof *added);
        added->next = chunks;
        added->used = 0;
        chunks = added;
    }
    chunks->used += size;
    return chunks->bytes + chunks->used - size;
}

static void empty(void)
{
    while (chunks != NULL) {
        chunk *next = chunks->next;
        chunks->next = spare;
        spare = chunks;
        chunks = next;
    }
}

int main(void)
{
    while (corpus_next()) {
        int parts = corpus_random() % 40 == 0 ? 900 : (int)(corpus_random() % 100);
        for (int i = 0; i < parts; i++)
            memset(get(100), 1, 100);
        empty();
    }
}
