/* text_leaking.c - mechanism 5, as found: decoded names point into the input buffer, which is reused.
 *
 * The decoder terminates strings in place and hands out pointers. The service keeps the last few
 * names for its answer, and they change under it when the next request arrives. */
#include "gallery.h"

#include <stdlib.h>
#include <string.h>

enum { REMEMBERED = 8 };

static char  input[GALLERY_REQUEST_MAX];
static char *remembered[REMEMBERED];

/* The guilty one: a string of the buffer, terminated in place; nobody copies it. */
static char *decode_name(char **at)
{
    char *name = strstr(*at, "\"name\":\"");
    if (name == NULL)
        return NULL;
    name += strlen("\"name\":\"");
    char *end = strchr(name, '"');
    *end = 0;
    *at = end + 1;
    return name;
}

static uint64_t hash_name(const char *name)
{
    uint64_t hash = 14695981039346656037u;
    for (; *name != 0; name++)
        hash = (hash ^ (unsigned char)*name) * 1099511628211u;
    return hash;
}

/* The first name of each of the last eight orders. */
static uint64_t answer(long number)
{
    gallery_request(number, input);
    char *at = input, *name = decode_name(&at);
    remembered[number % REMEMBERED] = name;
    uint64_t sum = 0;
    for (int i = 0; i < REMEMBERED; i++)
        if (remembered[i] != NULL)
            sum += hash_name(remembered[i]);
    return sum;
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ .round = answer });
}
