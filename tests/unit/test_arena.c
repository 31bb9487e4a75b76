/* test_arena.c - lib/memory/arena.c: places, marks, blocks, counts, limits, failure. */
#include "misuse_hook.h"
#include "nth.h"

#include "memory/poison.h"

#include <holdfast/arena.h>
#include <string.h>

static void test_arena__alignment_and_contents(void **state)
{
    (void)state;
    hf_arena arena;
    hf_arena_init(&arena, NULL);
    static const size_t alignments[] = { 1, 2, 4, 8, 16, 32, 64, 4096 };
    unsigned char      *blocks[800];
    for (size_t i = 0; i < 800; i++) {
        size_t alignment = alignments[i % 8];
        blocks[i] = hf_arena_allocate(&arena, i, alignment);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % alignment, 0);
        memset(blocks[i], (int)i, i);
    }
    for (size_t i = 0; i < 800; i++)
        for (size_t k = 0; k < i; k++)
            assert_int_equal(blocks[i][k], (unsigned char)i);
    hf_arena_release(&arena);
}

static void test_arena__takes_nothing_before_the_first_allocation(void **state)
{
    (void)state;
    test_allocator counting;
    test_allocator_init(&counting);
    hf_arena arena, zeroes = { .at = NULL };
    hf_arena_init(&arena, &(hf_arena_options){ .allocator = &counting.base });
    hf_arena_reset(&arena);
    assert_int_equal(hf_arena_rewind(&arena, hf_arena_mark(&arena)), HF_OK);
    assert_int_equal(hf_arena_count(&arena).reserved, 0);
    hf_arena_release(&arena);
    hf_arena_release(&arena);
    hf_arena_release(&zeroes);
    hf_arena_destroy(NULL);
    assert_int_equal(counting.requests, 0);
    test_allocator_release(&counting);
    EXPECT_NOTICED(assert_null(hf_arena_allocate(&zeroes, 1, 1)));
}

static void test_arena__blocks_double_and_are_charged(void **state)
{
    (void)state;
    test_allocator counting;
    hf_budget    *budget = NULL;
    hf_arena     *arena = NULL;
    test_allocator_init(&counting);
    assert_int_equal(hf_budget_create(NULL, &budget, NULL), HF_OK);
    assert_int_equal(hf_arena_create(&(hf_arena_options){ .allocator = &counting.base, .budget = budget,
                                         .block_bytes = 1024, .block_bytes_max = 8192 }, &arena, NULL), HF_OK);
    for (int i = 0; i < 1000; i++)
        assert_non_null(hf_arena_allocate(arena, 100, 4));
    hf_arena_counts counts = hf_arena_count(arena);
    assert_int_equal(counts.used, 100000);
    assert_int_equal(counts.reserved, counting.live.live_bytes - sizeof *arena);
    assert_int_equal(hf_budget_count(budget).current, counting.live.live_bytes);
    /* 1, 2, 4 and then 8 KiB each: 10, 20, 40 and 81 of the hundred bytes. */
    assert_int_equal(counts.blocks_taken, 3 + (1000 - 70 + 80) / 81);
    hf_arena_destroy(arena);
    assert_int_equal(test_allocator_release(&counting), 0);
    assert_int_equal(hf_budget_count(budget).current, 0);
    hf_budget_drop(budget);
}

static void test_arena__reset_keeps_first_block(void **state)
{
    (void)state;
    test_allocator counting;
    test_allocator_init(&counting);
    hf_arena arena;
    hf_arena_init(&arena, &(hf_arena_options){ .allocator = &counting.base, .block_bytes = 4096 });
    void *first = hf_arena_allocate(&arena, 1008, 16);
    for (int i = 0; i < 100; i++)
        assert_non_null(hf_arena_allocate(&arena, 1008, 16));
    assert_non_null(hf_arena_allocate(&arena, 1000000, 16));
    hf_arena_reset(&arena);
    assert_int_equal(counting.live.live_blocks, 1);
    assert_int_equal(counting.live.live_bytes, 4096);
    assert_int_equal(hf_arena_count(&arena).used, 0);
    assert_int_equal(hf_arena_count(&arena).reserved, 4096);
    assert_int_equal(hf_arena_count(&arena).used_peak, 101 * 1008 + 1000000);
    uint64_t requests = counting.requests;
    assert_ptr_equal(hf_arena_allocate(&arena, 1008, 16), first);
    for (int i = 0; i < 2; i++)
        assert_non_null(hf_arena_allocate(&arena, 1008, 16));
    assert_int_equal(counting.requests, requests);
    hf_arena_release(&arena);
    assert_int_equal(test_allocator_release(&counting), 0);
}

