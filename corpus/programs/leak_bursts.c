/* Every now and then a batch of work comes, and each batch leaves its index behind. */
#include "corpus.h"

typedef struct index { int count; int *places; } index_;

static int *make_places(int count)
{
    int *places = malloc((size_t)count * sizeof *places);
    for (int i = 0; i < count; i++)
        places[i] = i;
    return places;
}

static int run_batch(int number)
{
    int sum = 0;
    for (int i = 0; i < 12; i++) {
        index_ *made = malloc(sizeof *made);
        made->count = 64;
        made->places = make_places(made->count);
        sum += made->places[number % 64];
        free(made);
        corpus_leaked(64 * sizeof(int));
    }
    return sum;
}

int main(void)
{
    int sum = 0;
    corpus_start();
    for (int batch = 0; batch < 16; batch++) {
        sum += run_batch(batch);
        corpus_sleep_ms(100 + (int)(corpus_random() % 60));
    }
    corpus_account();
    return sum == 0;
}
