/* boxes_careful.c - mechanism 2 by discipline: each box has one owner, who frees it at each step. */
#include "gallery.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

typedef struct box {
    enum { BOX_NOTHING, BOX_NUMBER } type;
    void *data;
} box;

static void free_box(box *self)
{
    if (self != NULL)
        free(self->data);
    free(self);
}

static box *box_number(double number)
{
    box    *self = malloc(sizeof *self);
    double *data = malloc(sizeof *data);
    if (self == NULL || data == NULL) {
        free(self);
        free(data);
        gallery_fail("no memory");
    }
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
    for (const cJSON *child = value->child; child != NULL; child = child->next) {
        box *part = total_of(child), *sum = box_number(unbox(total) + unbox(part));
        free_box(part);
        free_box(total);
        total = sum;
    }
    return total;
}

static uint64_t answer(long number)
{
    char text[GALLERY_REQUEST_MAX];
    gallery_request(number, text);
    cJSON *order = cJSON_Parse(text);
    if (order == NULL)
        gallery_fail("no memory");
    box     *total = total_of(order);
    uint64_t sum = (uint64_t)unbox(total);
    free_box(total);
    cJSON_Delete(order);
    return sum;
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ .round = answer });
}
