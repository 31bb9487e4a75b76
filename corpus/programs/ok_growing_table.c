/* A hash table that doubles while it fills with a bounded set of keys, drawn at random. */
#include "corpus.h"

static int *keys;
static size_t room, used;

static void table_grow(void);

static void table_put(int key)
{
    if (used * 4 >= room * 3)
        table_grow();
    size_t at = (size_t)key * 2654435761u % room;
    while (keys[at] != 0 && keys[at] != key)
        at = (at + 1) % room;
    used += keys[at] == 0;
    keys[at] = key;
}

static void table_grow(void)
{
    int *old = keys;
    size_t old_room = room;
    room = room > 0 ? room * 2 : 16;
    keys = calloc(room, sizeof *keys);
    used = 0;
    for (size_t i = 0; i < old_room; i++)
        if (old[i] != 0)
            table_put(old[i]);
    free(old);
}

int main(void)
{
    while (corpus_next())
        for (int i = 0; i < 20; i++)
            table_put(1 + (int)(corpus_random() % 5000));
}
