/* pool_leaking.c - mechanism 6, as found: pooled contexts go back dirty, and some never.
 *
 * A context collects the notes of an order. It goes back with them, so the next request collects
 * on top; and on the early return it does not go back at all. */
#include "gallery.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

typedef struct context {
    struct context *next;
    char          **notes;
    size_t          count, room;
} context;

static context *pool;

static context *get_context(void)
{
    context *found = pool;
    if (found == NULL)
        return calloc(1, sizeof *found);
    pool = found->next;
    return found;
}

static void put_context(context *self)
{
    self->next = pool;
    pool = self;
}

/* The guilty one: what it adds is never taken out again. */
static void collect_note(context *self, const char *note)
{
    if (self->count == self->room) {
        self->room = self->room * 2 + 8;
        self->notes = realloc(self->notes, self->room * sizeof *self->notes);
    }
    self->notes[self->count++] = strdup(note);
}

static uint64_t visit(context *self, const cJSON *value)
{
    uint64_t sum = cJSON_IsNumber(value) ? (uint64_t)value->valuedouble : 0;
    if (cJSON_IsString(value))
        collect_note(self, value->valuestring);
    for (const cJSON *child = value->child; child != NULL; child = child->next)
        sum += visit(self, child);
    return sum;
}

static uint64_t answer(long number)
{
    char     text[GALLERY_REQUEST_MAX];
    context *self = get_context();
    size_t   before = self->count;
    gallery_request(number, text);
    cJSON   *order = cJSON_Parse(text);
    uint64_t sum = visit(self, order) + (self->count - before);
    cJSON_Delete(order);
    if (number % 10 == 9)
        return sum; /* a customer without credit: answered early */
    put_context(self);
    return sum;
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ .round = answer });
}
