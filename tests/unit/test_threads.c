/* test_threads.c - one document, many threads, no lock: lookups that build indexes at once, walks,
 * hashes kept in mounts, clones, holds and drops. The tsan preset is where this says most. */
#include "unit.h"

#include <holdfast/build.h>
#include <holdfast/compare.h>
#include <holdfast/walk.h>
#include <pthread.h>

#include "documents.h"

enum { THREADS = 4, ROUNDS = 60, WIDE = 200 };

static hf_document *wide_document(void)
{
    hf_builder *builder = NULL;
    hf_document *document = NULL;
    HF_EXPECT(hf_builder_create(NULL, &builder, NULL) == HF_OK);
    hf_build_array(builder);
    for (int i = 0; i < 8; i++) {
        hf_build_object(builder);
        for (int k = 0; k < WIDE; k++) {
            char key[32];
            int length = snprintf(key, sizeof key, k % 2 ? "k%d" : "a key that is not inline %d", k);
            hf_build_key(builder, hf_text_of(key, (size_t)length));
            hf_build_i64(builder, i * WIDE + k);
        }
        hf_build_end(builder);
    }
    hf_build_end(builder);
    HF_EXPECT(hf_builder_finish(&builder, &document, NULL) == HF_OK);
    return document;
}

static hf_document *mounting(const hf_document *inner)
{
    hf_builder *builder = NULL;
    hf_document *document = NULL;
    HF_EXPECT(hf_builder_create(NULL, &builder, NULL) == HF_OK);
    hf_build_array(builder);
    for (int i = 0; i < 5; i++)
        hf_build_mount(builder, i % 2 ? hf_at(hf_root(inner), (uint64_t)(i % 3)) : hf_root(inner));
    hf_build_end(builder);
    HF_EXPECT(hf_builder_finish(&builder, &document, NULL) == HF_OK);
    return document;
}

typedef struct job {
    const hf_document *document, *outer;
    uint64_t           hash, values;
    pthread_barrier_t *start;
    const char        *wrong;
} job;

static const char *look(const job *work, int round)
{
    hf_document *held = hf_document_hold(work->outer), *copy = NULL;
    char key[32];
    int k = round % WIDE;
    int length = snprintf(key, sizeof key, k % 2 ? "k%d" : "a key that is not inline %d", k);
    hf_value object = hf_at(hf_root(work->document), (uint64_t)(round % 8));
    const char *wrong = NULL;
    if (hf_as_i64(hf_get(object, hf_text_of(key, (size_t)length)), -1) != round % 8 * WIDE + k)
        wrong = "lookup";
    hf_walk walk;
    hf_walk_init(&walk, hf_root(held), NULL);
    while (hf_walk_next(&walk)) {}
    if (hf_walk_finish(&walk) != HF_WALK_DONE || walk.values != work->values)
        wrong = "walk";
    if (hf_hash(hf_root(held)) != work->hash)
        wrong = "hash";
    if (round % 10 == 0) {
        if (hf_document_clone(held, NULL, NULL, &copy, NULL) != HF_OK || hf_hash(hf_root(copy)) != work->hash)
            wrong = "clone";
        hf_document_drop(copy);
    }
    hf_document_drop(held);
    return wrong;
}

static void *run(void *context)
{
    job *work = context;
    pthread_barrier_wait(work->start);
    for (int round = 0; round < ROUNDS && work->wrong == NULL; round++)
        work->wrong = look(work, round);
    return NULL;
}

static void test_threads__one_document_is_read_by_many(void **state)
{
    (void)state;
    hf_document *flat = wide_document(), *document = wide_document(), *outer = mounting(document), *copy = NULL;
    HF_EXPECT(hf_document_clone(outer, NULL, NULL, &copy, NULL) == HF_OK);
    pthread_barrier_t start;
    pthread_t threads[THREADS];
    job jobs[THREADS];
    pthread_barrier_init(&start, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        jobs[i] = (job){ document, outer, hf_hash(hf_root(copy)), hf_document_get_info(copy).values, &start, NULL };
        HF_EXPECT(pthread_create(&threads[i], NULL, run, &jobs[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        if (jobs[i].wrong != NULL)
            fail_msg("thread %d: %s", i, jobs[i].wrong);
    }
    pthread_barrier_destroy(&start);
    assert_int_equal(hf_document_get_info(outer).holders, 1);
    HF_EXPECT(test_equal(hf_root(flat), hf_root(document)));
    hf_document_drop(flat);
    hf_document_drop(copy);
    hf_document_drop(outer);
    hf_document_drop(document);
}

/* The last drop may come from any thread: every object is released once. */
static void *drop_it(void *context)
{
    hf_document_drop(context);
    return NULL;
}

static void test_threads__the_last_drop_comes_from_anywhere(void **state)
{
    (void)state;
    for (int round = 0; round < 50; round++) {
        hf_document *document = test_read("[1,2,3]"), *outer = mounting(document);
        pthread_t threads[THREADS];
        for (int i = 0; i < THREADS; i++)
            HF_EXPECT(pthread_create(&threads[i], NULL, drop_it, hf_document_hold(i % 2 ? document : outer)) == 0);
        hf_document_drop(document);
        hf_document_drop(outer);
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads__one_document_is_read_by_many),
        cmocka_unit_test(test_threads__the_last_drop_comes_from_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
