/* test_pool.c - lib/memory/pool: reuse, refusals, bounds, trimming, threads, failure. */
#include "misuse_hook.h"
#include "nth.h"

#include "memory/poison.h"

#include <holdfast/frame.h>
#include <holdfast/pool.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* An object that owns memory of its own, as pooled objects do. */
typedef struct buffer {
    char  *bytes;
    size_t size;
    int    broken;
} buffer;

static _Atomic long prepared, finished;
static bool         prepare_fails;

static hf_status buffer_prepare(void *object, void *context)
{
    (void)context;
    buffer *self = object;
    if (prepare_fails || (self->bytes = malloc(64)) == NULL)
        return HF_NO_MEMORY;
    prepared++;
    return HF_OK;
}

static hf_status buffer_reset(void *object, void *context)
{
    (void)context;
    buffer *self = object;
    self->size = 0;
    return self->broken ? HF_DIRTY : HF_OK;
}

static void buffer_finish(void *object, void *context)
{
    (void)context;
    free(((buffer *)object)->bytes);
    finished++;
}

static const hf_pool_options buffers = {
    .size = sizeof(buffer), .prepare = buffer_prepare, .reset = buffer_reset, .finish = buffer_finish
};

/* What an object takes: its size and a header of 32 bytes. */
enum { BUFFER_BLOCK = sizeof(buffer) + 32 };

static hf_pool *make(hf_pool_options options)
{
    hf_pool *pool = NULL;
    assert_int_equal(hf_pool_create(&options, &pool, NULL), HF_OK);
    return pool;
}

static void *get(hf_pool *pool)
{
    void *object = NULL;
    assert_int_equal(hf_pool_get(pool, &object, NULL), HF_OK);
    assert_non_null(object);
    return object;
}

static int balanced(void **state)
{
    (void)state;
    assert_int_equal(prepared, finished);
    return 0;
}

static void test_pool__objects_are_used_again(void **state)
{
    (void)state;
    hf_pool *pool = make(buffers);
    buffer  *first = get(pool);
    char    *bytes = first->bytes;
    first->size = 7;
    assert_int_equal(hf_pool_put(pool, first), HF_OK);
    for (int i = 0; i < 1000; i++) {
        buffer *again = get(pool);
        assert_ptr_equal(again, first);
        assert_ptr_equal(again->bytes, bytes);
        assert_int_equal(again->size, 0);
        assert_int_equal(hf_pool_put(pool, again), HF_OK);
    }
    assert_int_equal(hf_pool_count(pool).created, 1);
    assert_int_equal(hf_pool_put(pool, NULL), HF_OK);
    assert_int_equal(hf_pool_discard(pool, NULL), HF_OK);
    assert_int_equal(hf_pool_destroy(pool), HF_OK);
    assert_int_equal(hf_pool_destroy(NULL), HF_OK);
}

static void test_pool__plain_objects_begin_as_zeroes(void **state)
{
    (void)state;
    static const size_t alignments[] = { 0, 1, 16, 64, 4096 };
    for (size_t i = 0; i < 5; i++) {
        hf_pool       *pool = make((hf_pool_options){ .size = 100, .alignment = alignments[i] });
        unsigned char *object = get(pool);
        assert_int_equal((uintptr_t)object % (alignments[i] != 0 ? alignments[i] : 16), 0);
        for (int k = 0; k < 100; k++)
            assert_int_equal(object[k], 0);
        memset(object, 1, 100);
        hf_pool_put(pool, object);
        assert_int_equal(hf_pool_destroy(pool), HF_OK);
    }
}

static void test_pool__refuses_what_it_must_not_keep(void **state)
{
    (void)state;
    hf_pool  *pool = make(buffers), *other = make(buffers);
    buffer   *object = get(pool), *foreign = get(other), local = { .bytes = NULL };
    hf_frame  frame;
    EXPECT_MISUSE(hf_pool_put(pool, foreign), HF_MISUSE);
    EXPECT_MISUSE(hf_pool_put(pool, &local), HF_MISUSE);
    EXPECT_MISUSE(hf_pool_put(pool, (char *)object + 16), HF_MISUSE);
    EXPECT_MISUSE(hf_pool_put(pool, (void *)(uintptr_t)0x10), HF_MISUSE);
    hf_frame_begin(&frame, NULL);
    EXPECT_MISUSE(hf_pool_put(pool, hf_frame_allocate(&frame, sizeof *object, 16)), HF_MISUSE);
    assert_int_equal(hf_frame_end(&frame), HF_OK);

    object->broken = 1;
    EXPECT_MISUSE(hf_pool_put(pool, object), HF_DIRTY);
    object->broken = 0;
    assert_int_equal(hf_pool_put(pool, object), HF_OK);
    EXPECT_MISUSE(hf_pool_put(pool, object), HF_MISUSE);
    EXPECT_MISUSE(hf_pool_discard(pool, object), HF_MISUSE);
    hf_pool_trim(pool, 0);
    EXPECT_MISUSE(hf_pool_put(pool, object), HF_MISUSE); /* freed: not even looked at */
    assert_int_equal(hf_pool_count(pool).refused, 9);

    EXPECT_MISUSE(hf_pool_destroy(other), HF_MISUSE);
    assert_int_equal(hf_pool_discard(other, foreign), HF_OK);
    assert_int_equal(hf_pool_destroy(other), HF_OK);
    assert_int_equal(hf_pool_destroy(pool), HF_OK);
}

