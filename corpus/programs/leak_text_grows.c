/* A text that is never cut: realloc by the same step each time, so its one block is moved and never falls. */
#include "corpus.h"

enum { STEP = 512 };

static char  *text;
static size_t used, room;

static CORPUS_NOINLINE void append_line(const char *line)
{
    size_t length = strlen(line);
    if (used + length > room) {
        char *moved = realloc(text, room + STEP);
        if (moved == NULL)
            abort();
        text = moved;
        room += STEP;
        corpus_leaked(STEP);
    }
    memcpy(text + used, line, length);
    used += length;
}

int main(void)
{
    char line[96];
    for (int number = 0; corpus_next(); number++) {
        snprintf(line, sizeof line, "request %06d took %3u us and was answered with %3u\n", number,
                 corpus_random() % 1000, 200 + corpus_random() % 100);
        append_line(line);
        append_line(line);
    }
    return 0;
}
