/* An arena for each connection that rewinds to its first chunk and takes new chunks behind it: the old ones are skipped. */
#include "corpus.h"

enum { CHUNK = 2048, CONNECTIONS = 5 };
typedef struct chunk { struct chunk *next; size_t used; char bytes[CHUNK]; } chunk;
typedef struct connection { chunk *first, *current; } connection;
static connection connections[CONNECTIONS];

static CORPUS_NOINLINE chunk *chunk_new(void)
{
    chunk *made = malloc(sizeof *made);
    made->next = NULL;
    made->used = 0;
    return made;
}

static CORPUS_NOINLINE char *arena_take(connection *self, size_t size)
{
    if (self->first == NULL)
        self->first = self->current = chunk_new();
    if (self->current->used + size > CHUNK) {
        chunk *more = chunk_new();
        more->next = self->current->next; /* should have gone on to it */
        self->current->next = more;
        self->current = more;
        corpus_leaked(sizeof *more);
    }
    char *place = self->current->bytes + self->current->used;
    self->current->used += size;
    return place;
}

static void rewind_arena(connection *self)
{
    if (self->first == NULL)
        return;
    self->current = self->first;
    self->first->used = 0;
}

static CORPUS_NOINLINE int handle(connection *from)
{
    int sum = 0;
    for (int i = 0; i < 12; i++) {
        char *text = arena_take(from, 100 + corpus_random() % 150);
        text[0] = (char)i;
        sum += text[0];
    }
    rewind_arena(from);
    return sum;
}

int main(void)
{
    int sum = 0;
    while (corpus_next())
        sum += handle(&connections[corpus_round % CONNECTIONS]);
    return sum & 1;
}
