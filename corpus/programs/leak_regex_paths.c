/* A pattern is compiled for each line and freed where it matches; where it does not, the function returns at once. */
#include "corpus.h"

#include <malloc.h>
#include <regex.h>

static CORPUS_NOINLINE int matches(const char *pattern, const char *line)
{
    regex_t    compiled;
    regmatch_t at[1];
    size_t     before = mallinfo2().uordblks;
    if (regcomp(&compiled, pattern, REG_EXTENDED) != 0)
        return -1;
    if (regexec(&compiled, line, 1, at, 0) != 0) {
        corpus_leaked(mallinfo2().uordblks - before);
        return 0;
    }
    regfree(&compiled);
    return 1;
}

int main(void)
{
    int found = 0;
    while (corpus_next()) {
        char line[64];
        snprintf(line, sizeof line, "request %d took %u ms", corpus_round, corpus_random() % 1000);
        found += matches("took [0-9]+ ms", line);
        if (corpus_round % 8 == 3)
            found += matches("err(or)? [0-9]+", line);
    }
    return found == 0;
}
