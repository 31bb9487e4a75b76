/* Parsed documents by distinct keys, the least recently used one goes; full after two thirds of the time. */
#include <cjson/cJSON.h>

#include "corpus.h"

enum { ROOM = 400 };
typedef struct entry { int key; unsigned used; cJSON *document; } entry;
static entry cache[ROOM];
static unsigned clock_;

static cJSON *load_document(int key)
{
    char text[200];
    snprintf(text, sizeof text, "{\"key\":%d,\"list\":[1,2,3,%d],\"name\":\"document %d\"}", key, key * 2, key);
    return cJSON_Parse(text);
}

static cJSON *lookup(int key)
{
    entry *oldest = &cache[0];
    for (int i = 0; i < ROOM; i++) {
        if (cache[i].document != NULL && cache[i].key == key) {
            cache[i].used = ++clock_;
            return cache[i].document;
        }
        if (cache[i].used < oldest->used)
            oldest = &cache[i];
    }
    cJSON_Delete(oldest->document);
    *oldest = (entry){ key, ++clock_, load_document(key) };
    return oldest->document;
}

int main(void)
{
    int key = 0, sum = 0;
    while (corpus_next()) {
        sum += lookup(key++) != NULL;
        sum += lookup((int)(corpus_random() % (unsigned)key)) != NULL;
    }
    return sum == 0;
}
