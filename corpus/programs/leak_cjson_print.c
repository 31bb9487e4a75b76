/* What cJSON printed is sent and not freed. */
#include <cjson/cJSON.h>

#include "corpus.h"

static size_t send_reply(int number)
{
    cJSON *reply = cJSON_CreateObject();
    cJSON_AddNumberToObject(reply, "number", number);
    cJSON_AddStringToObject(reply, "state", "done, and everything is as it should be");
    char *text = cJSON_PrintUnformatted(reply);
    size_t length = strlen(text);
    cJSON_Delete(reply);
    corpus_leaked(length + 1);
    return length;
}

int main(void)
{
    size_t total = 0;
    while (corpus_next())
        for (int i = 0; i < 3; i++)
            total += send_reply(1000 + i);
    return total == 0;
}
