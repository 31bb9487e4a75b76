/* client_holdfast.c - mechanism 1b with Holdfast: a client is a foreign value, released exactly once.
 *
 * Sharing the document shares it. A private copy is refused, because the hooks have no clone: the
 * mistake of the leaking form is an error with a place. */
#include "gallery.h"

#include <holdfast/draft.h>
#include <holdfast/foreign.h>
#include <holdfast/read.h>
#include <holdfast/walk.h>

#include <stdlib.h>

typedef struct client {
    char buffer[4096];
    long uses;
} client;

static const hf_foreign_hooks client_hooks = { .name = "client", .release = free };

static client *open_client(void)
{
    client *self = calloc(1, sizeof *self);
    if (self == NULL)
        gallery_fail("no memory");
    return self;
}

static uint64_t sum_prices(hf_value root)
{
    uint64_t sum = 0;
    hf_walk  walk;
    hf_walk_init(&walk, root, NULL);
    while (hf_walk_next(&walk))
        if (walk.event == HF_VALUE)
            sum += hf_as_u64(walk.value, 0);
    hf_walk_finish(&walk);
    return sum;
}

static hf_document *read_request(long number)
{
    char         text[GALLERY_REQUEST_MAX];
    hf_document *order = NULL, *request = NULL;
    hf_draft    *draft = NULL;
    size_t       length = gallery_request(number, text);
    if (hf_read(hf_text_of(text, length), NULL, &order, NULL) != HF_OK || hf_edit(order, &draft, NULL) != HF_OK ||
        hf_draft_set(draft, hf_place_at(HF_T("/client")), hf_item_foreign(&client_hooks, open_client()), NULL) != HF_OK ||
        hf_freeze(&draft, &request, NULL) != HF_OK)
        gallery_fail("the request cannot be made");
    hf_document_drop(order);
    return request;
}

static uint64_t answer(long number)
{
    hf_document *request = read_request(number), *copy = NULL;
    if (hf_document_clone(request, NULL, NULL, &copy, NULL) != HF_FOREIGN)
        gallery_fail("a live client was copied");
    hf_document *audit = hf_document_hold(request);
    hf_document_drop(request);
    uint64_t sum = sum_prices(hf_root(audit));
    hf_document_drop(audit);
    return sum;
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ .round = answer, .mapped = gallery_holdfast_mapped });
}
