/* Three generations of a pool in turn: the oldest is dropped when a new one begins, at uneven times. */
#include "corpus.h"

typedef struct object { struct object *next; char bytes[180]; } object;
static object *generations[3];
static int now, left = 100;

static void new_generation(void)
{
    now = (now + 1) % 3;
    while (generations[now] != NULL) {
        object *next = generations[now]->next;
        free(generations[now]);
        generations[now] = next;
    }
    left = 60 + (int)(corpus_random() % 140);
}

static void make_object(void)
{
    object *made = malloc(sizeof *made);
    made->next = generations[now];
    generations[now] = made;
    if (--left == 0)
        new_generation();
}

int main(void)
{
    while (corpus_next())
        for (int i = 0; i < 2; i++)
            make_object();
}
