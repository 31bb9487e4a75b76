/* boxes_leaking.c - mechanism 2, as found: a boxed value at each level of a recursion, not freed on the way out.
 *
 * Every number is boxed to be passed around as "a value of any type"; the total of a level is a
 * new box, and the one before is forgotten. */
#include "gallery.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

typedef struct box {
    enum { BOX_NOTHING, BOX_NUMBER } type;
    void *data;
} box;

/* The guilty one: two blocks for a number. */
static box *box_number(double number)
{
    box    *self = malloc(sizeof *self);
    double *data = malloc(sizeof *data);
    *data = number;
    *self = (box){ BOX_NUMBER, data };
    return self;
}

static double unbox(const box *self)
{
    return self->type == BOX_NUMBER ? *(double *)self->data : 0;
}

static box *total_of(const cJSON *value)
{
    box *total = box_number(cJSON_IsNumber(value) ? value->valuedouble : 0);
    for (const cJSON *child = value->child; child != NULL; child = child->next)
        total = box_number(unbox(total) + unbox(total_of(child)));
    return total;
}

static uint64_t answer(long number)
{
    char text[GALLERY_REQUEST_MAX];
    gallery_request(number, text);
    cJSON   *order = cJSON_Parse(text);
    uint64_t sum = (uint64_t)unbox(total_of(order));
    cJSON_Delete(order);
    return sum;
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ .round = answer });
}
