/* An event is parsed, read, and never put back. */
#include <json-c/json.h>

#include "corpus.h"

static int parse_event(const char *text)
{
    struct json_object *event = json_tokener_parse(text), *size = NULL;
    if (event == NULL || !json_object_object_get_ex(event, "size", &size))
        return 0;
    return json_object_get_int(size);
}

int main(void)
{
    int total = 0;
    while (corpus_next())
        total += parse_event("{\"kind\":\"click\",\"size\":3}");
    return total == 0;
}
