/* test_failing_allocator.c - tests/support: refusals come when asked, leaks and lies end the program. */
#include "failing_allocator.h"
#include "system_failure.h"
#include "unit.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* A small job with two blocks, one of them grown, that cleans up after itself. */
static bool pair_of_blocks(const hf_allocator *from)
{
    void *a = from->resize(from->context, NULL, 0, 100, 8);
    if (a == NULL)
        return false;
    void *b = from->resize(from->context, NULL, 0, 64, 64);
    bool  done = false;
    if (b != NULL) {
        void *grown = from->resize(from->context, a, 100, 200, 8);
        done = grown != NULL;
        from->resize(from->context, grown != NULL ? grown : a, grown != NULL ? 200 : 100, 0, 8);
        from->resize(from->context, b, 64, 0, 64);
    } else {
        from->resize(from->context, a, 100, 0, 8);
    }
    return done;
}

static void test_failing_allocator__counts_live_blocks_and_bytes(void **state)
{
    (void)state;
    test_allocator allocator;
    test_allocator_init(&allocator);
    const hf_allocator *from = &allocator.base;
    void               *block = from->resize(from->context, NULL, 0, 100, 16);
    assert_int_equal(allocator.live.live_bytes, 100);
    block = from->resize(from->context, block, 100, 40, 16);
    assert_int_equal(allocator.live.live_blocks, 1);
    assert_int_equal(allocator.live.live_bytes, 40);
    assert_int_equal(allocator.requests, 2);
    assert_int_equal(allocator.bytes_peak, 140);
    from->resize(from->context, block, 40, 0, 16);
    assert_int_equal(allocator.live.live_bytes, 0);
    assert_int_equal(test_allocator_release(&allocator), 0);
}

static void test_failing_allocator__many_blocks_are_told_apart(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    static void   *blocks[COUNT];
    test_allocator allocator;
    test_allocator_init(&allocator);
    const hf_allocator *from = &allocator.base;
    for (int round = 0; round < 3; round++) {
        for (size_t at = 0; at < COUNT; at++)
            blocks[at] = from->resize(from->context, NULL, 0, at + 1, 8);
        assert_int_equal(allocator.live.live_blocks, COUNT);
        for (size_t at = 0; at < COUNT; at++)
            from->resize(from->context, blocks[at], at + 1, 0, 8);
        assert_int_equal(allocator.live.live_bytes, 0);
    }
    assert_int_equal(test_allocator_release(&allocator), 0);
}

static void test_failing_allocator__loop_fails_each_request_both_ways(void **state)
{
    (void)state;
    unsigned runs = 0, done = 0;
    HF_OOM_LOOP (nth) {
        runs++;
        done += pair_of_blocks(nth);
    }
    /* Three requests: 3 failing runs and one whole one, for each of the two ways. */
    assert_int_equal(runs, 8);
    assert_int_equal(done, 2);
}

static void test_system_failure__loop_fails_malloc_and_mmap(void **state)
{
    (void)state;
    unsigned runs = 0, done = 0;
    HF_SYSTEM_OOM_LOOP(nth)
    {
        runs++;
        char *volatile block = malloc(100);
        char *mapping = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        done += block != NULL && mapping != MAP_FAILED;
        free(block);
        if (mapping != MAP_FAILED)
            munmap(mapping, 4096);
    }
    assert_int_equal(runs, 1 + 2 * 3);
    assert_int_equal(done, 1 + 2);
}

static void test_system_failure__counts_what_the_library_takes(void **state)
{
    (void)state;
    const hf_allocator *from = hf_allocator_default();
    system_failure_set(0, false);
    void *small = from->resize(from->context, NULL, 0, 100, 16);
    assert_non_null(small);
    system_counts counts = system_failure_count();
    assert_int_equal(counts.live_blocks, 1);
    from->resize(from->context, small, 100, 0, 16);
    counts = system_failure_end();
    assert_int_equal(counts.live_blocks, 0);
    assert_int_equal(counts.requests, 1);

    system_failure_set(1, true);
    assert_null(from->resize(from->context, NULL, 0, 100, 16));
    assert_null(from->resize(from->context, NULL, 0, 100 << 20, 16));
    counts = system_failure_end();
    assert_true(counts.refused >= 2);
}

/* ---- what must end the program -------------------------------------------------------------- */

static void leak_in_loop(void)
{
    HF_OOM_LOOP (nth) {
        if (nth->resize(nth->context, NULL, 0, 10, 8) == NULL)
            continue;
    }
}

static void free_with_another_size(void)
{
    test_allocator allocator;
    test_allocator_init(&allocator);
    void *block = allocator.base.resize(&allocator, NULL, 0, 10, 8);
    allocator.base.resize(&allocator, block, 11, 0, 8);
}

static void free_twice(void)
{
    test_allocator allocator;
    test_allocator_init(&allocator);
    void *block = allocator.base.resize(&allocator, NULL, 0, 10, 8);
    allocator.base.resize(&allocator, block, 10, 0, 8);
    allocator.base.resize(&allocator, block, 10, 0, 8);
}

static void loop_without_requests(void)
{
    HF_OOM_LOOP (nth) {}
}

static void leak_in_system_loop(void)
{
    HF_SYSTEM_OOM_LOOP(nth)
    {
        void *volatile first = malloc(10);
        void *volatile second = malloc(10);
        if (second != NULL)
            free(first);
        free(second);
    }
}

static bool ends_the_program(void (*offence)(void))
{
    pid_t child = fork();
    if (child == 0) {
        struct rlimit no_core = { 0, 0 };
        setrlimit(RLIMIT_CORE, &no_core);
        close(STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);
        offence();
        _exit(0);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
           WTERMSIG(status) == SIGABRT;
}

static void test_failing_allocator__offences_end_the_program(void **state)
{
    (void)state;
    assert_true(ends_the_program(leak_in_loop));
    assert_true(ends_the_program(free_with_another_size));
    assert_true(ends_the_program(free_twice));
    assert_true(ends_the_program(loop_without_requests));
    assert_true(ends_the_program(leak_in_system_loop));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failing_allocator__counts_live_blocks_and_bytes),
        cmocka_unit_test(test_failing_allocator__many_blocks_are_told_apart),
        cmocka_unit_test(test_failing_allocator__loop_fails_each_request_both_ways),
        cmocka_unit_test(test_failing_allocator__offences_end_the_program),
        cmocka_unit_test(test_system_failure__loop_fails_malloc_and_mmap),
        cmocka_unit_test(test_system_failure__counts_what_the_library_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