/* A frame that spills over blocks, again and again, takes memory in the first round only. */
static void test_arena__rewinding_a_frame_settles(void **state)
{
    (void)state;
    test_allocator counting;
    test_allocator_init(&counting);
    hf_arena arena;
    hf_arena_init(&arena, &(hf_arena_options){ .allocator = &counting.base, .block_bytes = 1024 });
    char    *kept = hf_arena_copy(&arena, "kept", 5, 1);
    uint64_t settled = 0;
    for (int round = 0; round < 50; round++) {
        hf_mark mark = hf_arena_mark(&arena);
        for (int i = 0; i < 60; i++)
            memset(hf_arena_allocate(&arena, 333, 1), round, 333);
        assert_int_equal(hf_arena_count(&arena).used, 5 + 60 * 333);
        assert_int_equal(hf_arena_rewind(&arena, mark), HF_OK);
        assert_int_equal(hf_arena_count(&arena).used, 5);
        if (round == 2)
            settled = counting.requests;
    }
    assert_int_equal(counting.requests, settled);
    assert_string_equal(kept, "kept");
    assert_int_equal(hf_arena_count(&arena).used_peak, 5 + 60 * 333);
    hf_arena_release(&arena);
    assert_int_equal(test_allocator_release(&counting), 0);
}

static void test_arena__nested_marks_with_large_blocks(void **state)
{
    (void)state;
    enum { LEVELS = 200 };
    test_allocator counting;
    test_allocator_init(&counting);
    hf_arena arena;
    hf_arena_init(&arena, &(hf_arena_options){ .allocator = &counting.base, .block_bytes = 512,
                                               .block_bytes_max = 2048 });
    hf_mark  marks[LEVELS];
    char    *texts[LEVELS];
    uint64_t used[LEVELS];
    for (int level = 0; level < LEVELS; level++) {
        marks[level] = hf_arena_mark(&arena);
        used[level] = hf_arena_count(&arena).used;
        size_t size = level % 7 == 0 ? 5000 : 40 + (size_t)level;
        texts[level] = hf_arena_allocate(&arena, size, 8);
        memset(texts[level], level, size);
    }
    for (int level = LEVELS - 1; level >= 0; level--) {
        assert_int_equal((unsigned char)texts[level][39], level);
        assert_int_equal(hf_arena_rewind(&arena, marks[level]), HF_OK);
        assert_int_equal(hf_arena_count(&arena).used, used[level]);
    }
    hf_arena_release(&arena);
    assert_int_equal(test_allocator_release(&counting), 0);
}

static void test_arena__stale_and_foreign_marks_are_refused(void **state)
{
    (void)state;
    hf_arena arena, other;
    hf_arena_init(&arena, NULL);
    hf_arena_init(&other, NULL);
    assert_non_null(hf_arena_allocate(&arena, 100, 1));
    hf_mark early = hf_arena_mark(&arena);
    assert_non_null(hf_arena_allocate(&arena, 100, 1));
    hf_mark late = hf_arena_mark(&arena);
    assert_int_equal(hf_arena_rewind(&arena, early), HF_OK);
    EXPECT_MISUSE(hf_arena_rewind(&arena, late), HF_MISUSE);
    EXPECT_MISUSE(hf_arena_rewind(&other, early), HF_MISUSE);
    assert_int_equal(hf_arena_count(&arena).used, 100);
    hf_arena_reset(&arena);
    EXPECT_MISUSE(hf_arena_rewind(&arena, early), HF_MISUSE);
    EXPECT_NOTICED(assert_null(hf_arena_allocate(&arena, 8, 0)));
    EXPECT_NOTICED(assert_null(hf_arena_allocate(&arena, 8, 24)));
    assert_int_equal(hf_arena_failure(&arena, NULL), HF_MISUSE);
    hf_arena_release(&arena);
    hf_arena_release(&other);
}

