/* Answers are cached by the whole question, and each question has its own number in it. */
#include <jansson.h>

#include "corpus.h"

static json_t *answers;

static json_t *compute_answer(int number)
{
    return json_pack("{s:i, s:s, s:[i,i,i]}", "number", number, "text", "an answer of some length", "list", 1, 2, number);
}

static size_t answer(int user, int number)
{
    char key[80];
    snprintf(key, sizeof key, "/user/%d?session=%d", user, number);
    json_t *found = json_object_get(answers, key);
    if (found == NULL) {
        found = compute_answer(number);
        json_object_set_new(answers, key, found);
    }
    char *text = json_dumps(found, JSON_COMPACT);
    size_t length = strlen(text);
    free(text);
    return length;
}

int main(void)
{
    size_t sum = 0;
    answers = json_object();
    while (corpus_next()) {
        sum += answer(corpus_round % 7, corpus_round);
        sum += answer(1, 1);
    }
    json_decref(answers);
    return sum == 0;
}
