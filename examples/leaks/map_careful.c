/* map_careful.c - mechanism 7 by discipline: a ring of the last hundred sessions, each way out frees. */
#include "gallery.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SESSIONS_MAX = 100, BUCKETS = 256 };

typedef struct session {
    struct session *next;
    char            key[32];
    cJSON          *order;
} session;

static session *buckets[BUCKETS];
static session *ring[SESSIONS_MAX]; /* in the order in which they came */
static int      ring_at;

static unsigned bucket_of(const char *key)
{
    unsigned hash = 2166136261u;
    for (; *key != 0; key++)
        hash = (hash ^ (unsigned char)*key) * 16777619u;
    return hash % BUCKETS;
}

static void forget_order(session *old)
{
    if (old == NULL)
        return;
    session **at = &buckets[bucket_of(old->key)];
    while (*at != old)
        at = &(*at)->next;
    *at = old->next;
    cJSON_Delete(old->order);
    free(old);
}

static cJSON *remember_order(const char *key, const char *text)
{
    session *fresh = malloc(sizeof *fresh);
    cJSON   *order = cJSON_Parse(text);
    if (fresh == NULL || order == NULL) {
        free(fresh);
        cJSON_Delete(order);
        return NULL;
    }
    snprintf(fresh->key, sizeof fresh->key, "%s", key);
    fresh->order = order;
    fresh->next = buckets[bucket_of(key)];
    buckets[bucket_of(key)] = fresh;
    forget_order(ring[ring_at]);
    ring[ring_at] = fresh;
    ring_at = (ring_at + 1) % SESSIONS_MAX;
    return order;
}

static cJSON *find_order(const char *key)
{
    for (session *at = buckets[bucket_of(key)]; at != NULL; at = at->next)
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
    if (order == NULL)
        gallery_fail("no memory");
    return sum_prices(order);
}

static void forget_all(void)
{
    for (int i = 0; i < SESSIONS_MAX; i++)
        forget_order(ring[i]);
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ .round = answer, .end = forget_all });
}
