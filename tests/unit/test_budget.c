/* test_budget.c - lib/memory/budget.c: exact, whole up the tree or not at all, never above a limit. */
#include "deep_stack.h"
#include "misuse_hook.h"

#include <holdfast/memory.h>
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static hf_budget *make(hf_budget *parent, uint64_t bytes_max, const char *name)
{
    hf_budget *budget = NULL;
    assert_int_equal(hf_budget_create(&(hf_budget_options){ .parent = parent, .bytes_max = bytes_max, .name = name },
                                      &budget, NULL), HF_OK);
    return budget;
}

static void test_budget__charges_count_up_to_the_process(void **state)
{
    (void)state;
    uint64_t   before = hf_budget_count(NULL).current;
    hf_budget *group = make(NULL, 1000, "group"), *document = make(group, 0, "document");
    assert_int_equal(hf_budget_charge(document, 600, NULL), HF_OK);
    assert_int_equal(hf_budget_count(document).current, 600);
    assert_int_equal(hf_budget_count(group).current, 600);
    assert_int_equal(hf_budget_count(NULL).current - before, 600);
    assert_int_equal(hf_budget_release(document, 250), HF_OK);
    hf_budget_counts counts = hf_budget_count(group);
    assert_int_equal(counts.current, 350);
    assert_int_equal(counts.peak, 600);
    assert_int_equal(counts.charged, 600);
    assert_int_equal(counts.released, 250);
    assert_true(hf_budget_count(document).bytes_max == UINT64_MAX);
    hf_budget_peak_reset(group);
    assert_int_equal(hf_budget_count(group).peak, 350);
    assert_int_equal(hf_budget_release(document, 350), HF_OK);
    hf_budget_drop(document);
    hf_budget_drop(group);
    assert_int_equal(hf_budget_count(NULL).current, before);
}

static void test_budget__a_refusal_counts_nowhere(void **state)
{
    (void)state;
    uint64_t   before = hf_budget_count(NULL).current;
    hf_budget *group = make(NULL, 1000, "group"), *document = make(group, 5000, "document");
    hf_error   error;
    assert_int_equal(hf_budget_charge(document, 900, NULL), HF_OK);
    assert_int_equal(hf_budget_charge(document, 101, &error), HF_LIMIT_BYTES);
    assert_int_equal(error.status, HF_LIMIT_BYTES);
    assert_string_equal(error.detail, "group: 101 more than 900 of 1000");
    assert_int_equal(hf_budget_count(document).current, 900);
    assert_int_equal(hf_budget_count(document).refused, 0);
    assert_int_equal(hf_budget_count(group).current, 900);
    assert_int_equal(hf_budget_count(group).refused, 1);
    assert_int_equal(hf_budget_count(NULL).current - before, 900);
    assert_int_equal(hf_budget_charge(document, UINT64_MAX, NULL), HF_LIMIT_BYTES);
    assert_int_equal(hf_budget_charge(document, 100, NULL), HF_OK); /* to the brim */
    assert_int_equal(hf_budget_charge(document, 0, NULL), HF_OK);
    hf_budget_limit(group, 10);
    assert_int_equal(hf_budget_charge(document, 1, NULL), HF_LIMIT_BYTES);
    assert_int_equal(hf_budget_release(document, 1000), HF_OK);
    assert_int_equal(hf_budget_charge(document, 11, NULL), HF_LIMIT_BYTES);
    hf_budget_limit(group, 0);
    assert_int_equal(hf_budget_charge(document, 11, NULL), HF_OK);
    assert_int_equal(hf_budget_release(document, 11), HF_OK);
    hf_budget_drop(document);
    hf_budget_drop(group);
}

static void test_budget__a_limit_on_the_process(void **state)
{
    (void)state;
    hf_budget *process = hf_budget_process();
    assert_string_equal(hf_budget_name(NULL), "process");
    uint64_t current = hf_budget_count(process).current;
    hf_budget_limit(process, current + 100);
    assert_int_equal(hf_budget_charge(NULL, 101, NULL), HF_LIMIT_BYTES);
    assert_int_equal(hf_budget_charge(NULL, 100, NULL), HF_OK);
    assert_int_equal(hf_budget_release(NULL, 100), HF_OK);
    hf_budget_limit(process, 0);
    hf_budget_drop(hf_budget_hold(process));
    hf_budget_drop(NULL);
}

