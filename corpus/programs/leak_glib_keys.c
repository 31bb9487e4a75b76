/* A hash table frees its values, but nobody told it to free its keys. */
#include <glib.h>

#include "corpus.h"

static GHashTable *table;

static void count_visit(int visitor)
{
    char name[64];
    snprintf(name, sizeof name, "visitor number %d from somewhere", visitor % 50);
    GString *text = g_string_new("seen ");
    g_string_append_printf(text, "in round %d", visitor);
    g_hash_table_replace(table, g_strdup(name), g_string_free(text, FALSE));
    if (visitor >= 50)
        corpus_leaked(strlen(name) + 1);
}

int main(void)
{
    table = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    while (corpus_next())
        for (int i = 0; i < 2; i++)
            count_visit(corpus_round * 2 + i);
    g_hash_table_destroy(table);
}
