/* Objects that come back dirty are not reused and not freed: the pool makes new ones. */
#include "corpus.h"

typedef struct object { int is_dirty; char room[250]; struct object *next; } object;
static object *ready, *dirty;

static object *take_object(void)
{
    if (ready != NULL) {
        object *taken = ready;
        ready = taken->next;
        return taken;
    }
    return calloc(1, sizeof(object));
}

static void give_object(object *back)
{
    object **list = back->is_dirty ? &dirty : &ready;
    back->next = *list;
    *list = back;
}

int main(void)
{
    while (corpus_next())
        for (int i = 0; i < 6; i++) {
            object *used = take_object();
            used->room[0] = 1;
            used->is_dirty = i % 3 == 0;
            if (used->is_dirty)
                corpus_leaked(sizeof *used);
            give_object(used);
        }
}
