/* pool_holdfast.c - mechanism 6 with Holdfast: the pool resets what comes back, and keeps a bound.
 *
 * The notes lie in the context's arena, which the reset empties. A context that did not come back
 * shows in the count at once: hf_pool_destroy refuses while one is out. */
#include "gallery.h"

#include <holdfast/arena.h>
#include <holdfast/pool.h>
#include <holdfast/read.h>
#include <holdfast/walk.h>

typedef struct note {
    struct note *next;
    const char  *text;
} note;

typedef struct context {
    hf_arena arena;
    note    *notes;
    size_t   count;
} context;

static hf_pool *pool;

static hf_status prepare(void *object, void *unused)
{
    (void)unused;
    hf_arena_init(&((context *)object)->arena, NULL);
    return HF_OK;
}

static hf_status reset(void *object, void *unused)
{
    (void)unused;
    context *self = object;
    hf_arena_reset(&self->arena);
    self->notes = NULL;
    self->count = 0;
    return HF_OK;
}

static void finish(void *object, void *unused)
{
    (void)unused;
    hf_arena_release(&((context *)object)->arena);
}

static void collect_note(context *self, hf_text text)
{
    note *fresh = HF_ARENA_NEW(&self->arena, note);
    if (fresh == NULL || (fresh->text = hf_text_to_cstr(&self->arena, text)) == NULL)
        gallery_fail("no memory");
    fresh->next = self->notes;
    self->notes = fresh;
    self->count++;
}

static uint64_t visit(context *self, hf_value root)
{
    uint64_t sum = 0;
    hf_walk  walk;
    hf_walk_init(&walk, root, NULL);
    while (hf_walk_next(&walk)) {
        if (walk.event != HF_VALUE)
            continue;
        sum += hf_as_u64(walk.value, 0);
        if (hf_kind_of(walk.value) == HF_KIND_TEXT)
            collect_note(self, hf_as_text(walk.value, HF_T("")));
    }
    hf_walk_finish(&walk);
    return sum;
}

static uint64_t answer(long number)
{
    char         text[GALLERY_REQUEST_MAX];
    void        *object = NULL;
    hf_document *order = NULL;
    size_t       length = gallery_request(number, text);
    if (hf_pool_get(pool, &object, NULL) != HF_OK || hf_read(hf_text_of(text, length), NULL, &order, NULL) != HF_OK)
        gallery_fail("the order cannot be read");
    context *self = object;
    uint64_t sum = visit(self, hf_root(order)) + self->count;
    hf_document_drop(order);
    hf_pool_put(pool, self);
    return sum;
}

static void begin(void)
{
    hf_pool_options options = { .size = sizeof(context), .prepare = prepare, .reset = reset, .finish = finish };
    if (hf_pool_create(&options, &pool, NULL) != HF_OK)
        gallery_fail("no memory");
}

static void end(void)
{
    if (hf_pool_destroy(pool) != HF_OK)
        gallery_fail("a context did not come back");
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ begin, answer, end, gallery_holdfast_mapped });
}
