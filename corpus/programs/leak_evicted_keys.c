/* A bounded cache that evicts its oldest entry: the entry and its value are freed, its key is forgotten. */
#include "corpus.h"

enum { ENTRIES = 50 };
typedef struct entry { struct entry *newer; char *key; char *value; } entry;
static entry *oldest, *newest;
static int count;

static CORPUS_NOINLINE void cache_insert(const char *key, size_t value_bytes)
{
    entry *added = malloc(sizeof *added);
    added->newer = NULL;
    added->key = strdup(key);
    added->value = malloc(value_bytes);
    memset(added->value, 1, value_bytes);
    if (newest != NULL)
        newest->newer = added;
    else
        oldest = added;
    newest = added;
    count++;
}

static CORPUS_NOINLINE void evict(void)
{
    entry *gone = oldest;
    oldest = gone->newer;
    corpus_leaked(strlen(gone->key) + 1);
    free(gone->value);
    free(gone);
    count--;
}

int main(void)
{
    while (corpus_next())
        for (int i = 0; i < 4; i++) {
            char key[160];
            snprintf(key, sizeof key, "/catalogue/section/%d/article/%d?language=en&currency=EUR&session=%08x%08x", corpus_round % 40,
                     corpus_round * 4 + i, corpus_random(), corpus_random());
            cache_insert(key, 300 + corpus_random() % 400);
            if (count > ENTRIES)
                evict();
        }
}