static void test_arena__limits_refuse_cleanly(void **state)
{
    (void)state;
    hf_budget *budget = NULL;
    hf_arena   arena;
    hf_error   error;
    assert_int_equal(hf_budget_create(&(hf_budget_options){ .bytes_max = 3000 }, &budget, NULL), HF_OK);
    hf_arena_init(&arena, &(hf_arena_options){ .budget = budget, .block_bytes = 2048 });
    assert_int_equal(hf_arena_failure(&arena, NULL), HF_OK);
    assert_non_null(hf_arena_allocate(&arena, 1000, 1));
    /* A doubled block is too much for the budget; one of just these bytes is not. */
    assert_non_null(hf_arena_allocate(&arena, 900, 1));
    assert_non_null(hf_arena_allocate(&arena, 700, 1));
    uint64_t used = hf_arena_count(&arena).used;
    assert_null(hf_arena_allocate(&arena, 900, 1));
    assert_int_equal(hf_arena_failure(&arena, &error), HF_LIMIT_BYTES);
    assert_int_equal(error.status, HF_LIMIT_BYTES);
    assert_null(hf_arena_allocate(&arena, SIZE_MAX - 8, 1));
    assert_int_equal(hf_arena_failure(&arena, NULL), HF_NO_MEMORY);
    assert_null(hf_arena_allocate_array(&arena, SIZE_MAX / 4, 8, 8));
    assert_int_equal(hf_arena_count(&arena).used, used);
    hf_arena_release(&arena);
    assert_int_equal(hf_budget_count(budget).current, 0);
    hf_budget_drop(budget);

    hf_arena_init(&arena, &(hf_arena_options){ .bytes_max = 10000, .block_bytes = 1000 });
    while (hf_arena_allocate(&arena, 64, 8) != NULL)
        assert_true(hf_arena_count(&arena).reserved <= 10000);
    assert_int_equal(hf_arena_failure(&arena, NULL), HF_LIMIT_BYTES);
    assert_true(hf_arena_count(&arena).used > 9000);
    hf_arena_release(&arena);
}

static void test_arena__resize_grows_the_newest_in_place(void **state)
{
    (void)state;
    hf_arena arena;
    hf_arena_init(&arena, NULL);
    char *first = hf_arena_copy(&arena, "first", 6, 1);
    char *second = hf_arena_copy(&arena, "second", 7, 1);
    assert_ptr_equal(hf_arena_resize(&arena, second, 7, 1000, 1), second);
    assert_int_equal(hf_arena_count(&arena).used, 1006);
    assert_ptr_equal(hf_arena_resize(&arena, second, 1000, 7, 1), second);
    assert_int_equal(hf_arena_count(&arena).used, 13);
    assert_int_equal(hf_arena_count(&arena).used_peak, 1006);
    assert_ptr_equal(hf_arena_resize(&arena, first, 6, 3, 1), first);
    char *moved = hf_arena_resize(&arena, first, 6, 100000, 1);
    assert_ptr_not_equal(moved, first);
    assert_string_equal(moved, "first");
    assert_string_equal(second, "second");
    assert_non_null(hf_arena_resize(&arena, NULL, 0, 10, 8));
    hf_arena_release(&arena);
}

static void test_arena__text_becomes_a_string(void **state)
{
    (void)state;
    hf_arena arena;
    hf_arena_init(&arena, NULL);
    assert_string_equal(hf_text_to_cstr(&arena, HF_T("text")), "text");
    assert_string_equal(hf_text_to_cstr(&arena, hf_text_of(NULL, 0)), "");
    assert_memory_equal(hf_text_to_cstr(&arena, HF_T("a\0b")), "a\0b", 4);
    assert_null(hf_text_to_cstr(&arena, hf_text_of("", SIZE_MAX)));
    hf_arena_release(&arena);
}

static void test_arena__knows_its_addresses(void **state)
{
    (void)state;
    hf_arena arena;
    hf_arena_init(&arena, &(hf_arena_options){ .block_bytes = 1024 });
    hf_mark start = hf_arena_mark(&arena);
    char   *first = hf_arena_allocate(&arena, 100, 1), *large = hf_arena_allocate(&arena, 100000, 1);
    for (int i = 0; i < 50; i++)
        assert_non_null(hf_arena_allocate(&arena, 100, 1));
    assert_true(hf_arena_holds(&arena, first + 99) && hf_arena_holds(&arena, large + 99999));
    assert_false(hf_arena_holds(&arena, &arena));
    assert_int_equal(hf_arena_rewind(&arena, start), HF_OK);
    assert_false(hf_arena_holds(&arena, first));
    hf_arena_release(&arena);
}

