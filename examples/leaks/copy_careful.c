/* copy_careful.c - mechanism 1 by discipline: a memo by node, and a list of all nodes that frees them. */
#include "gallery.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

enum { CHILDREN_MAX = 8, NODES_MAX = 256 };

typedef struct node {
    double       number;
    size_t       count;
    struct node *children[CHILDREN_MAX];
} node;

/* Every node of a graph, in the order of making; the only owner. */
typedef struct graph {
    node  *nodes[NODES_MAX];
    size_t count;
    node  *order, *vendor;
} graph;

static node *new_node(graph *owner)
{
    node *self = owner->count < NODES_MAX ? calloc(1, sizeof *self) : NULL;
    if (self == NULL)
        gallery_fail("no memory, or too many nodes");
    return owner->nodes[owner->count++] = self;
}

static void free_graph(graph *owner)
{
    for (size_t i = 0; i < owner->count; i++)
        free(owner->nodes[i]);
    owner->count = 0;
}

static node *graph_of(graph *owner, const cJSON *value)
{
    const cJSON *reference = cJSON_GetObjectItem(value, "$ref");
    if (reference != NULL)
        return strcmp(reference->valuestring, "#/order") == 0 ? owner->order : owner->vendor;
    node *self = new_node(owner);
    if (value->string != NULL && strcmp(value->string, "order") == 0)
        owner->order = self;
    if (value->string != NULL && strcmp(value->string, "vendor") == 0)
        owner->vendor = self;
    self->number = cJSON_IsNumber(value) ? value->valuedouble : 0;
    for (const cJSON *child = value->child; child != NULL; child = child->next) {
        if (self->count == CHILDREN_MAX)
            gallery_fail("too many children");
        self->children[self->count++] = graph_of(owner, child);
    }
    return self;
}

static size_t place_of(const graph *owner, const node *wanted)
{
    for (size_t i = 0; i < owner->count; i++)
        if (owner->nodes[i] == wanted)
            return i;
    gallery_fail("a node of no graph");
}

/* Node by node: the copy of the i-th is the i-th, so the list of nodes is the memo. */
static void deep_copy(const graph *original, graph *copy)
{
    for (size_t i = 0; i < original->count; i++)
        new_node(copy);
    for (size_t i = 0; i < original->count; i++) {
        const node *from = original->nodes[i];
        copy->nodes[i]->number = from->number;
        copy->nodes[i]->count = from->count;
        for (size_t k = 0; k < from->count; k++)
            copy->nodes[i]->children[k] = copy->nodes[place_of(original, from->children[k])];
    }
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
    static graph original, copy;
    char         text[GALLERY_REQUEST_MAX];
    gallery_graph_request(number, text);
    cJSON *order = cJSON_Parse(text);
    if (order == NULL)
        gallery_fail("no memory");
    graph_of(&original, order);
    deep_copy(&original, &copy);
    uint64_t sum = sum_prices(order);
    free_graph(&copy);
    free_graph(&original);
    cJSON_Delete(order);
    return sum;
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ .round = answer });
}
