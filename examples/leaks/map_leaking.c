/* map_leaking.c - mechanism 7, as found: sessions are put into a global map and never taken out. */
#include "gallery.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct session {
    struct session *next;
    char            key[32];
    cJSON          *order;
} session;

static session *sessions[256];

static unsigned bucket_of(const char *key)
{
    unsigned hash = 2166136261u;
    for (; *key != 0; key++)
        hash = (hash ^ (unsigned char)*key) * 16777619u;
    return hash % 256;
}

/* The guilty one: every order that was ever seen stays. */
static cJSON *remember_order(const char *key, const char *text)
{
    session *fresh = malloc(sizeof *fresh);
    snprintf(fresh->key, sizeof fresh->key, "%s", key);
    fresh->order = cJSON_Parse(text);
    fresh->next = sessions[bucket_of(key)];
    sessions[bucket_of(key)] = fresh;
    return fresh->order;
}

static cJSON *find_order(const char *key)
{
    for (session *at = sessions[bucket_of(key)]; at != NULL; at = at->next)
        if (strcmp(at->key, key) == 0)
            return at->order;
    return NULL;
}

static uint64_t sum_prices(const cJSON *value)
{
    uint64_t sum = cJSON_IsNumber(value) ? (uint64_t)value->valuedouble : 0;
    for (const cJSON *child = value->child; child != NULL; child = child->next)
        sum += sum_prices(child);
    return sum;
}

static uint64_t answer(long number)
{
    char key[32], text[GALLERY_REQUEST_MAX];
    snprintf(key, sizeof key, "session-%06ld", number);
    cJSON *order = find_order(key);
    if (order == NULL) {
        gallery_request(number, text);
        order = remember_order(key, text);
    }
    return sum_prices(order);
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ .round = answer });
}
