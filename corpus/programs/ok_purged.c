/* A cache that is emptied whenever it is too large; entries of very different sizes. */
#include "corpus.h"

typedef struct entry { struct entry *next; size_t size; char value[]; } entry;
static entry *cache;
static size_t held;

static void purge(void)
{
    while (cache != NULL) {
        entry *next = cache->next;
        free(cache);
        cache = next;
    }
    held = 0;
}

static void cache_put(size_t size)
{
    if (held > 90000)
        purge();
    entry *added = malloc(sizeof *added + size);
    added->size = size;
    added->next = cache;
    cache = added;
    held += size;
}

int main(void)
{
    while (corpus_next())
        cache_put(40 + corpus_random() % 30 * (corpus_random() % 80));
}
