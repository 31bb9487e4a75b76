/* A table from which two of three entries are taken out again. */
#include "corpus.h"

enum { BUCKETS = 512 };
typedef struct entry { int key; char value[120]; struct entry *next; } entry;
static entry *table[BUCKETS];

static void insert_entry(int key)
{
    entry *added = malloc(sizeof *added);
    added->key = key;
    memset(added->value, key, sizeof added->value);
    added->next = table[key % BUCKETS];
    table[key % BUCKETS] = added;
}

static void delete_entry(int key)
{
    for (entry **at = &table[key % BUCKETS]; *at != NULL; at = &(*at)->next)
        if ((*at)->key == key) {
            entry *gone = *at;
            *at = gone->next;
            free(gone);
            return;
        }
}

int main(void)
{
    int key = 0;
    while (corpus_next())
        for (int i = 0; i < 3; i++, key++) {
            insert_entry(key);
            if (key >= 30 && (key - 30) % 3 != 0)
                delete_entry(key - 30);
            else
                corpus_leaked(sizeof(entry));
        }
}
