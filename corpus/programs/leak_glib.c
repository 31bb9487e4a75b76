/* Keys are duplicated for each insertion into a table that frees neither keys nor values. */
#include <glib.h>

#include "corpus.h"

static GHashTable *table;

static void put_value(int number)
{
    char key[32];
    snprintf(key, sizeof key, "key %d", number % 40);
    g_hash_table_insert(table, g_strdup(key), g_malloc0(100));
    corpus_leaked(100);
    if (number >= 40)
        corpus_leaked(strlen(key) + 1);
}

int main(void)
{
    table = g_hash_table_new(g_str_hash, g_str_equal);
    while (corpus_next())
        for (int i = 0; i < 2; i++)
            put_value(corpus_round * 2 + i);
}
