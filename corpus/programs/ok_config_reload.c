/* A configuration is read anew every fifth of a second and the one before freed; its size varies with each reading. */
#include "corpus.h"

typedef struct config { int count; char **lines; } config;
static config *current;

static CORPUS_NOINLINE config *load_config(void)
{
    config *made = malloc(sizeof *made);
    made->count = 120 + (int)(corpus_random() % 80);
    made->lines = malloc(sizeof(char *) * (size_t)made->count);
    for (int i = 0; i < made->count; i++) {
        made->lines[i] = malloc(20 + corpus_random() % 60);
        made->lines[i][0] = 'x';
    }
    return made;
}

static void free_config(config *gone)
{
    if (gone == NULL)
        return;
    for (int i = 0; i < gone->count; i++)
        free(gone->lines[i]);
    free(gone->lines);
    free(gone);
}

int main(void)
{
    while (corpus_next())
        if (corpus_round % 80 == 0) {
            config *before = current;
            current = load_config();
            free_config(before);
        }
}
