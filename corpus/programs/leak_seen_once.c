/* A set of all that was ever seen: keys that are never taken out, and the table that doubles, by one call. The
 * account is of the keys and of the table as it stands at last. */
#include "corpus.h"

static char **slots;
static size_t room, used;

static size_t place_of(char *const *table, size_t size, const char *key)
{
    size_t hash = 5381;
    for (const char *at = key; *at != '\0'; at++)
        hash = hash * 33 + (unsigned char)*at;
    size_t place = hash & (size - 1);
    while (table[place] != NULL && strcmp(table[place], key) != 0)
        place = (place + 1) & (size - 1);
    return place;
}

static CORPUS_NOINLINE int was_seen(const char *key)
{
    if (used * 4 >= room * 3) {
        size_t larger = room == 0 ? 64 : room * 2;
        char **table = calloc(larger, sizeof *table);
        for (size_t index = 0; index < room; index++)
            if (slots[index] != NULL)
                table[place_of(table, larger, slots[index])] = slots[index];
        free(slots);
        corpus_leaked((larger - room) * sizeof *table);
        slots = table;
        room = larger;
    }
    size_t place = place_of(slots, room, key);
    if (slots[place] != NULL)
        return 1;
    slots[place] = strdup(key);
    corpus_leaked(strlen(key) + 1);
    used++;
    return 0;
}

int main(void)
{
    char          key[128];
    unsigned long again = 0;
    for (unsigned number = 0; corpus_next(); number++)
        for (unsigned part = 0; part < 4; part++) {
            snprintf(key, sizeof key,
                     "request-%08x-of-%08u-by-a-client-that-says-much-of-itself-and-of-where-it-has-come-"
                     "from-today",
                     number * 2654435761u, number * 4 + part);
            again += (unsigned long)(was_seen(key) + was_seen(key));
        }
    return again == 0;
}
