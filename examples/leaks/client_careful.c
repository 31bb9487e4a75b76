/* client_careful.c - mechanism 1b by discipline: the client is counted, and every copy holds and drops it. */
#include "gallery.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

typedef struct client {
    char buffer[4096];
    long uses;
    long holders;
} client;

typedef struct request {
    cJSON  *order;
    client *client;
} request;

static client *open_client(void)
{
    client *self = calloc(1, sizeof *self);
    if (self == NULL)
        gallery_fail("no memory");
    self->holders = 1;
    return self;
}

static client *hold_client(client *self)
{
    self->holders++;
    return self;
}

static void drop_client(client *self)
{
    if (--self->holders == 0)
        free(self);
}

static request copy_request(const request *original)
{
    request copy = { cJSON_Duplicate(original->order, 1), hold_client(original->client) };
    if (copy.order == NULL)
        gallery_fail("no memory");
    return copy;
}

static void free_request(request *self)
{
    cJSON_Delete(self->order);
    drop_client(self->client); /* NOLINT(clang-analyzer-unix.Malloc): it does not count holders */
}

static uint64_t sum_prices(const cJSON *value)
{
    uint64_t sum = cJSON_IsNumber(value) ? (uint64_t)value->valuedouble : 0;
    for (const cJSON *child = value->child; child != NULL; child = child->next)
        sum += sum_prices(child);
    return sum;
}

static client *shared;

static uint64_t answer(long number)
{
    char text[GALLERY_REQUEST_MAX];
    gallery_request(number, text);
    request original = { cJSON_Parse(text), hold_client(shared) };
    if (original.order == NULL)
        gallery_fail("no memory");
    request  audit = copy_request(&original);
    uint64_t sum = sum_prices(audit.order);
    free_request(&audit);
    free_request(&original);
    return sum;
}

static void begin(void)
{
    shared = open_client();
}

static void end(void)
{
    drop_client(shared);
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ .begin = begin, .round = answer, .end = end });
}
