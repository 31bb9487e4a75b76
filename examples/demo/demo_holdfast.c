/* demo_holdfast.c - the job over libholdfast. Every byte is charged to one budget, so that the form
 * knows its own count exactly: between two rounds it must be what it was. */
#include "demo.h"
#include "demo_checksum.h"

#include <holdfast/build.h>
#include <holdfast/read.h>
#include <holdfast/walk.h>
#include <holdfast/write.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct holdfast_job {
    const demo_input *input;
    hf_budget        *budget;
} holdfast_job;

/* ---- the steps ------------------------------------------------------------------------------ */

static uint64_t sum_scalar(uint64_t sum, hf_value value)
{
    if (hf_is_text(value)) {
        hf_text text = hf_as_text(value, HF_T(""));
        return demo_sum_text(sum, DEMO_SUM_STRING, text.bytes, text.length);
    }
    if (hf_is_number(value))
        return demo_sum_number(sum, hf_as_double(value, INFINITY));
    if (hf_is_bool(value))
        return demo_sum_word(sum, hf_as_bool(value, false) ? DEMO_SUM_TRUE : DEMO_SUM_FALSE);
    return demo_sum_word(sum, DEMO_SUM_NULL);
}

static uint64_t walk_all(hf_value root, uint64_t sum)
{
    hf_walk walk;
    hf_walk_init(&walk, root, NULL);
    while (hf_walk_next(&walk)) {
        if (walk.event == HF_LEAVE) {
            sum = demo_sum_word(sum, DEMO_SUM_LEAVE);
            continue;
        }
        if (walk.key.bytes != NULL)
            sum = demo_sum_text(sum, DEMO_SUM_KEY, walk.key.bytes, walk.key.length);
        if (walk.event == HF_ENTER)
            sum = demo_sum_word(sum, hf_is_object(walk.value) ? DEMO_SUM_OBJECT : DEMO_SUM_ARRAY);
        else
            sum = sum_scalar(sum, walk.value);
    }
    hf_walk_finish(&walk);
    return sum;
}

/* A copy without the containers that demo_leaves_out names. The builder keeps the first failure. */
static hf_status copy_reduced(const holdfast_job *job, hf_value root, hf_document **ret_copy, hf_error *reterr)
{
    hf_builder *builder = NULL;
    hf_status   status = hf_builder_create(&(hf_build_options){ .budget = job->budget }, &builder, reterr);
    if (status != HF_OK)
        return status;
    uint64_t containers = 0;
    hf_walk  walk;
    hf_walk_init(&walk, root, NULL);
    while (hf_walk_next(&walk)) {
        if (walk.event == HF_LEAVE) {
            hf_build_end(builder);
            continue;
        }
        if (walk.event == HF_ENTER && demo_leaves_out(++containers)) {
            hf_walk_skip(&walk);
            continue;
        }
        if (walk.key.bytes != NULL)
            hf_build_key(builder, walk.key);
        if (walk.event == HF_VALUE)
            hf_build_copy(builder, walk.value);
        else
            hf_is_object(walk.value) ? hf_build_object(builder) : hf_build_array(builder);
    }
    hf_walk_finish(&walk);
    return hf_builder_finish(&builder, ret_copy, reterr);
}

/* {"first": clone, "again": clone}: mounted twice, copied not once. */
static hf_status share(const holdfast_job *job, const hf_document *clone, hf_document **ret_whole, hf_error *reterr)
{
    hf_builder *builder = NULL;
    hf_status   status = hf_builder_create(&(hf_build_options){ .budget = job->budget }, &builder, reterr);
    if (status != HF_OK)
        return status;
    hf_build_object(builder);
    hf_build_key(builder, HF_T("first"));
    hf_build_mount(builder, hf_root(clone));
    hf_build_key(builder, HF_T("again"));
    hf_build_mount(builder, hf_root(clone));
    hf_build_end(builder);
    return hf_builder_finish(&builder, ret_whole, reterr);
}

static void measure(hf_value root, demo_result *result)
{
    hf_walk walk;
    hf_walk_init(&walk, root, NULL);
    while (hf_walk_next(&walk)) {
        if (walk.event == HF_LEAVE)
            continue;
        result->values++;
        result->text_bytes += walk.key.length + hf_as_text(walk.value, HF_T("")).length;
        if (walk.event != HF_ENTER)
            continue;
        result->containers++;
        if (walk.depth + 1u > result->depth_max)
            result->depth_max = walk.depth + 1u;
    }
    hf_walk_finish(&walk);
}

/* ---- the form ------------------------------------------------------------------------------- */

static bool round_of_text(const holdfast_job *job, const demo_text *text, demo_result *result)
{
    hf_document *value = NULL, *reduced = NULL, *clone = NULL, *whole = NULL;
    hf_buffer    written;
    hf_error     error;
    hf_buffer_init(&written, SIZE_MAX, NULL, job->budget);
    hf_read_options how = { .budget = job->budget, .name = text->name };
    hf_status       status = hf_read(hf_text_of(text->bytes, text->length), &how, &value, &error);
    if (status == HF_OK) {
        result->checksum = walk_all(hf_root(value), result->checksum);
        status = copy_reduced(job, hf_root(value), &reduced, &error);
    }
    if (status == HF_OK)
        status = hf_document_clone(reduced, NULL, job->budget, &clone, &error);
    if (status == HF_OK)
        status = share(job, clone, &whole, &error);
    if (status == HF_OK) {
        result->checksum = walk_all(hf_root(whole), result->checksum);
        measure(hf_root(whole), result);
        status = hf_write(hf_root(whole), NULL, &written, &error);
    }
    if (status == HF_OK)
        result->written_bytes += written.length;
    else
        hf_error_print(stderr, &error);

    hf_buffer_release(&written);
    hf_document_drop(whole);
    hf_document_drop(clone);
    hf_document_drop(reduced);
    hf_document_drop(value);
    return status == HF_OK;
}

static bool do_round(void *state, demo_result *ret_result)
{
    const holdfast_job *job = state;
    demo_result         result = { .checksum = 1 };
    for (size_t at = 0; at < job->input->count; at++)
        if (!round_of_text(job, &job->input->texts[at], &result))
            return false;
    *ret_result = result;
    return true;
}

static void *init(const demo_input *input)
{
    holdfast_job *job = malloc(sizeof *job);
    hf_error      error;
    if (job == NULL)
        return NULL;
    *job = (holdfast_job){ .input = input };
    if (hf_budget_create(&(hf_budget_options){ .name = "demo" }, &job->budget, &error) != HF_OK) {
        hf_error_print(stderr, &error);
        free(job);
        return NULL;
    }
    return job;
}

static int64_t live_bytes(void *state)
{
    const holdfast_job *job = state;
    return (int64_t)hf_budget_count(job->budget).current;
}

static void finish(void *state)
{
    holdfast_job *job = state;
    hf_budget_drop(job->budget);
    free(job);
}

const demo_form demo_holdfast = {
    .name = "Holdfast",
    .explanation = "documents as blocks, one walk for each step, the clone shared by mounting it twice",
    .growth_fails = true,
    .init = init,
    .round = do_round,
    .live_bytes = live_bytes,
    .finish = finish,
};
