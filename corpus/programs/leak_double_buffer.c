/* Two buffers are swapped; when a frame needs a larger one, the buffer in the back is replaced and forgotten. */
#include "corpus.h"

typedef struct screen { unsigned char *front, *back; size_t front_size, back_size; } screen;

static unsigned char *make_buffer(size_t size)
{
    return malloc(size);
}

static void begin_frame(screen *on, size_t size)
{
    if (on->back_size != size) {
        if (on->back != NULL)
            corpus_leaked(on->back_size);
        on->back = make_buffer(size);
        on->back_size = size;
    }
    memset(on->back, 0, size);
}

static void end_frame(screen *on)
{
    unsigned char *front = on->front;
    size_t size = on->front_size;
    on->front = on->back, on->front_size = on->back_size;
    on->back = front, on->back_size = size;
}

int main(void)
{
    screen on = { NULL, NULL, 0, 0 };
    while (corpus_next()) {
        begin_frame(&on, 2000 + 100 * (corpus_random() % 5));
        end_frame(&on);
    }
}