static void test_budget__a_child_holds_its_parent(void **state)
{
    (void)state;
    hf_budget *group = make(NULL, 1000, "a name of more than thirty-one bytes");
    hf_budget *document = make(group, 0, NULL);
    hf_budget_drop(group);
    assert_int_equal(hf_budget_charge(document, 1001, NULL), HF_LIMIT_BYTES);
    assert_int_equal(strlen(hf_budget_name(group)), 31);
    assert_string_equal(hf_budget_name(document), "budget");
    hf_budget_drop(document);
}

static void test_budget__a_million_generations_drop_without_recursion(void **state)
{
    (void)state;
    hf_budget *deepest = NULL;
    for (int i = 0; i < 1000000; i++) {
        hf_budget *child = make(deepest, 0, NULL);
        hf_budget_drop(deepest);
        deepest = child;
    }
    hf_budget_drop(deepest);
}

static void test_budget__mistakes_are_noticed(void **state)
{
    (void)state;
    uint64_t   before = hf_budget_count(NULL).current;
    hf_budget *budget = make(NULL, 0, "mistaken");
    assert_int_equal(hf_budget_charge(budget, 10, NULL), HF_OK);
    EXPECT_MISUSE(hf_budget_release(budget, 11), HF_MISUSE);
    assert_int_equal(hf_budget_count(budget).current, 10);
    EXPECT_NOTICED(hf_budget_drop(budget));
    assert_int_equal(hf_budget_count(NULL).current, before);
}

typedef struct hoard {
    hf_budget *budget;
    uint64_t   bytes; /* charged, and let go on request */
    int        asked;
} hoard;

static uint64_t let_go(void *context, uint64_t bytes)
{
    hoard *self = context;
    self->asked++;
    uint64_t gone = bytes < self->bytes ? bytes : self->bytes;
    if (gone > 0)
        hf_budget_release(self->budget, gone);
    self->bytes -= gone;
    /* Asking for more in here is answered without asking again. */
    assert_int_equal(hf_budget_charge(self->budget, 1000, NULL), HF_LIMIT_BYTES);
    return gone;
}

static uint64_t let_all_go(void *context, uint64_t bytes)
{
    hoard   *self = context;
    uint64_t gone = self->bytes;
    (void)bytes;
    hf_budget_release(self->budget, gone);
    self->bytes = 0;
    return gone;
}

static void test_budget__asks_for_all_that_it_may_hold(void **state)
{
    (void)state;
    hoard self = { .bytes = 600 };
    assert_int_equal(hf_budget_create(&(hf_budget_options){ .bytes_max = 1000, .reclaim = let_all_go, .reclaim_context = &self },
                                      &self.budget, NULL), HF_OK);
    assert_int_equal(hf_budget_charge(self.budget, 600, NULL), HF_OK);
    assert_int_equal(hf_budget_charge(self.budget, 1000, NULL), HF_OK);
    assert_int_equal(hf_budget_count(self.budget).current, 1000);
    assert_int_equal(hf_budget_release(self.budget, 1000), HF_OK);
    hf_budget_drop(self.budget);
}

