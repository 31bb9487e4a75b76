/* copy_leaking.c - mechanism 1, as found: a deep copy that follows the same pointer again and again.
 *
 * Items refer back to their order, so the copy runs in circles. The fix that circulates remembers
 * what was visited, by the address of a local variable: it is never found again. A cap on the
 * depth stops the overflow and hides the rest. Nobody frees a copy, since parts of it are shared. */
#include "gallery.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

enum { CHILDREN_MAX = 8, DEPTH_CAP = 9 };

typedef struct node {
    double       number;
    size_t       count;
    struct node *children[CHILDREN_MAX];
} node;

static node *order_node, *vendor_node;

static node *graph_of(const cJSON *value)
{
    const cJSON *reference = cJSON_GetObjectItem(value, "$ref");
    if (reference != NULL)
        return strcmp(reference->valuestring, "#/order") == 0 ? order_node : vendor_node;
    node *self = calloc(1, sizeof *self);
    if (value->string != NULL && strcmp(value->string, "order") == 0)
        order_node = self;
    if (value->string != NULL && strcmp(value->string, "vendor") == 0)
        vendor_node = self;
    self->number = cJSON_IsNumber(value) ? value->valuedouble : 0;
    for (const cJSON *child = value->child; child != NULL; child = child->next)
        self->children[self->count++] = graph_of(child);
    return self;
}

typedef struct visited {
    const struct visited *before;
    const void           *what;
} visited;

/* The guilty one. */
static node *deep_copy(const node *original, const visited *before, int depth)
{
    for (const visited *at = before; at != NULL; at = at->before)
        if (at->what == &original) /* the parameter's address, not the node's */
            return NULL;
    if (depth > DEPTH_CAP)
        return NULL;
    visited here = { before, &original };
    node   *copy = calloc(1, sizeof *copy);
    copy->number = original->number;
    for (size_t i = 0; i < original->count; i++)
        copy->children[copy->count++] = deep_copy(original->children[i], &here, depth + 1);
    return copy;
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
    char text[GALLERY_REQUEST_MAX];
    gallery_graph_request(number, text);
    cJSON *order = cJSON_Parse(text);
    deep_copy(graph_of(order), NULL, 0); /* a snapshot for the audit, which looks at it and goes */
    uint64_t sum = sum_prices(order);
    cJSON_Delete(order);
    return sum;
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ .round = answer });
}
