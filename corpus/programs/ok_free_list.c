/* Objects come from a free list that never shrinks; how many are out at once varies at random. */
#include "corpus.h"

typedef struct object { struct object *next; char bytes[250]; } object;
static object *free_list, *out[300];
static int out_count;

static object *take(void)
{
    object *taken = free_list;
    if (taken == NULL)
        return malloc(sizeof *taken);
    free_list = taken->next;
    return taken;
}

static void give(object *back)
{
    back->next = free_list;
    free_list = back;
}

int main(void)
{
    while (corpus_next())
        for (int i = 0; i < 20; i++) {
            if (corpus_random() % 200 >= (unsigned)out_count && out_count < 300)
                out[out_count++] = take();
            else if (out_count > 0)
                give(out[--out_count]);
        }
}
