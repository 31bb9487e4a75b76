/* orders_holdfast.c - sums up orders, over Holdfast. orders_cjson.c is the same over cJSON.
 *
 *     orders_holdfast orders.json
 *
 * Takes out cancelled orders, gives each of the others its total and an address where it has none,
 * counts the revision up, prints the result. */
#include <holdfast/draft.h>
#include <holdfast/pointer.h>
#include <holdfast/read.h>
#include <holdfast/write.h>

#include <unistd.h>

static int64_t total_cents(hf_value order)
{
    int64_t total = 0;
    hf_iter iter;
    hf_iter_init(&iter, hf_get(order, HF_T("items"))); /* absent: nothing to go through */
    while (hf_iter_next(&iter))
        total += hf_as_i64(hf_get(iter.value, HF_T("price_cents")), 0) *
                 hf_as_i64(hf_get(iter.value, HF_T("count")), 1);
    return total;
}

static hf_status complete(hf_draft *draft, const hf_draft_iter *at, hf_value address, hf_error *reterr)
{
    /* Views of a draft end at its next change, so what is needed of them is asked first. */
    int64_t   total = total_cents(at->value);
    bool      has_address = !hf_is_absent(hf_get(at->value, HF_T("address")));
    hf_handle order; /* stays good whatever changes */
    hf_status status = hf_draft_handle(draft, hf_draft_iter_place(at), &order, reterr);
    if (status != HF_OK)
        return status;
    status = hf_draft_set(draft, hf_place_member(order, HF_T("total_cents")), hf_item_i64(total), reterr);
    if (status == HF_OK && !has_address) /* shared, not copied: one address in memory */
        status = hf_draft_set(draft, hf_place_member(order, HF_T("address")), hf_item_mount(address), reterr);
    hf_handle_release(draft, order);
    return status;
}

static hf_status complete_all(const hf_document *before, hf_draft *draft, hf_error *reterr)
{
    hf_value      address = hf_at_pointer(hf_root(before), HF_T("/defaults/address"));
    hf_draft_iter iter;
    hf_status     status = hf_draft_iter_init(draft, hf_place_at(HF_T("/orders")), &iter, reterr);
    if (status != HF_OK)
        return status;
    while (status == HF_OK && hf_draft_iter_next(&iter)) {
        if (hf_as_bool(hf_get(iter.value, HF_T("cancelled")), false))
            status = hf_draft_remove(draft, hf_draft_iter_place(&iter), reterr);
        else
            status = complete(draft, &iter, address, reterr);
    }
    hf_draft_iter_release(&iter);
    int64_t revision = hf_as_i64(hf_get(hf_root(before), HF_T("revision")), 0);
    if (status == HF_OK)
        status = hf_set_i64(draft, HF_T("/revision"), revision + 1, reterr);
    return status;
}

int main(int count, char **arguments)
{
    if (count != 2) {
        fprintf(stderr, "usage: %s FILE\n", arguments[0]);
        return 2;
    }
    hf_error     error;
    hf_document *before = NULL, *after = NULL;
    hf_draft    *draft = NULL;
    hf_status    status = hf_read_file(arguments[1], NULL, &before, &error);
    if (status == HF_OK)
        status = hf_edit(before, &draft, &error); /* `before` stays as it is */
    if (status == HF_OK)
        status = complete_all(before, draft, &error);
    if (status == HF_OK)
        status = hf_freeze(&draft, &after, &error);
    if (status == HF_OK)
        status = hf_write_descriptor(hf_root(after), &(hf_write_options){ .line_feed = true }, STDOUT_FILENO, &error);

    hf_draft_destroy(draft); /* NULL is fine */
    hf_document_drop(before);
    hf_document_drop(after);
    return status == HF_OK ? 0 : hf_error_print(stderr, &error);
}
