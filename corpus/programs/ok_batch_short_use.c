/* Builds an index over most of the run, answers from it for the rest, frees it and ends. */
#include "corpus.h"

typedef struct word { char text[100]; struct word *next; } word;
static word *buckets[256];

static void add_word(int number)
{
    word *added = calloc(1, sizeof *added);
    snprintf(added->text, sizeof added->text, "word %d", number);
    added->next = buckets[number % 256];
    buckets[number % 256] = added;
}

static int find_word(int number)
{
    char text[100];
    snprintf(text, sizeof text, "word %d", number);
    for (word *at = buckets[number % 256]; at != NULL; at = at->next)
        if (strcmp(at->text, text) == 0)
            return 1;
    return 0;
}

int main(void)
{
    int found = 0;
    while (corpus_next()) {
        if (corpus_round < CORPUS_ROUNDS * 4 / 5)
            add_word(corpus_round);
        else
            found += find_word(corpus_round / 2);
    }
    for (int i = 0; i < 256; i++)
        while (buckets[i] != NULL) {
            word *gone = buckets[i];
            buckets[i] = gone->next;
            free(gone);
        }
    return found == 0;
}
