/* A cache is purged every so often, but what was marked dirty is skipped and never cleaned. */
#include "corpus.h"

typedef struct entry { struct entry *next; int key, dirty; char value[240]; } entry;
static entry *cache;
static int cached;

static void cache_put(int key)
{
    entry *added = malloc(sizeof *added);
    added->key = key;
    added->dirty = key % 7 == 0;
    if (added->dirty)
        corpus_leaked(sizeof *added);
    added->next = cache;
    cache = added;
    cached++;
}

static void cache_purge(void)
{
    for (entry **at = &cache; *at != NULL;) {
        entry *gone = *at;
        if (gone->dirty) {
            at = &gone->next;
            continue;
        }
        *at = gone->next;
        free(gone);
    }
    cached = 0;
}

int main(void)
{
    int key = 0;
    while (corpus_next()) {
        for (int i = 0; i < 3; i++)
            cache_put(key++);
        if (cached >= 120)
            cache_purge();
    }
}
