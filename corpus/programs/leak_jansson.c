/* json_object_set counts once more; the caller's own count is never given back. */
#include <jansson.h>

#include "corpus.h"

static json_t *build_reply(int number)
{
    json_t *reply = json_object();
    json_t *body = json_string("a body of forty characters, all of them");
    json_object_set(reply, "body", body);
    json_object_set_new(reply, "number", json_integer(number));
    return reply;
}

int main(void)
{
    while (corpus_next()) {
        json_t *reply = build_reply(corpus_round);
        json_decref(reply);
        corpus_leaked(72); /* the string and its value, as Jansson 2.14 lays them out */
    }
}
