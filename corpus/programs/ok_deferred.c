/* What is replaced is not freed at once but when all readers have passed, in batches. */
#include "corpus.h"

typedef struct config { struct config *next; int version; char text[400]; } config;
static config *current, *retired;
static int retired_count;

static config *make_config(int version)
{
    config *made = malloc(sizeof *made);
    made->version = version;
    return made;
}

static void retire(config *gone)
{
    gone->next = retired;
    retired = gone;
    retired_count++;
}

static void readers_passed(void)
{
    while (retired != NULL) {
        config *next = retired->next;
        free(retired);
        retired = next;
    }
    retired_count = 0;
}

int main(void)
{
    while (corpus_next()) {
        config *before = current;
        current = make_config(corpus_round);
        if (before != NULL)
            retire(before);
        if (retired_count > 20 + (int)(corpus_random() % 10))
            readers_passed();
    }
}