static void test_arena__serves_as_an_allocator(void **state)
{
    (void)state;
    hf_arena outer, inner;
    hf_arena_init(&outer, NULL);
    hf_allocator allocator = hf_arena_allocator(&outer);
    hf_arena_init(&inner, &(hf_arena_options){ .allocator = &allocator, .block_bytes = 256 });
    for (int i = 0; i < 500; i++)
        assert_non_null(hf_arena_allocate(&inner, 77, 8));
    hf_arena_release(&inner);
    assert_null(allocator.resize(allocator.context, NULL, 0, 0, 1));
    hf_arena_release(&outer);
}

static void test_arena__each_failure_is_clean(void **state)
{
    (void)state;
    NTH_LOOP(nth) {
        hf_arena *arena = NULL;
        hf_error  error;
        hf_status status = hf_arena_create(&(hf_arena_options){ .allocator = &nth.allocator, .block_bytes = 64 << 10 },
                                           &arena, &error);
        for (size_t i = 1; status == HF_OK && i <= 40; i++) {
            hf_mark  mark = hf_arena_mark(arena);
            uint64_t used = hf_arena_count(arena).used;
            if (hf_arena_allocate(arena, i * 20000, 16) == NULL) {
                status = hf_arena_failure(arena, &error);
                assert_int_equal(error.status, HF_NO_MEMORY);
                assert_int_equal(hf_arena_count(arena).used, used);
            }
            if (i % 5 == 0)
                assert_int_equal(hf_arena_rewind(arena, mark), HF_OK);
        }
        nth_expect(&nth, status);
        hf_arena_destroy(arena);
    }
}

/* Rewinds over `taken` bytes and keeps `size` of them, from the end of what is taken back. */
static hf_status keep_result(hf_arena *arena, size_t before, size_t taken, size_t size, size_t alignment)
{
    unsigned char *older = hf_arena_allocate(arena, before, 1);
    if (older == NULL)
        return HF_NO_MEMORY;
    memset(older, 0x11, before);
    hf_mark        mark = hf_arena_mark(arena);
    unsigned char *all = hf_arena_allocate(arena, taken, 1);
    if (all == NULL)
        return HF_NO_MEMORY;
    for (size_t i = 0; i < taken; i++)
        all[i] = (unsigned char)(i * 7);
    hf_arena_counts counts = hf_arena_count(arena);
    void           *copy = NULL;
    hf_status       status = hf_arena_rewind_keeping(arena, mark, all + taken - size, size, alignment, &copy);
    if (status != HF_OK) { /* all stands as it stood */
        assert_null(copy);
        assert_int_equal(hf_arena_count(arena).used, counts.used);
        assert_int_equal(all[taken - 1], (unsigned char)((taken - 1) * 7));
        return status;
    }
    assert_int_equal((uintptr_t)copy % alignment, 0);
    assert_true(hf_arena_count(arena).used <= counts.used + alignment + (size == 0));
    void *next = hf_arena_allocate(arena, 300, 1); /* overlaps neither */
    if (next != NULL)
        memset(next, 0xEE, 300);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(((unsigned char *)copy)[i], (unsigned char)((taken - size + i) * 7));
    for (size_t i = 0; i < before; i++)
        assert_int_equal(older[i], 0x11);
    return next == NULL ? HF_NO_MEMORY : HF_OK;
}

static void test_arena__rewinding_keeps_one_result(void **state)
{
    (void)state;
    static const size_t sizes[] = { 0, 1, 7, 64, 1000, 5000, 70000 }, alignments[] = { 1, 8, 64, 4096 };
    for (size_t i = 0; i < 7; i++) {
        for (size_t k = i; k < 7; k++) {
            for (size_t a = 0; a < 4; a++) {
                hf_arena arena;
                hf_arena_init(&arena, &(hf_arena_options){ .block_bytes = 2048 });
                for (int round = 0; round < 3; round++)
                    assert_int_equal(keep_result(&arena, 100, sizes[k] + 1, sizes[i], alignments[a]), HF_OK);
                hf_arena_release(&arena);
            }
        }
    }
    hf_arena arena;
    void    *copy = NULL;
    hf_arena_init(&arena, NULL);
    hf_mark mark = hf_arena_mark(&arena);
    EXPECT_NOTICED(assert_int_equal(hf_arena_rewind_keeping(&arena, mark, "x", 1, 3, &copy), HF_MISUSE));
    hf_arena_reset(&arena);
    EXPECT_NOTICED(assert_int_equal(hf_arena_rewind_keeping(&arena, mark, "x", 1, 1, &copy), HF_MISUSE));
    assert_null(copy);
    hf_arena_release(&arena);
}

