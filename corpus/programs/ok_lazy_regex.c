/* Patterns are compiled when they are first needed, and kept: a few dozen in the end. */
#include <regex.h>

#include "corpus.h"

enum { PATTERNS = 24 };
static regex_t *patterns[PATTERNS];

static regex_t *pattern(unsigned number)
{
    if (patterns[number] == NULL) {
        char text[40];
        snprintf(text, sizeof text, "a+b{%u}(c|d)*%u", number % 5 + 1, number);
        patterns[number] = malloc(sizeof(regex_t));
        regcomp(patterns[number], text, REG_EXTENDED);
    }
    return patterns[number];
}

static int matches(unsigned number, const char *text)
{
    return regexec(pattern(number), text, 0, NULL, 0) == 0;
}

int main(void)
{
    int found = 0;
    while (corpus_next())
        found += matches(corpus_random() % PATTERNS, "aaabbbcdcd7");
    return found == -1;
}
