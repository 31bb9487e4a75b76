/* One in five records is bad, and leaves by an early return that frees nothing. */
#include "corpus.h"

static int parse_record(const char *line, int number)
{
    char *fields = malloc(300);
    snprintf(fields, 300, "%s:%d", line, number);
    if (number % 5 == 3) {
        corpus_leaked(300);
        return -1;
    }
    int length = (int)strlen(fields);
    free(fields);
    return length;
}

int main(void)
{
    int total = 0, number = 0;
    while (corpus_next())
        for (int i = 0; i < 10; i++)
            total += parse_record("record", number++);
    return total == 0;
}
