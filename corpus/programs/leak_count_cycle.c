/* Two objects count each other: dropping both frees neither. */
#include "corpus.h"

typedef struct thing { int holders; struct thing *other; char room[100]; } thing;

static thing *make_thing(void)
{
    thing *made = calloc(1, sizeof *made);
    made->holders = 1;
    return made;
}

static void drop_thing(thing *dropped)
{
    if (dropped == NULL || --dropped->holders > 0)
        return;
    drop_thing(dropped->other);
    free(dropped);
}

static void use_pair(int with_cycle)
{
    thing *parent = make_thing(), *child = make_thing();
    parent->other = child;
    child->holders++;
    if (with_cycle) {
        child->other = parent;
        parent->holders++;
        corpus_leaked(2 * sizeof(thing));
    }
    drop_thing(child);
    drop_thing(parent);
}

int main(void)
{
    while (corpus_next()) {
        use_pair(1);
        use_pair(0);
    }
}
