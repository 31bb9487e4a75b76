/* Generations of a pool are dropped whole; what was promoted to the old one is never dropped. */
#include "corpus.h"

enum { CHUNK = 4000 };
typedef struct chunk { struct chunk *next; size_t used; char bytes[CHUNK]; } chunk;
typedef struct generation { chunk *chunks; } generation;
static generation young, old;

static void *pool_get(generation *from, size_t size)
{
    if (from->chunks == NULL || from->chunks->used + size > CHUNK) {
        chunk *added = malloc(sizeof *added);
        added->next = from->chunks;
        added->used = 0;
        from->chunks = added;
    }
    void *got = from->chunks->bytes + from->chunks->used;
    from->chunks->used += size;
    return got;
}

static void pool_drop(generation *gone)
{
    while (gone->chunks != NULL) {
        chunk *next = gone->chunks->next;
        free(gone->chunks);
        gone->chunks = next;
    }
}

static char *make_object(int number)
{
    char *object = pool_get(&young, 160);
    snprintf(object, 160, "object %d", number);
    return object;
}

static void promote(const char *object)
{
    size_t before = old.chunks == NULL ? CHUNK : old.chunks->used;
    memcpy(pool_get(&old, 160), object, 160);
    if (old.chunks->used < before || before == CHUNK)
        corpus_leaked(sizeof(chunk));
}

int main(void)
{
    while (corpus_next()) {
        for (int i = 0; i < 20; i++) {
            char *object = make_object(corpus_round * 20 + i);
            if (i % 4 == 0)
                promote(object);
        }
        if (corpus_round % 16 == 15)
            pool_drop(&young);
    }
    pool_drop(&young);
}