static void test_arena__keeping_a_result_fails_cleanly(void **state)
{
    (void)state;
    NTH_LOOP(nth) {
        hf_arena *arena = NULL;
        hf_status status = hf_arena_create(&(hf_arena_options){ .allocator = &nth.allocator, .block_bytes = 2048 },
                                           &arena, NULL);
        for (size_t i = 1; status == HF_OK && i <= 20; i++)
            status = keep_result(arena, 50 * i, 900 * i, 890 * i, 16);
        nth_expect(&nth, status);
        hf_arena_destroy(arena);
    }
}

static void test_arena__what_was_not_given_out_is_poisoned(void **state)
{
    (void)state;
#if HF__ASAN
    hf_arena arena;
    hf_arena_init(&arena, NULL);
    hf_mark start = hf_arena_mark(&arena);
    char   *block = hf_arena_allocate(&arena, 24, 8);
    assert_null(__asan_region_is_poisoned(block, 24));
    assert_true(__asan_address_is_poisoned(block + 24));
    hf_mark mark = hf_arena_mark(&arena);
    char   *gone = hf_arena_allocate(&arena, 24, 8);
    assert_int_equal(hf_arena_rewind(&arena, mark), HF_OK);
    assert_true(__asan_address_is_poisoned(gone));
    assert_int_equal(hf_arena_rewind(&arena, start), HF_OK);
    assert_true(__asan_address_is_poisoned(block));
    hf_arena_release(&arena);
#elif HF__DEBUG
    hf_arena arena;
    hf_arena_init(&arena, &(hf_arena_options){ .block_bytes = 1024 });
    assert_non_null(hf_arena_allocate(&arena, 8, 8));
    hf_mark                 mark = hf_arena_mark(&arena);
    volatile unsigned char *gone = hf_arena_allocate(&arena, 24, 8);
    assert_int_equal(hf_arena_rewind(&arena, mark), HF_OK);
    assert_int_equal(gone[0], 0xDB);
    assert_non_null(hf_arena_allocate(&arena, 24, 8));
    assert_int_equal(hf_arena_rewind(&arena, mark), HF_OK);
    gone[5] = 1; /* kept past its frame */
    EXPECT_NOTICED(assert_non_null(hf_arena_allocate(&arena, 24, 8)));
    assert_int_equal(hf_arena_rewind(&arena, mark), HF_OK);
    gone[5] = 1;
    EXPECT_NOTICED(hf_arena_release(&arena));
#else
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena__alignment_and_contents),
        cmocka_unit_test(test_arena__takes_nothing_before_the_first_allocation),
        cmocka_unit_test(test_arena__blocks_double_and_are_charged),
        cmocka_unit_test(test_arena__reset_keeps_first_block),
        cmocka_unit_test(test_arena__rewinding_a_frame_settles),
        cmocka_unit_test(test_arena__nested_marks_with_large_blocks),
        cmocka_unit_test(test_arena__stale_and_foreign_marks_are_refused),
        cmocka_unit_test(test_arena__limits_refuse_cleanly),
        cmocka_unit_test(test_arena__resize_grows_the_newest_in_place),
        cmocka_unit_test(test_arena__text_becomes_a_string),
        cmocka_unit_test(test_arena__knows_its_addresses),
        cmocka_unit_test(test_arena__serves_as_an_allocator),
        cmocka_unit_test(test_arena__each_failure_is_clean),
        cmocka_unit_test(test_arena__rewinding_keeps_one_result),
        cmocka_unit_test(test_arena__keeping_a_result_fails_cleanly),
        cmocka_unit_test(test_arena__what_was_not_given_out_is_poisoned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
