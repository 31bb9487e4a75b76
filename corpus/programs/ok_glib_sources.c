/* A main loop with timeouts that add idle work and remove themselves. */
#include <glib.h>

#include "corpus.h"

static GMainLoop *loop;
static GQueue *recent;
static int ticks;

static gboolean on_idle(gpointer user)
{
    g_queue_push_tail(recent, user);
    if (g_queue_get_length(recent) > 60)
        g_free(g_queue_pop_head(recent));
    return G_SOURCE_REMOVE;
}

static gboolean on_tick(gpointer user)
{
    (void)user;
    g_idle_add(on_idle, g_strdup_printf("tick number %d", ticks));
    if (++ticks < 400)
        return G_SOURCE_CONTINUE;
    g_main_loop_quit(loop);
    return G_SOURCE_REMOVE;
}

int main(void)
{
    loop = g_main_loop_new(NULL, FALSE);
    recent = g_queue_new();
    g_timeout_add(4, on_tick, NULL);
    g_main_loop_run(loop);
    g_queue_free_full(recent, g_free);
    g_main_loop_unref(loop);
}
