/* Each channel's buffer is as large as the longest message that it has seen. Records become rarer: the whole
 * rises by ever less, and has an end. They are left to the system. */
#include "corpus.h"

enum { CHANNELS = 20, LENGTH_MAX = 8100 };

static char  *buffers[CHANNELS];
static size_t rooms[CHANNELS];

static CORPUS_NOINLINE void receive(unsigned channel, size_t length)
{
    if (length > rooms[channel]) {
        char *larger = realloc(buffers[channel], length);
        if (larger == NULL)
            abort();
        buffers[channel] = larger;
        rooms[channel] = length;
    }
    memset(buffers[channel], 'm', length);
}

int main(void)
{
    while (corpus_paced(640, 5)) {
        unsigned channel = corpus_random() % CHANNELS, one = corpus_random() % 90,
                 other = corpus_random() % 90;
        receive(channel, 100 + one * other * (LENGTH_MAX - 100) / (89 * 89));
    }
    return 0;
}
