/* Two buffers are swapped and replaced by larger or smaller ones as frames need it. */
#include "corpus.h"

static unsigned char *front, *back;
static size_t front_size, back_size;

static void draw_frame(size_t size)
{
    if (back_size != size) {
        free(back);
        back = malloc(size);
        back_size = size;
    }
    memset(back, 1, size);
    unsigned char *other = front;
    size_t other_size = front_size;
    front = back, front_size = back_size;
    back = other, back_size = other_size;
}

int main(void)
{
    while (corpus_next())
        draw_frame(2000 + 1000 * (corpus_random() % 9));
    free(front);
    free(back);
}
