/* test_cache.c - lib/service/cache*: bounds in bytes and entries, one load per key, eviction, expiry, threads. */
#include "charged.h"
#include "misuse_hook.h"
#include "nth.h"

#include <holdfast/cache.h>
#include <holdfast/read.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

/* A loader as services have one: the document of key "N" is an array of N % 100 + 1 numbers. */
typedef struct source {
    _Atomic long  loads;
    hf_cache     *gate; /* the load lasts until so many wait for it there, or until `open` */
    uint64_t      gate_waits;
    _Atomic bool  open;
} source;

static hf_status load_numbers(void *context, hf_text key, const hf_cache_loading *loading, hf_document **ret_document,
                              hf_error *reterr)
{
    source *self = context;
    self->loads++;
    while (self->gate != NULL && !self->open && hf_cache_count(self->gate).load_waits < self->gate_waits)
        sleep_ms(1);
    char name[32], text[2000];
    snprintf(name, sizeof name, "%.*s", HF_ARG(key));
    if (strcmp(name, "absent") == 0)
        return HF_NOT_FOUND;
    if (strcmp(name, "broken") == 0)
        return hf_read(HF_T("[1,"), &(hf_read_options){ .budget = loading->budget }, ret_document, reterr);
    long   number = atol(name);
    size_t length = 1;
    text[0] = '[';
    for (long i = 0; i <= number % 100; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%ld", i > 0 ? "," : "", number);
    text[length++] = ']';
    return hf_read(hf_text_of(text, length), &(hf_read_options){ .allocator = loading->allocator, .budget = loading->budget },
                   ret_document, reterr);
}

static hf_cache *make(hf_cache_options options)
{
    hf_cache *cache = NULL;
    assert_int_equal(hf_cache_create(&options, &cache, NULL), HF_OK);
    return cache;
}

static hf_status get_number(hf_cache *cache, long number, hf_document **ret_document)
{
    char key[32];
    int  length = snprintf(key, sizeof key, "%ld", number);
    return hf_cache_get(cache, hf_text_of(key, (size_t)length), NULL, ret_document, NULL);
}

/* Gets, checks what came, and drops. */
static void use_number(hf_cache *cache, long number)
{
    hf_document *document = NULL;
    assert_int_equal(get_number(cache, number, &document), HF_OK);
    assert_int_equal(hf_as_i64(hf_at(hf_root(document), 0), -1), number);
    hf_document_drop(document);
}

static void test_cache__loads_once_and_finds_again(void **state)
{
    (void)state;
    source       numbers = { .loads = 0 };
    hf_cache    *cache = make((hf_cache_options){ .load = load_numbers, .context = &numbers });
    hf_document *first = NULL, *second = NULL;
    assert_int_equal(hf_cache_find(cache, HF_T("7"), &first), HF_NOT_FOUND);
    assert_int_equal(get_number(cache, 7, &first), HF_OK);
    assert_int_equal(get_number(cache, 7, &second), HF_OK);
    assert_ptr_equal(first, second);
    hf_document_drop(second);
    assert_int_equal(hf_cache_find(cache, HF_T("7"), &second), HF_OK);
    hf_document_drop(second);
    assert_int_equal(numbers.loads, 1);
    hf_cache_counts counts = hf_cache_count(cache);
    assert_int_equal(counts.entries, 1);
    assert_int_equal(counts.hits, 1);
    assert_int_equal(counts.misses, 1);
    assert_int_equal(counts.bytes, hf_budget_count(hf_cache_budget(cache)).current);
    assert_true(counts.bytes > hf_document_get_info(first).bytes);
    assert_int_equal(hf_cache_remove(cache, HF_T("7")), HF_OK);
    assert_int_equal(hf_cache_remove(cache, HF_T("7")), HF_NOT_FOUND);
    assert_int_equal(hf_cache_count(cache).bytes, hf_document_get_info(first).bytes);
    assert_int_equal(hf_cache_destroy(cache), HF_OK);
    assert_int_equal(hf_as_i64(hf_at(hf_root(first), 7), 0), 7); /* outlives the cache */
    hf_document_drop(first);
    assert_int_equal(hf_cache_destroy(NULL), HF_OK);
}

static void test_cache__failures_are_not_kept(void **state)
{
    (void)state;
    source       numbers = { .loads = 0 };
    hf_cache    *cache = make((hf_cache_options){ .load = load_numbers, .context = &numbers });
    hf_document *document = NULL;
    hf_error     error;
    assert_int_equal(hf_cache_get(cache, HF_T("absent"), NULL, &document, &error), HF_NOT_FOUND);
    assert_int_equal(error.status, HF_NOT_FOUND);
    assert_int_equal(hf_cache_get(cache, HF_T("broken"), NULL, &document, &error), HF_BAD_END);
    assert_int_equal(error.offset, 3);
    assert_int_equal(hf_cache_get(cache, HF_T("broken"), NULL, &document, NULL), HF_BAD_END);
    assert_null(document);
    assert_int_equal(numbers.loads, 3);
    assert_int_equal(hf_cache_count(cache).load_failures, 3);
    assert_int_equal(hf_cache_count(cache).bytes, 0);
    assert_int_equal(hf_cache_destroy(cache), HF_OK);
    cache = make((hf_cache_options){ .load = NULL });
    assert_int_equal(hf_cache_get(cache, HF_T("1"), NULL, &document, NULL), HF_NOT_FOUND);
    assert_int_equal(hf_cache_destroy(cache), HF_OK);
}

static void test_cache__never_passes_its_bound(void **state)
{
    (void)state;
    source    numbers = { .loads = 0 };
    uint64_t  bound = 60000;
    hf_cache *cache = make((hf_cache_options){ .load = load_numbers, .context = &numbers, .bytes_max = bound });
    for (long i = 0; i < 3000; i++) {
        use_number(cache, i % 700);
        hf_cache_counts counts = hf_cache_count(cache);
        assert_true(counts.bytes <= bound);
    }
    hf_cache_counts counts = hf_cache_count(cache);
    /* The peak counts what was there while others were loading. */
    assert_true(hf_budget_count(hf_cache_budget(cache)).peak <= bound);
    assert_true(counts.bytes > bound / 2);
    assert_true(counts.evicted > 0);
    assert_int_equal(counts.uncached, 0);
    assert_int_equal(counts.loads, numbers.loads);
    assert_int_equal(counts.loads - counts.evicted, counts.entries);
    uint64_t fell = hf_cache_trim(cache, 10000);
    assert_int_equal(counts.bytes - fell, hf_cache_count(cache).bytes);
    assert_true(hf_cache_count(cache).bytes <= 10000);
    hf_cache_trim(cache, 0);
    assert_int_equal(hf_cache_count(cache).entries, 0);
    assert_int_equal(hf_cache_count(cache).bytes, 0);
    assert_int_equal(hf_cache_destroy(cache), HF_OK);
}

static void test_cache__documents_in_use_stay_and_a_load_is_refused(void **state)
{
    (void)state;
    enum { HELD = 200 };
    source       numbers = { .loads = 0 };
    hf_cache    *cache = make((hf_cache_options){ .load = load_numbers, .context = &numbers, .bytes_max = 40000 });
    hf_document *held[HELD];
    long         count = 0;
    hf_status    status = HF_OK;
    while (count < HELD && (status = get_number(cache, count, &held[count])) == HF_OK)
        count++;
    assert_int_equal(status, HF_LIMIT_BYTES);
    assert_int_equal(hf_cache_count(cache).evicted, 0);
    assert_true(hf_budget_count(hf_cache_budget(cache)).peak <= 40000);
    for (long i = 0; i < count; i++)
        hf_document_drop(held[i]);
    use_number(cache, count); /* now there is somebody to evict */
    assert_true(hf_cache_count(cache).evicted > 0);
    assert_int_equal(hf_cache_destroy(cache), HF_OK);
}

static void test_cache__entries_are_bounded(void **state)
{
    (void)state;
    source       numbers = { .loads = 0 };
    hf_cache    *cache = make((hf_cache_options){ .load = load_numbers, .context = &numbers, .entries_max = 10 });
    hf_document *held = NULL;
    assert_int_equal(get_number(cache, 1000, &held), HF_OK);
    for (long i = 0; i < 500; i++) {
        use_number(cache, i);
        assert_true(hf_cache_count(cache).entries <= 10);
    }
    hf_document_drop(held);
    assert_int_equal(hf_cache_count(cache).entries, 10);
    assert_int_equal(hf_cache_destroy(cache), HF_OK);
}

/* What is asked for again and again survives a scan of ten times the cache. */
static void test_cache__a_scan_does_not_empty_it(void **state)
{
    (void)state;
    source    numbers = { .loads = 0 };
    hf_cache *cache = make((hf_cache_options){ .load = load_numbers, .context = &numbers, .entries_max = 100 });
    for (int round = 0; round < 3; round++)
        for (long i = 0; i < 50; i++)
            use_number(cache, i);
    for (long i = 1000; i < 2000; i++)
        use_number(cache, i);
    numbers.loads = 0;
    for (long i = 0; i < 50; i++)
        use_number(cache, i);
    assert_int_equal(numbers.loads, 0);
    assert_int_equal(hf_cache_destroy(cache), HF_OK);
}

static void test_cache__what_expired_is_loaded_again(void **state)
{
    (void)state;
    source       numbers = { .loads = 0 };
    hf_cache    *cache = make((hf_cache_options){ .load = load_numbers, .context = &numbers, .time_to_live_ms = 500 });
    hf_document *document = NULL;
    use_number(cache, 1);
    use_number(cache, 1);
    assert_int_equal(numbers.loads, 1);
    sleep_ms(510);
    assert_int_equal(hf_cache_find(cache, HF_T("1"), &document), HF_NOT_FOUND);
    use_number(cache, 2); /* a load lets go of what expired */
    assert_int_equal(hf_cache_count(cache).expired, 1);
    assert_int_equal(hf_cache_count(cache).entries, 1);
    use_number(cache, 1);
    assert_int_equal(numbers.loads, 3);
    sleep_ms(510);
    assert_true(hf_cache_trim(cache, UINT64_MAX) > 0);
    assert_int_equal(hf_cache_count(cache).entries, 0);
    assert_int_equal(hf_cache_destroy(cache), HF_OK);
}

static hf_document *read_text(hf_text text)
{
    hf_document *document = NULL;
    assert_int_equal(hf_read(text, NULL, &document, NULL), HF_OK);
    return document;
}

static void test_cache__puts_what_was_charged_elsewhere(void **state)
{
    (void)state;
    source       numbers = { .loads = 0 };
    hf_document *document = read_text(HF_T("[\"elsewhere\"]")), *found = NULL;
    uint64_t     bytes = hf_document_get_info(document).bytes, bound = 20 * (bytes + 400);
    hf_cache    *cache = make((hf_cache_options){ .load = load_numbers, .context = &numbers, .bytes_max = bound });
    assert_int_equal(hf_cache_put(cache, HF_T("a"), document, NULL), HF_OK);
    assert_int_equal(hf_cache_count(cache).bytes - hf_budget_count(hf_cache_budget(cache)).current, bytes);
    assert_int_equal(hf_cache_put(cache, HF_T("a"), document, NULL), HF_OK);
    assert_int_equal(hf_cache_count(cache).replaced, 1);
    assert_int_equal(hf_cache_count(cache).entries, 1);
    assert_int_equal(hf_cache_get(cache, HF_T("a"), NULL, &found, NULL), HF_OK);
    assert_ptr_equal(found, document);
    hf_document_drop(found);
    char key[2] = "A";
    for (int i = 0; i < 40; i++, key[0]++) {
        assert_int_equal(hf_cache_put(cache, hf_text_of(key, 1), document, NULL), HF_OK);
        use_number(cache, i);
        assert_true(hf_cache_count(cache).bytes <= bound);
    }
    assert_true(hf_cache_count(cache).evicted > 0);
    assert_int_equal(hf_cache_destroy(cache), HF_OK);

    hf_error error;
    cache = make((hf_cache_options){ .bytes_max = bytes });
    assert_int_equal(hf_cache_put(cache, HF_T("a"), document, &error), HF_LIMIT_BYTES);
    assert_int_equal(hf_cache_count(cache).bytes, 0);
    EXPECT_MISUSE(hf_cache_put(cache, HF_T("a"), NULL, NULL), HF_MISUSE);
    assert_int_equal(hf_cache_destroy(cache), HF_OK);
    hf_document_drop(document);
}

static void test_cache__a_document_larger_than_the_cache_evicts_nothing(void **state)
{
    (void)state;
    hf_cache    *cache = make((hf_cache_options){ .bytes_max = 5000 });
    hf_document *small = read_text(HF_T("[1]"));
    char        *text = malloc(20002);
    memset(text, '1', 20002);
    text[0] = '"';
    text[20001] = '"';
    hf_document *large = read_text(hf_text_of(text, 20002));
    free(text);
    assert_int_equal(hf_cache_put(cache, HF_T("small"), small, NULL), HF_OK);
    assert_int_equal(hf_cache_put(cache, HF_T("large"), large, NULL), HF_LIMIT_BYTES);
    assert_int_equal(hf_cache_count(cache).entries, 1);
    hf_document_drop(small);
    hf_document_drop(large);
    assert_int_equal(hf_cache_destroy(cache), HF_OK);
}

/* ---- threads ----------------------------------------------------------------------------- */

typedef struct asker {
    hf_cache    *cache;
    const char  *key;
    hf_document *document;
    hf_status    status;
    hf_error     error;
} asker;

static void *ask(void *context)
{
    asker *self = context;
    self->status = hf_cache_get(self->cache, hf_text_from_cstr(self->key), NULL, &self->document, &self->error);
    return NULL;
}

static void test_cache__many_ask_one_loads(void **state)
{
    (void)state;
    enum { ASKERS = 6 };
    static const char *const keys[] = { "5", "broken" };
    for (int k = 0; k < 2; k++) {
        source    numbers = { .gate_waits = ASKERS - 1 };
        hf_cache *cache = make((hf_cache_options){ .load = load_numbers, .context = &numbers });
        numbers.gate = cache;
        asker     askers[ASKERS];
        pthread_t threads[ASKERS];
        for (int i = 0; i < ASKERS; i++) {
            askers[i] = (asker){ .cache = cache, .key = keys[k] };
            pthread_create(&threads[i], NULL, ask, &askers[i]);
        }
        for (int i = 0; i < ASKERS; i++)
            pthread_join(threads[i], NULL);
        assert_int_equal(numbers.loads, 1);
        assert_int_equal(hf_cache_count(cache).load_waits, ASKERS - 1);
        for (int i = 0; i < ASKERS; i++) {
            assert_int_equal(askers[i].status, k == 0 ? HF_OK : HF_BAD_END);
            if (k == 0)
                assert_ptr_equal(askers[i].document, askers[0].document);
            else
                assert_int_equal(askers[i].error.offset, 3);
            hf_document_drop(askers[i].document);
        }
        assert_int_equal(hf_cache_destroy(cache), HF_OK);
    }
}

static void test_cache__a_waiter_can_give_up(void **state)
{
    (void)state;
    source       numbers = { .gate_waits = UINT64_MAX };
    hf_cache    *cache = make((hf_cache_options){ .load = load_numbers, .context = &numbers });
    numbers.gate = cache;
    asker        patient = { .cache = cache, .key = "5" };
    hf_document *document = NULL;
    hf_cancel    cancel;
    pthread_t    thread;
    pthread_create(&thread, NULL, ask, &patient);
    while (hf_cache_count(cache).loading == 0)
        sleep_ms(1);
    EXPECT_MISUSE(hf_cache_destroy(cache), HF_MISUSE);
    hf_cancel_init(&cancel, NULL, 15);
    assert_int_equal(hf_cache_get(cache, HF_T("5"), &cancel, &document, NULL), HF_LIMIT_TIME);
    assert_null(document);
    numbers.open = true;
    pthread_join(thread, NULL);
    assert_int_equal(patient.status, HF_OK);
    hf_document_drop(patient.document);
    assert_int_equal(hf_cache_destroy(cache), HF_OK);
}

/* "x" needs "y" and "y" needs "x"; "self" needs itself. */
static hf_status load_in_circle(void *context, hf_text key, const hf_cache_loading *loading, hf_document **ret_document,
                                hf_error *reterr)
{
    hf_cache *cache = *(hf_cache **)context;
    hf_text   needed = hf_text_equal(key, HF_T("x")) ? HF_T("y") : hf_text_equal(key, HF_T("y")) ? HF_T("x") : key;
    sleep_ms(10);
    return hf_cache_get(cache, needed, loading->cancel, ret_document, reterr);
}

static void test_cache__circles_are_refused(void **state)
{
    (void)state;
    hf_cache *cache = NULL;
    asker     askers[2] = { { .key = "x" }, { .key = "y" } };
    pthread_t threads[2];
    cache = make((hf_cache_options){ .load = load_in_circle, .context = &cache });
    hf_document *document = NULL;
    assert_int_equal(hf_cache_get(cache, HF_T("self"), NULL, &document, NULL), HF_CYCLE);
    assert_int_equal(hf_cache_get(cache, HF_T("x"), NULL, &document, NULL), HF_CYCLE);
    for (int i = 0; i < 2; i++) {
        askers[i].cache = cache;
        pthread_create(&threads[i], NULL, ask, &askers[i]);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(askers[0].status, HF_CYCLE);
    assert_int_equal(askers[1].status, HF_CYCLE);
    assert_int_equal(hf_cache_destroy(cache), HF_OK);
}

static hf_status load_and_leave(void *context, hf_text key, const hf_cache_loading *loading, hf_document **ret_document,
                                hf_error *reterr)
{
    (void)context, (void)key, (void)loading, (void)ret_document, (void)reterr;
    pthread_exit(NULL);
}

static void test_cache__a_loader_that_ends_its_thread_is_a_failure(void **state)
{
    (void)state;
    hf_cache *cache = make((hf_cache_options){ .load = load_and_leave });
    asker     leaving = { .cache = cache, .key = "1" };
    pthread_t thread;
    pthread_create(&thread, NULL, ask, &leaving);
    pthread_join(thread, NULL);
    assert_int_equal(hf_cache_count(cache).loading, 0);
    assert_int_equal(hf_cache_count(cache).load_failures, 1);
    assert_int_equal(hf_cache_destroy(cache), HF_OK);
}

typedef struct reader {
    hf_cache   *cache;
    unsigned    random;
    const char *wrong;
} reader;

static void *read_and_check(void *context)
{
    reader *self = context;
    for (int i = 0; i < 3000 && self->wrong == NULL; i++) {
        self->random = self->random * 1664525 + 1013904223;
        long         number = (self->random >> 16) % 300;
        hf_document *document = NULL;
        hf_status    status = get_number(self->cache, number, &document);
        if (status == HF_LIMIT_BYTES)
            continue; /* the others hold what could be evicted */
        if (status != HF_OK)
            self->wrong = hf_status_name(status);
        else if (hf_as_i64(hf_at(hf_root(document), 0), -1) != number)
            self->wrong = "the document of another key";
        hf_document_drop(document);
        if (self->random % 100 == 0)
            hf_cache_remove(self->cache, HF_T("5"));
        if (self->random % 500 == 0)
            hf_cache_trim(self->cache, 5000);
    }
    return NULL;
}

static void test_cache__many_readers(void **state)
{
    (void)state;
    source    numbers = { .loads = 0 };
    hf_cache *cache = make((hf_cache_options){ .load = load_numbers, .context = &numbers, .bytes_max = 50000,
                                               .time_to_live_ms = 20 });
    reader    readers[4];
    pthread_t threads[4];
    for (unsigned i = 0; i < 4; i++) {
        readers[i] = (reader){ .cache = cache, .random = i };
        pthread_create(&threads[i], NULL, read_and_check, &readers[i]);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        if (readers[i].wrong != NULL)
            fail_msg("%s", readers[i].wrong);
    }
    assert_true(hf_budget_count(hf_cache_budget(cache)).peak <= 50000);
    assert_int_equal(hf_cache_destroy(cache), HF_OK);
}

static void test_cache__each_failure_is_clean(void **state)
{
    (void)state;
    NTH_LOOP(nth) {
        source    numbers = { .loads = 0 };
        hf_cache *cache = NULL;
        hf_error  error;
        hf_status status = hf_cache_create(&(hf_cache_options){ .load = load_numbers, .context = &numbers,
                                                                .allocator = &nth.allocator }, &cache, &error);
        for (long i = 0; i < 70 && status == HF_OK; i++) {
            hf_document *document = NULL;
            status = get_number(cache, i % 65, &document);
            hf_document_drop(document);
        }
        nth_expect(&nth, status);
        assert_int_equal(hf_cache_destroy(cache), HF_OK);
    }
}


int main(void)
{
    const struct CMUnitTest tests[] = {
        HF_CHARGED_TEST(test_cache__loads_once_and_finds_again),
        HF_CHARGED_TEST(test_cache__failures_are_not_kept),
        HF_CHARGED_TEST(test_cache__never_passes_its_bound),
        HF_CHARGED_TEST(test_cache__documents_in_use_stay_and_a_load_is_refused),
        HF_CHARGED_TEST(test_cache__entries_are_bounded),
        HF_CHARGED_TEST(test_cache__a_scan_does_not_empty_it),
        HF_CHARGED_TEST(test_cache__what_expired_is_loaded_again),
        HF_CHARGED_TEST(test_cache__puts_what_was_charged_elsewhere),
        HF_CHARGED_TEST(test_cache__a_document_larger_than_the_cache_evicts_nothing),
        HF_CHARGED_TEST(test_cache__many_ask_one_loads),
        HF_CHARGED_TEST(test_cache__a_waiter_can_give_up),
        HF_CHARGED_TEST(test_cache__circles_are_refused),
        HF_CHARGED_TEST(test_cache__a_loader_that_ends_its_thread_is_a_failure),
        HF_CHARGED_TEST(test_cache__many_readers),
        HF_CHARGED_TEST(test_cache__each_failure_is_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
