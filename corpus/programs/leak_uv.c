/* A timer for each request, closed but not freed. */
#include <uv.h>

#include "corpus.h"

static void on_closed(uv_handle_t *handle) { (void)handle; }
static void on_timer(uv_timer_t *timer) { uv_close((uv_handle_t *)timer, on_closed); }

static void start_timeout(uv_loop_t *loop)
{
    uv_timer_t *timer = malloc(sizeof *timer);
    uv_timer_init(loop, timer);
    uv_timer_start(timer, on_timer, 1, 0);
    corpus_leaked(sizeof *timer);
}

int main(void)
{
    uv_loop_t loop;
    uv_loop_init(&loop);
    while (corpus_next()) {
        start_timeout(&loop);
        uv_run(&loop, UV_RUN_NOWAIT);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
}
