/* A state of three hundred keys, of which each round replaces some. */
#include <jansson.h>

#include "corpus.h"

static void update_state(json_t *state, int round)
{
    char key[32];
    snprintf(key, sizeof key, "key %d", round * 7 % 300);
    json_object_set_new(state, key, json_pack("{s:i,s:s}", "round", round, "note", "a note"));
}

int main(void)
{
    json_t *state = json_object();
    while (corpus_next())
        for (int i = 0; i < 3; i++)
            update_state(state, corpus_round * 3 + i);
    json_decref(state);
}
