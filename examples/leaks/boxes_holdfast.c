/* boxes_holdfast.c - mechanism 2 with Holdfast: a value is 16 bytes by value, so there is nothing to free. */
#include "gallery.h"

#include <holdfast/read.h>
#include <holdfast/walk.h>

/* A walk goes through all levels without recursion and without an allocation. */
static double total_of(hf_value root)
{
    double  total = 0;
    hf_walk walk;
    hf_walk_init(&walk, root, NULL);
    while (hf_walk_next(&walk))
        if (walk.event == HF_VALUE)
            total += hf_as_double(walk.value, 0);
    hf_walk_finish(&walk);
    return total;
}

static uint64_t answer(long number)
{
    char         text[GALLERY_REQUEST_MAX];
    hf_document *order = NULL;
    size_t       length = gallery_request(number, text);
    if (hf_read(hf_text_of(text, length), NULL, &order, NULL) != HF_OK)
        gallery_fail("the order cannot be read");
    uint64_t sum = (uint64_t)total_of(hf_root(order));
    hf_document_drop(order);
    return sum;
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ .round = answer, .mapped = gallery_holdfast_mapped });
}
