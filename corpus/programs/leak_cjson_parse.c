/* The tree of a request that is refused is not deleted. */
#include <cjson/cJSON.h>

#include "corpus.h"

static int handle_request(const char *text)
{
    cJSON *request = cJSON_Parse(text);
    const cJSON *id = cJSON_GetObjectItem(request, "id");
    if (!cJSON_IsNumber(id))
        return -1;
    int value = id->valueint;
    cJSON_Delete(request);
    return value;
}

int main(void)
{
    int total = 0;
    while (corpus_next()) {
        total += handle_request("{\"id\":5,\"tags\":[1,2,3]}");
        total += handle_request("{\"id\":\"x\",\"tags\":[1,2,3,4]}");
        corpus_leaked(7 * sizeof(cJSON) + 3 + 5 + 2);
    }
    return total == 0;
}
