/* client_leaking.c - mechanism 1b, as found: a value points to a live client, and copies drag it along. */
#include "gallery.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* A connection with its buffer; closing it would tell the other side. */
typedef struct client {
    char buffer[4096];
    long uses;
} client;

typedef struct request {
    cJSON  *order;
    client *client;
} request;

static client *open_client(void)
{
    return calloc(1, sizeof(client));
}

/* The guilty one: what the value points to is copied, and belongs to nobody. */
static request copy_request(const request *original)
{
    request copy = { cJSON_Duplicate(original->order, 1), malloc(sizeof(client)) };
    *copy.client = *original->client;
    return copy;
}

/* Frees the order. The client may be in use elsewhere, so it is left alone. */
static void free_request(request *self)
{
    cJSON_Delete(self->order);
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
    static client *shared;
    char           text[GALLERY_REQUEST_MAX];
    if (shared == NULL)
        shared = open_client();
    gallery_request(number, text);
    request  original = { cJSON_Parse(text), shared };
    request  audit = copy_request(&original);
    uint64_t sum = sum_prices(audit.order);
    free_request(&audit);
    free_request(&original);
    return sum;
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ .round = answer });
}
