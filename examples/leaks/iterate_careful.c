/* iterate_careful.c - mechanism 3 by discipline: the keys are collected first, and looked up one by one. */
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

static void grow_table(void)
{
    size_t wider = capacity * 2;
    entry *grown = calloc(wider, sizeof *grown);
    if (grown == NULL)
        gallery_fail("no memory");
    for (size_t i = 0; i < capacity; i++)
        if (table[i].key[0] != 0)
            *slot_of(grown, wider, table[i].key) = table[i];
    free(table);
    table = grown;
    capacity = wider;
}

static void put(const char *key, uint64_t value)
{
    if (used * 4 >= capacity * 3)
        grow_table();
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

static void raise_price(const char *key)
{
    char   follow[16];
    entry *found = slot_of(table, capacity, key);
    found->value++;
    if (found->value % 2 == 0)
        return;
    snprintf(follow, sizeof follow, "f%.14s", key + 1);
    put(follow, 1000); /* `found` may be gone from here on */
}

static void raise_prices(void)
{
    size_t count = 0;
    char (*keys)[16] = calloc(used, sizeof *keys);
    if (keys == NULL)
        gallery_fail("no memory");
    for (size_t i = 0; i < capacity; i++)
        if (table[i].key[0] == 'p')
            memcpy(keys[count++], table[i].key, sizeof *keys);
    for (size_t i = 0; i < count; i++)
        raise_price(keys[i]);
    free(keys);
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
    if (table == NULL || order == NULL)
        gallery_fail("no memory");
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
