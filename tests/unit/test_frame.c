/* test_frame.c - lib/memory/frame.c: the thread's arena, nesting, results, mistakes, failure. */
#include "misuse_hook.h"
#include "nth.h"

#include <holdfast/frame.h>
#include <pthread.h>
#include <setjmp.h>
#include <string.h>

static int leave_clean(void **state)
{
    (void)state;
    assert_int_equal(hf_frame_open_count(), 0);
    return hf_frame_trim() == HF_OK && hf_frame_arena_count().reserved == 0 ? 0 : 1;
}

/* Each level allocates, goes deeper, and checks that the deeper ones left its memory alone. */
static void descend(int level)
{
    hf_frame frame;
    hf_frame_begin(&frame, NULL);
    size_t         size = (size_t)(level * 37 % 3000) + 1;
    unsigned char *block = hf_frame_allocate(&frame, size, 1);
    memset(block, level, size);
    if (level < 200)
        descend(level + 1);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(block[i], (unsigned char)level);
    assert_int_equal(hf_frame_end(&frame), HF_OK);
}

static void test_frame__nests_and_leaves_one_block(void **state)
{
    (void)state;
    uint64_t before = hf_budget_count(NULL).current;
    for (int round = 0; round < 20; round++) {
        descend(0);
        assert_int_equal(hf_frame_arena_count().used, 0);
        assert_int_equal(hf_frame_arena_count().reserved, 64 << 10);
        assert_int_equal(hf_budget_count(NULL).current - before, 64 << 10);
    }
}

static void test_frame__a_small_frame_takes_memory_once(void **state)
{
    (void)state;
    for (int round = 0; round < 1000; round++) {
        hf_frame outer, inner;
        hf_frame_begin(&outer, NULL);
        assert_non_null(hf_frame_allocate(&outer, 10000, 8));
        hf_frame_begin(&inner, NULL);
        assert_non_null(hf_frame_allocate(&inner, 20000, 8));
        assert_int_equal(hf_frame_open_count(), 2);
        assert_int_equal(hf_frame_end(&inner), HF_OK);
        assert_int_equal(hf_frame_end(&outer), HF_OK);
    }
    assert_int_equal(hf_frame_arena_count().blocks_taken, 1);
}

static void test_frame__lies_in_an_arena_of_yours(void **state)
{
    (void)state;
    hf_arena arena;
    hf_frame frame;
    hf_arena_init(&arena, NULL);
    assert_non_null(hf_arena_allocate(&arena, 100, 1));
    hf_frame_begin(&frame, &arena);
    assert_non_null(hf_frame_allocate(&frame, 500, 1));
    assert_int_equal(hf_frame_open_count(), 0);
    assert_int_equal(hf_frame_end(&frame), HF_OK);
    assert_int_equal(hf_arena_count(&arena).used, 100);
    hf_arena_release(&arena);
}

static void test_frame__returns_a_result(void **state)
{
    (void)state;
    static const size_t spread[] = { 10, 100, 70000, 400000 };
    for (size_t i = 0; i < 4; i++) {
        for (size_t k = 0; k < 4; k++) {
            hf_frame outer, inner;
            hf_frame_begin(&outer, NULL);
            memset(hf_frame_allocate(&outer, 33, 1), 'o', 33);
            hf_frame_begin(&inner, NULL);
            assert_non_null(hf_frame_allocate(&inner, spread[i], 1));
            char *result = hf_frame_allocate(&inner, spread[k], 1);
            memset(result, 'r', spread[k]);
            void *copy = NULL;
            assert_int_equal(hf_frame_return(&inner, result, spread[k], 64, &copy), HF_OK);
            assert_int_equal((uintptr_t)copy % 64, 0);
            assert_int_equal(hf_frame_open_count(), 1);
            char *more = hf_frame_allocate(&outer, 5000, 1);
            memset(more, 'm', 5000);
            for (size_t at = 0; at < spread[k]; at++)
                assert_int_equal(((char *)copy)[at], 'r');
            assert_true(hf_frame_holds(copy));
            assert_int_equal(hf_frame_end(&outer), HF_OK);
            assert_false(hf_frame_holds(copy));
        }
    }
}

