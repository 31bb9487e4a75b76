/* copy_holdfast.c - mechanism 1 with Holdfast: references are links, and a copy is one block. */
#include "gallery.h"

#include <holdfast/link.h>
#include <holdfast/read.h>
#include <holdfast/walk.h>

static uint64_t sum_prices(hf_value root)
{
    uint64_t sum = 0;
    hf_walk  walk;
    hf_walk_init(&walk, root, NULL); /* links are seen, and not followed */
    while (hf_walk_next(&walk))
        if (walk.event == HF_VALUE)
            sum += hf_as_u64(walk.value, 0);
    hf_walk_finish(&walk);
    return sum;
}

static uint64_t answer(long number)
{
    char         text[GALLERY_REQUEST_MAX];
    hf_document *read = NULL, *order = NULL, *snapshot = NULL;
    size_t       length = gallery_graph_request(number, text);
    if (hf_read(hf_text_of(text, length), NULL, &read, NULL) != HF_OK ||
        hf_references_to_links(read, &order, NULL, NULL) != HF_OK ||
        hf_document_clone(order, NULL, NULL, &snapshot, NULL) != HF_OK)
        gallery_fail("the order cannot be read or copied");
    uint64_t sum = sum_prices(hf_root(snapshot));
    hf_document_drop(snapshot);
    hf_document_drop(order);
    hf_document_drop(read);
    return sum;
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ .round = answer, .mapped = gallery_holdfast_mapped });
}
