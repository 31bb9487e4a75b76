/* demo_cjson.c - the job over cJSON, twice: every free in its place, and with one habit that leaks.
 *
 * Both walk and copy by recursion, as programs over such a library do. The habit of the second is
 * the repair that goes round for copies that run in circles: remember every container that was
 * copied, in a table that outlives the call, under the address of a local variable. It
 * recognises nothing, since that address says nothing about the container, and nothing ever leaves it. */
#include "demo.h"
#include "demo_checksum.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- the table of the leaking form --------------------------------------------------------------- */

typedef struct remembered {
    const void *key; /* the address of a local variable of the copying call */
    cJSON      *copy;
} remembered;

static struct {
    remembered *rows;
    size_t      count, room;
} copies_seen;

static bool remember(const void *key, cJSON *copy)
{
    if (copies_seen.count == copies_seen.room) {
        size_t      room = copies_seen.room > 0 ? copies_seen.room * 2 : 1024;
        remembered *rows = realloc(copies_seen.rows, room * sizeof *rows);
        if (rows == NULL)
            return false;
        copies_seen.rows = rows;
        copies_seen.room = room;
    }
    copies_seen.rows[copies_seen.count++] = (remembered){ key, copy };
    return copy != NULL;
}

/* ---- the steps -------------------------------------------------------------------------------------- */

typedef struct cjson_job {
    const demo_input *input;
    bool              remembers;
} cjson_job;

static bool is_container(const cJSON *item)
{
    return cJSON_IsObject(item) || cJSON_IsArray(item);
}

static uint64_t walk(const cJSON *item, uint64_t sum)
{
    if (cJSON_IsString(item))
        return demo_sum_text(sum, DEMO_SUM_STRING, item->valuestring, strlen(item->valuestring));
    if (cJSON_IsNumber(item))
        return demo_sum_number(sum, item->valuedouble);
    if (cJSON_IsBool(item))
        return demo_sum_word(sum, cJSON_IsTrue(item) ? DEMO_SUM_TRUE : DEMO_SUM_FALSE);
    if (!is_container(item))
        return demo_sum_word(sum, DEMO_SUM_NULL);
    bool is_object = cJSON_IsObject(item);
    sum = demo_sum_word(sum, is_object ? DEMO_SUM_OBJECT : DEMO_SUM_ARRAY);
    for (const cJSON *child = item->child; child != NULL; child = child->next) {
        if (is_object)
            sum = demo_sum_text(sum, DEMO_SUM_KEY, child->string, strlen(child->string));
        sum = walk(child, sum);
    }
    return demo_sum_word(sum, DEMO_SUM_LEAVE);
}

/* A deep copy without the containers that demo_leaves_out names; NULL when memory is out. */
static cJSON *copy_reduced(const cJSON *item, uint64_t *containers, bool remembers)
{
    cJSON *copy = cJSON_Duplicate(item, false);
    if (copy == NULL || !is_container(item))
        return copy;
    if (remembers && !remember(&copy, cJSON_Duplicate(item, false))) {
        cJSON_Delete(copy);
        return NULL;
    }
    for (const cJSON *child = item->child; child != NULL; child = child->next) {
        if (is_container(child) && demo_leaves_out(++*containers))
            continue;
        cJSON *inner = copy_reduced(child, containers, remembers);
        if (inner == NULL) {
            cJSON_Delete(copy);
            return NULL;
        }
        if (cJSON_IsObject(item))
            cJSON_AddItemToObject(copy, child->string, inner);
        else
            cJSON_AddItemToArray(copy, inner);
    }
    return copy;
}

static void measure(const cJSON *item, uint64_t depth, demo_result *result)
{
    result->values++;
    if (cJSON_IsString(item))
        result->text_bytes += strlen(item->valuestring);
    if (!is_container(item))
        return;
    result->containers++;
    if (depth > result->depth_max)
        result->depth_max = depth;
    for (const cJSON *child = item->child; child != NULL; child = child->next) {
        if (cJSON_IsObject(item))
            result->text_bytes += strlen(child->string);
        measure(child, depth + 1, result);
    }
}

/* {"first": clone, "again": clone}. cJSON can show a value in two places by a reference that does
 * not own; it must go before the clone does. The clone is consumed. */
static cJSON *share(cJSON *clone)
{
    cJSON *whole = cJSON_CreateObject();
    if (whole == NULL || !cJSON_AddItemToObject(whole, "first", clone)) {
        cJSON_Delete(clone);
        cJSON_Delete(whole);
        return NULL;
    }
    if (!cJSON_AddItemReferenceToObject(whole, "again", clone)) {
        cJSON_Delete(whole);
        return NULL;
    }
    return whole;
}

/* ---- the form ----------------------------------------------------------------------------------------- */

static bool round_of_text(const cjson_job *job, const demo_text *text, demo_result *result)
{
    uint64_t containers = 1;
    cJSON   *value = cJSON_ParseWithLength(text->bytes, text->length);
    if (value == NULL) {
        fprintf(stderr, "demo: %s: cJSON cannot read it\n", text->name);
        return false;
    }
    result->checksum = walk(value, result->checksum);

    cJSON *reduced = copy_reduced(value, &containers, job->remembers);
    cJSON *clone = reduced != NULL ? cJSON_Duplicate(reduced, true) : NULL;
    cJSON *whole = clone != NULL ? share(clone) : NULL;
    char  *written = NULL;
    if (whole != NULL) {
        result->checksum = walk(whole, result->checksum);
        measure(whole, 1, result);
        written = cJSON_PrintUnformatted(whole);
    }
    bool done = written != NULL;
    if (done)
        result->written_bytes += strlen(written);
    else
        fprintf(stderr, "demo: %s: cJSON ran out of memory\n", text->name);

    cJSON_free(written);
    cJSON_Delete(whole);
    cJSON_Delete(reduced);
    cJSON_Delete(value);
    return done;
}

static bool do_round(void *state, demo_result *ret_result)
{
    const cjson_job *job = state;
    demo_result      result = { .checksum = 1 };
    for (size_t at = 0; at < job->input->count; at++)
        if (!round_of_text(job, &job->input->texts[at], &result))
            return false;
    *ret_result = result;
    return true;
}

static void *init(const demo_input *input, bool remembers)
{
    cjson_job *job = malloc(sizeof *job);
    if (job != NULL)
        *job = (cjson_job){ input, remembers };
    return job;
}

static void *init_careful(const demo_input *input)
{
    return init(input, false);
}

static void *init_leaking(const demo_input *input)
{
    return init(input, true);
}

const demo_form demo_cjson_careful = {
    .name = "cJSON, every free in its place",
    .explanation = "recursive walks and copies, each released",
    .init = init_careful,
    .round = do_round,
    .finish = free,
};

/* finish frees the job only: that the table stays is the point. */
const demo_form demo_cjson_leaking = {
    .name = "cJSON, copies kept in a table",
    .explanation = "the same, and the recursive copy remembers every container in a global table",
    .init = init_leaking,
    .round = do_round,
    .finish = free,
};
