/* iterate_holdfast.c - mechanism 3 with Holdfast: an iteration keeps its place while the object grows. */
#include "gallery.h"

#include <holdfast/draft.h>
#include <holdfast/read.h>
#include <holdfast/walk.h>

#include <stdio.h>

static const hf_handle root = { 0, 0, 0 };

static void put_prices(hf_draft *draft, hf_value order)
{
    char    key[16];
    int     count = 0;
    hf_walk walk;
    hf_walk_init(&walk, order, NULL);
    while (hf_walk_next(&walk)) {
        if (walk.event != HF_VALUE || hf_kind_of(walk.value) != HF_KIND_INT64)
            continue;
        int length = snprintf(key, sizeof key, "p%d", count++);
        if (hf_draft_set(draft, hf_place_member(root, hf_text_of(key, (size_t)length)),
                         hf_item_u64(hf_as_u64(walk.value, 0)), NULL) != HF_OK)
            gallery_fail("no memory");
    }
    hf_walk_finish(&walk);
}

static hf_status raise_prices(hf_draft *draft)
{
    char          follow[16];
    hf_draft_iter iter;
    hf_status     status = hf_draft_iter_init(draft, hf_place_at(HF_T("")), &iter, NULL);
    if (status != HF_OK)
        return status;
    while (status == HF_OK && hf_draft_iter_next(&iter)) {
        if (iter.key.bytes[0] != 'p')
            continue;
        uint64_t price = hf_as_u64(iter.value, 0) + 1;
        int      length = snprintf(follow, sizeof follow, "f%.*s", (int)iter.key.length - 1, iter.key.bytes + 1);
        status = hf_draft_set(draft, hf_draft_iter_place(&iter), hf_item_u64(price), NULL);
        if (status == HF_OK && price % 2 != 0)
            status = hf_draft_insert(draft, hf_place_member(root, hf_text_of(follow, (size_t)length)),
                                     hf_item_u64(1000), NULL);
    }
    hf_draft_iter_release(&iter);
    return status;
}

static uint64_t answer(long number)
{
    char         text[GALLERY_REQUEST_MAX];
    hf_document *order = NULL;
    hf_draft    *draft = NULL;
    size_t       length = gallery_request(number, text);
    if (hf_read(hf_text_of(text, length), NULL, &order, NULL) != HF_OK || hf_draft_create(NULL, &draft, NULL) != HF_OK ||
        hf_set_object(draft, HF_T(""), NULL) != HF_OK)
        gallery_fail("the order cannot be read");
    put_prices(draft, hf_root(order));
    hf_document_drop(order);
    if (raise_prices(draft) != HF_OK)
        gallery_fail("no memory");
    uint64_t sum = 0;
    hf_walk  walk;
    hf_walk_init(&walk, hf_draft_root(draft), NULL);
    while (hf_walk_next(&walk))
        if (walk.event == HF_VALUE)
            sum += hf_as_u64(walk.value, 0);
    hf_walk_finish(&walk);
    hf_draft_destroy(draft);
    return sum;
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ .round = answer, .mapped = gallery_holdfast_mapped });
}
