/* code_measure.c - measuring by generated steps: what a pointer leads to waits on a stack, and in
 * graphs a table knows which blocks were counted. */
#include <malloc.h>

#include "bind/code_copy.h"
#include "bind/struct_release.h"

enum { WAITING_FIRST = 64 };

typedef struct waiting {
    const char        *at;
    hf__measure_step  *step;
    size_t             count, size;
} waiting;

struct hf__measurer {
    hf_struct_size size;
    hf_status      status;
    bool           is_graph, is_malloced;
    waiting       *list;
    size_t         used, room;
    hf__memo       met;
    waiting        fixed[WAITING_FIRST];
};

static void count_block(hf__measurer *with, const void *at, size_t bytes)
{
    with->size.deep += bytes;
    with->size.objects++;
    if (HF_UNLIKELY(with->is_malloced))
        with->size.slack += malloc_usable_size((void *)at) - bytes;
}

/* True when the block is met for the first time. */
static bool meet(hf__measurer *with, const void *at, size_t bytes)
{
    bool is_new = false;
    hf__seen *seen = hf__memo_add(&with->met, at, &is_new);
    if (seen == NULL) {
        with->status = HF_NO_MEMORY;
        return false;
    }
    if (is_new) {
        seen->bytes = bytes;
    } else {
        with->size.shared += seen->again ? 0 : seen->bytes;
        seen->again = true;
    }
    return is_new;
}

static bool grow_list(hf__measurer *with)
{
    const hf_allocator *allocator = hf_allocator_libc();
    bool is_fixed = with->list == with->fixed;
    size_t size = with->room * sizeof *with->list, bytes;
    waiting *list = NULL;
    if (hf__size_multiply(size, 2, &bytes))
        list = allocator->resize(allocator->context, is_fixed ? NULL : with->list, is_fixed ? 0 : size, bytes, _Alignof(waiting));
    if (list == NULL) {
        with->status = HF_NO_MEMORY;
        return false;
    }
    if (is_fixed)
        memcpy(list, with->fixed, size);
    with->list = list;
    with->room *= 2;
    return true;
}

void hf__measure_objects(hf__measurer *with, const void *at, size_t count, size_t size, hf__measure_step *step)
{
    size_t bytes = 0;
    if (at == NULL)
        return;
    if (HF_UNLIKELY(!hf__size_multiply(count, size, &bytes))) {
        with->status = HF_OUT_OF_RANGE;
        return;
    }
    if (with->is_graph && !meet(with, at, bytes))
        return;
    count_block(with, at, bytes);
    if (step == NULL || (HF_UNLIKELY(with->used == with->room) && !grow_list(with)))
        return;
    with->list[with->used++] = (waiting){ at, step, count, size };
}

void hf__measure_string(hf__measurer *with, const char *text)
{
    if (text != NULL)
        hf__measure_objects(with, text, strlen(text) + 1, 1, NULL);
}

void hf__measure_string_step(hf__measurer *with, const void *place)
{
    hf__measure_string(with, hf__pointer_at(place));
}

hf_status hf__measure_by_code(const hf_type *type, const void *object, bool is_malloced, hf_struct_size *ret_size)
{
    hf__measurer with;
    memset(&with, 0, offsetof(hf__measurer, fixed));
    with.is_graph = (type->flags & HF_TYPE_GRAPH) != 0;
    with.is_malloced = is_malloced;
    with.list = with.fixed;
    with.room = WAITING_FIRST;
    with.size.shallow = type->size;
    hf__memo_init(&with.met, NULL);
    hf__measure_objects(&with, object, 1, type->size, type->code->measure);
    while (with.used > 0 && with.status == HF_OK) {
        waiting one = with.list[--with.used];
        for (size_t i = 0; i < one.count && with.status == HF_OK; i++)
            one.step(&with, one.at + i * one.size);
    }
    hf__memo_release(&with.met);
    if (with.list != with.fixed)
        hf__allocator_free(hf_allocator_libc(), with.list, with.room * sizeof *with.list, _Alignof(waiting));
    *ret_size = with.size;
    return with.status;
}