static void test_pool__refuses_pointers_into_a_frame(void **state)
{
    (void)state;
    hf_pool_options options = buffers;
    options.refuse_frame_pointers = true;
    hf_pool *pool = make(options);
    buffer  *object = get(pool);
    char    *own = object->bytes;
    hf_frame frame;
    hf_frame_begin(&frame, NULL);
    object->bytes = hf_frame_allocate(&frame, 10, 1);
    EXPECT_MISUSE(hf_pool_put(pool, object), HF_DIRTY);
    object->bytes = own;
    assert_int_equal(hf_pool_put(pool, object), HF_OK);
    assert_int_equal(hf_frame_end(&frame), HF_OK);
    assert_int_equal(hf_pool_destroy(pool), HF_OK);
}

static void test_pool__every_word_is_looked_at(void **state)
{
    (void)state;
    enum { WORDS = 3 };
    hf_pool *pool = make((hf_pool_options){ .size = WORDS * sizeof(void *), .refuse_frame_pointers = true });
    void    *object = NULL;
    hf_frame frame;
    assert_int_equal(hf_pool_get(pool, &object, NULL), HF_OK);
    hf_frame_begin(&frame, NULL);
    void **words = object, *inside = hf_frame_allocate(&frame, 10, 1);
    for (int i = 0; i < WORDS; i++) {
        memset(words, 0, WORDS * sizeof *words);
        words[i] = inside;
        EXPECT_MISUSE(hf_pool_put(pool, object), HF_DIRTY);
    }
    assert_int_equal(hf_frame_end(&frame), HF_OK);
    assert_int_equal(hf_pool_put(pool, object), HF_OK);
    assert_int_equal(hf_pool_destroy(pool), HF_OK);
}

static void test_pool__an_idle_object_is_not_to_be_touched(void **state)
{
    (void)state;
    hf_pool *pool = make(buffers);
    buffer  *object = get(pool);
    assert_int_equal(hf_pool_put(pool, object), HF_OK);
#if HF__ASAN
    assert_true(__asan_address_is_poisoned(object));
#elif HF__DEBUG
    ((volatile buffer *)object)->size = 3;
    EXPECT_NOTICED(object = get(pool));
    hf_pool_put(pool, object);
#endif
    assert_int_equal(hf_pool_destroy(pool), HF_OK);
}

static void test_pool__never_keeps_more_than_its_bound(void **state)
{
    (void)state;
    enum { OBJECTS = 500 };
    static buffer  *objects[OBJECTS];
    hf_pool_options options = buffers;
    for (uint64_t bound = 0; bound < 200; bound += 13) {
        options.retained_bytes_max = bound * BUFFER_BLOCK + 1;
        hf_budget *budget = NULL;
        assert_int_equal(hf_budget_create(NULL, &budget, NULL), HF_OK);
        options.budget = budget;
        hf_pool *pool = make(options);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < OBJECTS; i++)
                objects[i] = get(pool);
            assert_int_equal(hf_pool_count(pool).out, OBJECTS);
            for (int i = 0; i < OBJECTS; i++) {
                assert_int_equal(hf_pool_put(pool, objects[i]), HF_OK);
                assert_true(hf_pool_count(pool).retained <= bound);
            }
            hf_pool_counts counts = hf_pool_count(pool);
            assert_int_equal(counts.out, 0);
            assert_true(counts.retained >= bound / 2);
            assert_int_equal(counts.created - counts.freed, counts.retained);
            assert_int_equal(counts.retained_bytes, counts.retained * BUFFER_BLOCK);
        }
        assert_int_equal(hf_pool_destroy(pool), HF_OK);
        assert_int_equal(hf_budget_count(budget).current, 0);
        hf_budget_drop(budget);
    }
}