static void test_frame__an_outer_end_ends_the_inner(void **state)
{
    (void)state;
    jmp_buf  back;
    hf_frame outer, inner;
    hf_frame_begin(&outer, NULL);
    hf_frame_begin(&inner, NULL);
    assert_non_null(hf_frame_allocate(&inner, 100, 1));
    if (setjmp(back) == 0)
        longjmp(back, 1);
    assert_int_equal(hf_frame_end(&outer), HF_OK);
    assert_int_equal(hf_frame_open_count(), 0);
    EXPECT_MISUSE(hf_frame_end(&inner), HF_MISUSE);
}

static void test_frame__mistakes_are_noticed(void **state)
{
    (void)state;
    hf_frame frame;
    void    *copy = NULL;
    hf_frame_begin(&frame, NULL);
    EXPECT_MISUSE(hf_frame_trim(), HF_MISUSE);
    EXPECT_MISUSE(hf_frame_return(&frame, "x", 1, 1, &copy), HF_MISUSE);
    assert_null(copy);
    assert_int_equal(hf_frame_end(&frame), HF_OK);
    EXPECT_MISUSE(hf_frame_end(&frame), HF_MISUSE);
    assert_int_equal(hf_frame_open_count(), 0);
}

#if defined(NDEBUG) == 0
#include "memory/poison.h"
#if !HF__ASAN
static void test_frame__a_value_kept_past_its_frame_is_noticed(void **state)
{
    (void)state;
    hf_frame outer, inner;
    hf_frame_begin(&outer, NULL);
    hf_frame_begin(&inner, NULL);
    volatile int *kept = hf_frame_allocate(&inner, sizeof *kept, 4);
    *kept = 1;
    assert_int_equal(hf_frame_end(&inner), HF_OK);
    assert_int_equal(*kept, (int)0xDBDBDBDB);
    *kept = 2;
    EXPECT_NOTICED(assert_non_null(hf_frame_allocate(&outer, 100, 4)));
    assert_int_equal(hf_frame_end(&outer), HF_OK);
}
#define HAS_PATTERN 1
#endif
#endif

static void *frames_of_a_thread(void *context)
{
    (void)context;
    for (int round = 0; round < 50; round++)
        descend(100);
    return NULL;
}

static void test_frame__threads_have_their_own(void **state)
{
    (void)state;
    uint64_t  before = hf_budget_count(NULL).current;
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, frames_of_a_thread, NULL), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(hf_budget_count(NULL).current, before);
}

static void test_frame__each_failure_is_clean(void **state)
{
    (void)state;
    NTH_LOOP(nth) {
        hf_arena arena;
        hf_frame outer, inner;
        void    *copy = NULL;
        hf_arena_init(&arena, &(hf_arena_options){ .allocator = &nth.allocator, .block_bytes = 128 });
        hf_frame_begin(&outer, &arena);
        hf_frame_begin(&inner, &arena);
        hf_status status = HF_OK;
        char     *result = hf_frame_allocate(&inner, 300000, 1);
        if (result != NULL)
            status = hf_frame_return(&inner, memset(result, 'r', 300000), 300000, 16, &copy);
        else
            status = hf_arena_failure(&arena, NULL);
        if (status == HF_OK)
            assert_int_equal(((char *)copy)[299999], 'r');
        else
            assert_int_equal(hf_frame_end(&inner), HF_OK);
        assert_int_equal(hf_frame_end(&outer), HF_OK);
        assert_int_equal(hf_arena_count(&arena).used, 0);
        nth_expect(&nth, status);
        hf_arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_frame__nests_and_leaves_one_block, leave_clean),
        cmocka_unit_test_teardown(test_frame__a_small_frame_takes_memory_once, leave_clean),
        cmocka_unit_test_teardown(test_frame__lies_in_an_arena_of_yours, leave_clean),
        cmocka_unit_test_teardown(test_frame__returns_a_result, leave_clean),
        cmocka_unit_test_teardown(test_frame__an_outer_end_ends_the_inner, leave_clean),
        cmocka_unit_test_teardown(test_frame__mistakes_are_noticed, leave_clean),
#ifdef HAS_PATTERN
        cmocka_unit_test_teardown(test_frame__a_value_kept_past_its_frame_is_noticed, leave_clean),
#endif
        cmocka_unit_test_teardown(test_frame__threads_have_their_own, leave_clean),
        cmocka_unit_test_teardown(test_frame__each_failure_is_clean, leave_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
