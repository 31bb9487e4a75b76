/* Every allocation goes through xmalloc and xstrdup; one of their callers leaks. */
#include "corpus.h"

static CORPUS_NOINLINE void *xmalloc(size_t size)
{
    void *block = malloc(size);
    if (block == NULL)
        abort();
    return block;
}

static CORPUS_NOINLINE char *xstrdup(const char *text)
{
    char *copy = xmalloc(strlen(text) + 1);
    return strcpy(copy, text);
}

typedef struct name { char *text; struct name *next; } name;
static name *names;

static CORPUS_NOINLINE void remember_name(const char *text)
{
    name *added = xmalloc(sizeof *added);
    added->text = xstrdup(text);
    added->next = names;
    names = added;
    corpus_leaked(sizeof *added + strlen(text) + 1);
}

static CORPUS_NOINLINE size_t measure(const char *text)
{
    char *copy = xstrdup(text);
    size_t length = strlen(copy);
    free(copy);
    return length;
}

int main(void)
{
    size_t total = 0;
    char text[64];
    while (corpus_next())
        for (int i = 0; i < 4; i++) {
            snprintf(text, sizeof text, "visitor number %d of round %d", i, corpus_round);
            remember_name(text);
            total += measure(text) + measure("x");
        }
    return total == 0;
}