static void test_budget__asks_before_it_refuses(void **state)
{
    (void)state;
    hoard self = { .bytes = 500 };
    assert_int_equal(hf_budget_create(&(hf_budget_options){ .bytes_max = 1000, .reclaim = let_go, .reclaim_context = &self },
                                      &self.budget, NULL), HF_OK);
    hf_budget *child = make(self.budget, 0, "child");
    assert_int_equal(hf_budget_charge(self.budget, 500, NULL), HF_OK);
    assert_int_equal(hf_budget_charge(child, 400, NULL), HF_OK);
    assert_int_equal(self.asked, 0);
    assert_int_equal(hf_budget_charge(child, 300, NULL), HF_OK);
    assert_int_equal(self.asked, 1);
    assert_int_equal(self.bytes, 200);
    assert_int_equal(hf_budget_charge(child, 1001, NULL), HF_LIMIT_BYTES); /* hopeless: not asked */
    assert_int_equal(self.asked, 1);
    assert_int_equal(hf_budget_charge(child, 700, NULL), HF_LIMIT_BYTES);
    assert_int_equal(self.asked, 3); /* once for 200 bytes, once for none */
    assert_true(hf_budget_count(self.budget).peak <= 1000);
    assert_int_equal(hf_budget_release(child, 700), HF_OK);
    hf_budget_drop(child);
    hf_budget_drop(self.budget);
}

typedef struct worker {
    hf_budget *budget, *group;
    long       charged, refused;
} worker;

static void *charge_and_release(void *context)
{
    worker  *self = context;
    unsigned random = (unsigned)(uintptr_t)self;
    for (int i = 0; i < 20000; i++) {
        random = random * 1664525 + 1013904223;
        uint64_t bytes = 1 + (random >> 16) % 700;
        if (hf_budget_charge(self->budget, bytes, NULL) == HF_OK) {
            self->charged++;
            hf_budget_release(self->budget, bytes);
        } else {
            self->refused++;
        }
    }
    return NULL;
}

static void test_budget__threads_never_pass_the_limit(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    hf_budget *group = make(NULL, 1000, "group");
    pthread_t  threads[THREADS];
    worker     workers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (worker){ .budget = make(group, 0, NULL), .group = group };
        pthread_create(&threads[i], NULL, charge_and_release, &workers[i]);
    }
    long refused = 0, charged = 0;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        charged += workers[i].charged;
        refused += workers[i].refused;
    }
    hf_budget_counts counts = hf_budget_count(group);
    assert_int_equal(charged + refused, THREADS * 20000);
    assert_int_equal(counts.refused, refused);
    assert_int_equal(counts.current, 0);
    assert_int_equal(counts.charged, counts.released);
    assert_true(counts.peak <= 1000);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(hf_budget_count(workers[i].budget).current, 0);
        hf_budget_drop(workers[i].budget);
    }
    hf_budget_drop(group);
}

static void *charge_for_ever(void *context)
{
    _Atomic bool *stop = context;
    while (!*stop) {
        if (hf_budget_charge(NULL, 1, NULL) == HF_OK)
            hf_budget_release(NULL, 1);
    }
    return NULL;
}

/* A fork while another thread is charging must not leave the lock taken in the child. */
static void test_budget__a_forked_child_can_charge(void **state)
{
    (void)state;
    _Atomic bool stop = false;
    pthread_t    thread;
    pthread_create(&thread, NULL, charge_for_ever, &stop);
    for (int i = 0; i < (test_is_sanitized() ? 10 : 50); i++) { /* a sanitizer's shadow makes a fork take long */
        pid_t child = fork();
        if (child == 0) {
            alarm(20);
            bool fine = hf_budget_charge(NULL, 5, NULL) == HF_OK && hf_budget_release(NULL, 5) == HF_OK;
            _exit(fine ? 0 : 1);
        }
        int status = 1;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
    stop = true;
    pthread_join(thread, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_budget__charges_count_up_to_the_process),
        cmocka_unit_test(test_budget__a_refusal_counts_nowhere),
        cmocka_unit_test(test_budget__a_limit_on_the_process),
        cmocka_unit_test(test_budget__a_child_holds_its_parent),
        cmocka_unit_test(test_budget__a_million_generations_drop_without_recursion),
        cmocka_unit_test(test_budget__mistakes_are_noticed),
        cmocka_unit_test(test_budget__asks_for_all_that_it_may_hold),
        cmocka_unit_test(test_budget__asks_before_it_refuses),
        cmocka_unit_test(test_budget__threads_never_pass_the_limit),
        cmocka_unit_test(test_budget__a_forked_child_can_charge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
