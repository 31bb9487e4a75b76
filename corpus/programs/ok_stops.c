/* An import that keeps what it reads, for the first half; then only requests that release all they take. */
#include "corpus.h"

typedef struct item { struct item *next; char text[220]; } item;
static item *items;

static void import_item(int number)
{
    item *added = malloc(sizeof *added);
    snprintf(added->text, sizeof added->text, "item %d", number);
    added->next = items;
    items = added;
}

static size_t search(const char *word)
{
    char *wanted = strdup(word);
    size_t found = 0;
    for (item *at = items; at != NULL; at = at->next)
        found += strstr(at->text, wanted) != NULL;
    free(wanted);
    return found;
}

int main(void)
{
    size_t found = 0;
    while (corpus_next()) {
        if (corpus_round < CORPUS_ROUNDS / 2)
            import_item(corpus_round);
        found += search("item 7");
    }
    return found == 0;
}
