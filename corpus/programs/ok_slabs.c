/* Slabs of objects for a load that comes and goes: an empty slab is given back, the fullest are used first. */
#include "corpus.h"

enum { OBJECTS = 16, LIVE_MAX = 900 };
typedef struct slab { struct slab *next; int used; char room[OBJECTS][120]; char taken[OBJECTS]; } slab;
typedef struct object { slab *of; int place; } object;
static slab *slabs;
static object live[LIVE_MAX];
static int live_count;

static CORPUS_NOINLINE object take_object(void)
{
    slab *best = NULL;
    for (slab *at = slabs; at != NULL; at = at->next)
        if (at->used < OBJECTS && (best == NULL || at->used > best->used))
            best = at;
    if (best == NULL) {
        best = calloc(1, sizeof *best);
        best->next = slabs;
        slabs = best;
    }
    int place = 0;
    while (best->taken[place])
        place++;
    best->taken[place] = 1;
    best->used++;
    return (object){ best, place };
}

static CORPUS_NOINLINE void give_object(object gone)
{
    gone.of->taken[gone.place] = 0;
    if (--gone.of->used > 0)
        return;
    for (slab **at = &slabs; *at != NULL; at = &(*at)->next)
        if (*at == gone.of) {
            *at = gone.of->next;
            break;
        }
    free(gone.of);
}

int main(void)
{
    while (corpus_next()) {
        int phase = corpus_round % 200, wanted = phase < 100 ? 100 + phase * 7 : 100 + (200 - phase) * 7;
        while (live_count < wanted)
            live[live_count++] = take_object();
        while (live_count > wanted) {
            int index = (int)(corpus_random() % (unsigned)live_count);
            give_object(live[index]);
            live[index] = live[--live_count];
        }
        for (int i = 0; i < 5; i++) {
            int index = (int)(corpus_random() % (unsigned)live_count);
            give_object(live[index]);
            live[index] = take_object();
        }
    }
}
