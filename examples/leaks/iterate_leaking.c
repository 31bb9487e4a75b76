/* iterate_leaking.c - mechanism 3, as found: a table grows while it is iterated, and the iterator dangles.
 *
 * Every price is raised by one, and even ones get a follow-up entry. An insertion that grows the
 * table frees the array that the loop goes through: what it changes from then on is lost. */
#include "gallery.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct entry {
    char     key[16];
    uint64_t value;
} entry;

static entry *table;
static size_t capacity, used;

static entry *slot_of(entry *in, size_t size, const char *key)
{
    unsigned hash = 2166136261u;
    for (const char *at = key; *at != 0; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619u;
    entry *slot = &in[hash % size];
    while (slot->key[0] != 0 && strcmp(slot->key, key) != 0)
        slot = slot == &in[size - 1] ? in : slot + 1;
    return slot;
}

static void put(const char *key, uint64_t value)
{
    if (used * 4 >= capacity * 3) {
        size_t wider = capacity * 2;
        entry *grown = calloc(wider, sizeof *grown);
        for (size_t i = 0; i < capacity; i++)
            if (table[i].key[0] != 0)
                *slot_of(grown, wider, table[i].key) = table[i];
        free(table);
        table = grown;
        capacity = wider;
    }
    entry *slot = slot_of(table, capacity, key);
    used += slot->key[0] == 0;
    snprintf(slot->key, sizeof slot->key, "%s", key);
    slot->value = value;
}

static void put_prices(const cJSON *value, int *count)
{
    char key[16];
    if (cJSON_IsNumber(value)) {
        snprintf(key, sizeof key, "p%d", (*count)++);
        put(key, (uint64_t)value->valuedouble);
    }
    for (const cJSON *child = value->child; child != NULL; child = child->next)
        put_prices(child, count);
}

/* The guilty one: `at` and `end` are of the table as it was. */
static void raise_prices(void)
{
    char follow[16];
    for (entry *at = table, *end = table + capacity; at < end; at++) {
        if (at->key[0] != 'p')
            continue;
        at->value++;
        if (at->value % 2 == 0)
            continue;
        snprintf(follow, sizeof follow, "f%.14s", at->key + 1);
        put(follow, 1000);
    }
}

static uint64_t answer(long number)
{
    char text[GALLERY_REQUEST_MAX];
    int  count = 0;
    capacity = 24;
    used = 0;
    table = calloc(capacity, sizeof *table);
    gallery_request(number, text);
    cJSON *order = cJSON_Parse(text);
    put_prices(order, &count);
    cJSON_Delete(order);
    raise_prices();
    uint64_t sum = 0;
    for (size_t i = 0; i < capacity; i++)
        sum += table[i].value;
    free(table);
    return sum;
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ .round = answer });
}
