/* pool_careful.c - mechanism 6 by discipline: every way out cleans and gives back, and few are kept. */
#include "gallery.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT_MAX = 8 };

typedef struct context {
    struct context *next;
    char          **notes;
    size_t          count, room;
} context;

static context *pool;
static int      pooled;

static context *get_context(void)
{
    context *found = pool;
    if (found == NULL)
        return calloc(1, sizeof *found);
    pool = found->next;
    pooled--;
    return found;
}

static void clean_context(context *self)
{
    for (size_t i = 0; i < self->count; i++)
        free(self->notes[i]);
    self->count = 0;
}

static void free_context(context *self)
{
    clean_context(self);
    free(self->notes);
    free(self);
}

static void put_context(context *self)
{
    clean_context(self);
    if (pooled == KEPT_MAX) {
        free_context(self);
        return;
    }
    self->next = pool;
    pool = self;
    pooled++;
}

static bool collect_note(context *self, const char *note)
{
    if (self->count == self->room) {
        size_t room = self->room * 2 + 8;
        char **notes = realloc(self->notes, room * sizeof *notes);
        if (notes == NULL)
            return false;
        self->notes = notes;
        self->room = room;
    }
    char *copy = strdup(note);
    if (copy == NULL)
        return false;
    self->notes[self->count++] = copy;
    return true;
}

static uint64_t visit(context *self, const cJSON *value)
{
    uint64_t sum = cJSON_IsNumber(value) ? (uint64_t)value->valuedouble : 0;
    if (cJSON_IsString(value) && !collect_note(self, value->valuestring))
        gallery_fail("no memory");
    for (const cJSON *child = value->child; child != NULL; child = child->next)
        sum += visit(self, child);
    return sum;
}

static uint64_t answer(long number)
{
    char     text[GALLERY_REQUEST_MAX];
    context *self = get_context();
    if (self == NULL)
        gallery_fail("no memory");
    gallery_request(number, text);
    cJSON   *order = cJSON_Parse(text);
    uint64_t sum = visit(self, order) + self->count;
    cJSON_Delete(order);
    put_context(self); /* also where the answer ends early */
    return sum;
}

static void free_pool(void)
{
    while (pool != NULL)
        free_context(get_context());
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ .round = answer, .end = free_pool });
}
