/* A third of a second of plain work: every eighth parsed record is forgotten. */
#include "corpus.h"

typedef struct record { double values[6]; char *name; } record;

static record *parse(int number)
{
    record *made = malloc(sizeof *made);
    made->name = malloc(24);
    snprintf(made->name, 24, "record %d", number);
    for (int i = 0; i < 6; i++)
        made->values[i] = number / (i + 1.0);
    return made;
}

static double use(int number)
{
    record *made = parse(number);
    double sum = 0;
    for (int i = 0; i < 600; i++)
        sum += made->values[i % 6] * i;
    if (number % 8 != 0) {
        free(made->name);
        free(made);
    } else {
        corpus_leaked(sizeof *made + 24);
    }
    return sum;
}

int main(void)
{
    double sum = 0;
    corpus_start();
    for (int number = 0; number < 300000; number++)
        sum += use(number);
    corpus_account();
    return sum == 0;
}
