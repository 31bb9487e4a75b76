/* A few bytes every now and then, among a hundred thousand short-lived blocks. */
#include "corpus.h"

typedef struct mark { struct mark *next; int number; } mark;

static mark *marks;

static void note_anomaly(int number)
{
    mark *made = malloc(sizeof *made);
    made->number = number;
    made->next = marks;
    marks = made;
    corpus_leaked(sizeof *made);
}

static int churn(int number)
{
    char *held[200];
    int sum = 0;
    for (int i = 0; i < 200; i++) {
        held[i] = malloc(16 + (size_t)(corpus_random() % 3000));
        held[i][0] = (char)number;
    }
    for (int i = 0; i < 200; i++) {
        sum += held[i][0];
        free(held[i]);
    }
    return sum;
}

int main(void)
{
    int sum = 0;
    while (corpus_next()) {
        sum += churn(corpus_round);
        if (corpus_round % 20 == 7)
            note_anomaly(corpus_round);
    }
    return sum == 42;
}
