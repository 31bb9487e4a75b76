/* Words are interned: the more were seen, the fewer are new. */
#include "corpus.h"

enum { WORDS = 1200 };
static char *words[WORDS];

static const char *intern(unsigned number)
{
    if (words[number] == NULL) {
        words[number] = malloc(60);
        snprintf(words[number], 60, "word%u", number);
    }
    return words[number];
}

int main(void)
{
    size_t total = 0;
    while (corpus_next())
        for (int i = 0; i < 12; i++)
            total += strlen(intern(corpus_random() % WORDS));
    for (int i = 0; i < WORDS; i++)
        free(words[i]);
    return total == 0;
}
