/* Words of a text are interned: frequent ones at once, rare ones ever more seldom. The vocabulary is bounded. */
#include "corpus.h"

enum { WORDS = 1500 };
static char *words[WORDS];

static const char *intern(unsigned word)
{
    if (words[word] == NULL) {
        char text[40];
        snprintf(text, sizeof text, "word number %u of the text", word);
        words[word] = strdup(text);
    }
    return words[word];
}

static size_t read_line(void)
{
    size_t length = 0;
    for (int i = 0; i < 30; i++) {
        double x = (corpus_random() % 100000 + 1) / 100000.0;
        length += strlen(intern((unsigned)(WORDS * x * x * x) % WORDS));
    }
    return length;
}

int main(void)
{
    size_t sum = 0;
    while (corpus_next())
        sum += read_line();
    return sum == 0;
}
