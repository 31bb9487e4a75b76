/* tasks_holdfast.c - mechanism 4 with Holdfast: the group says no at depth 2, and frees every capture. */
#include "gallery.h"

#include <holdfast/read.h>
#include <holdfast/tasks.h>
#include <holdfast/walk.h>

#include <string.h>
#include <time.h>

typedef struct capture {
    char      text[GALLERY_REQUEST_MAX];
    size_t    length;
    char      scratch[64 * 1024];
    uint64_t *answer;
} capture;

static hf_task_group *group;

static uint64_t sum_prices(hf_value root, const hf_cancel *cancel)
{
    uint64_t sum = 0;
    hf_walk  walk;
    hf_walk_init(&walk, root, &(hf_walk_options){ .cancel = cancel });
    while (hf_walk_next(&walk))
        if (walk.event == HF_VALUE)
            sum += hf_as_u64(walk.value, 0);
    hf_walk_finish(&walk);
    return sum;
}

/* Looks, and starts itself again, as often as the group allows. */
static hf_status look(hf_task *task, void *context, hf_error *reterr)
{
    capture     *self = context;
    hf_document *order = NULL;
    hf_status    status = hf_read(hf_text_of(self->text, self->length), NULL, &order, reterr);
    if (status != HF_OK)
        return status;
    uint64_t sum = sum_prices(hf_root(order), hf_task_cancel(task));
    hf_document_drop(order);
    memset(self->scratch, 1, sizeof self->scratch);
    if (hf_task_depth(task) == 0)
        *self->answer = sum;
    status = hf_task_start(hf_task_group_of(task), look, self, sizeof *self, reterr);
    return status == HF_LIMIT_DEPTH ? HF_OK : status;
}

static uint64_t answer(long number)
{
    static capture first;
    uint64_t       sum = 0;
    first.length = gallery_request(number, first.text);
    first.answer = &sum;
    if (hf_task_start(group, look, &first, sizeof first, NULL) != HF_OK || hf_task_group_wait(group, NULL) != HF_OK)
        gallery_fail("the order cannot be looked at");
    return sum;
}

static hf_status rest(hf_task *task, void *context, hf_error *reterr)
{
    (void)task, (void)context, (void)reterr;
    nanosleep(&(struct timespec){ .tv_nsec = 5 * 1000 * 1000 }, NULL);
    return HF_OK;
}

/* Both threads start here, so that what the system keeps for a thread is there before counting. */
static void begin(void)
{
    if (hf_task_group_create(&(hf_task_group_options){ .threads_max = 2, .queue_max = 64, .depth_max = 2 }, &group,
                             NULL) != HF_OK)
        gallery_fail("no memory");
    for (int i = 0; i < 8; i++)
        if (hf_task_start(group, rest, NULL, 0, NULL) != HF_OK)
            gallery_fail("no thread");
    hf_task_group_wait(group, NULL);
}

static void end(void)
{
    hf_task_group_destroy(group);
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ begin, answer, end, gallery_holdfast_mapped });
}
