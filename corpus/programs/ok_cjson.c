/* The last ten documents are kept, parsed, and deleted in turn. */
#include <cjson/cJSON.h>

#include "corpus.h"

static cJSON *recent[10];

static void keep_document(int round)
{
    char text[128];
    snprintf(text, sizeof text, "{\"round\":%d,\"list\":[1,2,3,{\"deep\":[]}]}", round);
    cJSON_Delete(recent[round % 10]);
    recent[round % 10] = cJSON_Parse(text);
}

int main(void)
{
    while (corpus_next())
        keep_document(corpus_round);
    for (int i = 0; i < 10; i++)
        cJSON_Delete(recent[i]);
}