static void test_pool__trims_to_a_number_of_bytes(void **state)
{
    (void)state;
    buffer  *objects[100];
    hf_pool *pool = make(buffers);
    for (int i = 0; i < 100; i++)
        objects[i] = get(pool);
    for (int i = 0; i < 100; i++)
        hf_pool_put(pool, objects[i]);
    assert_int_equal(hf_pool_count(pool).retained, 100);
    assert_int_equal(hf_pool_trim(pool, 40 * BUFFER_BLOCK), 60 * BUFFER_BLOCK);
    assert_int_equal(hf_pool_count(pool).retained, 40);
    assert_int_equal(hf_pool_trim(pool, 1000 * BUFFER_BLOCK), 0);
    assert_int_equal(hf_pool_trim(pool, 0), 40 * BUFFER_BLOCK);
    assert_int_equal(hf_pool_count(pool).retained, 0);
    assert_int_equal(hf_pool_destroy(pool), HF_OK);
}

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

/* A burst needs 200 objects, the service afterwards two: the others go. */
static void test_pool__frees_what_is_not_needed(void **state)
{
    (void)state;
    hf_pool_options options = buffers;
    options.idle_ms = 300;
    hf_pool *pool = make(options);
    buffer  *objects[200];
    for (int i = 0; i < 200; i++)
        objects[i] = get(pool);
    for (int i = 0; i < 200; i++)
        hf_pool_put(pool, objects[i]);
    sleep_ms(310);
    hf_pool_trim_idle(pool); /* a period ends in which all were used */
    assert_true(hf_pool_count(pool).retained >= 184);
    for (int i = 0; i < 50; i++) {
        objects[0] = get(pool);
        objects[1] = get(pool);
        hf_pool_put(pool, objects[0]);
        hf_pool_put(pool, objects[1]);
    }
    sleep_ms(310);
    assert_true(hf_pool_trim_idle(pool) > 0);
    assert_true(hf_pool_count(pool).retained <= 16);
    assert_int_equal(hf_pool_destroy(pool), HF_OK);
}

static void test_pool__limits_are_answers(void **state)
{
    (void)state;
    hf_pool_options options = buffers;
    hf_error        error;
    void           *object = NULL, *second = NULL;
    options.objects_max = 1;
    hf_pool *pool = make(options);
    object = get(pool);
    assert_int_equal(hf_pool_get(pool, &second, &error), HF_LIMIT_COUNT);
    assert_int_equal(error.status, HF_LIMIT_COUNT);
    assert_null(second);
    assert_int_equal(hf_pool_put(pool, object), HF_OK);
    assert_ptr_equal(get(pool), object);
    hf_pool_put(pool, object);
    assert_int_equal(hf_pool_destroy(pool), HF_OK);

    hf_pool *none = NULL;
    EXPECT_MISUSE(hf_pool_create(&(hf_pool_options){ .size = 0 }, &none, NULL), HF_MISUSE);
    EXPECT_MISUSE(hf_pool_create(&(hf_pool_options){ .size = 8, .alignment = 24 }, &none, NULL), HF_MISUSE);
    EXPECT_MISUSE(hf_pool_create(&(hf_pool_options){ .size = SIZE_MAX - 8 }, &none, NULL), HF_MISUSE);
    assert_null(none);

    prepare_fails = true;
    pool = make(buffers);
    assert_int_equal(hf_pool_get(pool, &second, &error), HF_NO_MEMORY);
    assert_string_equal(error.detail, "the pool's prepare");
    prepare_fails = false;
    assert_int_equal(hf_pool_count(pool).out, 0);
    assert_int_equal(hf_pool_destroy(pool), HF_OK);
}

static void test_pool__more_pools_than_indexes(void **state)
{
    (void)state;
    hf_pool *pools[40];
    for (int i = 0; i < 40; i++) {
        pools[i] = make(buffers);
        buffer *object = get(pools[i]);
        hf_pool_put(pools[i], object);
        assert_ptr_equal(get(pools[i]), object);
        hf_pool_put(pools[i], object);
    }
    for (int i = 0; i < 40; i++)
        assert_int_equal(hf_pool_destroy(pools[i]), HF_OK);
}

/* ---- threads ----------------------------------------------------------------------------- */

enum { MAILBOXES = 64 };
static _Atomic(buffer *) mailboxes[MAILBOXES];

/* Objects wander between threads: one gets, another may put. */
static void *trade(void *context)
{
    hf_pool *pool = context;
    unsigned random = (unsigned)(uintptr_t)&pool;
    for (int i = 0; i < 20000; i++) {
        random = random * 1664525 + 1013904223;
        void *object = NULL;
        if (random & 0x10000) {
            if (hf_pool_get(pool, &object, NULL) != HF_OK)
                return (void *)"get failed";
            buffer *self = object;
            if (self->size != 0)
                return (void *)"an object was not reset, or is in two hands";
            self->size = 1;
        }
        buffer *other = atomic_exchange(&mailboxes[random >> 26], (buffer *)object);
        if (other != NULL && (random & 0x7000) == 0) {
            if (hf_pool_discard(pool, other) != HF_OK)
                return (void *)"discard failed";
        } else if (other != NULL && hf_pool_put(pool, other) != HF_OK) {
            return (void *)"put failed";
        }
        if (random % 1000 == 0)
            hf_pool_trim(pool, 10 * BUFFER_BLOCK);
        if (random % 1000 == 1)
            hf_pool_trim_idle(pool);
    }
    return NULL;
}

