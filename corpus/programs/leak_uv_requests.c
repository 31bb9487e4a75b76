/* File requests on an event loop: the path that the library copies is only given back by a clean-up call. */
#include <uv.h>

#include "corpus.h"

static int finished;

static void on_stat(uv_fs_t *request)
{
    finished += request->result == 0;
    free(request);
}

static void look_at_file(uv_loop_t *loop)
{
    uv_fs_t *request = malloc(sizeof *request);
    uv_fs_stat(loop, request, "/etc/../etc/../etc/../etc/passwd", on_stat);
    corpus_leaked(strlen("/etc/../etc/../etc/../etc/passwd") + 1);
}

static void on_tick(uv_timer_t *timer)
{
    for (int i = 0; i < 4; i++)
        look_at_file(timer->loop);
    if (corpus_seconds() > 1.8)
        uv_timer_stop(timer);
}

int main(void)
{
    uv_loop_t loop;
    uv_timer_t timer;
    uv_loop_init(&loop);
    uv_timer_init(&loop, &timer);
    corpus_start();
    uv_timer_start(&timer, on_tick, 0, 4);
    uv_run(&loop, UV_RUN_DEFAULT);
    corpus_account();
    return finished == 0;
}
