/* text_careful.c - mechanism 5 by discipline: what outlives the buffer is copied, and freed in its turn. */
#include "gallery.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

enum { REMEMBERED = 8 };

static char  input[GALLERY_REQUEST_MAX];
static char *remembered[REMEMBERED];

static char *decode_name(const char *text)
{
    cJSON       *order = cJSON_Parse(text);
    const cJSON *items = cJSON_GetObjectItem(cJSON_GetObjectItem(order, "order"), "items");
    const cJSON *name = cJSON_GetObjectItem(cJSON_GetArrayItem(items, 0), "name");
    char        *copy = cJSON_IsString(name) ? strdup(name->valuestring) : NULL;
    cJSON_Delete(order);
    return copy;
}

static uint64_t hash_name(const char *name)
{
    uint64_t hash = 14695981039346656037u;
    for (; *name != 0; name++)
        hash = (hash ^ (unsigned char)*name) * 1099511628211u;
    return hash;
}

static uint64_t answer(long number)
{
    gallery_request(number, input);
    char *name = decode_name(input);
    if (name == NULL)
        gallery_fail("no name, or no memory");
    free(remembered[number % REMEMBERED]);
    remembered[number % REMEMBERED] = name;
    uint64_t sum = 0;
    for (int i = 0; i < REMEMBERED; i++)
        if (remembered[i] != NULL)
            sum += hash_name(remembered[i]);
    return sum;
}

static void forget_all(void)
{
    for (int i = 0; i < REMEMBERED; i++)
        free(remembered[i]);
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ .round = answer, .end = forget_all });
}
