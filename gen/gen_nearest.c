/* gen_nearest.c - see gen_nearest.h. By the edits between two words, as Damerau and Levenshtein count them. */
#include "gen_nearest.h"

#include <string.h>

/* Edits between two short words: insertions, removals, replacements, swaps of neighbours. */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    enum { LENGTH_MAX = 24 };
    if (a_length > LENGTH_MAX || b_length > LENGTH_MAX)
        return LENGTH_MAX;
    unsigned row[3][LENGTH_MAX + 1];
    for (size_t j = 0; j <= b_length; j++)
        row[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a_length; i++) {
        unsigned *now = row[i % 3], *before = row[(i + 2) % 3], *twice = row[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            unsigned best = before[j - 1] + (a[i - 1] != b[j - 1]);
            best = before[j] + 1 < best ? before[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && twice[j - 2] + 1 < best)
                best = twice[j - 2] + 1;
            now[j] = best;
        }
    }
    return row[a_length % 3][b_length];
}

const char *gen_nearest(const char *word, size_t length, const char *const *known)
{
    const char *nearest = NULL;
    unsigned least = length <= 3 ? 2 : 3; /* at most one edit in a short word, two in a longer one */
    for (; *known != NULL; known++) {
        unsigned edits = distance(word, length, *known, strlen(*known));
        if (edits < least) {
            least = edits;
            nearest = *known;
        }
    }
    return nearest;
}
