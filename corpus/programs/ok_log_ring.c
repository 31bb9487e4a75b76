/* The last 900 lines are kept; the ring is full after half of the time. Lines differ in length. */
#include "corpus.h"

enum { LINES = 900 };
static char *ring[LINES];
static unsigned next_line;

static void log_line(const char *format, int number)
{
    char text[400];
    int length = snprintf(text, sizeof text, format, number);
    memset(text + length, '.', corpus_random() % 200);
    text[length + (int)(corpus_random() % 150)] = 0;
    free(ring[next_line % LINES]);
    ring[next_line++ % LINES] = strdup(text);
}

int main(void)
{
    while (corpus_next())
        for (int i = 0; i < 3; i++)
            log_line("round %d: something worth a line happened", corpus_round);
}