static void test_pool__threads_share_it(void **state)
{
    (void)state;
    hf_pool_options options = buffers;
    options.retained_bytes_max = 50 * BUFFER_BLOCK;
    options.idle_ms = 1;
    hf_pool  *pool = make(options);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, trade, pool), 0);
    for (int i = 0; i < 100; i++) {
        assert_true(hf_pool_count(pool).retained <= 50);
        sleep_ms(1);
    }
    for (int i = 0; i < 4; i++) {
        void *wrong = NULL;
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    for (int i = 0; i < MAILBOXES; i++)
        assert_int_equal(hf_pool_put(pool, atomic_exchange(&mailboxes[i], NULL)), HF_OK);
    hf_pool_counts counts = hf_pool_count(pool);
    assert_int_equal(counts.out, 0);
    assert_true(counts.retained <= 50);
    assert_int_equal(counts.created - counts.freed, counts.retained);
    assert_int_equal(hf_pool_destroy(pool), HF_OK);
}

static void *fill_a_front(void *context)
{
    void *objects[10];
    for (int i = 0; i < 10; i++)
        if (hf_pool_get(context, &objects[i], NULL) != HF_OK)
            return context;
    for (int i = 0; i < 10; i++)
        hf_pool_put(context, objects[i]);
    return NULL;
}

static void test_pool__a_thread_leaves_its_objects_to_the_others(void **state)
{
    (void)state;
    hf_pool *pool = make(buffers);
    for (int i = 0; i < 20; i++) {
        pthread_t thread;
        void     *wrong = NULL;
        assert_int_equal(pthread_create(&thread, NULL, fill_a_front, pool), 0);
        pthread_join(thread, &wrong);
        assert_null(wrong);
    }
    assert_int_equal(hf_pool_count(pool).created, 10);
    assert_int_equal(hf_pool_count(pool).retained, 10);
    assert_int_equal(hf_pool_destroy(pool), HF_OK);
}

static void test_pool__each_failure_is_clean(void **state)
{
    (void)state;
    NTH_LOOP(nth) {
        hf_pool_options options = buffers;
        options.allocator = &nth.allocator;
        hf_pool  *pool = NULL;
        void     *objects[100] = { NULL };
        hf_error  error;
        hf_status status = hf_pool_create(&options, &pool, &error);
        for (int i = 0; i < 100 && status == HF_OK; i++)
            status = hf_pool_get(pool, &objects[i], &error);
        nth_expect(&nth, status);
        if (status != HF_OK)
            assert_int_equal(error.status, HF_NO_MEMORY);
        for (int i = 0; i < 100 && pool != NULL; i++)
            assert_int_equal(hf_pool_put(pool, objects[i]), HF_OK);
        assert_int_equal(hf_pool_destroy(pool), HF_OK);
    }
}

int main(void)
{
    /* The main thread's fronts stay until the process ends: made before anything is counted. */
    hf_pool *pool = NULL;
    void    *object = NULL;
    if (hf_pool_create(&buffers, &pool, NULL) != HF_OK || hf_pool_get(pool, &object, NULL) != HF_OK ||
        hf_pool_put(pool, object) != HF_OK || hf_pool_destroy(pool) != HF_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_pool__objects_are_used_again, balanced),
        cmocka_unit_test_teardown(test_pool__plain_objects_begin_as_zeroes, balanced),
        cmocka_unit_test_teardown(test_pool__refuses_what_it_must_not_keep, balanced),
        cmocka_unit_test_teardown(test_pool__refuses_pointers_into_a_frame, balanced),
        cmocka_unit_test_teardown(test_pool__every_word_is_looked_at, balanced),
        cmocka_unit_test_teardown(test_pool__an_idle_object_is_not_to_be_touched, balanced),
        cmocka_unit_test_teardown(test_pool__never_keeps_more_than_its_bound, balanced),
        cmocka_unit_test_teardown(test_pool__trims_to_a_number_of_bytes, balanced),
        cmocka_unit_test_teardown(test_pool__frees_what_is_not_needed, balanced),
        cmocka_unit_test_teardown(test_pool__limits_are_answers, balanced),
        cmocka_unit_test_teardown(test_pool__more_pools_than_indexes, balanced),
        cmocka_unit_test_teardown(test_pool__threads_share_it, balanced),
        cmocka_unit_test_teardown(test_pool__a_thread_leaves_its_objects_to_the_others, balanced),
        cmocka_unit_test_teardown(test_pool__each_failure_is_clean, balanced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
