/* A message is formatted for each line, and only some are freed. */
#define _GNU_SOURCE
#include "corpus.h"

static int log_line(int level, int number)
{
    char *message;
    int length = asprintf(&message, "level %d: this is message number %06d of the program, and it is rather long", level, number);
    if (level < 2)
        free(message);
    else
        corpus_leaked((size_t)length + 1);
    return length;
}

int main(void)
{
    int total = 0;
    while (corpus_next())
        for (int i = 0; i < 8; i++)
            total += log_line(i % 4, corpus_round * 8 + i);
    return total == 0;
}
