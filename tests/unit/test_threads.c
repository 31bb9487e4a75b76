/* test_threads.c - one document, many threads, no lock: lookups that build indexes at once, walks,
 * hashes kept in mounts, clones, sizes, holds and drops, also of the version before, whose block is shared.
 * The tsan preset is where this says most. */
#include "unit.h"

#include <holdfast/build.h>
#include <holdfast/compare.h>
#include <holdfast/draft.h>
#include <holdfast/size.h>
#include <holdfast/size_report.h>
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

/* ---- versions ---------------------------------------------------------------------------- */

enum { VERSIONS = 25, LOOKS = 6 };

/* What four threads look at, each in its own order, while the version before goes away. */
typedef struct version_job {
    const hf_document *version, *outer; /* outer mounts version, which shares the block of an earlier one */
    const hf_document *flat;            /* a copy of version that nobody else has */
    hf_document       *earlier;         /* dropped in the middle; NULL: another thread does that */
    uint64_t           values, deep_bytes, hash;
    unsigned           first;           /* the look to begin with */
    pthread_barrier_t *start;
    const char        *wrong;
} version_job;

static bool measures(const version_job *work)
{
    hf_size size, around;
    return hf_measure(hf_root(work->version), &size, NULL) == HF_OK && hf_measure(hf_root(work->outer), &around, NULL) == HF_OK &&
           size.deep_bytes == work->deep_bytes && size.values_expanded == work->values && around.documents == size.documents + 1;
}

static bool reports(const version_job *work)
{
    hf_size_report *report = NULL;
    bool right = hf_size_report_create(NULL, &report, NULL) == HF_OK &&
                 hf_size_report_add(report, hf_root(work->outer), NULL) == HF_OK && hf_size_report_finish(report, NULL) == HF_OK &&
                 hf_size_report_total(report).amounts[HF_SIZE_DEEP] > 0;
    hf_size_report_destroy(report);
    return right;
}

static bool walks(const version_job *work)
{
    hf_walk walk;
    hf_walk_init(&walk, hf_root(work->version), NULL);
    while (hf_walk_next(&walk)) {}
    return hf_walk_finish(&walk) == HF_WALK_DONE && walk.values == work->values;
}

static bool looks_up(const version_job *work)
{
    hf_value object = hf_at(hf_get(hf_root(work->version), HF_T("wide")), work->first);
    return hf_as_i64(hf_get(object, HF_T("k11")), -1) == (int64_t)work->first * WIDE + 11;
}

static void look_at_version(version_job *work, unsigned which)
{
    hf_document *held = hf_document_hold(which % 2 == 0 ? work->outer : work->version);
    switch (which % LOOKS) {
    case 0: work->wrong = measures(work) ? NULL : "measure"; break;
    case 1: work->wrong = reports(work) ? NULL : "size report"; break;
    case 2: work->wrong = walks(work) ? NULL : "walk"; break;
    case 3: work->wrong = hf_hash(hf_root(work->version)) == work->hash ? NULL : "hash"; break;
    case 4: work->wrong = test_equal(hf_root(work->version), hf_root(work->flat)) ? NULL : "equal"; break;
    default: work->wrong = looks_up(work) && test_order(hf_root(work->flat), hf_root(work->version)) == 0 ? NULL : "order"; break;
    }
    hf_document_drop(held);
}

static void *look_at_versions(void *context)
{
    version_job *work = context;
    pthread_barrier_wait(work->start);
    for (unsigned look = 0; look < LOOKS && work->wrong == NULL; look++) {
        if (look == 1) {
            hf_document_drop(work->earlier);
            work->earlier = NULL;
        }
        look_at_version(work, work->first + look);
    }
    return NULL;
}

/* {"wide":(what wide_document has),"gone":(mounted),"kept":(mounted)} as a version; then one without "gone". */
static hf_document *two_versions(const hf_document *mounted, hf_document **ret_earlier)
{
    hf_document *wide = wide_document(), *version = NULL;
    hf_draft *draft = NULL;
    HF_EXPECT(hf_draft_create(NULL, &draft, NULL) == HF_OK && hf_set_object(draft, HF_T(""), NULL) == HF_OK);
    HF_EXPECT(hf_draft_set(draft, hf_place_at(HF_T("/wide")), hf_item_copy(hf_root(wide)), NULL) == HF_OK);
    hf_document *gone = mounting(mounted);
    HF_EXPECT(hf_mount(draft, HF_T("/gone"), gone, NULL) == HF_OK && hf_mount(draft, HF_T("/kept"), mounted, NULL) == HF_OK);
    hf_document_drop(gone);
    hf_document_drop(wide);
    HF_EXPECT(hf_freeze(&draft, ret_earlier, NULL) == HF_OK);
    HF_EXPECT(hf_edit(*ret_earlier, &draft, NULL) == HF_OK && hf_remove(draft, HF_T("/gone"), NULL) == HF_OK);
    HF_EXPECT(hf_freeze(&draft, &version, NULL) == HF_OK);
    return version;
}

/* A round has a version of its own, whose counts and hashes nobody asked for before. */
static void round_of_versions(const hf_document *mounted)
{
    hf_document *earlier = NULL, *version = two_versions(mounted, &earlier), *outer = NULL, *flat = NULL;
    hf_document *twin_earlier = NULL, *twin = two_versions(mounted, &twin_earlier);
    hf_size size;
    pthread_barrier_t start;
    pthread_t threads[THREADS];
    version_job jobs[THREADS];
    HF_EXPECT(hf_document_clone(twin, NULL, NULL, &flat, NULL) == HF_OK && hf_measure(hf_root(twin), &size, NULL) == HF_OK);
    outer = mounting(version);
    pthread_barrier_init(&start, NULL, THREADS);
    for (unsigned i = 0; i < THREADS; i++) {
        jobs[i] = (version_job){ version, outer, flat, i == 0 ? earlier : NULL, size.values_expanded, size.deep_bytes,
                                 hf_hash(hf_root(flat)), i, &start, NULL };
        HF_EXPECT(pthread_create(&threads[i], NULL, look_at_versions, &jobs[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        if (jobs[i].wrong != NULL)
            fail_msg("thread %d: %s", i, jobs[i].wrong);
    }
    pthread_barrier_destroy(&start);
    hf_document *all[] = { twin, twin_earlier, outer, version, flat };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        hf_document_drop(all[i]);
}

static void test_threads__a_version_outlives_the_one_before(void **state)
{
    (void)state;
    hf_document *mounted = wide_document();
    for (int round = 0; round < VERSIONS; round++)
        round_of_versions(mounted);
    assert_int_equal(hf_document_get_info(mounted).holders, 1);
    hf_document_drop(mounted);
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
        cmocka_unit_test(test_threads__a_version_outlives_the_one_before),
        cmocka_unit_test(test_threads__the_last_drop_comes_from_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
