/* struct_size.c - how much memory hangs on a struct, each block counted once.
 *
 * Trees need no memo: every block has one way to it. */
#include <malloc.h>

#include "bind/code_copy.h"
#include "bind/struct_release.h"

typedef struct measurer {
    hf__block_stack stack;
    hf__memo        met;
    bool            is_graph, is_malloced;
    hf_struct_size  size;
    hf_status       status;
} measurer;

static void count_block(measurer *with, const char *at, size_t bytes)
{
    with->size.deep += bytes;
    with->size.objects++;
    if (with->is_malloced)
        with->size.slack += malloc_usable_size((void *)at) - bytes;
}

static bool leads_on(const hf__link *link)
{
    return link->type->shape != HF_SHAPE_STRING && (link->type->item->flags & HF_TYPE_LINKS) != 0;
}

static void measure_link(measurer *with, const hf__link *link)
{
    size_t bytes = 0;
    hf__block target = hf__link_target(link);
    if (link->type->ownership == HF_REF || link->type->ownership == HF_STATIC)
        return;
    if (!hf__link_bytes(link, &bytes)) {
        with->status = HF_OUT_OF_RANGE;
        return;
    }
    if (with->is_graph) {
        bool is_new = false;
        hf__seen *seen = hf__memo_add(&with->met, target.at, &is_new);
        if (seen == NULL) {
            with->status = HF_NO_MEMORY;
            return;
        }
        if (!is_new) {
            with->size.shared += seen->again ? 0 : seen->bytes;
            seen->again = true;
            return;
        }
        seen->bytes = bytes;
    }
    count_block(with, target.at, bytes);
    if (leads_on(link) && !hf__stack_push(&with->stack, target.type, target.at, NULL, target.count))
        with->status = HF_NO_MEMORY;
}

static void measure(measurer *with, const hf_type *type, const char *object, size_t bytes)
{
    bool is_new = false;
    if (with->is_graph) {
        hf__seen *root = hf__memo_add(&with->met, object, &is_new);
        if (root == NULL) {
            with->status = HF_NO_MEMORY;
            return;
        }
        root->bytes = bytes;
    }
    hf__stack_push(&with->stack, type, (char *)object, NULL, 1); /* the first has room */
    while (with->stack.used > 0 && with->status == HF_OK) {
        hf__waiting one = with->stack.items[--with->stack.used];
        hf__links links;
        hf__link link;
        hf__links_begin(&links, (hf__block){ one.type, one.at, one.count });
        while (with->status == HF_OK && hf__links_next(&links, &link))
            measure_link(with, &link);
    }
}

hf_status hf_size_of(const hf_type *type, const void *object, bool is_malloced, hf_struct_size *ret_size, hf_error *reterr)
{
    if (type->code != NULL && type->code->measure != NULL) {
        hf_status status = hf__measure_by_code(type, object, is_malloced, ret_size);
        return status == HF_OK                ? HF_OK
               : status == HF_OUT_OF_RANGE ? hf__fail(reterr, status, "a counter is larger than memory")
                                           : hf__fail(reterr, status, "while measuring");
    }
    measurer with = { .is_graph = (type->flags & HF_TYPE_GRAPH) != 0, .is_malloced = is_malloced, .status = HF_OK };
    size_t bytes = 0;
    if (!hf__object_bytes(type, object, &bytes))
        return hf__fail(reterr, HF_OUT_OF_RANGE, "a counter is larger than memory");
    with.size.shallow = bytes;
    count_block(&with, object, bytes);
    hf__stack_init(&with.stack, NULL);
    hf__memo_init(&with.met, NULL);
    measure(&with, type, object, bytes);
    hf__memo_release(&with.met);
    hf__stack_release(&with.stack);
    if (with.status != HF_OK)
        return hf__fail(reterr, with.status, "while measuring");
    *ret_size = with.size;
    return HF_OK;
}
