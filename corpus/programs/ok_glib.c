/* A table that owns its keys and values, and a queue of bounded length. */
#include <glib.h>

#include "corpus.h"

static void note_event(GHashTable *table, GQueue *queue, int round)
{
    g_hash_table_replace(table, g_strdup_printf("event %d", round % 64), g_malloc0(80));
    g_queue_push_tail(queue, g_strdup_printf("round %d", round));
    if (g_queue_get_length(queue) > 50)
        g_free(g_queue_pop_head(queue));
}

int main(void)
{
    GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    GQueue *queue = g_queue_new();
    while (corpus_next())
        for (int i = 0; i < 2; i++)
            note_event(table, queue, corpus_round * 2 + i);
    g_queue_free_full(queue, g_free);
    g_hash_table_destroy(table);
}
